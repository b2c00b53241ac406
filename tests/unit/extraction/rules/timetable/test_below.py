"""Lessons of a spreadsheet whose teacher or room stands in the cell below, in the row of the next time, are as long as both rows."""

from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import a_sheet, document, lesson, times

HEADS = ["", "Monday", "Tuesday", "Wednesday"]
WEEK = [
    HEADS,
    ["9:00-10:00", "Graph theory", "", "Graph theory"],
    ["10:00-11:00", "Dr. Luis Ernesto|Mellado Cruz", "Networks I", "Dr. Luis Ernesto|Mellado Cruz"],
    ["11:00-12:00", "Statistics", "Dr. Ana Pico", "Logic"],
    ["12:00-13:00", "Dr. Mendez", "", "Dr. Ana Pico"],
]


def test_a_teacher_below_a_lesson_is_its_own_and_lengthens_it() -> None:
    found = extract(document(a_sheet(WEEK)))
    assert times(found, "Monday") == [("Graph theory", "09:00", "11:00"), ("Statistics", "11:00", "13:00")]
    assert times(found, "Tuesday") == [("Networks I", "10:00", "12:00")]
    assert lesson(found, "Wednesday", "Graph theory")["teacher"] == "Dr. Luis Ernesto Mellado Cruz"


def test_a_room_below_is_too() -> None:
    rows = [HEADS, *[[label, *(["B204"] * 3 if index % 2 else cells)] for index, (label, *cells) in enumerate(FULL)]]
    found = extract(document(a_sheet(rows)))
    assert times(found, "Tuesday") == [("Botany", "09:00", "11:00"), ("Drama", "11:00", "13:00")]
    assert lesson(found, "Tuesday", "Drama")["room"] == "B204"


FULL = [
    ["9:00-10:00", "Ethics", "Botany", "Law"], ["10:00-11:00", "", "", ""], ["11:00-12:00", "Algebra", "Drama", "Art"], ["12:00-13:00", "", "", ""],
]  # fmt: skip


def test_teachers_within_the_cells_lengthen_no_lesson() -> None:
    rows = [
        HEADS,
        ["9:00-10:00", "Ethics|Dr. Pico", "Botany|Dr. Cruz", "Law|Mr Bell"],
        ["10:00-11:00", "Art|Mr Bell", "Drama|Dr. Pico", "Dr. Cruz"],
    ]
    found = extract(document(a_sheet(rows)))
    assert [times(found, day)[0][1:] for day in ("Monday", "Tuesday", "Wednesday")] == [("09:00", "10:00")] * 3


def test_lessons_whose_names_end_like_rooms_are_lessons() -> None:
    rows = [
        HEADS,
        ["9:00-10:00", "Ethics|Hall 2", "Botany|R12", "Law|R12"],
        ["10:00-11:00", "Spanish|Lab 3", "French Lab 2", "German|Lab 1"],
    ]
    found = extract(document(a_sheet(rows)))
    assert [len(times(found, day)) for day in ("Monday", "Tuesday", "Wednesday")] == [2, 2, 2]
    assert times(found, "Tuesday")[0] == ("Botany", "09:00", "10:00")
