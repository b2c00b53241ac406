"""Titles of other layouts: behind the word for a timetable, without an address, beside a label far away."""

import pytest

from doctray.domain.document import Segment
from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import LEFT, a_page, a_sheet, document, text_line

WEEK = [
    ["", "Monday", "Tuesday", "Wednesday"],
    ["9:00 - 10:00", "Maths", "English", "Maths"],
    ["10:00 - 11:00", "Art", "Maths", "English"],
    ["11:00 - 12:00", "History", "Art", "Music"],
]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["HORARIO - 2º DESARROLLO DE APLICACIONES WEB -"], {"class_name": "2º DESARROLLO DE APLICACIONES WEB"}),
        (["Jadwal Kuliah Teknik Informatika A2 Semester 3"], {"class_name": "Teknik Informatika A2", "term": "Semester 3"}),
        (["EMPLOI DU TEMPS Bloc 1 - groupe 1"], {"class_name": "Bloc 1 - groupe 1"}),
        (["Year 9", "9WOD"], {"class_name": "9WOD"}),
        (["1BCT", "Year 1, Semester I"], {"class_name": "1BCT", "term": "Semester I"}),
        (["Year 9", "10WOD"], {"class_name": "Year 9"}),
        (["Division: TC2"], {"class_name": "TC2"}),
        (["Division: B"], {"class_name": None}),
        (["Kendriya Jyoti School, Sector 12"], {"school_name": "Kendriya Jyoti School, Sector 12"}),
        (
            ["Facultatea de Matematica, Universitatea Ovid, str. Mare 14, Turda"],
            {"school_name": "Facultatea de Matematica, Universitatea Ovid"},
        ),
        (["Elm Park International Academy, P.O. Box 1455, Sur"], {"school_name": "Elm Park International Academy"}),
        (["Elm Park Secondary School, Singapore"], {"school_name": "Elm Park Secondary School, Singapore"}),
        (["Curso Académico 2022-23"], {"class_name": None, "year": 2022}),
        (["5 courses - 16 credits"], {"class_name": None}),
        (["E"], {"class_name": None}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_titles_above_a_table(lines: list[str], expected: dict[str, object]) -> None:
    found = extract(document(a_sheet(WEEK, title=lines)))
    assert {key: found.fields[key] for key in expected} == expected


@pytest.mark.parametrize(("label", "value"), [("Group:", "Grp A"), ("Class", ": Second Year")])
def test_a_value_far_beside_its_label_is_its_own(label: str, value: str) -> None:
    sheet = a_sheet(WEEK)
    words = [*text_line(label, left=60.0, top=80.0), *text_line(value, left=400.0, top=80.0), *sheet.words]
    found = extract(document(a_page(words, sheet.segments)))
    assert found.fields["class_name"] == value.strip(": ")


@pytest.mark.parametrize(
    ("lines", "teacher"),
    [
        (["Third Class: Ms. Byrne"], "Ms. Byrne"),
        (["Teacher Timetable", "Name: Mrs. Jane Whitfield"], "Mrs. Jane Whitfield"),
        (["Name: Sophie Turner"], None),
        (["Class Coordinator: Prof. S. B. Deshmukh"], "Prof. S. B. Deshmukh"),
        (["Exam Coordinator: Prof. S. B. Deshmukh"], None),
        (["Class Advisor: 1) Dr. Rao", "2) Mr. Jain"], "Dr. Rao, Mr. Jain"),
        (["Mrs Patel and Mr Lowe"], "Mrs Patel and Mr Lowe"),
        (["Mrs Patel", "Mr Lowe"], "Mrs Patel, Mr Lowe"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_who_a_class_belongs_to_stands_behind_its_name_or_a_label(lines: list[str], teacher: str | None) -> None:
    assert extract(document(a_sheet(WEEK, title=lines))).fields["teacher_name"] == teacher


@pytest.mark.parametrize(
    ("lines", "teacher"),
    [
        (["Class Advisors:", "Ms. Radhi", "Dr. Anand"], "Ms. Radhi, Dr. Anand"),
        (["Class Incharge:", "Mrs. Sowm", "Chairman:", "Mrs. Sindhu"], "Mrs. Sowm"),
        (["Class Teacher:", "Sign here"], None),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_label_alone_is_followed_by_people_right_beneath(lines: list[str], teacher: str | None) -> None:
    sheet = a_sheet(WEEK)
    words = [word for index, line in enumerate(lines) for word in text_line(line, left=60.0, top=20.0 + 20 * index)]
    found = extract(document(a_page([*words, *sheet.words], sheet.segments)))
    assert found.fields["teacher_name"] == teacher


def test_cells_over_the_headings_hold_titles_where_they_are_broad_or_labelled() -> None:
    rows = [
        ["4th Sem B", LEFT, "Class Time Table", LEFT],
        ["Dept: CSE", "Free", "Class Advisor: Ms. Rao", "Version"],
        *[[*row] for row in WEEK],
    ]
    found = extract(document(a_sheet(rows)))
    assert (found.fields["class_name"], found.fields["teacher_name"]) == ("4th Sem B", "Ms. Rao")
    assert len(found.fields["timeblocks"]) == 9


def test_a_title_close_above_a_table_is_whole_where_upright_rules_run_into_it() -> None:
    sheet = a_sheet(WEEK)
    left, top = 60.0, min(segment.top for segment in sheet.segments)
    words = text_line("Semester: V Room No: 204 Class: CSE-A", left=left, top=top - 15.0)
    rules = [Segment(x, top - 11.0, x, top + 20.0) for x in (left, left + 150.0, left + 300.0)]
    found = extract(document(a_page([*words, *sheet.words], [*sheet.segments, *rules])))
    assert (found.fields["term"], found.fields["class_name"]) == ("V", "CSE-A")
    assert len(found.fields["timeblocks"]) == 9
