"""Joins the cells of a block that is drawn in parts: a strip with its own time, and below it what the lesson is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from doctray.domain.document import Box
from doctray.extraction.rules.grid import Cell, Grid, hull
from doctray.extraction.rules.timetable.axes import day_bands
from doctray.extraction.rules.timetable.reading import read
from doctray.extraction.times import find_spans

_FEWEST, _FEWEST_COLUMNS, _FEWEST_ROWS = 5, 3, 2
"""Strips stand in several columns and rows; times that head the rows or the columns of a table do not."""

_MOSTLY = 0.6
_WHOLE = 0.8
_MOST_PARTS = 4
_NEAR_PX, _OFF = 4.0, 0.5
"""The parts of a block meet, give or take some pixels or this part of the strip's height."""


def with_strips_joined(grid: Grid) -> Grid:
    """The grid with one cell a block, where most times in it stand in strips of their own above cells that are together as wide."""
    heads_end = {band.axis: min(band.axis.low(cell.box) for cell in band.cells) for band in day_bands(grid)}
    # what stands before the first day heads the table
    strips = _strips([cell for cell in grid.cells if all(axis.middle(cell.box) > end for axis, end in heads_end.items())])
    heads = [hull(cell.box for cell in strip) for strip in strips]
    columns, rows = {round(box.left / _NEAR_PX) for box in heads}, {round(box.top / _NEAR_PX) for box in heads}
    if len(strips) < _FEWEST or len(columns) < _FEWEST_COLUMNS or len(rows) < _FEWEST_ROWS:
        return grid
    others = [cell for cell in grid.cells if not any(cell is part for strip in strips for part in strip)]
    below = [_below(box, others) for box in heads]
    if sum(map(bool, below)) < _MOSTLY * len(strips):
        return grid
    blocks = [(*strip, *parts) for strip, parts in zip(strips, below, strict=True) if parts]
    spent = {id(cell) for block in blocks for cell in block}
    cells = [*(cell for cell in grid.cells if id(cell) not in spent), *map(_joined, blocks)]
    return replace(grid, cells=tuple(sorted(cells, key=lambda cell: (cell.box.top, cell.box.left))))


def _strips(cells: Sequence[Cell]) -> list[tuple[Cell, ...]]:
    """Cells that hold a time with its end and nothing else, or neighbours that do together: rules of the blocks below may cut it.

    With empty neighbours, where strips of other rows are as wide as they are together.
    """
    rows: dict[tuple[float, float], list[Cell]] = {}
    for cell in cells:
        rows.setdefault((cell.box.top, cell.box.bottom), []).append(cell)
    runs: list[tuple[list[Cell], int, int]] = []
    for row in rows.values():
        row.sort(key=lambda cell: cell.box.left)
        stop = 0
        for first in range(len(row)):
            ends = range(first + 1, min(first + _MOST_PARTS, len(row)) + 1)
            if first >= stop and (end := next((end for end in ends if _is_range(row[first:end])), 0)):
                runs.append((row, first, end))
                stop = end
    usual = Counter(_extent(row[first:end]) for row, first, end in runs)
    return [_widened(row, first, end, usual) for row, first, end in runs]


def _extent(cells: Sequence[Cell]) -> tuple[int, int]:
    """From where to where cells run from left to right, in steps of some pixels."""
    return round(cells[0].box.left / _NEAR_PX), round(cells[-1].box.right / _NEAR_PX)


def _widened(row: Sequence[Cell], first: int, end: int, usual: Counter[tuple[int, int]]) -> tuple[Cell, ...]:
    begins, stops = [first], [end]
    while begins[-1] > 0 and not row[begins[-1] - 1].words and len(begins) < _MOST_PARTS:
        begins.append(begins[-1] - 1)
    while stops[-1] < len(row) and not row[stops[-1]].words and len(stops) < _MOST_PARTS:
        stops.append(stops[-1] + 1)
    runs = [tuple(row[begin:stop]) for begin in begins for stop in stops]
    return max(runs, key=lambda run: (usual[_extent(run)], len(run) == end - first))


def _is_range(cells: Sequence[Cell]) -> bool:
    words = tuple(word for cell in cells for word in cell.words)
    if not words or not cells[0].words:
        return False
    text = read(words).text
    spans = find_spans(text)
    return len(spans) == 1 and spans[0].end is not None and spans[0].begin == 0 and spans[0].stop == len(text)


def _below(box: Box, cells: Sequence[Cell]) -> list[Cell]:
    """The cells right below a strip that are together as wide as it; [] where they are not, or hold nothing."""
    near = max(_NEAR_PX, _OFF * box.height)
    parts = [
        cell
        for cell in cells
        if abs(cell.box.top - box.bottom) <= near and cell.box.left >= box.left - near and cell.box.right <= box.right + near
    ]
    wide = sum(cell.box.width for cell in parts) >= _WHOLE * box.width
    return parts if wide and any(cell.words for cell in parts) else []


def _joined(parts: Sequence[Cell]) -> Cell:
    return Cell(box=hull(part.box for part in parts), words=tuple(word for part in parts for word in part.words))
