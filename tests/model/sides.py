"""One side of the comparison: a journal with everything around it, on which the machine plays its steps, and a picture of its state."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import delete, select, text

from doctray.domain.audit import Actor, Means
from doctray.domain.errors import DoctrayError
from doctray.domain.job import (
    Attempt,
    BlobRef,
    Delivery,
    DeliveryStatus,
    DeliveryTry,
    Job,
    JobError,
    JobOptions,
    JobStatus,
    Outcome,
)
from doctray.ports import IDEMPOTENCY_S, Claim, JobQuery, Journal, QueueState, WorkerInfo
from doctray.service import jobs
from doctray.service.announce import Announcer
from doctray.service.bell import ring, ring_again
from doctray.service.rollout_guard import RolloutGuard
from doctray.service.stored import in_one_chunk
from doctray.service.submit import Received, Submission, submit
from doctray.service.sweep import Sweeper
from doctray.storage import deliveries_sql, jobs_sql, lists_sql, queue_sql, workers_sql
from doctray.storage.fingerprints_sql import LATEST_FINGERPRINT
from doctray.storage.job_rows import job_of
from doctray.storage.journal_sql import SqlJournal
from doctray.storage.store import Op, Store, Tx
from doctray.storage.tables import attempts, deliveries, idempotency, metadata
from doctray.storage.tables import jobs as jobs_table
from doctray.testing import FakeClock, MemoryBlobs, MemoryJournal, MemoryNotices, MemoryQueue

T = TypeVar("T")

OWNERS = ("acme", "bolt")
WORKERS = ("w0", "w1", "w2")
FINGERPRINTS = ("f0", "f1")
CONTENTS = ("c0", "c1")
KEYS = ("k0", "k1")

LINGER_S = 0.004
"""Well above the time of a transaction."""

LEASE_S = 15.0
DELIVERY_LEASE_S = 60.0
CACHE_TTL_S = 3600.0
RETENTION_S = 7 * 86400.0
MAX_LOST = 2
"""In place of the sweep's ten, which chance would not reach."""

CANCELLED = JobError(code="cancelled_by_caller", detail="Cancelled.")
FAILURE = JobError(code="engine_failure", detail="The engine stopped.")

SOMEBODY = Actor(means=Means.CLI)
ANNOUNCER = Announcer()
EVERYTHING = JobQuery(owner=None, limit=1000)


@dataclass(frozen=True, slots=True)
class Picture:
    """All that can be seen of a journal at one moment. Deliveries go by their webhook_id: delivery ids are random."""

    jobs: Mapping[str, Job]
    # the journal's own columns
    flight_keys: Mapping[str, str | None]
    parked: frozenset[str]
    attempts: Mapping[str, tuple[Attempt, ...]]
    deliveries: Mapping[str, Delivery]
    listed: tuple[str, ...]
    due: tuple[str, ...]
    queue: QueueState
    living: frozenset[str]
    # of the worker registered last
    fingerprint: str | None
    # (scope, key) of an idempotent submission: the first job, and when
    promises: Mapping[tuple[str, str], tuple[str, datetime]]
    # what the cache gives for every owner and content key there is: request_id
    cache: Mapping[tuple[str, str], str | None]


@dataclass(kw_only=True)
class Side:
    """journals: of one database, each with connections of its own; the first is used where one is enough."""

    journals: tuple[Journal, ...]
    clock: FakeClock
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    notices: MemoryNotices = field(default_factory=MemoryNotices)
    blobs: MemoryBlobs = field(init=False)

    def __post_init__(self) -> None:
        self.blobs = MemoryBlobs(clock=self.clock)

    @property
    def journal(self) -> Journal:
        return self.journals[0]

    # what callers do

    async def submit(self, request_id: str, *, owner: str, content: str | None, options: JobOptions, hook: bool, key: str | None) -> object:
        received = None
        if content is not None:
            blob = await self.blobs.put(f"jobs/{request_id}/source", in_one_chunk(content.encode()))
            received = Received(ref=replace(blob, sha256=content), media_type="application/pdf")
        submission = Submission(
            request_id=request_id,
            owner=owner,
            route="documents",
            options=options,
            file_name="paper.pdf",
            webhook_url=f"https://{owner}.test/hook" if hook else None,
            idempotency_key=key,
            received=received,
            source_url=None if content is not None else "https://files.test/paper.pdf",
        )
        return await said(self._submitted(submission))

    async def _submitted(self, submission: Submission) -> Job:
        accepted = await submit(
            submission,
            journal=self.journal,
            queue=self.queue,
            notices=self.notices,
            blobs=self.blobs,
            outbound=_Anywhere(),
            clock=self.clock,
            cache_ttl_s=CACHE_TTL_S,
            announcer=ANNOUNCER,
        )
        return accepted.job

    async def cancel(self, request_id: str, owner: str) -> object:
        return await said(jobs.cancel(request_id, owner=owner, journal=self.journal, notices=self.notices, announcer=ANNOUNCER))

    async def delete(self, request_id: str, owner: str) -> object:
        return await said(
            jobs.delete(
                request_id,
                owner=owner,
                journal=self.journal,
                blobs=self.blobs,
                notices=self.notices,
                announcer=ANNOUNCER,
                by=SOMEBODY,
            )
        )

    async def replay(self, request_id: str, owner: str | None) -> object:
        return await said(jobs.replay(request_id, owner=owner, journal=self.journal, queue=self.queue, by=SOMEBODY))

    # what workers do

    async def claim(self, request_id: str, worker_id: str, fingerprint: str, *, by: int = 0) -> Claim | None:
        return await self.journals[by].claim(request_id, worker_id=worker_id, fingerprint=fingerprint, cache_ttl_s=CACHE_TTL_S)

    async def finish(self, claim: Claim, outcome: Outcome) -> object:
        if outcome.result is not None:
            await self.blobs.put(outcome.result.key, in_one_chunk(b"{}"))
        ended = await self.journal.finish(claim, outcome, announce=ANNOUNCER.for_job())
        if ended is not None:
            await ring_again(ended[1], journal=self.journal, queue=self.queue)
        return ended

    async def release(self, claim: Claim, *, delay_s: float, error: JobError | None, charged: bool) -> object:
        left = await self.journal.release(claim, delay_s=delay_s, error=error, charged=charged)
        if left is not None:
            again = await self.journal.next_ring(claim.request_id)
            assert again is not None
            await ring(again, queue=self.queue, delay_s=delay_s)
            await ring_again(left[1], journal=self.journal, queue=self.queue)
        return left

    async def set_source(self, claim: Claim, content: str, fingerprint: str) -> Job | None:
        blob = BlobRef(key=f"jobs/{claim.request_id}/source", size_bytes=1, sha256=content)
        return await self.journal.set_source(claim, source=blob, media_type="application/pdf", fingerprint=fingerprint)

    async def register(self, worker_id: str, fingerprint: str) -> None:
        await self.journal.register(worker(worker_id, fingerprint, self.clock), lease_s=LEASE_S)

    async def extend(self, worker_id: str) -> bool:
        return await self.journal.extend(worker_id, lease_s=LEASE_S, running=1)

    async def retire(self, worker_id: str) -> None:
        await self.journal.retire(worker_id)

    # what upkeep does

    def sweeper(self) -> Sweeper:
        return Sweeper(
            journal=self.journal,
            blobs=self.blobs,
            queue=self.queue,
            notices=self.notices,
            announcer=ANNOUNCER,
            holder="model",
            every_s=2.0,
            retention_s=RETENTION_S,
            audit_retention_s=RETENTION_S,
            guard=RolloutGuard(journal=self.journal, clock=self.clock, holder="model"),
        )

    async def upkeep(self) -> None:
        await self.sweeper().expire()
        await self.sweeper().remove_orphans()

    async def take_deliveries(self) -> dict[str, Delivery]:
        return {taken.webhook_id: taken for taken in await self.journal.due_deliveries(lease_s=DELIVERY_LEASE_S, limit=100)}

    async def record(self, taken: Delivery, status: DeliveryStatus) -> bool:
        """taken: claimed on either side."""
        found = await self._delivery(taken)
        if found is None:
            return False
        attempt = DeliveryTry(number=len(taken.tries) + 1, at=self.clock.now(), status_code=500, error=None, seconds=0.1)
        own = replace(taken, delivery_id=found.delivery_id)
        return await self.journal.record_delivery(own, attempt=attempt, status=status, next_in_s=5.0)

    async def redeliver(self, taken: Delivery, owner: str) -> object:
        found = await self._delivery(taken)
        again = await self.journal.redeliver(found.delivery_id if found else "dlv_none", owner=owner)
        return again and replace(again, delivery_id="")

    async def _delivery(self, taken: Delivery) -> Delivery | None:
        found = await self.journal.deliveries(taken.request_id)
        return next((delivery for delivery in found if delivery.webhook_id == taken.webhook_id), None)


class Lingering:
    """A store whose transactions can be made to stay open, so that others meet them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.lingers = False

    async def read(self, op: Op[T]) -> T:
        return await self._store.read(op)

    async def write(self, op: Op[T]) -> T:
        return await self._store.write(partial(_then_linger, op) if self.lingers else op)

    async def scrub(self) -> bool:
        return await self._store.scrub()

    async def aclose(self) -> None:
        await self._store.aclose()


def _then_linger(op: Op[T], tx: Tx) -> T:
    result = op(tx)
    if tx.conn.dialect.name == "postgresql":
        tx.conn.execute(text(f"SELECT pg_sleep({LINGER_S})"))
    return result


@dataclass(kw_only=True)
class SqlSide(Side):
    """The database under test."""

    stores: tuple["Lingering", "Lingering"]

    @property
    def store(self) -> Store:
        return self.stores[0]

    async def picture(self) -> Picture:
        return await self.store.read(_picture_of)

    def linger(self, which: int) -> None:
        """1: the first journal's transactions stay open a little before they commit; 2: the second's; 0: none."""
        for number, store in enumerate(self.stores, 1):
            store.lingers = number == which

    async def empty(self) -> None:
        """As new, for the next example."""

        def clear(tx: Tx) -> None:
            for table in metadata.tables.values():
                tx.conn.execute(delete(table))

        await self.store.write(clear)
        self.queue, self.notices, self.blobs = MemoryQueue(), MemoryNotices(), MemoryBlobs(clock=self.clock)


@dataclass(kw_only=True)
class MemorySide(Side):
    """The shipped fake, which says what the database should have done."""

    @property
    def memory(self) -> MemoryJournal:
        assert isinstance(self.journal, MemoryJournal)
        return self.journal

    def fork(self) -> "MemorySide":
        """A copy on which a step can be tried."""
        memory = deepcopy(self.memory, {id(self.clock): self.clock})
        fork = MemorySide(journals=(memory, memory), clock=self.clock, queue=self.queue, notices=self.notices)
        fork.blobs = self.blobs
        return fork

    def miss_the_end(self, request_id: str, due_at: Any) -> None:
        """Park a job whose twin ended at the very moment at which it was parked (see `machine.race`)."""
        entry = self.memory._jobs[request_id]
        entry.job, entry.parked = entry.job.evolve(due_at=due_at), True

    async def picture(self) -> Picture:
        memory = self.memory
        found = {request_id: entry.job for request_id, entry in memory._jobs.items()}
        tried = {request_id: tuple(await memory.attempts(request_id)) for request_id in found}
        posted = [delivery for request_id in found for delivery in await memory.deliveries(request_id)]
        cache = {}
        for place in _places(found):
            result = await memory.find_result(*place, younger_than_s=CACHE_TTL_S)
            cache[place] = result.request_id if result else None
        return Picture(
            jobs=found,
            flight_keys={request_id: entry.flight_key for request_id, entry in memory._jobs.items()},
            parked=frozenset(request_id for request_id, entry in memory._jobs.items() if entry.parked),
            attempts={request_id: rows for request_id, rows in tried.items() if rows},
            deliveries={delivery.webhook_id: replace(delivery, delivery_id="") for delivery in posted},
            listed=tuple(job.request_id for job in (await memory.list_jobs(EVERYTHING))[0]),
            due=tuple(job.request_id for job in await memory.due()),
            queue=_rounded(await memory.queue_state()),
            living=frozenset(worker.worker_id for worker in await memory.workers()),
            fingerprint=memory._latest_fingerprint(),
            promises={place: (name, at) for place, (_, name, at) in memory._promises.items() if _remembered(at, self.clock.now())},
            cache=cache,
        )


def sql_side(clock: FakeClock, open_one: Callable[[], Store]) -> SqlSide:
    """Two journals on one database: two processes, but for the process."""
    stores = (Lingering(open_one()), Lingering(open_one()))
    journals = tuple(SqlJournal(store, retention_s=RETENTION_S) for store in stores)
    return SqlSide(journals=journals, clock=clock, stores=stores)


def memory_side(clock: FakeClock) -> MemorySide:
    memory = MemoryJournal(clock=clock, retention_s=RETENTION_S)
    return MemorySide(journals=(memory, memory), clock=clock)


async def at_once(one: Coroutine[Any, Any, object], other: Coroutine[Any, Any, object]) -> tuple[object, object]:
    both = await asyncio.gather(one, other)
    return both[0], both[1]


def _picture_of(tx: Tx) -> Picture:
    rows = tx.conn.execute(select(jobs_table)).mappings().all()
    found = {row["request_id"]: job_of(row) for row in rows}
    tried: dict[str, tuple[Attempt, ...]] = {}
    for row in tx.conn.execute(select(attempts).order_by(attempts.c.generation, attempts.c.number)).mappings():
        tried[row["request_id"]] = (*tried.get(row["request_id"], ()), Attempt(**row))
    posted = [deliveries_sql._delivery_of(row) for row in tx.conn.execute(select(deliveries)).mappings()]
    cache = {}
    for place in _places(found):
        result = jobs_sql.find_result(tx, *place, younger_than_s=CACHE_TTL_S)
        cache[place] = result.request_id if result else None
    return Picture(
        jobs=found,
        flight_keys={row["request_id"]: row["flight_key"] for row in rows},
        parked=frozenset(row["request_id"] for row in rows if row["parked"]),
        attempts=tried,
        deliveries={delivery.webhook_id: replace(delivery, delivery_id="") for delivery in posted},
        listed=tuple(job.request_id for job in lists_sql.list_jobs(tx, EVERYTHING)[0]),
        due=tuple(job.request_id for job in queue_sql.due(tx, limit=100)),
        queue=_rounded(queue_sql.queue_state(tx)),
        living=frozenset(worker.worker_id for worker in workers_sql.living(tx)),
        fingerprint=tx.conn.scalar(LATEST_FINGERPRINT),
        promises={
            (row.scope, row.key): (row.request_id, row.created_at)
            for row in tx.conn.execute(select(idempotency))
            if _remembered(row.created_at, tx.now)
        },
        cache=cache,
    )


def _remembered(at: datetime, now: datetime) -> bool:
    """What is older is removed by the next promise."""
    return now < at + timedelta(seconds=IDEMPOTENCY_S)


def _rounded(state: QueueState) -> QueueState:
    """Epoch seconds are exact to some tenths of a microsecond."""
    return replace(state, oldest_due_age_s=round(state.oldest_due_age_s, 3))


def _places(found: Mapping[str, Job]) -> list[tuple[str, str]]:
    """Every owner and content key: what one owner has read must not be found for the other."""
    keys = {job.content_key for job in found.values() if job.content_key is not None}
    return [(owner, key) for owner in OWNERS for key in sorted(keys)]


async def said(call: Coroutine[Any, Any, object]) -> object:
    """Its answer, or the code of the error that a caller would see."""
    try:
        return await call
    except DoctrayError as error:
        return error.code


class _Anywhere:
    """Every address is allowed."""

    async def check(self, url: str) -> None:
        pass


def completed(request_id: str, claim_no: int) -> Outcome:
    result = BlobRef(key=f"jobs/{request_id}/result.json", size_bytes=2, sha256=f"r{claim_no}")
    return Outcome(status=JobStatus.COMPLETED, result=result, result_type="certificate", confidence=0.9, engine="null", page_total=1)


def failed(*, dead_lettered: bool) -> Outcome:
    return Outcome(status=JobStatus.FAILED, error=FAILURE, dead_lettered=dead_lettered)


def worker(worker_id: str, fingerprint: str, clock: FakeClock) -> WorkerInfo:
    return WorkerInfo(worker_id=worker_id, host="h", pid=1, device="cpu", slots=4, fingerprint=fingerprint, started_at=clock.now())
