"""From CRAFT's score maps to text boxes: what `easyocr.craft_utils.getDetBoxes` does, a box at a time instead of a map at a time.

EasyOCR compares the whole map with each label, which takes an A4 page some seconds. Here each box is cut out first; the boxes are the same.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from doctray.ocr.craft_graph import SCALE

# A text box: x and y of its four corners in pixels of the page, clockwise from the top left.
Polygon = NDArray[np.int32]

# Defaults of Reader.readtext.
TEXT_THRESHOLD = 0.7
_LINK_THRESHOLD = 0.4
_LOW_TEXT = 0.4
# easyocr.craft_utils: smaller components are specks; boxes nearer to a square than this are taken upright.
_MIN_COMPONENT_PX = 10
_NEARLY_SQUARE = 0.1


def text_polygons(scores: NDArray[np.float32], *, scale: float, origin: tuple[int, int] = (0, 0)) -> list[Polygon]:
    """Boxes on the page. scores: H x W x 2, region and link score. scale: network input pixels for one of the page. origin: x and y on
    the page of the input's first pixel."""
    region, link = np.ascontiguousarray(scores[..., 0]), np.ascontiguousarray(scores[..., 1])
    inked, linked = region > _LOW_TEXT, link > _LINK_THRESHOLD
    count, labels, stats, _ = cv2.connectedComponentsWithStats((inked | linked).astype(np.uint8), connectivity=4)
    bare_link = linked & ~inked
    to_page = SCALE / scale
    shift = np.array(origin, np.float64)
    polygons = []
    for label in range(1, count):
        left, top, width, height, area = (int(value) for value in stats[label])
        if area < _MIN_COMPONENT_PX:
            continue
        inside = labels[top : top + height, left : left + width] == label
        if region[top : top + height, left : left + width][inside].max() < TEXT_THRESHOLD:
            continue
        inside &= ~bare_link[top : top + height, left : left + width]
        corners = _corners(inside, left, top, area, shape=(region.shape[0], region.shape[1]))
        polygons.append((corners * to_page + shift).astype(np.int32).reshape(-1))
    return polygons


def _corners(inside: NDArray[np.bool_], left: int, top: int, area: int, *, shape: tuple[int, int]) -> NDArray[np.float64]:
    """The smallest rectangle, at any angle, around a component that has been grown by as much as the network shrinks text."""
    height, width = inside.shape
    grown = int(math.sqrt(area * min(width, height) / (width * height)) * 2)
    x0, y0 = max(0, left - grown), max(0, top - grown)
    x1, y1 = min(shape[1], left + width + grown + 1), min(shape[0], top + height + grown + 1)
    segment = np.zeros((y1 - y0, x1 - x0), np.uint8)
    segment[top - y0 : top - y0 + height, left - x0 : left - x0 + width] = inside
    segment = cv2.dilate(segment, cv2.getStructuringElement(cv2.MORPH_RECT, (1 + grown, 1 + grown)))
    points = cv2.findNonZero(segment).reshape(-1, 2) + np.array([x0, y0], np.int32)
    box = cv2.boxPoints(cv2.minAreaRect(points))
    first, second = float(np.linalg.norm(box[0] - box[1])), float(np.linalg.norm(box[1] - box[2]))
    if abs(1 - max(first, second) / (min(first, second) + 1e-5)) <= _NEARLY_SQUARE:
        (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
        box = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
    return np.roll(box, 4 - int(box.sum(axis=1).argmin()), 0).astype(np.float64)
