"""The engines that the settings name, models among them: fetched, checked, and refused where they are not what they say; and the
processes that they are in."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import structlog

from doctray.config import Google, Settings, SettingsError
from doctray.config import Worker as WorkerSettings
from doctray.domain.errors import EngineFailure, TemporarilyUnavailable
from doctray.ocr.batcher import Batcher
from doctray.ocr.documentai import NAME as DOCUMENTAI
from doctray.ocr.documentai import DocumentAi
from doctray.ocr.engine_process import EngineProcess
from doctray.ocr.engines import Engines
from doctray.ocr.models import EngineModel, read_model
from doctray.ocr.routes import RoutedReader
from doctray.ocr.wire import MakeEngine
from doctray.ports import PageReader
from doctray.wiring import fetch_model_at
from doctray.worker.limits import batch_limits, gpu_memory_bytes, remote_batch_limits
from doctray.worker.observe import count_batch, count_engine_lost

_log = structlog.get_logger()

WORKER_SHARE_GB = 0.5
"""Of MAX_MEMORY_USAGE_GB, what the worker and its page processes take; the engine process is recycled above the rest."""


async def open_engines(settings: Settings) -> Engines:
    """What this worker can read with.

    A model that cannot be used is left out, with a line in the log: one damaged file must not stop the engines that work. Raises
    SettingsError when that leaves OCR_ENGINE without its engine.
    """
    found: dict[str, EngineModel] = {}
    for place in settings.worker.models:
        try:
            model = await model_at(settings, place)
            await asyncio.to_thread(model.check)
            if model.engine in found:
                raise EngineFailure(f"another place of OCR_MODELS holds {model.engine} already")
        except (EngineFailure, TemporarilyUnavailable) as error:
            _log.error("model.refused", place=place, detail=error.detail)
        else:
            found[model.engine] = model
            _log.info("model.offered", engine=model.engine, base=model.manifest.base, checksum=model.manifest.checksum)
    engines = Engines(models=tuple(found.values()), documentai=documentai_of(settings.google))
    if settings.worker.engine not in engines.names:
        raise SettingsError(f"OCR_ENGINE is {settings.worker.engine!r}; use one of {', '.join(engines.names)}{_mend(settings)}")
    return engines


async def model_at(settings: Settings, place: str) -> EngineModel:
    """The model of a folder, or of an s3:// prefix, whose files are brought here. Raises EngineFailure or TemporarilyUnavailable."""
    folder = await fetch_model_at(settings, place) if place.startswith("s3://") else Path(place)
    return await asyncio.to_thread(read_model, folder)


def documentai_of(google: Google) -> DocumentAi | None:
    """None where it is not configured."""
    if google.processor is None:
        return None
    return DocumentAi(
        processor=google.processor,
        endpoint=google.address,
        credentials_file=google.credentials_file,
        timeout_s=google.timeout_seconds,
        requests=google.requests,
        page_price=google.page_price,
    )


async def open_reader(
    options: WorkerSettings, make: MakeEngine, engines: Engines, *, device: str, stack: AsyncExitStack
) -> tuple[EngineProcess, PageReader]:
    """The default engine's process, and the reader over it: with a second process, started when it is first asked, where Document AI is
    configured beside engines that compute here."""
    remote = engines.is_remote(options.engine)

    async def opened(engine: str, *, waits: bool) -> tuple[EngineProcess, PageReader]:
        process = EngineProcess(
            make,
            engine=engine,
            device=device,
            max_rss_bytes=max(1, int((options.max_memory_gb - WORKER_SHARE_GB) * 2**30)),
            gpu_memory_bytes=gpu_memory_bytes(options, device=device),
            on_lost=count_engine_lost,
        )
        stack.push_async_callback(process.close)
        requests = engines.documentai.requests if engines.documentai is not None else 1
        limits = remote_batch_limits(requests=requests) if waits else batch_limits(device=device)
        batcher = Batcher(process, limits=limits, page_timeout_s=options.page_seconds, on_batch=count_batch)
        return process, await stack.enter_async_context(batcher)

    process, usual = await opened(options.engine, waits=remote)
    if engines.documentai is None:
        return process, usual
    # Beside Document AI the local engines' process begins with the one that loads nothing.
    _, aside = await opened("null" if remote else DOCUMENTAI, waits=not remote)
    return process, RoutedReader(usual=usual, aside=aside, is_aside=lambda name: engines.is_remote(name) != remote)


def _mend(settings: Settings) -> str:
    if "@" in settings.worker.engine:
        return "; a model of OCR_MODELS that was refused is told above, and by `doctray models list`"
    return "; google_documentai needs GOOGLE_DOCUMENTAI_PROCESSOR" if settings.google.processor is None else ""
