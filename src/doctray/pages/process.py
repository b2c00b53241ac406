"""Page processes, seen from the worker: each open document has one of its own, and nothing that it does can harm the worker.

`ProcessPageOpener` implements `doctray.ports.PageOpener`. The processes are forked by `doctray.pages.nursery`; they are spoken to as
`doctray.pages.wire` describes. All waiting is on the event loop; nothing here blocks it.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog

from doctray.cancellation import to_the_end
from doctray.domain.document import Page, PageImage
from doctray.domain.errors import (
    CorruptDocument,
    DoctrayError,
    EmptyDocument,
    EncryptedDocument,
    EngineFailure,
    PageTooLarge,
    TimedOut,
    TooManyPages,
    UnsupportedMediaType,
)
from doctray.pages import wire
from doctray.pages.pixel_room import PixelRoom
from doctray.pages.selection import select_pages
from doctray.ports import OpenedDocument, PageExtras, PageSession, Unread

_log = structlog.get_logger()

_START_SECONDS = 60.0
"""Loading the decoders takes half a second, on a machine that is starting everything at once some more."""

_END_SECONDS = 10.0
"""A killed process is gone within milliseconds, unless the kernel is waiting for a disk on its behalf."""

_KEPT_ENVIRONMENT = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TZ",
    "HOME",
    "PYTHONPATH",
    "PYTHONHOME",
    "VIRTUAL_ENV",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
)
"""What Python needs to start. Page processes inherit none of the worker's keys and passwords."""

# page processes are many: threads of the numeric libraries in each would only take turns, and each takes address space
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

_TOLD_ERRORS: Mapping[str, type[DoctrayError]] = {
    error.code: error for error in (CorruptDocument, EncryptedDocument, EmptyDocument, PageTooLarge, UnsupportedMediaType, EngineFailure)
}
"""What a page process may say went wrong."""

_MAX_TEXT = 300

_PART_BYTES = 4 * 1024 * 1024
"""Of a searchable copy, handed over at once."""

_ROOM_PX, _ROOM_PX_A_PROCESS = 13_000_000, 4_000_000
"""Pixels that are decoded, searched for rules or encoded at once, all page processes together: a phone's photograph, or an A4 page at
200 dpi for each process. That takes 8 bytes a pixel; what waits for its turn has 3 where it is decoded, else none."""

MOST_CHARACTERS = 5_000_000
"""In the text layers of one document: 500 densely printed pages of 10,000. Their words take some 400 MB in the worker; a page that is
named 500 times in a file of 100 kB could have ten times as many."""


class ProcessPageOpener:
    """Opens each document in a page process of its own, at most max_children at once (further ones wait for their turn).

    page_seconds: wall clock for each answer, and somewhat less of processor time. max_pages: pages read of one document.
    max_pixels: of one page or image. max_characters: of one document's text layers. memory_bytes: address space of each page process, of
    which some 400 MB are taken by the decoders.
    """

    def __init__(
        self,
        *,
        max_children: int = 4,
        page_seconds: float = 60.0,
        max_pages: int = 500,
        max_pixels: int = 120_000_000,
        max_characters: int = MOST_CHARACTERS,
        memory_bytes: int = 2 * 1024**3,
    ) -> None:
        self._slots = asyncio.Semaphore(max_children)
        self._room = PixelRoom(max(_ROOM_PX, max_children * _ROOM_PX_A_PROCESS))
        self._page_seconds = page_seconds
        self._max_pages = max_pages
        self._max_pixels = max_pixels
        self._max_characters = max_characters
        self._limits = json.dumps({"memory_bytes": memory_bytes, "page_seconds": page_seconds})
        self._starting = asyncio.Lock()
        self._nursery: _Nursery | None = None
        self._said_how_isolated = False

    async def start(self) -> None:
        """Load the decoders now, so that the first document does not wait for them. Raises EngineFailure."""
        await self._running_nursery()

    async def close(self) -> None:
        """End the nursery, and with it every page process, also when cancelled. The opener starts a new one when it is used again."""
        await to_the_end(self._close())

    async def _close(self) -> None:
        async with self._starting:
            nursery, self._nursery = self._nursery, None
            if nursery is not None:
                await nursery.close()

    @contextlib.asynccontextmanager
    async def open(self, path: Path, *, media_type: str, pages: str | None, languages: Sequence[str]) -> AsyncIterator[PageSession]:
        async with self._slots:
            child = await self._new_child()
            try:
                reply, _ = await child.ask({"op": "open", "path": str(path), "media_type": media_type, "max_pixels": self._max_pixels})
                with _disbelief():
                    page_total = wire.whole(reply, "page_total")
                opened = OpenedDocument(
                    media_type=media_type,
                    page_total=page_total,
                    page_numbers=select_pages(pages, page_total=page_total, max_pages=self._max_pages),
                )
                yield _Session(child, self._room, opened, tuple(languages), self._max_characters)
            finally:
                await child.end()

    async def _new_child(self) -> "PageProcess":
        for _ in range(2):
            nursery = await self._running_nursery()
            child = nursery.fork(self._page_seconds)
            if child is not None:
                return child
            await self.close()
        raise EngineFailure("No page process could be started.")

    async def _running_nursery(self) -> "_Nursery":
        async with self._starting:
            if self._nursery is None or self._nursery.ended:
                if self._nursery is not None:
                    await self._nursery.close()
                self._nursery = await _Nursery.start(self._limits)
                if not self._said_how_isolated:
                    self._said_how_isolated = True
                    if self._nursery.isolated:
                        _log.info("pages.isolated", network=False)
                    else:
                        _log.warning("pages.not_isolated", reason=self._nursery.reason)
            return self._nursery


class _Session:
    """`doctray.ports.PageSession` over one page process."""

    def __init__(
        self, child: "PageProcess", room: PixelRoom, opened: OpenedDocument, languages: tuple[str, ...], characters_left: int
    ) -> None:
        self.opened = opened
        self._room = room
        self._pixels: dict[int, int] = {}
        # the page whose image the page process holds
        self._decoded: int | None = None
        self._characters_left = characters_left
        self._child = child
        self._languages = languages

    async def page(self, number: int) -> Page | Unread:
        reply, _ = await self._child.ask({"op": "page", "number": number})
        with _disbelief():
            if "page" in reply:
                # a page of 500 words takes 2 ms, and a page may have many more
                page = await asyncio.to_thread(wire.page_from_json, reply["page"])
                self._decoded, self._pixels[number] = number, page.width * page.height
                self._characters_left -= sum(len(word.text) for word in page.words)
                if self._characters_left < 0:
                    raise TooManyPages("The pages hold more text than is read of one document. The option pages can choose some.")
                return page.evolve(number=number)
            _log.debug("page.judged", page=number, text_layer=_printable(reply.get("verdict")))
            unread = Unread(number=number, width=wire.whole(reply, "width"), height=wire.whole(reply, "height"))
            self._pixels[number] = unread.width * unread.height
            return unread

    async def image(self, number: int) -> PageImage:
        reply, body = await self._ask_with_image({"op": "image", "number": number})
        with _disbelief():
            width, height = wire.whole(reply, "width"), wire.whole(reply, "height")
            return PageImage(number=number, width=width, height=height, rgb=body, languages=self._languages)

    async def extras(self, number: int, *, rotation: int) -> PageExtras:
        reply, _ = await self._ask_with_image({"op": "extras", "number": number, "rotation": rotation})
        with _disbelief():
            segments, form_fields = wire.extras_from_json(reply)
            return PageExtras(segments=segments, form_fields=form_fields, placement=wire.placement_from_json(reply))

    async def lay_text(self, page: Page) -> None:
        await self._child.ask({"op": "lay", "page": await asyncio.to_thread(wire.page_as_json, page)})

    async def searchable(self) -> AsyncIterator[bytes]:
        offset = 0
        while True:
            _, part = await self._child.ask({"op": "part", "offset": offset, "size": _PART_BYTES})
            if not part:
                return
            yield bytes(part)
            offset += len(part)

    async def image_png(self, number: int) -> bytes:
        _, body = await self._ask_with_image({"op": "png", "number": number})
        return bytes(body)

    async def _ask_with_image(self, request: Mapping[str, Any]) -> tuple[dict[str, Any], bytearray]:
        """What takes the pixels of page `number`, once there is room for them."""
        number = request["number"]
        async with self._room.hold(self._pixels.get(number), decoded=self._decoded == number):
            answer = await self._child.ask(request)
        self._decoded = number
        return answer


@contextlib.contextmanager
def _disbelief() -> Iterator[None]:
    try:
        yield
    except (wire.WireError, ValueError) as error:
        raise EngineFailure("The page process gave an answer that does not hold together.") from error


class PageProcess:
    """One page process: asked one thing at a time, and killed by the first answer that does not come."""

    def __init__(self, connection: socket.socket, life_line: socket.socket, seconds: float) -> None:
        self._connection = connection
        self._life_line = life_line
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._over = False

    async def ask(self, request: Mapping[str, Any]) -> tuple[dict[str, Any], bytearray]:
        """Its answer: header and body. Raises what the page process says went wrong, TimedOut or EngineFailure."""
        async with self._turn:
            if self._over:
                raise EngineFailure("The page process has ended.")
            # until the answer is whole, also when the caller is cancelled: half an exchange cannot be taken up again
            self._over = True
            try:
                async with asyncio.timeout(self._seconds):
                    header, body = await self._exchange(request)
            except TimeoutError as error:
                self._kill()
                raise TimedOut("A page went over its time budget.") from error
            except (OSError, EOFError) as error:
                raise await self._crashed() from error
            except wire.WireError as error:
                self._kill()
                raise EngineFailure("The page process gave an answer that does not hold together.") from error
            self._over = False
        if "error" in header:
            raise _told(header)
        return header, body

    async def end(self) -> None:
        """Kill it, and wait until it is gone."""
        self._over = True
        self._kill()
        try:
            await self._exit_status()
        finally:
            self._connection.close()
            self._life_line.close()

    async def _exchange(self, request: Mapping[str, Any]) -> tuple[dict[str, Any], bytearray]:
        await asyncio.get_running_loop().sock_sendall(self._connection, wire.packed(request))
        header_bytes, body_bytes = wire.sizes(await self._receive(wire.PREFIX.size))
        header = await self._receive(header_bytes)
        body = await self._receive(body_bytes)
        return await asyncio.to_thread(wire.parsed, header), body

    async def _receive(self, size: int) -> bytearray:
        loop = asyncio.get_running_loop()
        received = bytearray(size)
        view = memoryview(received)
        while view:
            count = await loop.sock_recv_into(self._connection, view)
            if count == 0:
                raise EOFError
            view = view[count:]
        return received

    async def _crashed(self) -> DoctrayError:
        status = await self._exit_status()
        _log.warning("pages.process_crashed", exit_status=status)
        if status == str(-signal.SIGXCPU):
            # the same work on the same file: another try would take as long
            return PageTooLarge("A page takes more processor time to open than a page may use.")
        return EngineFailure("The page process ended while it read the document.")

    def _kill(self) -> None:
        # a life line that is gone or full of kills belongs to a process that is gone
        with contextlib.suppress(OSError):
            self._life_line.send(b"k")

    async def _exit_status(self) -> str | None:
        """Its exit status, negative for a signal, once it is gone; None when that is not known."""
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_END_SECONDS):
                return (await asyncio.get_running_loop().sock_recv(self._life_line, 16)).decode("ascii", "replace") or None
        return None


def _told(header: Mapping[str, Any]) -> DoctrayError:
    kind = _TOLD_ERRORS.get(str(header["error"]), EngineFailure)
    if "where" in header:
        _log.error("pages.reading_failed", where=_printable(header["where"]))
    return kind(_printable(header.get("detail")) or None)


def _printable(value: object) -> str:
    return "".join(character for character in str(value or "") if character.isprintable())[:_MAX_TEXT]


class _Nursery:
    """The running `doctray.pages.nursery`."""

    def __init__(self, process: "subprocess.Popen[bytes]", control: socket.socket) -> None:
        self._process = process
        self._control = control
        self.isolated = False
        self.reason = ""

    @classmethod
    async def start(cls, limits: str) -> "_Nursery":
        """Raises EngineFailure when it does not come up."""
        control, theirs = socket.socketpair()
        control.setblocking(False)
        with theirs:
            # A thread that forks must find the descriptor that it was given, whoever gives up waiting for it.
            spawning = asyncio.ensure_future(asyncio.to_thread(_spawn, theirs.fileno(), limits))
            try:
                nursery = cls(await to_the_end(spawning), control)
            except OSError as error:
                control.close()
                raise EngineFailure("The page processes could not be started.") from error
            except asyncio.CancelledError:
                if spawning.cancelled() or spawning.exception() is not None:
                    control.close()
                else:
                    await cls(spawning.result(), control).close()
                raise
        try:
            async with asyncio.timeout(_START_SECONDS):
                await nursery._hear_how_isolated()
        except (OSError, EOFError, ValueError) as error:
            await nursery.close()
            raise EngineFailure("The page processes could not be started.") from error
        except asyncio.CancelledError:
            await nursery.close()
            raise
        return nursery

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def fork(self, seconds: float) -> PageProcess | None:
        """A new page process, or None when the nursery has ended."""
        connection, childs_connection = socket.socketpair()
        life_line, childs_life_line = socket.socketpair()
        connection.setblocking(False)
        life_line.setblocking(False)
        with childs_connection, childs_life_line:
            try:
                socket.send_fds(self._control, [b"c"], [childs_connection.fileno(), childs_life_line.fileno()])
            except OSError:
                connection.close()
                life_line.close()
                return None
        return PageProcess(connection, life_line, seconds)

    async def close(self) -> None:
        """End it and every page process, also when cancelled."""
        self._control.close()
        await to_the_end(asyncio.to_thread(self._reap))

    def _reap(self) -> None:
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    async def _hear_how_isolated(self) -> None:
        line = bytearray()
        while not line.endswith(b"\n"):
            chunk = await asyncio.get_running_loop().sock_recv(self._control, 1024)
            if not chunk:
                raise EOFError
            line += chunk
        said = json.loads(line)
        self.isolated, self.reason = bool(said["isolated"]), str(said["reason"])


def _spawn(descriptor: int, limits: str) -> "subprocess.Popen[bytes]":
    environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ} | _ONE_THREAD
    return subprocess.Popen(  # noqa: S603  our own module under our own interpreter
        [sys.executable, "-P", "-B", "-m", "doctray.pages.nursery", str(descriptor), limits],
        pass_fds=[descriptor],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        # its own session: Ctrl-C in a terminal reaches the worker alone, which drains first
        start_new_session=True,
    )
