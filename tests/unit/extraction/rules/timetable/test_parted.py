"""Days over several rows or columns, with classes, groups or named columns of their own."""

from doctray.domain.document import Page, Segment, Word
from doctray.domain.extraction import Extraction
from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import ABOVE, LEFT, Layout, a_page, a_sheet, document, text_line


def said(found: Extraction) -> list[tuple[str | None, ...]]:
    keys = ("day", "start", "subject", "teacher", "room", "notes")
    return [tuple(block[key] for key in keys) for block in found.fields["timeblocks"]]


def test_a_day_whose_label_stands_in_the_first_of_its_rows_has_the_others_too() -> None:
    rows = [["Day", "8:00-11:00", "11:00-14:00"]]
    for day, *lessons in (
        ("MON", "Ethics", "Algebra", "Logic", "Optics"),
        ("TUE", "Botany", "Zoology", "Genetics", "Ecology"),
        ("WED", "Rhetoric", "Statics", "Poetry", "Acoustics"),
    ):
        rows += [[day, lessons[0], lessons[1]], ["", lessons[2], lessons[3]]]
    found = said(extract(document(a_sheet(rows))))
    assert ("Monday", "08:00", "Logic", None, None, None) in found
    assert ("Wednesday", "11:00", "Acoustics", None, None, None) in found
    assert len(found) == 12


def test_an_empty_row_after_one_day_alone_is_no_part_of_it() -> None:
    rows = [["Day", "8:00-9:00", "9:00-10:00"], ["MON", "Ethics", "Algebra"], ["", "w.e.f. 3", "May"]]
    rows += [[day, "Botany", "Zoology"] for day in ("TUE", "WED", "THU", "FRI")]
    found = said(extract(document(a_sheet(rows))))
    assert all(subject not in ("w.e.f. 3", "May") for _, _, subject, *_ in found)
    assert len(found) == 10


def test_times_and_subjects_headed_beneath_each_day_are_read_day_by_day() -> None:
    rows = [
        ["Hari", "Senin", LEFT, "Selasa", LEFT, "Rabu", LEFT],
        ["Jam", "Pukul", "Mata Pelajaran", "Pukul", "Mata Pelajaran", "Pukul", "Mata Pelajaran"],
        ["1", "07.00-08.00", "Upacara", "07.00-07.45", "Kimia", "07.00-07.45", "Fisika"],
        ["2", "08.00-08.40", "Biologi", "07.45-08.30", "Seni", "07.45-08.30", "Agama"],
        ["3", "08.40-09.20", "Sejarah", "08.30-09.15", "PKN", "08.30-09.15", "Musik"],
    ]
    found = said(extract(document(a_sheet(rows))))
    assert ("Monday", "08:00", "Biologi", None, None, None) in found
    assert ("Wednesday", "07:45", "Agama", None, None, None) in found
    assert len(found) == 9


def test_subjects_and_rooms_headed_beneath_each_day_are_one_lesson() -> None:
    rows = [
        ["Time", "Monday", LEFT, "Tuesday", LEFT, "Friday", LEFT],
        [ABOVE, "Subject", "Room", "Subject", "Room", "Subject", "Room"],
        ["9:00-10:00", "Maths", "12", "Art", "Hall", "Music", "7"],
        ["10:00-11:00", "Latin", "14", "Maths", "12", "Greek", "14"],
    ]
    found = said(extract(document(a_sheet(rows))))
    assert ("Monday", "09:00", "Maths", None, "12", None) in found
    assert ("Friday", "10:00", "Greek", None, "14", None) in found
    assert len(found) == 6


def test_classes_beneath_each_day_have_lessons_of_their_own() -> None:
    rows = [
        ["Time", "Monday", LEFT, "Tuesday", LEFT],
        ["Class", "1A", "1B", "1A", "1B"],
        ["9:00-10:00", "Maths", "Art", "Latin", "Music"],
        ["10:00-10:20", "BREAK", LEFT, "BREAK", LEFT],
        ["10:20-11:20", "Greek", "Maths", "Assembly", LEFT],
    ]
    found = said(extract(document(a_sheet(rows))))
    assert ("Monday", "09:00", "Art", None, None, "1B") in found
    assert ("Tuesday", "10:20", "Assembly", None, None, None) in found
    assert sum(subject == "BREAK" for _, _, subject, *_ in found) == 2
    assert len(found) == 9


def test_groups_beside_each_day_have_lessons_of_their_own() -> None:
    rows = [["Day", "Sem", "8:30-9:30", "9:30-10:30"]]
    for day in ("Saturday", "Sunday", "Monday"):
        rows += [[day, "M1", f"{day[:3]} Law", "Physics"], [ABOVE, "M2", "Drama", "Chemistry"]]
    found = said(extract(document(a_sheet(rows))))
    assert ("Sunday", "08:30", "Sun Law", None, None, "M1") in found
    assert ("Monday", "09:30", "Chemistry", None, None, "M2") in found
    assert len(found) == 12


def test_the_first_lessons_of_days_that_are_parted_are_no_labels() -> None:
    rows = [
        ["Time", "Monday", LEFT, "Tuesday", LEFT, "Wednesday", LEFT],
        ["9:00-10:00", "Maths G1", "Art G2", "Maths G1", "Art G2", "Maths G1", "Art G2"],
        ["10:00-11:00", "Latin", LEFT, "Greek", LEFT, "Drama", LEFT],
    ]
    found = said(extract(document(a_sheet(rows))))
    assert len([each for each in found if each[1] == "09:00"]) == 6
    assert len(found) == 9


def test_times_down_the_side_of_each_day_and_classes_across() -> None:
    rows = [["", "TIME", "CLASS 11 A", "CLASS 11 B"]]
    for day in ("MONDAY", "TUESDAY", "WEDNESDAY"):
        rows += [[day, "9:00 AM", "Physics", "Botany"], ["", "10:00 AM", "Algebra", "Optics"], ["", "", "", ""]]
    found = said(extract(document(a_sheet(rows))))
    assert ("Tuesday", "10:00", "Optics", None, None, "CLASS 11 B") in found
    assert len(found) == 12


def test_two_weeks_named_in_another_language_share_what_stands_in_both() -> None:
    rows = [
        ["Vrijeme", "Ponedjeljak", LEFT, "Utorak", LEFT, "Srijeda", LEFT],
        [ABOVE, "A tjedan", "B tjedan", "A tjedan", "B tjedan", "A tjedan", "B tjedan"],
        ["8:00-9:00", "Kemija", "Fizika", "Povijest", LEFT, "Kemija", "Fizika"],
    ]
    found = extract(document(a_sheet(rows))).fields["timeblocks"]
    assert [(block["day"], block["subject"], block["week"]) for block in found] == [
        ("Monday", "Kemija", "A"),
        ("Monday", "Fizika", "B"),
        ("Tuesday", "Povijest", None),
        ("Wednesday", "Kemija", "A"),
        ("Wednesday", "Fizika", "B"),
    ]


def test_a_label_of_two_lessons_stands_for_both() -> None:
    rows = [
        ["Aulas", "segunda - feira", "terça - feira", "quarta - feira"],
        ["1 – 07H30 AS 08H20|2 – 08H20 AS 09H10", "Algoritmos", "Redes", "Cálculo"],
        ["3 – 09H20 AS 10H10|4 – 10H10 AS 11H00", "Redes", "Cálculo", "Algoritmos"],
    ]
    found = extract(document(a_sheet(rows, layout=Layout(wide=240.0)))).fields["timeblocks"]
    assert {(block["start"], block["end"]) for block in found} == {("07:30", "09:10"), ("09:20", "11:00")}
    assert len(found) == 6


def test_tables_of_several_classes_on_one_page_are_each_read_as_drawn() -> None:
    def table(name: str, top: float) -> tuple[Page, list[Word]]:
        rows = [["", "Mon", "Tue", "Wed"], ["9:00-10:00", f"Luna|Art {name}", f"Rana|Law {name}", f"Ito|PE {name}"]]
        rows.append(["10:00-11:00", f"Ito|Law {name}", f"Luna|PE {name}", f"Rana|Art {name}"])
        page = a_sheet(rows, layout=Layout(top=top))
        return page, text_line(f"Class {name}", left=60.0, top=top - 30)

    parts = [table(name, 100.0 + 330 * index) for index, name in enumerate(("7A", "7B", "8C"))]
    words = [word for page, title in parts for word in (*page.words, *title)]
    segments = [segment for page, _ in parts for segment in page.segments]
    found = extract(document(a_page(words, segments)))
    assert len(found.fields["timeblocks"]) == 6
    assert [len(other["timeblocks"]) for other in found.other_documents] == [6, 6]


def starts(found: Extraction, subject: str) -> set[tuple[str | None, str | None]]:
    return {(block["start"], block["end"]) for block in found.fields["timeblocks"] if block["subject"] == subject}


def test_numbers_that_run_through_noon_are_hours() -> None:
    rows = [["DAY", "7", "8", "9", "10", "11", "12", "1", "2"]]
    rows += [[day, "Botany", LEFT, "Law", LEFT, "Optics", LEFT, "Poetry", LEFT] for day in ("MON", "TUE", "WED")]
    found = extract(document(a_sheet(rows, layout=Layout(wide=100.0))))
    assert starts(found, "Botany") == {("07:00", "09:00")}
    assert starts(found, "Optics") == {("11:00", "13:00")}


def test_numbers_that_begin_with_one_are_periods() -> None:
    rows = [["DAY", "1", "2", "3", "4", "5"]]
    rows += [[day, "Botany", "Law", "Optics", "Poetry", "Art"] for day in ("MON", "TUE", "WED")]
    assert starts(extract(document(a_sheet(rows))), "Art") == {(None, None)}


def test_a_named_row_between_starts_alone_has_its_own_hour() -> None:
    rows = [["Time", "Mon", "Tue", "Wed"]]
    rows += [[f"{hour}:00", "Maths", "Art", "Law"] for hour in (9, 10, 11, 12)]
    rows += [["Lunch Break", "", "", ""], ["2:00", "Greek", "Latin", "Drama"], ["3:00", "Music", "PE", "IT"]]
    found = extract(document(a_sheet(rows)))
    assert starts(found, "Lunch Break") == {("13:00", "14:00")}
    assert starts(found, "Drama") == {("14:00", "15:00")}
    assert starts(found, "IT") == {("15:00", "16:00")}


def test_tables_of_periods_below_one_another_hold_no_headings_as_lessons() -> None:
    words: list[Word] = []
    segments: list[Segment] = []
    for index, name in enumerate(("10A", "10B")):
        rows = [["Day", *(f"Period {number}" for number in range(1, 6))]]
        rows += [[day, f"Physics {name}", "Art", "Free", "Music", "History"] for day in ("Monday", "Tuesday", "Friday")]
        page = a_sheet(rows, layout=Layout(top=120.0 + 420 * index))
        words += [*page.words, *text_line(f"Grade {name} Timetable", left=560.0, top=70.0 + 420 * index)]
        segments += page.segments
    found = extract(document(a_page(words, segments)))
    subjects = {block["subject"] for block in found.fields["timeblocks"]}
    assert subjects == {"Physics 10A", "Art", "Free", "Music", "History"}
    assert found.fields["class_name"] == "Grade 10A"
    assert [other["class_name"] for other in found.other_documents] == ["Grade 10B"]


def test_a_legend_in_the_rules_of_the_table_is_no_part_of_its_days() -> None:
    rows = [["Time", "Monday", "Tuesday", "Wednesday"]]
    rows += [[f"{hour}:00-{hour + 1}:00", "Maths", "Art", "Law"] for hour in (8, 9, 10)]
    rows += [["CODE", "SUBJECTS", "PREMISES", "FACULTY"]]
    rows += [[f"CE07{index}", "Deep Learning", "Lab B", "Prof Joshi"] for index in range(3)]
    found = extract(document(a_sheet(rows)))
    assert {block["subject"] for block in found.fields["timeblocks"]} == {"Maths", "Art", "Law"}


def test_lines_in_the_middles_of_labels_that_follow_one_another_are_theirs() -> None:
    rows = [["", "Monday", "Tuesday", "Wednesday"]]
    rows += [[f"{hour}:00-{hour + 1}:00", f"Art {hour}", "" if hour == 9 else ABOVE, f"Law {hour}"] for hour in (9, 10, 11, 12)]
    page = a_sheet(rows)
    own = [word for index in (1, 2, 3) for word in text_line("PIA", left=423.0, top=160.0 + 90 * (index + 1) + 37)]
    found = extract(document(a_page([*page.words, *own], page.segments)))
    assert starts(found, "PIA") == {("10:00", "11:00"), ("11:00", "12:00"), ("12:00", "13:00")}


def test_one_text_over_two_rows_of_times_is_one_lesson() -> None:
    rows = [
        ["", "Monday", "Tuesday", "Wednesday"],
        ["8:00-9:00", "Statistics and|Probability|Ing. R. Vela|Room 12", "Ethics", "Law"],
        ["9:00-10:00", ABOVE, "Botany", "Optics"],
    ]
    found = [lesson for lesson in said(extract(document(a_sheet(rows)))) if lesson[0] == "Monday"]
    assert found == [("Monday", "08:00", "Statistics and Probability", "Ing. R. Vela", "Room 12", None)]


def test_a_text_of_two_rows_is_one_where_a_line_parts_these_rows_on_another_day() -> None:
    rows = [
        ["", "Monday", "Tuesday", "Wednesday"],
        ["9:00-9:30", "", "Ethics", "Law"],
        ["9:30-10:00", ABOVE, "Botany", "Optics"],
        ["10:00-10:30", "Poetry", "Drama", "Latin"],
    ]
    sheet = a_sheet(rows)
    texts = {270.0: "Logic", 304.0: "and proof", 360.0: "Lecture"}
    lines = [word for top, text in texts.items() for word in text_line(text, left=240.0, top=top)]
    page = a_page([*(word for line in sheet.lines for word in line.words), *lines], sheet.segments)
    found = [lesson for lesson in said(extract(document(page))) if lesson[0] == "Monday"]
    assert [(start, subject) for _, start, subject, *_ in found] == [("09:00", "Logic and proof Lecture"), ("10:00", "Poetry")]


def test_a_table_whose_lessons_are_names_of_days_was_not_understood() -> None:
    rows = [["Time", "Monday", "Tuesday", "Wednesday"]]
    rows += [[f"{hour}:00-{hour + 1}:00", "Thursday Friday", "Algebra", "Monday Tuesday"] for hour in (9, 10, 11)]
    found = extract(document(a_sheet(rows)))
    assert "doubtful_structure" in {warning.code for warning in found.warnings}
    assert found.needs_review
