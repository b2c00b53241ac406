"""Phrases, rows and neighbours of a page."""

import pytest

from doctray.domain.document import Box, FormField, Segment
from doctray.extraction.rules.reading import lines_of, sheet_of
from tests.unit.extraction.drawing import drawn


def test_phrases_end_at_gaps_leaders_and_ruled_walls() -> None:
    assert [p.text for p in sheet_of(drawn("Each Occurrence  $1,000 . Aggregate ......... $2,000")).phrases] == [
        "Each Occurrence",
        "$1,000 . Aggregate",
        "$2,000",
    ]
    walled = drawn("AB CD", segments=(Segment(25, 0, 25, 40),))
    assert [p.text for p in sheet_of(walled).phrases] == ["AB", "CD"]


def test_neighbours_are_told_by_place() -> None:
    sheet = sheet_of(drawn("Top\nLabel   Right   Far\nBelow"))
    label = next(p for p in sheet.phrases if p.text == "Label")
    assert [p.text for p in sheet.right_of(label)] == ["Right", "Far"]
    assert [p.text for p in sheet.below(label)] == ["Below"]
    assert [p.text for p in sheet.above(label)] == ["Top"]
    far = next(p for p in sheet.phrases if p.text == "Far")
    assert [p.text for p in sheet.left_of(far)] == ["Right", "Label"]


@pytest.mark.parametrize("slope", [-0.02, 0.0, 0.02])
def test_rows_follow_their_words_on_a_skewed_page(slope: float) -> None:
    text = "one    two    three    four    five    six\nalpha  beta   gamma    delta   epsil   zeta"
    rows = sheet_of(drawn(text, slope=slope)).rows()
    assert [[p.text for p in row] for row in rows] == [row.split() for row in text.splitlines()]


def test_lines_join_phrases_that_no_column_parts() -> None:
    assert [line.text for line in lines_of(sheet_of(drawn("This  is  wide       Column")))] == ["This is wide", "Column"]


def test_form_fields_count_as_words_unless_they_are_printed() -> None:
    field = FormField(name="a", kind="text", value="Ada Marlow", box=Box(100, 0, 300, 20))
    empty = FormField(name="b", kind="text", value=" ", box=Box(400, 0, 500, 20))
    off = FormField(name="c", kind="checkbox", value="off", box=Box(520, 0, 540, 20))
    on = FormField(name="d", kind="checkbox", value="on", box=Box(560, 0, 580, 20))
    sheet = sheet_of(drawn("Name:", form_fields=(field, empty, off, on)))
    assert [p.text for p in sheet.phrases] == ["Name:", "Ada Marlow", "X"]
    printed = drawn("Name:     Ada Marlow", form_fields=(field,))
    assert [word.text for word in sheet_of(printed).words] == ["Name:", "Ada", "Marlow"]


def test_stains_that_an_engine_took_for_words_are_left_out() -> None:
    assert sheet_of(drawn("Ciet4 Vo.", ocr=True, confidence=0.02)).words == ()
