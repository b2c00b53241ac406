"""Downloads against real servers: what is taken, what is refused, and when it is cut."""

import asyncio
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from doctray.clock import SystemClock
from doctray.domain.errors import DownloadFailed, TooLarge, UnsafeUrl
from doctray.outbound.fetch import DownloadRefused, HttpFetcher
from doctray.outbound.guard import OutboundGuard, Resolver
from doctray.outbound.pinned import Timeouts
from tests.integration.outbound.servers import (
    Seen,
    answering,
    cut_short,
    dripping_body,
    dripping_head,
    endless,
    hanging_up,
    never,
    no_http,
    routing,
    serving,
)

LOOPBACK = ("127.0.0.1",)


def loopback(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def a_fetcher(
    *allow: str, max_bytes: int = 1_000_000, total_s: float = 60, read_s: float = 60, resolver: Resolver = loopback
) -> HttpFetcher:
    return HttpFetcher(
        OutboundGuard(allow or LOOPBACK, resolver=resolver),
        clock=SystemClock(),
        max_bytes=max_bytes,
        user_agent="doctray/test",
        timeouts=Timeouts(connect=30, read=read_s, total=total_s),
    )


async def download(fetcher: HttpFetcher, url: str) -> bytes:
    async with fetcher.fetch(url) as download:
        assert not download.unchanged
        return b"".join([chunk async for chunk in download.chunks])


async def test_the_documents_bytes_arrive_as_they_were_sent() -> None:
    document = bytes(range(256)) * 1000
    async with serving(answering(200, document)) as server:
        assert await download(a_fetcher(), server.url("/files/a.pdf?sig=x%20y")) == document
    (seen,) = server.seen
    assert (seen.method, seen.path) == ("GET", "/files/a.pdf?sig=x%20y")
    assert seen.headers == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": "doctray/test",
        "accept": "*/*",
        "accept-encoding": "identity",
    }


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/a%2Fb/c;d?X-Amz-Signature=ab%2Bc/d==&e=~!$'()*,;:@+%20", "/a%2Fb/c;d?X-Amz-Signature=ab%2Bc/d==&e=~!$'()*,;:@+%20"),
        ("/%7Efoo/%41?%41=%7e", "/%7Efoo/%41?%41=%7e"),
        ("/grüße?ü", "/gr%C3%BC%C3%9Fe?%C3%BC"),
        ("?q", "/?q"),
        ("/a#fragment", "/a"),
    ],
)
async def test_a_signed_url_is_asked_for_as_it_was_signed(path: str, asked: str) -> None:
    async with serving(answering(200, b"x")) as server:
        await download(a_fetcher(), server.url(path))
    assert server.seen[0].path == asked


@pytest.mark.skipif(not socket.has_ipv6 or not Path("/proc/net/if_inet6").exists(), reason="this machine has no IPv6")
@pytest.mark.parametrize("host", ["[::1]", "six.example"])
async def test_an_ipv6_address_is_connected_to(host: str) -> None:
    async with serving(answering(200, b"six"), host="::1") as server:
        assert await download(a_fetcher("::1", resolver=lambda host, port: ["::1"]), server.url(host=host)) == b"six"
    assert server.seen[0].headers["host"] == f"{host}:{server.port}"


async def test_a_chunked_document_arrives_whole() -> None:
    async def chunked(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")

    async with serving(chunked) as server:
        assert await download(a_fetcher(), server.url()) == b"abcde"


async def test_nothing_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would connect for us to wherever the name leads it."""
    async with serving(answering(200, b"proxied")) as proxy, serving(answering(200, b"direct")) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        assert await download(a_fetcher(), server.url()) == b"direct"
    assert proxy.connections == 0


async def test_loopback_is_refused_before_any_connection() -> None:
    async with serving(answering(200, b"secret")) as server:
        with pytest.raises(UnsafeUrl):
            await download(a_fetcher("10.0.0.1"), server.url())
    assert server.connections == 0


async def test_a_name_that_resolves_to_loopback_is_refused_before_any_connection() -> None:
    async with serving(answering(200, b"secret")) as server:
        with pytest.raises(UnsafeUrl):
            await download(a_fetcher("10.0.0.1"), server.url(host="inside.example"))
    assert server.connections == 0


async def test_the_checked_address_is_connected_to_whatever_the_name_leads_to_later() -> None:
    """DNS rebinding: the name server answers with one address for the check and another one afterwards."""
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    async with serving(answering(200, b"checked")) as server:
        assert await download(a_fetcher("127.0.0.1", resolver=rebinding), server.url(host="rebind.example")) == b"checked"
    assert asked == ["rebind.example"]
    assert server.seen[0].headers["host"] == f"rebind.example:{server.port}"


async def test_the_systems_resolver_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*args: object, **kwargs: object) -> object:
        host = args[0]
        assert host in (b"127.0.0.1", "127.0.0.1"), f"{host!r} was looked up again"
        return original(*args, **kwargs)  # type: ignore[arg-type]

    original = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    async with serving(answering(200, b"ok")) as server:
        assert await download(a_fetcher(), server.url(host="pinned.example")) == b"ok"


async def test_an_address_that_does_not_answer_gives_way_to_the_next() -> None:
    def two(host: str, port: int) -> list[str]:
        return ["127.0.0.9", "127.0.0.1"]

    async with serving(answering(200, b"second")) as server:
        assert await download(a_fetcher("127.0.0.0/8", resolver=two), server.url(host="two.example")) == b"second"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed(status: int) -> None:
    async with serving(routing(a=answering(status, location="/b/c?d=e"), b=answering(200, b"there"))) as server:
        assert await download(a_fetcher(), server.url("/a")) == b"there"
    assert [seen.path for seen in server.seen] == ["/a", "/b/c?d=e"]


async def test_a_redirect_to_another_host_is_pinned_and_named_anew() -> None:
    async with (
        serving(answering(200, b"there")) as second,
        serving(answering(302, location=second.url("/x", host="b.example"))) as first,
    ):
        assert await download(a_fetcher(), first.url(host="a.example")) == b"there"
    assert second.seen[0].headers["host"] == f"b.example:{second.port}"


async def test_cookies_and_referrers_are_not_carried_along() -> None:
    async with serving(routing(a=answering(302, location="/b", set_cookie="session=1"), b=answering(200, b"x"))) as server:
        await download(a_fetcher(), server.url("/a"))
    assert not {"cookie", "referer", "authorization"} & set(server.seen[1].headers)


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2:{port}/secret",
        "http://localhost:{port}/secret",
        "http://127.1:{port}/secret",
        "http://2130706434:{port}/secret",
        "http://[::1]:{port}/secret",
        "http://[::ffff:127.0.0.2]:{port}/secret",
        "//127.0.0.2:{port}/secret",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "http://user:password@127.0.0.1:{port}/",
        "http://[::1",
    ],
)
async def test_a_redirect_to_somewhere_unsafe_is_refused(location: str) -> None:
    """The first server is allowed, where it leads is not."""
    async with (
        serving(answering(200, b"secret"), host="127.0.0.2") as inside,
        serving(answering(302, location=location.format(port=inside.port))) as server,
    ):
        fetcher = a_fetcher(f"127.0.0.1:{server.port}", resolver=lambda host, port: ["127.0.0.2"])
        with pytest.raises(UnsafeUrl):
            await download(fetcher, server.url())
    assert inside.connections == 0


@pytest.mark.parametrize(("hops", "arrives"), [(5, True), (6, False)])
async def test_five_redirects_are_followed_and_no_more(hops: int, arrives: bool) -> None:
    async def count_down(seen: Seen, writer: asyncio.StreamWriter) -> None:
        left = int(seen.path.strip("/"))
        await (answering(200, b"there") if left == 0 else answering(302, location=f"/{left - 1}"))(seen, writer)

    async with serving(count_down) as server:
        if arrives:
            assert await download(a_fetcher(), server.url(f"/{hops}")) == b"there"
        else:
            with pytest.raises(DownloadRefused):
                await download(a_fetcher(), server.url(f"/{hops}"))
    assert len(server.seen) == 6


async def test_a_document_that_says_it_is_too_large_is_not_begun() -> None:
    async def huge(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n")
        await never(seen, writer)

    async with serving(huge) as server:
        with pytest.raises(TooLarge, match="larger than 2 MiB"):
            await download(a_fetcher(max_bytes=2 * 1024 * 1024), server.url())


async def test_a_document_that_does_not_say_so_is_cut_while_it_streams() -> None:
    taken = 0

    async def take(url: str) -> None:
        nonlocal taken
        async with a_fetcher(max_bytes=300_000).fetch(url) as opened:
            async for chunk in opened.chunks:
                taken += len(chunk)

    async with serving(endless) as server:
        with pytest.raises(TooLarge):
            await take(server.url())
        await asyncio.wait_for(server.closed.wait(), 60)
    assert 0 < taken <= 300_000


@pytest.mark.parametrize(("size", "fits"), [(1000, True), (1001, False)])
async def test_the_limit_is_exact(size: int, fits: bool) -> None:
    async with serving(answering(200, b"x" * size)) as server:
        if fits:
            assert len(await download(a_fetcher(max_bytes=1000), server.url())) == 1000
        else:
            with pytest.raises(TooLarge):
                await download(a_fetcher(max_bytes=1000), server.url())


async def test_a_compressed_answer_is_not_unpacked() -> None:
    async with serving(answering(200, b"\x1f\x8b", content_encoding="gzip")) as server:
        with pytest.raises(DownloadRefused):
            await download(a_fetcher(), server.url())


@pytest.mark.parametrize(
    ("status", "again"),
    [
        *((status, False) for status in (300, 304, 400, 401, 403, 404, 410)),
        *((status, True) for status in (408, 425, 429, 500, 502, 503)),
    ],
)
async def test_only_what_may_pass_is_tried_again(status: int, again: bool) -> None:
    async with serving(answering(status)) as server:
        with pytest.raises(DownloadFailed, match=str(status)) as caught:
            await download(a_fetcher(), server.url())
    assert caught.value.retryable is again
    assert caught.value.code == "download_failed"


async def test_the_servers_retry_after_is_handed_on() -> None:
    async with serving(answering(503, retry_after="17")) as server:
        with pytest.raises(DownloadFailed) as caught:
            await download(a_fetcher(), server.url())
    assert caught.value.retry_after_s == 17


@pytest.mark.parametrize("answer", [never, dripping_head, dripping_body])
async def test_a_server_that_never_ends_is_given_up_after_the_total_time(answer: Callable[..., object]) -> None:
    started = time.monotonic()
    async with serving(answer) as server:  # type: ignore[arg-type]
        with pytest.raises(DownloadFailed, match="too long"):
            await download(a_fetcher(total_s=0.3), server.url())
    # The silent one would have held on for half a minute, the others for ever.
    assert time.monotonic() - started < 25


async def test_a_server_that_falls_silent_is_given_up_after_the_read_time() -> None:
    async with serving(never) as server:
        with pytest.raises(DownloadFailed, match="in time"):
            await download(a_fetcher(read_s=0.2), server.url())


@pytest.mark.parametrize("answer", [hanging_up, cut_short, no_http])
async def test_a_broken_answer_is_a_failed_download(answer: Callable[..., object]) -> None:
    async with serving(answer) as server:  # type: ignore[arg-type]
        with pytest.raises(DownloadFailed) as caught:
            await download(a_fetcher(), server.url())
    assert caught.value.retryable


async def test_a_closed_port_is_a_failed_download() -> None:
    async with serving(answering()) as server:
        url = server.url()
    with pytest.raises(DownloadFailed):
        await download(a_fetcher(), url)


async def test_a_name_that_does_not_exist_is_a_failed_download() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(DownloadFailed, match="does not exist"):
        await download(a_fetcher(resolver=unknown), "http://nowhere.example/")


async def test_a_consumer_that_leaves_early_closes_the_connection() -> None:
    async with serving(endless) as server:
        async with a_fetcher(max_bytes=10**9).fetch(server.url()) as opened:
            await anext(opened.chunks)
        await asyncio.wait_for(server.closed.wait(), 60)


async def test_the_time_limit_never_strikes_in_the_code_that_takes_the_bytes() -> None:
    """It is noticed when the next bytes are asked for: a blob store half way through a write must not be cancelled."""
    async with serving(dripping_body) as server, a_fetcher(total_s=5).fetch(server.url()) as opened:
        await anext(opened.chunks)
        await asyncio.sleep(5.1)
        with pytest.raises(DownloadFailed, match="too long"):
            await anext(opened.chunks)


async def test_over_tls_the_certificate_must_bear_the_name_although_an_address_is_connected_to(
    certified: Callable[[str], ssl.SSLContext],
) -> None:
    async with serving(answering(200, b"private"), context=certified("files.example")) as server:
        assert await download(a_fetcher(), server.url(host="files.example")) == b"private"
        with pytest.raises(DownloadFailed):
            await download(a_fetcher(), server.url(host="other.example"))
    assert [seen.headers["host"] for seen in server.seen] == [f"files.example:{server.port}"]
