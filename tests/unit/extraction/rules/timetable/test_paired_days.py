"""Two days that a hyphen joins, in lists of courses that meet twice a week."""

import pytest

from doctray.extraction.rules.timetable.document import extract
from doctray.extraction.rules.timetable.paired_days import paired_days
from tests.unit.extraction.rules.timetable.sheet import Layout, a_sheet, document

WIDE = Layout(wide=240.0)


@pytest.mark.parametrize(
    ("column", "label", "days"),
    [
        (["SUN-TUES", "MON-WED", "SUN-TUES"], "SUN-TUES", ("Tuesday", "Sunday")),
        (["Mon – Wed", "Tue – Thu", "Fri"], "Mon – Wed", ("Monday", "Wednesday")),
        (["Mon-Thu", "Tue-Fri"], "Tue-Fri", ("Tuesday", "Friday")),
        (["Mon-Wed", "Thu-Sat"], "Mon-Wed", None),
        (["Mon-Wed", "Mon-Wed"], "Mon-Wed", None),
        (["Mon-Fri", "Mon-Wed"], "Mon-Wed", None),
        (["Mon-Tue", "Tue-Wed"], "Mon-Tue", None),
        (["Mon-Wed", "Tue-Thu", "week 1-2"], "Mon-Wed", None),
    ],
)
def test_labels_are_pairs_where_as_stretches_they_would_share_a_day(column: list[str], label: str, days: tuple[str, ...] | None) -> None:
    found = paired_days(column).get(label)
    assert (found.days if found else None) == days


def meetings(*days: str) -> set[tuple[str, str]]:
    rows = [["LessonName", "LessonTime", "LessonDay"], *([f"Course {at}", "9:00-10:30 A.M", day] for at, day in enumerate(days, 1))]
    found = extract(document(a_sheet(rows, layout=WIDE)))
    return {(block["subject"], block["day"]) for block in found.fields["timeblocks"]}


def test_a_course_of_a_pair_meets_on_its_two_days() -> None:
    assert meetings("SAT-MON", "SUN-TUE") == {
        ("Course 1", "Saturday"),
        ("Course 1", "Monday"),
        ("Course 2", "Sunday"),
        ("Course 2", "Tuesday"),
    }


def test_a_course_from_one_day_to_another_meets_on_those_between() -> None:
    assert meetings("MON-WED", "THU-SAT") == {
        *(("Course 1", day) for day in ("Monday", "Tuesday", "Wednesday")),
        *(("Course 2", day) for day in ("Thursday", "Friday", "Saturday")),
    }
