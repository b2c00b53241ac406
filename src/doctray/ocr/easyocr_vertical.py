"""Text that runs up or down on an upright page, as the headings at the side of a timetable do. EasyOCR itself reads none of it.

A turned word's box is as wide as a line is high, and much higher. Such boxes are joined to lines on the page turned by 90 degrees, and
each is read in all three ways: only that tells which way it runs, or that it is a tall letter of upright text.
"""

from collections.abc import Sequence
from statistics import median

import numpy as np

from doctray.ocr.craft_boxes import Polygon
from doctray.ocr.easyocr_lines import LevelBox, TextLine, text_lines
from doctray.ocr.second_reader import LineReading

UP, DOWN = 270, 90
"""Degrees clockwise that text is turned which runs upwards, and downwards."""

# A box tells which way its text runs when it is this much longer than wide.
_STRETCHED = 1.8
# A turned word is higher than a line by this factor, and no wider than one by that.
_LEAST_HEIGHT = 1.5
_MOST_WIDTH = 2.0
# A column's words share this much of their widths, and stand this part of a width apart.
_SHARED_WIDTH = 0.6
_SPACE = 0.6
# Short words read nearly as well upside down; below this difference of confidence a line follows the others.
_ALIKE = 0.15
# A turned word looked at across is sometimes surely some letter; read as it runs it is several letters, if less surely.
_SEVERAL = 3


def parted(polygons: Sequence[Polygon]) -> tuple[list[Polygon], list[Polygon]]:
    """Boxes of upright text, and boxes that may be of turned text."""
    sizes = [_size(polygon) for polygon in polygons]
    heights = [height for width, height in sizes if width >= _STRETCHED * height]
    if not heights:
        return list(polygons), []
    usual = median(heights)
    turned = [
        at
        for at, (width, height) in enumerate(sizes)
        if height >= _STRETCHED * width and height >= _LEAST_HEIGHT * usual and width <= _MOST_WIDTH * usual
    ]
    _take_short_ones(polygons, turned)
    upright = set(range(len(polygons))).difference(turned)
    return [polygons[at] for at in sorted(upright)], [polygons[at] for at in sorted(turned)]


def _take_short_ones(polygons: Sequence[Polygon], turned: list[int]) -> None:
    """Add what goes on a turned word: a short word or a number, which is not taller than wide."""
    waiting = list(turned)
    rest = [at for at, polygon in enumerate(polygons) if at not in turned and _size(polygon)[0] < _STRETCHED * _size(polygon)[1]]
    while waiting and rest:
        word = polygons[waiting.pop()]
        joined = [at for at in rest if _goes_on(word, polygons[at])]
        rest = [at for at in rest if at not in joined]
        turned += joined
        waiting += joined


def _goes_on(word: Polygon, other: Polygon) -> bool:
    """Whether the other box stands in the turned word's column, a space away at most."""
    (width, _), (other_width, _) = _size(word), _size(other)
    shared = min(word[0::2].max(), other[0::2].max()) - max(word[0::2].min(), other[0::2].min())
    gap = max(word[1::2].min(), other[1::2].min()) - min(word[1::2].max(), other[1::2].max())
    return bool(shared >= _SHARED_WIDTH * max(width, other_width) and gap <= _SPACE * width)


def ways_of(polygons: Sequence[Polygon], *, width: int, height: int) -> list[tuple[TextLine, ...]]:
    """Lines of boxes that may be of turned text, each as it is if it runs across, downwards and upwards.

    width, height: of the page, in pixels. What runs along a tilted baseline is left out.
    """
    framed = [_seen_downwards(polygon, width) for polygon in polygons]
    found = [line.level for line in text_lines(framed, width=height, height=width) if line.level is not None]
    return [
        (
            _line(LevelBox(width - box.bottom, width - box.top, box.left, box.right), 0, width, height),
            _line(box, DOWN, width, height),
            _line(LevelBox(height - box.right, height - box.left, width - box.bottom, width - box.top), UP, width, height),
        )
        for box in found
    ]


def best_ways(readings: Sequence[Sequence[LineReading]]) -> list[int]:
    """Which way (0 across, 1 down, 2 up) each line reads best.

    readings: the three of each line. Where down and up read nearly alike, the way that most of the page's turned text runs is taken.
    """
    turned = [ways for ways in readings if not _is_across(ways)]
    mostly_up = sum(up.confidence for _, _, up in turned) > sum(down.confidence for _, down, _ in turned)
    chosen = []
    for ways in readings:
        _, down, up = ways
        if _is_across(ways):
            chosen.append(0)
        elif abs(down.confidence - up.confidence) < _ALIKE:
            chosen.append(2 if mostly_up else 1)
        else:
            chosen.append(1 if down.confidence > up.confidence else 2)
    return chosen


def _is_across(ways: Sequence[LineReading]) -> bool:
    """Whether a line is a tall letter rather than turned text, which reads as several."""
    across, down, up = (reading.confidence * min(len(reading.text), _SEVERAL) for reading in ways)
    return across > max(down, up)


def _size(polygon: Polygon) -> tuple[int, int]:
    xs, ys = polygon[0::2], polygon[1::2]
    return int(xs.max() - xs.min()), int(ys.max() - ys.min())


def _seen_downwards(polygon: Polygon, width: int) -> Polygon:
    """The box on the page turned counter-clockwise, clockwise from its top left there."""
    points = np.stack((polygon[1::2], width - polygon[0::2]), axis=1)
    return np.roll(points, -int(points.sum(axis=1).argmin()), axis=0).reshape(-1)


def _line(box: LevelBox, angle: int, width: int, height: int) -> TextLine:
    """The line whose box lies so on the page of width x height pixels turned back by the angle."""
    if angle == DOWN:
        return TextLine(tuple((width - y, x) for x, y in box.corners), box, angle)
    if angle == UP:
        return TextLine(tuple((y, height - x) for x, y in box.corners), box, angle)
    return TextLine(box.corners, box)
