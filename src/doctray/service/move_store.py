"""Moving everything from one store to another: journal and blobs, verified, and to be begun again where it broke off.

Blobs first: until the journal is there, in one transaction, nothing names them. Nobody may serve from either side meanwhile.
"""

import asyncio
import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from doctray.domain.job import BlobRef
from doctray.ports import BlobStore, Journal, JournalDump, Snapshot
from doctray.service.reuse import prefix_of
from doctray.service.sweep import SWEEP

COPIED_AT_ONCE = 16
"""Blobs under way at once; most of the time is waiting for the other store."""

STILL_S = 10.0
"""How long the turn of sweeping is held at a time: whoever else holds it is a server that runs."""

_DIGEST_BITS = 256


class MoveRefused(Exception):
    """Nothing was changed at the target that counts; the message says why, and what to do."""


class NotTheSame(Exception):
    """What arrived is not what was sent; the message says where."""


@dataclass(slots=True)
class Copied:
    """Blobs copied now, their bytes, and the jobs of which the source itself lacks one or has another than the journal knows."""

    blobs: int = 0
    size_bytes: int = 0
    lacking: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """Lines of a table, whatever their order: databases sort text differently."""

    lines: int = 0
    digest: int = 0

    def counted(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        for line in lines:
            self.lines += 1
            self.digest = (self.digest + int.from_bytes(hashlib.sha256(line).digest(), "big")) % 2**_DIGEST_BITS
            yield line


@dataclass(slots=True)
class Progress:
    """A file beside the home that says which blobs have arrived, one a line; it outlives a killed process.

    route: where from and where to; a file of another route is refused.
    """

    path: Path
    route: str
    arrived: dict[str, BlobRef] = field(default_factory=dict)
    began_before: bool = False

    def look(self) -> None:
        """Learn what a run before has done. Raises MoveRefused when another move was begun and not finished."""
        if not self.path.exists():
            return
        # A line that was being written when the process ended is none.
        whole, newline, torn = self.path.read_bytes().rpartition(b"\n")
        if torn:
            self.path.write_bytes(whole + newline)
        if not whole:
            return
        head, *rest = [json.loads(line) for line in whole.split(b"\n")]
        if head["route"] != self.route:
            raise MoveRefused(f"another move was begun and not finished: {head['route']}. Finish it first, or remove {self.path}")
        self.began_before = True
        self.arrived = {told["key"]: BlobRef(**told) for told in rest}

    def begin(self) -> None:
        if not self.began_before:
            self.path.touch(mode=0o600)
            self._append({"route": self.route})

    def add(self, ref: BlobRef) -> None:
        self._append({"key": ref.key, "size_bytes": ref.size_bytes, "sha256": ref.sha256})

    def forget(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.arrived.pop(key, None)

    def close(self) -> None:
        self.path.unlink()

    def _append(self, told: Mapping[str, object]) -> None:
        with self.path.open("ab", buffering=0) as file:
            file.write(json.dumps(told).encode() + b"\n")


async def nobody_serves(journal: Journal, *, which: str, holder: str) -> None:
    """Raises MoveRefused while an API or a worker runs on the journal: workers hold leases, and each of both sweeps."""
    workers = await journal.workers()
    if workers or not await journal.take_turn(SWEEP, holder=holder, hold_s=STILL_S):
        who = f"{len(workers)} workers, one on {workers[0].host}" if workers else "an API or a worker"
        raise MoveRefused(
            f"the {which} is in use: {who}. Stop every API and worker (and wait until their leases have ended, some 15 s after a crash)"
        )


async def copy_blobs(
    named: Mapping[str, tuple[BlobRef, ...]],
    *,
    source: BlobStore,
    target: BlobStore,
    progress: Progress,
    told: Callable[[int], None] = lambda _done: None,
) -> Copied:
    """Every blob of the jobs that has not arrived yet, each read back from the target.

    told: gets the number of jobs done so far. Raises NotTheSame, TemporarilyUnavailable, StorageFull.
    """
    waiting = iter(named.items())
    copied, done = Copied(), 0

    async def copy_rest() -> None:
        nonlocal done
        for request_id, refs in waiting:
            keys = await source.keys_under(prefix_of(request_id))
            if not set(await target.keys_under(prefix_of(request_id))) <= set(keys):
                # Of a run that broke off, after which the source went on.
                await target.delete_prefix(prefix_of(request_id))
                progress.forget(keys)
            digests: dict[str, str] = {}
            for key in keys:
                ref = progress.arrived.get(key)
                if ref is None:
                    ref = await _copy(key, source=source, target=target)
                    progress.add(ref)
                    copied.blobs += 1
                    copied.size_bytes += ref.size_bytes
                digests[key] = ref.sha256
            if keys != await target.keys_under(prefix_of(request_id)):
                raise NotTheSame(f"the target does not have the same blobs of job {request_id} as the source")
            if any(digests.get(ref.key) != ref.sha256 for ref in refs):
                copied.lacking.append(request_id)
            done += 1
            told(done)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(COPIED_AT_ONCE):
                group.create_task(copy_rest())
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors
    return copied


async def _copy(key: str, *, source: BlobStore, target: BlobStore) -> BlobRef:
    sent = await target.put(key, source.read(BlobRef(key=key, size_bytes=0, sha256="")))
    arrived = hashlib.sha256()
    async for chunk in target.read(sent):
        arrived.update(chunk)
    if arrived.hexdigest() != sent.sha256:
        raise NotTheSame(f"{key} is not at the target what it is at the source")
    return sent


def move_journal(source: JournalDump, target: JournalDump, *, folder: Path) -> Snapshot:
    """Put the source's rows in the place of the target's, then compare every row. Blocks.

    folder: for files of the rows on their way. Raises NotTheSame, TemporarilyUnavailable.
    """
    with TemporaryDirectory(dir=folder) as waiting:
        sent: dict[str, Tally] = {}

        def keep(table: str, lines: Iterator[bytes]) -> None:
            sent[table] = Tally()
            with Path(waiting, table).open("wb") as file:
                file.writelines(sent[table].counted(lines))

        def read(table: str) -> Iterator[bytes]:
            with Path(waiting, table).open("rb") as file:
                yield from file

        snapshot = source.dump(keep)
        target.load(read, gone=(), as_it_is=True)
        arrived = tallies(target)
    for table, tally in sent.items():
        if arrived.get(table) != tally:
            raise NotTheSame(f"the table {table} is not at the target what it is at the source")
    return snapshot


def tallies(dump: JournalDump) -> dict[str, Tally]:
    """Of every table. Blocks."""
    found: dict[str, Tally] = {}

    def count(table: str, lines: Iterator[bytes]) -> None:
        found[table] = Tally()
        deque(found[table].counted(lines), maxlen=0)

    dump.dump(count)
    return found


def survey(dump: JournalDump) -> Snapshot:
    """What there is to move, without moving it. Blocks."""
    return dump.dump(lambda _table, lines: deque(lines, maxlen=0).clear())


async def count_blobs(snapshot: Snapshot, blobs: BlobStore) -> int:
    """How many blobs the snapshot's jobs have."""
    return sum([len(await blobs.keys_under(prefix_of(request_id))) for request_id in snapshot.named])
