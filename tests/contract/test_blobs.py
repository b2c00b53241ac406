"""The blob store's rules, and what files add to them."""

import asyncio
import errno
import hashlib
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from doctray.domain.errors import NotFound, StorageFull
from doctray.domain.job import BlobRef
from doctray.ports import BlobStore
from doctray.storage.blobs_files import CHUNK_BYTES, FileBlobs
from doctray.testing import FakeClock, MemoryBlobs

KEY = "jobs/01abc/source"


async def _chunks(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def _bytes(blobs: BlobStore, ref: BlobRef) -> bytes:
    return b"".join([chunk async for chunk in blobs.read(ref)])


@pytest.mark.parametrize("chunks", [(), (b"",), (b"abc", b"", b"def"), (b"x" * CHUNK_BYTES, b"y" * (2 * CHUNK_BYTES + 1))])
async def test_what_is_put_is_read_back_and_known_by_its_hash(blobs: BlobStore, chunks: tuple[bytes, ...]) -> None:
    whole = b"".join(chunks)
    ref = await blobs.put(KEY, _chunks(*chunks))
    assert ref == BlobRef(key=KEY, size_bytes=len(whole), sha256=hashlib.sha256(whole).hexdigest())
    assert await _bytes(blobs, ref) == whole


async def test_a_second_put_replaces_the_first(blobs: BlobStore) -> None:
    await blobs.put(KEY, _chunks(b"first, and longer"))
    ref = await blobs.put(KEY, _chunks(b"second"))
    assert await _bytes(blobs, ref) == b"second"


async def test_a_put_that_breaks_off_leaves_nothing_behind(blobs: BlobStore) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * (CHUNK_BYTES + 1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await blobs.put(KEY, broken())
    assert await blobs.delete_prefix("jobs/01abc/") == 0
    with pytest.raises(NotFound):
        await _bytes(blobs, BlobRef(key=KEY, size_bytes=1, sha256=""))


async def test_a_replacement_that_breaks_off_leaves_the_first(blobs: BlobStore) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"new"
        raise ZeroDivisionError

    ref = await blobs.put(KEY, _chunks(b"old"))
    with pytest.raises(ZeroDivisionError):
        await blobs.put(KEY, broken())
    assert await _bytes(blobs, ref) == b"old"


async def test_a_local_file_holds_the_bytes(blobs: BlobStore) -> None:
    ref = await blobs.put(KEY, _chunks(b"abc"))
    async with blobs.local(ref) as path:
        assert path.read_bytes() == b"abc"


async def test_what_is_not_there_is_not_found(blobs: BlobStore) -> None:
    missing = BlobRef(key="jobs/01abc/pages/1.png", size_bytes=0, sha256="")
    with pytest.raises(NotFound):
        await _bytes(blobs, missing)
    with pytest.raises(NotFound):
        async with blobs.local(missing):
            pass
    with pytest.raises(NotFound):
        await blobs.copy(missing, KEY)


async def test_a_copy_outlives_its_source(blobs: BlobStore) -> None:
    source = await blobs.put(KEY, _chunks(b"abc"))
    copy = await blobs.copy(source, "jobs/02def/source")
    assert copy == BlobRef(key="jobs/02def/source", size_bytes=3, sha256=source.sha256)
    assert await blobs.delete_prefix("jobs/01abc/") == 1
    assert await _bytes(blobs, copy) == b"abc"


async def test_replacing_the_source_leaves_the_copy(blobs: BlobStore) -> None:
    source = await blobs.put(KEY, _chunks(b"abc"))
    copy = await blobs.copy(source, "jobs/02def/source")
    await blobs.put(KEY, _chunks(b"xyz"))
    assert await _bytes(blobs, copy) == b"abc"


async def test_copying_twice_is_the_same(blobs: BlobStore) -> None:
    source = await blobs.put(KEY, _chunks(b"abc"))
    await blobs.copy(source, "jobs/02def/source")
    copy = await blobs.copy(source, "jobs/02def/source")
    assert await _bytes(blobs, copy) == b"abc"
    assert await blobs.delete_prefix("jobs/02def/") == 1


async def test_deleting_a_prefix_removes_that_alone_and_may_be_repeated(blobs: BlobStore) -> None:
    for key in ("jobs/01abc/source", "jobs/01abc/pages/1.png", "jobs/01abcd/source"):
        await blobs.put(key, _chunks(b"x"))
    assert await blobs.delete_prefix("jobs/01abc/") == 2
    assert await blobs.delete_prefix("jobs/01abc/") == 0
    assert await _bytes(blobs, BlobRef(key="jobs/01abcd/source", size_bytes=1, sha256="")) == b"x"


async def test_the_keys_under_a_prefix_are_its_own_alone(blobs: BlobStore) -> None:
    for key in ("jobs/01abc/source", "jobs/01abc/pages/2.png", "jobs/01abc/pages/1.png", "jobs/01abcd/source"):
        await blobs.put(key, _chunks(b"x"))
    assert await blobs.keys_under("jobs/01abc/") == ["jobs/01abc/pages/1.png", "jobs/01abc/pages/2.png", "jobs/01abc/source"]
    assert await blobs.keys_under("jobs/02nothing/") == []
    with pytest.raises(ValueError, match="key"):
        await blobs.keys_under("../")


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "../x", "jobs/../../x", "jobs//x", "jobs/.", "jobs/.hidden", "jobs/a b", "jobs/ä", "jobs\\x", "a\0b", "jobs/x/"],
)
async def test_a_key_that_could_leave_the_store_is_refused(blobs: BlobStore, key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        await blobs.put(key, _chunks(b"x"))
    source = await blobs.put(KEY, _chunks(b"x"))
    with pytest.raises(ValueError, match="key"):
        await blobs.copy(source, key)


@pytest.mark.parametrize("prefix", ["", "/", "../", "jobs/../", "."])
async def test_a_prefix_that_could_leave_the_store_is_refused(blobs: BlobStore, prefix: str) -> None:
    with pytest.raises(ValueError, match="key"):
        await blobs.delete_prefix(prefix)


async def test_many_puts_of_one_key_at_once_leave_one_of_them_whole(blobs: BlobStore) -> None:
    bodies = [bytes([number]) * 5000 for number in range(8)]
    await asyncio.gather(*(blobs.put(KEY, _chunks(body[:2000], body[2000:])) for body in bodies))
    assert await _bytes(blobs, BlobRef(key=KEY, size_bytes=5000, sha256="")) in bodies


async def test_a_store_answers_and_makes_no_links_unless_told_to(blobs: BlobStore) -> None:
    ref = await blobs.put(KEY, _chunks(b"abc"))
    await blobs.ping()
    assert await blobs.link(ref) is None


async def test_a_prefix_that_is_new_is_not_old(blobs: BlobStore) -> None:
    await blobs.put(KEY, _chunks(b"abc"))
    assert [prefix async for prefix in await blobs.prefixes_older_than(3600)] == []


# --- what is only in memory ---


async def test_memory_that_is_full_takes_no_more() -> None:
    blobs = MemoryBlobs(capacity_bytes=5)
    await blobs.put(KEY, _chunks(b"abc"))
    assert await blobs.free_bytes() == 2
    with pytest.raises(StorageFull):
        await blobs.put("jobs/02def/source", _chunks(b"def"))


async def test_memory_knows_old_prefixes_by_its_clock() -> None:
    clock = FakeClock()
    blobs = MemoryBlobs(clock=clock)
    await blobs.put("jobs/old/source", _chunks(b"x"))
    clock.advance(100)
    await blobs.put("jobs/new/source", _chunks(b"x"))
    assert [prefix async for prefix in await blobs.prefixes_older_than(50)] == ["jobs/old/"]


# --- what is only in files ---


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


def _files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


async def test_a_failed_put_leaves_no_draft(root: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await FileBlobs(root).put(KEY, broken())
    assert _files(root) == []


async def test_a_repeated_copy_leaves_no_draft(root: Path) -> None:
    """rename(2) of one link onto another link of the same file does nothing, and leaves both."""
    blobs = FileBlobs(root)
    source = await blobs.put(KEY, _chunks(b"abc"))
    for _ in range(2):
        await blobs.copy(source, "jobs/02def/source")
    assert _files(root) == [KEY, "jobs/02def/source"]


async def test_a_cancelled_put_leaves_no_draft(root: Path) -> None:
    started = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"x" * CHUNK_BYTES
        started.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(FileBlobs(root).put(KEY, endless()))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert _files(root) == []


async def test_a_put_that_is_cancelled_as_it_begins_leaves_neither_draft_nor_descriptor(root: Path) -> None:
    """Its thread cannot be cancelled, and opens the file all the same."""
    opened, go_on = threading.Event(), threading.Event()

    class Slow(FileBlobs):
        def _begin(self, draft: Any) -> None:
            super()._begin(draft)
            opened.set()
            go_on.wait(5)

    before = len(list(Path("/proc/self/fd").iterdir()))
    task = asyncio.create_task(Slow(root).put(KEY, _chunks(b"x" * CHUNK_BYTES)))
    await asyncio.to_thread(opened.wait, 5)
    task.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert _files(root) == []
    assert len(list(Path("/proc/self/fd").iterdir())) == before


async def test_a_small_put_that_is_cancelled_while_it_is_written_is_not_kept(root: Path) -> None:
    writing, go_on = threading.Event(), threading.Event()

    class Slow(FileBlobs):
        def _write(self, draft: Any, chunk: bytes) -> None:
            writing.set()
            go_on.wait(5)
            super()._write(draft, chunk)

    before = len(list(Path("/proc/self/fd").iterdir()))
    task = asyncio.create_task(Slow(root).put(KEY, _chunks(b"x")))
    await asyncio.to_thread(writing.wait, 5)
    task.cancel()
    threading.Timer(0.05, go_on.set).start()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert _files(root) == []
    assert len(list(Path("/proc/self/fd").iterdir())) == before


async def test_nothing_is_written_behind_a_cancelled_copy(root: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Slow(FileBlobs):
        def _copy(self, source: BlobRef, key: str) -> BlobRef:
            begun.set()
            go_on.wait(5)
            return super()._copy(source, key)

    blobs = Slow(root)
    source = await blobs.put(KEY, _chunks(b"x"))
    task = asyncio.create_task(blobs.copy(source, "jobs/02def/source"))
    await asyncio.to_thread(begun.wait, 5)
    task.cancel()
    threading.Timer(0.05, go_on.set).start()
    with pytest.raises(asyncio.CancelledError):
        await task
    await blobs.delete_prefix("jobs/02def/")
    assert go_on.is_set()
    assert _files(root) == [KEY]


async def test_too_little_room_is_storage_full_before_a_byte_is_read(root: Path) -> None:
    touched = False

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal touched
        touched = True
        yield b"x"

    with pytest.raises(StorageFull):
        await FileBlobs(root, min_free_bytes=1 << 60).put(KEY, chunks())
    assert not touched


async def test_a_disk_that_runs_full_is_storage_full(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("doctray.storage.blobs_files.os.write", full)
    with pytest.raises(StorageFull):
        await FileBlobs(root).put(KEY, _chunks(b"x"))
    assert _files(root) == []


async def test_blobs_are_for_their_owner_alone(root: Path) -> None:
    await FileBlobs(root).put(KEY, _chunks(b"x"))
    assert (root / KEY).stat().st_mode & 0o777 == 0o600
    assert (root / "jobs/01abc").stat().st_mode & 0o077 == 0


async def test_old_prefixes_are_found_by_their_newest_blob(root: Path) -> None:
    blobs = FileBlobs(root)
    for key in ("jobs/old/source", "jobs/mixed/source", "jobs/mixed/result.json", "jobs/new/source"):
        await blobs.put(key, _chunks(b"x"))
    for path in (root / "jobs/old/source", root / "jobs/old", root / "jobs/mixed/source", root / "jobs/mixed"):
        os.utime(path, (1e9, 1e9))
    assert [prefix async for prefix in await blobs.prefixes_older_than(3600)] == ["jobs/old/"]


async def test_a_fresh_copy_of_an_old_blob_is_not_old(root: Path) -> None:
    """Submitting copies a cached result before the journal knows the job: the sweep of orphans must not take it for old."""
    blobs = FileBlobs(root)
    ref = await blobs.put("jobs/old/result.json", _chunks(b"x"))
    for path in (root / "jobs/old/result.json", root / "jobs/old"):
        os.utime(path, (1e9, 1e9))
    await blobs.copy(ref, "jobs/new/result.json")
    assert [prefix async for prefix in await blobs.prefixes_older_than(3600)] == ["jobs/old/"]


async def test_a_blob_that_is_being_written_is_not_listed(root: Path) -> None:
    blobs = FileBlobs(root)

    async def looking() -> AsyncIterator[bytes]:
        yield b"x" * CHUNK_BYTES
        assert _files(root) != []
        assert await blobs.keys_under("jobs/01abc/") == []

    await blobs.put(KEY, looking())
    assert await blobs.keys_under("jobs/01abc/") == [KEY]


async def test_folders_that_vanish_while_they_are_looked_through_are_passed_over(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A DELETE beside the sweep of orphans, or beside a backup."""
    blobs = FileBlobs(root)
    await blobs.put("jobs/01abc/pages/1.png", _chunks(b"x"))
    scan = os.scandir

    def vanishing(path: str) -> object:
        if str(path).endswith("pages"):
            raise FileNotFoundError(path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", vanishing)
    assert await blobs.keys_under("jobs/01abc/") == []
    assert [prefix async for prefix in await blobs.prefixes_older_than(3600)] == []


async def test_a_store_that_does_not_exist_yet_has_room_and_no_prefixes(root: Path) -> None:
    blobs = FileBlobs(root)
    assert (await blobs.free_bytes() or 0) > 0
    assert [prefix async for prefix in await blobs.prefixes_older_than(0)] == []


async def test_where_links_are_refused_the_bytes_are_copied(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_self: Path, _target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    blobs = FileBlobs(root)
    source = await blobs.put(KEY, _chunks(b"abc"))
    monkeypatch.setattr(Path, "hardlink_to", refused)
    copy = await blobs.copy(source, "jobs/02def/source")
    assert await _bytes(blobs, copy) == b"abc"
    assert (root / "jobs/02def/source").stat().st_ino != (root / KEY).stat().st_ino


async def test_a_put_into_a_folder_that_is_deleted_meanwhile_is_not_found(root: Path) -> None:
    blobs = FileBlobs(root)

    async def deleted() -> AsyncIterator[bytes]:
        yield b"x" * CHUNK_BYTES
        await blobs.delete_prefix("jobs/01abc/")

    with pytest.raises(NotFound):
        await blobs.put(KEY, deleted())
    assert _files(root) == []
