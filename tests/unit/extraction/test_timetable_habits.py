"""What all cells of a table tell together: lines that are teachers' names without any title."""

import pytest

from doctray.domain.document import Box
from doctray.extraction.rules.timetable import extract
from doctray.extraction.rules.timetable_grid import Cell
from doctray.extraction.rules.timetable_habits import habits_of
from tests.unit.extraction.timetable_sheet import a_sheet, document, lesson, text_line

DAYS = ["", "Monday", "Tuesday", "Wednesday"]


def cells(*texts: str, wide: float = 200.0) -> list[Cell]:
    """`|` parts the lines of a cell."""
    made = []
    for text in texts:
        words = [word for index, line in enumerate(text.split("|")) for word in text_line(line, left=10.0, top=10.0 + 20 * index)]
        made.append(Cell(box=Box(0, 0, wide, 100), words=tuple(words)))
    return made


def test_names_under_most_subjects_are_teachers() -> None:
    found = habits_of(cells("Maths|John Smith|R4", "Art|Priya Rao|R7", "Physics|J. Okafor|Lab 2", "Break"), timed=True)
    assert found.names == {"John Smith", "Priya Rao", "J. Okafor"}


@pytest.mark.parametrize(
    "texts",
    [
        ["Maths|John Smith", "Art|R7", "Physics|Lab 2", "Music|Hall", "PE|Gym 1"],
        ["Religious|Studies Core", "Design|Technology Lab", "Computer|Science Lab"],
        ["Maths|R4", "Art|R7", "Physics|Lab 2"],
    ],
    ids=["one name is no habit", "second lines of subjects", "rooms"],
)
def test_other_lines_are_no_names(texts: list[str]) -> None:
    assert habits_of(cells(*texts), timed=True).names == frozenset()


def test_a_line_that_had_no_room_beside_the_one_before_is_not_set_apart() -> None:
    narrow = cells("Theatre|Hamlet Macbeth", "Reading|Oliver Twist", "Novels|Jane Eyre", wide=70.0)
    assert habits_of(narrow, timed=True).names == frozenset()


def test_short_codes_between_subject_and_room_are_teachers() -> None:
    found = habits_of(cells("MA|Mül|R12", "DE|Hof|R4", "EN|Kra|R7", "SP"), timed=True)
    assert found.names == {"Mül", "Hof", "Kra"}


def test_names_reach_the_blocks() -> None:
    rows = [DAYS, ["9:00-10:00", "Maths|John Smith|R4", "Art|Priya Rao|R7", "Physics|Emma Okafor|Lab 2"], ["10:00-11:00", "", "", ""]]
    block = lesson(extract(document(a_sheet(rows))), "Tuesday", "Art")
    assert (block["teacher"], block["room"]) == ("Priya Rao", "R7")
