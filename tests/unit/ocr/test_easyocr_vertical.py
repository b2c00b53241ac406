import numpy as np
import pytest

from doctray.ocr.craft_boxes import Polygon
from doctray.ocr.easyocr_vertical import best_ways, parted, ways_of
from doctray.ocr.second_reader import LineReading


def box(left: int, top: int, right: int, bottom: int) -> Polygon:
    return np.array([left, top, right, top, right, bottom, left, bottom], np.int32)


ROW = [box(200, 20 * n, 300, 20 * n + 14) for n in range(1, 6)]
TALL = box(10, 20, 26, 90)


def test_a_word_that_stands_on_its_side_is_known_by_its_shape() -> None:
    upright, turned = parted([*ROW, TALL])
    assert len(upright) == len(ROW)
    assert [list(polygon) for polygon in turned] == [list(TALL)]


def test_tall_letters_of_a_line_are_not_turned_words() -> None:
    upright, turned = parted([*ROW, box(310, 20, 315, 36)])
    assert len(upright) == 6
    assert turned == []


def test_a_number_after_a_turned_word_goes_with_it_but_its_neighbour_does_not() -> None:
    number, neighbour = box(10, 96, 26, 112), box(60, 96, 76, 112)
    _, turned = parted([*ROW, TALL, number, neighbour])
    assert [list(polygon) for polygon in turned] == [list(TALL), list(number)]


def test_without_upright_text_nothing_is_taken_for_turned() -> None:
    assert parted([TALL]) == ([TALL], [])


def test_each_line_is_offered_in_three_ways_on_the_same_ink() -> None:
    (ways,) = ways_of([TALL], width=400, height=200)
    across, down, up = ways
    assert [line.angle for line in ways] == [0, 90, 270]
    for line in (down, up):
        assert sorted(line.corners) == sorted(across.corners)
    # as the text sees it: what runs down has its top to the right, what runs up to the left
    assert down.corners[0] == (max(x for x, _ in down.corners), min(y for _, y in down.corners))
    assert up.corners[0] == (min(x for x, _ in up.corners), max(y for _, y in up.corners))


@pytest.mark.parametrize(
    ("confidences", "chosen"),
    [
        ([(0.9, 0.2, 0.3)], [0]),
        ([(0.1, 0.2, 0.9)], [2]),
        ([(0.1, 0.9, 0.3), (0.0, 0.8, 0.1)], [1, 1]),
        ([(0.1, 0.2, 0.9), (0.1, 0.71, 0.7)], [2, 2]),
        ([(0.1, 0.9, 0.2), (0.1, 0.2, 0.9)], [1, 2]),
        ([], []),
    ],
)
def test_a_line_runs_as_it_reads_best_and_short_ones_follow_the_others(confidences: list[tuple[float, ...]], chosen: list[int]) -> None:
    assert best_ways([[LineReading(text="Mon", confidence=value) for value in ways] for ways in confidences]) == chosen


def test_several_letters_weigh_more_than_one_that_is_surer() -> None:
    ways = [LineReading(text=text, confidence=value) for text, value in (("j", 0.93), ("Z1 yepuoW", 0.2), ("Monday 12", 0.64))]
    assert best_ways([ways]) == [2]
