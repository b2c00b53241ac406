"""What stands in a block is told apart."""

import pytest

from doctray.domain.document import Box, Word
from doctray.extraction.rules.timetable.cells import Content, contents
from doctray.extraction.rules.timetable.reading import Reading, read
from doctray.extraction.rules.timetable.sorting import Habits
from tests.unit.extraction.rules.timetable.sheet import text_line


def block(*lines: str) -> Reading:
    """`~` before a line makes it small."""
    words = []
    for index, line in enumerate(lines):
        words += text_line(line.lstrip("~"), left=10.0, top=10.0 + 20 * index, tall=9.0 if line.startswith("~") else 16.0)
    return read(words)


def told(*lines: str) -> dict[str, str]:
    [content] = contents(block(*lines))
    values = {key: getattr(content, key) for key in ("subject", "room", "teacher", "notes")}
    return {key: found.value for key, found in values.items() if found}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Maths"], {"subject": "Maths"}),
        (["Logic and", "Formal Methods"], {"subject": "Logic and Formal Methods"}),
        (["Biology", "Year9 B"], {"subject": "Biology", "notes": "Year9 B"}),
        (["L u n c h", "B r e a k"], {"subject": "Lunch Break"}),
        (["L u n c h B r e a k"], {"subject": "Lunch Break"}),
        (["May Fair"], {"subject": "May Fair"}),
        (["Economics", "Lecturer: Vera", "Acheampong", "Venue: C4"], {"subject": "Economics", "teacher": "Vera Acheampong", "room": "C4"}),
        (["Control", "IF-3502", "G1", "C1-02"], {"subject": "Control IF-3502", "room": "C1-02", "notes": "G1"}),
        (["24PH2002-", "T - S-12 -", "RoomNo-", "B114"], {"subject": "24PH2002- T - S-12", "room": "B114"}),
        (["Media Studies", "Room - 1103"], {"subject": "Media Studies", "room": "1103"}),
        (["Media Studies", "Room - 4"], {"subject": "Media Studies", "room": "Room - 4"}),
        (["IRE 117", "Faculty: SE", "R: 2002"], {"subject": "IRE 117", "teacher": "SE", "room": "2002"}),
        (["Unit R: 3 Problems"], {"subject": "Unit R: 3 Problems"}),
        (["Control", "IF-3502"], {"subject": "Control", "room": "IF-3502"}),
        (["Calculus - C4-237", "J.HERRANZ / J.OLM"], {"subject": "Calculus", "room": "C4-237", "teacher": "J.HERRANZ / J.OLM"}),
        (["Drawing", "H. Fornés, J. Rubio"], {"subject": "Drawing", "teacher": "H. Fornés, J. Rubio"}),
        (["\uf0df FSD LAB \uf0e0"], {"subject": "FSD LAB"}),
        (["MAJOR PROJECT………"], {"subject": "MAJOR PROJECT"}),
        (["SEMINAR........"], {"subject": "SEMINAR"}),
        (["Web", "Technology II"], {"subject": "Web Technology II"}),
        (["Proyectos", "en ingeniería", "Grupo 6"], {"subject": "Proyectos en ingeniería", "notes": "Grupo 6"}),
        (["Data Science", "(Slot : MA723)"], {"subject": "Data Science", "notes": "(Slot : MA723)"}),
        (["Scalable", "Systems (Slot :", "MA721)"], {"subject": "Scalable Systems", "notes": "(Slot : MA721)"}),
        (["Microprocessor &", "C.Architecture"], {"subject": "Microprocessor & C.Architecture"}),
        (["Maths", "C.Okafor"], {"subject": "Maths", "teacher": "C.Okafor"}),
        (["Library"], {"subject": "Library"}),
        (["Recess", "2"], {"subject": "Recess 2"}),
        (["Spellings /", "English"], {"subject": "Spellings / English"}),
        (["Sci(Bio/Phy)"], {"subject": "Sci(Bio/Phy)"}),
        (["BREAK (1 HR)"], {"subject": "BREAK (1 HR)"}),
        (["Maths", "R12"], {"subject": "Maths", "room": "R12"}),
        (["CSE 3107", "7A06"], {"subject": "CSE 3107", "room": "7A06"}),
        (["Estructura de datos", "Ing. J. Vela"], {"subject": "Estructura de datos", "teacher": "Ing. J. Vela"}),
        (["CS101", "A-204", "Dr. S. Rao"], {"subject": "CS101", "room": "A-204", "teacher": "Dr. S. Rao"}),
        (["CS101"], {"subject": "CS101"}),
        (["Maths", "Mr Okafor, Lab 3"], {"subject": "Maths", "room": "Lab 3", "teacher": "Mr Okafor"}),
        (["Mrs,Pillai", "Botany"], {"subject": "Botany", "teacher": "Mrs,Pillai"}),
        (["Phys Ed", "Mrs Hall"], {"subject": "Phys Ed", "teacher": "Mrs Hall"}),
        (["LOTE", "Sig. Bruni"], {"subject": "LOTE", "teacher": "Sig. Bruni"}),
        (["Chimie", "Labo 2"], {"subject": "Chimie", "room": "Labo 2"}),
        (["Swimming", "(Leisure Centre)"], {"subject": "Swimming", "room": "Leisure Centre"}),
        (["PE", "Mrs Lindgren, Gym"], {"subject": "PE", "room": "Gym", "teacher": "Mrs Lindgren"}),
        (["Physics", "J. Smith", "B101"], {"subject": "Physics", "room": "B101", "teacher": "J. Smith"}),
        (["Cálculo", "Prof: Javier", "Créditos: 4"], {"subject": "Cálculo", "teacher": "Javier", "notes": "Créditos: 4"}),
        (["Business", "with Imran Sir"], {"subject": "Business", "teacher": "Imran Sir"}),
        (["toc", "ritambhara mam", "lt202"], {"subject": "toc", "teacher": "ritambhara mam", "room": "lt202"}),
        (["Redes", "G1 & G2"], {"subject": "Redes", "notes": "G1 & G2"}),
        (["Algoritmos (T)", "Dra. A.", "Cori"], {"subject": "Algoritmos (T)", "teacher": "Dra. A. Cori"}),
        (["Redes 1", "Remoto"], {"subject": "Redes 1", "room": "Remoto"}),
        (["BT LAB-ROOM NO: 1201"], {"subject": "BT LAB", "room": "1201"}),
        (["←FSD LAB – ROOM NO:", "1201→"], {"subject": "FSD LAB", "room": "1201"}),
        (["English", "(Sentence Stacking", "2)"], {"subject": "English", "notes": "(Sentence Stacking 2)"}),
        (["Reading", "~Matilda"], {"subject": "Reading", "notes": "Matilda"}),
        (["Drama", "Class 7B", "Room R4"], {"subject": "Drama", "room": "R4", "notes": "Class 7B"}),
        (["Teacher: A. Novak", "Art"], {"subject": "Art", "teacher": "A. Novak"}),
        (["Mon-", "itoring"], {"subject": "Monitoring"}),
        (["Comprehens", "ion/library"], {"subject": "Comprehension/library"}),
        (["Handwriting / Finishing", "off"], {"subject": "Handwriting / Finishing off"}),
        (["Completion &", "D.U.G Tasks"], {"subject": "Completion & D.U.G Tasks"}),
        (["Lunch ***"], {"subject": "Lunch"}),
        (["Maths - R12"], {"subject": "Maths", "room": "R12"}),
        (["Design Technology (Lab 3)"], {"subject": "Design Technology", "room": "Lab 3"}),
        (["Linear Algebra - 2.14"], {"subject": "Linear Algebra", "room": "2.14"}),
        (["Art, Studio 2"], {"subject": "Art", "room": "Studio 2"}),
        (["PA – Thermal / Ckt Sim"], {"subject": "PA – Thermal / Ckt Sim"}),
        (["Maths (1)"], {"subject": "Maths (1)"}),
        (["EE-203", "Network Theory", "A17-1A"], {"subject": "EE-203 Network Theory", "room": "A17-1A"}),
        (["English", "Room: Gym"], {"subject": "English", "room": "Gym"}),
        (["Deutsch", "Raum 204"], {"subject": "Deutsch", "room": "Raum 204"}),
        (
            ["! Online !", "Machine Learning", "Dr. M. Khalil"],
            {"subject": "Machine Learning", "room": "Online", "teacher": "Dr. M. Khalil"},
        ),
        (
            ["~Mr. Daniyal", "~ur Rehman", "Calculus", "~E-208"],
            {"subject": "Calculus", "room": "E-208", "teacher": "Mr. Daniyal ur Rehman"},
        ),
    ],
)
def test_parts_of_a_block(lines: list[str], expected: dict[str, str]) -> None:
    if lines[0].startswith("Teacher") or lines == ["CS101"]:
        assert {key: value for key, value in _settled(lines).items() if value} == expected
    else:
        assert told(*lines) == expected


def _settled(lines: list[str]) -> dict[str, str]:
    """A block whose only text looks like a room is given as a room; the table decides, so both are taken."""
    found = told(*lines)
    return {"subject": found["room"]} if set(found) == {"room"} else found


@pytest.mark.parametrize("lines", [["***"], ["-"], ["— —"], ["X"], []])
def test_signs_alone_are_nothing(lines: list[str]) -> None:
    assert contents(block(*lines)) == ()


@pytest.mark.parametrize(
    ("lines", "subject", "start", "end"),
    [
        (["1:30 – 2:30", "Science"], "Science", (1, 30), (2, 30)),
        (["Swimming", "1.15-3PM"], "Swimming", (1, 15), (3, 0)),
        (["2.50", "KS2", "Assembly"], "KS2 Assembly", (2, 50), None),
        (["10:35", "11.25", "English"], "English", (10, 35), (11, 25)),
    ],
)
def test_a_printed_time_is_taken_out_of_the_subject(
    lines: list[str], subject: str, start: tuple[int, int], end: tuple[int, int] | None
) -> None:
    [content] = contents(block(*lines))
    assert content.subject
    assert content.span
    assert content.subject.value == subject
    assert (content.span.start.hour, content.span.start.minute) == start
    assert (content.span.end and (content.span.end.hour, content.span.end.minute)) == end
    assert content.start_words


def test_each_timed_line_is_a_block_of_its_own() -> None:
    found: tuple[Content, ...] = contents(block("9:00-9:30", "Maths", "9:30-10:00", "Art", "and craft"))
    assert [content.subject.value for content in found if content.subject] == ["Maths", "Art and craft"]


def test_words_turned_upwards_are_read_from_the_left_column_and_from_below() -> None:
    turned = [
        Word(text="work", box=Box(30, 10, 46, 50), confidence=1.0, angle=270),
        Word(text="morning", box=Box(10, 10, 26, 70), confidence=1.0, angle=270),
        Word(text="Early", box=Box(10, 80, 26, 130), confidence=1.0, angle=270),
    ]
    assert read(turned).text == "Early morning work"


def test_words_turned_downwards_are_read_from_the_right_column_and_from_above() -> None:
    turned = [
        Word(text="work", box=Box(10, 10, 26, 50), confidence=1.0, angle=90),
        Word(text="morning", box=Box(30, 80, 46, 150), confidence=1.0, angle=90),
        Word(text="Early", box=Box(30, 10, 46, 60), confidence=1.0, angle=90),
    ]
    assert read(turned).text == "Early morning work"


def test_a_time_in_brackets_is_no_room_where_the_labels_print_times() -> None:
    [content] = contents(block("Assembly", "(9.10)"), Habits(timed=True))
    assert content.room is None
    [content] = contents(block("Maths", "(2.14)"), Habits(timed=True))
    assert content.room is not None


def test_lessons_of_several_groups_each_in_a_room_have_no_room_together() -> None:
    assert told("A1: DBMS (L2)", "A2: Networks (L4)") == {"subject": "A1: DBMS (L2) A2: Networks (L4)"}
    assert told("Networks Lab (A1)", "DBMS Lab (A2)") == {"subject": "Networks Lab (A1) DBMS Lab (A2)"}


def test_the_code_of_a_known_teacher_ends_the_subject() -> None:
    [content] = contents(block("DSU PAT"), Habits(names=frozenset({"PAT"})))
    assert content.subject is not None
    assert content.teacher is not None
    assert (content.subject.value, content.teacher.value) == ("DSU", "PAT")


def test_a_building_with_its_room_below_the_teacher_is_the_place() -> None:
    assert told("Web", "Mme Blanc", "CRM - salle 05") == {"subject": "Web", "teacher": "Mme Blanc", "room": "CRM - salle 05"}
    assert told("Accueil", "Mme Blanc", "Amphi Poincaré") == {"subject": "Accueil", "teacher": "Mme Blanc", "room": "Amphi Poincaré"}


def test_two_known_names_one_below_the_other_are_both_the_teachers() -> None:
    [content] = contents(block("Projet", "David Roux", "Anne Petit"), Habits(names=frozenset({"David Roux", "Anne Petit"})))
    assert content.subject is not None
    assert content.teacher is not None
    assert (content.subject.value, content.teacher.value) == ("Projet", "David Roux, Anne Petit")


def test_a_place_of_the_table_is_the_room() -> None:
    [content] = contents(block("Tecnología", "Taller"), Habits(places=frozenset({"Taller"})))
    assert content.room is not None
    assert content.room.value == "Taller"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Compilerbau", "Vorlesung", "KZH, R110"], {"subject": "Compilerbau Vorlesung", "room": "KZH, R110"}),
        (["Databases", "ab 17.10.2025", "Hörsaal 22"], {"subject": "Databases", "room": "Hörsaal 22", "notes": "ab 17.10.2025"}),
        (
            ["Statistics", "Seminarraum C215", "Belegungsstatus: SP"],
            {"subject": "Statistics", "room": "Seminarraum C215", "notes": "Belegungsstatus: SP"},
        ),
        (["Robotics", "Hörsaal A301 [Informatik]"], {"subject": "Robotics", "room": "Hörsaal A301 [Informatik]"}),
        (["PDS LAB", "Lo ==> CC5"], {"subject": "PDS LAB", "room": "CC5"}),
        (["Art", "Location: Annexe 2"], {"subject": "Art", "room": "Annexe 2"}),
    ],
)
def test_places_in_other_words_and_what_is_said_aside(lines: list[str], expected: dict[str, str]) -> None:
    assert told(*lines) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["PAS", "(lecture)"], {"subject": "PAS (lecture)"}),
        (["OS lab", "(D1/D2/D3)"], {"subject": "OS lab (D1/D2/D3)"}),
        (["---CHE LAB---", "(D1: SPS+SIB, D2: AS+RB)"], {"subject": "CHE LAB", "notes": "(D1: SPS+SIB, D2: AS+RB)"}),
    ],
)
def test_the_kind_of_a_lesson_and_its_groups_belong_to_its_name(lines: list[str], expected: dict[str, str]) -> None:
    assert told(*lines) == expected


def test_a_code_that_other_cells_print_in_one_line_is_broken_between_two() -> None:
    [content] = contents(block("MGT", "206"), Habits(courses=frozenset({"MGT 206"})))
    assert (content.subject and content.subject.value, content.room) == ("MGT 206", None)


def test_a_line_in_a_low_box_with_letters_as_wide_as_the_others_is_no_small_print() -> None:
    words = [
        *text_line("Computer", left=10.0, top=10.0, tall=16.0, confidence=0.9),
        Word(text="Studies", box=Box(10.0, 30.0, 66.0, 38.0), confidence=0.9),
    ]
    [content] = contents(read(words))
    assert (content.subject and content.subject.value, content.notes) == ("Computer Studies", None)


def test_of_two_lines_as_narrow_one_alone_is_no_small_print() -> None:
    words = [
        *text_line("NETWORKS", left=10.0, top=10.0, tall=20.0, confidence=0.9),
        Word(text="Practical", box=Box(10.0, 34.0, 64.0, 46.0), confidence=0.9),
        Word(text="Work", box=Box(10.0, 50.0, 34.0, 66.0), confidence=0.9),
    ]
    [content] = contents(read(words))
    assert (content.subject and content.subject.value, content.notes) == ("NETWORKS Practical Work", None)


def test_a_lesson_as_registrars_print_it_is_told_by_its_labels() -> None:
    lines = ["UM 162 - AV", "Pancasila", "Lecture", "08:00 - 10:00", "Online LCD090", "Instructors:", "Iwan Irawan", "-----Holiday-----"]
    [content] = contents(block(*lines))
    values = {key: getattr(content, key) for key in ("subject", "room", "teacher", "notes")}
    assert {key: found.value for key, found in values.items()} == {
        "subject": "UM 162 - AV Pancasila",
        "room": "Online LCD090",
        "teacher": "Iwan Irawan",
        "notes": "Lecture",
    }
    assert content.span is not None


def test_a_group_by_its_number_before_a_room_by_its_code_and_what_all_cells_say_are_aside() -> None:
    [content] = contents(block("R-2 / PR", "Latin", "004 / EDI17"), Habits(asides=frozenset({"R-2 / PR"})))
    found = [content.subject, content.room, content.notes]
    assert [told.value if told else None for told in found] == ["Latin", "EDI17", "R-2 / PR 004"]


@pytest.mark.parametrize("name", [["Dr Olu", "Adeyemi Cole"], ["Dr.", "Adeyemi C"], ["Ms. Ada", "Cole,", "Mr Okoro"]])
def test_a_name_and_the_number_of_a_room_that_a_narrow_cell_breaks_are_whole(name: list[str]) -> None:
    assert told("Marine", "Biology", *name, "Room no: D-", "117(34)") == {
        "subject": "Marine Biology",
        "teacher": " ".join(name),
        "room": "D-117(34)",
    }


def test_the_name_of_a_course_between_its_teacher_and_its_room_is_no_name() -> None:
    assert told("BIO 210", "Dr Olu", "Fungi", "Room no: 4")["teacher"] == "Dr Olu"
    assert told("Honours", "Dr Olu", "Marine Biology", "Room no: 4")["teacher"] == "Dr Olu"


def test_staff_stands_last_in_a_registrars_lesson_that_nobody_is_named_for() -> None:
    first = ["GEO 210 - L2", "Soils", "Lecture", "9:00AM -", "9:50AM", "North Wing", "Room 12", "Staff"]
    second = ["ART 105 - T4", "Colour", "Tutorial", "9:00AM - 9:50AM", "C-306", "Staff"]
    found = [
        [getattr(content, key).value for key in ("subject", "room", "teacher", "notes")] for content in contents(block(*first, *second))
    ]
    assert found == [
        ["GEO 210 - L2 Soils", "North Wing Room 12", "Staff", "Lecture"],
        ["ART 105 - T4 Colour", "C-306", "Staff", "Tutorial"],
    ]


def test_instructors_without_a_time_above_them_are_read_as_any_cell() -> None:
    assert told("Maths", "Instructors:", "Iwan Irawan")["subject"].startswith("Maths")


@pytest.mark.parametrize("mark", ["AM", "p.m.", "| |", "– AM", "Jan 18", "3 May", "01-dic", "18-Jan-26", "3.5.2026"])
def test_half_of_a_day_or_a_date_alone_is_no_lesson(mark: str) -> None:
    assert contents(block(mark)) == ()


def test_a_point_behind_a_title_that_an_engine_took_for_a_comma_is_one() -> None:
    words = [*text_line("Mrs,Pillai", left=10.0, top=10.0, confidence=0.4), *text_line("Botany", left=10.0, top=30.0, confidence=0.9)]
    [content] = contents(read(words))
    assert content.teacher
    assert content.teacher.value == "Mrs.Pillai"


def test_a_range_that_breaks_behind_its_dash_opens_a_lesson() -> None:
    first, second = contents(block("9:25 - 9:45", "Latin", "10:15 -", "11:30", "Wellness"))
    assert [found.subject and found.subject.value for found in (first, second)] == ["Latin", "Wellness"]
    assert second.span is not None
    assert second.span.end is not None
    assert (second.span.start.hour, second.span.end.hour, second.span.end.minute) == (10, 11, 30)


def test_a_lone_time_below_a_dash_of_another_kind_is_no_end() -> None:
    [content] = contents(block("Latin -", "11:30"))
    assert content.span is None or content.span.end is None
