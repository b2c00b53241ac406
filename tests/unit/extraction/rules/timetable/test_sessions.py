"""A small table a day whose rows say what they hold gives a lesson for each of its columns."""

from doctray.domain.document import Page
from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import Layout, a_page, a_sheet, document, lesson, times

ROWS = "Staff|Room|Type|Start|End"


def a_week(*days: list[str]) -> Page:
    sheets = [a_sheet([day], layout=Layout(top=160.0 + 180.0 * index, tall=140.0)) for index, day in enumerate(days)]
    words = [word for sheet in sheets for word in sheet.words]
    return a_page(words, [rule for sheet in sheets for rule in sheet.segments])


WEEK = a_week(
    [f"Monday|{ROWS}", "Session 1|Ada Lind|B26|Theory|09:15|10:45", "Session 2|Self Study|B26|Reading|13:30|15:00", "Session 3"],
    [f"Tuesday|{ROWS}", "Session 1|Bo Marek|B14|Workshop|09:15|10:45", "Session 2", "Session 3"],
    [f"Friday|{ROWS}", "Session 1", "Session 2", "Session 3"],
)


def test_each_column_is_a_lesson_at_the_times_of_its_rows() -> None:
    found = extract(document(WEEK))
    assert times(found, "Monday") == [("Theory", "09:15", "10:45"), ("Reading", "13:30", "15:00")]
    assert times(found, "Tuesday") == [("Workshop", "09:15", "10:45")]


def test_rows_say_who_and_where() -> None:
    block = lesson(extract(document(WEEK)), "Tuesday", "Workshop")
    assert (block["teacher"], block["room"], block["notes"]) == ("Bo Marek", "B14", None)


def test_what_stands_where_teachers_do_and_is_no_person_is_a_note() -> None:
    block = lesson(extract(document(WEEK)), "Monday", "Reading")
    assert (block["teacher"], block["notes"]) == (None, "Self Study")


def test_a_row_for_the_subject_leaves_the_type_to_the_notes() -> None:
    rows = "Subject|Type|Time"
    page = a_week(
        [f"Monday|{rows}", "1|Ethics|Lecture|9:00-10:00", "2|Botany|Lab|10:00-12:00"],
        [f"Tuesday|{rows}", "1|Poetry|Lecture|9:00-10:00", "2|Law|Lecture|10:00-11:00"],
    )
    block = lesson(extract(document(page)), "Monday", "Botany")
    assert (block["notes"], block["start"], block["end"]) == ("Lab", "10:00", "12:00")


def test_a_day_alone_is_no_such_week() -> None:
    page = a_week([f"Monday|{ROWS}", "Session 1|Ada Lind|B26|Theory|09:15|10:45", "Session 2|Bo Marek|B26|Reading|13:30|15:00"])
    assert not extract(document(page)).fields["timeblocks"]
