import cv2
import numpy as np
import pytest

from doctray.pages.deskew import Rgb, measure_skew, straightened
from tests.integration.pages.builders import a_pdf, paragraphs, picture
from tests.mupdf import pymupdf


def a_scan(*, table: bool = False, noise: float = 0.0) -> Rgb:
    document = a_pdf(paragraphs)
    page = document[0]
    if table:
        for x in range(60, 541, 120):
            page.draw_line((x, 480), (x, 700))
        for y in range(480, 701, 22):
            page.draw_line((60, y), (540, y))
    pixmap = page.get_pixmap(dpi=150, colorspace=pymupdf.csRGB)
    rgb = np.frombuffer(pixmap.samples, dtype=np.uint8).reshape(pixmap.height, pixmap.width, 3).copy()
    if noise:
        grain = np.random.default_rng(3).normal(0, noise, rgb.shape[:2])[..., None]
        rgb = np.clip(rgb * 0.85 + grain, 0, 255).astype(np.uint8)
    return rgb


def turned(rgb: Rgb, degrees: float) -> Rgb:
    """Clockwise, on white."""
    height, width = rgb.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    return np.asarray(cv2.warpAffine(rgb, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255)), dtype=np.uint8)


@pytest.mark.parametrize("degrees", [-9.0, -4.2, -1.0, -0.5, 0.4, 1.3, 3.0, 7.5])
@pytest.mark.parametrize("page", [a_scan(), a_scan(table=True, noise=12.0)], ids=["clean text", "grainy form"])
def test_a_skewed_page_is_measured_and_straightened(page: Rgb, degrees: float) -> None:
    skewed = turned(page, degrees)
    measured = measure_skew(skewed)
    assert measured == pytest.approx(degrees, abs=0.1)
    left = measure_skew(straightened(skewed, measured).rgb)
    assert abs(left) < 0.2


def test_a_page_on_its_side_is_measured_as_well() -> None:
    skewed = np.ascontiguousarray(np.rot90(turned(a_scan(), 2.0)))
    assert measure_skew(skewed) == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize(
    "page",
    [
        a_scan(),
        a_scan(noise=12.0),
        np.asarray(picture()),
        np.full((800, 600, 3), 255, dtype=np.uint8),
        np.random.default_rng(5).integers(0, 256, (800, 600, 3), dtype=np.uint8),
        np.full((3, 3, 3), 120, dtype=np.uint8),
    ],
    ids=["straight", "straight and grainy", "no text", "blank", "noise", "tiny"],
)
def test_a_page_without_a_clear_slope_is_left_alone(page: Rgb) -> None:
    assert abs(measure_skew(page)) < 0.1


def test_straightening_keeps_the_corners_and_tells_where_each_point_went() -> None:
    page = np.full((300, 200, 3), 255, dtype=np.uint8)
    page[10:14, 10:14] = 0
    straight = straightened(page, 8.0)
    a, b, c, d, e, f = straight.affine
    x, y = a * 12 + c * 12 + e, b * 12 + d * 12 + f
    assert straight.rgb.shape[0] > 300
    assert straight.rgb.shape[1] > 200
    assert straight.rgb[round(y), round(x)].max() < 60
