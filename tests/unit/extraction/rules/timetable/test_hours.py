"""Hours without minutes in a lesson's brackets are its times only where its place in the table agrees."""

from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import LEFT, a_sheet, document, lesson

HEADS = ["Day", "9:50-10:40", "10:40-11:40", "11:40-12:30", "1:50-2:40", "2:40-3:40", "3:40-4:30"]


def test_hours_within_the_place_of_a_lab_are_its_times_and_what_follows_them_is_its_room() -> None:
    rows = [
        HEADS,
        ["Mon", "DSD Lab (10-12) 404", LEFT, LEFT, "Ethics", "Optics", "Law"],
        ["Tue", "Ethics", "Optics", "Law", "OOP Lab (2-4) 307", LEFT, LEFT],
        ["Wed", "Law", "Botany", "Ethics", "Optics", "Botany", "Law"],
    ]
    found = extract(document(a_sheet(rows)))
    expected = {"start": "10:00", "end": "12:00", "room": "404"}
    assert expected.items() <= lesson(found, "Monday", "DSD Lab").items()
    expected = {"start": "14:00", "end": "16:00", "room": "307"}
    assert expected.items() <= lesson(found, "Tuesday", "OOP Lab").items()


def test_numbers_in_brackets_that_lie_elsewhere_in_the_day_are_no_times() -> None:
    rows = [
        HEADS,
        ["Mon", "Maths (1-6)", "Ethics", "Law", "Ethics", "Optics", "Law"],
        ["Tue", "Ethics", "Optics (3-5)", LEFT, "Botany", "Law", "Law"],
        ["Wed", "Law", "Botany", "Ethics", "Optics", "Botany", "Law"],
    ]
    found = extract(document(a_sheet(rows)))
    assert {"start": "09:50", "end": "10:40"}.items() <= lesson(found, "Monday", "Maths (1-6)").items()
    assert {"start": "10:40", "end": "12:30"}.items() <= lesson(found, "Tuesday", "Optics (3-5)").items()
