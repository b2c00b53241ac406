"""Mends blocks that are drawn to scale by the times they print: two that touch are cut apart, one that a line runs through is whole."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from doctray.domain.document import Box
from doctray.extraction.rules.grid import LEVEL_PX, Axis, Cell
from doctray.extraction.rules.timetable.axes import Layout
from doctray.extraction.rules.timetable.reading import read
from doctray.extraction.rules.timetable.slots import TimeSlot
from doctray.extraction.times import PrintedSpan, TimeSpan, find_spans, resolve

_AT = 0.12
"""An edge within this part of the scale's step is at its time."""

_FEWEST = 2


def with_blocks_as_printed(layout: Layout) -> Layout:
    """The layout, whose times run down and stand at ticks, with a cell for each block that prints its own time."""
    if layout.time_axis is not Axis.Y or not layout.to_scale:
        return layout
    cells = [part for cell in layout.grid.cells for part in _cut(cell, layout.slots)]
    return replace(layout, grid=replace(layout.grid, cells=tuple(_joined(cells, layout.slots))))


def _cut(cell: Cell, slots: Sequence[TimeSlot]) -> list[Cell]:
    """The cell cut where its second block begins: at the time below a title further down. [cell] where it does not stand there."""
    lines = read(cell.words).lines
    opened = [(index, span) for index, line in enumerate(lines) if index and (span := _opening(" ".join(word.text for word in line)))]
    if len(opened) < _FEWEST:
        return [cell]
    near, titles = _near(slots), [index - 1 for index, _ in opened]
    edges = [cell.box.top]
    for title, time in zip(titles[1:], resolve([span for _, span in opened])[1:], strict=True):
        place = _place(time.start, slots)
        top = min(word.box.top for word in lines[title])
        above = max(word.box.bottom for word in lines[title - 1])
        if place is None or not edges[-1] < place < cell.box.bottom or top < place - near or above > place + near:
            return [cell]
        edges.append(place)
    parts = [lines[begin:stop] for begin, stop in pairwise([0, *titles[1:], len(lines)])]
    return [
        Cell(box=Box(cell.box.left, top, cell.box.right, bottom), words=tuple(word for line in part for word in line))
        for part, (top, bottom) in zip(parts, pairwise([*edges, cell.box.bottom]), strict=True)
    ]


def _joined(cells: Sequence[Cell], slots: Sequence[TimeSlot]) -> list[Cell]:
    """The cells with those joined of which the lower prints no time and ends when the upper says that it does."""
    kept: list[Cell] = []
    spent: set[int] = set()
    for cell in cells:
        end = _printed_end(cell)
        place = _place(end, slots) if end is not None else None
        rest = next((other for other in cells if place is not None and _is_rest(cell, other, place, _near(slots))), None)
        if rest is not None:
            spent.add(id(rest))
            cell = Cell(box=cell.box.union(rest.box), words=(*cell.words, *rest.words))
        kept.append(cell)
    return [cell for cell in kept if id(cell) not in spent]


def _is_rest(cell: Cell, other: Cell, end: float, near: float) -> bool:
    box, below = cell.box, other.box
    column = abs(box.left - below.left) <= LEVEL_PX and abs(box.right - below.right) <= LEVEL_PX
    meets = other is not cell and abs(box.bottom - below.top) <= near and abs(below.bottom - end) <= near
    return column and meets and not find_spans(read(other.words).text)


def _printed_end(cell: Cell) -> int | None:
    spans = [span for line in read(cell.words).line_texts if (span := _opening(line)) and span.end]
    [time] = resolve(spans) if len(spans) == 1 else [TimeSpan(start=0, end=None)]
    return time.end


def _opening(text: str) -> PrintedSpan | None:
    """The time that a line opens with: a range, or one with its half of the day."""
    spans = find_spans(text)
    return spans[0] if spans and spans[0].begin == 0 and (spans[0].end or spans[0].start.half) else None


def _near(slots: Sequence[TimeSlot]) -> float:
    return _AT * (slots[0].high - slots[0].low)


def _place(minutes: int, slots: Sequence[TimeSlot]) -> float | None:
    for slot in slots:
        if slot.start is not None and slot.end is not None and slot.start <= minutes <= slot.end:
            return slot.low + (minutes - slot.start) / (slot.end - slot.start) * (slot.high - slot.low)
    return None
