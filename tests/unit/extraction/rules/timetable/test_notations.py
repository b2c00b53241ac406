"""A plain week reads the same, however it notes who teaches a lesson and where; what only looks like a notation stays the lesson's."""

import pytest

from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import Layout, a_sheet, document

SUBJECTS = ("Physics", "Algebra", "World History", "Compilers", "English", "Organic Chemistry")
PEOPLE = (("John", "Carter"), ("Priya", "Rao"), ("Lena", "Hoff"), ("Omar", "Aziz"), ("Grace", "Mensah"), ("Tom", "Becker"))
DAYS = ("Monday", "Tuesday", "Wednesday")


def read(*, teacher: str = "Mr. {last}", room: str = "R{number}") -> list[tuple[str, str | None, str | None]]:
    """(subject, teacher, room) of three days of six lessons, each with its teacher and room in lines of their own."""
    cells = [
        f"{subject}|{teacher.format(first=first, last=last, LAST=last.upper())}|{room.format(number=101 + index % 4)}"
        for index, (subject, (first, last)) in enumerate(zip(SUBJECTS, PEOPLE, strict=True))
    ]
    head = ["", *(f"{hour:02d}:00-{hour:02d}:50" for hour in range(8, 14))]
    rows = [head, *([day, *cells[at:], *cells[:at]] for at, day in enumerate(DAYS))]
    blocks = extract(document(a_sheet(rows, layout=Layout(wide=280.0)))).fields["timeblocks"]
    return [(block["subject"], block["teacher"], block["room"]) for block in blocks]


@pytest.mark.parametrize(
    ("teacher", "first"),
    [
        ("T: {first} {last}", "John Carter"),
        ("Instr: {last}", "Carter"),
        ("w/ {last}", "Carter"),
        ("with Ms. {last}", "Ms. Carter"),
        ("by {first} {last}", "John Carter"),
        ("Taught by {first} {last}", "John Carter"),
        ("MR. {LAST}", "MR. CARTER"),
        ("Asst. Prof. {last}", "Asst. Prof. Carter"),
        ("Dr. {first} {last}, PhD", "Dr. John Carter, PhD"),
    ],
)
def test_the_teacher_is_told_from_the_lesson_in_each_notation(teacher: str, first: str) -> None:
    lessons = read(teacher=teacher)
    assert lessons[0] == ("Physics", first, "R101")
    assert {subject for subject, _, _ in lessons} == set(SUBJECTS)


@pytest.mark.parametrize(
    ("room", "first"),
    [
        ("R.No: {number}", "101"),
        ("R.No.{number}", "101"),
        ("Class Room {number}", "Class Room 101"),
        ("Bldg. 2, Rm. {number}", "Bldg. 2, Rm. 101"),
        ("Block B, Room {number}", "Block B, Room 101"),
        ("Blk B-{number}", "Blk B-101"),
        ("#{number}", "#101"),
        ("No. {number}", "No. 101"),
        ("Auditorium {number}", "Auditorium 101"),
        ("Google Meet", "Google Meet"),
    ],
)
def test_the_room_is_told_from_the_lesson_in_each_notation(room: str, first: str) -> None:
    lessons = read(room=room)
    assert lessons[0] == ("Physics", "Mr. Carter", first)
    assert {subject for subject, _, _ in lessons} == set(SUBJECTS)


@pytest.mark.parametrize("more", ["with Python", "with Visual Basic", "T: Lab", "by Design", "w/ Lab"])
def test_more_of_a_lesson_s_name_is_no_teacher(more: str) -> None:
    assert {teacher for _, teacher, _ in read(teacher=more)} == {None}
