"""Lists whose columns no heading names: what stands in them tells which is which."""

import pytest

from doctray.domain.document import Box
from doctray.domain.extraction import Extraction
from doctray.extraction.rules.timetable.columns import columns_told
from doctray.extraction.rules.timetable.document import extract
from doctray.extraction.rules.timetable.reading import read
from tests.unit.extraction.drawing import a_document, drawn
from tests.unit.extraction.rules.timetable.sheet import Layout, a_sheet, document, text_line

WIDE = Layout(wide=240.0)

PORTAL = """
Timetable Manager

CS401                 Lecture   Monday      10:00 - 11:30   A101   Dr. Malsha Navodini    28   Edit Students
Advanced Development

CS402                 Lecture   Wednesday   10:00 - 11:30   A101   Dr. Majee Rupasinghe   28   Edit Students
Web Architecture

SE301                 Lecture   Tuesday     14:00 - 15:30   B205   Prof. Sanji Lakshini   25   Edit Students
Software Architecture

IS201                 Lecture   Monday      09:00 - 10:00   C301   Dr. Iresha Dilrukshi   32   Edit Students
Database Systems
"""


def lessons(found: Extraction) -> list[tuple[str | None, ...]]:
    keys = ("day", "start", "end", "subject", "room", "teacher")
    return [tuple(block[key] for key in keys) for block in found.fields["timeblocks"]]


def test_a_list_without_headings_or_rules_is_read_by_what_its_columns_hold() -> None:
    found = lessons(extract(a_document(drawn(PORTAL))))
    assert found == [
        ("Monday", "10:00", "11:30", "CS401 Advanced Development", "A101", "Dr. Malsha Navodini"),
        ("Wednesday", "10:00", "11:30", "CS402 Web Architecture", "A101", "Dr. Majee Rupasinghe"),
        ("Tuesday", "14:00", "15:30", "SE301 Software Architecture", "B205", "Prof. Sanji Lakshini"),
        ("Monday", "09:00", "10:00", "IS201 Database Systems", "C301", "Dr. Iresha Dilrukshi"),
    ]


def test_a_drawn_list_in_an_unknown_language_is_read_by_what_its_columns_hold() -> None:
    rows = [
        ["Xq", "Wprk", "Ghlm", "Vvst"],
        ["Monday", "Basis Data", "08:00 - 09:40", "Slamet Risnanto, ST.,M.Kom"],
        ["Monday", "Kewirausahaan", "10:00 - 11:40", "Ir. S.W. Pitara, MT."],
        ["Tuesday", "Pemrograman", "08:00 - 09:40", "Riffa Laluma, S.Kom.,MT."],
        ["Friday", "Statistika", "13:00 - 14:40", "Dr. Ada Deniz"],
        ["Friday", "Jaringan", "15:00 - 16:40", "Dr. Ada Deniz"],
    ]
    found = lessons(extract(document(a_sheet(rows, layout=WIDE))))
    assert found[0] == ("Monday", "08:00", "09:40", "Basis Data", None, "Slamet Risnanto, ST.,M.Kom")
    assert [lesson[3] for lesson in found] == ["Basis Data", "Kewirausahaan", "Pemrograman", "Statistika", "Jaringan"]


CLASSES = [
    ["Monday", "08:00 - 09:00", "Maths", "English"],
    ["Monday", "09:00 - 10:00", "English", "Maths"],
    ["Tuesday", "08:00 - 09:00", "Physics", "Biology"],
    ["Tuesday", "09:00 - 10:00", "Biology", "Physics"],
]
NO_TIMES = [["Monday", "Maths", "R1"], ["Monday", "English", "R2"], ["Tuesday", "Physics", "R1"], ["Friday", "Art", "R3"]]
NO_DAYS = [["08:00 - 09:00", "Maths", "R1"], ["09:00 - 10:00", "Art", "R2"], ["10:00 - 11:00", "PE", "R1"], ["11:00 - 12:00", "IT", "R3"]]
SHORT = [["Monday", "08:00 - 09:00", "Maths"], ["Tuesday", "09:00 - 10:00", "Art"]]


@pytest.mark.parametrize("rows", [CLASSES, NO_TIMES, NO_DAYS, SHORT], ids=["classes side by side", "no times", "no days", "too short"])
def test_what_is_no_list_has_no_columns(rows: list[list[str]]) -> None:
    cells = [
        [
            (Box(200.0 * column, 0.0, 200.0 * column + 200, 30.0), read(text_line(text, left=200.0 * column, top=5.0)))
            for column, text in enumerate(row)
        ]
        for row in rows
    ]
    assert columns_told(cells) == {}


def test_a_table_of_the_week_stays_one_although_a_list_could_be_made_of_it() -> None:
    rows = [
        ["", "08:00 - 09:00", "09:00 - 10:00", "10:00 - 11:00"],
        ["Monday", "Maths", "English", "Physics"],
        ["Tuesday", "English", "Maths", "Art"],
        ["Wednesday", "Physics", "Art", "Maths"],
        ["Thursday", "Art", "Maths", "English"],
        ["Friday", "Maths", "Physics", "English"],
    ]
    found = lessons(extract(document(a_sheet(rows, layout=WIDE))))
    assert len(found) == 15
    assert ("Wednesday", "09:00", "10:00", "Art", None, None) in found
