"""Ink that no text detector boxes: crosses in check boxes, and letters that stand alone in the cells of a form.

Detectors look for lines of text, and a letter in a ruled cell is none to them. Here the rules are taken away, and what is left beside the
words that were found, and is of their size, is looked at. Imports OpenCV: only engine processes import this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from doctray.domain.document import Box

Rgb = NDArray[np.uint8]
Mask = NDArray[np.uint8]

# Ink is darker than its surroundings of this size by this much (cv2.adaptiveThreshold): scanned paper is uneven.
_SURROUNDINGS_PX = 31
_DARKER_BY = 15
# All sizes are in heights of the page's words. Sides of a check box; what is longer and straight is a rule.
_BOX_SIDES = (0.5, 1.6)
_BOX_ASPECT = 1.25
_RULE = 2.0
# Letters: their heights and widths; what is narrower is a rule in pieces as often as an I.
_LETTER_HEIGHTS = (0.4, 1.3)
_LETTER_WIDTHS = (0.2, 1.5)
# How much of each side of a box is ink; round letters of that size have 0.9 (certificates of tests/samples, and real ones, at 200 dpi).
_SIDE_INK = 0.93
# How much of a box's inside is ink: 0.5 and more for a cross, 0.15 for a thin tick, 0 for dust.
_TICKED = 0.12
# How much of a letter may lie under words that were found.
_COVERED = 0.3
# How far a letter stands from the words of its line: further than letters of a word, even where a word's box is cut short.
_ALONE = 0.6
# A page with more is a photograph or a drawing, and none of it is text.
_MOST_LETTERS = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class LoneInk:
    """Places on the page, each with a cutting (H x W x 3 RGB) to be read.

    ticked: check boxes with ink inside; the cutting is the inside. letters: what may be a letter, rules taken away.
    """

    ticked: tuple[tuple[Box, Rgb], ...] = ()
    letters: tuple[tuple[Box, Rgb], ...] = ()


def lone_ink(page: Rgb, words: Sequence[Box]) -> LoneInk:
    """What stands on a page (H x W x 3 RGB, upright) beside these words; nothing on a page without words, which give the scale."""
    if not words:
        return LoneInk()
    height = median(word.height for word in words)
    grey = np.asarray(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), np.uint8)
    ink = np.asarray(
        cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _SURROUNDINGS_PX, _DARKER_BY), np.uint8
    )
    boxes = [box for box in _pieces(ink) if _is_of_size(box, height, _BOX_SIDES, _BOX_SIDES) and _is_box(ink, box)]
    rules = _rules(ink, height)
    covered = _painted([*boxes, *(_widened(word, _ALONE * height) for word in words)], ink.shape)
    letters = [
        box
        for box in _pieces(ink & ~rules)
        if _is_of_size(box, height, _LETTER_WIDTHS, _LETTER_HEIGHTS) and _mean(covered, box) <= _COVERED
    ]
    if len(letters) > _MOST_LETTERS:
        letters = []
    clean = _without(page, rules) if letters else page
    margin = round(0.2 * height)
    return LoneInk(
        ticked=tuple((box, _inside(page, box)) for box in boxes if _inside_ink(ink, box) >= _TICKED),
        letters=tuple((box, _around(clean, box, margin)) for box in letters),
    )


def _pieces(ink: Mask) -> list[Box]:
    """Boxes around what hangs together."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    return [Box(float(left), float(top), float(left + width), float(top + height)) for left, top, width, height, _ in stats[1:].tolist()]


def _is_of_size(box: Box, height: float, widths: tuple[float, float], heights: tuple[float, float]) -> bool:
    return widths[0] * height <= box.width <= widths[1] * height and heights[0] * height <= box.height <= heights[1] * height


def _is_box(ink: Mask, box: Box) -> bool:
    if max(box.width, box.height) > _BOX_ASPECT * min(box.width, box.height):
        return False
    cut, edge = _cut(ink, box) > 0, _edge(box)
    sides = (cut[:edge].any(axis=0), cut[-edge:].any(axis=0), cut[:, :edge].any(axis=1), cut[:, -edge:].any(axis=1))
    return all(side.mean() >= _SIDE_INK for side in sides)


def _inside_ink(ink: Mask, box: Box) -> float:
    edge = _edge(box) + 1
    inside = _cut(ink, box)[edge:-edge, edge:-edge]
    return float((inside > 0).mean()) if inside.size else 0.0


def _inside(page: Rgb, box: Box) -> Rgb:
    edge = _edge(box)
    return _cut(page, box)[edge:-edge, edge:-edge]


def _edge(box: Box) -> int:
    """Pixels that the side of a check box takes."""
    return max(2, round(0.15 * min(box.width, box.height)))


def _rules(ink: Mask, height: float) -> Mask:
    length = max(3, round(_RULE * height))
    across = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    down = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    return np.asarray(cv2.dilate(cv2.bitwise_or(across, down), np.ones((3, 3), np.uint8)), np.uint8)


def _widened(box: Box, by: float) -> Box:
    return Box(max(0.0, box.left - by), box.top, box.right + by, box.bottom)


def _painted(boxes: Sequence[Box], shape: tuple[int, ...]) -> Mask:
    painted = np.zeros(shape, np.uint8)
    for box in boxes:
        _cut(painted, box)[:] = 1
    return painted


def _mean(mask: Mask, box: Box) -> float:
    return float(_cut(mask, box).mean())


def _without(page: Rgb, rules: Mask) -> Rgb:
    clean = page.copy()
    clean[rules > 0] = np.median(page[rules == 0], axis=0)
    return clean


def _around(page: Rgb, box: Box, margin: int) -> Rgb:
    height, width = page.shape[:2]
    left, top = max(0, int(box.left) - margin), max(0, int(box.top) - margin)
    return page[top : min(height, int(box.bottom) + margin), left : min(width, int(box.right) + margin)]


def _cut(array: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    return array[int(box.top) : int(np.ceil(box.bottom)), int(box.left) : int(np.ceil(box.right))]
