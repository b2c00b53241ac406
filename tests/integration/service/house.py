"""The use cases on a real SQLite journal and the shipped fakes, with a clock that stands still."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from doctray.domain.audit import Actor, Means
from doctray.domain.document import Box, Line, Page, PageImage, PageSource, Word
from doctray.domain.download import Validators
from doctray.domain.extraction import Extraction
from doctray.domain.identity import new_request_id
from doctray.domain.job import Job, JobOptions
from doctray.domain.rollout_run import RolloutRun
from doctray.ports import Download, Extractor, OpenedDocument, PageExtras, PageReader, Unread, WorkerInfo
from doctray.service.announce import Announcer
from doctray.service.rollout_guard import RolloutGuard
from doctray.service.stages import StageLimits
from doctray.service.submit import Submission, receive, submit
from doctray.service.sweep import Sweeper
from doctray.service.tools import Tools
from doctray.storage.journal_sql import SqlJournal, open_store
from doctray.storage.migrate import upgrade
from doctray.testing import FakeClock, MemoryBlobs, MemoryNotices, MemoryQueue, ScriptedExtractor, ScriptedReader

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 64
TTL_S = 3600.0
WORKER = "w1"
SOMEBODY = Actor(means=Means.CLI)


def a_page(number: int = 1, text: str = "hello", source: PageSource = PageSource.OCR) -> Page:
    word = Word(text=text, box=Box(0, 0, 10, 10), confidence=0.9)
    return Page(number=number, width=20, height=20, source=source, lines=(Line(words=(word,)),))


def an_extraction(**changes: Any) -> Extraction:
    return Extraction(**{"document_type": "certificate", "fields": {"kind": "other"}, "confidence": 0.9, **changes})


class Opener:
    """A document whose pages are given: Pages with a text layer, or images to be read. An exception is raised at opening."""

    def __init__(self, *pages: Page | PageImage, error: Exception | None = None) -> None:
        self.pages = pages
        self.error = error
        self.opened = 0

    @asynccontextmanager
    async def open(self, path: Path, *, media_type: str, pages: str | None, languages: Sequence[str]) -> AsyncIterator["Opener.Session"]:
        if self.error is not None:
            raise self.error
        self.opened += 1
        numbers = tuple(page.number for page in self.pages)
        yield self.Session(self.pages, OpenedDocument(media_type=media_type, page_total=len(self.pages), page_numbers=numbers))

    class Session:
        def __init__(self, pages: tuple[Page | PageImage, ...], opened: OpenedDocument) -> None:
            self._pages = pages
            self.opened = opened

        async def page(self, number: int) -> Page | Unread:
            page = next(page for page in self._pages if page.number == number)
            return page if isinstance(page, Page) else Unread(number=number, width=page.width, height=page.height)

        async def image(self, number: int) -> PageImage:
            image = next(page for page in self._pages if page.number == number)
            assert isinstance(image, PageImage)
            return image

        async def extras(self, number: int, *, rotation: int) -> PageExtras:
            return PageExtras()

        async def image_png(self, number: int) -> bytes:
            return b"png %d" % number


class Outbound:
    """Allows everything; the guard has its own tests."""

    async def check(self, url: str) -> None:
        return


class Fetcher:
    def __init__(self, content: bytes = PNG, error: Exception | None = None) -> None:
        self.content = content
        self.error = error

    @asynccontextmanager
    async def fetch(self, url: str, *, known: Validators | None = None) -> AsyncIterator[Download]:
        if self.error is not None:
            raise self.error
        yield Download(unchanged=False, validators=None, chunks=once(self.content))


class Observed:
    def __init__(self) -> None:
        self.retries = 0
        self.jobs: list[Job] = []
        self.stages: list[str] = []
        self.rollout_runs: list[RolloutRun] = []
        self.extractions: list[tuple[Extraction, str]] = []

    def claimed(self, job: Job) -> None: ...

    def stage(self, name: str, seconds: float) -> None:
        self.stages.append(name)

    def page(self, page: Page, seconds: float) -> None: ...

    def ended(self, job: Job, seconds: float) -> None:
        self.jobs.append(job)

    def rollout_run(self, run: RolloutRun) -> None:
        self.rollout_runs.append(run)

    def retried(self) -> None:
        self.retries += 1

    def extracted(self, extraction: Extraction, *, engine: str) -> None:
        self.extractions.append((extraction, engine))


@dataclass
class House:
    journal: SqlJournal
    clock: FakeClock
    blobs: MemoryBlobs
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    notices: MemoryNotices = field(default_factory=MemoryNotices)
    announcer: Announcer = field(default_factory=Announcer)
    observed: Observed = field(default_factory=Observed)

    async def register(self, worker_id: str = WORKER, lease_s: float = 15.0) -> None:
        info = WorkerInfo(worker_id=worker_id, host="h", pid=1, device="cpu", slots=4, fingerprint="f1", started_at=self.clock.now())
        await self.journal.register(info, lease_s=lease_s)

    async def submit(self, content: bytes = PNG, **changes: Any) -> Job:
        request_id = new_request_id(self.clock.now())
        received = None
        if "source_url" not in changes:
            received = await receive(request_id, once(content), blobs=self.blobs, max_bytes=1_000_000)
        options = JobOptions(**changes.pop("options", {}))
        given = {"owner": "default", "route": "/v1/jobs", **changes}
        submission = Submission(request_id=request_id, received=received, options=options, **given)
        accepted = await submit(
            submission,
            journal=self.journal,
            queue=self.queue,
            notices=self.notices,
            blobs=self.blobs,
            outbound=Outbound(),
            clock=self.clock,
            cache_ttl_s=TTL_S,
            announcer=self.announcer,
        )
        return accepted.job

    def tools(
        self,
        pages: Opener | None = None,
        reader: PageReader | None = None,
        extractor: Extractor | None = None,
        fetcher: Fetcher | None = None,
        **changes: Any,
    ) -> Tools:
        rules = ScriptedExtractor(an_extraction(), name="rules")
        chosen = extractor or rules
        given: dict[str, Any] = {
            "journal": self.journal,
            "blobs": self.blobs,
            "queue": self.queue,
            "notices": self.notices,
            "pages": pages or Opener(a_page(source=PageSource.TEXT_LAYER)),
            "reader": reader or ScriptedReader(a_page()),
            "extractors": {"rules": rules, chosen.name: chosen},
            "default_extractor": chosen.name,
            "default_engine": "easyocr",
            "engine_versions": {"easyocr": "1", "rapidocr": "1", "documentai": "1"},
            "second_readers": {},
            "fingerprint": "f1",
            "fetcher": fetcher or Fetcher(),
            "clock": self.clock,
            "announcer": self.announcer,
            "observer": self.observed,
            "stages": StageLimits().stages(),
            "max_file_bytes": 1_000_000,
            "cache_ttl_s": TTL_S,
            "job_seconds": 60.0,
        }
        return Tools(**{**given, **changes})

    def sweeper(self) -> Sweeper:
        return Sweeper(
            journal=self.journal,
            blobs=self.blobs,
            queue=self.queue,
            notices=self.notices,
            announcer=self.announcer,
            holder="test",
            every_s=2.0,
            retention_s=7 * 86400,
            audit_retention_s=365 * 86400,
            guard=RolloutGuard(journal=self.journal, clock=self.clock, holder="test"),
        )


async def once(content: bytes) -> AsyncIterator[bytes]:
    if content:
        yield content


@asynccontextmanager
async def opened_house(folder: Path) -> AsyncIterator[House]:
    dsn = f"sqlite+pysqlite:///{folder / 'journal.sqlite3'}"
    await asyncio.to_thread(upgrade, dsn)
    clock = FakeClock()
    async with SqlJournal(open_store(dsn, now=clock.timestamp), retention_s=7 * 86400) as journal:
        yield House(journal=journal, clock=clock, blobs=MemoryBlobs(clock=clock))
