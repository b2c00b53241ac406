from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from doctray.ocr.craft_detector import bands, network_input
from doctray.ocr.page_view import view_of
from tests.engines.images import a_printed_page

LINES = ("The quick brown fox jumps over", "the lazy dog and reads on", "Policy Number 204 expires", "after twelve months")


def grey_page(size: int, *, width: int) -> NDArray[np.uint8]:
    return np.asarray(a_printed_page(*LINES, width=width, size=size).convert("L"))


def test_a_blank_page_has_nothing_to_look_at() -> None:
    assert view_of(np.full((3508, 2480), 255, np.uint8)) is None


def test_paper_with_the_noise_of_a_scanner_is_still_blank() -> None:
    noise = np.random.default_rng(1).normal(240, 2.5, (600, 400))
    assert view_of(np.clip(noise, 0, 255).astype(np.uint8)) is None


def test_large_letters_are_looked_at_in_a_smaller_scale_than_small_ones() -> None:
    small, large = view_of(grey_page(24, width=600)), view_of(grey_page(72, width=1500))
    assert small is not None
    assert large is not None
    assert large.scale is not None
    assert small.scale is not None
    assert large.scale < 0.5 < small.scale
    assert large.scale * 72 == pytest.approx(small.scale * 24, rel=0.2)


def test_letters_that_are_small_already_ask_for_a_larger_scale() -> None:
    view = view_of(grey_page(11, width=300))
    assert view is not None
    assert view.scale is not None
    assert 1.0 < view.scale < 2.0


def test_small_print_below_large_print_decides() -> None:
    large = np.asarray(a_printed_page("A heading of some words", "and one more of them", width=1400, size=72).convert("L"))
    small = np.asarray(a_printed_page(*LINES * 4, width=1400, size=20).convert("L"))
    alone, together = view_of(large), view_of(np.vstack((large, small)))
    assert alone is not None
    assert together is not None
    assert alone.scale is not None
    assert together.scale is not None
    assert together.scale > 1.5 * alone.scale


def test_blank_margins_are_left_out_and_some_paper_around_the_ink_stays() -> None:
    page = np.full((1000, 900), 255, np.uint8)
    text = grey_page(26, width=500)
    page[400 : 400 + text.shape[0], 300:800] = text
    view = view_of(page)
    assert view is not None
    rows, columns = np.flatnonzero((page < 128).any(axis=1)), np.flatnonzero((page < 128).any(axis=0))
    assert 0 < view.top <= rows[0] - 16
    assert rows[-1] + 16 <= view.bottom < 1000
    assert 0 < view.left <= columns[0] - 16
    assert columns[-1] + 16 <= view.right < 900


def test_a_few_letters_do_not_tell_a_scale() -> None:
    view = view_of(np.asarray(a_printed_page("204", width=400, size=60).convert("L")))
    assert view is not None
    assert view.scale is None


@pytest.mark.parametrize(("height", "width"), [(32, 32), (1024, 480), (2560, 1824), (2560, 2560), (32, 2560)])
def test_bands_cover_an_input_once_and_suit_the_network(height: int, width: int) -> None:
    found = bands(height, width)
    assert found[0][0] == 0
    assert found[-1][1] == height
    assert all(before[1] == after[0] for before, after in pairwise(found))
    assert all((end - start) % 32 == 0 and (end - start) * width <= 1_100_000 for start, end in found)


def test_the_network_gets_whole_strides_with_black_beyond_the_page() -> None:
    pixels = network_input(np.full((100, 70, 3), 200, np.uint8), scale=0.5)
    assert pixels is not None
    assert pixels.shape == (64, 64, 3)
    assert pixels[:50, :35].min() == 200
    assert pixels[50:].max() == pixels[:, 35:].max() == 0


def test_a_strip_of_which_no_pixel_is_left_is_not_looked_at() -> None:
    assert network_input(np.zeros((9000, 3, 3), np.uint8), scale=0.28) is None
