"""Names of schools in the lines around a table."""

import pytest

from doctray.domain.document import Page
from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import a_page, a_sheet, document, text_line

WEEK = [["", "Monday", "Tuesday"], ["9:00 - 10:00", "Maths", "English"], ["10:00 - 11:00", "Art", "Maths"]]


def below(line: str) -> Page:
    sheet = a_sheet(WEEK)
    return a_page([*sheet.words, *text_line(line, left=60.0, top=600.0)], sheet.segments)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Maple Ridge Elementary School - Room 114", "Maple Ridge Elementary School"),
        ("Dept. of Physics, Coastal Science College", "Coastal Science College"),
        ("Protea Heights Preparatory", "Protea Heights Preparatory"),
        ("Scoil Naomh Ida", "Scoil Naomh Ida"),
        ("SMK Seri Indah", "SMK Seri Indah"),
        ("Prof SK Sharma", None),
        ("Preparatory work for Monday", None),
    ],
)
def test_a_school_is_named_without_what_else_its_line_says(line: str, name: str | None) -> None:
    assert extract(document(a_sheet(WEEK, title=[line]))).fields["school_name"] == name


@pytest.mark.parametrize(
    ("line", "name"), [("Harrow Bay College", "Harrow Bay College"), ("Bring your college card to each lesson.", None)]
)
def test_a_school_may_stand_at_the_foot_where_nothing_else_does(line: str, name: str | None) -> None:
    assert extract(document(below(line))).fields["school_name"] == name
