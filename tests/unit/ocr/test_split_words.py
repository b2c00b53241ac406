import math

import pytest

from doctray.domain.document import Box, Word
from doctray.ocr.second_reader import LineReading, ReadWord
from doctray.ocr.split_words import placed, split_words

FLAT = ((10.0, 20.0), (110.0, 20.0), (110.0, 40.0), (10.0, 40.0))


def words_on_page(text: str, corners: tuple[tuple[float, float], ...] = FLAT, confidence: float = 0.9) -> tuple[Word, ...]:
    return placed(split_words(LineReading(text=text, confidence=confidence)), corners, width=200, height=100)


def test_one_word_keeps_the_whole_box() -> None:
    (word,) = words_on_page("Total", confidence=0.75)
    assert (word.text, word.box, word.confidence) == ("Total", Box(10.0, 20.0, 110.0, 40.0), 0.75)


def test_words_share_the_box_in_order_with_a_gap_between_them() -> None:
    first, second, third = words_on_page("nnn nn n")
    assert [word.text for word in (first, second, third)] == ["nnn", "nn", "n"]
    assert first.box.left == 10.0
    assert third.box.right == pytest.approx(110.0)
    assert first.box.right < second.box.left < second.box.right < third.box.left
    assert first.box.width == pytest.approx(3 * third.box.width)


def test_wide_letters_take_more_room_than_narrow_ones() -> None:
    narrow, wide = words_on_page("ill WWW")
    assert wide.box.width > 2 * narrow.box.width


def test_blanks_around_and_between_are_no_words() -> None:
    assert [word.text for word in words_on_page("  a   b ")] == ["a", "b"]
    assert words_on_page("   ") == ()
    assert words_on_page("") == ()


def test_words_lie_where_their_characters_were_read() -> None:
    spans = ((0.1, 0.2), (0.2, 0.3), (0.3, 0.8), (0.8, 0.9))
    first, second = split_words(LineReading(text="ab c", confidence=0.9, spans=spans))
    assert (first.start, first.end) == (0.1, 0.3)
    assert (second.start, second.end) == (0.8, 0.9)


def test_a_tilted_box_gives_upright_boxes_along_its_slope() -> None:
    first, second = words_on_page("left right", ((0.0, 50.0), (100.0, 0.0), (110.0, 20.0), (10.0, 70.0)))
    assert first.box.center_y > second.box.center_y
    assert first.box.center_x < second.box.center_x


def test_a_line_that_runs_upwards_has_its_first_word_below() -> None:
    upwards = ((20.0, 90.0), (20.0, 10.0), (40.0, 10.0), (40.0, 90.0))
    first, second = placed(split_words(LineReading(text="ab cd", confidence=0.9)), upwards, width=200, height=100, angle=270)
    assert first.box.top > second.box.bottom
    assert (first.angle, first.box.left, first.box.right) == (270, 20.0, 40.0)


def test_boxes_stay_on_the_page() -> None:
    words = words_on_page("far out", ((-20.0, -5.0), (250.0, -5.0), (250.0, 130.0), (-20.0, 130.0)))
    assert all(0 <= word.box.left <= word.box.right <= 200 and 0 <= word.box.top <= word.box.bottom <= 100 for word in words)


def test_other_readings_of_a_word_are_kept() -> None:
    (word,) = placed([ReadWord(text="$100", confidence=0.7, start=0, end=1, alternatives=("S100",))], FLAT, width=200, height=100)
    assert word.alternatives == ("S100",)


@pytest.mark.parametrize(("given", "kept"), [(math.nan, 0.0), (-0.1, 0.0), (1.2, 1.0)])
def test_confidence_is_a_probability(given: float, kept: float) -> None:
    (word,) = words_on_page("x", confidence=given)
    assert word.confidence == kept
