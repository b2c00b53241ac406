"""A worker full of scans: documents that need no engine pass them, a bounded number at a time, and nothing else does."""

import asyncio
from typing import Any

from doctray.domain.errors import CorruptDocument, TimedOut
from doctray.domain.job import Job, JobStatus
from doctray.service.stages import StageLimits
from doctray.worker.look_ahead import LookAhead
from doctray.worker.seats import PASSING
from doctray.worker.tasks import Jobs
from tests.integration.service.house import WORKER, House, Opener
from tests.integration.service.test_reading import Engine, Library, Model, scan, typed
from tests.settling import until

SLOTS = 3


class Ward:
    """A worker with three slots, its engine held."""

    def __init__(self, house: House, **changes: Any) -> None:
        self.house = house
        self.library = Library()
        self.engine = Engine()
        self.stages = StageLimits().stages()
        self.tools = house.tools(pages=self.library, reader=self.engine, stages=self.stages, **changes)  # type: ignore[arg-type]
        self.jobs = Jobs(tools=self.tools, worker_id=WORKER, slots=SLOTS)
        self.ahead = LookAhead(tools=self.tools, jobs=self.jobs)

    async def submit(self, document: Opener, *, head: bytes = b"%PDF-1.7 ", **changes: Any) -> Job:
        content = head + b"%d" % len(self.library.documents)
        self.library.documents[content] = document
        return await self.house.submit(content, **changes)

    async def fill(self) -> list[Job]:
        """All slots taken by scans that wait for the engine."""
        scans = [await self.submit(scan()) for _ in range(SLOTS)]
        for job in scans:
            await self.jobs.hand_over(job.request_id)
        await until(lambda: self.engine.inside == SLOTS)
        assert self.jobs.free() == 0
        return scans

    async def status(self, job: Job) -> JobStatus:
        found = await self.house.journal.get(job.request_id)
        assert found is not None
        return found.status

    async def ended(self, job: Job) -> Job:
        await until(lambda: any(each.request_id == job.request_id for each in self.house.observed.jobs))
        found = await self.house.journal.get(job.request_id)
        assert found is not None
        return found


async def test_a_text_layer_passes_a_backlog_of_scans_longer_than_the_slots(house: House) -> None:
    ward = Ward(house)
    await ward.fill()
    behind = [await ward.submit(scan()) for _ in range(5)]
    text = await ward.submit(typed(2))
    await ward.ahead.look()
    assert (await ward.ended(text)).status is JobStatus.COMPLETED
    assert [await ward.status(job) for job in behind] == [JobStatus.QUEUED] * 5
    assert [job.attempt for job in await house.journal.due()] == [0] * 5
    await ward.jobs.drain(grace_s=0.01)


async def test_a_document_is_looked_at_once_while_it_waits(house: House) -> None:
    ward = Ward(house)
    await ward.fill()
    waiting = scan()
    await ward.submit(waiting)
    for _ in range(3):
        await ward.ahead.look()
    assert waiting.opened == 1
    await ward.jobs.drain(grace_s=0.01)


async def test_pictures_and_addresses_are_left_where_they_are_unopened(house: House) -> None:
    ward = Ward(house)
    await ward.fill()
    picture = typed()
    waiting = [
        await ward.submit(picture, head=b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 64),
        await house.submit(source_url="https://example.org/text.pdf"),
    ]
    await ward.ahead.look()
    assert [await ward.status(job) for job in waiting] == [JobStatus.QUEUED] * 2
    assert picture.opened == 0
    await ward.jobs.drain(grace_s=0.01)


async def test_a_broken_document_passes_and_its_caller_learns_so_at_once(house: House) -> None:
    ward = Ward(house)
    await ward.fill()
    broken = await ward.submit(Opener(error=CorruptDocument("no pages")))
    await ward.ahead.look()
    after = await ward.ended(broken)
    assert after.error is not None
    assert (after.status, after.error.code) == (JobStatus.FAILED, "corrupt_document")
    await ward.jobs.drain(grace_s=0.01)


async def test_a_document_that_takes_too_long_to_look_at_waits_for_its_turn(house: House) -> None:
    ward = Ward(house)
    await ward.fill()
    slow = await ward.submit(Opener(error=TimedOut("too long")))
    text = await ward.submit(typed())
    await ward.ahead.look()
    assert (await ward.ended(text)).status is JobStatus.COMPLETED
    assert await ward.status(slow) is JobStatus.QUEUED
    await ward.jobs.drain(grace_s=0.01)


async def test_nobody_passes_while_slots_are_free(house: House) -> None:
    ward = Ward(house)
    text = typed()
    job = await ward.submit(text)
    await ward.ahead.look()
    assert (await ward.status(job), text.opened) == (JobStatus.QUEUED, 0)


async def test_those_that_pass_are_bounded_and_need_the_engine_after_all(house: House) -> None:
    ward = Ward(house)
    await ward.fill()
    # text on the pages that are looked at, a scan behind them
    mixed = [await ward.submit(Opener(*typed(8).pages, scan(9).pages[8])) for _ in range(PASSING + 2)]
    await ward.ahead.look()
    await until(lambda: ward.engine.inside == SLOTS + PASSING)
    await ward.ahead.look()
    queued = [await ward.status(job) for job in mixed].count(JobStatus.QUEUED)
    assert (ward.jobs.running, queued) == (SLOTS + PASSING, 2)
    ward.engine.go.set()
    await until(lambda: ward.jobs.running == 0)
    assert ward.jobs.free() > 0


async def test_jobs_that_wait_for_a_slow_model_keep_no_scan_from_the_engine(house: House) -> None:
    model = Model()
    ward = Ward(house, extractor=model)
    thinking = [await ward.submit(typed(), options={"extractor": "model"}) for _ in range(SLOTS)]
    for job in thinking:
        await ward.jobs.hand_over(job.request_id)
    await until(lambda: model.asked == SLOTS)
    paper = await ward.submit(scan(), options={"extractor": "rules"})
    async with asyncio.timeout(60):
        await ward.jobs.hand_over(paper.request_id)
    ward.engine.go.set()
    assert (await ward.ended(paper)).status is JobStatus.COMPLETED
    assert [await ward.status(job) for job in thinking] == [JobStatus.PROCESSING] * SLOTS
    model.go.set()
    await until(lambda: ward.jobs.running == 0)


async def test_a_worker_that_drains_takes_nothing_past_the_line(house: House) -> None:
    ward = Ward(house)
    scans = await ward.fill()
    text = await ward.submit(typed())
    await ward.jobs.drain(grace_s=0.01)
    await ward.ahead.look()
    await ward.jobs.pass_by(text.request_id)
    assert [await ward.status(job) for job in [*scans, text]] == [JobStatus.QUEUED] * (SLOTS + 1)
