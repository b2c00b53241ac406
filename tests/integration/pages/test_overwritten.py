"""Text that a program wrote over other text: what the page shows is read, what lies beneath is not."""

from pathlib import Path

from doctray.domain.document import Page
from doctray.pages.reader import DocumentReader
from tests.mupdf import pymupdf

FILLER = "These words stand on the page so that its text layer has enough of them to be judged sound by whoever reads it."


def words_of(document: pymupdf.Document, folder: Path) -> list[str]:
    path = folder / "edited.pdf"
    document.save(path)
    page = DocumentReader(path, media_type="application/pdf", max_pixels=100_000_000).read(1).page
    assert isinstance(page, Page)
    return [word.text for word in page.words]


def test_a_name_that_was_covered_and_written_anew_is_read_as_it_shows(tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((60, 60), FILLER, fontsize=9)
    page.insert_text((60, 100), "Lubarn Casualty", fontsize=11)
    page.draw_rect((58, 88, 200, 104), color=None, fill=(1, 1, 1))
    page.insert_text((60, 100), "Clearly Blueish", fontsize=11)
    words = words_of(document, tmp_path)
    assert {"Clearly", "Blueish"} <= set(words)
    assert not {"Lubarn", "Casualty"} & set(words)


def test_a_watermark_across_the_page_hides_nothing(tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((60, 60), FILLER, fontsize=9)
    page.insert_text((60, 100), "Policy Number GL-2044", fontsize=10)
    page.insert_text((50, 120), "SAMPLE", fontsize=72, color=(0.8, 0.8, 0.8))
    assert {"Policy", "Number", "GL-2044", "SAMPLE"} <= set(words_of(document, tmp_path))


def test_lines_set_close_are_not_taken_for_one_another(tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page()
    for row in range(12):
        page.insert_text((60, 60 + 8.5 * row), f"{FILLER[:60]} line{row}", fontsize=9)
    assert {f"line{row}" for row in range(12)} <= set(words_of(document, tmp_path))


def test_texts_that_overlap_without_paint_between_are_both_read(tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((60, 60), FILLER, fontsize=9)
    page.draw_rect((58, 88, 200, 104), color=None, fill=(0.9, 0.9, 0.9))
    page.insert_text((60, 100), "LIABILITY", fontsize=10)
    page.insert_text((64, 100), "CGL-7845291", fontsize=10)
    assert {"LIABILITY", "CGL-7845291"} <= set(words_of(document, tmp_path))
