"""Teacher, room and start that stand small around each subject are told by their places."""

from doctray.domain.document import Box, Word
from doctray.extraction.rules.grid import Cell
from doctray.extraction.rules.timetable.cells import Content
from doctray.extraction.rules.timetable.sorting import PLAIN
from doctray.extraction.rules.timetable.zones import zones_of
from tests.unit.extraction.rules.timetable.sheet import text_line

BOX = Box(100.0, 100.0, 300.0, 200.0)


def in_corners(subject: str, start: str, teacher: str, room: str) -> Cell:
    """Start in the upper left corner, teacher in the upper right, room in the lower right, the subject in the middle and larger."""
    middle = text_line(subject, left=160.0, top=140.0, tall=20.0)
    return Cell(box=BOX, words=(*_small(start, 102.0, 104.0), *middle, *_small(teacher, 270.0, 104.0), *_small(room, 270.0, 182.0)))


def above_and_below(subject: str, teacher: str, room: str, *, tall: float = 18.0) -> Cell:
    middle = [
        word for index, line in enumerate(subject.split("|")) for word in text_line(line, left=150.0, top=138.0 + 20 * index, tall=tall)
    ]
    return Cell(box=BOX, words=(*_small(teacher, 160.0, 102.0), *middle, *_small(room, 180.0, 184.0)))


def _small(text: str, left: float, top: float) -> list[Word]:
    return text_line(text, left=left, top=top, tall=12.0) if text else []


def told(content: Content | None) -> tuple[str | None, ...]:
    assert content is not None
    return tuple(found.value if found else None for found in (content.subject, content.teacher, content.room))


def test_corners_hold_start_teacher_and_room() -> None:
    lessons = [
        ("MAT9", "9:00", "CR", "MA4"), ("SCI9", "10:05", "SAH", "CAL2"), ("ENG9", "11:50", "BW", "GRA4"), ("SOC9", "8:40", "KRA", "MOR1"),
        ("DIGI9", "12:55", "LEO", "TAY1"), ("PE9", "2:15", "REN", "SC1"),
    ]  # fmt: skip
    cells = [in_corners(*lesson) for lesson in lessons]
    zones = zones_of(cells)
    assert zones is not None
    assert [told(zones.content(cell, PLAIN)) for cell in cells] == [(subject, teacher, room) for subject, _, teacher, room in lessons]
    assert [content.span is not None for cell in cells if (content := zones.content(cell, PLAIN))] == [True] * len(cells)
    alone = zones.content(in_corners("", "11:05", "", ""), PLAIN)
    assert alone is not None
    assert (alone.subject, alone.span is not None) == (None, True)


def test_names_without_a_title_above_the_subject_are_teachers_and_labs_below_it_rooms() -> None:
    cells = [
        above_and_below("(CSC 110) Computing|Fundamentals", "Engr. Ayesha Khan", "E- 222"),
        above_and_below("Applied Physics Lab", "Rizwan Ali / Sara Noor", "AP Lab"),
        above_and_below("Calculus", "Mr. Daniyal Shah", "E- 208"),
        above_and_below("English", "Saba Aziz", "E- 202"),
        above_and_below("Programming", "Engr. Omar Faisal", "E- 203"),
        above_and_below("Islamiat", "Dr. Hina Raza", "E- 207"),
    ]
    zones = zones_of(cells)
    assert zones is not None
    assert told(zones.content(cells[0], PLAIN)) == ("(CSC 110) Computing Fundamentals", "Engr. Ayesha Khan", "E- 222")
    assert told(zones.content(cells[1], PLAIN)) == ("Applied Physics Lab", "Rizwan Ali / Sara Noor", "AP Lab")
    assert told(zones.content(cells[3], PLAIN)) == ("English", "Saba Aziz", "E- 202")


def test_a_group_in_a_corner_of_few_cells_is_no_part_of_the_subject() -> None:
    lessons = [
        ("SGBD (Lab)", "Ana Ionescu", "L-410"), ("SistOper (Lab)", "Ion Marin", "L-401"), ("Calculus", "Dan Popa", "S-512"),
        ("Statics", "Eva Rusu", "S-415"), ("Optics", "Radu Stan", "S-415"), ("Logic", "Mara Dinu", "S-512"),
    ]  # fmt: skip
    cells = [above_and_below(*lesson) for lesson in lessons]
    cells[0] = Cell(box=BOX, words=(*cells[0].words, *_small("Gr 1", 104.0, 184.0)))
    zones = zones_of(cells)
    assert zones is not None
    divided = zones.content(cells[0], PLAIN)
    assert divided is not None
    assert told(divided) == ("SGBD (Lab)", "Ana Ionescu", "L-410")
    assert divided.notes is not None
    assert divided.notes.value == "Gr 1"


def test_a_cell_too_low_for_three_lines_has_the_subject_where_others_have_the_teacher() -> None:
    lessons = [
        ("Databases (Lab)", "Ana Ionescu", "L-410"), ("Networks (Lab)", "Ion Marin", "L-401"), ("Calculus", "Dan Popa", "S-512"),
        ("Statics", "Eva Rusu", "S-415"), ("Optics", "Radu Stan", "S-415"), ("Logic", "Mara Dinu", "S-512"),
    ]  # fmt: skip
    low = Cell(
        box=Box(100.0, 100.0, 300.0, 130.0),
        words=(*_small("Algebra (Lab, SI)", 104.0, 102.0), *_small("Dan Popa", 104.0, 117.0), *_small("L-411", 265.0, 117.0)),
    )
    cells = [
        Cell(
            box=BOX,
            words=(*_small(name, 104.0, 102.0), *text_line(subject, left=140.0, top=140.0, tall=18.0), *_small(room, 265.0, 184.0)),
        )
        for subject, name, room in lessons
    ]
    zones = zones_of([*cells, low])
    assert zones is not None
    assert told(zones.content(low, PLAIN)) == ("Algebra (Lab, SI)", "Dan Popa", "L-411")


def test_cells_with_the_subject_on_top_have_no_such_places() -> None:
    lessons = [
        ("Maths", "Mr Okafor"),
        ("Art", "Ms Lind"),
        ("Music", "Mr Roy"),
        ("Latin", "Ms Pope"),
        ("PE", "Mr Hall"),
        ("Drama", "Ms Bell"),
    ]
    cells = [
        Cell(box=BOX, words=(*text_line(subject, left=150.0, top=104.0), *text_line(name, left=150.0, top=140.0)))
        for subject, name in lessons
    ]
    assert zones_of(cells) is None


def test_texts_of_one_print_that_are_set_apart_are_told_by_their_place_too() -> None:
    lessons = [
        ("Calculus and|Geometry", "MATH-Imran Latif", "N-6"), ("Statistics", "Stat-Sara Hussain", "N-5"), ("Data Structures", "CS-Farukh Aziz", "N-8"),
        ("Software|Concepts", "CS-Hina Raza", "N-10"), ("English", "HUM-Omar Shah", "N-9"), ("Lab-Data Structures", "CS-Farukh Aziz", "PC Lab-M"),
    ]  # fmt: skip
    cells = [above_and_below(*lesson, tall=12.0) for lesson in lessons]
    zones = zones_of(cells)
    assert zones is not None
    assert told(zones.content(cells[0], PLAIN)) == ("Calculus and Geometry", "MATH-Imran Latif", "N-6")
    assert told(zones.content(cells[5], PLAIN)) == ("Lab-Data Structures", "CS-Farukh Aziz", "PC Lab-M")


def test_corners_are_told_where_an_engine_gives_all_print_one_height() -> None:
    lessons = [
        ("MAT9", "9:00", "CR", "MA4"), ("SCI9", "10:05", "SAH", "CAL2"), ("ENG9", "11:50", "BW", "GRA4"), ("SOC9", "8:40", "KRA", "MOR1"),
        ("DIGI9", "12:55", "LEO", "TAY1"), ("PE9", "2:15", "REN", "SC1"),
    ]  # fmt: skip
    cells = [
        Cell(
            box=BOX,
            words=tuple(
                word
                for text, left, top in ((start, 102.0, 104.0), (teacher, 265.0, 104.0), (subject, 150.0, 142.0), (room, 262.0, 180.0))
                for word in text_line(text, left=left, top=top, confidence=0.9)
            ),
        )
        for subject, start, teacher, room in lessons
    ]
    zones = zones_of(cells)
    assert zones is not None
    assert [told(zones.content(cell, PLAIN)) for cell in cells] == [(subject, teacher, room) for subject, _, teacher, room in lessons]


def under_a_room(subject: str, room: str, group: str, teacher: str) -> Cell:
    """As a planner prints it, all in one size: room and group above, the subject with its code in the middle, the teacher below."""
    lines = [text_line(line, left=140.0, top=138.0 + 14 * index, tall=10.0) for index, line in enumerate(subject.split("|"))]
    above = [*text_line(room, left=102.0, top=102.0, tall=10.0), *(text_line(group, left=262.0, top=102.0, tall=10.0) if group else [])]
    right = 298.0 - 5.2 * len(teacher)
    return Cell(box=BOX, words=(*above, *(word for line in lines for word in line), *text_line(teacher, left=right, top=186.0, tall=10.0)))


def test_rooms_of_an_own_kind_and_groups_above_the_subject_are_told_by_how_they_repeat() -> None:
    lessons = [
        ("Optics Lab (PHY151)", "1F-10", "Group 1", "Dr. A Roy"), ("Forging|(MEC102)", "3F-D Block", "Group 2", "Prof. Kamal Kishor Bhardwaj"),
        ("Optics|(PHY101)", "1F-35", "", "Dr. A Roy"), ("Forging|(MEC102)", "1F-35", "", "Prof. Kamal Kishor Bhardwaj"),
        ("Calculus|(MAT101)", "2F-BB2", "", "Dr. B Sen"), ("Calculus|(MAT101)", "1F-35", "", "Dr. B Sen"),
        ("Optics|(PHY101)", "1F-10", "Group 2", "Dr. A Roy"), ("Calculus|(MAT101)", "2F-BB2", "Group 1", "BSN / RK"),
    ]  # fmt: skip
    cells = [under_a_room(*each) for each in lessons]
    zones = zones_of(cells)
    assert zones is not None
    contents = [zones.content(cell, PLAIN) for cell in cells]
    assert [told(content) for content in contents] == [(subject.replace("|", " "), teacher, room) for subject, room, _, teacher in lessons]
    assert [content.notes.value if content and content.notes else "" for content in contents] == [group for _, _, group, _ in lessons]


def quartered(subject: str, room: str, teacher: str, group: str) -> Cell:
    """Two lines of two texts each, as a spreadsheet of 2 × 2 cells a lesson prints them."""
    return Cell(
        box=Box(100.0, 100.0, 360.0, 160.0),
        words=(
            *text_line(subject, left=103.0, top=104.0),
            *text_line(room, left=330.0, top=104.0),
            *text_line(teacher, left=103.0, top=140.0),
            *text_line(group, left=315.0, top=140.0),
        ),
    )


def test_four_texts_in_two_lines_are_subject_room_teacher_and_group() -> None:
    lessons = [
        ("Xarxes", "301", "Nuri/Gerard"), ("0369 Imp. SO", "301", "S.Velasco/Ada"), ("0179 Anglès", "302", "Alex"),
        ("1665 Digit.", "301", "Alberto"), ("0372 Gest.", "301", "Agnès/Ada"), ("0376 Web", "302", "Alberto/Ada"),
    ]  # fmt: skip
    cells = [quartered(*each, "ASIX1") for each in lessons]
    zones = zones_of(cells)
    assert zones is not None
    contents = [zones.content(cell, PLAIN) for cell in cells]
    assert [told(content) for content in contents] == [(subject, teacher, room) for subject, room, teacher in lessons]
    assert {content.notes.value for content in contents if content and content.notes} == {"ASIX1"}


def test_rooms_against_the_left_under_centred_subjects_are_told_though_few_cells_have_a_teacher_at_the_right() -> None:
    def planned(subject: str, group: str, room: str, teacher: str = "") -> Cell:
        words = [*text_line(subject, left=160.0, top=144.0), *text_line(room, left=104.0, top=162.0)]
        for text, left, top in ((group, 276.0, 104.0), (teacher, 250.0, 162.0)):
            words += text_line(text, left=left, top=top) if text else []
        return Cell(box=BOX, words=tuple(words))

    practicals = [("TD Crypto", "G1", "FS15"), ("TP Mobiles", "G2", "FS16"), ("TD Bases", "G3", "FS14"), ("TD Mobiles", "G1", "FS17")]
    cells = [planned(*each) for each in (*practicals, *practicals)]
    cells.append(planned("Algebra", "", "FS11", "AZROU"))
    zones = zones_of(cells)
    assert zones is not None
    assert [told(zones.content(cell, PLAIN)) for cell in cells[:4]] == [(subject, None, room) for subject, _, room in practicals]


def test_a_class_with_a_room_of_its_own_is_told_from_the_teacher_above_and_the_group_beside_it() -> None:
    def planned(subject: str, teacher: str, group: str, room: str) -> Cell:
        middle = text_line(subject, left=180.0, top=140.0, tall=20.0)
        below = text_line(group, left=103.0, top=184.0, tall=12.0)
        at_right = text_line(room, left=298.0 - 6.0 * len(room), top=184.0, tall=12.0)
        return Cell(
            box=Box(100.0, 100.0, 300.0, 200.0), words=(*text_line(teacher, left=185.0, top=104.0, tall=12.0), *middle, *below, *at_right)
        )

    lessons = [
        ("FYZ", "Kob", "Celá trieda", "VIOA"), ("FJ2", "Mon", "FJ", "UAj 3"), ("ANJ", "Koš", "Aj1", "VIOA"), ("SJL", "Mih", "Celá trieda", "VIOA"),
        ("CHE", "Sch", "Celá trieda", "VIOA"), ("OBN", "Gaj", "Celá trieda", "VIOA"), ("MAT", "Kam", "Celá trieda", "VIOA"), ("TSV", "Bnč", "Chlapci", "Tv 2"),
    ]  # fmt: skip
    cells = [planned(*each) for each in lessons]
    zones = zones_of(cells)
    assert zones is not None
    contents = [zones.content(cell, PLAIN) for cell in cells]
    assert [told(content) for content in contents] == [(subject, teacher, room) for subject, teacher, _, room in lessons]
    assert [content.notes.value for content in contents if content and content.notes] == [group for _, _, group, _ in lessons]


def test_a_group_that_runs_into_the_room_is_parted_from_it_where_one_of_them_stands_alone_elsewhere() -> None:
    def narrow(subject: str, group: str, room: str) -> Cell:
        words = [*text_line("Kob", left=140.0, top=104.0, tall=12.0), *text_line(subject, left=140.0, top=140.0, tall=20.0)]
        at_right = text_line(room, left=208.0 - 6.0 * len(room), top=184.0, tall=12.0)
        return Cell(box=Box(100.0, 100.0, 210.0, 200.0), words=(*words, *text_line(group, left=102.0, top=184.0, tall=12.0), *at_right))

    lessons = [
        ("FYZ", "Entire class", "A102"),
        ("FJ2", "Fr", "B3"),
        ("ANJ", "En", "A102"),
        ("SJL", "Entire class", "A102"),
        ("CHE", "Entire class", "A102"),
    ]
    cells = [narrow(*each) for each in lessons]
    zones = zones_of(cells)
    assert zones is not None
    rooms = [content.room.value for cell in cells if (content := zones.content(cell, PLAIN)) and content.room]
    assert rooms == [room for _, _, room in lessons]


def in_two_lines(subject: str, code: str, room: str) -> Cell:
    """Subject and, far to the right of it, the teacher's code; the room below: set low in a cell, so that thirds part nothing."""
    return Cell(
        box=Box(100.0, 100.0, 360.0, 170.0),
        words=(
            *text_line(subject, left=130.0, top=118.0),
            *text_line(code, left=250.0, top=118.0),
            *text_line(room, left=130.0, top=140.0),
        ),
    )


def test_codes_beside_the_subjects_are_teachers_where_the_class_has_one_room() -> None:
    lessons = [
        ("PMDM", "I11"),
        ("PSP", "I11"),
        ("ADA", "I10"),
        ("DIN", "SAI01"),
        ("SGE", "SAI06"),
        ("EIEAS", "FOL2"),
        ("T2CFS", "SAI06"),
        ("ADA", "I10"),
    ]
    cells = [in_two_lines(subject, code, "S2-12") for subject, code in lessons]
    zones = zones_of(cells)
    assert zones is not None
    assert [told(zones.content(cell, PLAIN)) for cell in cells] == [(subject, code, "S2-12") for subject, code in lessons]


def test_two_columns_of_codes_that_tell_nothing_of_people_are_no_places() -> None:
    cells = [in_two_lines(f"Topic {each}", f"R{each}", f"Q-{each}") for each in range(1, 9)]
    assert zones_of(cells) is None


def test_long_rooms_groups_and_names_over_two_lines_of_divided_cells_are_told() -> None:
    def planned(room: str, group: str, subject: str, *names: str) -> Cell:
        words = [*text_line(room, left=104.0, top=103.0, tall=10.0), *text_line(subject, left=150.0, top=140.0)]
        words += text_line(group, left=298.0 - 5.0 * len(group), top=103.0, tall=10.0) if group else []
        lowest = 186.0 - 12.0 * (len(names) - 1)
        for index, name in enumerate(names):
            words += text_line(name, left=298.0 - 5.0 * len(name), top=lowest + 12.0 * index, tall=10.0)
        return Cell(box=BOX, words=tuple(words))

    lessons = [
        ("Multi_Lab-31_Block-E1", "A", "Optics Lab", "Ms. Asha Rao_E11"), ("Multi_Lab-32_Block-E1", "B", "Optics Lab", "Dr. Ravi Sen_E12"),
        ("Lect-Hall-205_Block-E1", "A, B", "Statics", "Mr. Venkata Subramaniam Narayanan", "Iyer_E13"),
        ("Lect-Hall-206_Block-E1", "A", "Logic", "Mr. Venkata Subramaniam Narayanan", "Iyer_E13"),
        ("Lect-Hall-205_Block-E1", "", "Logic", "Ms. Asha Rao_E11"), ("Lect-Hall-206_Block-E1", "B", "Statics", "Dr. Ravi Sen_E12"),
    ]  # fmt: skip
    cells = [planned(*each) for each in lessons]
    zones = zones_of(cells)
    assert zones is not None
    contents = [zones.content(cell, PLAIN) for cell in cells]
    assert [told(content) for content in contents] == [(subject, " ".join(names), room) for room, _, subject, *names in lessons]
    assert [content.notes.value if content and content.notes else "" for content in contents] == [group for _, group, *_ in lessons]


def test_names_that_an_underscore_joins_to_their_initials_are_teachers_and_the_class_s_own_room_is_a_room() -> None:
    def planned(room: str, subject: str, names: str) -> Cell:
        middle = text_line(subject, left=170.0, top=138.0, tall=24.0)
        small = [*text_line(room, left=104.0, top=103.0, tall=10.0), *text_line(names, left=298.0 - 5.0 * len(names), top=186.0, tall=10.0)]
        return Cell(box=BOX, words=(*small, *middle))

    lessons = [
        ("2K3", "MATH", "Goh_WL"), ("2K3", "SCI", "Lee_Anna / Omar_B"), ("Workshop 2", "D&T", "Teo_HM"), ("Field", "PE", "Raj_Dev"),
        ("2K3", "HIST", "Lee_Anna"), ("BioLab2,2K3", "SCI", "Omar_B"), ("2K3", "LIT", "Goh_WL"), ("2K3", "GEOG", "Chan_KY"),
    ]  # fmt: skip
    cells = [planned(*each) for each in lessons]
    zones = zones_of(cells)
    assert zones is not None
    assert [told(zones.content(cell, PLAIN)) for cell in cells] == [(subject, names, room) for room, subject, names in lessons]
