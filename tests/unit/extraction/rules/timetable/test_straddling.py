"""A text that was set in the middle of two rows of an unruled table is a lesson of both."""

import pytest

from doctray.domain.document import Word
from doctray.extraction.rules.timetable.document import extract
from doctray.extraction.rules.timetable.straddling import straddling
from tests.unit.extraction.rules.timetable.sheet import a_page, document, text_line, times

MIDDLES = [100.0, 160.0, 220.0, 280.0]


def lines(middle: float, *texts: str, pitch: float = 22.0) -> list[tuple[Word, ...]]:
    """Lines around a middle."""
    first = middle - pitch * (len(texts) - 1) / 2 - 8
    return [tuple(text_line(text, left=50.0, top=first + pitch * index)) for index, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("middle", "texts", "rows"),
    [
        (130.0, ("Algebra", "Room 4"), (0, 1)),
        (190.0, ("Theory of", "Numbers", "Room 4"), (1, 2)),
    ],
)
def test_a_text_around_the_border_of_two_rows_belongs_to_both(middle: float, texts: tuple[str, ...], rows: tuple[int, int]) -> None:
    [found] = straddling(lines(middle, *texts), MIDDLES)
    assert (found.first, found.last) == rows


def test_lines_of_two_rows_that_stand_in_the_middle_of_each_are_two_texts() -> None:
    assert straddling([*lines(100.0, "Algebra", "Room 4"), *lines(160.0, "Optics", "Room 4")], [100.0, 148.0]) == []
    assert straddling(lines(130.0, "Algebra", "Optics", pitch=60.0), MIDDLES) == []


def test_a_text_within_a_row_straddles_none() -> None:
    assert straddling(lines(100.0, "Algebra", "Room 4"), MIDDLES) == []
    assert straddling(lines(100.0, "Algebra"), MIDDLES) == []


def a_week(*, full: bool) -> list[Word]:
    """An unruled table of five days, with one lesson alone in the middle of its third row."""
    words = []
    for column, day in enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")):
        words += text_line(day, left=300.0 + 200 * column - 4 * len(day), top=100.0)
        for row in range(4):
            text = ("Ethics", "Optics", "Botany", "Law")[row]
            if row == 2:
                text = text if column == 2 else ""
            elif not full and column % 2:
                text = ""
            words += text_line(text, left=300.0 + 200 * column - 4 * len(text), top=160.0 + 60 * row) if text else []
    for row in range(4):
        words += text_line(f"{8 + row}:00-{9 + row}:00", left=60.0, top=160.0 + 60 * row)
    return words


@pytest.mark.parametrize(("full", "days"), [(False, ["Wednesday"]), (True, ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"])])
def test_a_lesson_alone_amid_its_row_is_every_days_only_in_a_full_week(full: bool, days: list[str]) -> None:
    found = extract(document(a_page(a_week(full=full))))
    assert [
        day for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday") if ("Botany", "10:00", "11:00") in times(found, day)
    ] == days
