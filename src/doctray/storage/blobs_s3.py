"""Blobs as objects of one S3 bucket, of AWS or any server that speaks its protocol: the key is the object's name.

A document is received into a private file and sent from there, so that a caller who is slow or breaks off costs the bucket nothing,
and a part that fails can be sent again (docs/decisions/0033-blobs-in-s3.md).
"""

import asyncio
import errno
import hashlib
import re
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import obstore
import structlog
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from doctray.cancellation import to_the_end
from doctray.domain.errors import NotFound, StorageFull, TemporarilyUnavailable
from doctray.domain.job import BlobRef
from doctray.ports import BlobLink
from doctray.storage.blob_keys import GONE, JOBS, folder_of, is_part, parts_of
from doctray.storage.spool import Spool

if TYPE_CHECKING:
    # Shapes that exist in the stubs alone.
    from obstore.store import ClientConfig, RetryConfig, S3Config

_log = structlog.get_logger()

CHUNK_BYTES = 1024 * 1024
"""Read at a time; what is no larger is sent from memory, by one request."""

PART_BYTES = 8 * 1024 * 1024
"""Sent at a time. S3 takes at least 5 MiB a part and at most 10,000 parts."""

SENT_AT_ONCE = 8
"""Documents on their way to the bucket at once, of each process: bounds its memory to this many parts."""

LONGEST_LINK_S = 7 * 86400
"""Signature Version 4 allows no more."""

RETRIES: "RetryConfig" = {
    "max_retries": 3,
    "retry_timeout": timedelta(seconds=15),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
}
"""Of one request, for connections that fail and answers of 5xx. What lasts longer is for the caller, or the job's next try."""

CONNECT_S, SILENCE_S, REQUEST_S = 3, 20, 120
"""Longest wait for a connection, for the next bytes of an answer, and for one request as a whole."""

UNREACHABLE = "The document store cannot be reached just now; nothing was accepted or lost."

_CODE = re.compile(r"<Code>(\w{1,64})</Code>")
_FULL = frozenset({"XMinioStorageFull", "InsufficientStorage", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded"})
"""What servers say that are full (AWS is never); S3 itself has no word for it."""

_UPLOAD_OR_BUCKET_LOST = frozenset({"NoSuchBucket", "NoSuchUpload"})
"""Answers of 404 that say nothing about the object."""


class BucketRefused(Exception):
    """The bucket does not exist or refuses these credentials; the message says which, and what to set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Where it is and who asks. endpoint None: AWS itself, in `region`. prefix: begins every object's name, "" or ending in '/'.

    access_key_id None: credentials of the environment (web identity, container or instance role), as AWS's own tools find them.
    """

    name: str
    endpoint: str | None = None
    region: str | None = None
    prefix: str = ""
    access_key_id: str | None = None
    secret_access_key: str | None = None
    session_token: str | None = None


class S3Blobs:
    """`doctray.ports.BlobStore` on a bucket. Closed by `aclose`.

    spool: folder for private files of documents on their way. min_free_bytes: room that stays free there; a put that would use it
    raises StorageFull. link_s: how long a link is good, at most LONGEST_LINK_S; None: no links. link_endpoint: the server's address as
    callers reach it, where that differs. All methods raise TemporarilyUnavailable when the bucket cannot be reached or refuses.
    """

    def __init__(
        self,
        bucket: Bucket,
        *,
        spool: Path,
        min_free_bytes: int = 0,
        link_s: float | None = None,
        link_endpoint: str | None = None,
    ) -> None:
        self._bucket = bucket
        self._store = open_bucket(bucket, bucket.endpoint)
        self._signer = open_bucket(bucket, link_endpoint) if link_endpoint else self._store
        self._link_s = link_s
        self._min_free_bytes = min_free_bytes
        self._spool = Spool(spool)
        self._sending = asyncio.Semaphore(SENT_AT_ONCE)

    async def aclose(self) -> None:
        await asyncio.to_thread(self._spool.close)

    async def put(self, key: str, chunks: AsyncIterable[bytes]) -> BlobRef:
        """Sent when it is whole; S3 shows an object once all of it is there."""
        parts_of(key)
        digest, size, head = hashlib.sha256(), 0, bytearray()
        async with AsyncExitStack() as stack:
            path: Path | None = None
            async for chunk in chunks:
                size += len(chunk)
                head += chunk
                if len(head) > CHUNK_BYTES:
                    # To the end: a thread that comes too late would make the file anew, and leave it.
                    path = path or stack.enter_context(self._spool.file())
                    await to_the_end(asyncio.to_thread(self._keep, path, digest, bytes(head)))
                    head.clear()
            if path is None:
                digest.update(head)
            elif head:
                await to_the_end(asyncio.to_thread(self._keep, path, digest, bytes(head)))
            async with self._sending:
                await to_the_end(self._send(key, path or bytes(head)))
        return BlobRef(key=key, size_bytes=size, sha256=digest.hexdigest())

    async def read(self, ref: BlobRef) -> AsyncIterator[bytes]:
        parts_of(ref.key)
        with mapped():
            found = await self._store.get_async(ref.key)
        chunks = found.stream(min_chunk_size=CHUNK_BYTES)
        while True:
            with mapped():
                chunk = await anext(chunks, None)
            if chunk is None:
                return
            yield bytes(chunk)

    @asynccontextmanager
    async def local(self, ref: BlobRef) -> AsyncIterator[Path]:
        """A private copy, removed at the end."""
        with self._spool.file() as path:
            async for chunk in self.read(ref):
                await to_the_end(asyncio.to_thread(self._append, path, chunk))
            yield path

    async def copy(self, source: BlobRef, key: str) -> BlobRef:
        """Within the bucket: no byte of it passes here. The copy's size is the one that `source` names."""
        parts_of(source.key), parts_of(key)
        with mapped():
            await to_the_end(self._store.copy_async(source.key, key))
        return BlobRef(key=key, size_bytes=source.size_bytes, sha256=source.sha256)

    async def delete_prefix(self, prefix: str) -> int:
        folder = folder_of(prefix)
        removed = 0
        with mapped():
            async for entries in self._store.list(folder):
                await to_the_end(self._store.delete_async([entry["path"] for entry in entries]))
                removed += len(entries)
        return removed

    async def keys_under(self, prefix: str) -> list[str]:
        folder = folder_of(prefix)
        with mapped():
            return sorted([entry["path"] async for entries in self._store.list(folder) for entry in entries])

    async def free_bytes(self) -> int | None:
        """A bucket has no end that could be told; a put that finds no room in the spool says so itself."""
        return None

    async def ping(self) -> None:
        """Asks for an object that is not there: only its absence is the right answer."""
        try:
            with mapped():
                await self._store.get_async(f"{JOBS}/ping")
        except NotFound:
            return

    async def check(self) -> None:
        """Raises BucketRefused when the bucket will not work, whatever is waited for. One that cannot be reached now may be later."""
        try:
            await self._store.get_async(f"{JOBS}/ping")
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise BucketRefused(
                f"the bucket {self._bucket.name} refuses access ({_code_of(error) or 'no reason given'}): "
                "look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and the bucket's policy (docs/storage.md)"
            ) from error
        except (FileNotFoundError, BaseError) as error:
            if _code_of(error) == "NoSuchBucket":
                raise BucketRefused(f"there is no bucket {self._bucket.name}; make it, or correct S3_BUCKET or S3_ENDPOINT_URL") from error

    async def link(self, ref: BlobRef) -> BlobLink | None:
        if self._link_s is None:
            return None
        parts_of(ref.key)
        lasts = timedelta(seconds=self._link_s)
        expires_at = datetime.now(UTC) + lasts
        with mapped():
            return BlobLink(url=await obstore.sign_async(self._signer, "GET", ref.key, lasts), expires_at=expires_at)

    async def prefixes_older_than(self, age_s: float) -> AsyncIterator[str]:
        return self._old_prefixes(datetime.now(UTC) - timedelta(seconds=age_s))

    async def _old_prefixes(self, before: datetime) -> AsyncIterator[str]:
        """The listing is in the order of names: what belongs to one job comes together, and nothing has to be kept."""
        current, newest = "", before
        with mapped():
            async for entries in self._store.list(f"{JOBS}/"):
                for entry in entries:
                    name = entry["path"].split("/")[1]
                    if name != current:
                        if is_part(current) and newest < before:
                            yield f"{JOBS}/{current}/"
                        current, newest = name, entry["last_modified"]
                    newest = max(newest, entry["last_modified"])
        if is_part(current) and newest < before:
            yield f"{JOBS}/{current}/"

    async def _send(self, key: str, content: Path | bytes) -> None:
        with mapped(gone=False):
            await self._store.put_async(key, content, chunk_size=PART_BYTES, max_concurrency=1)

    def _keep(self, path: Path, digest: Any, content: bytes) -> None:
        if self._spool.free_bytes - len(content) < self._min_free_bytes:
            raise StorageFull
        digest.update(content)
        self._append(path, content)

    def _append(self, path: Path, content: bytes) -> None:
        try:
            with path.open("ab", buffering=0) as file:
                left = memoryview(content)
                while left:
                    left = left[file.write(left) :]
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull from error
            raise


def open_bucket(bucket: Bucket, endpoint: str | None) -> S3Store:
    """endpoint: instead of the bucket's own, for links; None: AWS itself. Nothing is sent."""
    client: ClientConfig = {
        "connect_timeout": timedelta(seconds=CONNECT_S),
        "read_timeout": timedelta(seconds=SILENCE_S),
        "timeout": timedelta(seconds=REQUEST_S),
        "allow_http": endpoint is not None and endpoint.startswith("http://"),
        "user_agent": "doctray",
    }
    given = {
        "endpoint": endpoint,
        "region": bucket.region,
        "access_key_id": bucket.access_key_id,
        "secret_access_key": bucket.secret_access_key,
        "session_token": bucket.session_token,
    }
    config: S3Config = {name: value for name, value in given.items() if value is not None}  # type: ignore[assignment]
    return S3Store(bucket.name, prefix=bucket.prefix or None, config=config, client_options=client, retry_config=RETRIES)


@contextmanager
def mapped(*, gone: bool = True) -> Iterator[None]:
    """obstore's errors as ours. gone: whether an absent object is a fact about the blob; a put has none that could be absent."""
    try:
        yield
    except (FileNotFoundError, BaseError) as error:
        code = _code_of(error)
        if isinstance(error, FileNotFoundError) and gone and code not in _UPLOAD_OR_BUCKET_LOST:
            raise NotFound(GONE) from error
        if code in _FULL:
            raise StorageFull from error
        _log.warning("blobs.unreachable", error=type(error).__name__, code=code)
        raise TemporarilyUnavailable(UNREACHABLE) from error


def _code_of(error: Exception) -> str | None:
    """S3's own word for what is wrong, from the answer that the error quotes."""
    found = _CODE.search(str(error))
    return found.group(1) if found else None
