"""Real HTTP servers on loopback that answer as the test says, byte for byte."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Seen:
    """A request as it arrived; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Answering = Callable[[Seen, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    """Answers with `answer`; what came is in `seen`; `closed` is set whenever a caller has hung up."""

    answer: Answering
    port: int = 0
    scheme: str = "http"
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            seen = await _request(reader)
            if seen is not None:
                self.seen.append(seen)
                await self.answer(seen, writer)
                await writer.drain()
        except (ConnectionError, TimeoutError, asyncio.CancelledError):
            pass
        finally:
            self.closed.set()
            writer.close()
            with suppress(ConnectionError, ssl.SSLError, asyncio.CancelledError):
                await writer.wait_closed()


async def _request(reader: asyncio.StreamReader) -> Seen | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Seen(method, path, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


@asynccontextmanager
async def serving(answer: Answering, *, host: str = "127.0.0.1", context: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(answer, scheme="https" if context else "http")
    listening = await asyncio.start_server(server.serve, host, 0, ssl=context)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()


def answering(status: int = 200, body: bytes = b"", **headers: str) -> Answering:
    """This one answer to everything. Header names with `_` for `-`."""

    async def answer(seen: Seen, writer: asyncio.StreamWriter) -> None:
        named = {
            "content-length": str(len(body)),
            "connection": "close",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        writer.write(f"HTTP/1.1 {status} Said\r\n".encode() + b"".join(f"{name}: {value}\r\n".encode() for name, value in named.items()))
        writer.write(b"\r\n" + body)

    return answer


def routing(**routes: Answering) -> Answering:
    """By the first part of the path; 404 for what is not there."""

    async def answer(seen: Seen, writer: asyncio.StreamWriter) -> None:
        name = seen.path.strip("/").partition("/")[0].partition("?")[0]
        await routes.get(name, answering(404))(seen, writer)

    return answer


async def endless(seen: Seen, writer: asyncio.StreamWriter) -> None:
    """200, then bytes without end, as fast as they are taken."""
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"x" * 65536)
        await writer.drain()


async def never(seen: Seen, writer: asyncio.StreamWriter) -> None:
    """No answer at all."""
    await asyncio.sleep(30)


async def dripping_head(seen: Seen, writer: asyncio.StreamWriter) -> None:
    """A status line and then one header byte at a time: never quiet for long, never done."""
    writer.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
    while True:
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.02)


async def dripping_body(seen: Seen, writer: asyncio.StreamWriter) -> None:
    """A whole head and then one byte at a time."""
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.02)


async def hanging_up(seen: Seen, writer: asyncio.StreamWriter) -> None:
    """The connection ends without an answer."""


async def resetting(seen: Seen, writer: asyncio.StreamWriter) -> None:
    """The connection is reset (RST), as by a receiver that crashes."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def cut_short(seen: Seen, writer: asyncio.StreamWriter) -> None:
    """Fewer bytes than were promised."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")


async def no_http(seen: Seen, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")
