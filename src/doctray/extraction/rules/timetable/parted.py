"""Days over several rows or columns: labels that stand in the first of them alone, and those beneath that part each day again."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from doctray.domain.document import Page
from doctray.extraction.rules.grid import LEVEL_PX, Axis, Cell, Grid, hull
from doctray.extraction.rules.timetable.axes import DayBand, DaySlot, Layout, SideColumn, day_bands
from doctray.extraction.rules.timetable.headings import heading_of
from doctray.extraction.rules.timetable.lanes import HEADS, lane_of
from doctray.extraction.rules.timetable.names import BREAKS, TEACHER
from doctray.extraction.rules.timetable.reading import read
from doctray.extraction.rules.timetable.slots import printed_time, slots_of

_MOSTLY = 0.6
_LONGEST_LABEL = 24
_FEWEST_PARTS = 2
_COLUMNS = ("room", "teacher")


def with_whole_days(grid: Grid) -> Grid:
    """The grid with each label of a day as long as its day, where labels stand in the first of several rows and the rest is left empty.

    Unchanged unless most days are followed by empty cells, as one before a day off would not be; of two days the first by several.
    """
    merged: dict[int, Cell] = {}
    spent: set[int] = set()
    for band in day_bands(grid):
        runs = [_empty_after(grid, band, cell) for cell in band.cells]
        lengths = [sum(band.axis.length(cell.box) for cell in run) for run in runs[:-1]]
        followed = sum(length > 0 for length in lengths)
        alone = len(lengths) == 1 and lengths[0] >= _FEWEST_PARTS * band.axis.length(band.cells[0].box)
        if followed < max(_FEWEST_PARTS, _MOSTLY * len(lengths)) and not alone:
            continue
        for cell, run in zip(band.cells, runs, strict=True):
            own = run if cell is not band.cells[-1] else _no_longer(run, max(lengths), band.axis)
            merged[id(cell)] = replace(cell, box=hull([cell.box, *(other.box for other in own)]))
            spent.update(id(other) for other in own)
    if not merged:
        return grid
    return replace(grid, cells=tuple(merged.get(id(cell), cell) for cell in grid.cells if id(cell) not in spent))


def _empty_after(grid: Grid, band: DayBand, cell: Cell) -> list[Cell]:
    """The empty cells that follow a label in its row or column, up to the next that says something."""
    across = band.axis.other
    following = sorted(
        (
            other
            for other in grid.cells
            if band.axis.low(other.box) >= band.axis.high(cell.box) - LEVEL_PX
            and across.low(cell.box) - LEVEL_PX <= across.low(other.box)
            and across.high(other.box) <= across.high(cell.box) + LEVEL_PX
        ),
        key=lambda other: band.axis.low(other.box),
    )
    stop = next((index for index, other in enumerate(following) if other.words), len(following))
    return following[:stop]


def _no_longer(run: Sequence[Cell], length: float, axis: Axis) -> list[Cell]:
    kept: list[Cell] = []
    for cell in run:
        if sum(axis.length(other.box) for other in (*kept, cell)) <= length + LEVEL_PX:
            kept.append(cell)
    return kept


@dataclass(frozen=True, slots=True)
class _Part:
    cell: Cell
    text: str


def parted(layout: Layout, page: Page) -> tuple[Layout, ...]:
    """The layout with its days parted as the labels right beneath (beside) each of them say; as it is where there are none.

    Labels that name columns make a layout for each day, with the times of its own column, or tell rooms and teachers apart; others that
    come again under most days are classes, groups or rooms with lessons of their own.
    """
    parts = [_parts(layout, day) for day in layout.days]
    having = [own for own in parts if len(own) >= _FEWEST_PARTS]
    if not having or len(having) < max(_FEWEST_PARTS, _MOSTLY * len(layout.days)) or any(day.lane for day in layout.days):
        return (layout,)
    axis = layout.time_axis
    edge = max(axis.high(part.cell.box) for own in having for part in own)
    if all("subject" in {heading_of(part.text) for part in own} for own in having):
        return _in_columns(layout, parts, edge, page)
    again = Counter(part.text.casefold() for own in having for part in own)
    common = sum(count for count in again.values() if count * 2 >= len(having))
    labels = [part.text for own in having for part in own]
    numbered = all(text.isdigit() for text in labels)
    slots = tuple(slot for slot in layout.slots if slot.low >= edge - LEVEL_PX)
    labelled = len(slots) >= _FEWEST_PARTS and all(slot in slots for slot in layout.slots if slot.start is not None)
    if not labelled or common < _MOSTLY * len(labels) or numbered:
        return (layout,)
    holds = _holds(layout, having)
    days = tuple(lane for day, own in zip(layout.days, parts, strict=True) for lane in _lanes(layout, day, own, holds))
    return (replace(layout, header=edge, days=days, slots=slots),)


def _holds(layout: Layout, having: Sequence[Sequence[_Part]]) -> str:
    """What the labels name: teachers or rooms where the cell over them or all of them say so, else classes or groups."""
    axis, along = layout.time_axis, layout.day_axis
    first = having[0][0].cell.box
    over = [
        cell
        for cell in layout.grid.cells
        if cell.words
        and along.high(cell.box) <= along.low(first) + LEVEL_PX
        and axis.low(cell.box) <= axis.middle(first) <= axis.high(cell.box)
    ]
    for key, pattern in HEADS.items():
        if any(pattern.fullmatch(read(cell.words).text.strip(" .:")) for cell in over):
            return key
    texts = [part.text for own in having for part in own]
    if all(TEACHER.fullmatch(text) for text in texts):
        return "teacher"
    return "room" if all(_ROOM_WORD.match(text) for text in texts) else "class"


_ROOM_WORD = re.compile(r"(?:class)?rooms?\b|labs?\b|hall\b|studio\b|court\b|raum\b|sal(?:a|le|ón)\b|aula\b", re.IGNORECASE)


def _parts(layout: Layout, day: DaySlot) -> list[_Part]:
    """The labels right after a day's, each along a part of it alone; none where one of them can be no label."""
    axis, along = layout.time_axis, layout.day_axis
    level = [
        cell
        for cell in layout.grid.cells
        if abs(axis.low(cell.box) - layout.header) <= LEVEL_PX
        and day.low - LEVEL_PX <= along.low(cell.box)
        and along.high(cell.box) <= day.high + LEVEL_PX
        and cell.words
    ]
    parts = [_Part(cell, read(cell.words).text.strip(" .:")) for cell in sorted(level, key=lambda cell: along.low(cell.box))]
    sound = all(len(part.text) <= _LONGEST_LABEL and not printed_time(part.cell) and not BREAKS.search(part.text) for part in parts)
    return parts if sound else []


def _lanes(layout: Layout, day: DaySlot, parts: Sequence[_Part], holds: str) -> list[DaySlot]:
    along = layout.day_axis
    if len(parts) < _FEWEST_PARTS:
        return [day]
    return [
        replace(day, low=along.low(part.cell.box), high=along.high(part.cell.box), lane=lane_of(read(part.cell.words), holds))
        for part in parts
    ]


def _in_columns(layout: Layout, parts: Sequence[Sequence[_Part]], edge: float, page: Page) -> tuple[Layout, ...]:
    axis, along = layout.time_axis, layout.day_axis
    timed: list[Layout] = []
    side: list[SideColumn] = []
    days: list[DaySlot] = []
    for day, own in zip(layout.days, parts, strict=True):
        named = {heading: part.cell for part in reversed(own) if (heading := heading_of(part.text))}
        columns = tuple(
            SideColumn(low=along.low(named[key].box), high=along.high(named[key].box), holds=key) for key in _COLUMNS if key in named
        )
        side.extend(columns)
        days.append(day)
        times = [named[key] for key in ("time", "start", "end") if key in named]
        if not times or "subject" not in named:
            continue
        inside = [
            cell for cell in layout.grid.cells if axis.low(cell.box) >= edge - LEVEL_PX and day.low <= along.middle(cell.box) <= day.high
        ]
        labels = [
            cell for cell in inside if cell.words and any(along.low(t.box) <= along.middle(cell.box) <= along.high(t.box) for t in times)
        ]
        lessons = tuple(cell for cell in inside if all(cell is not label for label in labels))
        slots = slots_of(labels, axis, page, layout.grid)
        grid = replace(layout.grid, cells=lessons)
        timed.append(replace(layout, grid=grid, header=edge, days=(day,), slots=slots, side_columns=columns))
    if timed:
        return tuple(timed) if len(timed) == len([own for own in parts if own]) else (layout,)
    return (replace(layout, header=edge, days=tuple(days), side_columns=tuple(side)),)
