"""What a worker does with a claimed job: open, read, extract, store, finish; or say what went wrong and what follows."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from doctray.domain.document import Document
from doctray.domain.download import KnownDownload, Validators
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
from doctray.domain.extraction import Extraction, Warning
from doctray.domain.job import Job, JobError, JobStatus, Outcome, Progress
from doctray.domain.retry import GiveUp, decide
from doctray.domain.rollout import RolloutKind, retired_flag, retired_refusal
from doctray.domain.rollout_run import Measured, RunEnd, runs_of
from doctray.ports import Claim, Extractor
from doctray.service.bell import ring, ring_again
from doctray.service.bill import Bill, current_bill
from doctray.service.budget import Budget
from doctray.service.jobs import clear_up
from doctray.service.page_images import StoredPageImages
from doctray.service.reading import DocumentReading
from doctray.service.result import result_of
from doctray.service.reuse import copy_result, result_key, small_result, source_key
from doctray.service.stages import Gate
from doctray.service.stored import store_result
from doctray.service.submit import Received, receive
from doctray.service.tools import Tools
from doctray.telemetry import tracing

_log = structlog.get_logger()


async def process(claim: Claim, *, tools: Tools, on_read: Callable[[], None] = lambda: None) -> None:
    """Bring a claimed job to an end, or back into the queue. Never raises but for cancellation and an unreachable journal.

    on_read: called once the document is read and needs no page process and no engine any more; it must not block or raise.
    """
    job = claim.job
    known: dict[str, tracing.Value] = {
        "doctray.request_id": job.request_id,
        "doctray.attempt": job.attempt,
        "doctray.document_type": job.document_type,
    }
    with tracing.span("job.process", "CONSUMER", parent=job.traceparent, attributes=known) as span:
        await _process(claim, span, tools=tools, on_read=on_read)


async def _process(claim: Claim, span: tracing.Span, *, tools: Tools, on_read: Callable[[], None]) -> None:
    run = _Run(claim=claim, tools=tools, started=tools.clock.monotonic(), budget=Budget(tools.job_seconds), span=span, on_read=on_read)
    _log.info("job.claimed", attempt=claim.job.attempt, claim_no=claim.claim_no)
    tools.observer.claimed(claim.job)
    current_bill.set(run.bill)
    try:
        async with run.budget:
            outcome, inline = await run.work()
    except TemporarilyUnavailable:
        raise  # the journal's absence is no failure of the document
    except TimeoutError:
        await _failed(run, TimedOut(f"The job was not read within its budget of {tools.job_seconds:g} s."))
    except DoctrayError as error:
        await _failed(run, error)
    except Exception as error:
        _log.exception("job.crashed", error=type(error).__name__)
        await _failed(run, EngineFailure("An unexpected error stopped the reading; it is in the worker's log."))
    else:
        await _finish(run, outcome, inline)


async def hand_back(claim: Claim, *, tools: Tools) -> None:
    """Release an unfinished job without charging it: the worker drains. Another worker is rung for it at once."""
    released = await tools.journal.release(claim, delay_s=0.0, error=None, charged=False)
    if released is not None:
        _log.info("job.handed_back", request_id=claim.request_id)
        await ring_again([claim.request_id], journal=tools.journal, queue=tools.queue, first=True)
        await ring_again(released[1], journal=tools.journal, queue=tools.queue)


@dataclass(slots=True, kw_only=True)
class _Run:
    """One attempt. `claim` is replaced once a url's bytes are known."""

    claim: Claim
    tools: Tools
    started: float
    budget: Budget
    span: tracing.Span
    on_read: Callable[[], None]
    timings_s: dict[str, float] = field(default_factory=dict)
    percent: int = 0
    pages_total: int | None = None
    reusable: bool = True
    reading: DocumentReading | None = None
    extracting: bool = False
    fell_back: bool = False
    bill: Bill = field(default_factory=Bill)

    @property
    def job(self) -> Job:
        return self.claim.job

    async def work(self) -> tuple[Outcome, dict[str, Any] | None]:
        """The outcome, and the result itself where it is at hand for the webhook."""
        reused = await self.reuse(self.claim.reuse)
        if reused is not None:
            return reused, None
        if self.job.source is None:
            async with self.stage(self.tools.stages.fetch):
                twin = await self.fetch()
            reused = await self.reuse(twin)
            if reused is not None:
                return reused, None
        await self.refuse_readers()
        document = await self.read_document()
        self.on_read()
        extraction, extractor = await self.extract(document)
        async with self.stage(self.tools.stages.store):
            return await self.stored(document, extraction, extractor)

    async def reuse(self, twin: Job | None) -> Outcome | None:
        if twin is None:
            return None
        result = await copy_result(twin, self.job, blobs=self.tools.blobs)
        if result is None:
            return None
        return Outcome(
            status=JobStatus.COMPLETED,
            cached=True,
            result=result,
            result_type=twin.result_type,
            confidence=twin.confidence,
            needs_review=twin.needs_review,
            engine=twin.engine,
            page_total=twin.page_total,
        )

    async def fetch(self) -> Job | None:
        """Download a url's document; a completed twin with the same bytes, if there is one."""
        await self.report("fetch", percent=2)
        url = self.job.source_url
        if url is None:
            raise NotFound("The job has neither a document nor an address.")
        tools = self.tools
        known = None
        if not self.job.options.no_cache and tools.cache_ttl_s > 0:
            known = await tools.journal.known_download(self.job.owner, url, younger_than_s=tools.cache_ttl_s)
        received, validators = await self.download(url, known)
        job = await tools.journal.set_source(
            self.claim, source=received.ref, media_type=received.media_type, fingerprint=tools.fingerprint, validators=validators
        )
        if job is None:
            raise asyncio.CancelledError("the claim was lost")
        self.claim = replace(self.claim, job=job)
        if job.options.no_cache or job.content_key is None or tools.cache_ttl_s <= 0:
            return None
        return await tools.journal.find_result(job.owner, job.content_key, younger_than_s=tools.cache_ttl_s)

    async def download(self, url: str, known: KnownDownload | None) -> tuple[Received, Validators | None]:
        """The document behind the url: sent, or copied from the owner's job that has it, where the server says that it is the same."""
        tools, request_id, claim_no = self.tools, self.job.request_id, self.claim.claim_no
        async with tools.fetcher.fetch(url, known=known.validators if known else None) as download:
            if known is None or not download.unchanged:
                received = await receive(request_id, download.chunks, blobs=tools.blobs, max_bytes=tools.max_file_bytes, claim_no=claim_no)
                return received, download.validators
            validators = download.validators
        try:
            ref = await tools.blobs.copy(known.source, source_key(request_id, claim_no))
        except NotFound:
            # Deleted since it was looked up.
            return await self.download(url, None)
        _log.info("download.unchanged", size_bytes=ref.size_bytes)
        return Received(ref=ref, media_type=known.media_type), validators

    async def refuse_readers(self) -> None:
        """A job may have named an engine or extractor that was retired while it waited (InvalidOption), and a plan an engine that this
        worker lacks, which is no fault of the caller's (EngineFailure: another worker may have it)."""
        options, journal, assigned = self.job.options, self.tools.journal, self.job.assigned_engine
        if options.engine is None and assigned is not None and assigned not in self.tools.engine_versions:
            raise EngineFailure(f"A rollout gave the document to the engine {assigned}, which this worker does not have.")
        for kind, name in ((RolloutKind.ENGINE, options.engine), (RolloutKind.EXTRACTOR, options.extractor)):
            if name is not None and await journal.flag(retired_flag(kind, name)) is not None:
                raise retired_refusal(kind, name)

    async def read_document(self) -> Document:
        job, tools = self.job, self.tools
        if job.source is None:
            raise NotFound("The document is gone.")
        async with tools.blobs.local(job.source) as path:
            self.reading = DocumentReading(job, path, tools=tools, working=self.working, progress=self.page_read)
            return await self.reading.document()

    async def page_read(self, stage: str, pages_done: int, pages_total: int) -> None:
        self.pages_total = pages_total
        await self.report(stage, pages_done=pages_done, percent=5 + 80 * pages_done // max(1, pages_total))

    async def extract(self, document: Document) -> tuple[Extraction, Extractor]:
        await self.report("extract", pages_done=self.pages_total or 0, percent=88)
        tools = self.tools
        name = self.job.effective_options.extractor or tools.default_extractor
        rules = tools.extractors["rules"]
        # The door may know an extractor that this worker was started without.
        chosen = tools.extractors.get(name)
        try:
            self.extracting = True
            if chosen is None:
                raise ExtractorUnavailable(f"This worker has no extractor {name}.")
            return await self.extracted_by(chosen, document), chosen
        except (ExtractorUnavailable, ExtractionRejected) as error:
            if chosen is rules:
                raise ExtractionFailed(error.detail) from error
            _log.warning("extractor.failed", extractor=name, error=type(error).__name__)
            self.fell_back = True
            extraction = await self.extracted_by(rules, document)
            self.reusable = False
            note = Warning(code="extractor_fallback", message=f"{name} failed; rules extracted these fields.")
            return replace(extraction, warnings=(*extraction.warnings, note), needs_review=True), rules

    async def extracted_by(self, extractor: Extractor, document: Document) -> Extraction:
        """Models have places of their own: a slow one holds up nobody who needs none."""
        stages, options = self.tools.stages, self.job.options
        async with self.stage(stages.extract if extractor.model is None else stages.model):
            return await extractor.extract(
                document,
                document_type=options.document_type.value,
                schema=options.schema,
                images=StoredPageImages(self.job.request_id, blobs=self.tools.blobs),
            )

    async def stored(self, document: Document, extraction: Extraction, extractor: Extractor) -> tuple[Outcome, dict[str, Any] | None]:
        await self.report("store", pages_done=self.pages_total or 0, percent=97)
        job, tools = self.job, self.tools
        engine = job.effective_options.engine or tools.default_engine
        started_at = job.started_at or job.created_at
        timings = {
            "queued": max(0.0, (started_at - job.created_at).total_seconds()),
            **self.timings_s,
            "total": tools.clock.monotonic() - self.started,
        }
        result = result_of(
            document,
            extraction,
            engine=tools.engine_told(engine),
            extractor=self.taken_by(extraction, extractor),
            timings_s=timings,
        )
        ref = await store_result(result_key(job.request_id, job.claim_no), result, blobs=tools.blobs)
        outcome = Outcome(
            status=JobStatus.COMPLETED,
            result=ref,
            result_type=extraction.document_type,
            confidence=round(extraction.confidence, 4),
            needs_review=extraction.needs_review,
            engine=engine,
            page_total=document.page_total,
            fields=extraction.fields,
            reusable=self.reusable,
        )
        tools.observer.extracted(extraction, engine=engine)
        return outcome, result

    def taken_by(self, extraction: Extraction, asked: Extractor) -> dict[str, Any]:
        """Who took the fields; second_opinion: whose fields they were weighed against."""
        first, *others = extraction.extractors or (asked.name,)
        decider = self.tools.extractors.get(first, asked)
        return {
            "name": decider.name,
            "version": decider.version,
            "model": decider.model,
            "second_opinion": others[0] if others else None,
        }

    def measured(self) -> Measured:
        """What the attempt took, for the rollout that assigned its job."""
        engine_pages = self.reading.engine_pages if self.reading is not None else 0
        price = self.tools.page_prices.get(self.job.effective_options.engine or self.tools.default_engine, 0.0)
        if price and engine_pages:
            self.bill.add(price * engine_pages)
        return Measured(
            seconds=self.budget.spent_s,
            engine_pages=engine_pages,
            extracting=self.extracting,
            fell_back=self.fell_back,
            memory_bytes=self.tools.engine_memory() or None,
            cost_usd=self.bill.usd,
        )

    async def report(self, stage: str, *, pages_done: int = 0, percent: int) -> None:
        self.percent = max(self.percent, min(99, percent))
        progress = Progress(stage=stage, pages_done=pages_done, pages_total=self.pages_total, percent=self.percent)
        await self.tools.notices.publish(self.job.request_id, progress)

    @asynccontextmanager
    async def stage(self, gate: Gate) -> AsyncIterator[None]:
        """Wait for a place in the stage, then work there."""
        async with gate.hold(self.job.due_at.timestamp()):
            with self.working(gate.name):
                yield

    @contextmanager
    def working(self, stage: str) -> Iterator[None]:
        """Seconds of work in a stage, added up over pages; pages that overlap each count. Waiting for the stage does not."""
        started = self.tools.clock.monotonic()
        try:
            with self.budget.spend(), tracing.span(f"job.{stage}"):
                yield
        finally:
            seconds = self.tools.clock.monotonic() - started
            self.timings_s[stage] = self.timings_s.get(stage, 0.0) + seconds
            self.tools.observer.stage(stage, seconds)


async def _failed(run: _Run, error: DoctrayError) -> None:
    tools, job = run.tools, run.job
    run.span.fail(error.code)
    decision = decide(job, error, jitter=tools.random.random())
    job_error = JobError(code=error.code, detail=error.detail)
    if isinstance(decision, GiveUp):
        outcome = Outcome(status=JobStatus.FAILED, error=job_error, dead_lettered=decision.dead_lettered, page_total=run.pages_total)
        await _finish(run, outcome, None)
        return
    measured = run.measured()
    released = await tools.journal.release(
        run.claim, delay_s=decision.delay_s, error=job_error, charged=decision.charged, measured=measured
    )
    if released is None:
        await _claim_lost(run)
        return
    queued, twins = released
    _log.warning("job.retried", code=error.code, delay_s=round(decision.delay_s, 1), tries_used=queued.tries_used)
    tools.observer.retried()
    _tell_runs(queued, RunEnd.RETRIED, job_error, measured, tools=tools)
    await tools.notices.publish(job.request_id, None)
    again = await tools.journal.next_ring(job.request_id)
    if again is not None:
        await ring(again, queue=tools.queue, delay_s=decision.delay_s)
    await ring_again(twins, journal=tools.journal, queue=tools.queue)


async def _finish(run: _Run, outcome: Outcome, inline: dict[str, Any] | None) -> None:
    tools, request_id = run.tools, run.job.request_id
    link = None
    if outcome.result is not None and tools.announcer.target_of(run.job) is not None:
        inline = inline or await small_result(outcome.result, blobs=tools.blobs)
        link = await tools.blobs.link(outcome.result)
    measured = run.measured()
    announce = tools.announcer.for_job(inline, link=link)
    finished = await tools.journal.finish(run.claim, outcome, announce=announce, measured=measured)
    if finished is None:
        await _claim_lost(run)
        return
    job, twins = finished
    seconds = tools.clock.monotonic() - run.started
    _log.info(
        "job.finished",
        status=job.status.value,
        document_type=job.document_type,
        code=job.error.code if job.error else None,
        pages=job.page_total,
        cached=job.cached,
        confidence=job.confidence,
        needs_review=job.needs_review,
        seconds=round(seconds, 3),
        stages={name: round(value, 3) for name, value in run.timings_s.items()},
    )
    tools.observer.ended(job, seconds)
    if not outcome.cached:
        ended = RunEnd.COMPLETED if outcome.status is JobStatus.COMPLETED else RunEnd.FAILED
        _tell_runs(job, ended, outcome.error, measured, tools=tools)
    await tools.notices.publish(request_id, None)
    await ring_again(twins, journal=tools.journal, queue=tools.queue)


def _tell_runs(job: Job, ended: RunEnd, error: JobError | None, measured: Measured, *, tools: Tools) -> None:
    for run in runs_of(job, at=tools.clock.now(), ended=ended, error=error, measured=measured, percentages={}):
        tools.observer.rollout_run(run)


async def _claim_lost(run: _Run) -> None:
    _log.info("job.claim_lost")
    await clear_up(run.job.request_id, journal=run.tools.journal, blobs=run.tools.blobs)
