"""Searchable PDFs from end to end: read in page processes, stored as a result, laid and read back."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from doctray.domain.document import Box, Document, Line, Page, PageImage, PageSource, Word
from doctray.domain.errors import CorruptDocument, NotFound
from doctray.domain.extraction import Extraction
from doctray.domain.identity import new_request_id
from doctray.domain.job import BlobRef, Job
from doctray.export.renderers import SearchablePdfRenderer, renderers
from doctray.pages import sniff
from doctray.pages.completion import completed
from doctray.pages.process import ProcessPageOpener
from doctray.ports import PageSession
from doctray.service.forms import FORMS
from doctray.service.result import result_of
from doctray.service.stored import in_one_chunk
from doctray.testing import FakeClock, MemoryBlobs, ScriptedReader
from tests.integration.pages.builders import paragraphs, saved
from tests.integration.pages.test_searchable import SIZE, assert_found, picture_of, png, printed_words
from tests.mupdf import pymupdf

CLOCK = FakeClock()


@pytest.fixture
async def opener() -> AsyncIterator[ProcessPageOpener]:
    pages = ProcessPageOpener(max_children=2)
    yield pages
    await pages.close()


async def a_job(path: Path, blobs: MemoryBlobs, media_type: str, **changes: Any) -> Job:
    request_id = new_request_id(CLOCK.now())
    source = await blobs.put(f"jobs/{request_id}/source", in_one_chunk(path.read_bytes()))
    return Job(
        request_id=request_id, owner="a", created_at=CLOCK.now(), due_at=CLOCK.now(), media_type=media_type, source=source, **changes
    )


async def read_by(session: PageSession, reader: ScriptedReader) -> list[Page]:
    pages = []
    for number in session.opened.page_numbers:
        page = await session.page(number)
        pages.append(page if isinstance(page, Page) else await finished(session, await reader.read(await session.image(number))))
    return pages


async def finished(session: PageSession, page: Page) -> Page:
    return completed(page, await session.extras(page.number, rotation=page.rotation))


def scan(path: Path) -> Path:
    """Two pages: a scan, and one with a sound text layer."""
    document = pymupdf.open()
    page = document.new_page(width=SIZE[0], height=SIZE[1])
    page.insert_image(page.rect, stream=png(picture_of()))
    paragraphs(document.new_page())
    return saved(document, path, deflate=True)


def perfect(image: PageImage) -> Page:
    """An engine that reads the first page of `scan` perfectly."""
    scale = image.width / SIZE[0]
    words = [Word(text=text, box=Box(*(side * scale for side in rect)), confidence=0.9) for text, rect in printed_words()]
    return Page(
        number=image.number,
        width=image.width,
        height=image.height,
        source=PageSource.OCR,
        lines=tuple(Line(words=(word,)) for word in words),
    )


async def rendered(job: Job, result: dict[str, Any], opener: ProcessPageOpener, blobs: MemoryBlobs) -> bytes:
    stored = json.loads(json.dumps(result))
    return b"".join([chunk async for chunk in SearchablePdfRenderer(pages=opener, blobs=blobs).render(job, stored)])


async def test_a_scan_becomes_searchable_from_its_stored_result(opener: ProcessPageOpener, tmp_path: Path) -> None:
    blobs = MemoryBlobs()
    path = scan(tmp_path / "scan.pdf")
    job = await a_job(path, blobs, sniff.PDF)
    async with opener.open(path, media_type=sniff.PDF, pages=None, languages=("en",)) as session:
        pages = await read_by(session, ScriptedReader(perfect))
    assert [page.source for page in pages] == [PageSource.OCR, PageSource.TEXT_LAYER]
    document = Document(pages=tuple(pages), page_total=2, media_type=sniff.PDF)
    result = result_of(document, Extraction(document_type="other", fields={}), engine={}, extractor={}, timings_s={})
    after = pymupdf.open(stream=await rendered(job, result, opener, blobs), filetype="pdf")
    assert_found(after[0], printed_words())
    assert after[1].get_text() == pymupdf.open(path)[1].get_text()
    assert len(after[1].search_for("This certificate is issued")) == 5, "its own layer, once"


async def test_a_sound_pdf_is_handed_out_as_it_came(opener: ProcessPageOpener, tmp_path: Path) -> None:
    blobs = MemoryBlobs()
    document = pymupdf.open()
    paragraphs(document.new_page())
    path = saved(document, tmp_path / "sound.pdf")
    job = await a_job(path, blobs, sniff.PDF)
    result = {"pages": [{"page": 1, "width": 1, "height": 1, "source": "text_layer", "lines": []}]}
    assert await rendered(job, result, opener, blobs) == path.read_bytes()


async def test_a_document_that_cannot_be_opened_any_more_is_told(opener: ProcessPageOpener, tmp_path: Path) -> None:
    blobs = MemoryBlobs()
    path = tmp_path / "broken.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing")
    job = await a_job(path, blobs, sniff.PDF)
    result = {"pages": [{"page": 1, "width": 1, "height": 1, "source": "ocr", "lines": []}]}
    with pytest.raises(CorruptDocument):
        await rendered(job, result, opener, blobs)
    gone = job.evolve(source=BlobRef(key="jobs/x/source", size_bytes=1, sha256=""))
    with pytest.raises(NotFound):
        await rendered(gone, result, opener, blobs)


async def test_a_large_copy_comes_in_parts(opener: ProcessPageOpener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doctray.pages.process._PART_BYTES", 1000)
    path = scan(tmp_path / "scan.pdf")
    async with opener.open(path, media_type=sniff.PDF, pages=None, languages=("en",)) as session:
        await session.lay_text((await read_by(session, ScriptedReader(perfect)))[0])
        parts = [part async for part in session.searchable()]
    assert len(parts) > 5
    assert {len(part) for part in parts[:-1]} == {1000}
    assert_found(pymupdf.open(stream=b"".join(parts), filetype="pdf")[0], printed_words())


async def test_there_is_a_renderer_for_every_form_that_a_worker_may_have_to_make(opener: ProcessPageOpener) -> None:
    assert set(renderers(pages=opener, blobs=MemoryBlobs())) == set(FORMS) - {"json"}
