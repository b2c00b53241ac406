"""Backing up and restoring a journal with its blobs, consistent while the service runs.

The journal first, as of one moment; then the blobs it names, none of which is purged meanwhile. What changes after that moment
does not matter: a job that goes on is finished again after a restore, and announced under the same webhook-id.
"""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path

import structlog

from doctray.domain.errors import NotFound, TemporarilyUnavailable
from doctray.domain.job import BlobRef
from doctray.domain.moments import iso_time
from doctray.ports import BlobStore, Clock, Journal, JournalDump, Snapshot
from doctray.service.bundle import BundleReader, BundleWriter
from doctray.service.reuse import prefix_of
from doctray.service.sweep import PURGE, PURGE_S
from doctray.service.turns import keeping_turn

_log = structlog.get_logger()

SECRET_KEY = "secret.key"  # noqa: S105 a file's name
SECRETS_TABLE = "webhook_secrets"
PUT_AT_ONCE = 16
"""Blobs put back at once: 1130 of them took 14 s one by one, nearly all of it waiting for fsync."""

IN_MEMORY_CHUNKS = 4
"""A blob of fewer chunks (of 1 MiB) is held in memory while it is put; a larger one is read as it is written."""

_ROWS = "journal/{}.jsonl"
_BLOBS = "blobs/"
_ALL_JOBS = "jobs/"


class RestoreRefused(Exception):
    """Nothing was changed; the message says why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupMade:
    """damaged: jobs whose blobs were missing or not those that the journal knows; they are backed up as they are."""

    jobs: int
    blobs: int
    size_bytes: int
    damaged: tuple[str, ...]


async def back_up(
    target: Path,
    *,
    journal: Journal,
    dump: JournalDump,
    blobs: BlobStore,
    clock: Clock,
    holder: str,
    version: str,
    secret_key: bytes,
    with_secret_key: bool,
) -> BackupMade:
    """Write one file with everything; nothing is left of it when it fails. Raises TemporarilyUnavailable, OSError.

    secret_key: what webhook secrets are sealed under. It goes into the file with with_secret_key; a fingerprint always does.
    """
    writer = await asyncio.to_thread(BundleWriter, target)
    try:
        async with _nothing_purged(journal, holder):
            started_at = iso_time(clock.now())
            snapshot = await asyncio.to_thread(dump.dump, lambda table, lines: writer.add_lines(_ROWS.format(table), lines))
            lacking = await _copy_blobs(writer, snapshot, blobs)
            still_there = await journal.existing(list(snapshot.named))
        if with_secret_key:
            await asyncio.to_thread(writer.add_bytes, SECRET_KEY, secret_key)
        count, size_bytes = len(writer.files), sum(told["size"] for told in writer.files.values())
        damaged = [request_id for request_id in lacking if request_id in still_there]
        told = {
            "doctray": version,
            "created_at": started_at,
            "schema_version": snapshot.schema_version,
            "rows": dict(snapshot.rows),
            "gone": [request_id for request_id in snapshot.named if request_id not in still_there],
            "damaged": damaged,
            "secret_key_check": fingerprint(secret_key),
        }
        await asyncio.to_thread(partial(writer.finish, **told))
    except BaseException:
        await asyncio.to_thread(writer.drop)
        raise
    blob_count = count - len(snapshot.rows) - with_secret_key
    made = BackupMade(jobs=len(snapshot.named), blobs=blob_count, size_bytes=size_bytes, damaged=tuple(damaged))
    _log.info("backup.made", jobs=made.jobs, blobs=made.blobs, size_bytes=made.size_bytes, damaged=len(made.damaged))
    return made


def fingerprint(secret_key: bytes) -> str:
    """Tells whether two secret keys are the same, and nothing about them."""
    return hmac.new(secret_key, b"doctray backup", hashlib.sha256).hexdigest()


def check_bundle(bundle: BundleReader, *, dump: JournalDump, schema_version: str, force: bool) -> None:
    """Whether the bundle may be restored over what is there. Blocks. Raises RestoreRefused, BrokenBundle, TemporarilyUnavailable."""
    bundle.verify()
    theirs = bundle.manifest["schema_version"]
    if theirs != schema_version:
        raise RestoreRefused(
            f"the backup's tables are of version {theirs} and this doctray's of {schema_version}. Restore it with doctray "
            f"{bundle.manifest['doctray']}, then run `doctray upgrade` with this one"
        )
    if not force and dump.holds_data():
        raise RestoreRefused(
            "the journal holds jobs or keys already. Restore into another DOCTRAY_HOME, or replace everything with --force"
        )


async def restore(bundle: BundleReader, *, dump: JournalDump, blobs: BlobStore, without_webhook_secrets: bool = False) -> Mapping[str, int]:
    """Replace journal and blobs by those of a checked bundle, with no service running; rows by table.

    Blobs first: until the journal is loaded, in one transaction, there is nothing that names them, and a restore that broke off
    can be repeated. Raises RestoreRefused, StorageFull, TemporarilyUnavailable.
    """
    free = await blobs.free_bytes()
    if free is not None and free < bundle.size_bytes:
        raise RestoreRefused(f"the backup needs {bundle.size_bytes / 1e9:.2f} GB and {free / 1e9:.2f} GB are free")
    await blobs.delete_prefix(_ALL_JOBS)
    await _put_blobs(bundle, blobs)
    without = (SECRETS_TABLE,) if without_webhook_secrets else ()
    rows: dict[str, int] = bundle.manifest["rows"]
    load = partial(dump.load, lambda table: bundle.lines(_ROWS.format(table)), gone=bundle.manifest["gone"], without=without)
    await asyncio.to_thread(load)
    _log.info("backup.restored", jobs=rows["jobs"])
    return rows


async def _put_blobs(bundle: BundleReader, blobs: BlobStore) -> None:
    """Some at once, since each waits for the disk; the bundle itself is read by one at a time."""
    gone = tuple(_BLOBS + prefix_of(request_id) for request_id in bundle.manifest["gone"])
    names = iter([name for name in bundle.names if name.startswith(_BLOBS) and not name.startswith(gone)])
    reading = asyncio.Lock()

    async def put_rest() -> None:
        for name in names:
            async with reading:
                chunks = bundle.read(name)
                head = await asyncio.to_thread(list, islice(chunks, IN_MEMORY_CHUNKS))
                if len(head) == IN_MEMORY_CHUNKS:
                    await blobs.put(name.removeprefix(_BLOBS), _in_threads(chain(head, chunks)))
                    continue
            await blobs.put(name.removeprefix(_BLOBS), _in_threads(iter(head)))

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(PUT_AT_ONCE):
                group.create_task(put_rest())
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors


async def _copy_blobs(writer: BundleWriter, snapshot: Snapshot, blobs: BlobStore) -> list[str]:
    """Every blob of the snapshot's jobs; the ids of jobs that lack one they cannot do without."""
    lacking: list[str] = []
    for request_id, named in snapshot.named.items():
        copied: dict[str, str] = {}
        for key in await blobs.keys_under(prefix_of(request_id)):
            # Gone since it was listed: deleted by its owner.
            with suppress(NotFound, FileNotFoundError):
                async with blobs.local(BlobRef(key=key, size_bytes=0, sha256="")) as path:
                    copied[key] = await asyncio.to_thread(writer.add_file, _BLOBS + key, path)
        if any(copied.get(ref.key) != ref.sha256 for ref in named):
            lacking.append(request_id)
    return lacking


@asynccontextmanager
async def _nothing_purged(journal: Journal, holder: str) -> AsyncIterator[None]:
    """Hold the turn of purging until the end. A caller's own DELETE goes through. Raises TemporarilyUnavailable."""
    try:
        async with asyncio.timeout(2 * PURGE_S):
            while True:
                if await journal.take_turn(PURGE, holder=holder, hold_s=PURGE_S):
                    break
                await asyncio.sleep(0.2)
    except TimeoutError as error:
        raise TemporarilyUnavailable("Another backup or a purge is under way; try again when it has ended.") from error
    async with keeping_turn(journal, PURGE, holder=holder, hold_s=PURGE_S):
        yield


async def _in_threads(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        chunk = await asyncio.to_thread(next, chunks, None)
        if chunk is None:
            return
        yield chunk
