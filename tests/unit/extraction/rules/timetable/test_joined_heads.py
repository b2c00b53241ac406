"""Headings of several columns in one cell, and headings that are names of fields."""

from collections.abc import Sequence

import pytest

from doctray.domain.document import Box
from doctray.extraction.rules.timetable.document import extract
from doctray.extraction.rules.timetable.headings import heading_of
from doctray.extraction.rules.timetable.joined_heads import with_heads_parted
from doctray.extraction.rules.timetable.reading import Reading, read
from tests.unit.extraction.rules.timetable.sheet import ABOVE, LEFT, Layout, a_page, a_sheet, document, text_line

ROWS = [
    ["", LEFT, "Time Slot", "Room"],
    ["Sunday", "Botany Lab", "08:30-10:00", "K-21"],
    [ABOVE, "Zoology", "10:00-11:30", "K-22"],
    ["Monday", "Botany", "08:30-10:00", "K-23"],
]


def test_headings_that_no_line_parts_name_the_columns_below_them() -> None:
    page = a_sheet(ROWS, layout=Layout(wide=240.0))
    heads = [*text_line("Day", left=70.0, top=200.0), *text_line("Course", left=320.0, top=200.0)]
    found = extract(document(a_page([*page.words, *heads], page.segments)))
    assert [(block["day"], block["start"], block["subject"], block["room"]) for block in found.fields["timeblocks"]] == [
        ("Sunday", "08:30", "Botany Lab", "K-21"),
        ("Sunday", "10:00", "Zoology", "K-22"),
        ("Monday", "08:30", "Botany", "K-23"),
    ]


def a_row(top: float, *cells: tuple[float, float, str]) -> list[tuple[Box, Reading]]:
    return [(Box(left, top, right, top + 30), read(text_line(text, left=left + 5, top=top + 5))) for left, right, text in cells]


@pytest.mark.parametrize("text", ["Course Name", "Ada Day", "Day"])
def test_a_cell_stays_whole_where_it_is_one_heading_or_its_parts_are_none(text: str) -> None:
    heads: Sequence[tuple[Box, Reading]] = a_row(0, (0, 400, text))
    rows = [a_row(40.0 * at, (0, 60, "Mon"), (60, 400, "Botany")) for at in (1, 2, 3)]
    assert [(box, reading.text) for box, reading in with_heads_parted(heads, rows)] == [(Box(0, 0, 400, 30), text)]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("CourseName", "subject"), ("CourseTime", "time"), ("course_day", "day"), ("start_time", "start"), ("LectureRoom", "room"),
        ("Course Instructor", "teacher"), ("Time Slot", "time"), ("Course", "subject"), ("Course Fee", None), ("Timekeeper", None),
    ],
)  # fmt: skip
def test_a_heading_may_be_the_name_of_a_field(text: str, key: str | None) -> None:
    assert heading_of(text) == key
