"""Tables told by how their words line up, with some rules drawn."""

from dataclasses import replace

import pytest

from doctray.domain.document import Box, Line, PageSource, Segment, Word
from doctray.extraction.rules.timetable.aligned import aligned_grids
from doctray.extraction.rules.timetable.document import extract
from doctray.extraction.rules.timetable.reading import read
from tests.unit.extraction.drawing import a_document, drawn
from tests.unit.extraction.rules.timetable.sheet import Layout, a_page, a_sheet, document, sides, text_line, times

DAYS = ("Lunes", "Martes", "Jueves")


def a_table(rows: list[tuple[float, str, tuple[str, str, str]]], *, days_at: float) -> list[Word]:
    """Rows at a height: the label at the very left, lessons in the middle of columns from 150 px on, 200 px wide. days_at: in a column."""
    words = [word for index, day in enumerate(DAYS) for word in text_line(day, left=150.0 + 200 * index + days_at, top=100.0)]
    for top, label, lessons in rows:
        words += text_line(label, left=30.0, top=top) if label else []
        for index, lesson in enumerate(lessons):
            words += text_line(lesson, left=250.0 + 200 * index - 4 * len(lesson), top=top) if lesson else []
    return words


LESSONS = [(160.0, "8:30 - 9:25", ("Ethics", "Botany", "Law")), (220.0, "9:25 - 10:20", ("Algebra", "Optics", "Poetry"))]


def test_a_label_is_not_cut_where_the_first_days_column_would_begin() -> None:
    found = extract(document(a_page(a_table(LESSONS, days_at=0.0))))
    assert times(found, "Monday") == [("Ethics", "08:30", "09:25"), ("Algebra", "09:25", "10:20")]
    assert times(found, "Thursday") == [("Law", "08:30", "09:25"), ("Poetry", "09:25", "10:20")]


def cells_of(words: list[Word], segments: list[Segment]) -> dict[str, Box]:
    [grid] = aligned_grids(a_page(words, segments))
    return {read(cell.words).text: cell.box for cell in grid.cells}


def test_a_box_around_a_whole_row_with_its_label_is_no_block() -> None:
    cells = cells_of(a_table(LESSONS, days_at=80.0), sides(40.0, 205.0, 700.0, 250.0))
    assert {"Algebra", "Optics", "Poetry"} <= set(cells)


def test_a_row_that_has_no_label_is_no_part_of_the_one_above_it() -> None:
    rows = [*LESSONS, (340.0, "11:00 - 11:55", ("Statics", "Drama", "Latin")), (400.0, "11:55 - 12:50", ("Music", "Art", ""))]
    rules = [Segment(20.0, y, 760.0, y) for y in (145.0, 205.0, 255.0, 325.0, 385.0, 445.0)]
    cells = cells_of(a_table(rows, days_at=80.0), rules)
    assert (cells["9:25 - 10:20"].bottom, cells["11:00 - 11:55"].top) == (255.0, 325.0)


def test_mornings_and_afternoons_one_below_the_other_are_one_timetable() -> None:
    page = drawn("""
    IoT CLASS      9:30 - 10:20    10:20 - 11:10    11:10 - 12:00

       MON           Maths            Physics          Art

       TUE           Physics          Maths            Art

       WED           Art              Biology          Maths

                    Tutor - Ms. Joshi               Lunch: 12:50 - 1:30

          IoT CLASS      1:30 - 2:20    2:20 - 3:10

            MON            Music          History

            TUE            History        Music

            WED            Music          Sports
    """)
    found = extract(a_document(page))
    assert found.other_documents == ()
    lessons = [(block["day"], block["start"], block["end"], block["subject"]) for block in found.fields["timeblocks"]]
    assert len(lessons) == 15
    assert {
        ("Monday", "09:30", "10:20", "Maths"),
        ("Wednesday", "11:10", "12:00", "Maths"),
        ("Wednesday", "14:20", "15:10", "Sports"),
    } <= set(lessons)


def test_a_table_without_lines_or_times_has_its_lessons_by_day() -> None:
    page = drawn("""
          SENIN         SELASA         RABU         KAMIS

          TEMATIK       PRAKARYA       IPA          PJOK

          INGGRIS       MATEMATIKA     TIK          INGGRIS

          IPS           JAWA           PRAKARYA     IPS




          CATATAN       bring your books
    """)
    found = extract(a_document(page))
    lessons = [(block["day"], block["subject"]) for block in found.fields["timeblocks"]]
    assert lessons[:4] == [("Monday", "TEMATIK"), ("Monday", "INGGRIS"), ("Monday", "IPS"), ("Tuesday", "PRAKARYA")]
    assert len(lessons) == 12
    assert all(block["start"] is None for block in found.fields["timeblocks"])


def test_a_sentence_that_mentions_days_is_no_table() -> None:
    page = drawn("""
    The library is open on
    Monday  Tuesday  Wednesday
    and on other days only after you have asked the office for the key of the door.
    Bring the books back in time or you pay for each day that they are late, as ever.
    Thank you for your patience.
    """)
    assert not extract(a_document(page)).fields.get("timeblocks")


def test_a_list_of_names_beside_a_table_whose_heading_is_a_sentence_is_no_lesson() -> None:
    rows = [
        ["", "9:00 - 11:00", "12:00 - 14:00", "15:00 - 17:00", "NB: all students must be present every day"],
        ["Monday", "Java", "Django", "Web", "George|Israel"],
        ["Tuesday", "Django", "Flutter", "Java", "Bukola|Esther"],
        ["Friday", "Graphics", "SQL", "Web", "Kehinde|Olamide"],
    ]
    found = extract(document(a_sheet(rows, layout=Layout(wide=240.0))))
    assert [block["subject"] for block in found.fields["timeblocks"]] == [subject for row in rows[1:] for subject in row[1:4]]


def test_starts_above_their_ends_beside_a_table_without_lines_are_one_label_each() -> None:
    page = drawn("""
            Lunes       Martes      Jueves
    8:00
            Ethics      Botany      Law
    8:55

    8:55
            Algebra     Optics      Poetry
    9:50

    9:50
            Statics     Drama       Latin
    10:45
    """)
    found = extract(a_document(page))
    assert times(found, "Monday") == [("Ethics", "08:00", "08:55"), ("Algebra", "08:55", "09:50"), ("Statics", "09:50", "10:45")]
    assert times(found, "Thursday") == [("Law", "08:00", "08:55"), ("Poetry", "08:55", "09:50"), ("Latin", "09:50", "10:45")]


def test_times_that_stand_close_in_the_heading_row_are_labels_each() -> None:
    page = drawn("""
                8:00-8:50 8:50-9:40 9:40-10:30 10:30-11:20

    Monday      Ethics    Algebra   Statics    Drama

    Tuesday     Botany    Optics    Drama      Ethics

    Friday      Law       Poetry    Latin      Optics
    """)
    found = extract(a_document(page))
    assert times(found, "Friday") == [
        ("Law", "08:00", "08:50"), ("Poetry", "08:50", "09:40"), ("Latin", "09:40", "10:30"), ("Optics", "10:30", "11:20"),
    ]  # fmt: skip


def test_of_a_picture_whose_lines_were_seen_in_part_the_sounder_reading_stands() -> None:
    rows = [
        ["", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
        *([f"{hour}:00 - {hour + 1}:00", "Maths", "English", "Physics", "Art", "Music"] for hour in range(8, 15)),
    ]
    page = a_sheet(rows)
    words = [replace(word, confidence=0.99) for line in page.lines for word in line.words]
    # every other rule between the rows is missing, so that two lessons share each cell
    heights = sorted({segment.top for segment in page.segments if segment.horizontal})
    seen = [segment for segment in page.segments if not segment.horizontal or segment.top not in heights[2:-1:2]]
    askew = replace(a_page(words, seen), source=PageSource.OCR)
    assert times(extract(document(askew)), "Monday") == [("Maths", f"{hour:02}:00", f"{hour + 1:02}:00") for hour in range(8, 15)]


def test_a_break_that_reads_from_below_moves_no_border_between_days() -> None:
    page = drawn("""
                   8:00-9:00      9:00-10:00     10:00-10:20    10:20-11:20

                    Algebra        Botany                         Law
      Monday
                    Hall 2         Lab 3                          R12

                    Poetry         Music                          Art
      Tuesday
                    R12            R14                            Lab 3

                    Ethics         Optics                         Drama
      Wednesday
                    Hall 1         R12                            Lab 2
    """)
    turned = Word(text="Break", box=Box(530.0, 150.0, 550.0, 310.0), confidence=1.0, angle=270)
    found = extract(a_document(page.evolve(lines=(*page.lines, Line(words=(turned,))))))
    assert [lesson for lesson, *_ in times(found, "Tuesday") if lesson != "Break"] == ["Poetry", "Music", "Art"]
    assert times(found, "Wednesday")[0] == ("Ethics", "08:00", "09:00")


PLACED = [
    ("Sunday", "Ethics", "Botany", ""),
    ("Monday", "", "Optics", "Law"),
    ("Tuesday", "Algebra", "Law", ""),
    ("Friday", "Optics", "Ethics", ""),
]


@pytest.mark.parametrize(
    "frames",
    [
        # around the first lessons of two days, and around the last day's name and lessons
        [(0, 1, 0, 0), (3, 3, -1, 1)],
        # around the first lessons of three days, the last day's name and lessons, and a block that both cut
        [(0, 2, 0, 0), (3, 3, -1, 1), (2, 3, -1, 0)],
        # a day's lessons; two days with their names
        [(2, 2, 0, 2), (3, 3, -1, 0)],
    ],
)
def test_frames_that_make_no_sound_table_are_not_followed(frames: list[tuple[int, int, int, int]]) -> None:
    words = [
        word
        for at, label in enumerate(("8:30 - 10:00", "10:15 - 11:45", "12:00 - 1:30"))
        for word in text_line(label, left=200.0 + 250 * at, top=90.0)
    ]
    for row, (day, *lessons) in enumerate(PLACED):
        words += text_line(day, left=20.0, top=160.0 + 100 * row)
        for at, lesson in enumerate(lessons):
            words += text_line(lesson, left=200.0 + 250 * at, top=160.0 + 100 * row) if lesson else []
    rules = [
        rule
        for first, last, left, right in frames
        for rule in sides(170.0 + 250 * left if left >= 0 else 10.0, 125.0 + 100 * first, 400.0 + 250 * right, 205.0 + 100 * last)
    ]
    found = extract(document(a_page(words, rules)))
    assert times(found, "Sunday") == [("Ethics", "08:30", "10:00"), ("Botany", "10:15", "11:45")]
    assert times(found, "Monday") == [("Optics", "10:15", "11:45"), ("Law", "12:00", "13:30")]
    assert times(found, "Friday") == [("Optics", "08:30", "10:00"), ("Ethics", "10:15", "11:45")]
