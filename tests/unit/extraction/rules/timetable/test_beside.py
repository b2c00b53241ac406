"""Teacher, subject and room that stand side by side in one line of each cell are told by their columns."""

from doctray.domain.document import Box
from doctray.extraction.rules.grid import Cell
from doctray.extraction.rules.timetable.beside import columns_of
from doctray.extraction.rules.timetable.sorting import PLAIN
from tests.unit.extraction.rules.timetable.sheet import text_line

BOX = Box(100.0, 100.0, 340.0, 200.0)


def beside(*texts: str, time: str = "") -> Cell:
    """A cell with a text in the middle of each third, and perhaps a time above them."""
    words = text_line(time, left=160.0, top=104.0) if time else []
    for index, text in enumerate(texts):
        words += text_line(text, left=140.0 + 80 * index - 4 * len(text), top=150.0)
    return Cell(box=BOX, words=tuple(words))


LESSONS = [
    ("AnaRui", "BAE"), ("AnaRui", "BAE"), ("TomVal", "SSF"), ("EvaSol", "PRO", "006"), ("EvaSol", "ETS"), ("LeoMar", "FOL", "006"),
    ("LeoMar", "FOL", "006"), ("TomVal", "SSF"),
]  # fmt: skip


def test_who_has_several_subjects_is_the_teacher_and_what_can_only_be_a_room_is_the_room() -> None:
    cells = [beside(*lesson) for lesson in LESSONS]
    columns = columns_of(cells)
    assert columns is not None
    content = columns.content(cells[3], PLAIN)
    assert content is not None
    assert content.subject is not None
    assert content.teacher is not None
    assert content.room is not None
    assert (content.subject.value, content.teacher.value, content.room.value) == ("PRO", "EvaSol", "006")


def test_a_time_above_them_is_the_blocks() -> None:
    cells = [beside(*lesson, time="9:00 - 9:55") for lesson in LESSONS]
    columns = columns_of(cells)
    assert columns is not None
    content = columns.content(cells[0], PLAIN)
    assert content is not None
    assert content.subject is not None
    assert (content.subject.value, content.span is not None, content.room) == ("BAE", True, None)


def test_where_nothing_tells_the_teacher_from_the_subject_there_are_no_columns() -> None:
    assert columns_of([beside(*lesson) for lesson in [("AAA", "BBB"), ("CCC", "DDD")] * 4]) is None


def test_cells_of_one_text_have_no_columns() -> None:
    assert columns_of([beside(subject) for subject in ("Ethics", "Law", "Art", "Music", "Latin", "Drama", "Sport")]) is None
