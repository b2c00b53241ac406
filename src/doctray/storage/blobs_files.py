"""Blobs as files below one folder: the key is the path."""

import asyncio
import errno
import hashlib
import itertools
import os
import secrets
import shutil
import threading
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TypeVar, TypeVarTuple, cast

from doctray.cancellation import to_the_end
from doctray.domain.errors import NotFound, StorageFull
from doctray.domain.job import BlobRef
from doctray.ports import BlobLink
from doctray.storage.blob_keys import GONE, JOBS, is_part, parts_of

_THREADS = ThreadPoolExecutor(8, thread_name_prefix="blobs")
"""For writes: most of their time they wait for the disk, which syncs several files as fast as one."""

Args = TypeVarTuple("Args")
R = TypeVar("R")

CHUNK_BYTES = 1024 * 1024
"""Read and written at a time, so that no document is in memory as a whole. What is smaller is written by one call of a thread."""

ROOM_FRESH_S = 1.0
"""How long a look at the room on the disk is good. Each write looks again, so under load it is never old."""

_DRAFT = ".draft-"
"""Begins the name of a file that is being written; no part of a key can begin so."""

_OWN = secrets.token_hex(8)
_NUMBERS = itertools.count()
"""Tell the drafts of this process and others apart. Asking the system for random bytes each time is one more wait for Python's lock."""


class FileBlobs:
    """`doctray.ports.BlobStore` on a file system that this machine mounts. All file I/O runs in threads.

    Keys are paths of letters, digits, `.`, `_` and `-` in parts that do not begin with a dot; anything else is a ValueError.
    min_free_bytes: room that stays free; a put that would use it raises StorageFull.
    """

    def __init__(self, root: Path, *, min_free_bytes: int = 0) -> None:
        self._root = root
        self._min_free_bytes = min_free_bytes
        # bytes, and when that was
        self._room: tuple[int, float] | None = None

    async def put(self, key: str, chunks: AsyncIterable[bytes]) -> BlobRef:
        """Written aside, synced and renamed into place: after a crash the blob is whole or absent."""
        target = self._path(key)
        if await self.free_bytes() < self._min_free_bytes:
            raise StorageFull
        draft: _Draft | None = None
        try:
            waiting = bytearray()
            async for chunk in chunks:
                waiting += chunk
                if len(waiting) >= CHUNK_BYTES:
                    if draft is None:
                        draft = _Draft(target)
                        await to_the_end(_in_thread(self._begin, draft))
                    await to_the_end(_in_thread(self._write, draft, bytes(waiting)))
                    waiting.clear()
            if draft is None:
                return await self._put_small(target, bytes(waiting), key)
            return await to_the_end(_in_thread(self._keep, draft, bytes(waiting), key))
        except BaseException:
            if draft is not None:
                await to_the_end(_in_thread(draft.drop))
            raise

    async def read(self, ref: BlobRef) -> AsyncIterator[bytes]:
        file = await asyncio.to_thread(_open, self._path(ref.key))
        try:
            while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
                yield chunk
        finally:
            await asyncio.to_thread(file.close)

    @asynccontextmanager
    async def local(self, ref: BlobRef) -> AsyncIterator[Path]:
        path = self._path(ref.key)
        if not await asyncio.to_thread(path.is_file):
            raise NotFound(GONE)
        yield path

    async def copy(self, source: BlobRef, key: str) -> BlobRef:
        """A hard link where the file system has them: blobs are replaced as a whole and never changed in place."""
        return await to_the_end(_in_thread(self._copy, source, key))

    async def delete_prefix(self, prefix: str) -> int:
        return await to_the_end(_in_thread(_remove_tree, self._path(prefix.removesuffix("/"))))

    async def keys_under(self, prefix: str) -> list[str]:
        return await asyncio.to_thread(self._keys_under, self._path(prefix.removesuffix("/")))

    async def free_bytes(self) -> int:
        """As of at most ROOM_FRESH_S ago."""
        if self._room is None or time.monotonic() - self._room[1] >= ROOM_FRESH_S:
            return await asyncio.to_thread(self._free_bytes)
        return self._room[0]

    async def ping(self) -> None:
        """A folder of this machine needs no asking."""

    async def link(self, ref: BlobRef) -> BlobLink | None:  # noqa: ARG002 (the port's signature)
        return None

    async def prefixes_older_than(self, age_s: float) -> AsyncIterator[str]:
        names = await asyncio.to_thread(self._old_jobs, time.time() - age_s)
        return _each(f"{JOBS}/{name}/" for name in names)

    def _path(self, key: str) -> Path:
        return self._root.joinpath(*parts_of(key))

    def _begin(self, draft: "_Draft") -> None:
        with _storage_errors():
            _sync_folders(_make_folder(draft.target.parent, self._root))
            draft.open()

    async def _put_small(self, target: Path, content: bytes, key: str) -> BlobRef:
        given_up = threading.Event()
        return await to_the_end(_in_thread(self._put_whole, target, content, key, given_up), given_up=given_up.set)

    def _put_whole(self, target: Path, content: bytes, key: str, given_up: threading.Event) -> BlobRef:
        """In the order that costs the disk least: new folders are synced last, when the file's own sync has mostly done it.

        And in as few calls as that takes: after each a thread has to wait for Python's lock anew, which the event loop mostly holds.
        """
        draft = _Draft(target)
        with _storage_errors():
            made = _make_folder(target.parent, self._root)
            try:
                try:
                    draft.open(synced=True)
                    self._write(draft, content)
                    if given_up.is_set():
                        raise NotFound(GONE)
                    draft.keep()
                except BaseException:
                    draft.drop()
                    raise
            finally:
                _sync_folders(made)
        return draft.ref(key)

    def _write(self, draft: "_Draft", chunk: bytes) -> None:
        with _storage_errors():
            self._check_room(len(chunk))
            draft.write(chunk)

    def _keep(self, draft: "_Draft", rest: bytes, key: str) -> BlobRef:
        self._write(draft, rest)
        with _storage_errors():
            draft.keep()
        return draft.ref(key)

    def _copy(self, source: BlobRef, key: str) -> BlobRef:
        origin, target = self._path(source.key), self._path(key)
        if not origin.is_file():
            raise NotFound(GONE)
        with _storage_errors():
            made = _make_folder(target.parent, self._root)
            try:
                size = _link_or_copy(origin, target)
            finally:
                _sync_folders(made)
        return BlobRef(key=key, size_bytes=size, sha256=source.sha256)

    def _keys_under(self, folder: Path) -> list[str]:
        return sorted(path.relative_to(self._root).as_posix() for path in _files(folder) if not path.name.startswith(_DRAFT))

    def _free_bytes(self) -> int:
        folder = self._root
        while True:
            try:
                room = os.statvfs(folder)
            except FileNotFoundError:
                folder = folder.parent
            else:
                break
        free = room.f_bavail * room.f_frsize
        self._room = (free, time.monotonic())
        return free

    def _check_room(self, wanted: int) -> None:
        if self._free_bytes() - wanted < self._min_free_bytes:
            raise StorageFull

    def _old_jobs(self, before: float) -> list[str]:
        try:
            folders = [entry for entry in (self._root / JOBS).iterdir() if is_part(entry.name)]
        except FileNotFoundError:
            return []
        return sorted(folder.name for folder in folders if _last_changed(folder) < before)


class _Draft:
    """A file beside its target, hashed while it is written. Once opened, it ends in `keep` or `drop`; dropping may be repeated."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self._path = _beside(target)
        self._file: int | None = None
        self._synced = False
        self._digest = hashlib.sha256()
        self._size = 0

    def open(self, *, synced: bool = False) -> None:
        """synced: each write is on the disk when it returns."""
        # The descriptor is ours alone: no buffer of Python's is in between when the disk is full.
        self._synced = synced
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | (os.O_DSYNC if synced else 0), 0o600)

    def write(self, chunk: bytes) -> None:
        assert self._file is not None
        self._digest.update(chunk)
        self._size += len(chunk)
        left = memoryview(chunk)
        while left:
            left = left[os.write(self._file, left) :]

    def keep(self) -> None:
        assert self._file is not None
        if not self._synced:
            os.fsync(self._file)
        self._close()
        self._path.replace(self.target)
        _sync_folder(self.target.parent)

    def drop(self) -> None:
        self._close()
        self._path.unlink(missing_ok=True)

    def ref(self, key: str) -> BlobRef:
        """What was written, under its key."""
        return BlobRef(key=key, size_bytes=self._size, sha256=self._digest.hexdigest())

    def _close(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            os.close(file)


def _beside(target: Path) -> Path:
    return target.with_name(f"{_DRAFT}{_OWN}-{next(_NUMBERS):x}")


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise NotFound(GONE) from error


def _link_or_copy(origin: Path, target: Path) -> int:
    draft = _beside(target)
    try:
        try:
            draft.hardlink_to(origin)
        except FileNotFoundError:
            raise
        except OSError:
            # No links here, or too many of this file.
            shutil.copyfile(origin, draft)
            _sync_file(draft)
        draft.replace(target)
        _sync_folder(target.parent)
        return target.stat().st_size
    except FileNotFoundError as error:
        raise NotFound(GONE) from error
    finally:
        # Renaming a link onto another link of the same file does nothing and leaves both (POSIX rename).
        draft.unlink(missing_ok=True)


def _make_folder(folder: Path, root: Path) -> list[Path]:
    """Make it and what lies above; the folders that are to be synced, so that what is put into it survives power loss."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return []
    except FileNotFoundError:
        unsynced = _make_folder(folder.parent, root) if folder != root else []
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return [*unsynced, folder.parent]
    return [folder.parent]


def _remove_tree(folder: Path) -> int:
    removed = sum(1 for path in _files(folder) if not path.name.startswith(_DRAFT))
    tries_left = 3
    while folder.is_dir():
        tries_left -= 1
        try:
            shutil.rmtree(folder)
        except OSError as error:
            # Someone puts or removes a blob meanwhile.
            if error.errno not in (errno.ENOTEMPTY, errno.ENOENT) or not tries_left:
                raise
    return removed


def _last_changed(folder: Path) -> float:
    """Newest change of its files and folders: a hard link keeps its file's old time, but changes the folder's."""
    newest = 0.0
    for place, _, names in os.walk(folder):
        for path in (Path(place), *(Path(place, name) for name in names)):
            with suppress(FileNotFoundError):
                newest = max(newest, path.stat().st_mtime)
    return newest


def _files(folder: Path) -> Iterator[Path]:
    """Every file below. A folder that vanishes meanwhile is passed over, unlike by Path.rglob."""
    return (Path(place, name) for place, _, names in os.walk(folder) for name in names)


def _sync_folders(folders: Iterable[Path]) -> None:
    for folder in folders:
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _storage_errors() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        # The folder has been deleted under the writer, with the job.
        raise NotFound(GONE) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull from error
        raise


def _in_thread(work: Callable[[*Args], R], *args: *Args) -> "asyncio.Future[R]":
    """As loop.run_in_executor, with its answer passed once instead of from one kind of future to another, which costs as much again."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[R] = loop.create_future()

    def settle(result: R | None, error: Exception | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(cast("R", result))

    def run() -> None:
        result, caught = None, None
        try:
            result = work(*args)
        except Exception as error:  # whatever it is, the caller gets it
            caught = error
        # A loop that has ended waits for nothing any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, caught)

    _THREADS.submit(run)
    return answer


async def _each(items: Iterable[str]) -> AsyncIterator[str]:
    for item in items:
        yield item
