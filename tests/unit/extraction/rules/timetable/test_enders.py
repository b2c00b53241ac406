"""Codes of teachers behind the subject are told by how the lines of nearly all cells end."""

from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import a_sheet, document, lesson, times

DAYS = ["", "Montag", "Dienstag", "Mittwoch"]
WEEK = [
    DAYS,
    ["7:50|1|8:35", "Eng BC", "Mat ST", "Erd KN"],
    ["8:35|2|9:20", "Bio HZ", "Franz PA|Lat DL", "Eng BC"],
    ["9:50|3|10:35", "Mat ST", "Ges AH", "Bio HZ"],
]


def test_the_number_of_a_period_between_its_start_and_its_end_is_neither() -> None:
    found = extract(document(a_sheet(WEEK)))
    assert times(found, "Monday") == [
        ("Eng", "07:50", "08:35"),
        ("Bio", "08:35", "09:20"),
        ("Mat", "09:50", "10:35"),
    ]


def test_a_code_behind_the_subject_is_the_teacher() -> None:
    found = extract(document(a_sheet(WEEK)))
    assert lesson(found, "Tuesday", "Ges")["teacher"] == "AH"
    assert lesson(found, "Wednesday", "Eng")["teacher"] == "BC"


def test_several_subjects_with_their_teachers_in_one_cell_are_one_text() -> None:
    block = lesson(extract(document(a_sheet(WEEK))), "Tuesday", "Franz PA Lat DL")
    assert block["teacher"] is None


def test_what_stands_behind_every_subject_is_a_group_and_no_teacher() -> None:
    subjects = ("Physics", "Chemistry", "History", "English", "Latin", "Art", "Music", "Biology", "Law")
    groups = ("SW", "NE", "OX", "KM", "QT")
    labels = [f"{hour}:00-{hour}:45" for hour in range(8, 13)]
    rows = [
        [label, *(f"{subjects[(index * 3 + day) % 9]} {groups[(index + day) % 5]}" for day in range(3))]
        for index, label in enumerate(labels)
    ]
    found = extract(document(a_sheet([["", "Mon", "Tue", "Wed"], *rows])))
    assert all(block["teacher"] is None for block in found.fields["timeblocks"])
