"""Posting webhooks to real receivers: whatever they do, an Answer comes back, and in time."""

import asyncio
import socket
import ssl
import time
from collections.abc import Callable

import pytest

from doctray.outbound.guard import OutboundGuard, Resolver
from doctray.outbound.pinned import Timeouts
from doctray.outbound.send import HttpSender
from doctray.outbound.signing import sign, verify
from doctray.ports import Answer
from doctray.testing import FakeClock
from tests.integration.outbound.servers import (
    Answering,
    Seen,
    answering,
    cut_short,
    dripping_body,
    dripping_head,
    endless,
    hanging_up,
    never,
    no_http,
    resetting,
    serving,
)

BODY = b'{"type":"job.completed","data":{"name":"caf\\u00e9"}}'


def a_sender(*allow: str, total_s: float = 60, resolver: Resolver = lambda host, port: ["127.0.0.1"]) -> HttpSender:
    guard = OutboundGuard(allow or ("127.0.0.1",), resolver=resolver)
    return HttpSender(guard, clock=FakeClock(), timeouts=Timeouts(connect=min(30, total_s), read=total_s, total=total_s))


def told(answer: Answer) -> tuple[int | None, str | None]:
    return answer.status_code, answer.error


async def test_the_exact_bytes_and_headers_arrive() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    headers = [("content-type", "application/json"), ("user-agent", "doctray/test"), *sign("msg_1", 1614265330, BODY, [secret])]
    async with serving(answering(204)) as receiver:
        assert told(await a_sender().post(receiver.url("/hook?a=b"), BODY, headers)) == (204, None)
    (seen,) = receiver.seen
    assert (seen.method, seen.path, seen.body) == ("POST", "/hook?a=b", BODY)
    assert seen.headers["content-type"] == "application/json"
    assert verify(seen.headers, seen.body, secret, now=1614265330)["type"] == "job.completed"
    assert not {"cookie", "accept-encoding", "authorization"} & set(seen.headers)


@pytest.mark.parametrize("status", [200, 201, 299, 400, 404, 410, 429, 500, 503])
async def test_every_status_is_an_answer(status: int) -> None:
    async with serving(answering(status, b"thanks")) as receiver:
        assert told(await a_sender().post(receiver.url(), BODY, [])) == (status, None)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_an_answer_and_not_followed(status: int) -> None:
    async with serving(answering(200)) as elsewhere, serving(answering(status, location=elsewhere.url())) as receiver:
        assert told(await a_sender().post(receiver.url(), BODY, [])) == (status, None)
    assert elsewhere.connections == 0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), ("Fri, 02 Jan 2026 03:05:05 GMT", 60.0), ("whenever", None)],
)
async def test_retry_after_is_understood_in_both_forms(value: str, seconds: float | None) -> None:
    """FakeClock stands at 2026-01-02 03:04:05."""
    async with serving(answering(503, retry_after=value)) as receiver:
        assert (await a_sender().post(receiver.url(), BODY, [])).retry_after_s == seconds


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.2:{port}/",
        "http://127.1:{port}/",
        "http://2130706433:{port}/",
        "http://localhost:{port}/",
        "http://[::ffff:127.0.0.2]:{port}/",
        "ftp://127.0.0.1:{port}/",
        "http://a:b@127.0.0.1:{port}/",
        "not a url",
        "",
    ],
)
async def test_an_unsafe_target_is_not_connected_to(url: str) -> None:
    async with serving(answering()) as receiver:
        sender = a_sender("127.0.0.1", resolver=lambda host, port: ["127.0.0.2"])
        assert told(await sender.post(url.format(port=receiver.port), BODY, [])) == (None, "unsafe_url")
    assert receiver.connections == 0


async def test_the_checked_address_is_connected_to_whatever_the_name_leads_to_later() -> None:
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    async with serving(answering()) as receiver:
        sender = a_sender(resolver=lambda host, port: next(answers))
        assert told(await sender.post(receiver.url(host="rebind.example"), BODY, [])) == (200, None)
        assert told(await sender.post(receiver.url(host="rebind.example"), BODY, [])) == (None, "unsafe_url")
    assert receiver.seen[0].headers["host"] == f"rebind.example:{receiver.port}"


async def test_a_closed_port_is_refused() -> None:
    async with serving(answering()) as receiver:
        url = receiver.url()
    assert told(await a_sender().post(url, BODY, [])) == (None, "refused")


@pytest.mark.parametrize("number", [socket.EAI_NONAME, socket.EAI_AGAIN])
async def test_a_name_that_cannot_be_looked_up_is_said(number: int) -> None:
    def failing(host: str, port: int) -> list[str]:
        raise socket.gaierror(number, "no")

    assert told(await a_sender(resolver=failing).post("http://nowhere.example/", BODY, [])) == (None, "dns")


@pytest.mark.parametrize("answer", [never, dripping_head])
async def test_a_receiver_that_does_not_answer_is_cut_at_the_limit(answer: Answering) -> None:
    started = time.monotonic()
    async with serving(answer) as receiver:
        assert told(await a_sender(total_s=0.3).post(receiver.url(), BODY, [])) == (None, "timeout")
    # It would have held on for half a minute.
    assert 0.25 < time.monotonic() - started < 25


async def test_a_receiver_that_drips_its_body_has_answered_and_is_cut_at_the_limit() -> None:
    async with serving(dripping_body) as receiver:
        assert told(await a_sender(total_s=3).post(receiver.url(), BODY, [])) == (200, None)
        await asyncio.wait_for(receiver.closed.wait(), 60)


async def test_a_huge_answer_is_cut_after_64_kib() -> None:
    async with serving(endless) as receiver:
        assert told(await a_sender(total_s=3600).post(receiver.url(), BODY, [])) == (200, None)
        await asyncio.wait_for(receiver.closed.wait(), 60)


async def test_a_small_answer_is_taken_to_its_end() -> None:
    finished = asyncio.Event()

    async def slow_end(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nab")
        await writer.drain()
        await asyncio.sleep(0.1)
        writer.write(b"cd")
        await writer.drain()
        finished.set()

    async with serving(slow_end) as receiver:
        assert told(await a_sender().post(receiver.url(), BODY, [])) == (200, None)
    assert finished.is_set()


@pytest.mark.parametrize("answer", [hanging_up, no_http, resetting])
async def test_a_broken_answer_is_a_protocol_error(answer: Answering) -> None:
    async with serving(answer) as receiver:
        assert told(await a_sender().post(receiver.url(), BODY, [])) == (None, "protocol")


async def test_an_answer_cut_short_after_its_head_is_an_answer() -> None:
    async with serving(cut_short) as receiver:
        assert told(await a_sender().post(receiver.url(), BODY, [])) == (200, None)


@pytest.mark.parametrize("value", ["two\r\nlines", "snow\N{SNOWMAN}", "nul\0"])
async def test_a_header_that_http_cannot_carry_is_a_protocol_error_and_smuggles_nothing(value: str) -> None:
    async with serving(answering()) as receiver:
        assert told(await a_sender().post(receiver.url(), BODY, [("x-api-key", value)])) == (None, "protocol")
    assert receiver.seen == []


async def test_a_certificate_for_another_name_is_a_tls_error(certified: Callable[[str], ssl.SSLContext]) -> None:
    async with serving(answering(), context=certified("receiver.example")) as receiver:
        sender = a_sender()
        assert told(await sender.post(receiver.url(host="receiver.example"), BODY, [])) == (200, None)
        assert told(await sender.post(receiver.url(host="other.example"), BODY, [])) == (None, "tls")
    assert len(receiver.seen) == 1


async def test_plain_http_behind_https_is_a_tls_error() -> None:
    async def refuse_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    plain = await asyncio.start_server(refuse_tls, "127.0.0.1", 0)
    async with plain:
        port = plain.sockets[0].getsockname()[1]
        assert told(await a_sender().post(f"https://127.0.0.1:{port}/", BODY, [])) == (None, "tls")


async def test_cancelling_is_not_swallowed() -> None:
    async with serving(never) as receiver:
        posting = asyncio.create_task(a_sender().post(receiver.url(), BODY, []))
        while not receiver.seen:
            await asyncio.sleep(0.01)
        posting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await posting
