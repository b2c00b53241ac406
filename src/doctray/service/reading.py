"""One job's pages: from the document to what was read, through page processes and the engine, holding neither while it waits.

Text layers are read as the document is gone through. A page for the engine is rendered once there is room for its image; a job that
only waits for that gives its page process up as soon as somebody else could use it, and opens the document again when its turn comes.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path

from doctray.domain.document import Document, Page, PageImage
from doctray.domain.errors import DoctrayError
from doctray.domain.job import Job
from doctray.pages.completion import completed
from doctray.ports import OpenedDocument, PageExtras, PageSession, Unread
from doctray.service.reuse import page_image_key
from doctray.service.stages import Place, Ticket
from doctray.service.stored import in_one_chunk
from doctray.service.tools import Tools

IMAGES_KEPT = 100
"""Page images of longer documents are not kept: 0.1 to 1 MB each."""

Working = Callable[[str], AbstractContextManager[None]]
"""Around work on a stage, named: it is timed, and counts against the job's budget."""


class DocumentReading:
    """Reads the document of one job, once.

    progress: awaited with how many of how many pages are read, whenever that changes and when the engine gets a page.
    keeping_images: of the pages, for whoever looks at the result. engine_pages: handed to the engine so far.
    """

    def __init__(
        self,
        job: Job,
        path: Path,
        *,
        tools: Tools,
        working: Working,
        progress: Callable[[str, int, int], Awaitable[None]],
        keeping_images: bool = True,
    ) -> None:
        self._job = job
        self._path = path
        self._tools = tools
        self._working = working
        self._progress = progress
        self._keeping_images = keeping_images
        self.engine_pages = 0
        self._rank = job.due_at.timestamp()
        self._opened: OpenedDocument | None = None
        self._unseen: deque[int] = deque()
        self._unread: deque[Unread] = deque()
        self._ticket: Ticket | None = None
        self._turned: list[Page] = []
        self._done: dict[int, Page] = {}

    async def document(self) -> Document:
        """Raises what PageOpener, PageSession and PageReader raise; of several pages' errors the first."""
        try:
            async with asyncio.TaskGroup() as group:
                await self._go_through(group)
            await self._put_upright()
        except ExceptionGroup as errors:
            raise _first(errors) from errors
        finally:
            if self._ticket is not None:
                self._tools.stages.ocr.give_back(self._ticket)
        assert self._opened is not None
        pages = tuple(self._done[number] for number in sorted(self._done))
        return Document(pages=pages, page_total=self._opened.page_total, media_type=self._opened.media_type)

    async def _go_through(self, group: asyncio.TaskGroup) -> None:
        while self._opened is None or self._unseen or self._unread:
            async with self._session() as (session, place):
                await self._visit(session, place, group)
            if self._ticket is not None:
                await self._ticket.granted

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[tuple[PageSession, Place]]:
        job, tools = self._job, self._tools
        opening = tools.pages.open(self._path, media_type=job.media_type, pages=job.options.pages, languages=job.options.languages)
        async with tools.stages.render.hold(self._rank) as place, AsyncExitStack() as stack:
            with self._working("render"):
                session = await stack.enter_async_context(opening)
            if self._opened is None:
                self._opened = session.opened
                self._unseen.extend(session.opened.page_numbers)
                await self._tell("render")
            yield session, place

    async def _visit(self, session: PageSession, place: Place, group: asyncio.TaskGroup) -> None:
        """Do what there is to do with the document open; return when that is all, or when others could use the page process."""
        while self._unseen or self._unread:
            if self._unread and self._ticket is None:
                self._ticket = self._tools.stages.ocr.ask(self._job.request_id, self._unread[0].size_bytes, rank=self._rank)
            if self._ticket is not None and self._ticket.granted.done():
                await self._send(session, group)
            elif self._unseen:
                await self._see(session, self._unseen.popleft())
            elif self._ticket is not None:
                await place.idle_until(self._ticket.granted)
                if not self._ticket.granted.done():
                    return

    async def _see(self, session: PageSession, number: int) -> None:
        started = self._tools.clock.monotonic()
        with self._working("render"):
            seen = await session.page(number)
        if isinstance(seen, Unread):
            self._unread.append(seen)
            return
        self._tools.observer.page(seen, self._tools.clock.monotonic() - started)
        await self._keep_image(session, number)
        await self._end(seen)

    async def _send(self, session: PageSession, group: asyncio.TaskGroup) -> None:
        """Render a page and hand it to the engine; what else the page process knows of it is found out while the engine reads."""
        ticket, self._ticket = self._ticket, None
        assert ticket is not None
        number = self._unread.popleft().number
        try:
            with self._working("render"):
                image = await session.image(number)
        except BaseException:
            self._tools.stages.ocr.give_back(ticket)
            raise
        extras: asyncio.Future[PageExtras] = asyncio.get_running_loop().create_future()
        group.create_task(self._read(image, ticket, extras))
        # the task has it now, and lets go of it when the engine has read it
        del image
        with self._working("render"):
            found = await session.extras(number, rotation=0)
        await self._keep_image(session, number)
        extras.set_result(found)

    async def _read(self, image: PageImage, ticket: Ticket, extras: "asyncio.Future[PageExtras]") -> None:
        clock = self._tools.clock
        started = clock.monotonic()
        try:
            await self._tell("ocr")
            self.engine_pages += 1
            with self._working("ocr"):
                page = await self._tools.reader.read(image, engine=self._job.effective_options.engine)
            del image
        finally:
            self._tools.stages.ocr.give_back(ticket)
        self._tools.observer.page(page, clock.monotonic() - started)
        found = await extras
        if page.rotation:
            self._turned.append(page)
            return
        await self._end(await asyncio.to_thread(completed, page, found))

    async def _put_upright(self) -> None:
        """Pages that the engine found turned: their image and what stands on it, turned as the words are."""
        if not self._turned:
            return
        async with self._session() as (session, _):
            for page in self._turned:
                with self._working("render"):
                    found = await session.extras(page.number, rotation=page.rotation)
                await self._keep_image(session, page.number)
                await self._end(await asyncio.to_thread(completed, page, found))

    async def _keep_image(self, session: PageSession, number: int) -> None:
        if session.opened.page_total > IMAGES_KEPT or not self._keeping_images:
            return
        with self._working("render"):
            png = await session.image_png(number)
        with self._working("store"):
            await self._tools.blobs.put(page_image_key(self._job.request_id, number), in_one_chunk(png))

    async def _end(self, page: Page) -> None:
        self._done[page.number] = page
        await self._tell("ocr")

    async def _tell(self, stage: str) -> None:
        assert self._opened is not None
        await self._progress(stage, len(self._done), len(self._opened.page_numbers))


def _first(errors: ExceptionGroup) -> Exception:
    """Of several pages' errors the first of ours, so that one code reaches the caller."""
    flat: list[Exception] = []
    waiting: list[Exception] = [errors]
    while waiting:
        error = waiting.pop(0)
        if isinstance(error, ExceptionGroup):
            waiting.extend(error.exceptions)
        else:
            flat.append(error)
    return next((error for error in flat if isinstance(error, DoctrayError)), flat[0])
