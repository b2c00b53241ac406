"""Batches: one announcement when the last document has ended, whatever ended it and whenever it was handed in."""

import json
from typing import Any

import pytest

from doctray.domain.batch import Batch
from doctray.domain.job import BlobRef, Job, JobError, JobOptions, JobStatus, Outcome, announce_nothing
from doctray.ports import Idempotency, Journal
from doctray.testing import FakeClock
from tests.contract.builders import a_job, a_worker, claimed

HOOK = "https://acme.test/hook"
LEASE_S = 60.0


@pytest.fixture(autouse=True)
async def _worker(journal: Journal, clock: FakeClock) -> None:
    await journal.register(a_worker(clock), lease_s=LEASE_S)


def a_batch(clock: FakeClock, batch_id: str = "b1", **fields: object) -> Batch:
    values: dict[str, object] = {
        "batch_id": batch_id,
        "owner": "acme",
        "created_at": clock.now(),
        "webhook_url": HOOK,
        "metadata": {"n": 1},
    }
    return Batch(**{**values, **fields})  # type: ignore[arg-type]


async def member(journal: Journal, clock: FakeClock, batch_id: str = "b1", **fields: Any) -> Job:
    clock.advance(0.001)
    return await journal.add(a_job(clock, batch_id=batch_id, **fields), announce=announce_nothing)


async def end(journal: Journal, job: Job, status: JobStatus = JobStatus.COMPLETED) -> None:
    claim = await claimed(journal, job)
    error = JobError(code="corrupt_document", detail="It is cut short.") if status is JobStatus.FAILED else None
    result = BlobRef(key=f"jobs/{job.request_id}/result.json", size_bytes=2, sha256="r") if status is JobStatus.COMPLETED else None
    outcome = Outcome(status=status, error=error, result=result, dead_lettered=status is JobStatus.FAILED)
    assert await journal.finish(claim, outcome, announce=announce_nothing)


async def announced(journal: Journal, batch_id: str = "b1") -> list[dict[str, object]]:
    return [json.loads(delivery.body) for delivery in await journal.deliveries(batch_id)]


async def test_a_batch_completes_with_its_last_job(journal: Journal, clock: FakeClock) -> None:
    await journal.open_batch(a_batch(clock))
    first, second = await member(journal, clock), await member(journal, clock)
    await journal.close_batch("b1")
    await end(journal, first)
    view = await journal.batch("b1")
    assert view is not None
    assert (view.batch.total, view.batch.open, view.batch.finished_at) == (2, 1, None)
    assert [job.request_id for job in view.jobs] == [first.request_id, second.request_id]
    assert await announced(journal) == []
    await end(journal, second, JobStatus.FAILED)
    [body] = await announced(journal)
    assert body["type"] == "batch.completed"
    data = body["data"]
    assert isinstance(data, dict)
    assert data["counts"] == {"queued": 0, "processing": 0, "completed": 1, "failed": 1, "cancelled": 0}
    assert (data["batch_id"], data["total"], data["metadata"]) == ("b1", 2, {"n": 1})


async def test_jobs_that_end_while_others_are_still_handed_in_do_not_complete_it(journal: Journal, clock: FakeClock) -> None:
    await journal.open_batch(a_batch(clock))
    await end(journal, await member(journal, clock))
    assert await announced(journal) == []
    await member(journal, clock, status=JobStatus.COMPLETED, cached=True)
    assert await announced(journal) == []
    await journal.close_batch("b1")
    await journal.close_batch("b1")
    assert len(await announced(journal)) == 1


async def test_a_batch_in_which_nothing_was_accepted_completes_at_once(journal: Journal, clock: FakeClock) -> None:
    await journal.open_batch(a_batch(clock))
    await journal.close_batch("b1")
    assert len(await announced(journal)) == 1


async def test_every_way_to_end_counts(journal: Journal, clock: FakeClock) -> None:
    await journal.open_batch(a_batch(clock))
    cancelled = await member(journal, clock)
    await member(journal, clock, options=JobOptions(deadline_seconds=5))
    lost = await member(journal, clock)
    await journal.close_batch("b1")
    await claimed(journal, lost)
    error = JobError(code="cancelled_by_caller", detail="")
    await journal.cancel(cancelled.request_id, owner="acme", error=error, announce=announce_nothing)
    clock.advance(LEASE_S)
    assert len(await journal.overdue(announce=announce_nothing)) == 1
    assert await announced(journal) == []
    await journal.dead_leases(announce=announce_nothing, max_lost=0)
    assert len(await announced(journal)) == 1


async def test_a_replayed_job_opens_it_again_and_it_is_announced_once(journal: Journal, clock: FakeClock) -> None:
    await journal.open_batch(a_batch(clock))
    job = await member(journal, clock)
    await journal.close_batch("b1")
    await end(journal, job, JobStatus.FAILED)
    again = await journal.replay(job.request_id, owner="acme")
    assert again is not None
    view = await journal.batch("b1")
    assert view is not None
    assert view.batch.finished_at is None
    await end(journal, again)
    view = await journal.batch("b1")
    assert view is not None
    assert (view.batch.open, view.batch.finished_at) == (0, clock.now())
    assert len(await announced(journal)) == 1


async def test_the_same_promise_finds_the_first_batch(journal: Journal, clock: FakeClock) -> None:
    promise = Idempotency(scope="acme /v1/batches", key="k", content="")
    first = await journal.open_batch(a_batch(clock), idempotency=promise)
    again = await journal.open_batch(a_batch(clock, "b2"), idempotency=promise)
    assert again == first
    clock.advance(86400)
    assert (await journal.open_batch(a_batch(clock, "b3"), idempotency=promise)).batch_id == "b3"


async def test_a_batch_whose_caller_broke_off_is_closed(journal: Journal, clock: FakeClock) -> None:
    await journal.open_batch(a_batch(clock))
    await end(journal, await member(journal, clock))
    assert await journal.close_abandoned_batches(older_than_s=3600) == []
    clock.advance(3600)
    assert await journal.close_abandoned_batches(older_than_s=3600) == ["b1"]
    assert len(await announced(journal)) == 1


async def test_old_batches_are_forgotten_with_their_announcements(journal: Journal, clock: FakeClock) -> None:
    await journal.open_batch(a_batch(clock))
    await journal.close_batch("b1")
    await journal.open_batch(a_batch(clock, "b2"))
    clock.advance(100)
    assert await journal.purge_batches(retention_s=100) == 0
    clock.advance(1)
    assert await journal.purge_batches(retention_s=100) == 1
    assert await journal.batch("b1") is None
    assert await announced(journal) == []
    assert await journal.batch("b2") is not None


async def test_nobody_is_told_where_there_is_no_target(journal: Journal, clock: FakeClock) -> None:
    await journal.open_batch(a_batch(clock, webhook_url=None))
    await journal.close_batch("b1")
    assert await announced(journal) == []
