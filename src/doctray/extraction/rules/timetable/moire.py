"""Leaves out the short lines that the pixels of a photographed screen give (moiré), where they cut a table into shreds."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from statistics import median

from doctray.domain.document import Box, Page, Segment
from doctray.extraction.rules.grid import Grid, hull

_SHREDDED, _FEWEST = 0.4, 40
"""A table is in shreds when so much of it, and so many cells, are empty and hardly higher or wider than a letter."""

_LOW = 1.5
"""Times the height of the letters: what is lower than this and empty holds no text that was not read."""

_THROUGH = 0.15
"""Of lines that come from pixels so many run through the middle of words; rules stand between them."""

_LONG = 0.66
"""The pieces of a rule of the table are together at least this part of the longest that runs its way."""

_ONE_LINE = 0.004
"""Pieces that stand no further apart than this part of the page's shorter side are of one line."""

_MOST_LINES, _MOST_WORDS = 1500, 1500
"""Each line is compared with each word. A photographed screen gives about 300 lines."""


def without_moire(page: Page, grids: Sequence[Grid]) -> Page:
    """The page with the long lines of its tables alone where all its lines cut them into shreds and run through words; else itself."""
    words = [word.box for word in islice(page.words, _MOST_WORDS) if len(word.text) > 1 and word.angle == 0 and word.confidence < 1.0]
    cells = [cell for grid in grids for cell in grid.cells]
    if not words or len(cells) < _FEWEST or len(page.segments) > _MOST_LINES:
        return page
    low = _LOW * median(box.height for box in words)
    shreds = sum(not cell.words and min(cell.box.width, cell.box.height) < low for cell in cells)
    down = [line for line in page.segments if not line.horizontal]
    between = [line for line in down if not any(_runs_through(line, box) for box in words)]
    if shreds < max(_FEWEST, _SHREDDED * len(cells)) or len(down) - len(between) < _THROUGH * len(down):
        return page
    near, table = _ONE_LINE * min(page.width, page.height), hull(grid.box for grid in grids)
    across = [line for line in page.segments if line.horizontal and table.top - near <= _at(line) <= table.bottom + near]
    between = [line for line in between if table.left - near <= _at(line) <= table.right + near]
    return replace(page, segments=(*_long(across, near), *_long(between, near)))


def _long(lines: Sequence[Segment], near: float) -> list[Segment]:
    """Of lines that run one way those that are long, alone or with others in their course."""
    longest = max(map(_length, lines), default=0.0)
    courses = [_covered([other for other in lines if abs(_at(other) - _at(line)) <= near]) for line in lines]
    return [line for line, course in zip(lines, courses, strict=True) if course >= _LONG * longest]


def _covered(lines: Sequence[Segment]) -> float:
    """How much of their course the lines cover together, in pixels."""
    total, reached = 0.0, float("-inf")
    for low, high in sorted((line.left, line.right) if line.horizontal else (line.top, line.bottom) for line in lines):
        total += max(0.0, high - max(low, reached))
        reached = max(reached, high)
    return total


def _runs_through(line: Segment, box: Box) -> bool:
    """Whether a line that runs down cuts a word at half its letters' height from both ends or further in."""
    inside = box.left + box.height / 2 < _at(line) < box.right - box.height / 2
    return inside and min(line.bottom, box.bottom) - max(line.top, box.top) > 0.6 * box.height


def _length(line: Segment) -> float:
    return line.right - line.left if line.horizontal else line.bottom - line.top


def _at(line: Segment) -> float:
    return (line.top + line.bottom) / 2 if line.horizontal else (line.left + line.right) / 2
