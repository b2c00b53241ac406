"""Starts and ends that the labels beside a lesson tell, where two columns of labels cut the day in two ways."""

from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import ABOVE, LEFT, a_sheet, document, times

LECTURES_AND_LABS = [
    ["Lectures", "Labs", "Monday", "Tuesday", "Wednesday"],
    ["8:00-9:00", "8:00-9:30", "Ethics", "Optics Lab", "Botany"],
    [ABOVE, ABOVE, ABOVE, ABOVE, ABOVE],
    ["9:00-10:00", ABOVE, "Algebra", ABOVE, "Drama"],
    [ABOVE, "9:30-11:00", ABOVE, "Soil Lab", ABOVE],
    ["10:00-11:00", ABOVE, "Poetry", ABOVE, "Law"],
    [ABOVE, ABOVE, ABOVE, ABOVE, ABOVE],
]


def test_an_edge_amid_a_label_is_told_by_the_label_beside_it_that_is_cut_there() -> None:
    found = extract(document(a_sheet(LECTURES_AND_LABS)))
    assert times(found, "Tuesday") == [("Optics Lab", "08:00", "09:30"), ("Soil Lab", "09:30", "11:00")]


def test_lessons_that_fill_the_rows_of_the_first_labels_have_their_times() -> None:
    found = extract(document(a_sheet(LECTURES_AND_LABS)))
    assert times(found, "Monday") == [("Ethics", "08:00", "09:00"), ("Algebra", "09:00", "10:00"), ("Poetry", "10:00", "11:00")]


def test_a_label_over_several_others_moves_no_edge_of_them() -> None:
    rows = [
        ["Morning 8:00-10:00", "8:00-9:00", "Ethics", "Botany", "Law"],
        [ABOVE, "9:00-10:00", "Algebra", "Drama", "Art"],
        ["Noon 10:00-12:00", "10:00-11:00", "Poetry", "Latin", LEFT],
        [ABOVE, "11:00-12:00", "Music", "Soil", "Stars"],
    ]
    found = extract(document(a_sheet([["", "", "Monday", "Tuesday", "Wednesday"], *rows])))
    assert times(found, "Monday")[0] == ("Ethics", "08:00", "09:00")
    assert times(found, "Wednesday") == [
        ("Law", "08:00", "09:00"), ("Art", "09:00", "10:00"), ("Latin", "10:00", "11:00"), ("Stars", "11:00", "12:00"),
    ]  # fmt: skip
