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
        ("Academic Year: 2025-26 (EVEN Sem)", "EVEN Sem"),
        ("Spring/Even Semester (January - June, 2022)", "Spring/Even Semester"),
        ("Springdale High School", None),
        ("Summer Fields Primary School", None),
    ],
)
def test_a_term_is_what_a_heading_says_of_time(line: str, term: str | None) -> None:
    assert extract(document(a_sheet(WEEK, title=[line]))).fields["term"] == term


@pytest.mark.parametrize(
    ("lines", "year"),
    [
        (["Class Routine 2026", "Session: 2024-25"], 2026),
        (["Class Routine 2025", "Session: 2024-25"], 2024),
        (["Class Routine", "Session: 2024-25"], 2024),
        (["Founded 2026", "Session: 2024-25"], 2024),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_title_says_the_year_where_the_session_is_over(lines: list[str], year: int) -> None:
    assert extract(document(a_sheet(WEEK, title=lines))).fields["year"] == year


def test_the_number_in_a_name_of_a_class_is_no_term_where_another_is_told() -> None:
    found = extract(document(a_sheet(WEEK, title=["4th Sem B", "Odd Semester 2025"])))
    assert (found.fields["class_name"], found.fields["term"]) == ("4th Sem B", "Odd Semester")
