"""A space that EasyOCR alone saw is none where PP-OCR, who sees spaces in that line, has no room for it."""

import pytest

from doctray.ocr.reconcile import reconcile
from doctray.ocr.second_reader import LineReading


def read(text: str, *, apart: tuple[int, ...] = (), placed: bool = True) -> LineReading:
    """A reading whose characters touch, but for its spaces and before the characters in `apart`, where one might be."""
    places, at = [], 0.0
    for index in range(len(text)):
        at += index in apart
        places.append((at, at + 1.0))
        at += 1.0
    spans = tuple((start / at, end / at) for start, end in places)
    return LineReading(text=text, confidence=0.98, spans=spans if placed else (), certainties=(1.0,) * len(text))


def words(first: LineReading, second: LineReading) -> list[str]:
    return [word.text for word in reconcile(first, second)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("M at h/Stats 425 Lectu re", "Math/Stats 425 Lecture"),
        ("Econ 40 2", "Econ 402"),
        ("12p m, 146 9 M ason H all", "12pm, 1469 Mason Hall"),
        ("17 5 5 S P H1", "1755 SPH1"),
        ("Ca f\u00e9 Nor d", "Caf\u00e9 Nord"),
    ],
)
def test_a_word_is_whole_where_the_second_reader_has_no_room_for_a_space(first: str, second: str) -> None:
    assert words(read(first), read(second)) == second.split()


def test_a_space_that_the_second_reader_missed_stands_where_it_has_room_for_one() -> None:
    assert words(read("Issued By Harbor"), read("IssuedBy Harbor", apart=(6,))) == ["Issued", "By", "Harbor"]


def test_a_space_stands_where_the_second_reader_saw_none_in_the_line() -> None:
    assert words(read("INSURER A"), read("INSURERA")) == ["INSURER", "A"]


def test_a_space_stands_where_a_reader_cannot_say_what_stands_where() -> None:
    assert words(read("Econ 40 2", placed=False), read("Econ 402")) == ["Econ", "40", "2"]


def test_spaces_beside_marks_are_left_to_what_the_marks_say() -> None:
    assert words(read("Tax (RM) 3"), read("Tax(RM) 3")) == ["Tax", "(RM)", "3"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("01/07/2027 EACH one", "01/07/2027EACH one"), ("04/11/2026 X one", "04/11/2026X one")],
)
def test_a_space_between_a_figure_and_a_letter_stands(first: str, second: str) -> None:
    assert words(read(first), read(second)) == first.split()


def test_a_space_as_wide_as_between_columns_stands() -> None:
    assert words(read("2500 3000 each one", apart=(5,)), read("25003000 each one")) == ["2500", "3000", "each", "one"]
