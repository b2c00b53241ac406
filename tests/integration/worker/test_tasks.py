"""Jobs in a worker's hands, on a real SQLite journal: no claim is left with nobody working on it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from doctray import cancellation
from doctray.domain.document import PageImage
from doctray.domain.errors import TemporarilyUnavailable
from doctray.domain.job import Job, JobError, JobStatus
from doctray.ports import Claim, Journal
from doctray.worker.tasks import Jobs
from tests.integration.service.house import WORKER, House, Opener, once
from tests.settling import until


@dataclass
class Through:
    """A journal with something around its claims."""

    journal: Journal
    around: Callable[[Callable[[], Any]], Any]
    granted: list[Claim | None] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.journal, name)

    async def claim(self, request_id: str, **given: Any) -> Claim | None:
        async def really() -> Claim | None:
            self.granted.append(await self.journal.claim(request_id, **given))
            return self.granted[-1]

        granted: Claim | None = await self.around(really)
        return granted


def jobs_on(house: House, **changes: Any) -> Jobs:
    return Jobs(tools=house.tools(**changes), worker_id=WORKER, slots=2)


async def now_of(house: House, job: Job) -> Job:
    found = await house.journal.get(job.request_id)
    assert found is not None
    return found


class Late:
    """The journal's answer to a claim, held up once it was granted."""

    def __init__(self) -> None:
        self.granted = asyncio.Event()
        self.go_on = asyncio.Event()

    async def __call__(self, really: Callable[[], Any]) -> Any:
        claim = await really()
        self.granted.set()
        await self.go_on.wait()
        return claim


async def test_a_claim_granted_while_the_ringer_gives_up_is_worked_on(house: House) -> None:
    job = await house.submit()
    late = Late()
    jobs = jobs_on(house, journal=Through(house.journal, late))
    ringer = asyncio.create_task(jobs.hand_over(job.request_id))
    await late.granted.wait()
    ringer.cancel()
    await asyncio.gather(ringer, return_exceptions=True)
    late.go_on.set()
    await until(lambda: house.observed.jobs)
    assert (await now_of(house, job)).status is JobStatus.COMPLETED
    await until(lambda: jobs.free() == 2)


async def test_a_claim_whose_answer_was_lost_is_given_back(house: House) -> None:
    job = await house.submit()

    async def loses_the_answer(really: Callable[[], Any]) -> Any:
        await really()
        raise TemporarilyUnavailable

    jobs = jobs_on(house, journal=Through(house.journal, loses_the_answer))
    await jobs.hand_over(job.request_id)
    assert (await now_of(house, job)).status is JobStatus.PROCESSING
    await jobs.drop_lost()
    after = await now_of(house, job)
    assert (after.status, after.tries_used, after.leases_lost) == (JobStatus.QUEUED, 0, 0)
    assert jobs.free() == 2


async def test_a_claim_refused_for_good_is_not_asked_about_again(house: House) -> None:
    job = await house.submit()
    asked: list[str] = []

    async def never_reaches_it(really: Callable[[], Any]) -> Any:
        asked.append("claim")
        raise TemporarilyUnavailable

    jobs = jobs_on(house, journal=Through(house.journal, never_reaches_it))
    await jobs.hand_over(job.request_id)
    await jobs.drop_lost()
    await jobs.drop_lost()
    assert (await now_of(house, job)).status is JobStatus.QUEUED
    assert asked == ["claim"]


class Waiting:
    """A reader whose pages wait to be let go; ends of cancelled reads can be held up too."""

    def __init__(self) -> None:
        self.reading = 0
        self.unwind = asyncio.Event()
        self.go = asyncio.Event()

    async def read(self, image: Any, *, engine: str | None = None) -> Any:
        self.reading += 1
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            await self.unwind.wait()
            raise
        raise AssertionError("not let go in these tests")


async def test_a_job_claimed_anew_while_its_lost_claim_unwinds_stays_watched(house: House) -> None:
    job = await house.submit()
    reader = Waiting()
    image = PageImage(number=1, width=1, height=1, rgb=b"\0\0\0")
    jobs = jobs_on(house, pages=Opener(image), reader=reader)
    await jobs.hand_over(job.request_id)
    await until(lambda: reader.reading == 1)
    await house.register()  # the lease was lost: its claims are queued again
    jobs.drop_all()
    await jobs.hand_over(job.request_id)
    await until(lambda: reader.reading == 2)
    assert jobs.running == 2
    reader.unwind.set()
    await until(lambda: jobs.running == 1)
    assert jobs.free() == 1
    await jobs.drain(grace_s=0.01)
    assert jobs.running == 0
    after = await now_of(house, job)
    assert (after.status, after.tries_used, after.attempt) == (JobStatus.QUEUED, 0, 2)


async def test_what_was_written_for_a_job_deleted_meanwhile_is_removed_however_often_the_worker_looks(house: House) -> None:
    job = await house.submit()
    reader = Waiting()
    jobs = jobs_on(house, pages=Opener(PageImage(number=1, width=1, height=1, rgb=b"\0\0\0")), reader=reader)
    await jobs.hand_over(job.request_id)
    await until(lambda: reader.reading == 1)
    await house.journal.cancel(
        job.request_id, owner=job.owner, error=JobError(code="cancelled", detail=""), announce=house.announcer.for_job()
    )
    await house.journal.delete(job.request_id, owner=job.owner)
    await house.blobs.put(f"jobs/{job.request_id}/pages/1", once(b"written late"))
    await jobs.drop_lost()
    await asyncio.sleep(0)  # the page is being let go of when the worker looks again
    reader.unwind.set()
    await asyncio.sleep(0)
    await jobs.drop_lost()
    await until(lambda: jobs.running == 0)
    assert await house.blobs.keys_under(f"jobs/{job.request_id}/") == []


async def test_draining_waits_for_claims_under_way(house: House) -> None:
    job = await house.submit()
    late = Late()
    jobs = jobs_on(house, journal=Through(house.journal, late))
    ringer = asyncio.create_task(jobs.hand_over(job.request_id))
    await late.granted.wait()
    draining = asyncio.create_task(jobs.drain(grace_s=60))
    ringer.cancel()
    late.go_on.set()
    await draining
    await asyncio.gather(ringer, return_exceptions=True)
    assert (await now_of(house, job)).status is JobStatus.COMPLETED


class SlowToRelease:
    """A journal whose release takes until it may go on."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.asked = asyncio.Event()
        self.go_on = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)

    async def release(self, claim: Claim, **given: Any) -> Any:
        self.asked.set()
        await self.go_on.wait()
        return await self._journal.release(claim, **given)


async def test_a_drained_job_is_handed_back_by_a_journal_that_takes_its_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cancellation, "CANCEL_AGAIN_S", 0.01)
    job = await house.submit()
    reader, journal = Waiting(), SlowToRelease(house.journal)
    reader.unwind.set()
    jobs = jobs_on(house, pages=Opener(PageImage(number=1, width=1, height=1, rgb=b"\0\0\0")), reader=reader, journal=journal)
    await jobs.hand_over(job.request_id)
    await until(lambda: reader.reading == 1)
    [(_, running)] = jobs._running.values()
    draining = asyncio.create_task(jobs.drain(grace_s=0.01))
    await journal.asked.wait()
    told = running.cancelling()
    await until(lambda: running.cancelling() > told + 1)
    journal.go_on.set()
    await draining
    assert ((await now_of(house, job)).status, jobs.running) == (JobStatus.QUEUED, 0)
    assert [attempt.ended for attempt in await house.journal.attempts(job.request_id)] == ["handed_back"]
