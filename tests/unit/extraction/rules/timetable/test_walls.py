"""Cells of a picture's table are parted where a rule was not seen and each text stands in a column or row of its own."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from doctray.domain.document import Box, Line, Page, PageSource, Segment, Word
from doctray.extraction.rules.grid import ruled_grids
from doctray.extraction.rules.timetable.reading import read
from doctray.extraction.rules.timetable.walls import with_unseen_walls

WIDE, HIGH, LETTER, TALL = 200.0, 100.0, 10.0, 18.0
COLUMNS, ROWS = 4, 4

Texts = Sequence[tuple[str, float, float]]
"""A text and where its middle stands, in columns and rows."""


def a_page(texts: Texts, *, unseen: Sequence[Segment]) -> Page:
    """A drawn table in which rules (from a crossing to another, in columns and rows) were not seen."""
    across = [Segment(x, y, x + 1, y) for y in range(ROWS + 1) for x in range(COLUMNS)]
    down = [Segment(x, y, x, y + 1) for x in range(COLUMNS + 1) for y in range(ROWS)]
    seen = [Segment(s.left * WIDE, s.top * HIGH, s.right * WIDE, s.bottom * HIGH) for s in (*across, *down) if s not in unseen]
    words = []
    for text, x, y in texts:
        left = x * WIDE - LETTER * len(text) / 2
        for part in text.split():
            words.append(Word(text=part, box=Box(left, y * HIGH, left + LETTER * len(part), y * HIGH + TALL), confidence=0.9))
            left += LETTER * (len(part) + 0.6)
    lines = tuple(Line(words=(word,)) for word in words)
    return Page(number=1, width=900, height=500, source=PageSource.OCR, lines=lines, segments=tuple(seen))


def texts_of(page: Page) -> set[str]:
    [grid] = ruled_grids(page)
    return {text for cell in with_unseen_walls(grid, page).cells if (text := read(cell.words).text)}


def test_times_in_one_cell_are_a_cell_each() -> None:
    heads = [("8:00-9:00", 1.5, 0.4), ("9:00-10:00", 2.5, 0.4), ("10:00-11:00", 3.5, 0.4)]
    page = a_page(heads, unseen=[Segment(x, 0, x, 1) for x in (2, 3)])
    assert texts_of(page) == {"8:00-9:00", "9:00-10:00", "10:00-11:00"}


def test_lessons_amid_their_columns_are_parted() -> None:
    page = a_page([("Maths", 1.5, 1.4), ("Physics", 2.5, 1.4), ("Art", 3.5, 1.4)], unseen=[Segment(x, 1, x, 2) for x in (2, 3)])
    assert texts_of(page) == {"Maths", "Physics", "Art"}


def test_two_lessons_are_parted_where_some_of_the_rule_was_seen() -> None:
    page = a_page([("Maths", 1.5, 1.4), ("Physics", 2.5, 1.4)], unseen=[Segment(2, 1, 2, 2)])
    assert texts_of(page) == {"Maths Physics"}
    part = Segment(2 * WIDE, 1.7 * HIGH, 2 * WIDE, 1.9 * HIGH)
    assert texts_of(page.evolve(segments=(*page.segments, part))) == {"Maths", "Physics"}


def test_lessons_of_two_lines_amid_their_rows_are_parted() -> None:
    lines = [("Maths", 1.5, 1.28), ("Ms Ray", 1.5, 1.53), ("Physics", 1.5, 2.28), ("Mr Poe", 1.5, 2.53)]
    assert texts_of(a_page(lines, unseen=[Segment(1, 2, 2, 2)])) == {"Maths Ms Ray", "Physics Mr Poe"}


@pytest.mark.parametrize(
    ("texts", "unseen"),
    [
        ([("Object Oriented Programming", 2.0, 1.4)], [Segment(2, 1, 2, 2)]),
        ([("Maths", 1.2, 1.2), ("Poe", 2.85, 1.6)], [Segment(2, 1, 2, 2)]),
        ([("8:00 -", 1.5, 0.4), ("10:00", 2.5, 0.4)], [Segment(2, 0, 2, 1)]),
        ([("Maths", 1.5, 1.75), ("Ms Ray", 1.5, 2.1)], [Segment(1, 2, 2, 2)]),
        ([("Maths", 1.5, 1.35), ("Ms Ray", 1.5, 1.65), ("Room 4", 1.5, 2.1), ("Group 2", 1.5, 2.4)], [Segment(1, 2, 2, 2)]),
    ],
    ids=["a text across", "corners of one lesson", "halves of a range", "two lines of one lesson", "four lines of one lesson"],
)
def test_one_lesson_stays_whole(texts: Texts, unseen: Sequence[Segment]) -> None:
    assert texts_of(a_page(texts, unseen=unseen)) == {" ".join(text for text, *_ in texts)}


def test_what_a_file_draws_stands() -> None:
    page = a_page([("Maths", 1.5, 1.4), ("Physics", 2.5, 1.4), ("Art", 3.5, 1.4)], unseen=[Segment(x, 1, x, 2) for x in (2, 3)])
    assert texts_of(replace(page, source=PageSource.TEXT_LAYER)) == {"Maths Physics Art"}
