"""A block drawn as a strip with its time above what the lesson is, in one cell or several, is one block."""

from doctray.extraction.rules.grid import Grid, ruled_grids
from doctray.extraction.rules.timetable.document import extract
from doctray.extraction.rules.timetable.reading import read
from doctray.extraction.rules.timetable.strips import with_strips_joined
from tests.unit.extraction.rules.timetable.sheet import ABOVE, LEFT, a_sheet, document, times

STRIPS = [
    ["", "Monday", "Tuesday", "Wednesday"],
    ["8:00", "8:00 - 8:55", "8:05 - 8:55", "8:00 - 8:55"],
    [ABOVE, "Ethics", "Botany", "Law"],
    ["9:00", "8:55 - 9:50", "9:00 - 9:50", "8:55 - 9:50"],
    [ABOVE, "Algebra", "Optics", "Poetry"],
]


def the_grid(rows: list[list[str]]) -> Grid:
    [grid] = ruled_grids(a_sheet(rows))
    return grid


def test_a_lesson_has_the_time_of_the_strip_above_it() -> None:
    found = extract(document(a_sheet(STRIPS)))
    assert times(found, "Monday") == [("Ethics", "08:00", "08:55"), ("Algebra", "08:55", "09:50")]
    assert times(found, "Tuesday") == [("Botany", "08:05", "08:55"), ("Optics", "09:00", "09:50")]


def test_strips_that_lines_run_through_are_joined_with_all_below_them() -> None:
    rows = [["", "Monday", LEFT, "Tuesday", LEFT, "Wednesday", LEFT]]
    for label, lessons in (("8:00", ("Ethics", "Botany", "Law")), ("9:00", ("Algebra", "Optics", "Poetry"))):
        rows.append([label, *(part for _ in lessons for part in (label, "- 9:50"))])
        rows.append([ABOVE, *(part for lesson in lessons for part in ("ANA", lesson))])
    texts = [read(cell.words).text for cell in with_strips_joined(the_grid(rows)).cells]
    assert texts.count("8:00 - 9:50 ANA Ethics") == 1
    assert texts.count("9:00 - 9:50 ANA Poetry") == 1
    assert len(texts) == len(rows[0]) // 2 + 1 + 2 + 6


def test_a_strip_that_is_cut_beside_its_time_is_as_wide_as_others() -> None:
    rows = [["", "Monday", LEFT, "Tuesday", LEFT, "Wednesday", LEFT]]
    for label, strip in (("8:00", ["8:00 - 8:55", LEFT]), ("9:00", ["9:00 - 9:55", LEFT]), ("10:00", ["", "10:00 - 10:55"])):
        rows += [[label, *strip * 3], [ABOVE, *["ANA", "Ethics"] * 3]]
    texts = [read(cell.words).text for cell in with_strips_joined(the_grid(rows)).cells]
    assert texts.count("10:00 - 10:55 ANA Ethics") == 3


def test_times_that_head_rows_or_columns_are_no_strips() -> None:
    across = [
        ["", "8:00-9:00", "9:00-10:00", "10:00-11:00", "11:00-12:00", "13:00-14:00"],
        ["Mon", *("Ethics",) * 5],
        ["Tue", *("Law",) * 5],
    ]
    down = [["", "Mon", "Tue"], *([f"{hour}:00-{hour}:45", "Ethics", "Law"] for hour in range(8, 14))]
    for rows in (across, down):
        grid = the_grid(rows)
        assert with_strips_joined(grid) is grid
