"""Completes a drawn table whose headings stand above its uppermost rule, with no rule of their own: tables of web pages."""

from dataclasses import replace
from statistics import median

from doctray.domain.document import Box, Page
from doctray.extraction.rules.timetable_grid import Cell, Grid, hull
from doctray.extraction.rules.timetable_reading import read, size_of

_FURTHEST = 3.0
"""Headings stand no further above the table, in heights of their letters: below that are titles."""

_LEVEL_PX = 3.0
_FEWEST = 2


def with_headings_above(grid: Grid, page: Page) -> Grid | None:
    """The grid with a row of cells for the line of words right above it, as wide as its own uppermost row's; None where there is none."""
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
    heads = [
        Cell(box=Box(cell.box.left, top, cell.box.right, box.top), words=words)
        for cell in grid.cells
        if cell.box.top <= box.top + _LEVEL_PX
        and (words := tuple(word for word in lowest if cell.box.left <= word.box.center_x < cell.box.right))
    ]
    if len(heads) < _FEWEST or top >= box.top:
        return None
    cells = (*sorted(heads, key=lambda cell: cell.box.left), *grid.cells)
    return replace(grid, cells=cells, box=hull(cell.box for cell in cells))
