"""Tables with a subject a row, whose days are columns that hold times."""

import pytest

from doctray.domain.document import Page
from doctray.extraction.rules.grid import ruled_grids
from doctray.extraction.rules.timetable.document import extract
from doctray.extraction.rules.timetable.rows import rowed_blocks
from tests.unit.extraction.rules.timetable.sheet import a_sheet, document, lesson

_ROWS = [
    ["4CM2", "QUÍMICA ORGÁNICA", "RUIZ LARA ANA", "07:00 - 09:00", "", "10:00 - 11:00", "X"],
    ["4CM2", "CÁLCULO VECTORIAL", "SOTO VEGA RAÚL", "", "13:00 -|15:00", "", "B-204"],
    ["4CM2", "TALLER DE LECTURA", "PAZ RÍOS INÉS", "09:00 - 10:00", "09:00 - 10:00", "", "X"],
]
_DAYS = ["Lunes", "Martes", "Miércoles"]


def test_subjects_are_told_by_the_column_that_says_something_else_in_each_row() -> None:
    found = extract(document(a_sheet([["Grupo", "Descripción", "Profesor", *_DAYS, "Salón"], *_ROWS])))
    assert [(block["day"], block["start"], block["end"], block["subject"]) for block in found.fields["timeblocks"]] == [
        ("Monday", "07:00", "09:00", "QUÍMICA ORGÁNICA"),
        ("Monday", "09:00", "10:00", "TALLER DE LECTURA"),
        ("Tuesday", "09:00", "10:00", "TALLER DE LECTURA"),
        ("Tuesday", "13:00", "15:00", "CÁLCULO VECTORIAL"),
        ("Wednesday", "10:00", "11:00", "QUÍMICA ORGÁNICA"),
    ]
    assert found.fields["class_name"] == "4CM2"
    assert [lesson(found, "Tuesday", "CÁLCULO VECTORIAL")[key] for key in ("teacher", "room")] == ["SOTO VEGA RAÚL", "B-204"]
    assert lesson(found, "Monday", "QUÍMICA ORGÁNICA")["room"] is None


def test_a_heading_that_nobody_knows_may_stand_over_the_subjects() -> None:
    rows = [[str(index), name, *times] for index, (_, name, _, *times, _) in enumerate(_ROWS, start=1)]
    found = extract(document(a_sheet([["#", "Kozol", *_DAYS], *rows])))
    assert {block["subject"] for block in found.fields["timeblocks"]} == {"QUÍMICA ORGÁNICA", "CÁLCULO VECTORIAL", "TALLER DE LECTURA"}


def test_a_room_beside_the_time_is_of_that_day_alone() -> None:
    rows = [["Optics", "9:00-10:00|R12", "", "11:00-12:00|R14"], ["Law", "10:00-11:00|R12", "9:00-10:00|R9", ""]]
    found = extract(document(a_sheet([["Subject", "Mon", "Tue", "Wed"], *rows])))
    assert [lesson(found, day, "Optics")["room"] for day in ("Monday", "Wednesday")] == ["R12", "R14"]


@pytest.mark.parametrize(
    "rows",
    [
        [["9:00-10:00", "Optics", "Law", "Art"], ["10:00-11:00", "Law", "Art", "Law"]],
        [["1", "8:40 Optics", "8:40 Law", "8:40 Art"], ["2", "9:40 Law", "9:40 Art", "9:40 Law"]],
        [["Ada", "", "", ""], ["Ben", "9:00-10:00", "", ""]],
    ],
    ids=["times beside the days", "subjects in the cells", "hardly any times"],
)
def test_other_tables_have_no_subject_a_row(rows: list[list[str]]) -> None:
    sheet: Page = a_sheet([["", "Mon", "Tue", "Wed"], *rows])
    assert [rowed_blocks(grid) for grid in ruled_grids(sheet)] == [None]
