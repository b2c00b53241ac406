"""Blocks of a calendar whose start is printed in a bar above them are as long as both."""

from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import ABOVE, a_sheet, document, times

WEEK = [
    ["", "Mon", "Tue", "Wed"],
    ["14:00", "14:00", "", "14:00"],
    [ABOVE, "Materials", "", "Algebra"],
    ["15:00", ABOVE, "", ABOVE],
    [ABOVE, ABOVE, "", ABOVE],
    ["16:00", "16:00", "", ""],
    [ABOVE, "Equations", "", ""],
    ["17:00", ABOVE, "", ""],
    [ABOVE, ABOVE, "", ""],
    ["18:00", "", "", ""],
    [ABOVE, "", "", ""],
]


def test_a_block_begins_where_its_bar_does() -> None:
    found = extract(document(a_sheet(WEEK)))
    assert times(found, "Monday") == [("Materials", "14:00", "16:00"), ("Equations", "16:00", "18:00")]
    assert times(found, "Wednesday") == [("Algebra", "14:00", "16:00")]


def test_a_range_in_the_bar_is_the_time_of_its_block() -> None:
    rows = [[cell.replace("14:00", "14:00-15:45") if column else cell for column, cell in enumerate(row)] for row in WEEK]
    found = extract(document(a_sheet(rows)))
    assert times(found, "Monday")[0] == ("Materials", "14:00", "15:45")


def test_two_lessons_one_above_the_other_stay_two() -> None:
    rows = [["", "Mon", "Tue", "Wed"], ["14:00", "Ethics", "Botany", "Law"], ["15:00", "Algebra", "Drama", "Art"], ["16:00", "", "", ""]]
    assert times(extract(document(a_sheet(rows))), "Monday") == [("Ethics", "14:00", "15:00"), ("Algebra", "15:00", "16:00")]


def test_a_room_that_looks_like_a_time_is_no_bar() -> None:
    rooms = [
        ["", "Mon", "Tue", "Wed"],
        ["09:00", "Ethics", "Botany", "Law"],
        [ABOVE, "2.14", "B2", "2.14"],
        ["10:00", "Algebra", "Drama", "Art"],
        [ABOVE, "B2", "2.14", "B3"],
        ["11:00", "", "", ""],
    ]
    found = extract(document(a_sheet(rooms)))
    assert times(found, "Monday") == [("Ethics", "09:00", "10:00"), ("Algebra", "10:00", "11:00")]
