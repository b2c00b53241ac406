"""Composition root of `doctray worker`: opens everything that a worker's life needs, in the order in which it is closed again."""

import asyncio
import os
import secrets
import signal
import socket
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version

import structlog

from doctray.clock import SystemClock
from doctray.config import Settings, SettingsError
from doctray.config import Worker as WorkerSettings
from doctray.domain.extraction import SCHEMA_VERSION
from doctray.export.renderers import renderers
from doctray.extraction.process import ExtractorProcess
from doctray.extraction.rules.extractor import RulesExtractor
from doctray.ocr.devices import arithmetic, resolve
from doctray.ocr.engines import Engines, make_engine
from doctray.ocr.gpu_usage import open_gpu
from doctray.ocr.ppocr_weights import second_reader_version
from doctray.outbound.fetch import HttpFetcher
from doctray.pages.process import ProcessPageOpener
from doctray.ports import BlobStore, WorkerInfo
from doctray.queue.arq_queue import ArqQueue
from doctray.queue.notices import RedisNotices
from doctray.service.artifacts import ArtifactMaker
from doctray.service.rollout_guard import RolloutGuard
from doctray.service.shadow import HourlyBudget, ShadowReader
from doctray.service.stages import StageLimits
from doctray.service.sweep import Sweeper
from doctray.service.tools import Tools
from doctray.storage.journal_sql import SqlJournal
from doctray.telemetry import exposition, metrics, tracing
from doctray.telemetry import logging as telemetry_logging
from doctray.wiring import announcer_of, deliverer_of, guard_of, open_blobs, open_journal, open_notices, open_queue
from doctray.worker.engines import open_engines, open_reader
from doctray.worker.extractors import fingerprint_of, open_extractors
from doctray.worker.life import Worker
from doctray.worker.limits import engine_threads, stage_limits
from doctray.worker.look_ahead import LookAhead
from doctray.worker.observe import MetricsObserver, count_artifact, show_stage, watch_gpu, watch_memory
from doctray.worker.shadow import open_processes
from doctray.worker.tasks import Jobs

_log = structlog.get_logger()

PULSE_S = 1.0
"""How often the event loop shows that it turns; `exposition.STUCK_AFTER_S` has ample room for it."""


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


async def _build(settings: Settings, *, device: str, pulse: exposition.Pulse, stack: AsyncExitStack) -> Worker:
    options, clock = settings.worker, SystemClock()
    engines = await open_engines(settings)
    stores = await _open_stores(settings, stack)
    limits = stage_limits(options, device=device)
    pages, rules = await _open_processes(settings, limits, stack)
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
    deliverer, announcer = deliverer_of(settings, stores.journal), announcer_of(settings)
    tools = Tools(
        journal=stores.journal,
        blobs=stores.blobs,
        queue=stores.queue,
        notices=stores.notices,
        pages=pages,
        reader=reader,
        extractors=extractors,
        default_extractor=settings.llm.extractors[0],
        default_engine=options.engine,
        engine_versions={name: engines.version(name) for name in engines.names},
        second_readers=_second_readers(options, engines),
        fingerprint=_fingerprint(settings, engines, fingerprint_of(extractors, settings.llm), device=device),
        fetcher=HttpFetcher(
            guard_of(settings), clock=clock, max_bytes=settings.intake.max_file_bytes, user_agent=f"doctray/{version('doctray')}"
        ),
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
    info = _info(options, engines, fingerprint=tools.fingerprint, device=device)
    _show(settings, device=device, pulse=pulse, stack=stack)
    jobs = Jobs(tools=tools, worker_id=info.worker_id, slots=options.concurrency)
    return Worker(
        settings=settings,
        journal=stores.journal,
        engine=engine,
        second_reader=tools.second_readers.get(options.engine),
        jobs=jobs,
        look_ahead=LookAhead(tools=tools, jobs=jobs),
        shadows=ShadowReader(
            journal=stores.journal,
            clock=clock,
            worker_id=info.worker_id,
            open_house=partial(open_processes, tools=tools, make=partial(make, threads=1), settings=settings, device=device),
            idle=lambda: jobs.running == 0 and jobs.free() > 0,
            budget=HourlyBudget(options.shadow_seconds_per_hour, clock=clock),
            told=tools.observer.rollout_run,
        ),
        sweeper=Sweeper(
            journal=stores.journal,
            blobs=stores.blobs,
            queue=stores.queue,
            notices=stores.notices,
            announcer=announcer,
            holder=info.worker_id,
            every_s=options.sweep_seconds,
            retention_s=settings.retention.retention_days * 86400,
            audit_retention_s=settings.retention.audit_retention_days * 86400,
            guard=RolloutGuard(journal=stores.journal, clock=clock, holder=info.worker_id, on_back=metrics.count_rollback),
        ),
        deliverer=deliverer,
        maker=ArtifactMaker(
            journal=stores.journal,
            blobs=stores.blobs,
            notices=stores.notices,
            clock=clock,
            renderers=renderers(pages=pages, blobs=stores.blobs),
            on_made=count_artifact,
        ),
        info=info,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stores:
    journal: SqlJournal
    blobs: BlobStore
    queue: ArqQueue
    notices: RedisNotices


async def _open_stores(settings: Settings, stack: AsyncExitStack) -> _Stores:
    return _Stores(
        journal=await stack.enter_async_context(open_journal(settings)),
        blobs=await stack.enter_async_context(open_blobs(settings)),
        queue=await stack.enter_async_context(open_queue(settings)),
        notices=await stack.enter_async_context(open_notices(settings)),
    )


async def _open_processes(settings: Settings, limits: StageLimits, stack: AsyncExitStack) -> tuple[ProcessPageOpener, ExtractorProcess]:
    """The processes that open documents, and those that the rules run in."""
    pages = ProcessPageOpener(
        max_children=limits.render,
        page_seconds=settings.worker.page_seconds,
        max_pages=settings.intake.max_pages,
        max_pixels=int(settings.intake.max_pixels_mp * 1_000_000),
    )
    rules = ExtractorProcess(
        RulesExtractor,
        name=RulesExtractor.name,
        version=RulesExtractor.version,
        children=limits.extract,
        seconds=settings.worker.extraction_seconds,
    )
    stack.push_async_callback(rules.close)
    stack.push_async_callback(pages.close)
    await asyncio.gather(pages.start(), rules.start())
    return pages, rules


def _second_readers(options: WorkerSettings, engines: Engines) -> dict[str, str]:
    """Engines whose lines are read again, and by whom: `easyocr`, and models for it."""
    if options.second_reader == "none":
        return {}
    return {name: options.second_reader for name in engines.names if engines.base(name) == "easyocr"}


def _fingerprint(settings: Settings, engines: Engines, extractors: str, *, device: str) -> str:
    """All that shapes what this worker makes of a document: answers of one are no answers of another."""
    options = settings.worker
    return " ".join(
        (
            engines.fingerprint(options.engine),
            *(engines.fingerprint(name) for name in engines.names if name != options.engine),
            f"arithmetic={arithmetic(device)}",
            *([] if options.second_reader == "none" else [f"second_reader={options.second_reader}/{second_reader_version()}"]),
            extractors,
            f"schema={SCHEMA_VERSION}",
            f"doctray={version('doctray')}",
        )
    )


def _info(options: WorkerSettings, engines: Engines, *, fingerprint: str, device: str) -> WorkerInfo:
    return WorkerInfo(
        worker_id=os.environ.get("DOCTRAY_WORKER_ID") or f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}",
        host=socket.gethostname(),
        pid=os.getpid(),
        device=device,
        slots=options.concurrency,
        fingerprint=fingerprint,
        started_at=datetime.now(UTC),
        engines=(options.engine, *(name for name in engines.names if name != options.engine)),
    )


def _show(settings: Settings, *, device: str, pulse: exposition.Pulse, stack: AsyncExitStack) -> None:
    """Metrics on their own port, and what is watched for them. Raises SettingsError when the port cannot be had."""
    options = settings.worker
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
    metrics.watch_rollbacks()
    watch_memory(limit_bytes=int(options.max_memory_gb * 2**30))
    gpu = open_gpu(device)
    if gpu is not None:
        _log.info("gpu.watched", device=device, gpu=gpu.name)
        watch_gpu(gpu, device=device)
