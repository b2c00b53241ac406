"""What all cells of a table tell together: lines that are teachers' names without any title."""

from dataclasses import replace

import pytest

from doctray.domain.document import Box, Line
from doctray.extraction.rules.grid import Cell
from doctray.extraction.rules.timetable.document import extract
from doctray.extraction.rules.timetable.habits import habits_of
from tests.unit.extraction.rules.timetable.sheet import Layout, a_sheet, document, lesson, text_line

DAYS = ["", "Monday", "Tuesday", "Wednesday"]


def cells(*texts: str, wide: float = 200.0) -> list[Cell]:
    """`|` parts the lines of a cell."""
    made = []
    for text in texts:
        words = [word for index, line in enumerate(text.split("|")) for word in text_line(line, left=10.0, top=10.0 + 20 * index)]
        made.append(Cell(box=Box(0, 0, wide, 100), words=tuple(words)))
    return made


def test_names_under_most_subjects_are_teachers() -> None:
    found = habits_of(cells("Maths|John Smith|R4", "Art|Priya Rao|R7", "Physics|J. Okafor|Lab 2", "Break"), timed=True)
    assert found.names == {"John Smith", "Priya Rao", "J. Okafor"}


@pytest.mark.parametrize(
    "texts",
    [
        ["Maths|John Smith", "Art|R7", "Physics|Lab 2", "Music|Hall", "PE|Gym 1"],
        ["Religious|Studies Core", "Design|Technology Lab", "Computer|Science Lab"],
        ["Maths|R4", "Art|R7", "Physics|Lab 2"],
        ["Discrete|Linear Algebra Methods", "Object|Oriented Software Design", "Mobile|Computer Network Security"],
    ],
    ids=["one name is no habit", "second lines of subjects", "rooms", "second lines of three words"],
)
def test_other_lines_are_no_names(texts: list[str]) -> None:
    assert habits_of(cells(*texts), timed=True).names == frozenset()


def test_a_line_that_had_no_room_beside_the_one_before_is_not_set_apart() -> None:
    narrow = cells("Theatre|Hamlet Macbeth", "Reading|Oliver Twist", "Novels|Jane Eyre", wide=70.0)
    assert habits_of(narrow, timed=True).names == frozenset()


def test_short_codes_between_subject_and_room_are_teachers() -> None:
    found = habits_of(cells("MA|Mül|R12", "DE|Hof|R4", "EN|Kra|R7", "SP"), timed=True)
    assert found.names == {"Mül", "Hof", "Kra"}


THREES = [
    "Maths|Barzi|32", "Maths|Barzi|12", "Physics|Rizzon|26", "History|Gamma|17", "Letters|Gamma|17", "English|Ravara|26", "Workshop|Martin|le",
    "Circuits|Martin|le", "Gymnastics|Solinas|pal",
]  # fmt: skip


def test_surnames_and_short_rooms_in_lines_of_their_own_beneath_nearly_all_subjects() -> None:
    found = habits_of(cells(*THREES), timed=True)
    assert found.names == {"Barzi", "Rizzon", "Gamma", "Ravara", "Martin", "Solinas"}
    assert found.places == {"32", "12", "26", "17", "le", "pal"}


@pytest.mark.parametrize(
    "texts",
    [
        [*THREES, *(f"Long|Subject {number}" for number in range(9))],
        [text.replace("|", " ", 1) for text in THREES],
        ["Human|Biology|12", "Modern|History|12", "World|History|14", "Human|Biology|14", "Modern|Art|12", "Applied|Maths|14"],
    ],
    ids=["too few cells", "two lines", "second lines of subjects"],
)
def test_other_cells_of_three_lines_tell_no_surnames(texts: list[str]) -> None:
    assert not habits_of(cells(*texts), timed=True).names


def test_initials_beneath_most_subjects_are_teachers() -> None:
    found = habits_of(
        cells("Math|RKI", "Science|MKA", "English 1st|SHO", "Math|RKI", "ICT|NJ", "English 2nd|SHO", "Science|MKA", "PE|GYM"), timed=True
    )
    assert found.names == {"RKI", "MKA", "SHO", "NJ"}


@pytest.mark.parametrize(
    "texts",
    [
        ["Math|RKI", "Science|Lab", "English|Room", "Art", "Music", "PE"],
        ["Physics|LAB", "Chemistry|LAB", "Biology|LAB", "Math|TUT", "English|TUT", "History|TUT", "Art|TH"],
        ["Maths|XA", "English|XA", "Science|XA", "Art|XA", "Music|XB", "French|YA", "German|YA"],
    ],
    ids=["one is no habit", "kinds of lessons", "sets that many subjects are taught to"],
)
def test_other_short_words_in_capitals_are_no_teachers(texts: list[str]) -> None:
    assert habits_of(cells(*texts), timed=True).names == frozenset()


def test_what_ends_the_lines_of_several_lessons_is_their_room() -> None:
    found = habits_of(cells("English 208", "Law 301", "Statistics (lec) 301", "Accounting 215", "Marketing 301", "Sports"), timed=True)
    assert found.rooms == {"208", "301", "215"}


@pytest.mark.parametrize(
    "texts",
    [
        ["MATH 101", "PHYS 101", "CHEM 101", "BIO 204"],
        ["Physics Lab G1", "Chemistry Lab G1", "Physics Lab G2", "Chemistry Lab G2"],
        ["English 1", "Maths 2", "English 2", "Maths 1"],
        ["Unit 12", "History 12", "Art", "Music", "PE", "French", "German"],
    ],
    ids=["codes of courses", "groups", "parts", "too few"],
)
def test_other_numbers_at_the_end_are_no_rooms(texts: list[str]) -> None:
    assert habits_of(cells(*texts), timed=True).rooms == frozenset()


def test_names_in_brackets_beneath_most_subjects_are_teachers() -> None:
    texts = ["ENG|(SUNITA)", "MATHS|(R K JAIN)", "SCI|(PRIYA)", "HINDI|(ANJU)", "SST|(MOHAN)", "ENG|(SUNITA)", "ART|(Studio)", "GAMES"]
    assert habits_of(cells(*texts), timed=True).names == {"SUNITA", "R K JAIN", "PRIYA", "ANJU", "MOHAN"}


def test_kinds_of_lessons_in_brackets_are_no_teachers() -> None:
    texts = ["SE2012|(L)", "SE2022|(P)", "IT2020|(Lab)", "SE2032|(Lab)", "SE2042|(Tutorial)", "SE2052|(Lecture)", "SE2062|(Lab)"]
    assert habits_of(cells(*texts), timed=True).names == frozenset()


def test_a_legend_says_which_codes_are_people() -> None:
    rows = [DAYS, ["9:00-10:00", "SOM (GS)", "FM (HK)", "CAD (L2)"], ["10:00-11:00", "FM (HK)", "SOM (GS)", ""]]
    sheet = a_sheet(rows)
    legend = text_line("GS - Sh. Gurpreet Singh   HK: Smt. Harleen Kaur   L2 - Lab two", left=60, top=900)
    found = extract(document(sheet.evolve(lines=(*sheet.lines, Line(words=tuple(legend))))))
    assert (lesson(found, "Monday", "SOM")["teacher"], lesson(found, "Tuesday", "FM")["teacher"]) == ("GS", "HK")
    assert lesson(found, "Wednesday", "CAD")["teacher"] is None


def test_two_weeks_in_one_cell_are_two_blocks() -> None:
    rows = [
        DAYS,
        ["9:00-10:00", "Odd: Philosophy|Even: English", "Week A - Art|Week B - Music", "A: Law"],
        ["10:00-11:00", "Maths", "", ""],
    ]
    found = extract(document(a_sheet(rows)))
    assert (lesson(found, "Monday", "Philosophy")["week"], lesson(found, "Monday", "English")["week"]) == ("Odd", "Even")
    assert (lesson(found, "Tuesday", "Art")["week"], lesson(found, "Tuesday", "Music")["week"]) == ("A", "B")
    assert lesson(found, "Wednesday", "A: Law")["week"] is None


def test_names_reach_the_blocks() -> None:
    rows = [DAYS, ["9:00-10:00", "Maths|John Smith|R4", "Art|Priya Rao|R7", "Physics|Emma Okafor|Lab 2"], ["10:00-11:00", "", "", ""]]
    block = lesson(extract(document(a_sheet(rows))), "Tuesday", "Art")
    assert (block["teacher"], block["room"]) == ("Priya Rao", "R7")


def test_what_stands_where_other_cells_have_a_room_is_a_place() -> None:
    rooms = ("Maths|R4", "Art|R7", "Physics|Lab 2", "Latin|R9")
    assert habits_of(cells(*rooms, "Study|Cafeteria"), timed=True).places == {"Cafeteria"}
    assert habits_of(cells("Maths|R4", "Study|Cafeteria", "Art|Drawing"), timed=True).places == frozenset()
    assert habits_of(cells(*rooms, "Technology|Workshopping", wide=100.0), timed=True).places == frozenset()


def test_codes_of_courses_that_stand_in_one_line_are_kept() -> None:
    assert habits_of(cells("MGT 206", "MGT|206", "Maths|R4"), timed=True).courses == {"MGT 206"}


def _over_small(subject: str, place: str) -> Cell:
    words = (*text_line(subject, left=20.0, top=10.0, tall=24.0), *text_line(place, left=60.0, top=40.0, tall=13.0))
    return Cell(box=Box(0.0, 0.0, 270.0, 60.0), words=words)


def test_small_lines_that_repeat_beneath_many_subjects_are_places() -> None:
    taught = [
        ("Optics", "NBHC G3"),
        ("Law", "NBHC G3"),
        ("Ethics", "NBHC G3"),
        ("Forging", "Mech Dept Lab"),
        ("Latin", "NAC Floor-5"),
        ("Dance", "NBHC G3"),
    ]
    habits = habits_of([_over_small(*each) for each in taught], timed=True)
    assert habits.places == {"NBHC G3", "Mech Dept Lab", "NAC Floor-5"}


def test_small_lines_that_change_with_the_subject_are_no_places() -> None:
    taught = [("Optics", "Unit 3"), ("Law", "Book 2"), ("Ethics", "Essay 1"), ("Forging", "Test 4"), ("Latin", "Text 5")]
    assert habits_of([_over_small(*each) for each in taught], timed=True).places == frozenset()


def test_codes_in_brackets_that_belong_to_one_subject_each_are_no_rooms() -> None:
    row = ["Optics|(PHY101)", "Law|(LAW204)", "Optics|(PHY101)", "Ethics|(HUM300)", "Law|(LAW204)"]
    sheet = a_sheet([["", "Mon", "Tue", "Wed", "Thu", "Fri"], ["9:00-10:00", *row], ["10:00-11:00", *row[::-1]]])
    found = lesson(extract(document(sheet)), "Thursday", "Ethics (HUM300)")
    assert found["room"] is None


def test_lines_in_one_place_of_long_cells_that_repeat_as_places_do_are_rooms() -> None:
    row = [
        "CS1010/L/01|Programming|Edge Hill 2.01|Smith, J|Wk 1-12",
        "MA1020/L/01|Discrete Maths|Tech Hub 1.11|Patel, R|Wk 1-12",
        "CS1030/T/02|Systems|Tech Hub 1.11|Okoro, B|Wk 2-12",
        "CS1040/P/01|Web Design|Tech Hub 1.11|Lunn, K|Wk 1-12",
        "CS1010/P/03|Programming Practical|Edge Hill 2.01|Smith, J|Wk 1-6, 8",
    ]
    sheet = a_sheet(
        [["", "Mon", "Tue", "Wed", "Thu", "Fri"], ["9:00-10:00", *row], ["10:00-11:00", *row[::-1]]], layout=Layout(wide=250.0, tall=120.0)
    )
    blocks = extract(document(sheet)).fields["timeblocks"]
    told = {(block["subject"], block["room"], block["teacher"], block["notes"]) for block in blocks}
    assert ("CS1030/T/02 Systems", "Tech Hub 1.11", "Okoro, B", "Wk 2-12") in told
    assert ("CS1010/P/03 Programming Practical", "Edge Hill 2.01", "Smith, J", "Wk 1-6, 8") in told


def test_codes_of_courses_below_several_kinds_of_lessons_are_no_rooms() -> None:
    row = [
        "Optics Lecture|Bo Lind|A. Roy|PHY101",
        "Optics Lab|Ada Hill|C. Sen|PHY101",
        "Optics Tutorial|Ada Hill|C. Sen|PHY101",
        "Law|Bo Lind|B. Ray|LAW200",
    ]
    assert habits_of(cells(*row), timed=True).places == frozenset()


def test_what_stands_behind_a_bar_and_repeats_as_places_do_is_the_room() -> None:
    rows = [
        ["Zeit", "Montag", "Dienstag", "Mittwoch"],
        ["8 - 10", "Analysis|V / ML D 28", "FMFP|V / ML D 28", "Netze|V / ML F 36"],
        ["10 - 12", "Netze|V / ML D 28", "Analysis|U / SELF", "FMFP|V / ML F 36"],
        ["12 - 14", "FMFP|U / HG F 1", "Netze|U / SELF", "Analysis|V / HG F 1"],
    ]
    page = a_sheet(rows)
    barred = replace(
        page,
        lines=tuple(replace(line, words=tuple(replace(w, text="|") if w.text == "/" else w for w in line.words)) for line in page.lines),
    )
    found = extract(document(barred)).fields["timeblocks"]
    assert {(block["subject"], block["room"]) for block in found if block["day"] == "Monday"} == {
        ("Analysis V", "ML D 28"),
        ("Netze V", "ML D 28"),
        ("FMFP U", "HG F 1"),
    }


def test_places_of_any_name_below_codes_of_courses_are_rooms_where_many_can_only_be_rooms() -> None:
    rows = [
        ["", "Monday", "Tuesday", "Wednesday"],
        ["8:30-9:30", "COS216|IT 2-23", "IMY211|IT 4-4", "COS212|Louw Hall"],
        ["9:30-10:30", "VIO202|Grad Center", "COS216|IT 4-4", "IMY211|Infor Yellow"],
        ["10:30-11:30", "COS212|Thuto|Green, Grey", "VIO202|IT 2-23", "COS216|IT 4-4"],
    ]
    found = extract(document(a_sheet(rows))).fields["timeblocks"]
    assert {block["subject"] for block in found} == {"COS216", "IMY211", "COS212", "VIO202"}
    assert [block["room"] for block in found if block["day"] == "Monday"] == ["IT 2-23", "Grad Center", "Thuto Green, Grey"]


def test_titles_below_codes_of_courses_are_no_rooms() -> None:
    rows = [
        ["", "Monday", "Tuesday", "Wednesday"],
        ["8:30-9:30", "COS216|Networks", "IMY211|Design", "COS212|Algorithms"],
        ["9:30-10:30", "VIO202|Visual Art", "COS216|Networks", "IMY211|Design"],
    ]
    found = extract(document(a_sheet(rows))).fields["timeblocks"]
    assert all(block["room"] is None for block in found)


def test_names_in_square_brackets_are_teachers_and_what_stands_below_is_the_room() -> None:
    rows = [
        ["", "Monday", "Tuesday", "Wednesday"],
        ["8:30-9:30", "Physics HL [R|HAMBLETON]|2S2", "Chinese B SL [M|LIM]|MID628", "Literature [S BINNY]|HS420"],
        ["9:30-10:30", "Literature [S BINNY]|HS420", "Physics HL [R|HAMBLETON]|2S2", "Computing [A|PERRY]|MID432"],
        ["11:00-12:00", "Strings [T|AUGUST]|Music Room 7", "", ""],
    ]
    found = extract(document(a_sheet(rows))).fields["timeblocks"]
    assert {(block["subject"], block["teacher"], block["room"]) for block in found} == {
        ("Physics HL", "R HAMBLETON", "2S2"),
        ("Chinese B SL", "M LIM", "MID628"),
        ("Literature", "S BINNY", "HS420"),
        ("Computing", "A PERRY", "MID432"),
        ("Strings", "T AUGUST", "Music Room 7"),
    }


def test_lines_of_a_form_say_what_their_labels_announce() -> None:
    def lesson_of(subject: str, room: str) -> str:
        return f"Cod. 123|{subject}|Grupo. 01-D|SubGrupo.|Aula. {room}|MAESTRIA"

    rows = [
        ["HORAS", "LUNES", "MARTES", "VIERNES"],
        ["7:00-9:00", lesson_of("Cálculo", "D4-403"), lesson_of("Diseño", "D4-302"), lesson_of("Cálculo", "D4-403")],
        ["9:00-11:00", lesson_of("Lengua", "D4-113"), lesson_of("Cálculo", "D4-403"), lesson_of("Diseño", "D4-302")],
    ]
    found = extract(document(a_sheet(rows, layout=Layout(wide=220.0, tall=150.0)))).fields["timeblocks"]
    assert {(block["subject"], block["room"]) for block in found} == {
        ("Cálculo", "D4-403 MAESTRIA"),
        ("Diseño", "D4-302 MAESTRIA"),
        ("Lengua", "D4-113 MAESTRIA"),
    }
    assert {block["notes"] for block in found} == {"Cod. 123 Grupo. 01-D"}


def test_full_names_in_brackets_below_the_subjects_are_teachers() -> None:
    rows = [
        ["", "Lunes", "Martes", "Viernes"],
        ["16:00 - 16:55", "DIWEB|(Juan Mario Rodríguez Pérez)", "FCT|(María del Pilar González Gómez)", "DAWEB|(Francisco Luque Jiménez)"],
        ["16:55 - 17:50", "EINEM|(Constantino Camino López)", "DIWEB|(Juan Mario Rodríguez Pérez)", "FCT|(María del Pilar González Gómez)"],
        ["17:50 - 18:45", "DAWEB|(Francisco Luque Jiménez)", "EINEM|(Constantino Camino López)", "DIWEB|(Juan Mario Rodríguez Pérez)"],
    ]
    found = extract(document(a_sheet(rows, layout=Layout(wide=340.0)))).fields["timeblocks"]
    assert {(block["subject"], block["teacher"]) for block in found} == {
        ("DIWEB", "Juan Mario Rodríguez Pérez"),
        ("FCT", "María del Pilar González Gómez"),
        ("DAWEB", "Francisco Luque Jiménez"),
        ("EINEM", "Constantino Camino López"),
    }


def test_two_numbers_that_several_lessons_end_with_are_a_room() -> None:
    texts = ["IoT 3-3", "PSI 3-3", "lab.SI 503", "ARC 3-3", "PAD 3-3", "lab.PAD 503", "lab.ASI 407"]
    assert habits_of(cells(*texts), timed=True).rooms == {"3-3", "503", "407"}


def test_scores_of_one_lesson_are_no_rooms() -> None:
    assert habits_of(cells("Unit 3-1", "Unit 3-2", "Unit 3-3", "Maths", "Art"), timed=True).rooms == frozenset()


def test_a_code_before_nearly_all_rooms_is_a_building_and_no_teacher() -> None:
    told = [
        *(f"{subject}|NLHC G{room}" for room, subject in enumerate(("Physics", "Algebra", "Ethics", "Botany", "Drama"))),
        "Logic|NAB G3",
    ]
    assert habits_of(cells(*told, "Statics|NLHC G7"), timed=True).names == frozenset()
    told = [
        f"{subject}|{code} G{room}"
        for room, (subject, code) in enumerate(zip(("Physics", "Algebra", "Ethics", "Botany"), ("KRO", "SMI", "KRO", "LEE"), strict=True))
    ]
    assert habits_of(cells(*told), timed=True).names == {"KRO", "SMI", "LEE"}


def test_professors_whom_a_form_announces_are_the_teachers() -> None:
    cell = "{0}|Prof: {1}|Salle: {2}".format
    rows = [
        ["", "Monday", "Tuesday", "Wednesday"],
        ["8:00-10:00", cell("PPE111", "DOMGA", "A502"), cell("MAT131", "Edgar Landry", "A502"), cell("INF131", "KOUOKAM", "A101")],
        ["10:00-12:00", cell("INF131", "KOUOKAM", "A101"), cell("PPE111", "DOMGA", "A502"), cell("MAT131", "Edgar Landry", "A502")],
    ]
    found = extract(document(a_sheet(rows))).fields["timeblocks"]
    assert {(block["subject"], block["teacher"], block["room"]) for block in found} == {
        ("PPE111", "DOMGA", "A502"),
        ("MAT131", "Edgar Landry", "A502"),
        ("INF131", "KOUOKAM", "A101"),
    }


def test_a_code_that_nearly_all_cells_print_alike_is_no_part_of_the_subject() -> None:
    lessons = ["R-2 / PR|Latin|004 / EDI17", "R-2 / PR|Greek|011 / EDI20", "R-2 / PR|Optics|004 / EDI17"] * 3
    assert habits_of(cells(*lessons), timed=True).asides == {"R-2 / PR"}
    assert habits_of(cells(*(lesson.replace("R-2 / PR", "LAW 210") for lesson in lessons)), timed=True).asides == frozenset()
    assert habits_of(cells(*(lesson.replace("R-2 / PR", "B12") for lesson in lessons)), timed=True).asides == frozenset()
    assert habits_of(cells(*["R-2 / PR|Latin|EDI17"] * 9), timed=True).asides == frozenset()
