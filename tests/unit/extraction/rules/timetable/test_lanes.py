"""Tables of several people, rooms or classes at once, and lists whose days are runs of letters."""

import pytest

from doctray.domain.extraction import Extraction
from doctray.extraction.rules.timetable.days import days_of_run
from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import ABOVE, LEFT, Layout, a_sheet, document


def said(found: Extraction) -> set[tuple[str | None, ...]]:
    keys = ("day", "start", "subject", "teacher", "room")
    return {tuple(block[key] for key in keys) for block in found.fields["timeblocks"]}


def test_a_table_of_one_day_has_a_lane_for_each_teacher() -> None:
    rows = [["Teacher", "9:00-10:00", "10:00-11:00"], ["Mr Abel", "7A Maths", "9C Maths"], ["Ms Cheung", "10A Physics", "8B Science"]]
    found = extract(document(a_sheet(rows, title=["Staff timetable - Monday"])))
    assert ("Monday", "09:00", "7A Maths", "Mr Abel", None) in said(found)
    assert ("Monday", "10:00", "8B Science", "Ms Cheung", None) in said(found)
    assert not found.warnings


def test_a_table_of_no_named_day_gives_nothing() -> None:
    rows = [["Teacher", "9:00-10:00", "10:00-11:00"], ["Mr Abel", "7A Maths", "9C Maths"], ["Ms Cheung", "10A Physics", "8B Science"]]
    assert extract(document(a_sheet(rows, title=["Staff timetable"]))).fields["timeblocks"] == []


def test_what_all_lanes_do_stands_once() -> None:
    rows = [
        ["SATURDAY", "Room 1", "Room 2"],
        ["9:30-10:20", "Reading", "Grammar"],
        ["10:20-10:40", "BREAK", LEFT],
        ["10:40-11:30", "Songs", "Dance"],
    ]
    found = extract(document(a_sheet(rows)))
    assert ("Saturday", "10:40", "Dance", None, "Room 2") in said(found)
    assert sum(block["subject"] == "BREAK" for block in found.fields["timeblocks"]) == 1


def test_periods_beneath_each_day_and_teachers_down_the_side() -> None:
    rows = [
        ["Teacher", "Monday", LEFT, "Tuesday", LEFT],
        [ABOVE, "9:00-10:00", "10:00-11:00", "9:00-10:00", "10:00-11:00"],
        ["Mr Kerr", "7A Maths", "8B Maths", "9A Maths", "7A Maths"],
        ["Dr Lowe", "8B Science", "7A Science", "7A Science", "9A Science"],
    ]
    found = extract(document(a_sheet(rows)))
    assert ("Tuesday", "10:00", "9A Science", "Dr Lowe", None) in said(found)
    assert len(found.fields["timeblocks"]) == 8


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("MWF", ("Monday", "Wednesday", "Friday")),
        ("TR", ("Tuesday", "Thursday")),
        ("TTh", ("Tuesday", "Thursday")),
        ("MoWeFr", ("Monday", "Wednesday", "Friday")),
        ("M/W", ("Monday", "Wednesday")),
        ("F", ("Friday",)),
        ("MM", None),
        ("FM", None),
        ("Staff", None),
        ("", None),
    ],
)
def test_a_run_of_letters_names_days_in_their_order(text: str, days: tuple[str, ...] | None) -> None:
    found = days_of_run(text)
    assert (found.days if found else None) == days


def test_the_one_day_stands_in_a_cell_along_the_left_side() -> None:
    rows = [["", LEFT, "6A", "6B"], ["Segunda", "7:30 - 8:20", "Matemática", "Ciências"]]
    rows += [[ABOVE, "8:20 - 9:10", "Artes", "Física"], [ABOVE, "9:30 - 10:20", "Geografia", "História"]]
    found = extract(document(a_sheet(rows))).fields["timeblocks"]
    assert {(block["day"], block["start"], block["subject"], block["notes"]) for block in found} >= {
        ("Monday", "07:30", "Ciências", "6B"),
        ("Monday", "09:30", "Geografia", "6A"),
    }
    assert len(found) == 6


def test_lessons_over_several_lanes_are_no_labels_of_times() -> None:
    rows = [["Ziua", "Ora", "Grupa 6", LEFT, "Grupa 7", LEFT]]
    for day in ("Luni", "Marti", "Joi"):
        rows += [[day, "08-10", "Analiza", LEFT, LEFT, LEFT], [ABOVE, "10-12", "Fizica", LEFT, "Sport", LEFT]]
    found = extract(document(a_sheet(rows, layout=Layout(wide=100.0)))).fields["timeblocks"]
    assert [(block["start"], block["subject"], block["notes"]) for block in found if block["day"] == "Thursday"] == [
        ("08:00", "Analiza", None),
        ("10:00", "Fizica", "Grupa 6"),
        ("10:00", "Sport", "Grupa 7"),
    ]
