"""Completes a drawn table whose headings stand above its uppermost rule, or beside its first, with no rules of their own."""

import re
from dataclasses import replace
from statistics import median, mode

from doctray.domain.document import Box, Page
from doctray.extraction.rules.grid import Cell, Grid, hull
from doctray.extraction.rules.timetable.reading import read, size_of

_FURTHEST = 3.0
"""Headings stand no further above the table, in heights of their letters: below that are titles."""

_LEVEL_PX = 3.0
_FEWEST = 2
_FIRST_CELLS = 4
"""Among so many of the first cells a row of several begins."""

_FEWEST_ROWS, _MOSTLY = 3, 0.6
_ASIDE = 8.0
"""Labels beside the table end no further from it, in heights of their letters."""

_TIME = re.compile(r"\d{1,2}[:.]\d{2}")
_START_AND_END = 2


def with_headings_above(grid: Grid, page: Page) -> Grid | None:
    """The grid with a row of cells for the line of words right above it, as wide as its own uppermost row's; None where there is none.

    Of a list whose days are rows of one cell, as wide as the first row that has several.
    """
    box = grid.box
    above = [word for word in page.words if word.box.center_y < box.top and box.left <= word.box.center_x <= box.right and not word.angle]
    lines = read(above).lines
    lowest = max(lines, key=lambda line: max(word.box.bottom for word in line), default=())
    if not lowest:
        return None
    size = median(size_of(word) for word in lowest)
    if box.top - max(word.box.bottom for word in lowest) > _FURTHEST * size:
        return None
    top = min(word.box.top for word in lowest)
    levels = [[cell for cell in grid.cells if abs(cell.box.top - other.box.top) <= _LEVEL_PX] for other in grid.cells[:_FIRST_CELLS]]
    heads = [
        Cell(box=Box(cell.box.left, top, cell.box.right, box.top), words=words)
        for cell in next((level for level in levels if len(level) >= _FEWEST), [])
        if (words := tuple(word for word in lowest if cell.box.left <= word.box.center_x < cell.box.right))
    ]
    if len(heads) < _FEWEST or top >= box.top:
        return None
    cells = (*sorted(heads, key=lambda cell: cell.box.left), *grid.cells)
    return replace(grid, cells=cells, box=hull(cell.box for cell in cells))


def with_labels_beside(grid: Grid, page: Page, *, below: float) -> Grid | None:
    """The grid with a column of cells for the words right at the left of its rows further down than `below`; None where most have none,
    or where a row has the times of two or a start alone: what is drawn there are blocks on a scale of hours, and no rows."""
    box = grid.box
    beside = [
        word for word in page.words if word.box.right <= box.left + _LEVEL_PX and below < word.box.center_y < box.bottom and not word.angle
    ]
    if not beside:
        return None
    size = median(size_of(word) for word in beside)
    near = [line for line in read(beside).lines if box.left - line[-1].box.right <= _ASIDE * size]
    words = [word for line in near for word in line if box.left - word.box.left <= 2 * _ASIDE * size]
    rows = [cell.box for cell in grid.cells if cell.box.left <= box.left + size and cell.box.center_y > below]
    labels = [
        Cell(box=Box(min(word.box.left for word in own), row.top, box.left, row.bottom), words=own)
        for row in rows
        if (own := tuple(word for word in words if row.top <= word.box.center_y < row.bottom))
    ]
    if len(labels) < max(_FEWEST_ROWS, _MOSTLY * len(rows)):
        return None
    times = [count for label in labels if (count := len(_TIME.findall(" ".join(word.text for word in label.words))))]
    if times and not max(times) == mode(times) == _START_AND_END:
        return None
    cells = (*grid.cells, *labels)
    return replace(grid, cells=cells, box=hull(cell.box for cell in cells))
