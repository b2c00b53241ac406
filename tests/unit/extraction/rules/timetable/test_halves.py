"""What stands at the foot of most cells, apart from the subject, is the teacher or the room."""

from doctray.domain.document import Box
from doctray.extraction.rules.grid import Cell
from doctray.extraction.rules.timetable.halves import halves_of
from doctray.extraction.rules.timetable.sorting import Habits
from tests.unit.extraction.rules.timetable.sheet import text_line

LESSONS = ("Theory of|Computation", "Data|Structures", "Electronics", "Ethics", "Algebra", "Object|Programming")
PEOPLE = ("CSNJ-NAJLA|MUSTHAFA", "CSLL-LAILA V", "ECJS-JASEENA T", "MSND-NANDANA K", "CSNJ-NAJLA|MUSTHAFA", "CASD-SONIMA DAS")


def cell(upper: str, lower: str, *, apart: float = 60.0) -> Cell:
    """`|` parts the lines; the lower text begins `apart` pixels below the upper one."""
    words = [word for index, line in enumerate(upper.split("|")) for word in text_line(line, left=10.0, top=10.0 + 20 * index)]
    top = max(word.box.bottom for word in words) + apart
    words += [word for index, line in enumerate(lower.split("|")) for word in text_line(line, left=10.0, top=top + 20 * index)]
    return Cell(box=Box(0, 0, 200, 200), words=tuple(words))


def test_names_apart_from_the_subjects_are_teachers() -> None:
    cells = [cell(lesson, person) for lesson, person in zip(LESSONS, PEOPLE, strict=True)]
    halves = halves_of(cells)
    assert halves
    content = halves.content(cells[0], Habits())
    assert content
    assert content.subject
    assert content.teacher
    assert (content.subject.value, content.teacher.value) == ("Theory of Computation", "CSNJ-NAJLA MUSTHAFA")


def test_rooms_apart_from_the_subjects_are_rooms() -> None:
    rooms = ("R 101", "R 102", "Lab 3", "R 101", "R 104", "R 102")
    cells = [cell(lesson, room) for lesson, room in zip(LESSONS, rooms, strict=True)]
    halves = halves_of(cells)
    assert halves
    assert halves.holds == "room"


def test_lines_that_stand_together_are_one_text() -> None:
    assert halves_of([cell(lesson, person, apart=4.0) for lesson, person in zip(LESSONS, PEOPLE, strict=True)]) is None


def test_other_lessons_below_are_no_teachers() -> None:
    others = ("Physics Lab", "Algebra II", "Music Theory", "Art History", "World History", "Modern Dance")
    assert halves_of([cell(lesson, other) for lesson, other in zip(LESSONS, others, strict=True)]) is None


def test_a_break_of_two_lines_is_one_text() -> None:
    rooms = ("R 101", "R 102", "Lab 3", "R 101", "R 104", "R 102")
    halves = halves_of([cell(lesson, room) for lesson, room in zip(LESSONS, rooms, strict=True)])
    assert halves
    assert halves.content(cell("LUNCH", "BREAK"), Habits()) is None
    assert halves.content(cell("L|U|N|C|H", "B|R|E|A|K"), Habits()) is None
