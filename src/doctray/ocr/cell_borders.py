"""Upright rules between the cells of a form, at which lines of text end.

Letters that stand close to both sides of a rule are one line to a text detector, and the rule is read as `/`, `|` or `1`: two dates side by
side come out as one word that is no date. Imports OpenCV: only engine processes import this module.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from doctray.ocr.easyocr_lines import LevelBox, TextLine

Grey = NDArray[np.uint8]

# Ink is darker than its surroundings of this size by this much, as in `lone_ink`.
_SURROUNDINGS_PX = 31
_DARKER_BY = 15
# In heights of the page's lines: a rule is longer than any letter is high. In heights of a line: how far it goes on above and below it.
_LEAST_RULE = 1.5
_BEYOND = 0.15
# How much of that way is ink: scans leave gaps.
_UNBROKEN = 0.9
# A rule may be so thick, in heights of the line; what is thicker is a filled cell or a picture.
_THICKEST = 0.3
# What holds text is at least so wide, in heights of the line, and so much of it is ink.
_NARROWEST, _LEAST_INK = 0.3, 0.03


def parted_at_borders(lines: Sequence[TextLine], page: Grey) -> list[TextLine]:
    """The lines of a page (H x W) in the same order, those that rules cross in parts; tilted and turned ones as they are."""
    heights = [line.level.height for line in lines if line.level is not None and not line.angle]
    if not heights:
        return list(lines)
    ink = np.asarray(
        cv2.adaptiveThreshold(page, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _SURROUNDINGS_PX, _DARKER_BY), np.uint8
    )
    rules = np.asarray(
        cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((max(3, round(_LEAST_RULE * median(heights))), 1), np.uint8)), np.uint8
    )
    return [part for line in lines for part in _parts(line, ink, rules)]


def _parts(line: TextLine, ink: Grey, rules: Grey) -> Iterator[TextLine]:
    box = line.level
    if box is None or line.angle:
        yield line
        return
    crossings = _crossings(box, rules)
    if not crossings:
        yield line
        return
    edges = [box.left, *(edge for crossing in crossings for edge in crossing), box.right]
    for left, right in list(pairwise(edges))[::2]:
        part = LevelBox(left, right, box.top, box.bottom)
        if right - left >= _NARROWEST * box.height and (ink[part.top : part.bottom, left:right] > 0).mean() >= _LEAST_INK:
            yield TextLine(part.corners, part)


def _crossings(box: LevelBox, rules: Grey) -> list[tuple[int, int]]:
    """First and last column (exclusive) of each rule that crosses the box."""
    beyond = round(_BEYOND * box.height)
    stretch = rules[max(0, box.top - beyond) : box.bottom + beyond, box.left : box.right] > 0
    # A rule of a page that is a little askew moves sideways by a pixel or two on its way.
    crossed = (stretch | np.roll(stretch, 1, axis=1) | np.roll(stretch, -1, axis=1)).mean(axis=0) >= _UNBROKEN
    steps = np.flatnonzero(np.diff(np.concatenate(([False], crossed, [False])).astype(np.int8)))
    runs = zip(steps[::2].tolist(), steps[1::2].tolist(), strict=True)
    return [(box.left + start, box.left + end) for start, end in runs if end - start <= max(5.0, _THICKEST * box.height)]
