"""Lists with a lesson a row: days in short, cells over several rows, headings without rules, no times."""

from dataclasses import replace

import pytest

from doctray.domain.document import Page, Segment, Word
from doctray.domain.extraction import Extraction
from doctray.extraction.rules.timetable.days import days_in_short, days_of_run, short_days
from doctray.extraction.rules.timetable.document import extract
from doctray.extraction.rules.timetable.headings import joint_heading_of
from tests.unit.extraction.rules.timetable.sheet import ABOVE, LEFT, Layout, a_page, a_sheet, document, text_line

WIDE = Layout(wide=240.0)


def said(found: Extraction) -> list[tuple[str | None, ...]]:
    keys = ("day", "start", "end", "subject", "room")
    return [tuple(block[key] for key in keys) for block in found.fields["timeblocks"]]


def test_days_in_short_and_a_subject_over_two_rows() -> None:
    rows = [
        ["CVE", "ASIGNATURA", "DÍAS", "INI", "FIN", "SALÓN"],
        ["1122", "FUNDAMENTOS (2016)", "Mar, Jue", "19:00", "21:00", "I301"],
        [ABOVE, ABOVE, "Mie", "17:00", "19:00", "Q007"],
        ["1120", "ALGEBRA", "Lun, Vie", "15:00", "17:00", "I104"],
    ]
    assert said(extract(document(a_sheet(rows)))) == [
        ("Tuesday", "19:00", "21:00", "FUNDAMENTOS (2016)", "I301"),
        ("Thursday", "19:00", "21:00", "FUNDAMENTOS (2016)", "I301"),
        ("Wednesday", "17:00", "19:00", "FUNDAMENTOS (2016)", "Q007"),
        ("Monday", "15:00", "17:00", "ALGEBRA", "I104"),
        ("Friday", "15:00", "17:00", "ALGEBRA", "I104"),
    ]


@pytest.mark.parametrize(
    ("column", "label", "days"),
    [
        (["Mar, Jue", "Lun"], "Mar, Jue", ("Tuesday", "Thursday")),
        (["Di", "Mi", "Do"], "Do", ("Thursday",)),
        (["lun", "mar"], "mar", ("Tuesday",)),
        (["di", "do"], "di", ("Tuesday",)),
        (["mar"], "mar", None),
        (["xx", "mar"], "mar", None),
    ],
)
def test_a_column_tells_the_language_of_its_short_names(column: list[str], label: str, days: tuple[str, ...] | None) -> None:
    found = days_in_short(label, short_days(column))
    assert (found.days if found else None) == days


def test_rows_of_dates_part_a_list_whose_headings_have_no_rules() -> None:
    rows = [
        ["Fri 2021-09-03", LEFT, LEFT, LEFT],
        ["10:15 - 12:00", "732A94", "SU24", "Hao Chi Kiang"],
        ["15:15 - 17:00", "732A93", "R43", "Ada Deniz"],
        ["Mon 2021-09-06", LEFT, LEFT, LEFT],
        ["15:15 - 17:00", "732A93", "KY21", "Ada Deniz"],
    ]
    page = a_sheet(rows, layout=WIDE)
    heads = [
        word
        for index, head in enumerate(("Time", "Kurs", "Room", "Lärare"))
        for word in text_line(head, left=70.0 + 240 * index, top=138.0)
    ]
    found = extract(document(a_page([*page.words, *heads], page.segments)))
    assert said(found)[0] == ("Friday", "10:15", "12:00", "732A94", "SU24")
    assert said(found)[2] == ("Monday", "15:15", "17:00", "732A93", "KY21")
    assert [block["teacher"] for block in found.fields["timeblocks"]] == ["Hao Chi Kiang", "Ada Deniz", "Ada Deniz"]


def test_a_list_of_numbered_periods_has_no_times() -> None:
    rows = [["Day", "Period", "Subject", "Teacher"], ["Tuesday", "1", "Computer", "Ahmed"], ["Friday", "2", "Automata", "Saira"]]
    found = extract(document(a_sheet(rows)))
    assert said(found) == [("Tuesday", None, None, "Computer", None), ("Friday", None, None, "Automata", None)]
    assert [block["teacher"] for block in found.fields["timeblocks"]] == ["Ahmed", "Saira"]


def test_a_table_of_one_day_that_its_corner_names_in_short() -> None:
    rows = [["MON", "9.00AM-9.50AM", "9.50AM-10.40AM"], ["CE A", "EPP (SJ)", "CM (RD)"], ["CE B", "Fluids", "Statics"]]
    page: Page = a_sheet(rows)
    found = extract(document(page)).fields["timeblocks"]
    assert {(block["day"], block["start"], block["subject"], block["notes"]) for block in found} >= {("Monday", "09:50", "Statics", "CE B")}
    assert len(found) == 4


def test_a_start_and_an_end_that_are_ranges_are_one_range() -> None:
    rows = [
        ["Day", "Class Name", "Start Time", "End Time", "Class Room"],
        ["MONDAY", "CE 463 MUMUNI", "6.30-7.30", "7.30-8.30", "ONLINE"],
        ["TUESDAY", "CE 451 KWANTWI", "8.30-9.30", "8.30-9.30", "SR 1A"],
    ]
    found = said(extract(document(a_sheet(rows))))
    assert [(start, end) for _, start, end, *_ in found] == [("06:30", "08:30"), ("08:30", "09:30")]


def test_a_column_of_times_that_open_with_a_day_tells_both() -> None:
    rows = [
        ["No", "Matakuliah", "Dosen", "Waktu", "Ruangan"],
        ["1", "Struktur Data", "Dhany", "Senin, 07:00 - 09:30", "A1"],
        ["2", "Sistem Operasi", "Rizal", "Rabu, 15:20 - 17:50", "A1"],
    ]
    found = said(extract(document(a_sheet(rows, layout=WIDE))))
    assert found == [("Monday", "07:00", "09:30", "Struktur Data", "A1"), ("Wednesday", "15:20", "17:50", "Sistem Operasi", "A1")]


def test_headings_of_a_list_in_romanian() -> None:
    rows = [
        ["Grupa", "Curs", "Profesor", "Zi", "Interval", "Sala"],
        ["1A1", "Analysis", "Dr. Smith", "Luni", "8:00-10:00", "C401"],
        ["1A1", "Logic", "Dr. Moore", "Joi", "10:00-12:00", "C402"],
    ]
    found = extract(document(a_sheet(rows))).fields["timeblocks"]
    assert [(block["day"], block["subject"], block["notes"]) for block in found] == [
        ("Monday", "Analysis", "1A1"),
        ("Thursday", "Logic", "1A1"),
    ]


def test_a_second_list_below_with_headings_of_its_own_is_another_timetable() -> None:
    words = []
    for index, name in enumerate(("BCS-4A", "BCS-4B")):
        top = 100.0 + 300 * index
        words += text_line(f"Timetable for {name}", left=60.0, top=top)
        lines = [("Subject", "Venue", "Day", "Timing"), (f"Logic {index}", "CS-7", "Monday", "11:00 AM - 12:20 AM")]
        lines += [("Psychology", "CS-9", "Tuesday", "02:00 PM - 03:20 PM"), ("Databases", "CS-5", "Friday", "08:00 AM - 09:20 AM")]
        for row, line in enumerate(lines):
            for column, text in enumerate(line):
                words += text_line(text, left=60.0 + 240 * column, top=top + 50 + 40 * row)
    found = extract(document(a_page(words)))
    assert said(found) == [
        ("Monday", "11:00", "12:20", "Logic 0", "CS-7"),
        ("Tuesday", "14:00", "15:20", "Psychology", "CS-9"),
        ("Friday", "08:00", "09:20", "Databases", "CS-5"),
    ]
    assert found.fields["class_name"] == "BCS-4A"
    assert [(other["class_name"], len(other["timeblocks"])) for other in found.other_documents] == [("BCS-4B", 3)]


def test_a_table_is_at_the_day_and_time_of_the_line_above_it() -> None:
    words: list[Word] = []
    segments: list[Segment] = []
    for index, (head, lesson) in enumerate((("MONDAYS 8:30 -11:00am", "Logic"), ("MONDAYS 11:30 -14:00", "Ethics"))):
        top = 160.0 + 420 * index
        rows = [["s/n", "Code", "Title", "Lecturer", "Venue"], ["1", "ICT 202", lesson, "Mr. Drammeh", "Theater"]]
        page = a_sheet([*rows, ["2", "INS 401", "Databases", "Ms. Isatou", "Lecture Room 1"]], layout=Layout(top=top, wide=200.0))
        words += [*page.words, *text_line(head, left=300.0, top=top - 26)]
        segments += page.segments
    found = extract(document(a_page(words, segments)))
    assert said(found) == [
        ("Monday", "08:30", "11:00", "Logic", "Theater"),
        ("Monday", "08:30", "11:00", "Databases", "Lecture Room 1"),
        ("Monday", "11:30", "14:00", "Ethics", "Theater"),
        ("Monday", "11:30", "14:00", "Databases", "Lecture Room 1"),
    ]


def test_a_table_of_lessons_below_a_line_without_a_time_is_none() -> None:
    rows = [
        ["Code", "Title", "Lecturer", "Venue"],
        ["ICT 202", "Logic", "Mr. Drammeh", "Theater"],
        ["INS 401", "Ethics", "Ms. Isatou", "Hall"],
    ]
    page = a_sheet(rows)
    found = extract(document(a_page([*page.words, *text_line("MONDAYS", left=300.0, top=134.0)], page.segments)))
    assert found.fields["timeblocks"] == []


def test_a_corner_as_tall_as_the_day_and_the_times_below_it() -> None:
    rows = [["Room", "Monday", LEFT, LEFT], [ABOVE, "9:00-11:00", "11:00-12:30", "12:30-14:00"]]
    rows += [["Class R1", "Logic|Dr. Khalid", "Ethics", "Law"], ["Class R2", "Botany", "Optics", "Art"]]
    found = extract(document(a_sheet([["BUITEMS", LEFT, LEFT, LEFT], *rows]))).fields["timeblocks"]
    assert {(block["start"], block["subject"], block["room"]) for block in found} >= {
        ("09:00", "Logic", "Class R1"),
        ("12:30", "Art", "Class R2"),
    }
    assert len(found) == 6


def test_rows_set_wide_apart_close_below_their_headings() -> None:
    rows = [
        (200.0, ["Day", "Time", "Subject", "Room"]),
        (226.0, ["Monday", "09:00 - 10:00", "Algebra", "B12"]),
        (400.0, ["Tuesday", "10:00 - 11:00", "Botany", "B14"]),
        (574.0, ["Friday", "11:00 - 12:00", "Drama", "B15"]),
    ]
    words = [word for top, row in rows for column, text in enumerate(row) for word in text_line(text, left=60.0 + 240 * column, top=top)]
    assert said(extract(document(a_page(words)))) == [
        ("Monday", "09:00", "10:00", "Algebra", "B12"),
        ("Tuesday", "10:00", "11:00", "Botany", "B14"),
        ("Friday", "11:00", "12:00", "Drama", "B15"),
    ]


def test_a_course_with_its_teacher_and_a_time_with_its_place() -> None:
    rows = [
        ["Code", "Disciplina/Professor", "Horário"],
        ["30112", "GEOMETRIA I|Profa. Dra. Inês Prado", "Terça-feira|08:00-12:00|AT 2 Sala 45"],
        ["30113", "FÍSICA GERAL|Prof. Dr. Rui da Costa", "Quinta-feira|14:00-18:00|weekly"],
    ]
    found = extract(document(a_sheet(rows, layout=WIDE)))
    assert said(found) == [
        ("Tuesday", "08:00", "12:00", "GEOMETRIA I", "AT 2 Sala 45"),
        ("Thursday", "14:00", "18:00", "FÍSICA GERAL", None),
    ]
    teachers = [block["teacher"] for block in found.fields["timeblocks"]]
    assert teachers == ["Profa. Dra. Inês Prado", "Prof. Dr. Rui da Costa"]


def test_letters_of_days_and_times_under_headings_read_in_parts() -> None:
    rows = [
        ["Course", "M eeting Times", "Locatio n"],
        ["Geometry", "MWF 10:00 AM-10:50 AM", "NH 330"],
        ["Botany", "TR 3:00 PM-4:15 PM", "NH 316"],
    ]
    assert said(extract(document(a_sheet(rows, layout=WIDE)))) == [
        *((day, "10:00", "10:50", "Geometry", "NH 330") for day in ("Monday", "Wednesday", "Friday")),
        *((day, "15:00", "16:15", "Botany", "NH 316") for day in ("Tuesday", "Thursday")),
    ]


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("Course / Instructor", "subject"),
        ("Materia y Docente", "subject"),
        ("Day/Time/Room", "when"),
        ("Time / Room", "time"),
        ("Time / Subject", None),
        ("Course", None),
        ("Lunch / Room", None),
    ],
)
def test_a_heading_of_several_things_tells_what_stands_first(heading: str, key: str | None) -> None:
    assert joint_heading_of(heading) == key


def test_letters_of_days_end_at_a_bar() -> None:
    found = days_of_run("MWF |")
    assert found
    assert found.days == ("Monday", "Wednesday", "Friday")


def test_headings_of_two_columns_that_an_engine_took_for_one_text() -> None:
    rows = [
        (226.0, ["Mon", "09:00 - 10:00", "Algebra", "B12"]),
        (256.0, ["Tue", "10:00 - 11:00", "Botany", "B14"]),
        (286.0, ["Fri", "11:00 - 12:00", "Drama", "B15"]),
    ]
    heads = [("Day Time", 60.0), ("Subject", 280.0), ("Room", 450.0)]
    words = [word for text, left in heads for word in text_line(text, left=left, top=196.0, confidence=0.9)]
    for top, row in rows:
        words += [word for text, left in zip(row, (60.0, 100.0, 280.0, 450.0), strict=True) for word in text_line(text, left=left, top=top)]
    assert said(extract(document(a_page(words)))) == [
        ("Monday", "09:00", "10:00", "Algebra", "B12"),
        ("Tuesday", "10:00", "11:00", "Botany", "B14"),
        ("Friday", "11:00", "12:00", "Drama", "B15"),
    ]


def test_a_sentence_of_many_words_is_not_cut_in_every_way_for_headings() -> None:
    words = [
        replace(word, confidence=0.9)
        for line in ("day " * 40, "time room " * 20, "an " * 60)
        for word in text_line(line.strip(), left=10.0, top=20.0)
    ]
    assert not extract(document(a_page(words))).fields.get("timeblocks")
