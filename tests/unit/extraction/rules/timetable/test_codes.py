"""Codes of several parts that break behind a hyphen are one word again."""

import pytest

from doctray.extraction.rules.timetable.codes import with_whole_codes
from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import a_sheet, document, text_line, times

ROWS = [
    ["Slot", "Start", "8:30", "10:05", "11:40"],
    ["", "End", "10:00", "11:35", "13:10"],
    ["MON", "Theory", "K11-PHY2001-LT-|RB304", "L11", "M14-CHE2030-|LTP-RB10"],
    ["TUE", "Theory", "N11", "L12-PHY2001-LT-|RB304", "L13"],
    ["WED", "Theory", "M11", "M12", "K13-PHY2001-LT-|RB304"],
]


def test_a_broken_code_is_one_subject_and_its_last_part_no_room() -> None:
    found = extract(document(a_sheet(ROWS)))
    assert times(found, "Monday") == [
        ("K11-PHY2001-LT-RB304", "08:30", "10:00"),
        ("L11", "10:05", "11:35"),
        ("M14-CHE2030-LTP-RB10", "11:40", "13:10"),
    ]
    assert all(block["room"] is None for block in found.fields["timeblocks"])


def test_what_stands_under_the_heading_of_times_is_no_lesson() -> None:
    found = extract(document(a_sheet(ROWS)))
    assert "Theory" not in {block["subject"] for block in found.fields["timeblocks"]}


@pytest.mark.parametrize("lines", [["Maths -", "R12"], ["Algebra-", "GEOMETRY"], ["A1-B2-", "Mr Rao"], ["PRE-AP-", "ENG"]])
def test_other_lines_stay_apart(lines: list[str]) -> None:
    words = [tuple(text_line(line, left=0.0, top=20.0 * index)) for index, line in enumerate(lines)]
    assert with_whole_codes(words) == words
