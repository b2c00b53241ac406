"""Coloured blocks without a table around them, and print that an engine read twice."""

from doctray.domain.document import Box, Segment, Word
from doctray.extraction.rules.timetable.boxes import DrawnBoxes
from doctray.extraction.rules.timetable.document import extract
from doctray.extraction.rules.timetable.echoes import without_echoes
from tests.unit.extraction.rules.timetable.sheet import a_page, document, sides, text_line, times


def test_the_smallest_closed_box_around_a_word_is_its_box() -> None:
    [word] = text_line("Maths", left=120, top=120)
    page = a_page([word], [*sides(100, 100, 300, 200), *sides(50, 50, 600, 400)])
    assert DrawnBoxes(page).around(word) == Box(100, 100, 300, 200)


def test_a_box_with_an_open_side_is_none() -> None:
    [word] = text_line("Maths", left=120, top=120)
    assert DrawnBoxes(a_page([word], sides(100, 100, 300, 200)[:3])).around(word) is None


def test_a_frame_around_the_page_is_no_block() -> None:
    [word] = text_line("Maths", left=120, top=120)
    assert DrawnBoxes(a_page([word], sides(10, 10, 1600, 1500))).around(word) is None


def test_blocks_on_a_scale_of_hours_last_as_long_as_they_are_drawn() -> None:
    words = [
        word for column, day in enumerate(("Monday", "Tuesday", "Wednesday")) for word in text_line(day, left=200 + 200 * column, top=60)
    ]
    rules = [Segment(30, 100 + 100 * row, 180, 100 + 100 * row) for row in range(6)]
    for row in range(5):
        words += text_line(f"{8 + row}:00", left=40, top=104 + 100 * row)
    blocks = [(190, 100, "Maths", 2), (390, 200, "Art", 1), (590, 300, "Physics", 2)]
    for left, top, subject, hours in blocks:
        words += text_line(subject, left=left + 20, top=top + 50 * hours - 8)
        rules += sides(left, top, left + 150, top + 100 * hours)
    found = extract(document(a_page(words, rules)))
    assert times(found, "Monday") == [("Maths", "08:00", "10:00")]
    assert times(found, "Tuesday") == [("Art", "09:00", "10:00")]
    assert times(found, "Wednesday") == [("Physics", "10:00", "12:00")]


def test_of_turned_print_that_was_read_twice_the_surer_reading_stays() -> None:
    turned = Word(text="10.40am", box=Box(500, 330, 536, 400), confidence=0.98, angle=270)
    echo = Word(text="4Oam", box=Box(510, 340, 530, 385), confidence=0.42, angle=0)
    beside = Word(text="Maths", box=Box(700, 330, 760, 350), confidence=0.4, angle=0)
    assert [word.text for word in without_echoes(a_page([turned, echo, beside])).words] == ["10.40am", "Maths"]


def test_a_mark_within_a_word_that_was_read_is_one_of_its_letters() -> None:
    word = Word(text="Bressan", box=Box(56, 50, 110, 64), confidence=0.98)
    letter = Word(text="X", box=Box(80, 54, 87, 62), confidence=0.6)
    beside = Word(text="X", box=Box(130, 54, 140, 64), confidence=0.6)
    assert [word.text for word in without_echoes(a_page([word, letter, beside])).words] == ["Bressan", "X"]


def test_a_page_without_turned_print_is_left_as_it_is() -> None:
    page = a_page(text_line("Maths Art", left=10, top=10))
    assert without_echoes(page) is page
