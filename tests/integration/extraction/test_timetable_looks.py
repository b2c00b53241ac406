"""Made-up timetables in many looks, read from their text layer and from their picture: a floor that must not sink."""

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
import pytest

from doctray.domain.document import Box, Document, Page, PageSource, Word
from doctray.domain.extraction import leaves
from doctray.extraction.rules.timetable.document import extract
from doctray.pages.keystone import measure_keystone, rectified
from doctray.pages.layout import lines_of
from doctray.pages.reader import DocumentReader
from doctray.pages.ruling import seen_segments
from tests.samples import degrade
from tests.samples.timetable_sheets import SHEETS, several_classes

FLOOR, PICTURE_FLOOR = 0.97, 0.9
"""Share of a truth's blocks and titles that are found, and of those found that are true. When this was written all text layers had 1.0,
pictures 0.99 on the average; where a picture's blocks have no lines, one block in twenty may come out too short."""

LONG_SIDE_PX = 1500
FEW = ("planner_class", "unruled", "list_columns_merged", "portal_hours", "portuguese_rooms", "weeks_below")
FEW_PICTURES = ("word_processor", "colour_blocks")
"""Looks that differ most, for the fast suite; the full one reads all."""

LENSES = {
    "screen": [(0, 0), (0, 0), (0, 0), (0, 0)],
    "askew": [(30, 18), (-22, 30), (12, -18), (6, 0)],
}
"""How far each corner of the picture is off, clockwise from the top left, in pixels."""


def a_document(pdf: bytes, folder: Path) -> Document:
    path = folder / "timetable.pdf"
    path.write_bytes(pdf)
    reader = DocumentReader(path, media_type="application/pdf", max_pixels=100_000_000)
    pages = [reader.read(number).page for number in range(1, reader.page_total + 1)]
    assert all(pages)
    return Document(pages=tuple(page.evolve(number=at) for at, page in enumerate(pages, 1) if page), page_total=len(pages))


def pictured(pdf: bytes, text: Page, moved: list[tuple[float, float]]) -> Page:
    """The first page as an engine would give it that reads every word: only where lines and words are is put to the test."""
    picture = degrade.rendered(pdf, long_side=LONG_SIDE_PX)
    height, width = picture.shape[:2]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float32)
    lens = cv2.getPerspectiveTransform(corners, corners + np.array(moved, dtype=np.float32)).astype(np.float64)
    picture = np.asarray(cv2.warpPerspective(picture, lens, (width, height), borderValue=(255, 255, 255)), dtype=np.uint8)
    keystone = measure_keystone(picture)
    if keystone:
        picture, lens = rectified(picture, keystone), keystone.matrix @ lens
    lens = lens @ np.diag([width / text.width, height / text.height, 1.0])
    words = tuple(Word(text=word.text, box=_moved(word.box, lens), confidence=0.97, angle=word.angle) for word in text.words)
    segments = seen_segments(picture)
    height, width = picture.shape[:2]
    return Page(number=1, width=width, height=height, source=PageSource.OCR, lines=lines_of(words, segments=segments), segments=segments)


def _moved(box: Box, lens: Any) -> Box:
    corners = np.array([[(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]], dtype=np.float64)
    x, y = cv2.perspectiveTransform(corners, lens)[0].T
    return Box(float(x.min()), float(y.min()), float(x.max()), float(y.max()))


def values(fields: dict[str, Any]) -> set[str]:
    plain = {f"{name}={value}" for name, value in fields.items() if name != "timeblocks" and value is not None}
    keys = ("day", "start", "end", "subject", "room", "teacher", "week")
    return plain | {"|".join(str(block[key] or "").casefold() for key in keys) for block in fields["timeblocks"]}


def judge(document: Document, truth: dict[str, Any], *, floor: float) -> None:
    found = extract(document)
    true, read = values(truth), values(found.fields)
    assert len(true & read) / len(true) >= floor, sorted(true - read)
    assert len(true & read) / len(read) >= floor, sorted(read - true)
    flagged = {warning.pointer for warning in found.warnings if warning.code in ("ungrounded", "inferred_time")}
    assert {pointer for pointer, _ in leaves(found.fields)} <= set(found.provenance) | flagged


def looks(few: Sequence[str], *, without: Sequence[str] = ()) -> list[Any]:
    return [pytest.param(name, marks=() if name in few else pytest.mark.full) for name in SHEETS if name not in ("blank", *without)]


@pytest.mark.parametrize("name", looks(FEW))
def test_a_text_layer_is_read(name: str, tmp_path: Path) -> None:
    paper = SHEETS[name](Random(f"{name}:floor"))
    judge(a_document(paper.pdf, tmp_path), paper.truth, floor=FLOOR)


NO_LINES = ("unruled", "unruled_rooms", "unruled_down", "columns_ruled", "list_headed", "list_several_days", "dashed")
"""Nothing in a picture of these tells how the camera stood; dashes are not seen as lines in a picture."""


@pytest.mark.parametrize("lens", LENSES)
@pytest.mark.parametrize("name", looks(FEW_PICTURES, without=("weeks_pages", *NO_LINES)))
def test_lines_in_a_picture_are_read(name: str, lens: str, tmp_path: Path) -> None:
    paper = SHEETS[name](Random(f"{name}:floor"))
    [text] = a_document(paper.pdf, tmp_path).pages
    judge(Document(pages=(pictured(paper.pdf, text, LENSES[lens]),), page_total=1), paper.truth, floor=PICTURE_FLOOR)


def test_a_class_a_page_becomes_a_document_each(tmp_path: Path) -> None:
    pdf, truths = several_classes(Random(3))
    found = extract(a_document(pdf, tmp_path))
    for truth, fields in zip(truths, (found.fields, *found.other_documents), strict=True):
        assert values(truth) == values(fields)


def test_a_blank_form_has_no_value_at_all(tmp_path: Path) -> None:
    found = extract(a_document(SHEETS["blank"](Random(1)).pdf, tmp_path))
    assert leaves(found.fields) == []
    assert found.needs_review
