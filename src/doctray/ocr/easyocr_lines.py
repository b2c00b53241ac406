"""From text boxes to lines of text: what `easyocr.utils.group_text_box` and `Reader.detect` do with the detector's boxes.

Boxes that lie level are joined with their neighbours on the same line; tilted ones stay alone. Defaults are those of `Reader.readtext`.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from doctray.ocr.craft_boxes import Polygon

Corners = tuple[tuple[float, float], ...]

_SLOPE_THS = 0.1
_YCENTER_THS = 0.5
_HEIGHT_THS = 0.5
_WIDTH_THS = 0.5
_ADD_MARGIN = 0.1
_MIN_SIZE = 20
# A tilted box is enlarged along its diagonal.
_DIAGONAL = 1.44


@dataclass(frozen=True, slots=True)
class LevelBox:
    """left, right, top, bottom in whole pixels; may reach beyond the page."""

    left: int
    right: int
    top: int
    bottom: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return 0.5 * (self.top + self.bottom)

    @property
    def corners(self) -> Corners:
        return (self.left, self.top), (self.right, self.top), (self.right, self.bottom), (self.left, self.bottom)


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line on a page.

    corners: top left, top right, bottom right, bottom left as the text sees it; a tilted line may reach beyond the page. angle: degrees
    clockwise that it is turned (0, 90, 270). level: of a line that is not tilted, its box on the page turned back by the angle.
    """

    corners: Corners
    level: LevelBox | None = None
    angle: int = 0


def text_lines(polygons: Sequence[Polygon], *, width: int, height: int) -> list[TextLine]:
    """Lines on a page of width x height pixels in EasyOCR's order, level ones first; specks are dropped."""
    level, tilted = [], []
    for polygon in polygons:
        if _is_level(polygon):
            xs, ys = polygon[0::2], polygon[1::2]
            level.append(LevelBox(int(xs.min()), int(xs.max()), int(ys.min()), int(ys.max())))
        else:
            tilted.append(_enlarged(polygon))
    joined = (_with_margin(row) for row in _rows(level))
    large = (box for box in joined if max(box.right - box.left, box.height) > _MIN_SIZE)
    cut = (_cut(box, width, height) for box in large)
    lines = [TextLine(box.corners, box) for box in cut if box is not None]
    return lines + [TextLine(corners) for corners in tilted if _extent(corners) > _MIN_SIZE and min(sides(corners)) >= 1]


def sides(corners: Corners) -> tuple[int, int]:
    """Width and height, in whole pixels, of the rectangle that a tilted line is made when it is read."""
    top_left, top_right, bottom_right, bottom_left = corners
    width = max(int(math.dist(bottom_right, bottom_left)), int(math.dist(top_right, top_left)))
    height = max(int(math.dist(top_right, bottom_right)), int(math.dist(top_left, bottom_left)))
    return width, height


def _is_level(polygon: Polygon) -> bool:
    x1, y1, x2, y2, x3, y3, x4, y4 = (int(value) for value in polygon)
    upper, lower = (y2 - y1) / max(10, x2 - x1), (y3 - y4) / max(10, x3 - x4)
    return max(abs(upper), abs(lower)) < _SLOPE_THS


def _enlarged(polygon: Polygon) -> Corners:
    x1, y1, x2, y2, x3, y3, x4, y4 = (int(value) for value in polygon)
    margin = int(_DIAGONAL * _ADD_MARGIN * min(math.hypot(x2 - x1, y2 - y1), math.hypot(x4 - x1, y4 - y1)))
    falling = abs(math.atan((y1 - y3) / max(10, x1 - x3)))
    rising = abs(math.atan((y2 - y4) / max(10, x2 - x4)))
    fall_x, fall_y = math.cos(falling) * margin, math.sin(falling) * margin
    rise_x, rise_y = math.cos(rising) * margin, math.sin(rising) * margin
    return (x1 - fall_x, y1 - fall_y), (x2 + rise_x, y2 - rise_y), (x3 + fall_x, y3 + fall_y), (x4 - rise_x, y4 + rise_y)


def _rows(boxes: Iterable[LevelBox]) -> Iterable[list[LevelBox]]:
    """Boxes side by side on one line, alike in height and near one another."""
    for row in _same_height(sorted(boxes, key=lambda box: box.middle)):
        run: list[LevelBox] = []
        for box in sorted(row, key=lambda box: box.left):
            if run:
                usual = float(np.mean([other.height for other in run]))
                alike = abs(usual - box.height) < _HEIGHT_THS * usual
                if not (alike and box.left - run[-1].right < _WIDTH_THS * box.height):
                    yield run
                    run = []
            run.append(box)
        if run:
            yield run


def _same_height(boxes: Iterable[LevelBox]) -> Iterable[list[LevelBox]]:
    row: list[LevelBox] = []
    for box in boxes:
        if row:
            middle, usual = float(np.mean([other.middle for other in row])), float(np.mean([other.height for other in row]))
            if not abs(middle - box.middle) < _YCENTER_THS * usual:
                yield row
                row = []
        row.append(box)
    if row:
        yield row


def _with_margin(row: Sequence[LevelBox]) -> LevelBox:
    left, right = min(box.left for box in row), max(box.right for box in row)
    top, bottom = min(box.top for box in row), max(box.bottom for box in row)
    margin = int(_ADD_MARGIN * min(right - left, bottom - top))
    return LevelBox(left - margin, right + margin, top - margin, bottom + margin)


def _cut(box: LevelBox, width: int, height: int) -> LevelBox | None:
    """The part on the page; None when nothing of it is (EasyOCR would divide by zero)."""
    cut = LevelBox(max(0, box.left), min(width, box.right), max(0, box.top), min(height, box.bottom))
    return cut if cut.right > cut.left and cut.bottom > cut.top else None


def _extent(corners: Corners) -> float:
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return max(max(xs) - min(xs), max(ys) - min(ys))
