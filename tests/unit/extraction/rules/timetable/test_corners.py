"""An empty cell over the first day is the table's corner where times stand beside it, and a day that was not read where lessons do."""

from doctray.extraction.rules.grid import ruled_grids
from doctray.extraction.rules.timetable.axes import day_bands
from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import ABOVE, a_sheet, document, times

TIMES = ["", "9:00-9:35", "9:40-10:15", "10:20-10:55"]
LESSONS = [["Tuesday", "Ethics", "Botany", "Law"], ["Wednesday", "Algebra", "Optics", "Poetry"], ["Thursday", "Latin", "Music", "Drama"]]
HALFWAY = [["Evening College", "1.", "2.", "3."], [ABOVE, *TIMES[1:]], ["", ABOVE, ABOVE, ABOVE]]
"""The cell of the college ends halfway down the times."""


def days(rows: list[list[str]]) -> list[str]:
    [grid] = ruled_grids(a_sheet(rows))
    [band] = day_bands(grid)
    return [day for name in band.names if name for day in name.days]


def test_an_empty_corner_beside_the_times_is_no_day() -> None:
    assert days([["Evening College", "1.", "2.", "3."], TIMES, *LESSONS]) == ["Tuesday", "Wednesday", "Thursday"]
    assert days([*HALFWAY, *LESSONS]) == ["Tuesday", "Wednesday", "Thursday"]


def test_an_empty_label_beside_lessons_is_the_day_before() -> None:
    rows = [TIMES, ["", "Chemistry", "Crafts", "Rhetoric"], *LESSONS]
    assert days(rows) == ["Monday", "Tuesday", "Wednesday", "Thursday"]
    found = extract(document(a_sheet(rows)))
    assert times(found, "Monday") == [("Chemistry", "09:00", "09:35"), ("Crafts", "09:40", "10:15"), ("Rhetoric", "10:20", "10:55")]
