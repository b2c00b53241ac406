"""What `doctray report` counts, on both databases: jobs by hour, the fault of each failure, times by rank."""

from collections.abc import AsyncIterator

import pytest

from doctray.domain.job import JobError, JobStatus, Outcome
from doctray.domain.statistics import error_percent
from doctray.storage.journal_sql import SqlJournal, open_store
from doctray.testing import FakeClock
from tests.contract.builders import CACHE_TTL_S, FINGERPRINT, OWNER, a_job, a_worker, announce, completed


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["sqlite", "postgres"])
def journal_dsn(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_dsn"))


@pytest.fixture
async def journal(journal_dsn: str, clock: FakeClock) -> AsyncIterator[SqlJournal]:
    async with SqlJournal(open_store(journal_dsn, now=clock.timestamp), retention_s=7 * 86400.0) as journal:
        await journal.register(a_worker(clock), lease_s=1e9)
        yield journal


async def read(journal: SqlJournal, clock: FakeClock, *, wait_s: float = 1.0, work_s: float = 2.0, outcome: Outcome | None = None) -> str:
    job = await journal.add(a_job(clock))
    clock.advance(wait_s)
    claim = await journal.claim(job.request_id, worker_id="w1", fingerprint=FINGERPRINT, cache_ttl_s=CACHE_TTL_S)
    assert claim is not None
    clock.advance(work_s)
    await journal.finish(claim, outcome or completed(claim.job), announce=announce)
    return job.request_id


def failed_with(code: str) -> Outcome:
    return Outcome(status=JobStatus.FAILED, error=JobError(code=code, detail=""), dead_lettered=True)


async def test_a_journal_without_jobs_has_nothing_to_report(journal: SqlJournal) -> None:
    found = await journal.statistics(days=7)
    assert (found.hours, found.peak, found.total, found.whole.accepted) == ((), None, None, 0)


async def test_times_are_those_of_the_jobs_that_were_read(journal: SqlJournal, clock: FakeClock) -> None:
    for work_s in (1.0, 2.0, 3.0, 30.0):
        await read(journal, clock, wait_s=0.5, work_s=work_s)
    found = await journal.statistics(days=7)
    assert found.total is not None
    assert found.wait is not None
    assert (found.total.p50_s, found.total.longest_s) == pytest.approx((2.5, 30.5))
    assert found.wait.p95_s == pytest.approx(0.5)


async def test_the_hour_in_which_most_came_is_the_peak(journal: SqlJournal, clock: FakeClock) -> None:
    await read(journal, clock)
    clock.advance(7200.0)
    for _ in range(3):
        await read(journal, clock)
    found = await journal.statistics(days=7)
    assert found.peak is not None
    assert (found.peak.accepted, found.whole.accepted) == (3, 4)
    assert found.peak.start.minute == found.peak.start.second == 0


async def test_only_failures_that_are_not_the_documents_fault_are_errors(journal: SqlJournal, clock: FakeClock) -> None:
    await read(journal, clock)
    await read(journal, clock, outcome=failed_with("corrupt_document"))
    await read(journal, clock, outcome=failed_with("engine_failure"))
    whole = (await journal.statistics(days=7)).whole
    assert (whole.completed, whole.failed, dict(whole.codes)) == (1, 2, {"corrupt_document": 1, "engine_failure": 1})
    assert error_percent(whole) == pytest.approx(100 / 3)


async def test_a_job_whose_data_are_gone_still_counts_and_blames_nobody(journal: SqlJournal, clock: FakeClock) -> None:
    request_id = await read(journal, clock, outcome=failed_with("engine_failure"))
    await journal.delete(request_id, owner=OWNER)
    whole = (await journal.statistics(days=7)).whole
    assert (whole.accepted, whole.failed, dict(whole.codes), whole.blamed_on_us) == (1, 1, {"unknown": 1}, 0)


async def test_what_came_before_the_span_is_left_out(journal: SqlJournal, clock: FakeClock) -> None:
    await read(journal, clock)
    clock.advance(3 * 86400.0)
    await read(journal, clock)
    assert (await journal.statistics(days=1)).whole.accepted == 1
    found = await journal.statistics(days=4)
    assert [jobs.accepted for _, jobs in found.days()].count(0) == len(found.days()) - 2
