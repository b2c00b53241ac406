"""Shadows: what a candidate makes of documents that callers have back, and that no caller ever notices."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

from doctray.domain.document import Page, PageImage
from doctray.domain.errors import EngineFailure, ExtractorUnavailable
from doctray.domain.job import BlobRef, Job, JobError, JobStatus
from doctray.domain.rollout import Arm, RolloutAction, RolloutKind, RolloutPlan
from doctray.domain.rollout_run import RolloutRun, RunEnd
from doctray.ports import MAINTENANCE, PageReader
from doctray.service.process import process
from doctray.service.reuse import shadow_key
from doctray.service.rollout_guard import ITSELF
from doctray.service.shadow import HourlyBudget, ShadowReader
from doctray.service.tools import Tools
from doctray.testing import FakeClock, ScriptedExtractor, ScriptedReader
from tests.integration.service.house import TTL_S, WORKER, House, Opener, a_page, an_extraction
from tests.settling import until

IMAGE = PageImage(number=1, width=2, height=2, rgb=b"\0" * 12)
_CANCELLED = JobError(code="cancelled_by_caller", detail="Cancelled.")
ENGINES = RolloutPlan(kind=RolloutKind.ENGINE, baseline="easyocr", candidate="rapidocr", shadow_percentage=100)
EXTRACTORS = RolloutPlan(kind=RolloutKind.EXTRACTOR, baseline="rules", candidate="gemini", shadow_percentage=100)


@dataclass
class Aside:
    """A shadow's processes, without processes. opened: engines that were asked for."""

    tools: Tools
    reader: PageReader
    opened: list[str] = field(default_factory=list)
    refusal: Exception | None = None

    def memory_bytes(self) -> int:
        return 1234

    @asynccontextmanager
    async def open(self, engine: str) -> AsyncIterator["Aside"]:
        self.opened.append(engine)
        if self.refusal is not None:
            raise self.refusal
        yield self


class _Failing:
    async def read(self, image: PageImage, *, engine: str | None = None) -> Page:
        raise EngineFailure("the engine process ended while it was reading")


class _Hanging:
    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def read(self, image: PageImage, *, engine: str | None = None) -> Page:
        self.begun.set()
        await asyncio.Event().wait()
        raise AssertionError


async def completed(house: House, plan: RolloutPlan = ENGINES) -> Job:
    """A job that the baseline has read, whose plan wants it as a shadow."""
    await house.journal.set_rollout(plan, expected_revision=None, action=RolloutAction.PLANNED, reason="a test", by=ITSELF)
    await house.register(lease_s=1e6)
    job = await house.submit()
    claim = await house.journal.claim(job.request_id, worker_id=WORKER, fingerprint="f1", cache_ttl_s=TTL_S)
    assert claim is not None
    await process(claim, tools=house.tools(pages=Opener(IMAGE)))
    after = await house.journal.get(job.request_id)
    assert after is not None
    assert after.status is JobStatus.COMPLETED
    assert await house.journal.shadows_waiting() == 1
    return after


def aside(house: House, reader: PageReader | None = None, **changes: Any) -> Aside:
    return Aside(house.tools(pages=Opener(IMAGE), **changes), reader or ScriptedReader(a_page()))


def reader_of(
    house: House, there: Aside, *, idle: Callable[[], bool] = lambda: True, seconds: float = 900.0, told: list[RolloutRun] | None = None
) -> ShadowReader:
    return ShadowReader(
        journal=house.journal,
        clock=house.clock,
        worker_id=WORKER,
        open_house=there.open,
        idle=idle,
        budget=HourlyBudget(seconds, clock=house.clock),
        told=(told if told is not None else []).append,
        unused_s=0.0,
    )


@asynccontextmanager
async def running(reader: ShadowReader) -> AsyncIterator[None]:
    task = asyncio.create_task(reader.forever(every_s=0.01))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def ran(house: House, there: Aside) -> RolloutRun:
    told: list[RolloutRun] = []
    async with running(reader_of(house, there, told=told)):
        await until(lambda: bool(told))
    found = await house.journal.rollout_runs(told[0].kind, since=FakeClock().now().replace(year=2000), limit=10)
    [run] = [run for run in found if run.shadow]
    assert await house.journal.shadows_waiting() == 0
    return run


async def test_what_the_candidate_made_of_it_is_kept_and_compared(house: House) -> None:
    job = await completed(house)
    reader = ScriptedReader(a_page(text="scanned anew"))
    there = aside(house, reader)
    before = {key for key in house.blobs.keys if "/shadow/" not in key}
    run = await ran(house, there)
    assert (run.outcome, run.good, run.arm, run.name, run.percentage, run.memory_bytes) == (
        RunEnd.COMPLETED,
        True,
        Arm.CANDIDATE,
        "rapidocr",
        0,
        1234,
    )
    assert run.agreement
    assert all(agreed == of for agreed, of in run.agreement.values())
    assert there.opened == ["rapidocr"]
    key = shadow_key(job.request_id, RolloutKind.ENGINE, "rapidocr")
    assert set(house.blobs.keys) == before | {key}
    assert await house.journal.get(job.request_id) == job


async def test_a_candidate_that_crashes_is_noted_and_the_callers_job_stays_as_it_is(house: House) -> None:
    job = await completed(house)
    blobs = set(house.blobs.keys)
    run = await ran(house, aside(house, _Failing()))
    assert (run.outcome, run.error_code, run.good) == (RunEnd.FAILED, "engine_failure", False)
    assert await house.journal.get(job.request_id) == job
    assert set(house.blobs.keys) == blobs


async def test_an_engine_that_cannot_be_loaded_speaks_against_the_candidate(house: House) -> None:
    await completed(house)
    there = aside(house)
    there.refusal = EngineFailure("the engine process ended while it was starting")
    run = await ran(house, there)
    assert (run.outcome, run.good, run.seconds) == (RunEnd.FAILED, False, None)


async def test_a_candidate_that_hangs_is_given_up_after_the_jobs_time(house: House) -> None:
    await completed(house)
    run = await ran(house, aside(house, _Hanging(), job_seconds=0.2))
    assert (run.outcome, run.error_code, run.good) == (RunEnd.FAILED, "timeout", False)


async def test_a_candidate_extractor_reads_with_the_jobs_engine_and_no_rules_cover_for_it(house: House) -> None:
    await completed(house, EXTRACTORS)
    gemini = ScriptedExtractor(ExtractorUnavailable("The model does not answer."), name="gemini")
    there = aside(house)
    there.tools = house.tools(pages=Opener(IMAGE), extractor=gemini)
    run = await ran(house, there)
    assert (run.kind, run.name, run.error_code, run.good) == (RolloutKind.EXTRACTOR, "gemini", "extraction_failed", False)
    assert there.opened == ["easyocr"]


async def test_nothing_begins_while_a_caller_has_work_here_or_waits_for_a_worker(house: House) -> None:
    await completed(house)
    busy = True
    reader = reader_of(house, aside(house), idle=lambda: not busy)
    assert await reader.due() is None
    busy = False
    waiting = await house.submit(b"\x89PNG\r\n\x1a\n another")
    assert await reader.due() is None
    await house.journal.cancel(waiting.request_id, owner="default", error=_CANCELLED, announce=lambda _job: None)
    assert await reader.due() is not None


async def test_it_gives_way_before_the_next_page_and_its_waiting_is_no_time_of_it(house: House) -> None:
    await completed(house)
    busy = False
    told: list[RolloutRun] = []

    class Yielding(ScriptedReader):
        async def read(self, image: PageImage, *, engine: str | None = None) -> Page:
            nonlocal busy
            assert not busy
            busy = True
            asyncio.get_running_loop().call_later(0.2, free)
            return await super().read(image, engine=engine)

    def free() -> None:
        nonlocal busy
        busy = False

    pages = Opener(IMAGE, PageImage(number=2, width=2, height=2, rgb=b"\0" * 12))
    there = Aside(house.tools(pages=pages), Yielding(a_page()))
    async with running(reader_of(house, there, idle=lambda: not busy, told=told)):
        await until(lambda: bool(told))
    assert told[0].outcome is RunEnd.COMPLETED


async def test_a_job_deleted_meanwhile_leaves_nothing(house: House) -> None:
    job = await completed(house)
    there = aside(house)

    class Deleting(ScriptedReader):
        async def read(self, image: PageImage, *, engine: str | None = None) -> Page:
            await house.journal.delete(job.request_id, owner="default")
            await house.blobs.delete_prefix(f"jobs/{job.request_id}/pages/")
            return await super().read(image, engine=engine)

    there.reader = Deleting(a_page())
    with structlog.testing.capture_logs() as logs:
        async with running(reader_of(house, there)):
            await until(lambda: any(line["event"] == "shadow.ended" for line in logs))
    assert [line["kept"] for line in logs if line["event"] == "shadow.ended"] == [False]
    assert not [key for key in house.blobs.keys if "/shadow/" in key]
    assert not await house.journal.rollout_runs(RolloutKind.ENGINE, since=FakeClock().now().replace(year=2000), limit=10)


async def test_a_worker_that_drains_hands_its_shadow_back(house: House) -> None:
    await completed(house)
    hanging = _Hanging()
    async with running(reader_of(house, aside(house, hanging))):
        async with asyncio.timeout(60):
            await hanging.begun.wait()
    assert len(await house.journal.due_shadows("another", limit=5)) == 1


async def test_none_is_run_without_budget_or_under_maintenance(house: House) -> None:
    await completed(house)
    assert await reader_of(house, aside(house), seconds=0.0).due() is None
    await house.journal.set_flag(MAINTENANCE, "moving house")
    assert await reader_of(house, aside(house)).due() is None
    await house.journal.set_flag(MAINTENANCE, None)
    assert await reader_of(house, aside(house)).due() is not None


def test_the_budget_fills_up_again_within_the_hour() -> None:
    clock = FakeClock()
    budget = HourlyBudget(900.0, clock=clock)
    seen = [budget.open]
    budget.spend(1000.0)
    for later_s in (0.0, 399.0, 2.0):
        clock.advance(later_s)
        seen.append(budget.open)
    assert seen == [True, False, False, True]
    assert not HourlyBudget(0.0, clock=clock).open


async def test_the_stored_shadow_is_a_result_like_any_other(house: House) -> None:
    job = await completed(house)
    await ran(house, aside(house))
    key = shadow_key(job.request_id, RolloutKind.ENGINE, "rapidocr")
    text = b"".join([chunk async for chunk in house.blobs.read(BlobRef(key=key, size_bytes=0, sha256=""))])
    shadow = json.loads(text)
    assert shadow["engine"]["name"] == "rapidocr"
    assert shadow["fields"] == an_extraction().fields
