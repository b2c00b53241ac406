"""Print that is several texts is told from one text that is wrapped, by the room that its lines had."""

from dataclasses import replace

import pytest

from doctray.domain.document import Box, Word
from doctray.extraction.rules.timetable.joins import stand_apart
from tests.unit.extraction.rules.timetable.sheet import PITCH_PX, text_line

CELL = Box(0, 0, 160, 100)
"""Wide enough for twenty letters."""


def print_of(*lines: str) -> list[Word]:
    return [word for row, line in enumerate(lines) for word in text_line(line, left=4.0, top=PITCH_PX * row)]


@pytest.mark.parametrize(
    "lines",
    [
        ("Maths",),
        ("Numerical methods", "programming"),
        ("Introduction to the", "Study of Language"),
        ("PHY 101", "Waves"),
        ("Maths /", "Art"),
        ("Maths", "(group A)"),
        ("Data", "structures"),
        ("B", "R", "E", "A", "K"),
    ],
)
def test_one_text_stays_together(lines: tuple[str, ...]) -> None:
    assert not stand_apart(print_of(*lines), CELL)


@pytest.mark.parametrize(
    "lines", [("Kob", "FYZ", "VIOA"), ("Maths", "Bressan"), ("M. ASANTE", "Group 1"), ("History", "Zimmer"), ("Art", "R12")]
)
def test_a_new_line_where_the_last_one_had_room_is_another_text(lines: tuple[str, ...]) -> None:
    assert stand_apart(print_of(*lines), CELL)


@pytest.mark.parametrize(("gap", "apart"), [(8.0, False), (60.0, True)])
def test_words_with_a_wide_gap_between_them_are_two_texts(gap: float, apart: bool) -> None:
    words = [*text_line("PROY", left=4.0, top=0.0), *text_line("TIN2", left=36.0 + gap, top=0.0)]
    assert stand_apart(words, CELL) is apart


def test_of_turned_print_nothing_is_told() -> None:
    assert not stand_apart([replace(word, angle=90) for word in print_of("Art", "Room 12")], CELL)
