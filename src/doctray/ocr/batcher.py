"""Pages of all jobs in flight, batched for one engine, fairly: `doctray.ports.PageReader` over an `EngineProcess`."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

import structlog

from doctray.domain.document import Page, PageImage
from doctray.domain.errors import DoctrayError, EngineFailure, EngineOutOfMemory
from doctray.domain.fair_queue import FairQueue

log = structlog.get_logger()

# Whose page it is, for fairness. A worker sets it once in the task of a job; pages without it count as one job.
reading_job: ContextVar[str] = ContextVar("reading_job", default="")

# Which job goes first where several have their turn; lower is sooner. A worker sets it beside `reading_job`, to the job's due time.
reading_rank: ContextVar[float] = ContextVar("reading_rank", default=0.0)


class BatchReader(Protocol):
    """What `EngineProcess.read` promises."""

    async def read(self, images: Sequence[PageImage], engine: str | None = None, *, timeout_s: float) -> list[Page]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLimits:
    """How pages are gathered.

    max_pages, max_pixels: of one batch; a page above max_pixels is read alone. wait_s: how long the first page of a batch waits for
    others. queue_pages: how many pages wait inside; beyond it `read` waits to get in, in order of arrival. abandoned_s: how long a batch
    that nobody waits for any more, its jobs being cancelled, may keep the engine (api.md: hard stop after 10 s).
    """

    max_pages: int = 1
    max_pixels: int = 16_000_000
    wait_s: float = 0.003
    queue_pages: int = 256
    abandoned_s: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRead:
    """One call of the engine, for telemetry. outcome: `read`, or the code of the error. waited_s: of the page that waited longest
    since it was handed in; seconds: of the call; queue_pages: pages left waiting."""

    engine: str | None
    outcome: str
    pages: int
    pixels: int
    waited_s: float
    seconds: float
    queue_pages: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Entry:
    image: PageImage
    engine: str | None
    answer: asyncio.Future[Page]
    since: float

    @property
    def pixels(self) -> int:
        return self.image.width * self.image.height


class Batcher:
    """Use it as an async context manager, or call `start` and `close`. One event loop, one engine, one batch at a time.

    Pages of one engine name travel together, taken from the jobs in turn. On EngineOutOfMemory a batch is halved, down to one
    page. After any other error its pages are read one at a time, so that only the page that fails alone gets the error.
    page_timeout_s: for each page of a batch. on_batch: called after every call of the engine; it must not block or raise.
    """

    def __init__(
        self,
        reader: BatchReader,
        *,
        limits: BatchLimits | None = None,
        page_timeout_s: float,
        on_batch: Callable[[BatchRead], None] = lambda _: None,
    ) -> None:
        self._reader = reader
        self._limits = limits or BatchLimits()
        self._page_timeout_s = page_timeout_s
        self._on_batch = on_batch
        self._waiting: FairQueue[_Entry] = FairQueue()
        self._room = asyncio.Semaphore(self._limits.queue_pages)
        self._arrived = asyncio.Event()
        self._filled = asyncio.Event()
        self._loop_task: asyncio.Task[None] | None = None
        self._in_flight: tuple[_Entry, ...] = ()
        self._closed = False

    async def __aenter__(self) -> "Batcher":
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def queue_pages(self) -> int:
        """Pages that wait, those being read not counted."""
        return len(self._waiting)

    def start(self) -> None:
        self._loop_task = asyncio.create_task(self._run(), name="ocr-batcher")

    async def read(self, image: PageImage, *, engine: str | None = None, job: str | None = None) -> Page:
        """One page. job: whose it is, for fairness; None: what `reading_job` says. Cancelling drops the page if it still waits."""
        await self._room.acquire()
        if self._closed:
            self._room.release()
            raise EngineFailure("the reader is closed")
        loop = asyncio.get_running_loop()
        entry = _Entry(image=image, engine=engine, answer=loop.create_future(), since=loop.time())
        owner = job if job is not None else reading_job.get()
        self._waiting.push(owner, entry, rank=reading_rank.get())
        self._arrived.set()
        if self.queue_pages >= self._limits.max_pages:
            self._filled.set()
        try:
            return await entry.answer
        finally:
            self._drop(owner, entry)

    async def close(self) -> None:
        """End the batch in flight and fail every page that has no answer yet with EngineFailure. Idempotent."""
        self._closed = True
        if self._loop_task is not None:
            self._loop_task.cancel()
            await asyncio.gather(self._loop_task, return_exceptions=True)
        waiting = tuple(self._waiting)
        self._waiting = FairQueue()
        for _ in waiting:
            self._room.release()
        for entry in (*self._in_flight, *waiting):
            _fail(entry, EngineFailure("the reader was closed before the page was read"))

    async def _run(self) -> None:
        while True:
            await self._arrived.wait()
            await self._wait_for_company()
            self._in_flight = self._take()
            try:
                await self._read(self._in_flight)
            except Exception as error:
                log.exception("ocr.batch_lost", pages=len(self._in_flight))
                for entry in self._in_flight:
                    _fail(entry, EngineFailure(f"the page was lost ({type(error).__name__})"))
            self._in_flight = ()

    async def _wait_for_company(self) -> None:
        oldest = min((entry.since for entry in self._waiting), default=0.0)
        if self.queue_pages < self._limits.max_pages:
            self._filled.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(oldest + self._limits.wait_s):
                    await self._filled.wait()

    def _take(self) -> tuple[_Entry, ...]:
        batch: list[_Entry] = []
        while len(batch) < self._limits.max_pages and (entry := self._next(batch)) is not None:
            batch.append(entry)
        if not self._waiting:
            self._arrived.clear()
        return tuple(batch)

    def _next(self, batch: Sequence[_Entry]) -> _Entry | None:
        """The first page of the job whose turn it is, among those that may join the batch."""
        pixels = sum(entry.pixels for entry in batch)

        def joins(entry: _Entry) -> bool:
            return not batch or (entry.engine == batch[0].engine and pixels + entry.pixels <= self._limits.max_pixels)

        entry = self._waiting.pop(joins)
        if entry is not None:
            self._room.release()
        return entry

    def _drop(self, owner: str, entry: _Entry) -> None:
        """Take a page out of the queue, if it is still there."""
        if self._waiting.remove(owner, entry):
            self._room.release()

    async def _read(self, batch: Sequence[_Entry]) -> None:
        entries = [entry for entry in batch if not entry.answer.done()]
        if not entries:
            return
        try:
            pages = await self._call(entries)
        except DoctrayError as error:
            if len(entries) == 1:
                _fail(entries[0], error)
                return
            size = len(entries) // 2 if isinstance(error, EngineOutOfMemory) else 1
            for start in range(0, len(entries), size):
                await self._read(entries[start : start + size])
        else:
            for entry, page in zip(entries, pages, strict=True):
                if not entry.answer.done():
                    entry.answer.set_result(page)

    async def _while_wanted(self, images: Sequence[PageImage], entries: Sequence[_Entry]) -> list[Page]:
        """Ends the engine's work, by ending its process, on pages that nobody has waited for during `abandoned_s`."""

        async def unwanted() -> None:
            await asyncio.wait([entry.answer for entry in entries])
            await asyncio.sleep(self._limits.abandoned_s)

        reading = asyncio.create_task(self._reader.read(images, entries[0].engine, timeout_s=self._page_timeout_s * len(images)))
        giving_up = asyncio.create_task(unwanted())
        try:
            await asyncio.wait({reading, giving_up}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reading, giving_up):
                task.cancel()
            await asyncio.wait({reading, giving_up})
        if reading.cancelled():
            log.info("ocr.batch_abandoned", pages=len(entries))
            raise EngineFailure("nobody waits for these pages any more")
        return reading.result()

    async def _call(self, entries: Sequence[_Entry]) -> list[Page]:
        loop = asyncio.get_running_loop()
        started = loop.time()
        outcome = "read"
        images = [entry.image for entry in entries]
        try:
            pages = await self._while_wanted(images, entries)
            if [page.number for page in pages] != [image.number for image in images]:
                raise EngineFailure("the engine did not answer with one page for each image")
            return pages
        except DoctrayError as error:
            outcome = error.code
            raise
        except Exception as error:
            outcome = EngineFailure.code
            raise EngineFailure(f"the engine failed ({type(error).__name__})") from error
        finally:
            self._on_batch(
                BatchRead(
                    engine=entries[0].engine,
                    outcome=outcome,
                    pages=len(entries),
                    pixels=sum(entry.pixels for entry in entries),
                    waited_s=started - min(entry.since for entry in entries),
                    seconds=loop.time() - started,
                    queue_pages=self.queue_pages,
                )
            )


def _fail(entry: _Entry, error: DoctrayError) -> None:
    if not entry.answer.done():
        entry.answer.set_exception(error)
