"""Teacher and room are told by the kind of brackets around their lines."""

import pytest

from doctray.extraction.rules.timetable.cells import Content, contents
from doctray.extraction.rules.timetable.reading import read
from tests.unit.extraction.rules.timetable.sheet import text_line


def told(*lines: str) -> tuple[str | None, ...]:
    words = [word for index, line in enumerate(lines) for word in text_line(line, left=10.0, top=10.0 + 20 * index, tall=16.0)]
    found: list[Content] = list(contents(read(words)))
    assert len(found) == 1
    parts = (found[0].subject, found[0].teacher, found[0].room, found[0].notes)
    return tuple(part.value if part else None for part in parts)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["BIO - II", "(Lecture)", "{LKTRM}", "[Class - D-114]"], ("BIO - II (Lecture)", "LKTRM", "Class - D-114", None)),
        (["Batch-3", "BIO - II", "(Lab)", "{LKTRM}", "[Lab - D-2(1)]"], ("BIO - II (Lab)", "LKTRM", "Lab - D-2(1)", "Batch-3")),
        (["Student Council", "{LKTRM}", "[Audi - AUD-1]"], ("Student Council", "LKTRM", "Audi - AUD-1", None)),
        (["Botany", "{LKTRM,", "PQ}", "[Class -", "D-114]"], ("Botany", "LKTRM, PQ", "Class - D-114", None)),
        (["Botany", "[Auditorium]", "{PQ, RS}"], ("Botany", "PQ, RS", "Auditorium", None)),
        (["Botany", "{D-114}", "[Ruth Vale]"], ("Botany", "Ruth Vale", "D-114", None)),
    ],
)
def test_braces_hold_the_teacher_and_square_brackets_the_room(lines: list[str], expected: tuple[str | None, ...]) -> None:
    assert told(*lines) == expected


@pytest.mark.parametrize("lines", [["Botany", "{LKTRM}"], ["{LKTRM}", "[D-114]"], ["Botany {A}", "Zoology [B]", "{LKTRM}", "[D-114]"]])
def test_a_cell_without_one_subject_above_both_kinds_is_left_to_other_rules(lines: list[str]) -> None:
    assert "LKTRM" not in told(*lines)[1:2]
