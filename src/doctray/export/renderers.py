"""What a worker makes on request: searchable PDFs, workbooks, and other forms of large results, as `doctray.ports.Renderer`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from doctray.domain.document import Page, PageSource
from doctray.domain.errors import NotFound
from doctray.domain.job import Job
from doctray.export.light import LIGHT
from doctray.export.pages import page_of
from doctray.export.shown import Shown
from doctray.export.xlsx import to_xlsx
from doctray.ports import BlobStore, PageOpener, Renderer

_PDF = "application/pdf"


class WholeRenderer:
    """A form that is made of the result alone, by a function. It runs in a thread."""

    def __init__(self, make: Callable[[Shown], bytes]) -> None:
        self._make = make

    async def render(self, job: Job, result: Mapping[str, Any]) -> AsyncIterator[bytes]:
        yield await asyncio.to_thread(self._make, Shown.of(job, result))


class SearchablePdfRenderer:
    """The original with an invisible text layer where an engine has read it, made in a page process."""

    def __init__(self, *, pages: PageOpener, blobs: BlobStore) -> None:
        self._pages = pages
        self._blobs = blobs

    async def render(self, job: Job, result: Mapping[str, Any]) -> AsyncIterator[bytes]:
        if job.source is None:
            raise NotFound("The document is gone.")
        read = {page.number: page for page in await asyncio.to_thread(_pages_of, result) if page.source is PageSource.OCR}
        if not read and job.media_type == _PDF:
            # It can be searched as it is.
            async for chunk in self._blobs.read(job.source):
                yield chunk
            return
        options = job.options
        async with (
            self._blobs.local(job.source) as path,
            self._pages.open(path, media_type=job.media_type, pages=options.pages, languages=options.languages) as session,
        ):
            for number in range(1, session.opened.page_total + 1):
                if number in read:
                    await session.lay_text(read[number])
                elif job.media_type != _PDF:
                    await session.lay_text(Page(number=number, width=0, height=0, source=PageSource.OCR))
            async for part in session.searchable():
                yield part


def renderers(*, pages: PageOpener, blobs: BlobStore) -> dict[str, Renderer]:
    """By form."""
    whole = {name: WholeRenderer(make) for name, make in {**LIGHT, "xlsx": to_xlsx}.items()}
    return {**whole, "pdf": SearchablePdfRenderer(pages=pages, blobs=blobs)}


def _pages_of(result: Mapping[str, Any]) -> list[Page]:
    return [page_of(page) for page in result.get("pages") or ()]
