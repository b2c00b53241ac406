"""Maintenance: nobody is claimed, running jobs end, and the time that queued jobs could not be taken is given back to them."""

from datetime import timedelta

import pytest

from doctray.domain.job import Job, JobOptions, JobStatus, announce_nothing
from doctray.ports import MAINTENANCE, Journal
from doctray.testing import FakeClock
from tests.contract.builders import FAILURE, a_job, a_worker, announce, claimed, completed, failed, fresh, try_claim

pytestmark = pytest.mark.usefixtures("a_living_worker")

MINUTE_S = 60.0


async def with_deadline(journal: Journal, clock: FakeClock, seconds: float) -> Job:
    return await journal.add(a_job(clock, options=JobOptions(deadline_seconds=seconds)))


def remaining_s(job: Job, clock: FakeClock) -> float:
    assert job.deadline_at is not None
    return (job.deadline_at - clock.now()).total_seconds()


async def test_nothing_is_due_or_claimed_until_it_ends(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    await journal.set_flag(MAINTENANCE, "a new disk")
    assert await try_claim(journal, job) is None
    assert await journal.due() == []
    await journal.set_flag(MAINTENANCE, None)
    assert [each.request_id for each in await journal.due()] == [job.request_id]
    await claimed(journal, job)


async def test_a_running_job_ends_as_ever(journal: Journal, clock: FakeClock) -> None:
    claim = await claimed(journal, await journal.add(a_job(clock)))
    await journal.set_flag(MAINTENANCE, "a new disk")
    ended = await journal.finish(claim, completed(claim.job), announce=announce_nothing)
    assert ended is not None
    assert ended[0].status is JobStatus.COMPLETED


async def test_a_queued_job_keeps_its_place_and_all_of_its_time(journal: Journal, clock: FakeClock) -> None:
    first = await with_deadline(journal, clock, 100.0)
    clock.advance(10)
    second = await with_deadline(journal, clock, 100.0)
    clock.advance(30)
    await journal.set_flag(MAINTENANCE, "a new disk")
    clock.advance(60 * MINUTE_S)
    assert await journal.overdue(announce=announce) == []
    assert [await journal.queue_position(job.request_id) for job in (first, second)] == [1, 2]
    await journal.set_flag(MAINTENANCE, None)
    assert [remaining_s(await fresh(journal, job), clock) for job in (first, second)] == [pytest.approx(60.0), pytest.approx(70.0)]
    assert [job.request_id for job in await journal.due()] == [first.request_id, second.request_id]
    assert await journal.overdue(announce=announce) == []
    clock.advance(60)
    assert [job.request_id for job in await journal.overdue(announce=announce)] == [first.request_id]


async def test_the_deadline_of_a_running_job_stands(journal: Journal, clock: FakeClock) -> None:
    job = await with_deadline(journal, clock, 100.0)
    await claimed(journal, job)
    await journal.set_flag(MAINTENANCE, "a new disk")
    clock.advance(101)
    assert [ended.request_id for ended in await journal.overdue(announce=announce)] == [job.request_id]


async def test_a_job_that_is_queued_again_meanwhile_gets_back_what_it_waited(journal: Journal, clock: FakeClock) -> None:
    """From when it would have been due."""
    job = await with_deadline(journal, clock, 1000.0)
    claim = await claimed(journal, job)
    await journal.set_flag(MAINTENANCE, "a new disk")
    clock.advance(50)
    assert await journal.release(claim, delay_s=20.0, error=FAILURE, charged=True)
    clock.advance(30)
    await journal.set_flag(MAINTENANCE, None)
    assert remaining_s(await fresh(journal, job), clock) == pytest.approx(1000.0 - 50 - 30 + 10)


async def test_a_replay_under_maintenance_is_not_given_time_that_it_did_not_wait(journal: Journal, clock: FakeClock) -> None:
    job = await with_deadline(journal, clock, 100.0)
    assert await journal.finish(await claimed(journal, job), failed(), announce=announce)
    await journal.set_flag(MAINTENANCE, "a new disk")
    clock.advance(50)
    assert await journal.replay(job.request_id, owner=None)
    clock.advance(10)
    await journal.set_flag(MAINTENANCE, None)
    assert remaining_s(await fresh(journal, job), clock) == pytest.approx(100.0)


async def test_another_reason_does_not_begin_it_anew(journal: Journal, clock: FakeClock) -> None:
    job = await with_deadline(journal, clock, 100.0)
    await journal.set_flag(MAINTENANCE, "a new disk")
    clock.advance(60)
    await journal.set_flag(MAINTENANCE, "a slow disk")
    assert await journal.flag(MAINTENANCE) == "a slow disk"
    clock.advance(60)
    await journal.set_flag(MAINTENANCE, None)
    assert remaining_s(await fresh(journal, job), clock) == pytest.approx(100.0)


async def test_its_end_where_it_never_began_moves_nothing(journal: Journal, clock: FakeClock) -> None:
    job = await with_deadline(journal, clock, 100.0)
    clock.advance(10)
    await journal.set_flag(MAINTENANCE, None)
    assert (await fresh(journal, job)).deadline_at == job.created_at + timedelta(seconds=100)


async def test_what_waited_out_a_lost_lease_is_claimed_afterwards(journal: Journal, clock: FakeClock) -> None:
    await journal.register(a_worker(clock, "w2"), lease_s=10)
    job = await with_deadline(journal, clock, 300.0)
    await claimed(journal, job, worker_id="w2")
    await journal.set_flag(MAINTENANCE, "a new disk")
    clock.advance(100)
    requeued, _ = await journal.dead_leases(announce=announce, max_lost=3)
    assert requeued == [job.request_id]
    clock.advance(1000)
    assert await journal.overdue(announce=announce) == []
    await journal.set_flag(MAINTENANCE, None)
    await claimed(journal, job)
