"""The contract of `doctray.ports.OcrEngine`, on every engine."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from doctray.domain.document import PageSource
from doctray.ocr.documentai_engine import DocumentAiEngine
from doctray.ocr.null_engine import NullEngine
from doctray.ports import OcrEngine
from tests.engines.documentai_server import serving
from tests.engines.images import a_printed_page, an_image, page_of
from tests.engines.real import doubly_read_engine, easyocr_engine, rapidocr_engine

ENGINES: dict[str, Callable[[], OcrEngine]] = {
    "null": NullEngine,
    "easyocr": easyocr_engine,
    "easyocr with ppocr": doubly_read_engine,
    "rapidocr": rapidocr_engine,
}


@pytest.fixture(params=["null", "google_documentai", *(pytest.param(name, marks=pytest.mark.slow) for name in list(ENGINES)[1:])])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OcrEngine]:
    if request.param != "google_documentai":
        yield ENGINES[request.param]()
        return
    with serving() as server, closing(DocumentAiEngine(server.settings(tmp_path))) as google:
        yield google


def test_it_has_a_name_and_a_version(engine: OcrEngine) -> None:
    assert engine.name
    assert engine.version


def test_one_page_for_each_image_in_order_with_its_number(engine: OcrEngine) -> None:
    pages = engine.read([an_image(9, width=64, height=32), an_image(3, width=32, height=64)])
    assert [(page.number, page.width, page.height) for page in pages] == [(9, 64, 32), (3, 32, 64)]
    assert all(page.source is PageSource.OCR and page.engine == engine.name for page in pages)


def test_no_images_give_no_pages(engine: OcrEngine) -> None:
    assert engine.read([]) == []


def test_words_lie_on_the_page_with_a_confidence(engine: OcrEngine) -> None:
    (page,) = engine.read([page_of(a_printed_page("Invoice 2041", width=300), number=4)])
    words = list(page.words)
    assert words
    for word in words:
        assert word.text == word.text.strip() != ""
        assert 0 <= word.confidence <= 1
        assert 0 <= word.box.left <= word.box.right <= page.width
        assert 0 <= word.box.top <= word.box.bottom <= page.height


def test_the_same_image_reads_the_same(engine: OcrEngine) -> None:
    image = page_of(a_printed_page("Invoice 2041", width=300), number=4)
    assert engine.read([image]) == engine.read([image])


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 900), (9000, 5)])
def test_images_too_small_for_text_are_read_without_complaint(engine: OcrEngine, width: int, height: int) -> None:
    (page,) = engine.read([an_image(2, width=width, height=height)])
    assert (page.width, page.height) == (width, height)
