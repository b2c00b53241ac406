"""Measures how far a page's lines slope, and straightens it. Runs in the page process only."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]
"""Shape (height, width, 3), channels R, G, B."""

MOST_DEGREES = 10.0
LEAST_DEGREES = 0.2
"""Straightening blurs a little; below this slope a 17 cm line climbs less than 0.6 mm, which no reader minds."""

_MEASURED_PX = 1200
"""Long side at which the slope is measured: type of 8 points is then 11 px high."""

_LEAST_PX = 8
"""A strip that is narrower than a letter has no lines of text, and may have no pixel left at the measured size."""

_FEWEST_MARKS = 40
"""Fewer letters and dashes than this have no slope worth trusting."""

_MOST_EDGE_POINTS = 40_000
_CLEARLY_SHARPER = 1.12
"""The profile at the measured slope against the one as it lies. Measured: straight scans and screenshots have 1.00, photos without a
slope up to 1.09, a scan turned by 0.9° 2.3; receipts, of which the paper bends, 1.1 to 3."""


@dataclass(frozen=True, slots=True)
class Straightened:
    """rgb: the page with its corners kept, so a little larger. affine: (a, b, c, d, e, f), x' = a x + c y + e, y' = b x + d y + f."""

    rgb: Rgb
    affine: tuple[float, float, float, float, float, float]


def measure_skew(rgb: Rgb) -> float:
    """Degrees clockwise by which the page is turned, within ±MOST_DEGREES; 0.0 where no clear slope is found.

    Works on pages that lie on their side as well: lines of text slope as much whichever way they run.
    """
    marks = _marks(rgb)
    if marks is None:
        return 0.0
    # lower edges of letters lie on baselines, those of rules on the rule; for text that runs up or down it is the side edges
    lower = _points(marks[:-1] & ~marks[1:])
    aside = _points(marks[:, :-1] & ~marks[:, 1:])
    swapped = aside[:, ::-1] * np.array([1.0, -1.0], dtype=np.float32)
    found = max((_slope(points) for points in (lower, swapped)), key=lambda slope: slope[1])
    degrees, sharpness = found
    return degrees if sharpness >= _CLEARLY_SHARPER and abs(degrees) <= MOST_DEGREES else 0.0


def straightened(rgb: Rgb, degrees: float) -> Straightened:
    """The page turned back by the measured slope, on white."""
    height, width = rgb.shape[:2]
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    new_width = math.ceil(width * abs(cos) + height * abs(sin))
    new_height = math.ceil(width * abs(sin) + height * abs(cos))
    # turns counter-clockwise (y down) about the centre, then moves the centre to the new centre
    a, b, c, d = cos, -sin, sin, cos
    e = new_width / 2 - a * width / 2 - c * height / 2
    f = new_height / 2 - b * width / 2 - d * height / 2
    matrix = np.array([[a, c, e], [b, d, f]], dtype=np.float64)
    turned = cv2.warpAffine(rgb, matrix, (new_width, new_height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    return Straightened(rgb=np.asarray(turned, dtype=np.uint8), affine=(a, b, c, d, e, f))


def _marks(rgb: Rgb) -> npt.NDArray[np.bool_] | None:
    """Ink of letters and rules as a mask at the measured size; None when there are too few. Pictures and dark borders are left out."""
    scale = min(1.0, _MEASURED_PX / max(rgb.shape[:2]))
    if scale * min(rgb.shape[:2]) < _LEAST_PX:
        return None
    gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    if scale < 1:
        gray = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ink = cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 15)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    widths, heights, areas = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
    is_letter = (np.maximum(widths, heights) >= 4) & (np.maximum(widths, heights) <= 60) & (areas >= 6)
    is_rule = (np.maximum(widths, heights) > 60) & (areas <= 12 * np.maximum(widths, heights))
    kept = is_letter | is_rule
    kept[0] = False
    if count - 1 < _FEWEST_MARKS or int(kept.sum()) < _FEWEST_MARKS:
        return None
    return np.asarray(kept[labels], dtype=np.bool_)


def _points(edge: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    y, x = np.nonzero(edge)
    step = max(1, len(x) // _MOST_EDGE_POINTS)
    return np.stack([x[::step], y[::step]], axis=1).astype(np.float32)


def _slope(points: npt.NDArray[np.float32]) -> tuple[float, float]:
    """(degrees, sharpness): where the points fall on the fewest lines, and how much sharper that is than as they lie."""
    if len(points) < 4 * _FEWEST_MARKS:
        return 0.0, 0.0
    centred = points - points.mean(axis=0)
    coarse = np.arange(-MOST_DEGREES - 1, MOST_DEGREES + 1.01, 0.5)
    best = _sharpest(centred, coarse)
    best = _sharpest(centred, np.arange(best - 0.5, best + 0.51, 0.1))
    best = _sharpest(centred, np.arange(best - 0.1, best + 0.11, 0.02))
    flat = _sharpness(centred, 0.0)
    return float(best), _sharpness(centred, float(best)) / flat if flat > 0 else 0.0


def _sharpest(points: npt.NDArray[np.float32], angles: npt.NDArray[np.float64]) -> float:
    return float(max(angles, key=lambda degrees: _sharpness(points, float(degrees))))


def _sharpness(points: npt.NDArray[np.float32], degrees: float) -> float:
    """Sum of squares of the profile across lines of this slope, in bins of 1 px: highest when each line falls into one bin."""
    radians = math.radians(degrees)
    across = points[:, 1] * math.cos(radians) - points[:, 0] * math.sin(radians)
    bins = np.bincount((across - across.min()).astype(np.int32))
    return float(np.square(bins.astype(np.float64)).sum()) / len(points)
