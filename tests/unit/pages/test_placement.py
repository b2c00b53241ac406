import pytest

from doctray.domain.document import Box, Segment, rotate_box
from doctray.pages.placement import Placement

PAGE = Placement(2, 0, 0, 2, 10, 20, 400, 300)


def test_a_box_is_placed_and_cut_to_the_image() -> None:
    assert PAGE.box((0, 0, 50, 10)) == Box(10, 20, 110, 40)
    assert PAGE.box((-50, -50, 5, 5)) == Box(0, 0, 20, 30)


@pytest.mark.parametrize("rect", [(300, 0, 310, 10), (5, 5, 5, 10), (float("nan"), 0, 1, 1), (0, 0, float("inf"), 1)])
def test_what_cannot_be_seen_has_no_box(rect: tuple[float, float, float, float]) -> None:
    assert PAGE.box(rect) is None


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_turning_the_placement_is_turning_the_box(degrees: int) -> None:
    rect = (10, 20, 60, 35)
    placed = PAGE.box(rect)
    assert placed is not None
    turned = PAGE.turned(degrees)
    assert turned.box(rect) == rotate_box(placed, degrees, width=400, height=300)
    assert (turned.width, turned.height) == ((400, 300) if degrees % 180 == 0 else (300, 400))


@pytest.mark.parametrize(("direction", "angle"), [((1, 0), 0), ((0, 1), 90), ((-1, 0), 180), ((0, -1), 270), ((0.99, 0.1), 0)])
def test_directions_are_degrees_clockwise(direction: tuple[float, float], angle: int) -> None:
    assert PAGE.angle(*direction) == angle
    assert PAGE.turned(90).angle(*direction) == (angle + 90) % 360


def test_straight_strokes_are_segments_and_slanted_ones_are_not() -> None:
    assert PAGE.segment(0, 0, 100, 0.5) == Segment(10, 20, 210, 21)
    assert PAGE.segment(0, 0, 0, 100) == Segment(10, 20, 10, 220)
    assert PAGE.segment(0, 0, 50, 50) is None
    assert PAGE.segment(0, 500, 100, 500) is None


def test_one_placement_after_another() -> None:
    both = PAGE.then(0, 1, -1, 0, 300, 0, width=300, height=400)
    assert both == PAGE.turned(90)
