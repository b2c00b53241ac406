"""Terms in headings, and schools and classes that are called like one."""

import pytest

from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import a_sheet, document

WEEK = [["", "Monday", "Tuesday"], ["9:00 - 10:00", "Maths", "English"], ["10:00 - 11:00", "Art", "Maths"]]


@pytest.mark.parametrize(
    ("line", "term"),
    [
        ("V - SEMESTER MCA", "V - SEMESTER"),
        ("BCA-III Semester-V", "Semester-V"),
        ("Timetable Spring 2026", "Spring"),
        ("Springdale High School", None),
        ("Summer Fields Primary School", None),
    ],
)
def test_a_term_is_what_a_heading_says_of_time(line: str, term: str | None) -> None:
    assert extract(document(a_sheet(WEEK, title=[line]))).fields["term"] == term
