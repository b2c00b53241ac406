"""Boxes that cannot be wrong, and turned pages."""

import pytest

from doctray.domain.document import Box, Line, PageImage, Word, rotate_box


@pytest.mark.parametrize("edges", [(2, 0, 1, 1), (0, 2, 1, 1)])
def test_a_box_with_crossed_edges_cannot_be_built(edges: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="not a box"):
        Box(*edges)


def test_turning_four_times_by_90_degrees_is_no_turn() -> None:
    box, width, height = Box(10, 20, 30, 60), 200.0, 100.0
    turned = box
    for _ in range(4):
        turned = rotate_box(turned, 90, width=width, height=height)
        width, height = height, width
    assert turned == box


@pytest.mark.parametrize(
    ("degrees", "expected"),
    # a 200 x 100 page; the box stands near its top left corner
    [(0, Box(10, 20, 30, 60)), (90, Box(40, 10, 80, 30)), (180, Box(170, 40, 190, 80)), (270, Box(20, 170, 60, 190))],
)
def test_rotate_box(degrees: int, expected: Box) -> None:
    assert rotate_box(Box(10, 20, 30, 60), degrees, width=200, height=100) == expected


def test_a_lines_confidence_is_weighted_by_length() -> None:
    line = Line(words=(Word(text="abc", box=Box(0, 0, 3, 1), confidence=1.0), Word(text="d", box=Box(4, 0, 5, 1), confidence=0.2)))
    assert line.confidence == pytest.approx(0.8)
    assert (line.text, line.box) == ("abc d", Box(0, 0, 5, 1))


def test_an_image_with_the_wrong_number_of_bytes_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="RGB"):
        PageImage(number=1, width=2, height=2, rgb=b"123")
