"""Phrases, rows and neighbours of a page."""

import pytest

from doctray.domain.document import Box, FormField, Line, Page, PageSource, Segment, Word
from doctray.extraction.rules.reading import lines_of, rows_of, sheet_of
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


def high_word(text: str, left: float, top: float, bottom: float) -> Word:
    return Word(text=text, box=Box(left, top, left + 10 * len(text), bottom), confidence=0.9)


def test_a_name_close_beneath_its_label_is_of_the_next_row_and_stands_below_although_boxes_overlap() -> None:
    """Boxes of recognition are higher than their print: of INSURED over Ingrid they overlap by more than half."""
    words = (high_word("INSURED", 34, 268, 280), high_word("Ingrid", 34, 273, 289), high_word("Sorenson", 98, 273, 289))
    assert [[word.text for word in row] for row in rows_of(words)] == [["INSURED"], ["Ingrid", "Sorenson"]]
    sheet = sheet_of(Page(number=1, width=400, height=400, lines=(Line(words=words),), source=PageSource.OCR))
    label = next(phrase for phrase in sheet.phrases if phrase.text == "INSURED")
    assert [phrase.text for phrase in sheet.below(label)] == ["Ingrid Sorenson"]


def test_a_word_that_was_read_twice_makes_no_row_of_its_own() -> None:
    assert len(rows_of((high_word("Category", 10, 10, 30), high_word("1", 100, 10, 30), high_word("1", 101, 12, 32)))) == 1


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ("2025-11-062026-11-06", ["2025-11-06", "2026-11-06"]),
        ("11/06/2511/06/26", ["11/06/25", "11/06/26"]),
        ("11/06/202511/06/2026", ["11/06/2025", "11/06/2026"]),
        ("11/06/25", ["11/06/25"]),
        ("2025-11-06", ["2025-11-06"]),
        ("11-06-2511-06-26", ["11-06-2511-06-26"]),
    ],
)
def test_two_dates_that_run_into_each_other_are_two_words(run: str, words: list[str]) -> None:
    assert [word.text for word in sheet_of(drawn(run), spaced=True).words] == words
