"""How large a line is printed, and words spelt one letter below the other."""

import pytest

from doctray.domain.document import Box, Word
from doctray.extraction.rules.timetable.reading import print_size, read


def a_line(text: str, *, wide: float, tall: float, confidence: float = 0.9) -> tuple[Word, ...]:
    """One word with letters as wide as a line's."""
    return (Word(text=text, box=Box(10.0, 10.0, 10.0 + wide * len(text), 10.0 + tall), confidence=confidence),)


def a_stack(letters: str) -> list[Word]:
    return [Word(text=letter, box=Box(10.0, 30.0 * index, 24.0, 30.0 * index + 20), confidence=0.9) for index, letter in enumerate(letters)]


def test_of_what_an_engine_read_the_width_of_the_letters_tells_the_size() -> None:
    low, high = a_line("Compilerbau", wide=9.0, tall=22.0), a_line("Compilerbau", wide=9.0, tall=42.0)
    assert print_size(low) == pytest.approx(print_size(high))
    assert print_size(a_line("Compilerbau", wide=6.0, tall=42.0)) == pytest.approx(2 / 3 * print_size(high))


def test_capitals_are_as_large_as_the_small_letters_beside_them() -> None:
    small, capitals = a_line("sources", wide=0.5 * 20, tall=20.0), a_line("SOURCES", wide=0.67 * 20, tall=20.0)
    assert print_size(capitals) == pytest.approx(print_size(small), rel=0.15)


def test_of_a_text_layer_the_height_is_the_size() -> None:
    assert print_size(a_line("Compilerbau", wide=9.0, tall=22.0, confidence=1.0)) == 22.0


@pytest.mark.parametrize(("letters", "word"), [("MON", "MON"), ("M0N", "MON"), ("BREAK", "BREAK"), ("8REAK", "BREAK")])
def test_letters_below_one_another_are_a_word(letters: str, word: str) -> None:
    assert read(a_stack(letters)).text == word


@pytest.mark.parametrize("letters", ["123", "A12", "ON"])
def test_numbers_below_one_another_are_no_word(letters: str) -> None:
    assert read(a_stack(letters)).text == " ".join(letters)


def test_lines_stay_apart_where_an_engines_boxes_reach_over_one_another() -> None:
    def words(text: str, top: float, bottom: float) -> list[Word]:
        places = ((part, 10.0 + 60 * index) for index, part in enumerate(text.split()))
        return [Word(text=part, box=Box(left, top, left + 4.6 * len(part), bottom), confidence=0.8) for part, left in places]

    cell = [*words("Probabilistic Inference", 166.0, 180.0), *words("von 15.10.2018", 171.0, 189.0), *words("08:00-10:00", 180.0, 198.0)]
    assert read(cell).line_texts == ("Probabilistic Inference", "von 15.10.2018", "08:00-10:00")
