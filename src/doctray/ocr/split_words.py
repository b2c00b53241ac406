"""EasyOCR reads a line as one text in one quadrilateral; this shares both out among its words."""

import math
from collections.abc import Sequence

from doctray.domain.document import Box, Word
from doctray.ocr.second_reader import LineReading, ReadWord

Point = tuple[float, float]

# Advance widths of common proportional faces (Helvetica, DejaVu Sans, Times) beside that of a lower-case n, rounded together.
_NARROW = dict.fromkeys("iIjl|!.,:;'`", 0.5) | dict.fromkeys('frt()[]{}/\\-"', 0.65) | {" ": 0.5}
_WIDE = dict.fromkeys("ABCDEGHKNOPQRSUVXYZ&+=<>~#$", 1.25) | dict.fromkeys("mwMW@%", 1.6)
_WIDTHS = _NARROW | _WIDE
# Ideographs, kana and hangul fill a square.
_FIRST_SQUARE = "⺀"


def split_words(reading: LineReading) -> tuple[ReadWord, ...]:
    """The words of a line, each with the line's confidence.

    A word reaches from its first character to its last where the reading says where they are; else it gets the share of the line
    that its characters' usual widths give it. A confidence that is no number counts as 0. Blanks only give no words.
    """
    confidence = 0.0 if math.isnan(reading.confidence) else min(1.0, max(0.0, reading.confidence))
    spans = reading.spans or _usual_spans(reading.text)
    words = []
    begin = 0
    for part in reading.text.split(" "):
        end = begin + len(part)
        if part:
            words.append(ReadWord(text=part, confidence=confidence, start=spans[begin][0], end=spans[end - 1][1]))
        begin = end + 1
    return tuple(words)


def placed(words: Sequence[ReadWord], corners: Sequence[Point], *, width: int, height: int, angle: int = 0) -> tuple[Word, ...]:
    """The words of a line on the page, each in the upright box around its part of the line's quadrilateral.

    corners: top left, top right, bottom right, bottom left as the text sees it, in pixels of a page of width x height; they may be
    tilted and may lie a little outside. Boxes are inside the page. angle: degrees clockwise that the line is turned.
    """
    return tuple(
        Word(
            text=word.text,
            box=_share(corners, word.start, word.end, width=width, height=height),
            confidence=word.confidence,
            alternatives=word.alternatives,
            angle=angle,
        )
        for word in words
    )


def _usual_spans(text: str) -> list[tuple[float, float]]:
    """What part of a line each character would take; blanks at its ends take none."""
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    widths = [_width(char) if start <= at < end else 0.0 for at, char in enumerate(text)]
    total = sum(widths) or 1.0
    spans = []
    reached = 0.0
    for width in widths:
        spans.append((reached / total, (reached + width) / total))
        reached += width
    return spans


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
