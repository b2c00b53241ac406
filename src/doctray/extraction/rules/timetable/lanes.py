"""Tables of several people, rooms or classes at once: one lane each, for a single day or for every day of the week."""

import re
from collections.abc import Sequence
from dataclasses import replace

from doctray.domain.document import Page, Word
from doctray.extraction.rules.grid import Axis, Cell, Grid
from doctray.extraction.rules.timetable.axes import DayBand, DaySlot, Lane, Layout, day_bands
from doctray.extraction.rules.timetable.days import DayName, day_name
from doctray.extraction.rules.timetable.names import BREAKS, ROOM, TEACHER
from doctray.extraction.rules.timetable.reading import Found, Reading, read
from doctray.extraction.rules.timetable.slots import PERIOD, TimeSlot, printed_time, slots_of

_FEWEST_LANES, _MOST_LANES = 2, 150
_FEWEST_TIMES = 2
_EXACT_PX = 3.0
_LEVEL = 0.4
"""Cells whose edges differ by less than this part of their length stand in one row or column."""

HEADS = {
    "teacher": re.compile(
        r"(?:name\s+of\s+)?(?:the\s+)?(?:teachers?|staff|faculty|lecturers?|tutors?|instructors?)(?:\s*name)?", re.IGNORECASE
    ),
    "room": re.compile(r"(?:class\s?)?rooms?(?:\s*no\.?)?|venues?|labs?|halls?|courts?|studios?|pitch(?:es)?", re.IGNORECASE),
}
"""What the corner of a table says of its lanes."""

_BRACKETED_ROOM = re.compile(r"\((?P<room>[^()]+)\)$")


def lane_layouts(grid: Grid, page: Page) -> tuple[Layout, ...]:
    """The table of one day that its corner or title names, with times on one side and people, rooms or classes on the other; else ()."""
    for time_axis in (Axis.X, Axis.Y):
        heads = _first(grid, time_axis.other)
        if not heads:
            continue
        corner, *labels = heads
        if sum(printed_time(cell) is not None for cell in labels) < max(_FEWEST_TIMES, len(labels) // 2):
            continue
        lanes = [cell for cell in _first(grid, time_axis) if time_axis.other.low(cell.box) >= time_axis.other.high(corner.box) - 2]
        day = _day_of(corner, grid, page)
        if day is None or any(printed_time(cell) for cell in lanes):
            continue
        slots = slots_of(labels, time_axis, page, grid)
        days = _lanes(lanes, time_axis.other, *day, corner=corner)
        if len(days) >= _FEWEST_LANES:
            return (Layout(grid=grid, time_axis=time_axis, header=time_axis.high(corner.box), days=days, slots=slots),)
    return ()


def nested_layouts(grid: Grid, page: Page) -> tuple[Layout, ...]:
    """A layout for each day of a table with periods beneath each day, and with people, rooms or classes on the other side; else ()."""
    bands = day_bands(grid)
    if len(bands) != 1:
        return ()
    [band] = bands
    axis, across = band.axis, band.axis.other
    own, top = _inner_labels(grid, band)
    if not own:
        return ()
    first = min(axis.low(cell.box) for cell in band.cells)
    corner = next((cell for cell in grid.cells if axis.middle(cell.box) < first and across.middle(cell.box) < top), None)
    lanes = [cell for cell in _beside(grid, axis, first) if across.middle(cell.box) > top]
    if any(printed_time(cell) or PERIOD.fullmatch(read(cell.words).text) for cell in lanes):
        return ()
    found = []
    for day, name, cells in zip(band.cells, band.names, own, strict=True):
        days = _lanes(lanes, across, name, read(day.words).words, corner=corner) if name else ()
        if len(days) < _FEWEST_LANES or not cells:
            return ()
        inside = tuple(cell for cell in grid.cells if _lies_within(cell, day, axis) and across.middle(cell.box) > top)
        slots: tuple[TimeSlot, ...] = slots_of(cells, axis, page, grid)
        part = replace(grid, cells=inside)
        found.append(Layout(grid=part, time_axis=axis, header=axis.low(day.box) - 1, days=days, slots=slots))
    return tuple(found)


def _first(grid: Grid, axis: Axis) -> list[Cell]:
    """The cells of the first row (axis Y) or column (axis X) that is no title across the whole table, in order."""
    along = axis.other
    cells = [cell for cell in grid.cells if along.length(cell.box) < 0.6 * along.length(grid.box)]
    if not cells:
        return []
    start = min(axis.low(cell.box) for cell in cells)
    least = min(axis.length(cell.box) for cell in cells if axis.low(cell.box) - start < 3)
    first = [cell for cell in cells if axis.low(cell.box) - start < _LEVEL * least]
    if len(first) == 1:
        # a corner as tall as the title beside it and the labels below
        corner = first[0].box
        first += [cell for cell in cells if cell is not first[0] and axis.high(cell.box) <= axis.high(corner) + 3]
    return sorted(first, key=lambda cell: along.low(cell.box))


def _beside(grid: Grid, axis: Axis, first: float) -> list[Cell]:
    """Labels before the days; of several columns of them the one with most that are words."""
    before = [cell for cell in grid.cells if axis.high(cell.box) <= first + 3 and cell.words]
    columns: dict[int, list[Cell]] = {}
    for cell in before:
        key = next((key for key in columns if abs(key - axis.low(cell.box)) < 4), round(axis.low(cell.box)))
        columns.setdefault(key, []).append(cell)
    worded = [
        cells for cells in columns.values() if sum(any(c.isalpha() for c in read(cell.words).text) for cell in cells) * 2 > len(cells)
    ]
    return max(worded, key=len, default=[])


def _lanes(cells: Sequence[Cell], axis: Axis, name: DayName, words: tuple[Word, ...], *, corner: Cell | None) -> tuple[DaySlot, ...]:
    head = read(corner.words).text.strip(" :.") if corner else ""
    holds = next((kind for kind, pattern in HEADS.items() if pattern.fullmatch(head)), None)
    lanes = []
    for cell in cells[:_MOST_LANES]:
        label = read(cell.words)
        if any(c.isalnum() for c in label.text) and not BREAKS.search(label.text):
            lane = lane_of(label, holds)
            lanes.append(DaySlot(low=axis.low(cell.box), high=axis.high(cell.box), name=name, words=words, lane=lane))
    return tuple(lanes)


def lane_of(label: Reading, holds: str | None) -> Lane:
    """The lane that a label names. holds: what the heading over the labels says of them, None where it says nothing."""
    text = label.text.strip()
    found = Found(value=text, words=label.words, certainty=0.85)
    if holds is None and (bracketed := _BRACKETED_ROOM.search(text)) and ROOM.fullmatch(bracketed["room"].strip()):
        words = label.between(bracketed.start("room"), bracketed.end("room"))
        return Lane(holds="room", label=Found(value=bracketed["room"].strip(), words=words, certainty=0.85))
    if holds is None:
        holds = "teacher" if TEACHER.fullmatch(text) else "room" if ROOM.fullmatch(text) else "class"
    return Lane(holds=holds, label=found)


def _day_of(corner: Cell, grid: Grid, page: Page) -> tuple[DayName, tuple[Word, ...]] | None:
    """The one day that the corner, a cell along the left side, a title within the table, or the lines over it name."""
    tall = [cell for cell in grid.cells if cell.box.height >= _TALL * grid.box.height and cell.box.left <= grid.box.left + _EXACT_PX]
    for cell in (corner, *tall):
        if cell.words and (alone := day_name(read(cell.words).text)) and len(alone.days) == 1:
            return alone, cell.words
    wide = [cell for cell in grid.cells if cell.box.width >= 0.6 * grid.box.width]
    for words in (corner.words, *(cell.words for cell in wide), tuple(word for word in page.words if word.box.center_y < grid.box.top)):
        named = [(name, (word,)) for word in words if len(word.text) >= _FULL and (name := day_name(word.text))]
        if len({name.days for name, _ in named}) == 1 and len(named[0][0].days) == 1:
            return named[0]
    return None


_TALL = 0.6
_FULL = 6
"""Letters of the shortest name of a day in full: Sat and Sun are words of other kinds too."""


def _inner_labels(grid: Grid, band: DayBand) -> tuple[list[list[Cell]], float]:
    """Cells that label each day's periods, in one or more rows right beneath the days (a number, a time), and where they end."""
    axis, across = band.axis, band.axis.other
    found: list[list[Cell]] = [[] for _ in band.cells]
    edge = band.high
    while True:
        exact = [across.length(cell.box) for cell in grid.cells if cell.words and abs(across.low(cell.box) - edge) < _EXACT_PX]
        level = [
            cell
            for cell in grid.cells
            if cell.words and abs(across.low(cell.box) - edge) < max(_EXACT_PX, _LEVEL * min([across.length(cell.box), *exact]))
        ]
        row = [[cell for cell in level if _lies_within(cell, day, axis)] for day in band.cells]
        timed = [cells for cells in row if len(cells) >= _FEWEST_TIMES and all(_is_time(cell) for cell in cells)]
        if 2 * len(timed) <= len(row):
            return ([], edge) if edge == band.high else (found, edge)
        found = [[*before, *cells] for before, cells in zip(found, row, strict=True)]
        edge = max(across.high(cell.box) for cells in timed for cell in cells)


def _lies_within(cell: Cell, day: Cell, axis: Axis) -> bool:
    return axis.low(day.box) - 3 <= axis.low(cell.box) and axis.high(cell.box) <= axis.high(day.box) + 3


def _is_time(cell: Cell) -> bool:
    text = read(cell.words).text
    return printed_time(cell) is not None or PERIOD.fullmatch(text) is not None or BREAKS.search(text) is not None
