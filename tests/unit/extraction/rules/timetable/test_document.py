"""Timetables as they are printed come out as blocks, each value with its place; what is doubtful is flagged."""

from dataclasses import replace

import pytest

from doctray.domain.document import Box, Document, Line, Page, Segment, Word
from doctray.domain.extraction import Extraction, leaves
from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import ABOVE, LAYOUT, LEFT, a_page, a_sheet, document, lesson, text_line, times
from tests.unit.extraction.warned import codes

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
ACROSS = [
    ["", *DAYS],
    ["9:00-10:00", "Maths", "English", "Art", "French", "Music"],
    ["10:00-10:20", "Break", LEFT, LEFT, LEFT, LEFT],
    ["10:20-11:20", "English", "Maths", "Science", "Drama", "PE"],
    ["1:00-2:00", "History", "Science", "Maths", "English", "Games"],
]
DOWN = [
    ["", "9.00 - 9.45", "9.45 - 10.30", "10.30 - 10.50", "10.50 - 11.35"],
    ["MON", "Maths", "English", "Break", "Art"],
    ["TUES", "English", "Maths", ABOVE, "PE"],
    ["WED", "Science", LEFT, ABOVE, "Music"],
    ["THURS", "French", "Maths", ABOVE, "Art"],
    ["FRI", "Maths", "English", ABOVE, ""],
]


def read(*pages: Page) -> Extraction:
    return extract(document(*pages))


def test_days_across_and_times_at_the_side() -> None:
    found = read(a_sheet(ACROSS))
    assert times(found, "Wednesday") == [
        ("Art", "09:00", "10:00"),
        ("Break", "10:00", "10:20"),
        ("Science", "10:20", "11:20"),
        ("Maths", "13:00", "14:00"),
    ]
    assert len(found.fields["timeblocks"]) == 20


def test_days_down_and_times_in_a_header() -> None:
    found = read(a_sheet(DOWN))
    assert times(found, "Tuesday") == [
        ("English", "09:00", "09:45"),
        ("Maths", "09:45", "10:30"),
        ("Break", "10:30", "10:50"),
        ("PE", "10:50", "11:35"),
    ]


def test_a_block_over_several_periods_runs_from_the_first_to_the_last() -> None:
    assert times(read(a_sheet(DOWN)), "Wednesday")[0] == ("Science", "09:00", "10:30")


def test_an_empty_cell_is_no_block() -> None:
    assert [subject for subject, _, _ in times(read(a_sheet(DOWN)), "Friday")] == ["Maths", "English", "Break"]


@pytest.mark.parametrize("free", ["***", "-", "—", "…", "x"])
def test_a_sign_for_a_free_period_is_no_block(free: str) -> None:
    rows = [row[:] for row in ACROSS]
    rows[1][1] = free
    assert times(read(a_sheet(rows)), "Monday")[0] == ("Break", "10:00", "10:20")


def test_every_value_that_was_read_has_its_place_on_the_page() -> None:
    found = read(a_sheet(ACROSS, title=["Oakfield Primary School", "Class 4B", "Autumn Term 2024"]))
    inferred = {warning.pointer for warning in found.warnings if warning.code == "inferred_time"}
    assert {pointer for pointer, _ in leaves(found.fields)} == set(found.provenance) | inferred


def test_a_time_from_a_header_stands_where_the_header_prints_it() -> None:
    found = read(a_sheet(ACROSS))
    start, end, subject = (found.provenance[f"/timeblocks/0/{key}"] for key in ("start", "end", "subject"))
    assert (subject.text, start.text) == ("Maths", "9:00-10:00")
    assert start.box == end.box
    assert start.box.right < LAYOUT.left + LAYOUT.wide < subject.box.left


def test_a_plain_table_needs_no_review() -> None:
    found = read(a_sheet(DOWN))
    assert not found.needs_review
    assert found.confidence > 0.9


def test_a_block_over_several_days_is_repeated_for_each() -> None:
    rows = [row[:] for row in ACROSS]
    rows[1] = ["9:00-10:00", "Swimming", LEFT, "Art", "French", "Music"]
    found = read(a_sheet(rows))
    assert [times(found, day)[0][0] for day in DAYS] == ["Swimming", "Swimming", "Art", "French", "Music"]


def test_a_word_spelt_one_letter_a_day_is_a_block_of_every_day() -> None:
    rows = [row[:] for row in DOWN]
    for row, letter in zip(rows[1:], "LUNCH", strict=True):
        row[3] = letter
    found = read(a_sheet(rows))
    assert all(("LUNCH", "10:30", "10:50") in times(found, day) for day in DAYS)
    assert len(found.fields["timeblocks"]) == 18


def test_a_word_spelt_one_letter_a_day_is_none_of_a_day_that_one_lesson_fills() -> None:
    rows = [*(row[:] for row in DOWN), ["SAT", "Project", LEFT, LEFT, LEFT]]
    for row, letter in zip(rows[1:], "BREAK", strict=False):
        row[3] = letter
    found = read(a_sheet(rows))
    assert all(("BREAK", "10:30", "10:50") in times(found, day) for day in DAYS)
    assert times(found, "Saturday") == [("Project", "09:00", "11:35")]


def test_a_word_spelt_down_over_all_days_at_its_own_pitch_is_a_block_of_every_day() -> None:
    rows = [*([text.replace(ABOVE, "").replace("Break", "") for text in row] for row in DOWN), ["SAT", "", "", "", "Chess"]]
    page = a_sheet(rows, ruled=False)
    low, high = LAYOUT.top + LAYOUT.tall, LAYOUT.top + 7 * LAYOUT.tall
    print_at = LAYOUT.left + 3.4 * LAYOUT.wide
    for letters in ("LUNCH", ("L", "U", "ON", "H")):
        step = (high - low) / 8
        first = (low + high) / 2 - step * (len(letters) - 1) / 2
        spelt = [word for at, text in enumerate(letters) for word in text_line(text, left=print_at, top=first + step * at - 8)]
        found = read(a_page([*page.words, *spelt]))
        assert [("LUNCH", "10:30", "10:50") in times(found, day) for day in [*DAYS, "Saturday"]] == [True] * 6


def test_a_word_spelt_one_letter_a_day_with_a_digit_for_a_letter_is_that_word() -> None:
    rows = [row[:] for row in DOWN]
    for row, letter in zip(rows[1:], ("8", "R", "E", "A", "K"), strict=True):
        row[3] = letter
    found = read(a_sheet(rows))
    assert all(("BREAK", "10:30", "10:50") in times(found, day) for day in DAYS)


def test_one_letter_subjects_are_no_word() -> None:
    rows = [row[:] for row in DOWN]
    for row, letter in zip(rows[1:], "MEAPH", strict=True):
        row[3] = letter
    found = read(a_sheet(rows))
    assert ("M", "10:30", "10:50") in times(found, "Monday")
    assert ("H", "10:30", "10:50") in times(found, "Friday")


def test_marks_that_an_engine_took_for_letters_are_no_subject_but_told() -> None:
    page = a_sheet(
        [row[:3] + [text if text in (ABOVE, LEFT) else "8 1 L" for text in row[3:4]] + row[4:] if row[0] == "MON" else row for row in DOWN]
    )
    weak = [replace(word, confidence=0.3) if word.text in ("8", "1", "L") else word for word in page.words]
    found = read(a_page(weak, page.segments))
    assert [subject for subject, _, _ in times(found, "Tuesday")] == ["English", "Maths", "PE"]
    assert "unread_cells" in codes(found)
    assert found.needs_review


def test_a_word_spelt_down_a_merged_cell_is_one_word() -> None:
    rows = [row[:] for row in DOWN]
    rows[1][3] = "B|R|E|A|K"
    assert ("BREAK", "10:30", "10:50") in times(read(a_sheet(rows)), "Friday")


def test_days_spelt_down_their_cells_are_read() -> None:
    rows = [row[:] for row in DOWN]
    rows[1][0], rows[3][0] = "M|O|N", "W|E|D"
    assert times(read(a_sheet(rows)), "Monday")[0] == ("Maths", "09:00", "09:45")


def test_turned_words_are_read_along_their_own_baseline() -> None:
    page = a_sheet([[*row[:3], "", *row[4:]] if index == 1 else row for index, row in enumerate(DOWN)])
    left, top = LAYOUT.left + 3.4 * LAYOUT.wide, LAYOUT.top + 2 * LAYOUT.tall
    turned = [
        Word(text="Morning", box=Box(left, top + 60, left + 16, top + 130), confidence=1.0, angle=270),
        Word(text="break", box=Box(left, top, left + 16, top + 50), confidence=1.0, angle=270),
    ]
    found = read(a_page([*page.words, *turned], page.segments))
    assert ("Morning break", "10:30", "10:50") in times(found, "Thursday")


def test_a_lone_break_is_meant_for_every_day() -> None:
    rows = [row[:] for row in ACROSS]
    rows[2] = ["10:00-10:20", "", "", "Recess", "", ""]
    found = read(a_sheet(rows))
    assert all(("Recess", "10:00", "10:20") in times(found, day) for day in DAYS)
    assert found.needs_review


def test_a_break_named_in_the_header_only_is_a_block() -> None:
    rows = [row[:] for row in ACROSS]
    rows[2] = ["Break|10:00-10:20", "", "", "", "", ""]
    assert ("Break", "10:00", "10:20") in times(read(a_sheet(rows)), "Friday")


def test_a_break_without_a_printed_time_takes_its_neighbours_and_says_so() -> None:
    rows = [
        ["", "8:00-9:00", "Lunch", "1:00-2:00"],
        ["Mon", "Maths", ABOVE, "Art"],
        ["Tue", "PE", ABOVE, "Art"],
        ["Wed", "PE", ABOVE, "IT"],
    ]
    found = read(a_sheet(rows))
    assert times(found, "Tuesday") == [("PE", "08:00", "09:00"), ("Lunch", "09:00", "13:00"), ("Art", "13:00", "14:00")]
    assert "inferred_time" in codes(found)
    assert found.needs_review


def test_a_label_with_one_time_ends_where_the_next_begins_and_the_last_stays_open() -> None:
    rows = [
        ["", "8.40", "9.00", "2.30"],
        ["Mon", "Register", "Maths", "Home"],
        ["Tue", "Register", "Art", "Home"],
        ["Wed", "Register", "PE", "Home"],
    ]
    found = read(a_sheet(rows))
    assert times(found, "Monday") == [("Register", "08:40", "09:00"), ("Maths", "09:00", "14:30"), ("Home", "14:30", None)]
    assert {warning.pointer for warning in found.warnings if warning.code == "inferred_time"} >= {"/timeblocks/0/end", "/timeblocks/1/end"}


def test_times_printed_in_the_cell_win_over_its_column() -> None:
    rows = [row[:] for row in DOWN]
    rows[1][1] = "9.10-9.40|Choir"
    found = read(a_sheet(rows))
    assert times(found, "Monday")[0] == ("Choir", "09:10", "09:40")
    assert found.provenance["/timeblocks/0/start"].text == "9.10-9.40"


def test_times_in_the_cells_alone_are_enough() -> None:
    rows = [
        DAYS,
        ["9.00-10.00|Maths", "9.00-9.30|Art", "9-10|PE 9.00-10.00", "", "9.00-10.00|IT"],
        ["1.00-2.00|English", "9.30-11.00|Music", "", "2.15-3|Drama", "12.00-1.00|RE"],
    ]
    found = read(a_sheet(rows))
    assert times(found, "Monday") == [("Maths", "09:00", "10:00"), ("English", "13:00", "14:00")]
    assert times(found, "Thursday") == [("Drama", "14:15", "15:00")]


def test_several_timed_lessons_in_one_cell_are_parted() -> None:
    rows = [DAYS[:3], ["9:00-9:30 Maths|9:30-10:00 Art", "9:00-10:00 PE", "9:00-10:00 IT"]]
    assert times(read(a_sheet(rows)), "Monday") == [("Maths", "09:00", "09:30"), ("Art", "09:30", "10:00")]


def test_a_time_inside_a_sentence_is_text() -> None:
    rows = [row[:] for row in ACROSS]
    rows[1][1] = "Free play, tidy|up at 9.50"
    assert times(read(a_sheet(rows)), "Monday")[0] == ("Free play, tidy up at 9.50", "09:00", "10:00")


def test_a_border_amid_a_column_leaves_the_edge_open() -> None:
    """Half a column wide tells neither when it starts nor when it ends."""
    fine = replace(LAYOUT, wide=75.0)
    rows = [
        ["", "9.00-10.00", LEFT, "10.00-11.00", LEFT],
        ["Mon", "PE", LEFT, LEFT, "Story"],
        ["Tue", "Maths", LEFT, "Art", LEFT],
        ["Wed", "Maths", LEFT, "Art", LEFT],
    ]
    assert times(read(a_sheet(rows, layout=fine)), "Monday") == [("PE", "09:00", None), ("Story", None, "11:00")]


def test_an_open_edge_leans_on_a_neighbours_printed_time() -> None:
    rows = [
        ["", "9.00-10.00", LEFT, "10.00-11.00", LEFT],
        ["Mon", "9.00-10.30|PE", LEFT, LEFT, "Story"],
        ["Tue", "Maths", LEFT, "Art", LEFT],
        ["Wed", "Maths", LEFT, "Art", LEFT],
    ]
    found = read(a_sheet(rows))
    assert times(found, "Monday") == [("PE", "09:00", "10:30"), ("Story", "10:30", "11:00")]
    assert {warning.pointer for warning in found.warnings} == {"/timeblocks/1/start"}


def test_a_printed_time_that_leaves_its_column_is_no_support_for_the_neighbour() -> None:
    rows = [
        ["", "9.00-10.00", LEFT, "10.00-11.00", LEFT],
        ["Mon", "8.00-10.40|PE", LEFT, LEFT, "Story"],
        ["Tue", "Maths", LEFT, "Art", LEFT],
        ["Wed", "Maths", LEFT, "Art", LEFT],
    ]
    assert times(read(a_sheet(rows)), "Monday") == [("PE", "08:00", "10:40"), ("Story", None, "11:00")]


def test_periods_take_their_times_from_a_key() -> None:
    rows = [["", "1", "2", "3"], ["Mon", "Maths", "Art", "PE"], ["Tue", "Art", "PE", "IT"], ["Wed", "Art", "PE", "IT"]]
    page = a_sheet(rows)
    key = [
        word
        for index, line in enumerate(["Period 1: 9.00-9.50", "Period 2: 9.50-10.40", "Period 3: 1.15-2.05"])
        for word in text_line(line, left=60, top=800 + 40 * index)
    ]
    found = read(a_page([*page.words, *key], page.segments))
    assert times(found, "Tuesday") == [("Art", "09:00", "09:50"), ("PE", "09:50", "10:40"), ("IT", "13:15", "14:05")]


def test_periods_without_a_key_have_no_times() -> None:
    rows = [["", "1", "2"], ["Mon", "Maths", "Art"], ["Tue", "Art", "PE"], ["Wed", "Art", "PE"]]
    assert times(read(a_sheet(rows)), "Monday") == [("Maths", None, None), ("Art", None, None)]


def test_columns_from_and_to_make_a_range() -> None:
    rows = [["From", "To", "Mon", "Tue", "Wed"], ["9:00", "10:00", "Maths", "Art", "PE"], ["10:00", "11:00", "Art", "PE", "IT"]]
    assert times(read(a_sheet(rows)), "Tuesday") == [("Art", "09:00", "10:00"), ("PE", "10:00", "11:00")]


def test_numbers_of_periods_beside_times_are_no_subjects() -> None:
    rows = [["Period", "Time", "Mon", "Tue", "Wed"], ["1", "9:00-10:00", "Maths", "", "PE"], ["2", "10:00-11:00", "Art", "PE", ""]]
    found = read(a_sheet(rows))
    assert [block["subject"] for block in found.fields["timeblocks"]] == ["Maths", "Art", "PE", "PE"]


def test_a_label_whose_cell_reaches_over_empty_days_gives_its_row_its_time() -> None:
    rows = [["", "Mon", "Tue", "Wed"], ["9:00-10:30", "", "Law", "Art"], ["10:30-12:00", "", "", "Law"], ["13:00-14:30", "Art", "", ""]]
    page = a_sheet(rows)
    low, unseen = LAYOUT.top + 2 * LAYOUT.tall, (LAYOUT.left + LAYOUT.wide, LAYOUT.left + 2 * LAYOUT.wide)
    seen = [
        line
        for line in page.segments
        if line.horizontal or line.left not in unseen or not low < (line.top + line.bottom) / 2 < low + LAYOUT.tall
    ]
    found = read(replace(page, segments=tuple(seen)))
    assert times(found, "Wednesday") == [("Art", "09:00", "10:30"), ("Law", "10:30", "12:00")]
    assert len(found.fields["timeblocks"]) == 4


def test_titles_in_the_rules_above_the_times_are_no_routine() -> None:
    rows = [
        ["", "Programme: BE", "Semester: 4th", "Section: B"],
        ["Day", "9:00-10:00", "10:00-11:00", "11:00-12:00"],
        ["Mon", "Ethics", "", "Optics"],
        ["Tue", "Law", "", ""],
        ["Wed", "", "Botany", ""],
    ]
    found = extract(document(a_sheet(rows)))
    assert [block["subject"] for block in found.fields["timeblocks"]] == ["Ethics", "Optics", "Law", "Botany"]


def test_a_routine_for_every_day_takes_what_a_day_adds_as_notes() -> None:
    rows = [
        ["", "8.40-9.00", "9.00-9.30", "9.30-10.00"],
        ["Daily routine", "Register", "Phonics", "Snack"],
        ["M", "", "Word time", ""],
        ["Tu", "", "", ""],
        ["W", "", "Reading", ""],
    ]
    found = read(a_sheet(rows))
    assert times(found, "Tuesday") == [("Register", "08:40", "09:00"), ("Phonics", "09:00", "09:30"), ("Snack", "09:30", "10:00")]
    assert lesson(found, "Monday", "Phonics")["notes"] == "Word time"


def test_letters_stand_for_days_in_the_order_of_the_week() -> None:
    rows = [["", *"MTWTF"], *ACROSS[1:]]
    found = read(a_sheet(rows))
    assert [times(found, day)[0][0] for day in DAYS] == ["Maths", "English", "Art", "French", "Music"]


def test_a_misspelt_day_is_read_and_an_unreadable_one_told_by_its_neighbours() -> None:
    rows = [["", "Monday", "Tuesday", "Wednesday", "Thrusday", "Friday"], *ACROSS[1:]]
    assert times(read(a_sheet(rows)), "Thursday")[0][0] == "French"
    rows[0][2] = "Tnoedqy#"
    found = read(a_sheet(rows))
    assert times(found, "Tuesday")[0][0] == "English"
    assert found.needs_review


def test_cells_beyond_the_days_are_no_blocks() -> None:
    rows = [*ACROSS, ["Key: M = Main building, all clubs start at the bell", LEFT, LEFT, LEFT, LEFT, LEFT]]
    assert len(read(a_sheet(rows)).fields["timeblocks"]) == 20


def test_room_teacher_class_and_notes_stand_apart_from_the_subject() -> None:
    rows = [row[:] for row in ACROSS]
    rows[1][1:4] = ["Maths|Mr Okafor, R12", "English|Room 4", "Art|(bring apron)"]
    rows[3][1] = "Science|~Lab rules"
    found = read(a_sheet(rows))
    assert lesson(found, "Monday", "Maths") | {"notes": None} == lesson(found, "Monday", "Maths")
    assert (lesson(found, "Monday", "Maths")["teacher"], lesson(found, "Monday", "Maths")["room"]) == ("Mr Okafor", "R12")
    assert lesson(found, "Tuesday", "English")["room"] == "Room 4"
    assert lesson(found, "Wednesday", "Art")["notes"] == "(bring apron)"
    assert lesson(found, "Monday", "Science")["notes"] == "Lab rules"


def test_a_row_of_rooms_belongs_to_the_lessons_above_it() -> None:
    rows = [
        ["", "9:00-10:00", "10:00-11:00"],
        ["Mon", "Maths", "Art"],
        [ABOVE, "R12", "B3"],
        ["Tue", "Art", "PE"],
        [ABOVE, "B3", "Gym 2"],
        ["Wed", "IT", "PE"],
    ]
    found = read(a_sheet(rows))
    assert times(found, "Monday") == [("Maths", "09:00", "10:00"), ("Art", "10:00", "11:00")]
    assert lesson(found, "Tuesday", "PE")["room"] == "Gym 2"


def test_a_word_broken_at_the_edge_of_its_cell_is_put_together() -> None:
    rows = [row[:] for row in ACROSS]
    rows[1][1] = "Engli|sh"
    rows[1][2] = "Music and|art"
    found = read(a_sheet(rows))
    assert (times(found, "Monday")[0][0], times(found, "Tuesday")[0][0]) == ("English", "Music and art")


@pytest.mark.parametrize(
    ("title", "fields"),
    [
        (
            ["Banksia Grove Primary School", "Quenda 2 – Term 1"],
            {"school_name": "Banksia Grove Primary School", "class_name": "Quenda 2", "term": "Term 1"},
        ),
        (
            ["Class: 2EJ Term: Autumn 2 2024 Teacher: Miss Joynes"],
            {"class_name": "2EJ", "term": "Autumn 2", "year": 2024, "teacher_name": "Miss Joynes"},
        ),
        (["Remote class time Table 7 STD"], {"class_name": "7 STD"}),
        (["Year 4 Timetable 2024-2025"], {"class_name": "Year 4", "year": 2024}),
        (["Emploi du temps - 5ème B", "Collège Jean Moulin"], {"class_name": "5ème B", "school_name": "Collège Jean Moulin"}),
        (
            ["Mrs Tolliver's 3rd Grade Schedule", "Année scolaire 2025-2026"],
            {"class_name": "3rd Grade", "teacher_name": "Mrs Tolliver", "year": 2025},
        ),
        (["TIME TABLE FOR DIPLOMA IN CIVIL ENGG - 4TH SEMESTER"], {"class_name": "DIPLOMA IN CIVIL ENGG", "term": "4TH SEMESTER"}),
        (["Year 2 Semester 1 Timetable"], {"class_name": "Year 2", "term": "Semester 1"}),
        (["Level 5 Diploma in Nursing", "(Semester A - Time Table)"], {"class_name": "Level 5 Diploma in Nursing", "term": "Semester A"}),
        (["Time table of B.TECH Information Technology"], {"class_name": "B.TECH Information Technology"}),
        (["Reception timetable January 2025"], {"class_name": "Reception", "term": "January", "year": 2025}),
        (["Mrs Patel's Timetable"], {"teacher_name": "Mrs Patel"}),
        (["Class 4B", "FT:Goh Wei Ling"], {"class_name": "4B", "teacher_name": "Goh Wei Ling"}),
        (["Class 4B", "FT: Field Trip"], {"class_name": "4B"}),
        (["classes(CSE 13)"], {"class_name": "CSE 13"}),
        (["FA22-BSE-A (Semester 4)"], {"class_name": "FA22-BSE-A (Semester 4)", "term": "Semester 4"}),
        (["Stundenplan: Muster, Erika"], {}),
        (["IIT Raikot · Built from the course list"], {"school_name": "IIT Raikot"}),
        (["Horário - 2º Semestre", "3º ANO"], {"class_name": "3º ANO", "term": "2º Semestre"}),
        (
            ["B.Tech. (ECE) III Semester, Section B", "2025-26"],
            {"class_name": "B.Tech. (ECE) III Semester, Section B", "term": "III Semester", "year": 2025},
        ),
        (["Year 3 Otters - Weekly Timetable - Spring 2"], {"class_name": "Year 3 Otters", "term": "Spring 2"}),
        (
            ["Klasse: 3c", "Schuljahr: 2024/2025", "Grundschule Am Lindenhof"],
            {"class_name": "3c", "school_name": "Grundschule Am Lindenhof", "year": 2024},
        ),
        (
            ["I.E.S. Virgen del Camino", "HORARIO DE GRUPO: 2º ESO C", "Curso: 2025/2026", "Tutora: Ana Ortiz"],
            {"class_name": "2º ESO C", "school_name": "I.E.S. Virgen del Camino", "year": 2025, "teacher_name": "Ana Ortiz"},
        ),
        (["Weekly Timetable"], {}),
        (["4 Integrity", "Updated 3/1/2024"], {"class_name": "4 Integrity"}),
        (
            ["Time Table: Odd Semester (2023-2024)", "Section-3", "Mentors: Dr. A Roy, Prof. Lal Singh"],
            {"class_name": "Section-3", "term": "Odd Semester", "year": 2023},
        ),
        (["Class : 4th semester"], {"class_name": "4th semester", "term": "4th semester"}),
        (["YEAR : III Year I SEM", "CLASS : IT - B"], {"class_name": "IT - B", "term": "I SEM"}),
        (["300 Level Lecture Timetable", "HARMATTAN-SEMESTER"], {"class_name": "300 Level", "term": "HARMATTAN-SEMESTER"}),
        (
            ["Dr. AMBEDKAR INSTITUTE OF TECHNOLOGY", "Section B"],
            {"school_name": "Dr. AMBEDKAR INSTITUTE OF TECHNOLOGY", "class_name": "Section B"},
        ),
        (["Programme: BSc Computing Year 1 Academic year 2024/25"], {"class_name": "BSc Computing Year 1", "year": 2024}),
        (["CLASS SCHEDULE 24'", "Section: D"], {"class_name": "D", "year": 2024}),
        (["Département Mathématiques"], {}),
        (["August 16, 2021 - August 22, 2021", "TINGKATAN 5"], {"class_name": "TINGKATAN 5", "year": 2021}),
    ],
)
def test_titles_say_whose_timetable_it_is(title: list[str], fields: dict[str, object]) -> None:
    found = read(a_sheet(ACROSS, title=title)).fields
    keys = ("teacher_name", "class_name", "school_name", "term", "year")
    assert {key: found[key] for key in keys if found[key] is not None and not (key == "year" and "Updated 3/1/2024" in title)} == fields


def test_a_title_cell_inside_the_table_names_the_class() -> None:
    found = read(a_sheet([["4M", LEFT, LEFT, LEFT, LEFT, LEFT], *ACROSS]))
    assert found.fields["class_name"] == "4M"
    assert len(found.fields["timeblocks"]) == 20


def test_one_table_a_page_for_each_class() -> None:
    found = read(a_sheet(ACROSS, title=["Class 7A"]), a_sheet(DOWN, title=["Class 7B"], number=2))
    assert (found.fields["class_name"], len(found.fields["timeblocks"])) == ("7A", 20)
    assert [(other["class_name"], len(other["timeblocks"])) for other in found.other_documents] == [("7B", 18)]
    assert "several_documents" in codes(found)


def test_a_table_that_goes_on_over_the_page_is_one() -> None:
    found = read(a_sheet([row[:3] for row in ACROSS], title=["Class 7A"]), a_sheet([[row[0], *row[3:]] for row in ACROSS], number=2))
    assert len(found.fields["timeblocks"]) == 11 + 6
    assert not found.other_documents


def test_odd_and_even_weeks_of_a_class_are_one_timetable() -> None:
    pages = [a_sheet(ACROSS, title=["Class 7A", f"{week} Week"], number=number) for number, week in ((1, "Odd"), (2, "Even"))]
    found = read(*pages)
    assert {block["week"] for block in found.fields["timeblocks"]} == {"Odd", "Even"}
    assert len(found.fields["timeblocks"]) == 40
    assert "overlapping_times" not in codes(found)


def test_week_a_and_week_b_side_by_side_are_told_apart() -> None:
    days = [f"{day} {week}" for week in "AB" for day in ("Mon", "Tue", "Wed")]
    rows = [["", *days], ["9:00-10:00", "Maths", "Art", "PE", "Art", "PE", "IT"], ["10:00-11:00", *"abcdef"]]
    rows[2] = ["10:00-11:00", "IT", "IT", "IT", "RE", "RE", "RE"]
    found = read(a_sheet(rows))
    assert [(block["week"], block["subject"]) for block in found.fields["timeblocks"] if block["day"] == "Tuesday"] == [
        ("A", "Art"),
        ("A", "IT"),
        ("B", "PE"),
        ("B", "RE"),
    ]


def test_two_tables_in_one_grid_are_parted_at_the_repeated_heading() -> None:
    rows = [["Class 7A", LEFT, LEFT, LEFT, LEFT, LEFT], *ACROSS, ["Class 7B", LEFT, LEFT, LEFT, LEFT, LEFT], *ACROSS]
    found = read(a_sheet(rows))
    assert found.fields["class_name"] == "7A"
    assert [other["class_name"] for other in found.other_documents] == ["7B"]
    assert len(found.other_documents[0]["timeblocks"]) == 20


@pytest.mark.parametrize(
    "rows", [ACROSS, DOWN[:1] + [[*row[:3], "Break" if row[3] in ("Break", ABOVE) else row[3], *row[4:]] for row in DOWN[1:]]]
)
def test_without_ruling_alignment_tells_the_cells(rows: list[list[str]]) -> None:
    drawn, bare = read(a_sheet(rows)), read(a_sheet(rows, ruled=False))
    assert {day: times(bare, day) for day in DAYS if day != "Wednesday"} == {day: times(drawn, day) for day in DAYS if day != "Wednesday"}
    assert bare.confidence <= drawn.confidence


def test_a_drawn_list_with_named_columns() -> None:
    rows = [
        ["Day", "Time", "Subject", "Room", "Lecturer"],
        ["Monday", "9:00-10:30", "Algebra", "B204", "Dr Lee"],
        ["", "1:00-2:30", "Physics", "B101", "Dr Kim"],
        ["Wednesday", "9:00-10:30", "Algebra", "B204", "Dr Lee"],
    ]
    found = read(a_sheet(rows))
    assert times(found, "Monday") == [("Algebra", "09:00", "10:30"), ("Physics", "13:00", "14:30")]
    assert (lesson(found, "Monday", "Physics")["room"], lesson(found, "Wednesday", "Algebra")["teacher"]) == ("B101", "Dr Lee")


def test_a_list_of_lines_under_headings_of_days() -> None:
    lines = ["Oakfield Primary School", "Monday and Wednesday", "9:00 - 10:00 Maths", "10:00 - 11:00 Art", "Friday", "9:00 - 10:00 PE"]
    found = read(a_page([word for index, line in enumerate(lines) for word in text_line(line, left=60, top=60 + 40 * index)]))
    assert times(found, "Wednesday") == [("Maths", "09:00", "10:00"), ("Art", "10:00", "11:00")]
    assert times(found, "Friday") == [("PE", "09:00", "10:00")]
    assert found.fields["school_name"] == "Oakfield Primary School"


def test_a_list_with_the_day_in_each_line() -> None:
    lines = ["Monday 9.00-10.00 Maths", "Tuesday 1.00-2.00 Art", "Thursday 9.00-10.00 PE"]
    found = read(a_page([word for index, line in enumerate(lines) for word in text_line(line, left=60, top=60 + 40 * index)]))
    assert times(found, "Tuesday") == [("Art", "13:00", "14:00")]


def test_blocks_that_overlap_are_flagged() -> None:
    rows = [row[:] for row in ACROSS]
    rows[3][1] = "9:30-10:30|Choir"
    found = read(a_sheet(rows))
    assert "overlapping_times" in codes(found)
    assert found.needs_review


def test_a_hole_in_the_day_is_flagged() -> None:
    assert "gap_in_day" in codes(read(a_sheet(ACROSS)))
    assert "gap_in_day" not in codes(read(a_sheet(DOWN)))


def test_a_block_that_ends_before_it_starts_is_flagged() -> None:
    rows = [row[:] for row in ACROSS]
    rows[1][1] = "14:00-13:00|Choir"
    assert "impossible_time" in codes(read(a_sheet(rows)))


def test_weak_words_make_weak_values() -> None:
    page = a_sheet(ACROSS)
    weak = [replace(word, confidence=0.2) if word.text == "Drama" else word for word in page.words]
    found = read(a_page(weak, page.segments))
    assert "low_confidence" in codes(found)
    index = next(index for index, block in enumerate(found.fields["timeblocks"]) if block["subject"] == "Drama")
    assert found.provenance[f"/timeblocks/{index}/subject"].confidence < 0.5
    assert found.provenance[f"/timeblocks/{index}/day"].confidence > 0.9


def test_a_table_of_which_much_cannot_be_right_makes_no_value_sure() -> None:
    rows = [["", *DAYS], *([f"{hour}:00-{hour - 1}:00", "Maths", "Art", "PE", "Music", "Drama"] for hour in (10, 9, 8, 11))]
    found = read(a_sheet(rows))
    assert "impossible_time" in codes(found)
    assert max(place.confidence for place in found.provenance.values()) < 0.9


@pytest.mark.parametrize("pages", [(), (a_page([]),), (a_page(text_line("Dear parents, school starts on Monday.", left=60, top=60)),)])
def test_a_document_without_a_timetable_has_no_fields_and_needs_review(pages: tuple[Page, ...]) -> None:
    found = extract(Document(pages=pages, page_total=len(pages)))
    assert found.fields == {"teacher_name": None, "class_name": None, "school_name": None, "term": None, "year": None, "timeblocks": []}
    assert found.needs_review
    assert codes(found) == {"no_fields"}


def test_noise_between_the_lines_of_a_photographed_table_changes_nothing() -> None:
    page = a_sheet(DOWN)
    noise = [Segment(100.0 + 31 * index, 265.0 + 7 * index, 160.0 + 31 * index, 265.0 + 7 * index) for index in range(40)]
    assert read(a_page(list(page.words), [*page.segments, *noise])).fields == read(page).fields


def test_lines_drawn_double_or_a_little_off_are_one() -> None:
    page = a_sheet(DOWN)
    double = [Segment(s.left + 2.5, s.top + 2.5, s.right + 2.5, s.bottom + 2.5) for s in page.segments]
    assert read(a_page(list(page.words), [*page.segments, *double])).fields == read(page).fields


def test_rooms_in_a_column_beside_each_day_belong_to_its_lessons() -> None:
    rows = [
        ["", "Seg.", "Sala", "Ter.", "Sala", "Qua.", "Sala"],
        ["08:00-09:00", "HCT", "A2", "", "", "GCO", "Gym"],
        ["09:00-10:00", "", "", "EMI", "A4", "GCO", "A3"],
    ]
    found = read(a_sheet(rows))
    assert [(block["day"], block["subject"], block["room"]) for block in found.fields["timeblocks"]] == [
        ("Monday", "HCT", "A2"),
        ("Tuesday", "EMI", "A4"),
        ("Wednesday", "GCO", "Gym"),
        ("Wednesday", "GCO", "A3"),
    ]


def test_lessons_that_stand_apart_in_one_cell_are_those_of_their_columns() -> None:
    """The lines between shaded cells can be too faint to be found."""
    page = a_sheet(
        [["", *DAYS], ["9:00-10:00", "Maths", "Art", "French", "Music", "PE"], ["10:00-11:00", "English", LEFT, LEFT, LEFT, LEFT]]
    )
    drawn = [
        segment
        for segment in page.segments
        if segment.horizontal or not LAYOUT.left + 200 < segment.left < LAYOUT.left + 850 or segment.top < 240
    ]
    found = read(a_page(list(page.words), drawn))
    assert [times(found, day)[0] for day in DAYS] == [(subject, "09:00", "10:00") for subject in ("Maths", "Art", "French", "Music", "PE")]
    assert times(found, "Friday")[1] == ("English", "10:00", "11:00")


def test_a_time_within_a_sentence_makes_a_label_no_label_of_times() -> None:
    rows = [
        ["", "9.00 - 9.45", "9.45 - 10.30", "10.30 - 11.15"],
        ["Routine", "Reading", "Provision,|tidy up|at 10.20am", "Phonics"],
        ["Mon", "", "Maths task", ""],
        ["Tue", "", "", ""],
        ["Wed", "", "", ""],
    ]
    assert times(read(a_sheet(rows)), "Tuesday")[1] == ("Provision, tidy up at 10.20am", "09:45", "10:30")


def test_the_last_label_of_an_even_scale_is_as_long_as_the_others_and_flagged() -> None:
    rows = [["", "Mon", "Tue", "Wed"], *([f"{hour}:00", "Maths", "Art", "PE"] for hour in (8, 9, 10, 11))]
    found = read(a_sheet(rows))
    assert times(found, "Monday")[-1] == ("Maths", "11:00", "12:00")
    assert "/timeblocks/3/end" in {warning.pointer for warning in found.warnings if warning.code == "inferred_time"}


def test_numbered_periods_without_lines_and_times_still_make_a_table() -> None:
    rows = [
        ["", "I", "II", "III", "BREAK", "IV"],
        ["MON", "C1", "Maths", "Extra", "", "Art"],
        ["TUE", "Art", "C2", "PE", "", "Maths"],
        ["WED", "PE", "C1", "Art", "", "C2"],
    ]
    found = read(a_sheet(rows, ruled=False))
    assert [subject for subject, _, _ in times(found, "Tuesday")] == ["Art", "C2", "PE", "BREAK", "Maths"]


@pytest.mark.parametrize("ruled", [True, False])
def test_a_list_with_the_day_once_for_all_its_rows(ruled: bool) -> None:
    rows = [
        ["Day", "Start", "End", "Course", "Room"],
        ["Monday", "10:00", "10:50", "Linguistics", "E222"],
        [ABOVE, "11:00", "11:50", "Real Analysis", "2.14"],
        ["Tuesday", "09:30", "10:45", "Mycology", "S313"],
    ]
    page = a_sheet(rows)
    segments = page.segments if ruled else [Segment(60, 160 + 90 * row, 810, 160 + 90 * row) for row in (0, 1, 3, 4)]
    found = read(a_page(list(page.words), segments))
    assert times(found, "Monday") == [("Linguistics", "10:00", "10:50"), ("Real Analysis", "11:00", "11:50")]
    assert times(found, "Tuesday") == [("Mycology", "09:30", "10:45")]
    assert [block["room"] for block in found.fields["timeblocks"]] == ["E222", "2.14", "S313"]


def test_two_weeks_one_below_the_other_are_one_timetable() -> None:
    first = a_sheet(ACROSS, title=["Class 7B", "Week A"])
    second = a_sheet(ACROSS, title=["Week B"], number=2)
    found = read(first, second)
    assert {block["week"] for block in found.fields["timeblocks"]} == {"A", "B"}
    assert (found.fields["class_name"], found.other_documents) == ("7B", ())


def test_the_scale_of_a_photographed_screen_names_no_class() -> None:
    found = read(a_sheet(ACROSS, title=["1213141516171819 20 21 22", "Reception timetable January 2025"]))
    assert found.fields["class_name"] == "Reception"


def test_a_key_is_read_where_number_and_time_are_printed_as_one_word() -> None:
    rows = [["", "Mon", "Tue", "Wed"], ["P1", "Maths", "Art", "PE"], ["P2", "Art", "PE", "Maths"]]
    page = a_sheet(rows, title=["P1: 09:00 - 09:45 P2:10:05 - 10:50"])
    assert times(read(page), "Monday") == [("Maths", "09:00", "09:45"), ("Art", "10:05", "10:50")]


def test_one_list_headed_by_several_days_stands_for_each_of_them() -> None:
    lines = [
        "MONDAY, WEDNESDAY & FRIDAY",
        "8:15 - 8:30 Meeting",
        "8:30 - 10:00 Literacy",
        "TUESDAY AND THURSDAY",
        "8:15 - 9:30 Library",
        "9:30 - 10:00 Phonics",
    ]
    found = extract(document(a_page([word for index, line in enumerate(lines) for word in text_line(line, left=60, top=100 + 30 * index)])))
    for day in ("Monday", "Wednesday", "Friday"):
        assert times(found, day) == [("Meeting", "08:15", "08:30"), ("Literacy", "08:30", "10:00")]
    for day in ("Tuesday", "Thursday"):
        assert times(found, day) == [("Library", "08:15", "09:30"), ("Phonics", "09:30", "10:00")]


def test_days_with_times_of_their_own_take_them() -> None:
    rows = [
        ["Period", "Mon-Wed", "Mon", "Tue", "Wed", "Thu Time", "Thursday", "Friday", "Fri Time"],
        ["P1", "8:00-8:50", "Maths", "Art", "Maths", "8:50-9:30", "Latin", "English", "8:00-8:40"],
        ["P2", "8:50-9:30", "Art", "Maths", "Latin", "9:30-10:05", "Music", "Maths", "8:40-9:15"],
        ["Lunch", "9:30-10:00", "", "", "", "10:05-10:35", "", "", "9:15-9:40"],
        ["P3", "10:00-10:40", "Music", "PE", "Art", "10:35-11:10", "Maths", "Latin", "9:40-10:20"],
    ]
    found = read(a_sheet(rows))
    assert times(found, "Wednesday")[1] == ("Latin", "08:50", "09:30")
    assert times(found, "Thursday") == [
        ("Latin", "08:50", "09:30"), ("Music", "09:30", "10:05"), ("Lunch", "10:05", "10:35"), ("Maths", "10:35", "11:10"),
    ]  # fmt: skip
    assert times(found, "Friday")[2:] == [("Lunch", "09:15", "09:40"), ("Latin", "09:40", "10:20")]


def test_a_cell_with_nothing_but_its_start_is_what_its_row_is_called() -> None:
    rows = [
        ["", "Monday", "Tuesday", "Wednesday"],
        ["Spell 1", "8:40|Maths", "8:40|Art", "8:30|Latin"],
        ["Morning Break", "10:05", "10:05", "9:50"],
        ["Spell 2", "10:30|Music", "10:30|Maths", "10:10|PE"],
    ]
    found = read(a_sheet(rows))
    assert [block[:2] for block in times(found, "Wednesday")] == [("Latin", "08:30"), ("Morning Break", "09:50"), ("PE", "10:10")]


def test_what_a_planner_prints_over_the_corner_is_the_school() -> None:
    page = a_sheet(ACROSS, title=["Class 7B", "", "", "", "Hillview_West"])
    signed = page.evolve(lines=(*page.lines, Line(words=tuple(text_line("aSc Timetables", left=600.0, top=1400.0)))))
    assert read(page).fields["school_name"] is None
    assert read(signed).fields["school_name"] == "Hillview_West"


def test_hours_without_minutes_beside_half_hours_are_times() -> None:
    rows = [["Hora", "Lunes", "Martes", "Miércoles"]]
    rows += [[label, f"Uno {label}", "", ""] for label in ("7", "7:30", "8", "8:30", "9")]
    found = read(a_sheet(rows, layout=replace(LAYOUT, tall=40.0)))
    assert [block[1:] for block in times(found, "Monday")][:4] == [
        ("07:00", "07:30"),
        ("07:30", "08:00"),
        ("08:00", "08:30"),
        ("08:30", "09:00"),
    ]


def test_the_year_of_a_law_is_not_that_of_the_timetable() -> None:
    found = read(a_sheet(ACROSS, title=["Established under the UGC Act 1956", "Time Table - Even Semester 2025"])).fields
    assert (found["year"], found["term"]) == (2025, "Even Semester")


def test_lines_of_one_text_in_the_middles_of_two_slots_of_a_longer_block_stay_together() -> None:
    rows = [["", "Mon", "Tue", "Wed"], *([label, "", "", ""] for label in ("7:00", "7:30", "8:00", "8:30"))]
    rows[1][1:] = ["Differential|equations", "Maths", "Art"]
    for row in rows[2:]:
        row[1] = ABOVE
    layout = replace(LAYOUT, tall=20.0)
    page = a_sheet(rows, layout=layout)
    found = read(page)
    assert times(found, "Monday")[0][:2] == ("Differential equations", "07:00")


def test_times_that_are_broken_at_the_end_of_a_narrow_label_are_read() -> None:
    rows = [["", "11:00-12:00", "12:00-13:|00", "13:00-15:0|0"], ["Monday", "Maths", "Art", "Latin"], ["Tuesday", "Art", "Maths", "PE"]]
    found = read(a_sheet(rows))
    assert times(found, "Monday") == [("Maths", "11:00", "12:00"), ("Art", "12:00", "13:00"), ("Latin", "13:00", "15:00")]


def test_a_stroke_between_two_times_of_a_label_makes_a_range() -> None:
    rows = [
        ["Horario", "Lunes", "Martes", "Miércoles"],
        ["8:25/9:25", "Inglés", "Arte", "Ética"],
        ["9:25/10:20", "Arte", "Ética", "Inglés"],
    ]
    assert times(read(a_sheet(rows)), "Monday") == [("Inglés", "08:25", "09:25"), ("Arte", "09:25", "10:20")]


def test_a_time_with_a_misread_digit_is_inferred_from_its_row_where_an_engine_read_it() -> None:
    rows = [
        ["", "8:00-8:55", "9:00-9:55", "10:00-10:55", "11:00-11:55", "13:00-13:55", "16:00-10:55"],
        ["Monday", "Maths", "Art", "IT", "PE", "Music", "French"],
        ["Tuesday", "Maths", "Art", "IT", "PE", "Music", "French"],
    ]
    printed = a_sheet(rows)
    words = [Word(text=word.text, box=word.box, confidence=0.9) for word in printed.words]
    seen, as_printed = read(a_page(words, printed.segments)), read(printed)
    assert lesson(seen, "Monday", "French")["end"] == "16:55"
    assert lesson(as_printed, "Monday", "French")["end"] != "16:55"
    [pointer] = [
        f"/timeblocks/{n}/end"
        for n, block in enumerate(seen.fields["timeblocks"])
        if block["day"] == "Monday" and block["subject"] == "French"
    ]
    assert pointer in {warning.pointer for warning in seen.warnings if warning.code == "inferred_time"}


def test_a_word_spelt_down_one_merged_cell_is_one_block_of_each_day() -> None:
    rows = [["", "9:00-10:00", "10:00-10:20", "10:20-11:20"]]
    rows += [[day, "Maths", "" if index == 0 else ABOVE, "Art"] for index, day in enumerate(DAYS)]
    printed = a_sheet(rows)
    column = LAYOUT.left + 2.5 * LAYOUT.wide
    letters = [
        word
        for index, letter in enumerate("BREAK")
        for word in text_line(letter, left=column - 4, top=LAYOUT.top + LAYOUT.tall * (index + 1.5) - 8)
    ]
    found = read(a_page([*printed.words, *letters], printed.segments))
    assert all(("BREAK", "10:00", "10:20") in times(found, day) for day in DAYS)


def test_days_above_the_uppermost_rule_head_a_drawn_table() -> None:
    rows = [[hour, "Maths", "English", "Art", "French", "Music"] for hour in ("9:00-10:00", "10:00-11:00", "11:00-12:00")]
    table = a_sheet([*rows, ["12:00-13:00", "PE", LEFT, "IT", "", ""]])
    heads = [
        word
        for index, day in enumerate(DAYS)
        for word in text_line(day, left=LAYOUT.left + LAYOUT.wide * (index + 1.3), top=LAYOUT.top - 30)
    ]
    titles = text_line("Class 7B", left=LAYOUT.left, top=LAYOUT.top - 120)
    found = read(a_page([*titles, *heads, *table.words], table.segments))
    assert times(found, "Monday")[3] == ("PE", "12:00", "13:00")
    assert times(found, "Friday")[0] == ("Music", "09:00", "10:00")
    assert len(found.fields["timeblocks"]) == 18


def test_a_group_beneath_a_lesson_over_two_periods_is_its_note() -> None:
    rows = [["", *DAYS], ["9:00-10:00", "Maths", "English", "Art", "French", "Music"], ["10:00-11:00", "IT", "PE", "", "Art", "PE"]]
    rows[1][3], rows[2][3] = "", ABOVE
    printed = a_sheet(rows)
    column = LAYOUT.left + 3.5 * LAYOUT.wide
    own = [
        *text_line("Drama", left=column - 20, top=LAYOUT.top + 1.5 * LAYOUT.tall - 8),
        *text_line("Grupo 1", left=column - 30, top=LAYOUT.top + 2.5 * LAYOUT.tall - 8),
    ]
    block = lesson(read(a_page([*printed.words, *own], printed.segments)), "Wednesday", "Drama")
    assert (block["start"], block["end"], block["notes"]) == ("09:00", "11:00", "Grupo 1")


def test_a_start_and_an_end_in_two_rows_are_one_label() -> None:
    rows = [
        ["", "Mon", "Tue", "Wed"],
        ["8:00", "Optics", "Law", "Art"], ["8:55", ABOVE, ABOVE, ABOVE],
        ["8:55", "Law", "Art", "Optics"], ["9:50", ABOVE, ABOVE, ABOVE],
        ["9:50", "Art", "Optics", "Law"], ["10:45", ABOVE, ABOVE, ABOVE],
        ["10:45", "Ethics", "Latin", "Music"], ["11:40", ABOVE, ABOVE, ABOVE],
    ]  # fmt: skip
    assert times(read(a_sheet(rows)), "Monday") == [
        ("Optics", "08:00", "08:55"), ("Law", "08:55", "09:50"), ("Art", "09:50", "10:45"), ("Ethics", "10:45", "11:40"),
    ]  # fmt: skip


def test_starts_alone_are_no_pairs() -> None:
    rows = [["", "Mon", "Tue", "Wed"], *([f"{hour}:00", "Optics", "Law", "Art"] for hour in (8, 9, 10, 11))]
    assert times(read(a_sheet(rows)), "Monday") == [("Optics", f"{hour:02}:00", f"{hour + 1:02}:00") for hour in (8, 9, 10, 11)]


@pytest.mark.parametrize(
    ("title", "key", "value"),
    [
        ("Horario del 2do semestre, 2025", "class_name", None),
        ("Horario del 2do semestre, 2025", "term", "2do semestre"),
        ("Horaris de classe (2020-1)", "class_name", None),
        ("JADWAL PELAJARAN", "class_name", None),
        ("JADWAL PELAJARAN XII IPA 6", "class_name", "XII IPA 6"),
        ("SEMESTER: ……5th…………", "term", "5th"),
        ("Doc No. : BV/FR/AA/019", "class_name", None),
        ("ANNEXURE - IV", "class_name", None),
        ("PACR42_GWT", "class_name", None),
        ("Semaine", "class_name", None),
        ("BIT L200 GROUP B TIMETABLE", "class_name", "BIT L200 GROUP B"),
        ("Timetable for Ho-Yun CHEN (11JAH)", "class_name", "11JAH"),
        ("22/07/2026, 20:09", "year", None),
        ("Nivel actual: 2", "class_name", None),
        ("NOTES", "class_name", None),
        ("UNIVERSIDAD DEL QUINDIO", "school_name", "UNIVERSIDAD DEL QUINDIO"),
        ("SECRETARÍA DE SERVICIOS", "class_name", None),
    ],
)
def test_what_a_title_of_another_language_says(title: str, key: str, value: str | None) -> None:
    assert extract(document(a_sheet(ACROSS, title=[title]))).fields[key] == value
