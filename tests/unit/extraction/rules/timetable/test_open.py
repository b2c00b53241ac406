"""Drawn tables of which a row or a column of labels stands outside the rules."""

from dataclasses import replace

from doctray.domain.document import Box, Word
from doctray.extraction.rules.grid import ruled_grids
from doctray.extraction.rules.timetable.document import extract
from doctray.extraction.rules.timetable.open import with_labels_beside
from tests.unit.extraction.rules.timetable.sheet import a_page, a_sheet, document, text_line, times

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday"]
ROWS = [DAYS, ["Maths", "Art", "Latin", "Music"], ["Physics", "", "Maths", "Art"], ["Drama", "Music", "", "Physics"]]
TIMES = [("7:55", "8.55"), ("8.55", "9.55"), ("10.10", "11.10")]


def beside(labels: list[tuple[str, str]], *, left: float) -> list[Word]:
    """Start over end at the left of each row of `a_sheet`, of which the table begins at x = 60."""
    return [
        word
        for row, label in enumerate(labels)
        for line, text in enumerate(label)
        for word in text_line(text, left=left, top=255.0 + 90 * row + 55 * line)
    ]


def test_times_that_stand_outside_the_rules_label_the_rows() -> None:
    sheet = a_sheet(ROWS)
    page = replace(sheet, lines=a_page([*sheet.words, *beside(TIMES, left=16.0)]).lines)
    found = extract(document(page))
    assert times(found, "Monday") == [("Maths", "07:55", "08:55"), ("Physics", "08:55", "09:55"), ("Drama", "10:10", "11:10")]
    assert times(found, "Tuesday") == [("Art", "07:55", "08:55"), ("Music", "10:10", "11:10")]


def test_words_beside_one_row_alone_or_far_from_the_table_are_no_labels() -> None:
    sheet = a_sheet(ROWS)
    [grid] = ruled_grids(sheet)
    far = replace(grid, box=Box(grid.box.left + 600, grid.box.top, grid.box.right + 600, grid.box.bottom))
    assert with_labels_beside(grid, a_page(beside(TIMES[:1], left=16.0)), below=250.0) is None
    assert with_labels_beside(far, a_page(beside(TIMES, left=16.0)), below=250.0) is None
    labelled = with_labels_beside(grid, a_page(beside(TIMES, left=16.0)), below=250.0)
    assert labelled is not None
    assert len(labelled.cells) == len(grid.cells) + len(TIMES)


def test_times_of_two_rows_beside_one_and_starts_alone_are_a_scale_of_hours() -> None:
    [grid] = ruled_grids(a_sheet(ROWS))
    starts = [(start, "") for start, _ in TIMES]
    assert with_labels_beside(grid, a_page(beside(starts, left=16.0)), below=250.0) is None
    doubled = [*beside(TIMES, left=16.0), *text_line("9.55 - 10.10", left=16.0, top=275.0)]
    assert with_labels_beside(grid, a_page(doubled), below=250.0) is None
