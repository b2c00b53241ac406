"""Clients that send too much head, too slowly, or do not read: real connections to uvicorn with our protocol."""

import asyncio
import json
import socket
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from typing import Any, ClassVar

import pytest

from doctray.api.connection import MAX_HEAD_BYTES, MAX_HEADERS, Connection
from tests.integration.api.listening import listening

PATIENCE_S = 0.3
ENDED_WITHIN_S = 60.0
MUCH = b"x" * (64 * 1024)


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """/much answers with more than any buffer takes; the rest with the headers and body that came."""
    if scope["path"] == "/much":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(1024):
            await send({"type": "http.response.body", "body": MUCH, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        return
    body = b""
    while (message := await receive())["type"] == "http.request":
        body += message["body"]
        if not message.get("more_body"):
            break
    shown = json.dumps({"headers": [name.decode() for name, _ in scope["headers"]], "body": body.decode()}).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(shown))]})
    await send({"type": "http.response.body", "body": shown})


def patient(patience_s: float = PATIENCE_S, protocol: type[Connection] = Connection) -> AbstractAsyncContextManager[int]:
    return listening(app, at_once=True, http=partial(protocol, patience_s=patience_s))


async def all_that_comes(port: int, *pieces: bytes, pause_s: float = 0.0) -> bytes:
    """What a client gets that sends the pieces and reads to the end of the connection, which may be a reset while it still sends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def send() -> None:
        with suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause_s)

    sending = asyncio.create_task(send())
    answer = b""
    try:
        async with asyncio.timeout(ENDED_WITHIN_S):
            with suppress(ConnectionError):
                while chunk := await reader.read(65536):
                    answer += chunk
            await sending
        return answer
    finally:
        writer.close()


async def writing_on(client: socket.socket) -> None:
    """A client that writes sees the server's reset, whatever it has left unread."""
    while True:
        await asyncio.get_running_loop().sock_sendall(client, b" ")
        await asyncio.sleep(0.05)


def problem_of(answer: bytes) -> dict[str, Any]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    found: dict[str, Any] = json.loads(body)
    return found


GOOD = b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"


class Written(Connection):
    """Notes each write that reaches the socket's transport."""

    writes: ClassVar[list[bytes]] = []

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        to_the_socket = transport.write

        def write(data: bytes | bytearray | memoryview) -> None:
            self.writes.append(bytes(data))
            to_the_socket(data)

        transport.write = write  # type: ignore[method-assign]
        super().connection_made(transport)


@pytest.mark.parametrize("connection", ["close", "keep-alive"])
async def test_head_and_body_leave_in_one_write_so_that_a_kill_leaves_no_half_of_an_answer(
    connection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Written, "writes", [])
    async with patient(patience_s=10, protocol=Written) as port:
        answer = await all_that_comes(port, GOOD.replace(b"close", connection.encode()), GOOD)
    assert b"".join(Written.writes) == answer
    assert [written.count(b"HTTP/1.1 200 ") for written in Written.writes] == [1] * len(Written.writes)
    assert all(written.endswith(b"}") for written in Written.writes)


async def test_an_ordinary_request_is_answered() -> None:
    async with patient(patience_s=10) as port:
        assert (await all_that_comes(port, GOOD)).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "pieces",
    [
        (b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"a" * MAX_HEAD_BYTES + b"\r\n\r\n",),
        (b"GET /" + b"a" * MAX_HEAD_BYTES + b" HTTP/1.1\r\nhost: a\r\n\r\n",),
        (b"GET / HTTP/1.1\r\nhost: a\r\n" + b"x: y\r\n" * MAX_HEADERS + b"\r\n",),
        (b"GET / HTTP/1.1\r\nhost: a\r\nx: ", *[b"a" * 8192] * 8),
    ],
    ids=["one header", "the target", "many headers", "a header that does not end"],
)
async def test_a_head_beyond_the_limits_is_refused(pieces: tuple[bytes, ...]) -> None:
    async with patient(patience_s=10) as port:
        answer = await all_that_comes(port, *pieces)
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert problem_of(answer)["code"] == "malformed_request"


@pytest.mark.parametrize(
    "head", [b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"]
)
async def test_what_names_no_host_or_is_no_http_is_a_problem(head: bytes) -> None:
    async with patient(patience_s=10) as port:
        answer = await all_that_comes(port, head)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert problem_of(answer)["status"] == 400


async def test_a_head_that_drips_is_given_up() -> None:
    async with patient() as port:
        answer = await all_that_comes(port, b"GET / HTTP/1.1\r\nhost: a\r\n", b"x", b"y", b"z", pause_s=PATIENCE_S / 2)
    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_a_client_that_says_nothing_is_given_up() -> None:
    async with patient() as port:
        assert (await all_that_comes(port)).startswith(b"HTTP/1.1 408 ")


async def test_the_second_request_of_a_connection_has_the_same_limit() -> None:
    # The first request has to come in time, on a machine that stalls as well.
    async with patient(patience_s=3) as port:
        answer = await all_that_comes(port, b"GET / HTTP/1.1\r\nhost: a\r\n\r\n", b"GET / HT", pause_s=0.05)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in answer


async def test_trailers_reach_nobody_and_have_a_limit() -> None:
    chunked = b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n3\r\nabc\r\n0\r\n"
    async with patient(patience_s=10) as port:
        answer = await all_that_comes(port, chunked + b"x-api-key: smuggled\r\n\r\n")
        assert json.loads(answer.partition(b"\r\n\r\n")[2]) == {"headers": ["host", "transfer-encoding", "connection"], "body": "abc"}
        refused = await all_that_comes(port, chunked + b"x: ", *[b"a" * 8192] * 8)
        assert refused.startswith(b"HTTP/1.1 431 ")


async def test_a_client_that_does_not_read_is_dropped() -> None:
    async with patient() as port:
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(client, ("127.0.0.1", port))
            await loop.sock_sendall(client, b"GET /much HTTP/1.1\r\nhost: a\r\n\r\n")
            async with asyncio.timeout(ENDED_WITHIN_S):
                with pytest.raises(ConnectionError):
                    await writing_on(client)


async def test_a_client_that_reads_slowly_gets_all_of_it() -> None:
    patience_s = 3.0  # a machine that stalls for as long looks like a client that does not read
    lasts_s = 2.5 * patience_s
    async with patient(patience_s) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=4096)
        writer.write(b"GET /much HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        size = 0
        clock = asyncio.get_running_loop().time
        begun = clock()
        async with asyncio.timeout(ENDED_WITHIN_S * 2):
            while chunk := await reader.read(2 * 1024 * 1024):
                size += len(chunk)
                await asyncio.sleep(max(0.0, begun + lasts_s * size / (1024 * len(MUCH)) - clock()))
        writer.close()
    assert size > 1024 * len(MUCH)
