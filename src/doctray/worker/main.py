"""Composition root of `doctray worker`: opens everything, keeps the lease, and drains on SIGTERM."""

import asyncio
import os
import secrets
import signal
import socket
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version

import structlog

from doctray.cancellation import end
from doctray.clock import SystemClock
from doctray.config import Settings, SettingsError
from doctray.config import Worker as WorkerSettings
from doctray.domain.errors import TemporarilyUnavailable
from doctray.domain.extraction import SCHEMA_VERSION
from doctray.export.renderers import renderers
from doctray.extraction.process import ExtractorProcess
from doctray.extraction.rules.extractor import RulesExtractor
from doctray.ocr.devices import arithmetic, resolve
from doctray.ocr.engine_process import EngineProcess
from doctray.ocr.engines import Engines, make_engine
from doctray.ocr.gpu_usage import open_gpu
from doctray.ocr.ppocr_weights import second_reader_version
from doctray.outbound.fetch import HttpFetcher
from doctray.pages.process import ProcessPageOpener
from doctray.ports import WorkerInfo
from doctray.queue.arq_worker import ArqWorker
from doctray.service.artifacts import ArtifactMaker
from doctray.service.deliver import POSTS_END_S, Deliverer
from doctray.service.rollout_guard import RolloutGuard
from doctray.service.shadow import HourlyBudget, ShadowReader
from doctray.service.sweep import Sweeper
from doctray.service.tools import Tools
from doctray.storage.journal_sql import SqlJournal
from doctray.telemetry import exposition, metrics, tracing
from doctray.telemetry import logging as telemetry_logging
from doctray.wiring import announcer_of, deliverer_of, guard_of, open_blobs, open_journal, open_notices, open_queue
from doctray.worker.engines import open_engines, open_reader
from doctray.worker.extractors import fingerprint_of, open_extractors
from doctray.worker.limits import engine_threads, stage_limits
from doctray.worker.look_ahead import LookAhead
from doctray.worker.observe import (
    MetricsObserver,
    count_artifact,
    show_stage,
    watch_gpu,
    watch_memory,
)
from doctray.worker.shadow import open_processes
from doctray.worker.tasks import Jobs

_log = structlog.get_logger()

JOURNAL_RETRY_S = 1.0
PULSE_S = 1.0
"""How often the event loop shows that it turns; `exposition.STUCK_AFTER_S` has ample room for it."""

ARTIFACTS_EVERY_S = 1.0
"""How soon a searchable PDF is begun that somebody asks for: one indexed query."""

SHADOWS_EVERY_S = 1.0
"""How often an idle worker looks for shadows: one read, and without a plan nothing else."""

LOST_CLAIMS_EVERY_S = 1.0
LOST_CLAIMS_JOBS = 16
LOST_CLAIMS_LONGEST_S = 5.0
"""How soon a worker notices that a job was cancelled: it asks the journal about each of its jobs every second, and about more than
16 as much more rarely, so that asking stays a small part of its work. The contract allows ten seconds."""


async def run(settings: Settings, *, device: str | None) -> None:
    """One worker for one device, until SIGTERM or SIGINT. Raises SettingsError when the settings cannot work."""
    telemetry_logging.configure(settings.service.log_level, settings.service.log_format, "worker")
    metrics.set_build(version("doctray"))
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        tracing.configure("worker", version("doctray"))
        stack.push_async_callback(asyncio.to_thread, tracing.close)
        pulse = exposition.Pulse()
        beating = asyncio.create_task(_beat(pulse), name="pulse")
        stack.callback(beating.cancel)
        worker = await _build(settings, device=device or _first_device(settings), pulse=pulse, stack=stack)
        await worker.run(stop)


async def _beat(pulse: exposition.Pulse) -> None:
    while True:
        pulse.beat()
        await asyncio.sleep(PULSE_S)


def _first_device(settings: Settings) -> str:
    try:
        return resolve(settings.worker.devices)[0]
    except ValueError as error:
        raise SettingsError(str(error)) from error


def second_readers(options: WorkerSettings, engines: Engines) -> dict[str, str]:
    """Engines whose lines are read again, and by whom: `easyocr`, and models for it."""
    if options.second_reader == "none":
        return {}
    return {name: options.second_reader for name in engines.names if engines.base(name) == "easyocr"}


class _Worker:
    def __init__(
        self,
        *,
        settings: Settings,
        journal: SqlJournal,
        engine: EngineProcess,
        second_reader: str | None,
        jobs: Jobs,
        look_ahead: LookAhead,
        shadows: ShadowReader,
        sweeper: Sweeper,
        deliverer: Deliverer,
        maker: ArtifactMaker,
        info: WorkerInfo,
    ) -> None:
        self._settings = settings.worker
        self._dsn = settings.redis_dsn
        self._journal = journal
        self._engine = engine
        self._second_reader = second_reader
        self._jobs = jobs
        self._look_ahead = look_ahead
        self._shadows = shadows
        self._sweeper = sweeper
        self._deliverer = deliverer
        self._maker = maker
        self._info = info

    async def run(self, stop: asyncio.Event) -> None:
        if not await self._registered_before(stop):
            return
        arq = ArqWorker(
            self._dsn,
            hand_over=self._jobs.hand_over,
            free=self._jobs.free,
            unreachable=self._jobs.poll_journal,
            slots=self._info.slots,
            poll_s=self._settings.poll_interval_s,
        )
        upkeep = [
            asyncio.create_task(self._warm_up(), name="engine"),
            asyncio.create_task(self._keep_lease(), name="lease"),
            asyncio.create_task(self._drop_lost(), name="lost claims"),
            asyncio.create_task(self._look_ahead.forever(), name="look ahead"),
            asyncio.create_task(self._shadows.forever(every_s=SHADOWS_EVERY_S), name="shadows"),
            asyncio.create_task(self._sweeper.forever(), name="sweep"),
            asyncio.create_task(self._deliverer.forever(every_s=self._settings.sweep_seconds), name="deliveries"),
            asyncio.create_task(self._maker.forever(every_s=ARTIFACTS_EVERY_S), name="artifacts"),
        ]
        hearing = asyncio.create_task(arq.run(), name="bell")
        stopping = asyncio.create_task(stop.wait(), name="stop")
        try:
            done, _ = await asyncio.wait([stopping, hearing, *upkeep], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                task.result()  # none of these ends by itself: let its error end the worker, and the supervisor start another
        finally:
            await end(hearing)
            await self._jobs.drain(grace_s=self._settings.drain_seconds)
            await end(*upkeep, stopping)
            await asyncio.gather(self._deliverer.drain(grace_s=POSTS_END_S), self._maker.drain(grace_s=POSTS_END_S))
            await self._retire()

    async def _warm_up(self) -> None:
        """Load the engine while jobs with a text layer go through already. An engine that cannot load ends the worker."""
        await self._engine.start()
        _log.info("engine.ready", engine=self._reading, device=self._info.device)
        await asyncio.Event().wait()

    async def _registered_before(self, stop: asyncio.Event) -> bool:
        """False when it was told to stop while it waited for the journal or for an upgrade."""
        registering, stopping = asyncio.create_task(self._register(), name="register"), asyncio.create_task(stop.wait(), name="stop")
        await asyncio.wait([registering, stopping], return_when=asyncio.FIRST_COMPLETED)
        registered = registering.done()
        await end(registering, stopping)
        if registered:
            registering.result()
        else:
            _log.info("worker.stopped", worker=self._info.worker_id)
        return registered

    async def _register(self) -> None:
        while True:
            try:
                if not await self._journal.current():
                    _log.warning("journal.schema_not_current", mend="run `doctray upgrade`")
                    await asyncio.sleep(JOURNAL_RETRY_S)
                    continue
                await self._journal.register(self._info, lease_s=self._settings.lease_seconds)
            except TemporarilyUnavailable as error:
                _log.warning("journal.unreachable", detail=error.detail)
                await asyncio.sleep(JOURNAL_RETRY_S)
            else:
                _log.info("worker.registered", worker=self._info.worker_id, device=self._info.device, slots=self._info.slots)
                return

    async def _keep_lease(self) -> None:
        """A loop that does not tick renews nothing, so a stuck worker loses its lease, as it should."""
        while True:
            await asyncio.sleep(self._settings.heartbeat_seconds)
            try:
                held = await self._journal.extend(
                    self._info.worker_id, lease_s=self._settings.lease_seconds, running=self._jobs.running, engine=self._reading
                )
            except TemporarilyUnavailable:
                _log.warning("lease.not_renewed")
                continue
            if not held:
                _log.error("lease.lost", worker=self._info.worker_id, jobs=self._jobs.running)
                self._jobs.drop_all()
                await self._register()

    @property
    def _reading(self) -> str:
        """What reads here, for people; empty while it is loading."""
        if not self._engine.ready:
            return ""
        told = f"{self._settings.engine} {self._engine.engine_version}"
        if self._engine.backend:
            told += f" on {self._engine.backend}"
        return f"{told}, second reader {self._second_reader}" if self._second_reader else told

    async def _drop_lost(self) -> None:
        while True:
            crowd = max(1.0, self._jobs.running / LOST_CLAIMS_JOBS)
            await asyncio.sleep(min(LOST_CLAIMS_LONGEST_S, LOST_CLAIMS_EVERY_S * crowd))
            await self._jobs.drop_lost()

    async def _retire(self) -> None:
        try:
            await self._journal.retire(self._info.worker_id)
        except TemporarilyUnavailable:
            _log.warning("lease.not_ended")
        _log.info("worker.stopped", worker=self._info.worker_id)


async def _build(settings: Settings, *, device: str, pulse: exposition.Pulse, stack: AsyncExitStack) -> _Worker:
    options = settings.worker
    engines = await open_engines(settings)
    clock = SystemClock()
    journal = await stack.enter_async_context(open_journal(settings))
    blobs = await stack.enter_async_context(open_blobs(settings))
    queue = await stack.enter_async_context(open_queue(settings))
    notices = await stack.enter_async_context(open_notices(settings))
    guard, announcer = guard_of(settings), announcer_of(settings)

    limits = stage_limits(options, device=device)
    pages = ProcessPageOpener(
        max_children=limits.render,
        page_seconds=options.page_seconds,
        max_pages=settings.intake.max_pages,
        max_pixels=int(settings.intake.max_pixels_mp * 1_000_000),
    )
    rules = ExtractorProcess(
        RulesExtractor,
        name=RulesExtractor.name,
        version=RulesExtractor.version,
        children=limits.extract,
        seconds=options.extraction_seconds,
    )
    stack.push_async_callback(rules.close)
    await asyncio.gather(pages.start(), rules.start())
    stack.push_async_callback(pages.close)
    make = partial(
        make_engine,
        device=device,
        models_dir=settings.models_dir,
        threads=engine_threads(options, device=device),
        null_delay_s=options.null_delay_ms / 1000,
        second_reader=options.second_reader,
        cache_dir=settings.home / "cache",
        engines=engines,
    )
    engine, reader = await open_reader(options, make, engines, device=device, stack=stack)

    extractors = open_extractors(settings.llm, rules=rules, clock=clock, stack=stack)
    fingerprint = " ".join(
        (
            engines.fingerprint(options.engine),
            *(engines.fingerprint(name) for name in engines.names if name != options.engine),
            f"arithmetic={arithmetic(device)}",
            *([] if options.second_reader == "none" else [f"second_reader={options.second_reader}/{second_reader_version()}"]),
            fingerprint_of(extractors, settings.llm),
            f"schema={SCHEMA_VERSION}",
            f"doctray={version('doctray')}",
        )
    )
    deliverer = deliverer_of(settings, journal)
    tools = Tools(
        journal=journal,
        blobs=blobs,
        queue=queue,
        notices=notices,
        pages=pages,
        reader=reader,
        extractors=extractors,
        default_extractor=settings.llm.extractors[0],
        default_engine=options.engine,
        engine_versions={name: engines.version(name) for name in engines.names},
        second_readers=second_readers(options, engines),
        fingerprint=fingerprint,
        fetcher=HttpFetcher(guard, clock=clock, max_bytes=settings.intake.max_file_bytes, user_agent=f"doctray/{version('doctray')}"),
        clock=clock,
        announcer=announcer,
        observer=MetricsObserver(on_end=deliverer.kick),
        stages=limits.stages(show_stage),
        max_file_bytes=settings.intake.max_file_bytes,
        cache_ttl_s=settings.retention.cache_ttl_hours * 3600,
        job_seconds=options.job_seconds,
        engine_memory=engine.rss_bytes,
        page_prices={name: price for name in engines.names if (price := engines.page_price(name))},
    )
    worker_id = os.environ.get("DOCTRAY_WORKER_ID") or f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    info = WorkerInfo(
        worker_id=worker_id,
        host=socket.gethostname(),
        pid=os.getpid(),
        device=device,
        slots=options.concurrency,
        fingerprint=fingerprint,
        started_at=datetime.now(UTC),
        engines=(options.engine, *(name for name in engines.names if name != options.engine)),
    )
    try:
        port, close_metrics = exposition.serve(options.metrics_port or 0, address=options.metrics_host, pulse=pulse)
    except OSError as error:
        raise SettingsError(
            f"Metrics cannot be shown on {options.metrics_host} port {options.metrics_port}: {error.strerror or error}. "
            "Correct WORKER_METRICS_HOST or WORKER_METRICS_PORT."
        ) from error
    stack.callback(close_metrics)
    _log.info("worker.metrics_listening", host=options.metrics_host, port=port)
    metrics.watch_disk(settings.home)
    watch_memory(limit_bytes=int(options.max_memory_gb * 2**30))
    gpu = open_gpu(device)
    if gpu is not None:
        _log.info("gpu.watched", device=device, gpu=gpu.name)
        watch_gpu(gpu, device=device)
    sweeper = Sweeper(
        journal=journal,
        blobs=blobs,
        queue=queue,
        notices=notices,
        announcer=announcer,
        holder=worker_id,
        every_s=options.sweep_seconds,
        retention_s=settings.retention.retention_days * 86400,
        audit_retention_s=settings.retention.audit_retention_days * 86400,
        guard=RolloutGuard(journal=journal, clock=clock, holder=worker_id, on_back=metrics.count_rollback),
    )
    metrics.watch_rollbacks()
    jobs = Jobs(tools=tools, worker_id=worker_id, slots=options.concurrency)
    shadows = ShadowReader(
        journal=journal,
        clock=clock,
        worker_id=worker_id,
        open_house=partial(open_processes, tools=tools, make=partial(make, threads=1), settings=settings, device=device),
        idle=lambda: jobs.running == 0 and jobs.free() > 0,
        budget=HourlyBudget(options.shadow_seconds_per_hour, clock=clock),
        told=tools.observer.rollout_run,
    )
    maker = ArtifactMaker(
        journal=journal,
        blobs=blobs,
        notices=notices,
        clock=clock,
        renderers=renderers(pages=pages, blobs=blobs),
        on_made=count_artifact,
    )
    return _Worker(
        settings=settings,
        journal=journal,
        engine=engine,
        second_reader=tools.second_readers.get(options.engine),
        jobs=jobs,
        look_ahead=LookAhead(tools=tools, jobs=jobs),
        shadows=shadows,
        sweeper=sweeper,
        deliverer=deliverer,
        maker=maker,
        info=info,
    )
