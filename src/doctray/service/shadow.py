"""Runs shadows: documents that a caller has had back are read once more, by a rollout's candidate, while this worker has nothing to do.

Everything that a caller's job needs is left to the callers: a shadow has page, engine and extractor processes of its own, gives way
before each page to work that has come in, and writes nothing of the job but a blob beside the others and a row of figures.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog

from doctray.domain.agreement import compare
from doctray.domain.document import Document, Page, PageImage
from doctray.domain.errors import (
    DoctrayError,
    EngineFailure,
    ExtractionFailed,
    ExtractionRejected,
    ExtractorUnavailable,
    NotFound,
    TemporarilyUnavailable,
    TimedOut,
)
from doctray.domain.extraction import Extraction
from doctray.domain.job import Job
from doctray.domain.rollout import Arm, RolloutKind
from doctray.domain.rollout_run import RolloutRun, RunEnd, Tally, blamed, speaks_for, tallied
from doctray.domain.shadow import Shadow
from doctray.ports import Clock, Journal, PageReader
from doctray.service.bill import Bill, current_bill
from doctray.service.budget import Budget
from doctray.service.page_images import StoredPageImages
from doctray.service.reading import DocumentReading
from doctray.service.result import result_of
from doctray.service.reuse import shadow_key, shadow_prefix
from doctray.service.stored import store_result, stored_result
from doctray.service.tools import Tools

_log = structlog.get_logger()

GIVE_WAY_EVERY_S = 0.25
"""How often a shadow that has given way looks whether it may go on."""

UNUSED_S = 60.0
"""After so long without a shadow its processes are ended: between documents that come one by one they stay warm."""


class ShadowHouse(Protocol):
    """Processes of a shadow's own, for one candidate. tools: those of the worker, but for what they replace.

    reader: the engine's, which `tools` do not have; memory_bytes: of the engine's process now.
    """

    @property
    def tools(self) -> Tools: ...

    @property
    def reader(self) -> PageReader: ...

    def memory_bytes(self) -> int: ...


OpenHouse = Callable[[str], AbstractAsyncContextManager[ShadowHouse]]
"""The processes with this engine loaded, for the time of the context. Entering it raises what EngineProcess.start raises."""


class HourlyBudget:
    """Seconds of work that may be spent within an hour, filled up again as time goes by."""

    def __init__(self, seconds: float, *, clock: Clock) -> None:
        self._whole = seconds
        self._left = seconds
        self._clock = clock
        self._filled_at = clock.monotonic()

    @property
    def open(self) -> bool:
        """Whether anything is left. What is begun then is ended, and its debt paid off before the next."""
        self._fill()
        return self._left > 0

    def spend(self, seconds: float) -> None:
        self._fill()
        self._left -= seconds

    def _fill(self) -> None:
        now = self._clock.monotonic()
        self._left = min(self._whole, self._left + (now - self._filled_at) * self._whole / 3600)
        self._filled_at = now


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What a candidate made of a document."""

    result: Mapping[str, Any]
    extraction: Extraction
    pages: int
    engine_pages: int


class ShadowReader:
    """One worker's shadows, one at a time. idle: whether this worker has no job of a caller. told: of each that ended."""

    def __init__(
        self,
        *,
        journal: Journal,
        clock: Clock,
        worker_id: str,
        open_house: OpenHouse,
        idle: Callable[[], bool],
        budget: HourlyBudget,
        told: Callable[[RolloutRun], None] = lambda _: None,
        unused_s: float = UNUSED_S,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._worker_id = worker_id
        self._open_house = open_house
        self._idle = idle
        self._budget = budget
        self._told = told
        self._unused_s = unused_s

    async def due(self) -> Shadow | None:
        """Claim what this worker has time for now; callers' jobs go first, here and in the queue. Raises TemporarilyUnavailable."""
        if not self._idle() or not self._budget.open or not await self._journal.shadows_waiting() or await self._journal.due(limit=1):
            return None
        return next(iter(await self._journal.due_shadows(self._worker_id, limit=1)), None)

    async def forever(self, *, every_s: float) -> None:
        """Run what is due whenever there is time for it, until cancelled; nothing that happens here ends it."""
        while True:
            try:
                shadow = await self.due()
                if shadow is not None:
                    await self._run_with_house(shadow, every_s=every_s)
            except TemporarilyUnavailable:
                _log.warning("shadow.journal_unreachable")
            except Exception as error:  # one of the outermost loops: a candidate must not end a worker
                _log.exception("shadow.crashed", error=type(error).__name__)
            await asyncio.sleep(every_s)

    async def _run_with_house(self, shadow: Shadow, *, every_s: float) -> None:
        """This one and those that follow it, while they are for the same engine and come without long gaps."""
        engine = self._engine_of(shadow)
        try:
            async with self._open_house(engine) as opened:
                await self._run(shadow, opened)
                unused_since = self._clock.monotonic()
                while self._clock.monotonic() - unused_since < self._unused_s:
                    await asyncio.sleep(every_s)
                    following = await self.due()
                    if following is None:
                        continue
                    if self._engine_of(following) != engine:
                        await self._journal.release_shadow(following)
                        return
                    await self._run(following, opened)
                    unused_since = self._clock.monotonic()
        except DoctrayError as error:
            if isinstance(error, TemporarilyUnavailable):
                raise
            # Its engine could not be loaded: that is a failure like any other.
            await self._record(shadow, _failed(shadow, error, seconds=None))
        except asyncio.CancelledError:
            with suppress(TemporarilyUnavailable):
                await self._journal.release_shadow(shadow)
            raise

    async def _run(self, shadow: Shadow, house: ShadowHouse) -> None:
        structlog.contextvars.bind_contextvars(request_id=shadow.job.request_id)
        budget = Budget(house.tools.job_seconds)
        bill = Bill()
        current_bill.set(bill)
        try:
            async with budget:
                read = await self._read(shadow, house, budget)
                agreement = await self._compared(shadow, read, house)
            price = house.tools.page_prices.get(self._engine_of(shadow), 0.0)
            if price and read.engine_pages:
                bill.add(price * read.engine_pages)
            run = replace(_completed(shadow, read, agreement, seconds=budget.spent_s, memory_bytes=house.memory_bytes()), cost_usd=bill.usd)
        except TimeoutError:
            run = _failed(shadow, TimedOut("The shadow was not read within its budget."), seconds=budget.spent_s)
        except TemporarilyUnavailable:
            raise
        except asyncio.CancelledError:
            with suppress(TemporarilyUnavailable):
                await self._journal.release_shadow(shadow)
            raise
        except DoctrayError as error:
            run = _failed(shadow, error, seconds=budget.spent_s)
        except Exception as error:
            _log.exception("shadow.crashed", error=type(error).__name__)
            run = _failed(shadow, EngineFailure("An unexpected error stopped the shadow."), seconds=budget.spent_s)
        finally:
            self._budget.spend(budget.spent_s)
            structlog.contextvars.unbind_contextvars("request_id")
        kept = await self._record(shadow, run)
        if not kept:
            # Deleted meanwhile: what was written must not outlive the job.
            await house.tools.blobs.delete_prefix(shadow_prefix(shadow.job.request_id))
        _log.info(
            "shadow.ended",
            request_id=shadow.job.request_id,
            kind=shadow.kind.value,
            candidate=shadow.name,
            outcome=run.outcome.value,
            code=run.error_code,
            seconds=None if run.seconds is None else round(run.seconds, 3),
            pages=run.pages,
            kept=kept,
        )

    async def _record(self, shadow: Shadow, run: RolloutRun) -> bool:
        kept = await self._journal.record_shadow(shadow, run)
        if kept:
            self._told(run)
        return kept

    async def _read(self, shadow: Shadow, house: ShadowHouse, budget: Budget) -> _Read:
        job, working = _as_asked(shadow, self._engine_of(shadow)), _Working(budget)
        tools = replace(house.tools, reader=_GivingWay(house.reader, may_go_on=self._may_go_on, budget=budget))
        if job.source is None:
            raise NotFound("The document is gone.")
        async with tools.blobs.local(job.source) as path:
            reading = DocumentReading(job, path, tools=tools, working=working.stage, progress=_tell_nobody, keeping_images=False)
            document = await reading.document()
        extraction = await self._extract(job, document, tools, budget)
        engine = job.options.engine or tools.default_engine
        result = result_of(
            document,
            extraction,
            engine=tools.engine_told(engine),
            extractor={"name": job.options.extractor or tools.default_extractor},
            timings_s={"total": budget.spent_s},
        )
        await store_result(shadow_key(job.request_id, shadow.kind, shadow.name), result, blobs=tools.blobs)
        return _Read(result=result, extraction=extraction, pages=document.page_total, engine_pages=reading.engine_pages)

    async def _extract(self, job: Job, document: Document, tools: Tools, budget: Budget) -> Extraction:
        extractor = tools.extractors.get(job.options.extractor or tools.default_extractor)
        if extractor is None:
            raise ExtractionFailed(f"This worker has no extractor {job.options.extractor}.")
        await self._may_go_on()
        try:
            with budget.spend():
                return await extractor.extract(
                    document,
                    document_type=job.options.document_type.value,
                    schema=job.options.schema,
                    images=StoredPageImages(job.request_id, blobs=tools.blobs),
                )
        except (ExtractorUnavailable, ExtractionRejected) as error:
            # No rules take over: they are not what is being tried.
            raise ExtractionFailed(error.detail) from error

    async def _compared(self, shadow: Shadow, read: _Read, house: ShadowHouse) -> Tally:
        assert shadow.job.result is not None
        baseline = await stored_result(shadow.job.result, blobs=house.tools.blobs)
        kind = str(baseline.get("document_type"))
        return await asyncio.to_thread(lambda: tallied(compare(baseline.get("fields") or {}, read.extraction.fields, kind)))

    async def _may_go_on(self) -> None:
        """Return once no caller's job runs here: a page of one is never beside a page of ours that has not begun."""
        while not self._idle():  # noqa: ASYNC110 (jobs come and go too often to tell anyone of each)
            await asyncio.sleep(GIVE_WAY_EVERY_S)

    def _engine_of(self, shadow: Shadow) -> str:
        """An extractor's shadow is read again as its job was."""
        return shadow.name if shadow.kind is RolloutKind.ENGINE else shadow.job.engine or shadow.job.assigned_engine or ""


class _GivingWay:
    """`doctray.ports.PageReader` that lets callers' jobs go first. What it waits for them is no time of the shadow."""

    def __init__(self, reader: PageReader, *, may_go_on: Callable[[], Any], budget: Budget) -> None:
        self._reader = reader
        self._may_go_on = may_go_on
        self._budget = budget

    async def read(self, image: PageImage, *, engine: str | None = None) -> Page:
        await self._may_go_on()
        with self._budget.spend():
            return await self._reader.read(image, engine=engine)


@dataclass(frozen=True, slots=True)
class _Working:
    """Stages count against the budget, but for the engine's: `_GivingWay` knows when that is at work."""

    budget: Budget

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        if name == "ocr":
            yield
            return
        with self.budget.spend():
            yield


def _as_asked(shadow: Shadow, engine: str) -> Job:
    """The job as its caller asked for it, by the candidate."""
    job = shadow.job
    options = job.effective_options
    if shadow.kind is RolloutKind.EXTRACTOR:
        options = replace(options, extractor=shadow.name)
    return job.evolve(options=replace(options, engine=engine or None))


def _completed(shadow: Shadow, read: _Read, agreement: Tally, *, seconds: float, memory_bytes: int) -> RolloutRun:
    return replace(
        _run_of(shadow, RunEnd.COMPLETED, None, seconds=seconds),
        pages=read.pages,
        confidence=round(read.extraction.confidence, 4),
        needs_review=read.extraction.needs_review,
        memory_bytes=memory_bytes or None,
        agreement=agreement,
    )


def _failed(shadow: Shadow, error: DoctrayError, *, seconds: float | None) -> RolloutRun:
    return _run_of(shadow, RunEnd.FAILED, error.code, seconds=seconds)


def _run_of(shadow: Shadow, outcome: RunEnd, code: str | None, *, seconds: float | None) -> RolloutRun:
    """at and percentage are set by the journal."""
    job = shadow.job
    return RolloutRun(
        kind=shadow.kind,
        name=shadow.name,
        arm=Arm.CANDIDATE,
        request_id=job.request_id,
        generation=job.generation,
        number=job.attempt,
        shadow=True,
        at=datetime.fromtimestamp(0, UTC),
        percentage=0,
        seconds=seconds,
        pages=job.page_total,
        outcome=outcome,
        error_code=code,
        blame=blamed(code) if code else None,
        good=speaks_for(shadow.kind, outcome, code),
    )


async def _tell_nobody(_stage: str, _done: int, _of: int) -> None:
    """A shadow's progress is nobody's."""
