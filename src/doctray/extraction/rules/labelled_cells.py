"""Values in the cells of drawn tables: a label is all that one cell says, and its value, of however many lines, the one right of it."""

from collections.abc import Iterator, Sequence

from doctray.domain.document import Box
from doctray.extraction.rules.grid import Cell, Grid, ruled_grids
from doctray.extraction.rules.labels import Cells, Spot, Vocabulary, filled, spot_of
from doctray.extraction.rules.reading import Phrase, Sheet, rows_of

_MOST_SEGMENTS = 600
"""A page with more lines than this is a drawing."""

_MOST_LINES = 8
_LEVEL = 0.6
"""Part of the lower of two cells' height that they share, where one is the value of the other."""

_SURE = 0.9
"""How alike a cell's words are to the label that they are taken for."""


def labelled_cells(sheets: Sequence[Sheet], vocabulary: Vocabulary) -> Cells:
    """Key of the vocabulary → the lines of each cell that stands right of one of its labels, page by page."""
    found: dict[str, list[tuple[Sheet, tuple[Phrase, ...]]]] = {}
    for sheet in sheets:
        if len(sheet.page.segments) > _MOST_SEGMENTS:
            continue
        for grid in ruled_grids(sheet.page):
            for key, lines in _pairs(sheet, grid, vocabulary):
                found.setdefault(key, []).append((sheet, lines))
    return found


def _pairs(sheet: Sheet, grid: Grid, vocabulary: Vocabulary) -> Iterator[tuple[str, tuple[Phrase, ...]]]:
    kept = {id(word) for word in sheet.words}
    cells = [cell for cell in grid.cells if cell.words and all(id(word) in kept for word in cell.words)]
    for cell in cells:
        spot = _label_of(sheet, cell, vocabulary)
        value = None if spot is None else _right_of(cell.box, cells)
        if spot is None or value is None or _label_of(sheet, value, vocabulary) is not None:
            continue
        lines = tuple(line for row in rows_of(value.words) if filled((line := Phrase.of(sheet.number, row)).text))
        if 0 < len(lines) <= _MOST_LINES:
            yield spot.key, lines


def _label_of(sheet: Sheet, cell: Cell, vocabulary: Vocabulary) -> Spot | None:
    """The label that is all that the cell says, over however many lines."""
    words = [word for row in rows_of(cell.words) for word in row]
    spot = spot_of(Phrase.of(sheet.number, words), vocabulary)
    return spot if spot is not None and spot.rest is None and spot.likeness >= _SURE else None


def _right_of(box: Box, cells: Sequence[Cell]) -> Cell | None:
    """The next cell on the right that shares most of the lower one's height."""
    beside = [
        cell
        for cell in cells
        if cell.box.left >= box.right - 2
        and min(cell.box.bottom, box.bottom) - max(cell.box.top, box.top) > _LEVEL * min(cell.box.height, box.height)
    ]
    return min(beside, key=lambda cell: cell.box.left, default=None)
