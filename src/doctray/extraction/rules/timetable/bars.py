"""Puts the bar that prints when a block begins to the block below it, which together are drawn to fill its place in the table."""

from collections.abc import Sequence
from dataclasses import replace

from doctray.extraction.rules.grid import LEVEL_PX, Axis, Cell
from doctray.extraction.rules.timetable.axes import Layout
from doctray.extraction.rules.timetable.reading import read
from doctray.extraction.rules.timetable.slots import TimeSlot
from doctray.extraction.times import PrintedSpan, find_spans

_FEWEST = 2
"""So many blocks have a bar: one cell alone that prints a time may be anything."""


def with_bars_joined(layout: Layout) -> Layout:
    """The layout, whose labels print times that run down, with one cell for each block and its bar. A bar's range stays in the text."""
    if layout.time_axis is not Axis.Y or not any(slot.start is not None for slot in layout.slots):
        return layout
    first = min(day.low for day in layout.days)
    body = [cell for cell in layout.grid.cells if cell.words and cell.box.top >= layout.header - LEVEL_PX and cell.box.center_x >= first]
    bars = {id(cell): span for cell in body if (span := _time_alone(cell)) is not None}
    blocks = {id(block): bar for bar in body if id(bar) in bars for block in body if _is_below(bar, block)}
    if len(blocks) < _FEWEST or not all(_fits(bar, bars[id(bar)], layout.slots) for bar in blocks.values()):
        return layout
    joined = {id(bar) for bar in blocks.values()}
    cells = tuple(
        _joined(blocks[id(cell)], cell, bars[id(blocks[id(cell)])]) if id(cell) in blocks else cell
        for cell in layout.grid.cells
        if id(cell) not in joined
    )
    return replace(layout, grid=replace(layout.grid, cells=cells))


def _time_alone(cell: Cell) -> PrintedSpan | None:
    text = read(cell.words).text
    spans = find_spans(text)
    return spans[0] if len(spans) == 1 and not (text[: spans[0].begin] + text[spans[0].stop :]).strip(" ()") else None


def _fits(bar: Cell, span: PrintedSpan, slots: Sequence[TimeSlot]) -> bool:
    """Whether the labels at the side give the bar's place about that time: a room may be printed as 2.14."""
    at = [(slot.start, slot.end) for slot in slots if slot.low <= bar.box.center_y <= slot.high]
    hours = [(start, end, end - start) for start, end in at if start is not None and end is not None]
    return any(start - long <= minutes <= end + long for start, end, long in hours for minutes in span.start.readings)


def _is_below(bar: Cell, block: Cell) -> bool:
    column = abs(bar.box.left - block.box.left) <= LEVEL_PX and abs(bar.box.right - block.box.right) <= LEVEL_PX
    return column and abs(bar.box.bottom - block.box.top) <= LEVEL_PX and not find_spans(read(block.words).text)


def _joined(bar: Cell, block: Cell, span: PrintedSpan) -> Cell:
    """A start alone is told by the place of the bar as well, and tells nothing of the end."""
    return Cell(box=bar.box.union(block.box), words=(*bar.words, *block.words) if span.end else block.words)
