"""A URL that was seen lately is asked after: against a real server, through the worker's own path."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from doctray.domain.job import Job, JobStatus
from doctray.outbound.fetch import HttpFetcher
from doctray.service.process import process
from doctray.service.reuse import prefix_of
from tests.integration.outbound.servers import Seen, Server, answering, serving
from tests.integration.outbound.test_fetch import a_fetcher
from tests.integration.service.house import PNG, TTL_S, House, Opener, a_page
from tests.integration.service.test_process import claimed


@dataclass
class Files:
    """One document under every path; counts how often it is sent."""

    body: bytes = PNG
    etag: str = '"v1"'
    sent: int = field(default=0)

    async def __call__(self, seen: Seen, writer: asyncio.StreamWriter) -> None:
        if seen.headers.get("if-none-match") == self.etag:
            await answering(304)(seen, writer)
            return
        self.sent += 1
        await answering(200, self.body, etag=self.etag)(seen, writer)


@pytest.fixture
def files() -> Files:
    return Files()


@pytest.fixture
async def server(files: Files) -> AsyncIterator[Server]:
    async with serving(files) as opened:
        yield opened


async def read(house: House, url: str, **changes: Any) -> Job:
    fetcher: HttpFetcher = a_fetcher()
    job = await house.submit(source_url=url, **changes)
    await process(await claimed(house, job.request_id), tools=house.tools(fetcher=fetcher, pages=Opener(a_page())))  # type: ignore[arg-type]
    after = await house.journal.get(job.request_id)
    assert after is not None
    assert after.status is JobStatus.COMPLETED
    return after


async def test_the_same_url_again_is_neither_sent_nor_read_again(house: House, server: Server, files: Files) -> None:
    first = await read(house, server.url("/a.png"))
    second = await read(house, server.url("/a.png"))
    assert (files.sent, len(server.seen)) == (1, 2)
    assert (first.cached, second.cached) == (False, True)
    assert second.source is not None
    assert first.source is not None
    assert second.source.sha256 == first.source.sha256
    assert second.source.key.startswith(prefix_of(second.request_id))


async def test_other_options_read_the_known_document_anew(house: House, server: Server, files: Files) -> None:
    await read(house, server.url("/a.png"))
    again = await read(house, server.url("/a.png"), options={"languages": ("de",)})
    assert files.sent == 1
    assert not again.cached


async def test_a_changed_document_is_sent(house: House, server: Server, files: Files) -> None:
    await read(house, server.url("/a.png"))
    files.body, files.etag = PNG + b"other", '"v2"'
    assert not (await read(house, server.url("/a.png"))).cached
    assert files.sent == 2


async def _another_owner(house: House, url: str, _first: Job) -> None:
    await read(house, url, owner="another")


async def _no_cache(house: House, url: str, _first: Job) -> None:
    await read(house, url, options={"no_cache": True})


async def _too_late(house: House, url: str, _first: Job) -> None:
    house.clock.advance(TTL_S + 1)
    await house.register(lease_s=3600)
    await read(house, url)


async def _deleted(house: House, url: str, first: Job) -> None:
    await house.journal.delete(first.request_id, owner=first.owner)
    await house.blobs.delete_prefix(prefix_of(first.request_id))
    await read(house, url)


async def _lost(house: House, url: str, first: Job) -> None:
    """Its row is there, its bytes are not."""
    await house.blobs.delete_prefix(prefix_of(first.request_id))
    await read(house, url)


@pytest.mark.parametrize("then", [_another_owner, _no_cache, _too_late, _deleted, _lost])
async def test_it_is_sent_again(house: House, server: Server, files: Files, then: Callable[..., Any]) -> None:
    first = await read(house, server.url("/a.png"))
    await then(house, server.url("/a.png"), first)
    assert files.sent == 2
