"""Teachers above the subjects are told by how all the cells of a table begin."""

from doctray.domain.document import Box
from doctray.extraction.rules.grid import Cell
from doctray.extraction.rules.timetable.cells import contents
from doctray.extraction.rules.timetable.document import extract
from doctray.extraction.rules.timetable.habits import habits_of
from doctray.extraction.rules.timetable.reading import read
from tests.unit.extraction.rules.timetable.sheet import a_sheet, document, lesson, text_line


def cells(*texts: str, wide: float = 130.0) -> list[Cell]:
    return [
        Cell(
            box=Box(0.0, 0.0, wide, 20.0 * (text.count("|") + 2)),
            words=tuple(word for index, line in enumerate(text.split("|")) for word in text_line(line, left=5.0, top=10.0 + 20 * index)),
        )
        for text in texts
    ]


def told(cell: Cell, among: list[Cell]) -> tuple[str | None, ...]:
    [content] = contents(read(cell.words), habits_of(among, timed=True))
    return tuple(found.value if found else None for found in (content.teacher, content.subject, content.room))


def test_a_name_over_two_lines_ends_where_the_subject_begins() -> None:
    table = cells(
        "CS-Ms Romana|Maroof|COAL|C-302", "HUM-MS Saman|Noor|Civics|C-201", "CS-Mr Hafiz Obaid|Visual Design|C-304",
        "Maths-Sumaira|Nadeem|Calculus|C-305", "CS-Mr Omar Bilal|Advisory Class|C-301",
    )  # fmt: skip
    assert [told(cell, table) for cell in table] == [
        ("CS-Ms Romana Maroof", "COAL", "C-302"),
        ("HUM-MS Saman Noor", "Civics", "C-201"),
        ("CS-Mr Hafiz Obaid", "Visual Design", "C-304"),
        ("Maths-Sumaira Nadeem", "Calculus", "C-305"),
        ("CS-Mr Omar Bilal", "Advisory Class", "C-301"),
    ]


def test_names_without_a_title_open_cells_whose_lessons_stand_beneath() -> None:
    table = cells("Ada Lind|Physics|R12", "Bo Marek|History|R14", "Ada Lind|Chemistry|R12", "Iva Dunn|Latin|R9", wide=220.0)
    assert told(table[0], table) == ("Ada Lind", "Physics", "R12")


def test_subjects_of_two_words_that_open_cells_are_no_names() -> None:
    table = cells(
        "Modern Dance|Ada Lind|R12", "Roman Law|Bo Marek|R14", "Gothic Prose|Ada Lind|R12", "Human Rights|Iva Dunn|R9", wide=220.0
    )
    assert told(table[1], table)[1] == "Roman Law"


def test_a_place_that_several_subjects_share_stands_where_rooms_do() -> None:
    rows = [
        ["9:00-10:00", "CS-Dr Imran Latif|Networks|C-301", "CS-Dr Imran Latif|Compilers|C-302", "CS-Dr Sara Aziz|Calculus|C-303"],
        ["10:00-11:00", "CS-Dr Sara Aziz|Algebra|C-301", "CS-Dr Sara Aziz|Calculus|C-303", "CS-Dr Imran Latif|Networks|C-302"],
        ["11:00-12:00", "CS-Dr Sara Aziz|Algebra|C-305", "CS-Dr Imran Latif|Networks Lab|Lab 12 C Block (2nd)", "CS-Dr Sara Aziz|Calculus Lab|Lab 12 C Block (2nd)"],
    ]  # fmt: skip
    found = extract(document(a_sheet([["", "Mon", "Tue", "Wed"], *rows])))
    block = lesson(found, "Tuesday", "Networks Lab")
    assert (block["teacher"], block["room"]) == ("CS-Dr Imran Latif", "Lab 12 C Block (2nd)")


SURNAMES = [
    ["", "Segunda", "Terça", "Quarta", "Quinta", "Sexta"],
    ["19:00 - 20:40", "SAULO|Algoritmos", "RONNIE|Redes I", "LUCILENA|Matemática", "GABRIELA|Inglês I", "SAULO|Algoritmos"],
    ["20:50 - 22:30", "RONNIE|Redes II", "SAULO|Algoritmos", "GABRIELA|Inglês I", "LUCILENA|Estatística", "RONNIE|Redes I"],
]


def test_first_names_alone_above_the_subjects_are_the_teachers() -> None:
    found = extract(document(a_sheet(SURNAMES)))
    assert [(lesson(found, "Monday", subject)["teacher"]) for subject in ("Algoritmos", "Redes II")] == ["SAULO", "RONNIE"]
    assert lesson(found, "Thursday", "Estatística")["teacher"] == "LUCILENA"


CODES = [
    ["", "Lunes", "Martes", "Miércoles", "Jueves", "Viernes"],
    ["8:00 - 9:00", "DIWEB|Juan Vela", "DAWEB|Ana Luque", "DIWEB|Juan Vela", "EINEM|Eva Camino", "DAWEB|Ana Luque"],
    ["9:00 - 10:00", "DWESE|José Domene", "DIWEB|Juan Vela", "DWESE|José Domene", "DWESE|José Domene", "EINEM|Eva Camino"],
]  # fmt: skip


def test_codes_of_courses_above_their_teachers_are_no_names() -> None:
    found = extract(document(a_sheet(CODES)))
    assert lesson(found, "Monday", "DIWEB")["teacher"] == "Juan Vela"
