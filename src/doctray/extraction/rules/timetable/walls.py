"""Parts cells of a table in a picture between whose texts a rule was not seen, where other rows or columns have it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from doctray.domain.document import Page, PageSource, Segment
from doctray.extraction.rules.grid import Axis, Cell, Grid, box_of
from doctray.extraction.rules.timetable.reading import read, size_of
from doctray.extraction.rules.timetable.slots import printed_time

_FEWEST_ENDS = 2
"""So many other cells end where a rule is."""

_ASIDE = 0.25
"""A text stands in the middle of its cell when the room at its two sides differs by no more than this part of the cell."""

_GAP = 1.0
"""Heights of letters between texts of two cells; between words of one text it is a third of that."""

_SEEN = 0.1
"""Part of its length along which some of a rule was seen."""

_FEWEST_UNSEEN = 3
"""So many texts, each amid its own column, tell rules of which nothing was seen."""

_LABEL = re.compile(r"(?![-–—])(?:[\d:.,/()\s–—-]|\b(?:am|pm|to|p|h|hrs?|uhr|period|lesson)\b)+(?<![-–—])", re.IGNORECASE)
"""Times and numbers of periods, and not one half of a range."""

_FEWEST_LINES, _WIDER = 2, 1.3
"""Texts one below the other are those of several rows where each has so many lines, and the room between them is so many times theirs."""

_NEAR = 0.004
"""Part of the page by which a rule may be off its line."""


def with_unseen_walls(grid: Grid, page: Page) -> Grid:
    """The grid of a picture with cells parted that hold the texts of several. What a file draws stands."""
    if page.source is not PageSource.OCR or not grid.ruled:
        return grid
    cells = grid.cells
    for axis in Axis:
        ends = Counter(end for cell in cells for end in (axis.low(cell.box), axis.high(cell.box)))
        cells = tuple(part for cell in cells for part in _parted(cell, axis, ends, page))
    return grid if len(cells) == len(grid.cells) else replace(grid, cells=cells)


def _parted(cell: Cell, axis: Axis, ends: Counter[float], page: Page) -> list[Cell]:
    low, high = axis.low(cell.box), axis.high(cell.box)
    inner = sorted(end for end, count in ends.items() if low < end < high and count >= _FEWEST_ENDS)
    if not inner or len(cell.words) < 2 or any(word.angle for word in cell.words):
        return [cell]
    parts = [_part(cell, axis, begin, end) for begin, end in pairwise([low, *inner, high])]
    told = [part for part in parts if part.words]
    if len(told) < 2:
        return [cell]
    if axis is Axis.X and len(told) == len(parts) and _are_labels(told):
        return parts
    if any(axis.low(word.box) < end < axis.high(word.box) for word in cell.words for end in inner):
        return [cell]
    seen = len(told) >= _FEWEST_UNSEEN or all(_is_seen(end, cell, page) for end in inner)
    return parts if (_are_rows(told) if axis is Axis.Y else seen and _are_columns(told)) else [cell]


def _part(cell: Cell, axis: Axis, low: float, high: float) -> Cell:
    box = replace(cell.box, left=low, right=high) if axis is Axis.X else replace(cell.box, top=low, bottom=high)
    return Cell(box=box, words=tuple(word for word in cell.words if low <= axis.middle(word.box) < high))


def _are_labels(parts: Sequence[Cell]) -> bool:
    """Whether each text is a time or the number of a period. An engine gives only a share of a line's room to each."""
    texts = [read(part.words).text for part in parts]
    return all(_LABEL.fullmatch(text) and any(map(str.isdigit, text)) for text in texts) and any(map(printed_time, parts))


def _are_columns(parts: Sequence[Cell]) -> bool:
    """Whether each text stands amid its own column, well apart from the next."""
    size = median(size_of(word) for part in parts for word in part.words)
    boxes = [box_of(part.words) for part in parts]
    apart = all(later.left - before.right >= _GAP * size for before, later in pairwise(boxes))
    return apart and all(_is_amid(part, Axis.X) for part in parts)


def _are_rows(parts: Sequence[Cell]) -> bool:
    """Whether each text has several lines and stands amid its own row, further from the next than its lines from one another."""
    lines = [[box_of(line) for line in read(part.words).lines] for part in parts]
    if min(map(len, lines)) < _FEWEST_LINES:
        return False
    within = max(later.center_y - before.center_y for own in lines for before, later in pairwise(own))
    between = min(later[0].center_y - before[-1].center_y for before, later in pairwise(lines))
    return between >= _WIDER * within and all(_is_amid(part, Axis.Y) for part in parts)


def _is_amid(part: Cell, axis: Axis) -> bool:
    text = box_of(part.words)
    before, behind = axis.low(text) - axis.low(part.box), axis.high(part.box) - axis.high(text)
    return abs(before - behind) <= _ASIDE * axis.length(part.box)


def _is_seen(end: float, cell: Cell, page: Page) -> bool:
    """Whether some of an upright rule was seen within the cell."""
    near = _NEAR * min(page.width, page.height)
    return sum(_within(segment, cell) for segment in page.segments if not segment.horizontal and abs(segment.left - end) <= near) >= (
        _SEEN * cell.box.height
    )


def _within(segment: Segment, cell: Cell) -> float:
    return max(0.0, min(segment.bottom, cell.box.bottom) - max(segment.top, cell.box.top))
