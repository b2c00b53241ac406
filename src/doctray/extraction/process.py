"""An extractor in processes of its own, which are killed when a document keeps them too long.

Rules are pure Python with regular expressions: one that runs away holds the interpreter's lock, and in the worker's own process would
hold its heartbeat with it.
"""

import asyncio
import os
from typing import Any

import structlog

from doctray.cancellation import to_the_end
from doctray.domain.document import Document
from doctray.domain.errors import ExtractionFailed
from doctray.domain.extraction import Extraction
from doctray.extraction.wire import Failed, MakeExtractor, Request
from doctray.ports import PageImages
from doctray.socket_child import SocketChild, frame, launch, unframe

_log = structlog.get_logger()

_START_SECONDS = 60.0
"""Loading the rules takes half a second, on a machine that is starting everything at once some more."""

_ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
"""What Python needs to start; the worker's keys and passwords stay out."""


class ExtractorProcess:
    """`doctray.ports.Extractor` over another one, for an event loop in the main thread (the kernel ends a child with the thread that
    started it).

    make: builds the extractor in the child; picklable, as its class is. name, version: the extractor's. children: how many work at once;
    further calls wait. seconds: for each document.
    """

    model: str | None = None

    def __init__(self, make: MakeExtractor, *, name: str, version: str, children: int = 2, seconds: float = 60.0) -> None:
        self.name = name
        self.version = version
        self._make = make
        self._seconds = seconds
        self._children = children
        self._places = asyncio.Semaphore(children)
        self._idle: list[SocketChild] = []
        self._busy: set[SocketChild] = set()
        self._closed = False

    async def start(self) -> None:
        """Have all children ready, so that no document waits for one. Raises ExtractionFailed when one cannot be started."""
        await asyncio.gather(*(self._have_ready() for _ in range(self._children)))

    async def extract(
        self,
        document: Document,
        *,
        document_type: str,
        schema: str | None,
        images: PageImages | None = None,  # noqa: ARG002 (the port's)
    ) -> Extraction:
        """Raises what the extractor raises; ExtractionFailed when it takes too long (its process is killed) or its process ends."""
        request = Request(document=document, document_type=document_type, schema=schema)
        # 2 ms for a page of 500 words, and a document has up to 500 pages
        framed = await asyncio.to_thread(frame, request)
        async with self._places:
            child = self._take() or await self._spawn()
            reply = await self._ask(child, framed)
        if isinstance(reply, Failed):
            if reply.cause:
                _log.error("extraction.crashed", extractor=self.name, cause=reply.cause)
            raise reply.error(reply.detail)
        assert isinstance(reply, Extraction)
        return reply

    async def close(self) -> None:
        """End all children, also when cancelled; what they work on raises ExtractionFailed. Idempotent."""
        self._closed = True
        children = (*self._idle, *self._busy)
        self._idle.clear()
        await to_the_end(asyncio.gather(*(child.end() for child in children)))

    def _take(self) -> SocketChild | None:
        while self._idle:
            child = self._idle.pop()
            if child.process.returncode is None:
                return child
            child.writer.close()
        return None

    async def _ask(self, child: SocketChild, framed: bytes) -> Any:
        self._busy.add(child)
        whole = False
        try:
            async with asyncio.timeout(self._seconds):
                child.writer.write(framed)
                await child.writer.drain()
                body = await child.receive()
            whole = True
            return await asyncio.to_thread(unframe, body)
        except TimeoutError as error:
            _log.warning("extraction.killed", extractor=self.name, seconds=self._seconds)
            raise ExtractionFailed(f"The fields were not found within {self._seconds:g} s.") from error
        except (EOFError, OSError) as error:
            _log.warning("extraction.process_ended", extractor=self.name)
            raise ExtractionFailed("The process that extracts ended while it worked on the document.") from error
        finally:
            self._busy.discard(child)
            if whole and not self._closed:
                self._idle.append(child)
            else:
                await child.end()

    async def _have_ready(self) -> None:
        """Kept at once, so that `close` knows of it, however the start of the others ends."""
        child = await self._spawn()
        if self._closed:
            await child.end()
            raise ExtractionFailed("The extractor is closed: this worker is ending.")
        self._idle.append(child)

    async def _spawn(self) -> SocketChild:
        if self._closed:
            raise ExtractionFailed("The extractor is closed: this worker is ending.")
        child = await launch("doctray.extraction.child", environment=_environment())
        try:
            async with asyncio.timeout(_START_SECONDS):
                child.writer.write(frame(self._make))
                await child.writer.drain()
                pid = unframe(await child.receive())
        except (TimeoutError, EOFError, OSError) as error:
            await child.end()
            raise ExtractionFailed("The process that extracts could not be started.") from error
        except asyncio.CancelledError:
            await child.end()
            raise
        _log.debug("extraction.started", extractor=self.name, pid=pid)
        return child


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
