import math

import pytest

from doctray.domain.document import Box
from doctray.ocr.split_words import split_words

FLAT = ((10.0, 20.0), (110.0, 20.0), (110.0, 40.0), (10.0, 40.0))


def test_one_word_keeps_the_whole_box() -> None:
    (word,) = split_words("Total", FLAT, 0.75, width=200, height=100)
    assert (word.text, word.box, word.confidence) == ("Total", Box(10.0, 20.0, 110.0, 40.0), 0.75)


def test_words_share_the_box_in_order_with_a_gap_between_them() -> None:
    first, second, third = split_words("nnn nn n", FLAT, 0.9, width=200, height=100)
    assert [word.text for word in (first, second, third)] == ["nnn", "nn", "n"]
    assert first.box.left == 10.0
    assert third.box.right == pytest.approx(110.0)
    assert first.box.right < second.box.left < second.box.right < third.box.left
    assert first.box.width == pytest.approx(3 * third.box.width)


def test_wide_letters_take_more_room_than_narrow_ones() -> None:
    narrow, wide = split_words("ill WWW", FLAT, 0.9, width=200, height=100)
    assert wide.box.width > 2 * narrow.box.width


def test_blanks_around_and_between_are_no_words() -> None:
    assert [word.text for word in split_words("  a   b ", FLAT, 0.9, width=200, height=100)] == ["a", "b"]
    assert split_words("   ", FLAT, 0.9, width=200, height=100) == ()
    assert split_words("", FLAT, 0.9, width=200, height=100) == ()


def test_a_tilted_box_gives_upright_boxes_along_its_slope() -> None:
    rising = ((0.0, 50.0), (100.0, 0.0), (110.0, 20.0), (10.0, 70.0))
    first, second = split_words("left right", rising, 0.9, width=200, height=100)
    assert first.box.center_y > second.box.center_y
    assert first.box.center_x < second.box.center_x


def test_boxes_stay_on_the_page() -> None:
    outside = ((-20.0, -5.0), (250.0, -5.0), (250.0, 130.0), (-20.0, 130.0))
    words = split_words("far out", outside, 0.9, width=200, height=100)
    assert all(0 <= word.box.left <= word.box.right <= 200 and 0 <= word.box.top <= word.box.bottom <= 100 for word in words)


@pytest.mark.parametrize(("given", "kept"), [(math.nan, 0.0), (-0.1, 0.0), (1.2, 1.0)])
def test_confidence_is_a_probability(given: float, kept: float) -> None:
    (word,) = split_words("x", FLAT, given, width=200, height=100)
    assert word.confidence == kept
