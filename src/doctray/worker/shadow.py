"""The processes of a worker's shadows: started when there is one to run, ended when there has been none for a while.

All are its own, so that nothing of a caller's waits for them: page process, engine process (niced, and killed above its memory) and rules.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import structlog

from doctray.config import Settings
from doctray.domain.document import Page
from doctray.domain.extraction import Extraction
from doctray.domain.job import Job, Progress
from doctray.domain.rollout_run import RolloutRun
from doctray.extraction.process import ExtractorProcess
from doctray.extraction.rules.extractor import RulesExtractor
from doctray.ocr.batcher import Batcher, BatchLimits
from doctray.ocr.engine_process import EngineProcess
from doctray.ocr.wire import MakeEngine
from doctray.pages.process import ProcessPageOpener
from doctray.ports import Extractor, PageReader
from doctray.service.stages import StageLimits
from doctray.service.tools import Tools
from doctray.worker.limits import gpu_memory_bytes

_log = structlog.get_logger()

NICENESS = 19
"""Beside a process that has work, one that is as nice gets about a 69th of a core (sched(7): weights 15 and 1024)."""

MEMORY_LOOK_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Processes:
    """`doctray.service.shadow.ShadowHouse`."""

    tools: Tools
    reader: PageReader
    engine: EngineProcess

    def memory_bytes(self) -> int:
        return self.engine.rss_bytes()


@asynccontextmanager
async def open_processes(engine: str, *, tools: Tools, make: MakeEngine, settings: Settings, device: str) -> AsyncIterator[Processes]:
    """With `engine` loaded (none: the worker's default). tools: the worker's. make: builds an engine by name, with one thread.

    Raises what EngineProcess.start, ExtractorProcess.start and ProcessPageOpener.start raise.
    """
    options = settings.worker
    async with AsyncExitStack() as stack:
        pages = ProcessPageOpener(
            max_children=1,
            page_seconds=options.page_seconds,
            max_pages=settings.intake.max_pages,
            max_pixels=int(settings.intake.max_pixels_mp * 1_000_000),
        )
        stack.push_async_callback(pages.close)
        rules = ExtractorProcess(
            RulesExtractor,
            name=RulesExtractor.name,
            version=RulesExtractor.version,
            children=1,
            seconds=options.extraction_seconds,
        )
        stack.push_async_callback(rules.close)
        process = EngineProcess(
            make,
            engine=engine or tools.default_engine,
            device=device,
            gpu_memory_bytes=gpu_memory_bytes(options, device=device),
            niceness=NICENESS,
        )
        stack.push_async_callback(process.close)
        await asyncio.gather(pages.start(), rules.start(), process.start())
        watching = asyncio.create_task(_keep_small(process, limit_bytes=int(options.shadow_memory_gb * 2**30)), name="shadow memory")
        stack.callback(watching.cancel)
        batcher = Batcher(process, limits=BatchLimits(max_pages=1), page_timeout_s=options.page_seconds)
        reader = await stack.enter_async_context(batcher)
        extractors: Mapping[str, Extractor] = {**tools.extractors, RulesExtractor.name: rules}
        stages = StageLimits(fetch=1, render=1, extract=1, model=1, store=1).stages()
        own = replace(tools, pages=pages, reader=reader, extractors=extractors, stages=stages, observer=_Unwatched(), notices=_Unheard())
        yield Processes(tools=own, reader=reader, engine=process)


async def _keep_small(process: EngineProcess, *, limit_bytes: int) -> None:
    """Kill an engine that has grown too large, in the middle of a page if need be: its shadow then fails, and says so."""
    while True:
        await asyncio.sleep(MEMORY_LOOK_S)
        rss = process.rss_bytes()
        if rss > limit_bytes:
            _log.warning("shadow.engine_too_large", rss_bytes=rss, limit_bytes=limit_bytes)
            process.kill()


class _Unwatched:
    """`doctray.service.tools.Observer` of nothing: what a shadow does is no figure of the service's."""

    def claimed(self, job: Job) -> None: ...

    def stage(self, name: str, seconds: float) -> None: ...

    def page(self, page: Page, seconds: float) -> None: ...

    def ended(self, job: Job, seconds: float) -> None: ...

    def retried(self) -> None: ...

    def rollout_run(self, run: RolloutRun) -> None: ...

    def extracted(self, extraction: Extraction, *, engine: str) -> None: ...


class _Unheard:
    """`doctray.ports.Notices` that go nowhere: a caller must not see its completed job move."""

    async def publish(self, request_id: str, progress: Progress | None) -> None: ...

    async def progress(self, request_id: str) -> Progress | None:  # noqa: ARG002 (the port's)
        return None

    async def wait(self, request_id: str, *, timeout_s: float) -> bool:  # noqa: ARG002 (the port's)
        return False
