"""A page that a camera saw askew is made a rectangle again; one that was seen straight is left as it is."""

import cv2
import numpy as np
import pytest

from doctray.pages.deskew import Rgb
from doctray.pages.keystone import measure_keystone, rectified

WIDTH, HEIGHT = 1400, 1000
CORNERS = np.array([(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)], dtype=np.float32)


def a_table(*, rules: bool = True) -> Rgb:
    page = np.full((HEIGHT, WIDTH, 3), 250, dtype=np.uint8)
    for row, y in enumerate(range(200, 901, 100)):
        if rules:
            cv2.line(page, (100, y), (1300, y), (20, 20, 20), 2)
        for x in range(100, 1201, 200):
            cv2.putText(page, f"Maths {row}", (x + 30, y + 60), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (30, 30, 30), 2)
    for x in range(100, 1301, 200):
        if rules:
            cv2.line(page, (x, 200), (x, 900), (20, 20, 20), 2)
    return page


def seen_from(page: Rgb, moved: list[tuple[float, float]], *, noise: float = 0.0) -> Rgb:
    """moved: how far each corner is off, clockwise from the top left, in pixels."""
    lens = cv2.getPerspectiveTransform(CORNERS, CORNERS + np.array(moved, dtype=np.float32))
    seen = cv2.warpPerspective(page, lens, (WIDTH, HEIGHT), borderValue=(250, 250, 250)).astype(np.float32)
    grain = np.random.default_rng(5).normal(0, noise, seen.shape[:2])[..., None]
    return np.asarray(np.clip(seen + grain, 0, 255), np.uint8)


def convergence(page: Rgb) -> float:
    """Degrees between the directions of the first and the last long line, level and upright, whichever differ more."""
    edges = cv2.Canny(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), 60, 160)
    lines = cv2.HoughLinesP(edges, 1, np.pi / 1440, 150, None, 250, 12)
    assert lines is not None
    x1, y1, x2, y2 = lines.reshape(-1, 4).astype(float).T
    degrees = np.degrees(np.arctan2(y2 - y1, x2 - x1))
    level, upright = degrees[np.abs(degrees) < 30], (degrees[np.abs(degrees) > 60] + 180) % 180
    return float(max(np.ptp(level), np.ptp(upright)))


@pytest.mark.parametrize(
    "moved",
    [
        [(60, 0), (-60, 0), (0, 0), (0, 0)],
        [(0, 0), (0, 40), (0, -40), (0, 0)],
        [(30, 20), (-20, 35), (10, -20), (5, 0)],
    ],
    ids=["from below", "from the left", "from aside"],
)
def test_lines_that_converge_are_made_parallel(moved: list[tuple[float, float]]) -> None:
    askew = seen_from(a_table(), moved, noise=6.0)
    found = measure_keystone(askew)
    assert found is not None
    assert convergence(askew) > 1.5
    assert convergence(rectified(askew, found)) < 0.6


def test_all_of_the_page_is_kept() -> None:
    askew = seen_from(a_table(), [(60, 0), (-60, 0), (0, 0), (0, 0)])
    found = measure_keystone(askew)
    assert found is not None
    corners = cv2.perspectiveTransform(CORNERS[None].astype(np.float64), found.matrix)[0]
    assert corners.min() >= -1
    assert corners[:, 0].max() <= found.width + 1
    assert corners[:, 1].max() <= found.height + 1


@pytest.mark.parametrize(
    "page",
    [
        a_table(),
        a_table(rules=False),
        np.full((HEIGHT, WIDTH, 3), 255, dtype=np.uint8),
        np.full((3, 4000, 3), 10, dtype=np.uint8),
        np.random.default_rng(2).integers(0, 255, (400, 500, 3), dtype=np.uint8),
    ],
    ids=["straight", "text", "blank", "strip", "noise"],
)
def test_a_page_without_converging_lines_is_left_alone(page: Rgb) -> None:
    assert measure_keystone(page) is None


@pytest.mark.parametrize("seed", [8, 9, 10])
def test_lines_that_lie_any_way_say_nothing(seed: int) -> None:
    page = np.full((HEIGHT, WIDTH, 3), 255, dtype=np.uint8)
    rng = np.random.default_rng(seed)
    for x1, y1, x2, y2 in rng.integers(0, 1000, (60, 4)).tolist():
        cv2.line(page, (x1, y1), (x2, y2), (0, 0, 0), 2)
    assert measure_keystone(page) is None
