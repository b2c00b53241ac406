import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from doctray.domain.document import Box, Page
from doctray.pages.pdf import PdfDocument
from doctray.pages.reader import DocumentReader, Reading, ToRead, encoded
from doctray.pages.text_layer import _Printed
from tests.integration.pages.builders import a_pdf, blank, paragraphs, picture, saved, with_scan


@pytest.mark.parametrize(("mode", "page"), [("L", picture().convert("L").convert("RGB")), ("RGB", picture())])
def test_a_page_without_colour_is_kept_in_one_channel_and_loses_nothing(mode: str, page: Image.Image) -> None:
    pixels = np.asarray(page, dtype=np.uint8)
    with Image.open(io.BytesIO(encoded(pixels))) as kept:
        assert kept.mode == mode
        assert np.array_equal(np.asarray(kept.convert("RGB")), pixels)


@pytest.mark.parametrize("top", [0.0, 10.9, 11.0, 11.1, 26.9, 27.0])
def test_a_word_printed_again_a_hairs_breadth_away_is_known_wherever_it_stands(top: float) -> None:
    printed = _Printed()
    assert printed.is_new("Total", Box(10, top, 50, top + 10))
    assert not printed.is_new("Total", Box(10.5, top + 0.4, 50.5, top + 10.4))
    assert not printed.is_new("Total", Box(9.5, top - 0.4, 49.5, top + 9.6))
    assert printed.is_new("Total", Box(10, top + 12, 50, top + 22))
    assert printed.is_new("Sum", Box(10, top, 50, top + 10))


def hidden_text_over_a_scan(page: Any) -> None:
    with_scan(page)
    paragraphs(page, render_mode=3)


def test_each_page_of_a_mixed_document_is_judged_by_itself_and_only_scans_are_left_unread(tmp_path: Any) -> None:
    path = saved(a_pdf(paragraphs, with_scan, blank, hidden_text_over_a_scan, paragraphs), tmp_path / "mixed.pdf")
    reader = DocumentReader(path, media_type="application/pdf", max_pixels=100_000_000)
    seen = [reader.look(number) for number in range(1, 6)]
    assert [type(page) for page in seen] == [Reading, ToRead, Reading, ToRead, Reading]
    assert [page.verdict for page in seen] == ["sound", "no_text", "blank", "hidden", "sound"]


def test_looking_at_a_page_again_tells_the_same(tmp_path: Any) -> None:
    path = saved(a_pdf(*[paragraphs] * 5, with_scan), tmp_path / "long.pdf")
    reader = DocumentReader(path, media_type="application/pdf", max_pixels=100_000_000)
    first = [reader.look(number) for number in range(1, 7)]
    again = [reader.look(number) for number in range(1, 7)]
    pages = [page.page for page in again if isinstance(page, Reading)]
    assert pages == [page.page for page in first if isinstance(page, Reading)]
    assert all(isinstance(page, Page) for page in pages)
    assert again[5] == first[5]


def test_a_scan_is_rendered_as_large_as_it_was_said_to_be(tmp_path: Any) -> None:
    document = PdfDocument(saved(a_pdf(with_scan, size=(300.4, 511.7)), tmp_path / "odd.pdf"), max_pixels=100_000_000)
    width, height = document.rendered_size(1)
    rendered = document.rendered(1, None)
    assert abs(rendered.rgb.shape[1] - width) <= 1
    assert abs(rendered.rgb.shape[0] - height) <= 1
