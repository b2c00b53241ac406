"""What only a real connection shows: an early refusal reaches a plain client that is still sending."""

import asyncio
import json
import socket
from contextlib import AbstractAsyncContextManager

import pytest

from doctray.api import envelope
from tests.integration.api.door import Door, open_door
from tests.integration.api.listening import listening


def _served(door: Door) -> AbstractAsyncContextManager[int]:
    return listening(door.app, server_header=False, http="httptools")


def _post_all_of_it(port: int, head: bytes, body: bytes) -> bytes:
    """A client that writes its whole body before it reads, as plain clients do; all that it gets back."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head)
        connection.sendall(body)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


@pytest.mark.parametrize("framing", ["length", "chunked"])
async def test_a_client_that_is_still_sending_sees_the_refusal_and_no_reset(
    database: str, monkeypatch: pytest.MonkeyPatch, framing: str
) -> None:
    monkeypatch.setenv("MAX_FILE_SIZE_MB", "0.1")
    form = b'--cut\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7\n' + b"x" * 8_000_000
    if framing == "length":
        rest, body = b"content-length: %d\r\n\r\n" % len(form), form
    else:
        rest, body = b"transfer-encoding: chunked\r\n\r\n", b"%x\r\n%s\r\n0\r\n\r\n" % (len(form), form)
    head = b"POST /v1/jobs HTTP/1.1\r\nhost: localhost\r\ncontent-type: multipart/form-data; boundary=cut\r\n" + rest
    async with open_door(database) as door, _served(door) as port:
        answer = await asyncio.to_thread(_post_all_of_it, port, head, body)

    status, _, rest = answer.partition(b"\r\n")
    headers, _, shown = rest.partition(b"\r\n\r\n")
    assert b" 413 " in status
    assert b"connection: close" in headers.lower()
    assert b"server:" not in headers.lower()
    assert json.loads(shown)["code"] == "too_large"


async def test_the_refusal_is_sent_before_the_rest_of_the_body_has_come(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope, "DRAIN_S", 600.0)
    monkeypatch.setenv("API_KEY", "right")
    async with open_door(database) as door, _served(door) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST /v1/jobs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{")
        async with asyncio.timeout(60):
            assert b" 401 " in await reader.readline()
        writer.close()
        await writer.wait_closed()


async def test_a_client_that_asks_first_is_refused_without_being_told_to_go_on(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope, "DRAIN_S", 600.0)
    monkeypatch.setenv("API_KEY", "right")
    async with open_door(database) as door, _served(door) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"POST /v1/jobs HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n"
        )
        async with asyncio.timeout(60):
            answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 401 ")
        assert b"100 Continue" not in answer
        writer.close()
        await writer.wait_closed()


async def test_a_client_that_goes_away_leaves_nothing(database: str) -> None:
    async with open_door(database) as door, _served(door) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"POST /v1/jobs HTTP/1.1\r\nhost: localhost\r\ncontent-type: multipart/form-data; boundary=cut\r\ncontent-length: 99999\r\n\r\n"
            b'--cut\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7\n' + b"x" * 5000
        )
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        async with asyncio.timeout(60):
            while (await door.client.get("/livez")).status_code != 200 or door.app.state.house.receiving:
                await asyncio.sleep(0.01)
        assert door.blobs.keys == []
        assert (await door.journal.queue_state()).queued == 0
