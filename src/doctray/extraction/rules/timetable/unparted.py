"""Parts a cell that holds several labels of days or times, where lines of the rest of the table run between them."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from doctray.domain.document import Box, Word
from doctray.extraction.rules.grid import Axis, Cell, Grid, box_of
from doctray.extraction.rules.timetable.aligned import phrases_of
from doctray.extraction.rules.timetable.days import days_in_order
from doctray.extraction.rules.timetable.reading import read
from doctray.extraction.times import find_label_spans, resolve

_FEWEST_DAYS, _FEWEST_TIMES, _FEWEST_STEPS = 3, 2, 4
_FEWEST_BESIDE = 2
"""Days that stand well apart on one line are those of as many columns; one below the other they may share a row."""

_START = re.compile(r"(?P<hour>[01]?\d|2[0-3])(?:[:.h](?P<minute>[0-5]\d))?")
_MOST_WORDS = 60
"""Labels of a week are about 20 words; a cell with more is a page."""


def with_labels_parted(grid: Grid) -> Grid:
    """The grid with one cell a label where its labels stand in one, as in tables whose first column is a fill without lines."""
    scale = _scale(grid)
    cells = tuple(part for cell in grid.cells for part in _parted(cell, grid, scale))
    return grid if len(cells) == len(grid.cells) else replace(grid, cells=cells)


def _scale(grid: Grid) -> tuple[float, int] | None:
    """Where the column stands in which most cells are starts alone a step apart (6:30, 7, 7:30), and the step in minutes; else None."""
    columns: defaultdict[float, list[tuple[float, int]]] = defaultdict(list)
    for cell in grid.cells:
        if cell.words and (start := _start(read(cell.words).text)) is not None:
            columns[cell.box.left].append((cell.box.top, start))
    left = max(columns, key=lambda left: len(columns[left]), default=0.0)
    starts = [start for _, start in sorted(columns[left])]
    [(step, often)] = Counter(later - before for before, later in pairwise(starts)).most_common(1) or [(0, 0)]
    return (left, step) if step > 0 and often >= max(_FEWEST_STEPS, len(starts) / 2) else None


def _start(text: str) -> int | None:
    """Minutes since midnight of a label that is nothing but a start: 13, 13:30."""
    match = _START.fullmatch(text.strip())
    return 60 * int(match["hour"]) + int(match["minute"] or 0) if match else None


def _go_on(labels: Sequence[tuple[Word, ...]], step: int) -> bool:
    starts = [_start(" ".join(word.text for word in label)) for label in labels]
    return all(one is not None and other == one + step for one, other in pairwise(starts))


def _parted(cell: Cell, grid: Grid, scale: tuple[float, int] | None) -> list[Cell]:
    if not 1 < len(cell.words) <= _MOST_WORDS or any(word.angle for word in cell.words):
        return [cell]
    for axis, labels in ((Axis.Y, read(cell.words).lines), (Axis.X, _level(cell))):
        on_scale = scale is not None and axis is Axis.Y and cell.box.left == scale[0] and _go_on(labels, scale[1])
        fewest = _FEWEST_BESIDE if axis is Axis.X else _FEWEST_DAYS
        if len(labels) > 1 and (on_scale or _follow_one_another(labels, fewest)) and (borders := _borders(cell, labels, axis, grid)):
            places = [_begin(cell, labels[0], axis, grid), *borders, axis.high(cell.box)]
            return [
                Cell(box=_between(cell.box, axis, low, high), words=tuple(words))
                for (low, high), words in zip(pairwise(places), labels, strict=True)
            ]
    return [cell]


def _level(cell: Cell) -> Sequence[tuple[Word, ...]]:
    """The texts of a cell of one line, from left to right."""
    return phrases_of(cell.words) if len(read(cell.words).lines) == 1 else ()


def _follow_one_another(labels: Sequence[tuple[Word, ...]], fewest: int) -> bool:
    """Whether each label names a day and nothing else, or a time with its end, and all of them in the order of the week or the day.

    fewest: so many days at the least. Before the days what heads the times may stand: Hour, Mon, Tue …
    """
    texts = [" ".join(word.text for word in label) for label in labels]
    days = days_in_order(texts)
    days = days if days[0] else days[1:]
    if len(days) >= fewest and all(name is not None and len(name.days) == 1 for name in days):
        return len({name.days for name in days if name}) == len(days)
    spans = [find_label_spans(text) for text in texts]
    if len(texts) < _FEWEST_TIMES or any(len(found) != 1 or found[0].end is None for found in spans):
        return False
    times = resolve([found[0] for found in spans])
    return all(one.end is not None and one.start < one.end <= other.start for one, other in pairwise(times))


def _borders(cell: Cell, labels: Sequence[tuple[Word, ...]], axis: Axis, grid: Grid) -> list[float]:
    """Where most cells beside end between each label and the next; [] where none does between two of them."""
    edges = [edge for other in grid.cells if other is not cell for edge in (axis.low(other.box), axis.high(other.box))]
    borders: list[float] = []
    for one, other in pairwise(labels):
        low, high = axis.middle(box_of(one)), axis.middle(box_of(other))
        between = Counter(round(edge, 1) for edge in edges if low < edge < high)
        if not between:
            return []
        borders.append(between.most_common(1)[0][0])
    return borders


def _begin(cell: Cell, first: Sequence[Word], axis: Axis, grid: Grid) -> float:
    """Where the first label's row or column begins: at the cell's own edge, or where most cells beside do that end before the label.

    Where the names of days run over the column of times as well, Monday is not as long as both.
    """
    low, label = axis.low(cell.box), axis.low(box_of(first))
    others = [other.box for other in grid.cells if other is not cell and axis.low(other.box) >= low - 1]
    ends = Counter(round(axis.high(box)) for box in others if low < axis.high(box) <= label + 1)
    if not ends:
        return low
    edge, often = max(ends.items(), key=lambda item: (item[1], item[0]))
    return float(edge) if often >= _FEWEST_DAYS else low


def _between(box: Box, axis: Axis, low: float, high: float) -> Box:
    return Box(low, box.top, high, box.bottom) if axis is Axis.X else Box(box.left, low, box.right, high)
