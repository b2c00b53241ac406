"""Names of classes in headings as schools and universities print them, and headings that name none."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctray.extraction.rules.timetable.class_names import class_of
from doctray.extraction.rules.timetable.document import extract
from doctray.extraction.rules.timetable.reading import Reading
from tests.unit.extraction.rules.timetable.sheet import a_sheet, document, text_line

WEEK = [
    ["", "Monday", "Tuesday", "Wednesday"],
    ["9:00 - 10:00", "Maths", "English", "Maths"],
    ["10:00 - 11:00", "Art", "Maths", "English"],
    ["11:00 - 12:00", "History", "Art", "Music"],
]


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["Class 4 Lions - Weekly Timetable - Summer 1"], "4 Lions"),
        (["Owl Class (Y3/4) Timetable"], "Owl Class (Y3/4)"),
        (["Hedgehogs - Year 1/2", "Timetable for Summer 2"], "Hedgehogs - Year 1/2"),
        (["Year One", "Term 1 Timetable"], "Year One"),
        (["Third Grade Specials Schedule"], "Third Grade"),
        (["Kindergarten Daily Schedule"], "Kindergarten"),
        (["First Grade at a Glance"], "First Grade"),
        (["3/4B Weekly Planner - Term 2 Week 5"], "3/4B"),
        (["6 Diamond Time Table for the Year 2026"], "6 Diamond"),
        (["PRIMARY 5 GOLD TIME-TABLE"], "PRIMARY 5 GOLD"),
        (["JSS 1A CLASS TIMETABLE - 2025/2026 ACADEMIC SESSION"], "JSS 1A"),
        (["SSS 3 ARTS TIME TABLE 1ST TERM"], "SSS 3 ARTS"),
        (["SENIOR THREE (S.3) TIMETABLE TERM II 2025"], "SENIOR THREE (S.3)"),
        (["Time Table Class 9th (Green)"], "9th (Green)"),
        (["Class Routine of Class Eight (Section - Padma)"], "Class Eight (Section - Padma)"),
        (["Tutor Group 9H2"], "9H2"),
        (["Homeroom: 7C"], "7C"),
        (["BLOCK SCHEDULE: BSIT 2-B"], "BSIT 2-B"),
        (["Class Schedule Spring 2026, BS (CS) - III, Section A"], "BS (CS) - III, Section A"),
        (["Time Table for II B.Com (CA) - IV Semester 2025 - 2026", "With effect from 08.12.2025"], "II B.Com (CA)"),
        (["Second Year B.E. Information Technology - Division A - Sem IV"], "Second Year B.E. Information Technology - Division A"),
        (["B.E. (Mechanical) - Second Year - Batch M2"], "B.E. (Mechanical) - Second Year - Batch M2"),
        (["Time Table B.Tech II Year (IV Sem) CSE-A, Session 2025-26"], "B.Tech II Year (IV Sem) CSE-A"),
        (["BBA 5th Semester (Section A) Class Routine"], "BBA 5th Semester (Section A)"),
        (["BSc (Hons) Computer Science, Year 2"], "BSc (Hons) Computer Science, Year 2"),
        (["ND II COMPUTER SCIENCE TIME TABLE, FIRST SEMESTER 2025/2026"], "ND II COMPUTER SCIENCE"),
        (["Higher Diploma in Software Engineering - Batch 24.2"], "Higher Diploma in Software Engineering - Batch 24.2"),
        (["CS 3rd Year - Group 2"], "CS 3rd Year - Group 2"),
        (["IIIrd Year CSE (AI&ML) Timetable"], "IIIrd Year CSE (AI&ML)"),
        (["4th Semester SWE"], "4th Semester SWE"),
        (["II CSE B - TIME TABLE (EVEN SEM 2024-25)"], "II CSE B"),
        (["6P/GR05 - The astronauts of Vera and Marc"], "6P/GR05"),
        (["200IvI LECTURE TIMETABLE"], "200lvl"),
        (["Sunflowers", "Pre-school Timetable"], "Sunflowers"),
        (["Third Class: Ms. Byrne"], "Third Class"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)  # fmt: skip
def test_a_class_is_called_as_its_heading_calls_it(lines: list[str], name: str) -> None:
    assert extract(document(a_sheet(WEEK, title=lines))).fields["class_name"] == name


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["Room 7 - Year 3/4 Weekly Timetable"], "Year 3/4"),
        (["Year 9 Set 2 - Two Week Timetable"], "Year 9 Set 2"),
        (["Year 8 Maths Timetable"], "Year 8"),
        (["Year 4 – Autumn 1 – Class Timetable"], "Year 4"),
        (["Oakfield School - Year 3 - Mrs Bell"], "Year 3"),
        (["Online lessons (FORM 5)"], "FORM 5"),
        (["INDIVIDUAL TIME TABLE"], None),
        (["With effect from 22-09-2025"], None),
        (["Weekly Class Routine"], None),
        (["Class Timetable (Provisional)"], None),
        (["timetable.php", "Log in", "Dashboard"], None),
        (["Inbox", "Drive", "Poll", "Wellness", "Payments", "Handshake", "Housing", "Learn", "Major", "Junior"], None),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_stands_beside_a_class_is_no_part_of_its_name(lines: list[str], name: str | None) -> None:
    assert extract(document(a_sheet(WEEK, title=lines))).fields["class_name"] == name


@given(
    parts=st.lists(
        st.sampled_from(["Year 4", "Section B", "3rd Year", "Oak", "(", ")", "-", ", ", "|", " - ", "Term 2", "2025", "of"]),
        min_size=1,
        max_size=8,
    )
)
def test_a_name_is_a_part_of_its_line(parts: list[str]) -> None:
    text = " ".join(" ".join(parts).split())
    found = class_of([Reading((tuple(text_line(text, left=0.0, top=0.0)),))], None, usual=16.0)
    assert found is None or found.value in re.sub(r"(?i)\bclass ", "", text)
