"""One week written in many ways reads alike: subject, teacher and room of every lesson, whatever parts them."""

import pytest

from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import Layout, a_sheet, document

SUBJECTS = ("Physics", "Algebra", "World History", "Operating Systems", "English", "Compilers")
ORDER = (0, 1, 2, 3, 4, 5, 0, 2, 1, 4, 3, 5)
PEOPLE = {
    "titled": ("Mr. Carter", "Ms. Rao", "Dr. Hoff", "Prof. Aziz", "Mrs Mensah", "Dr Becker"),
    "close": ("Mr.J.Carter", "Ms.P.Rao", "Dr.L.Hoff", "Prof.O.Aziz", "Mrs.G.Mensah", "Dr.T.K.Becker"),
    "initialed": ("J. Carter", "P. Rao", "L. Hoff", "O. Aziz", "G. Mensah", "T. Becker"),
    "whole": ("John A. Carter", "Priya S Rao", "Lena Maria Hoff", "Omar bin Aziz", "Grace O. Mensah", "Tom Becker"),
    "behind": ("Carter J.", "Rao P.", "Hoff L.", "Aziz O.", "Mensah G.", "Becker T."),
}
ROOMS = {
    "codes": ("R12", "R4", "B7", "R12", "A3", "R4"),
    "labelled": ("Venue: LT1", "Venue: LT2", "Venue: Lab 3", "Venue: LT1", "Venue: B4", "Venue: LT2"),
    "numbers": ("101", "204", "305", "101", "212", "204"),
}

_Lesson = tuple[str, str | None, str | None]
"""(subject, teacher, room)"""


@pytest.mark.parametrize("rooms", ["codes", "numbers"])
@pytest.mark.parametrize("people", ["titled", "close", "initialed"])
@pytest.mark.parametrize(
    "way", ["S|T|R", "S|R|T", "S|T R", "S|T - R", "S|T, R", "S (T)|R", "S - T|R", "S - T - R", "S / T / R", "S, T, R", "S (T) R", "T|S|R"]
)
def test_a_lesson_is_told_whatever_parts_it(way: str, people: str, rooms: str) -> None:
    told, meant = _read(way, PEOPLE[people], ROOMS[rooms])
    assert told == meant


@pytest.mark.parametrize("way", ["S|T|R", "S|T - R", "S|T, R"])
def test_a_whole_name_beneath_the_subject_is_the_teachers_before_a_labelled_room(way: str) -> None:
    told, meant = _read(way, PEOPLE["whole"], ROOMS["labelled"])
    assert told == [(subject, teacher, str(room).removeprefix("Venue: ")) for subject, teacher, room in meant]


@pytest.mark.parametrize("way", ["S (T)", "S - T", "S|T"])
@pytest.mark.parametrize("people", ["titled", "close", "initialed", "behind"])
def test_a_teacher_without_a_room_is_told_whatever_parts_the_name(way: str, people: str) -> None:
    told, meant = _read(way, PEOPLE[people], None)
    assert told == meant


def test_the_word_before_a_titled_name_is_not_the_subjects() -> None:
    told, meant = _read("S|by T|R", PEOPLE["titled"], ROOMS["codes"])
    assert told == meant


@pytest.mark.parametrize("subjects", [("Part A", "Java II", "C.Architecture", "Unit B", "Lab I", "Maths C")], ids=["letters and numbers"])
def test_the_end_of_a_subject_behind_a_dash_is_no_person(subjects: tuple[str, ...]) -> None:
    cells = [f"Course - {subject}" for subject in subjects]
    week = [["", "9:00 - 10:00", "10:00 - 11:00", "11:00 - 12:00"], ["Monday", *cells[:3]], ["Tuesday", *cells[3:]]]
    blocks = extract(document(a_sheet(week))).fields["timeblocks"]
    assert [block["teacher"] for block in blocks] == [None] * len(cells)


def _read(way: str, people: tuple[str, ...], rooms: tuple[str, ...] | None) -> tuple[list[_Lesson], list[_Lesson]]:
    """What is read of a week written so, and what is meant. S, T and R stand for the subject, the teacher and the room."""
    cells = [way.translate({ord("S"): SUBJECTS[each], ord("T"): people[each], ord("R"): rooms[each] if rooms else ""}) for each in ORDER]
    days = ("Monday", "Tuesday", "Wednesday")
    head = ["", "9:00 - 10:00", "10:00 - 11:00", "11:00 - 12:00", "12:00 - 13:00"]
    week = [head, *([day, *cells[4 * index : 4 * index + 4]] for index, day in enumerate(days))]
    blocks = extract(document(a_sheet(week, layout=Layout(wide=280.0)))).fields["timeblocks"]
    told: list[_Lesson] = [(block["subject"], block["teacher"], block["room"]) for block in blocks]
    return told, [(SUBJECTS[each], people[each], rooms[each] if rooms else None) for each in ORDER]
