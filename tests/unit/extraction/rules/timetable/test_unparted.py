"""Labels of days or times that stand in one cell of a table are parted where the rows beside them end."""

import pytest

from doctray.domain.document import Page, Word
from doctray.extraction.rules.grid import ruled_grids
from doctray.extraction.rules.timetable.reading import read
from doctray.extraction.rules.timetable.unparted import with_labels_parted
from tests.unit.extraction.rules.timetable.sheet import ABOVE, LAYOUT, LEFT, a_page, a_sheet, text_line

Extent = tuple[float, float]


def labelled(rows: list[list[str]], labels: list[str], *, down: bool) -> Page:
    """The sheet with a label amid each row of its empty first column, or each column of its empty first row."""
    sheet = a_sheet(rows)
    words: list[Word] = [word for line in sheet.lines for word in line.words]
    for index, label in enumerate(labels, 1):
        left = LAYOUT.left + 10 + (0 if down else LAYOUT.wide * index)
        words += text_line(label, left=left, top=LAYOUT.top + 35 + (LAYOUT.tall * index if down else 0))
    return a_page(words, sheet.segments)


def cells(page: Page) -> dict[str, tuple[Extent, Extent]]:
    """Columns and rows, from where to where, of each text."""
    [grid] = ruled_grids(page)
    step, rise = LAYOUT.wide, LAYOUT.tall
    return {
        read(cell.words).text: (
            ((cell.box.left - LAYOUT.left) / step, (cell.box.right - LAYOUT.left) / step),
            ((cell.box.top - LAYOUT.top) / rise, (cell.box.bottom - LAYOUT.top) / rise),
        )
        for cell in with_labels_parted(grid).cells
    }


def test_days_below_one_another_are_parted_where_rows_beside_them_end() -> None:
    rows = [["", "8:00", "9:00"], ["", "Ethics", "Algebra"], [ABOVE, "Botany", "Logic"], [ABOVE, "Poetry", "Statics"]]
    found = cells(labelled(rows, ["Monday", "Tuesday", "Wednesday"], down=True))
    assert [found[day] for day in ("Monday", "Tuesday", "Wednesday")] == [((0, 1), (1, 2)), ((0, 1), (2, 3)), ((0, 1), (3, 4))]


def test_days_beside_one_another_are_parted_where_columns_below_them_end() -> None:
    rows = [["", "", LEFT, LEFT], ["8:00", "Ethics", "Botany", "Poetry"], ["9:00", "Algebra", "Logic", LEFT]]
    found = cells(labelled(rows, ["Lunes", "Martes", "Jueves"], down=False))
    assert [found[day] for day in ("Lunes", "Martes", "Jueves")] == [((1, 2), (0, 1)), ((2, 3), (0, 1)), ((3, 4), (0, 1))]


def test_two_days_beside_one_another_are_parted_where_the_rest_of_the_week_stands_in_another_cell() -> None:
    rows = [["", "", LEFT, "Jueves"], ["8:00", "Ethics", "Botany", "Poetry"], ["9:00", "Algebra", "Logic", "Statics"]]
    found = cells(labelled(rows, ["Lunes", "Martes"], down=False))
    assert [found[day] for day in ("Lunes", "Martes", "Jueves")] == [((1, 2), (0, 1)), ((2, 3), (0, 1)), ((3, 4), (0, 1))]


def test_times_are_parted_too() -> None:
    rows = [["", "Monday", "Tuesday"], ["", "Ethics", "Botany"], [ABOVE, "Algebra", ABOVE]]
    found = cells(labelled(rows, ["18:30-19:30", "19:30-20:30"], down=True))
    assert (found["18:30-19:30"], found["19:30-20:30"]) == (((0, 1), (1, 2)), ((0, 1), (2, 3)))


@pytest.mark.parametrize("labels", [["8:00-8:45", "8:15-9:00"], ["Monday", "Tuesday"], ["8:00-8:45", "Ethics"]])
def test_texts_that_are_no_row_of_labels_stay_together(labels: list[str]) -> None:
    rows = [["", "Monday", "Tuesday"], ["", "Ethics", "Botany"], [ABOVE, "Algebra", "Optics"]]
    assert " ".join(labels) in cells(labelled(rows, labels, down=True))


def test_labels_with_no_border_between_them_beside_the_cell_stay_together() -> None:
    rows = [["", "Monday", "Tuesday"], ["", "Ethics", "Botany"], [ABOVE, ABOVE, ABOVE]]
    assert "18:30-19:30 19:30-20:30" in cells(labelled(rows, ["18:30-19:30", "19:30-20:30"], down=True))


def test_days_are_parted_from_what_heads_the_times_before_them() -> None:
    rows = [[LEFT, LEFT, LEFT, LEFT], ["8:00", "Ethics", "Botany", "Poetry"], ["9:00", "Algebra", "Logic", "Statics"]]
    sheet = a_sheet([["", *rows[0][1:]], *rows[1:]])
    words = [word for line in sheet.lines for word in line.words]
    for index, label in enumerate(("Hour", "Mon", "Tue", "Thu")):
        words += text_line(label, left=LAYOUT.left + 10 + LAYOUT.wide * index, top=LAYOUT.top + 35)
    found = cells(a_page(words, sheet.segments))
    assert [found[day] for day in ("Mon", "Tue", "Thu")] == [((1, 2), (0, 1)), ((2, 3), (0, 1)), ((3, 4), (0, 1))]


def with_two_starts_in_one_cell(one: str, other: str) -> Page:
    starts = [[start, "Ethics", "Botany"] for start in ("8", "8:30", "9", "9:30", "10", "10:30", "11")]
    sheet = a_sheet([["", "Monday", "Tuesday"], *starts, ["", "Algebra", "Poetry"], [ABOVE, "Logic", "Drama"]])
    words = [word for line in sheet.lines for word in line.words]
    for row, label in ((8, one), (9, other)):
        words += text_line(label, left=LAYOUT.left + 10, top=LAYOUT.top + 35 + LAYOUT.tall * row)
    return a_page(words, sheet.segments)


def test_starts_a_step_apart_as_those_of_the_other_rows_are_parted() -> None:
    found = cells(with_two_starts_in_one_cell("11:30", "12"))
    assert (found["11:30"], found["12"]) == (((0, 1), (8, 9)), ((0, 1), (9, 10)))


def test_two_times_off_the_step_of_the_other_rows_stay_together() -> None:
    assert "11:30 12:20" in cells(with_two_starts_in_one_cell("11:30", "12:20"))
