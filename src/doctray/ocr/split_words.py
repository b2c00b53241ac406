"""EasyOCR gives one quadrilateral for several words; this shares it out among them."""

import math
from collections.abc import Sequence

from doctray.domain.document import Box, Word

Point = tuple[float, float]

# Advance widths of common proportional faces (Helvetica, DejaVu Sans, Times) beside that of a lower-case n, rounded together.
_NARROW = dict.fromkeys("iIjl|!.,:;'`", 0.5) | dict.fromkeys('frt()[]{}/\\-"', 0.65) | {" ": 0.5}
_WIDE = dict.fromkeys("ABCDEGHKNOPQRSUVXYZ&+=<>~#$", 1.25) | dict.fromkeys("mwMW@%", 1.6)
_WIDTHS = _NARROW | _WIDE
# Ideographs, kana and hangul fill a square.
_FIRST_SQUARE = "⺀"


def split_words(text: str, corners: Sequence[Point], confidence: float, *, width: int, height: int) -> tuple[Word, ...]:
    """The words of a text box, each with the share of the box that its characters' usual widths give it.

    corners: top left, top right, bottom right, bottom left of the text box, in pixels of a page of width x height; they may
    be tilted and may lie a little outside. Words' boxes are upright and inside the page. A confidence that is no number
    counts as 0. Text of blanks only gives no words.
    """
    confidence = 0.0 if math.isnan(confidence) else min(1.0, max(0.0, confidence))
    text = text.strip()
    total = sum(map(_width, text))
    words = []
    start = 0.0
    for part in text.split(" "):
        end = start + sum(map(_width, part))
        if part:
            box = _share(corners, start / total, end / total, width=width, height=height)
            words.append(Word(text=part, box=box, confidence=confidence))
        start = end + _width(" ")
    return tuple(words)


def _width(char: str) -> float:
    return 1.8 if char >= _FIRST_SQUARE else _WIDTHS.get(char, 1.0)


def _share(corners: Sequence[Point], start: float, end: float, *, width: int, height: int) -> Box:
    """The upright box around the part of the quadrilateral from `start` to `end`, both fractions of its length."""
    top_left, top_right, bottom_right, bottom_left = corners
    points = [_between(edge, at) for edge in ((top_left, top_right), (bottom_left, bottom_right)) for at in (start, end)]
    xs = [min(float(width), max(0.0, x)) for x, _ in points]
    ys = [min(float(height), max(0.0, y)) for _, y in points]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _between(edge: tuple[Point, Point], at: float) -> Point:
    (x0, y0), (x1, y1) = edge
    return float(x0 + (x1 - x0) * at), float(y0 + (y1 - y0) * at)
