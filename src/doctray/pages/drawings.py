"""Ruling segments from a PDF page's vector drawings. Runs in the page process only."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from doctray.domain.document import Segment
from doctray.pages.placement import Placement, Rect
from doctray.pages.segments import merged, transposed

_THIN_PT = 3.0
"""A filled rectangle up to this thick is a drawn rule; a thicker one is shading, of which the edges are rules."""

_LEVEL_PT = 0.1
_SHORTEST_PX = 12.0
"""The border of a tick box is about 8 points (17 px at 150 dpi) long; glyphs drawn as outlines are made of shorter pieces."""

_NEARLY_WHITE = 0.95
_BESIDE_PX = 4
_LEAST_CONTRAST = 8
"""Gray levels between a rule, or the shading that it ends, and what lies beside it."""

_NEARLY_ALL, _WHOLE = 0.98, 0.9
"""A rule is seen when this part of it is, or this part in one piece: the wall of one low row loses its ends to its neighbours' rules."""

_SHORTEST_REST_PX = 40.0
"""What is left of a rule that is painted over in part. Letters that are painted over it look like rests of up to their height."""

Point = tuple[float, float]
"""x and y in points"""


def drawn_segments(drawings: list[dict[str, Any]], placement: Placement, gray: npt.NDArray[np.uint8]) -> tuple[Segment, ...]:
    """Rules that can be seen. drawings: what PyMuPDF's `Page.get_cdrawings` gives, in points of the unrotated page.

    gray: the page rendered under this placement. Programs that make timetables draw the whole grid and paint cells over it.
    """
    placed = (placement.segment(*stroke) for drawing in drawings for stroke in _strokes(drawing))
    rules = merged((segment for segment in placed if segment is not None), shortest_px=_SHORTEST_PX)
    sideways = gray.T
    return tuple(
        part for rule in rules for part in (_seen(rule, gray) if rule.horizontal else map(transposed, _seen(transposed(rule), sideways)))
    )


def _seen(rule: Segment, gray: npt.NDArray[np.uint8]) -> list[Segment]:
    """The parts of a horizontal rule at which the page shows an edge."""
    row, start, end = round(rule.top), int(rule.left), int(rule.right) + 1
    strip = gray[max(0, row - _BESIDE_PX) : row + _BESIDE_PX + 1, start:end]
    if strip.size == 0:
        return []
    shown = np.ptp(strip, axis=0) >= _LEAST_CONTRAST
    changes = np.flatnonzero(np.diff(np.concatenate(([False], shown, [False]))))
    runs = [Segment(start + float(a), rule.top, start + float(b), rule.top) for a, b in zip(changes[::2], changes[1::2], strict=True)]
    if len(runs) == 1 and runs[0].right - runs[0].left >= _WHOLE * (rule.right - rule.left):
        return [rule]
    if shown.mean() > _NEARLY_ALL:
        return [rule]
    return list(merged(runs, shortest_px=_SHORTEST_REST_PX))


def _strokes(drawing: dict[str, Any]) -> Iterator[Rect]:
    stroked = "s" in drawing["type"] and _shows(drawing.get("color"), drawing.get("stroke_opacity"))
    filled = "f" in drawing["type"] and _shows(drawing.get("fill"), drawing.get("fill_opacity"))
    if not stroked and not filled:
        return
    if filled and not stroked and _is_thin(drawing["rect"]):
        yield _axis(drawing["rect"])
        return
    if not stroked:
        for rect in _outlined(drawing["items"]):
            yield from _edges(rect)
    for item in drawing["items"]:
        match item[0]:
            case "l" if stroked:
                yield (*item[1], *item[2])
            case "re":
                yield from _edges(item[1])
            case "qu" if _is_upright(item[1]):
                ul, _, _, lr = item[1]
                yield from _edges((*ul, *lr))


def _outlined(items: Iterable[tuple[Any, ...]]) -> Iterator[Rect]:
    """Upright rectangles whose outlines a filled path draws line by line, as spreadsheets do with all rules of a page in one path."""
    outline: list[Point] = []
    for item in items:
        begin, end = (item[1], item[2]) if item[0] == "l" else (None, None)
        if not outline or outline[-1] != begin:
            yield from _as_rect(outline)
            outline = [] if begin is None else [begin]
        if end is not None and end != outline[-1]:
            outline.append(end)
    yield from _as_rect(outline)


def _as_rect(outline: Sequence[Point]) -> Iterator[Rect]:
    level = all(min(abs(one[0] - other[0]), abs(one[1] - other[1])) < _LEVEL_PT for one, other in pairwise(outline))
    if level and len(set(outline)) == 4:
        xs, ys = zip(*outline, strict=True)
        yield min(xs), min(ys), max(xs), max(ys)


def _shows(color: tuple[float, ...] | None, opacity: float | None) -> bool:
    return color is not None and min(color) < _NEARLY_WHITE and (opacity is None or opacity > 0.05)


def _is_thin(rect: Rect) -> bool:
    return min(rect[2] - rect[0], rect[3] - rect[1]) <= _THIN_PT


def _is_upright(quad: tuple[tuple[float, float], ...]) -> bool:
    ul, ur, ll, lr = quad
    return abs(ul[1] - ur[1]) < 1 and abs(ll[1] - lr[1]) < 1 and abs(ul[0] - ll[0]) < 1 and abs(ur[0] - lr[0]) < 1


def _edges(rect: Rect) -> Iterator[Rect]:
    if _is_thin(rect):
        yield _axis(rect)
        return
    left, top, right, bottom = rect
    yield left, top, right, top
    yield left, bottom, right, bottom
    yield left, top, left, bottom
    yield right, top, right, bottom


def _axis(rect: Rect) -> Rect:
    left, top, right, bottom = rect
    if right - left >= bottom - top:
        middle = (top + bottom) / 2
        return left, middle, right, middle
    middle = (left + right) / 2
    return middle, top, middle, bottom
