"""A document that was fetched before is asked after, and not sent again while the server says that it is the same."""

import asyncio
from dataclasses import dataclass

import pytest

from doctray.domain.download import Validators, url_digest
from doctray.domain.errors import UnsafeUrl
from doctray.outbound.fetch import DownloadRefused, HttpFetcher
from tests.integration.outbound.servers import Answering, Seen, answering, routing, serving
from tests.integration.outbound.test_fetch import a_fetcher

DATE = "Sun, 22 Nov 2026 10:00:00 GMT"
ETAG = '"v1"'


@dataclass
class Versioned:
    """A server's document with an ETag, answered with 304 to whoever has it."""

    body: bytes = b"%PDF-1.7 first"
    etag: str = ETAG

    async def __call__(self, seen: Seen, writer: asyncio.StreamWriter) -> None:
        if seen.headers.get("if-none-match") == self.etag:
            await answering(304, etag=self.etag)(seen, writer)
        else:
            await answering(200, self.body, etag=self.etag, last_modified=DATE)(seen, writer)


async def look(fetcher: HttpFetcher, url: str, known: Validators | None = None) -> tuple[bool, bytes, Validators | None]:
    async with fetcher.fetch(url, known=known) as download:
        return download.unchanged, b"".join([chunk async for chunk in download.chunks]), download.validators


async def test_an_unchanged_document_is_not_sent_again() -> None:
    async with serving(Versioned()) as server:
        unchanged, body, known = await look(a_fetcher(), server.url())
        assert (unchanged, body) == (False, b"%PDF-1.7 first")
        assert known == Validators(answered_by=url_digest(server.url()), etag=ETAG, last_modified=DATE)
        assert await look(a_fetcher(), server.url(), known) == (True, b"", known)
    assert server.seen[1].headers["if-none-match"] == ETAG
    assert server.seen[1].headers["if-modified-since"] == DATE


async def test_a_changed_document_is_sent_with_what_to_ask_about_next() -> None:
    document = Versioned()
    async with serving(document) as server:
        _, _, known = await look(a_fetcher(), server.url())
        document.body, document.etag = b"%PDF-1.7 second", 'W/"v2"'
        unchanged, body, newer = await look(a_fetcher(), server.url(), known)
    assert (unchanged, body) == (False, b"%PDF-1.7 second")
    assert newer is not None
    assert newer.etag == 'W/"v2"'


async def test_a_server_that_knows_only_dates_is_asked_by_date() -> None:
    async with serving(answering(200, b"%PDF-1.7", last_modified=DATE)) as server:
        _, _, known = await look(a_fetcher(), server.url())
        await look(a_fetcher(), server.url(), known)
    assert server.seen[1].headers["if-modified-since"] == DATE
    assert "if-none-match" not in server.seen[1].headers


async def test_only_the_server_that_answered_is_asked() -> None:
    """A redirect that leads elsewhere now must not carry one server's words to another."""
    async with serving(Versioned()) as one, serving(Versioned(body=b"%PDF-1.7 other")) as two:
        target = [one.url("/a.pdf")]

        async def redirect(seen: Seen, writer: asyncio.StreamWriter) -> None:
            await answering(302, location=target[0])(seen, writer)

        async with serving(redirect) as front:
            _, _, known = await look(a_fetcher(), front.url())
            assert (await look(a_fetcher(), front.url(), known))[0] is True
            target[0] = two.url("/b.pdf")
            unchanged, body, _ = await look(a_fetcher(), front.url(), known)
    assert (unchanged, body) == (False, b"%PDF-1.7 other")
    assert all("if-none-match" not in seen.headers for seen in (*front.seen, *two.seen))


async def test_a_redirect_inside_is_refused_although_the_document_is_known() -> None:
    async with serving(Versioned()) as server:
        _, _, known = await look(a_fetcher(), server.url())
    async with serving(answering(302, location="http://10.0.0.1/")) as front:
        with pytest.raises(UnsafeUrl):
            await look(a_fetcher(), front.url(), known)


async def test_a_304_that_was_not_asked_for_is_no_document() -> None:
    async with serving(answering(304, etag=ETAG)) as server:
        with pytest.raises(DownloadRefused):
            await look(a_fetcher(), server.url())


@pytest.mark.parametrize(
    "answer",
    [
        answering(200, b"%PDF-1.7"),
        answering(200, b"%PDF-1.7", etag=ETAG, cache_control="private, no-store"),
        answering(200, b"%PDF-1.7", etag="no quotes"),
        answering(200, b"%PDF-1.7", etag='"' + "a" * 2000 + '"'),
        answering(200, b"%PDF-1.7", last_modified="yesterday"),
    ],
    ids=["says nothing", "wants nothing kept", "ETag without quotes", "ETag of 2 KB", "no date"],
)
async def test_nothing_is_remembered_of_a_server_that(answer: Answering) -> None:
    async with serving(answer) as server:
        assert (await look(a_fetcher(), server.url()))[2] is None


async def test_a_304_renews_what_it_names_and_keeps_the_rest() -> None:
    known = Validators(answered_by="", etag=ETAG, last_modified=DATE)
    async with serving(routing(a=answering(304, etag='"v1b"'))) as server:
        asked = Validators(answered_by=url_digest(server.url("/a")), etag=known.etag, last_modified=DATE)
        unchanged, _, newer = await look(a_fetcher(), server.url("/a"), asked)
    assert unchanged
    assert newer == Validators(answered_by=asked.answered_by, etag='"v1b"', last_modified=DATE)
