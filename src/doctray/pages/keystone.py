"""Finds how a camera that looked askew made a page's lines converge, and what puts them parallel. Runs in the page process only.

The lines of a page that are level in truth meet in one point of the picture, the upright ones in another (their vanishing points;
Hartley and Zisserman, Multiple View Geometry, 2.7). The transform that sends both to infinity makes the page a rectangle again.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from doctray.pages.deskew import Rgb

Matrix = npt.NDArray[np.float64]
"""3 x 3, of a projective transform of pixels: (x', y', w') = m (x, y, 1)."""

_MEASURED_PX = 1400
"""Long side at which lines are looked for: rules of a table are then at least a pixel wide."""

_SHORTEST = 0.035
"""Part of the long side that a line has at least; strokes of letters are shorter."""

_MOST_DEGREES = 14.0
"""A line further off the level (or the plumb) is no line of the page."""

_MOST_LINES = 500
_TRIALS = 400
_NEAR_DEGREES = 0.35
"""A line belongs to a vanishing point when it points at it this well; the edges that a camera draws waver by about 0.2°."""

_FEWEST = 10
"""Both edges of five rules: fewer meet in a point by chance."""

_LEAST_SPREAD = 0.25
"""The lines stand at least this part of the page apart: what is printed side by side looks parallel from anywhere."""

_LEAST_SHARE = 0.5
_CLEARLY_BETTER = 1.08
"""Length of lines that a vanishing point explains: as a part of all, and against what parallel lines explain."""

_LEAST_SHIFT, _MOST_SHIFT = 0.004, 0.16
"""How far a corner moves, in parts of the long side: less is not worth the blur, and more is no page that anyone could read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectification:
    """matrix: from pixels of the picture to those of the rectified one, of width x height pixels."""

    matrix: Matrix
    width: int
    height: int


def measure_keystone(rgb: Rgb) -> Rectification | None:
    """What makes the page's converging lines parallel; None where they are, or where too few lines tell.

    rgb should be straightened by `deskew`. Rules of tables and edges of the paper tell; lines of text alone do not.
    """
    height, width = rgb.shape[:2]
    lines = _lines(rgb)
    if lines is None:
        return None
    centre, scale = np.array([width / 2, height / 2]), max(width, height) / 2
    ends = (lines.reshape(-1, 2, 2) - centre) / scale
    level, upright = _vanishing_point(ends), _vanishing_point(ends[..., ::-1])
    if level is None and upright is None:
        return None
    level_point = np.array([1.0, 0.0, 0.0]) if level is None else level
    upright_point = np.array([0.0, 1.0, 0.0]) if upright is None else upright[[1, 0, 2]]
    matrix = _parallel(level_point, upright_point)
    if matrix is None:
        return None
    units = np.array([[1 / scale, 0, -centre[0] / scale], [0, 1 / scale, -centre[1] / scale], [0, 0, 1.0]])
    return _fitted(np.linalg.inv(units) @ matrix @ units, width, height)


def rectified(rgb: Rgb, by: Rectification) -> Rgb:
    """The page as seen from straight above, on white."""
    seen = cv2.warpPerspective(rgb, by.matrix, (by.width, by.height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    return np.asarray(seen, dtype=np.uint8)


def _lines(rgb: Rgb) -> npt.NDArray[np.float64] | None:
    """Ends (x1, y1, x2, y2) of the longest straight edges, in pixels of rgb; None when there are too few."""
    longest = max(rgb.shape[:2])
    scale = min(1.0, _MEASURED_PX / longest)
    # A strip has no line across; shrunk, it may have no pixel left either.
    if min(rgb.shape[:2]) * scale < _MEASURED_PX * _SHORTEST:
        return None
    gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    if scale < 1:
        gray = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = cv2.createLineSegmentDetector().detect(gray)[0]
    if found is None or len(found) < _FEWEST:
        return None
    ends = found.reshape(-1, 4).astype(np.float64) / scale
    lengths = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
    order = np.argsort(-lengths, kind="stable")[:_MOST_LINES]
    return np.asarray(ends[order][lengths[order] >= _SHORTEST * longest])


def _vanishing_point(ends: npt.NDArray[np.float64]) -> Matrix | None:
    """Where the nearly level lines meet, homogeneous; None when they are parallel or do not say. ends: shape (n, 2, 2), (x, y)."""
    along = ends[:, 1] - ends[:, 0]
    degrees = np.degrees(np.arctan2(along[:, 1], along[:, 0]))
    degrees = (degrees + 90) % 180 - 90
    ends = ends[np.abs(degrees) <= _MOST_DEGREES]
    if len(ends) < _FEWEST:
        return None
    middles, along = ends.mean(axis=1), ends[:, 1] - ends[:, 0]
    lengths = np.hypot(along[:, 0], along[:, 1])
    homogeneous = np.concatenate([ends, np.ones((len(ends), 2, 1))], axis=2)
    lines = np.cross(homogeneous[:, 0], homogeneous[:, 1])
    lines /= np.hypot(lines[:, 0], lines[:, 1])[:, None]
    picked = np.random.default_rng(0).choice(len(ends), size=(_TRIALS, 2), p=lengths / lengths.sum())
    points = np.concatenate([[[1.0, 0.0, 0.0]], np.cross(lines[picked[:, 0]], lines[picked[:, 1]])])
    points = points[np.linalg.norm(points, axis=1) > 1e-9]
    explained = np.array([lengths[_points_at(point, middles, along)].sum() for point in points])
    best = int(explained.argmax())
    if explained[best] < _LEAST_SHARE * lengths.sum() or explained[best] < _CLEARLY_BETTER * explained[0]:
        return None
    point = points[best]
    for _ in range(3):
        near = _points_at(point, middles, along)
        weighed = lines[near] * lengths[near, None]
        point = np.linalg.svd(weighed)[2][-1]
    near = _points_at(point, middles, along)
    if near.sum() < _FEWEST or np.ptp(middles[near, 1]) < 2 * _LEAST_SPREAD * np.ptp(middles[:, 1]).clip(min=0.5):
        return None
    return np.asarray(point)


def _points_at(point: Matrix, middles: npt.NDArray[np.float64], along: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Which lines run through the point, but for the wavering of edges."""
    towards = point[:2] - point[2] * middles
    sine = np.abs(towards[:, 0] * along[:, 1] - towards[:, 1] * along[:, 0])
    size = np.hypot(towards[:, 0], towards[:, 1]) * np.hypot(along[:, 0], along[:, 1])
    return np.asarray(sine <= np.sin(np.radians(_NEAR_DEGREES)) * np.maximum(size, 1e-12))


def _parallel(level: Matrix, upright: Matrix) -> Matrix | None:
    """The transform that sends both vanishing points to infinity, the first along x, the second along y; the centre stays."""
    horizon = np.cross(level, upright)
    if abs(horizon[2]) < 1e-9:
        return None
    tilt = np.eye(3)
    tilt[2] = horizon / horizon[2]
    across, down = (tilt @ level)[:2], (tilt @ upright)[:2]
    across, down = across / np.linalg.norm(across) * np.sign(across[0]), down / np.linalg.norm(down) * np.sign(down[1])
    axes = np.column_stack([across, down])
    if abs(np.linalg.det(axes)) < 0.8:
        return None
    turn = np.eye(3)
    turn[:2, :2] = np.linalg.inv(axes)
    return np.asarray(turn @ tilt)


def _fitted(matrix: Matrix, width: int, height: int) -> Rectification | None:
    """The transform with its picture moved to the origin; None when it changes next to nothing, or too much to be believed."""
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float64)
    seen = cv2.perspectiveTransform(corners[None], matrix)[0]
    shift = float(np.abs(seen - corners).max()) / max(width, height)
    if not _LEAST_SHIFT <= shift <= _MOST_SHIFT:
        return None
    low, high = seen.min(axis=0), seen.max(axis=0)
    move = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1.0]])
    across, down = (int(np.ceil(side)) for side in high - low)
    return Rectification(matrix=move @ matrix, width=across, height=down)
