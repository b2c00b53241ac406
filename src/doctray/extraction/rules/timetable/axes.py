"""Finds which side of a grid names the days and which the times, and what stretch of the page each label stands for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from doctray.domain.document import Box, Page, Word
from doctray.extraction.rules.grid import Axis, Cell, Grid, hull
from doctray.extraction.rules.timetable.days import DayName, day_name, days_in_order, may_name_day, week_of
from doctray.extraction.rules.timetable.legend import teachers_in_legend
from doctray.extraction.rules.timetable.open import with_labels_beside
from doctray.extraction.rules.timetable.reading import Found, read
from doctray.extraction.rules.timetable.slots import FEWEST_TIMES, SAME, TimeSlot, overlap, printed_time, second_slots, slots_of, within

_HOLDS = {
    "room": re.compile(r"r|s|rm|rooms?|venue|sala|salle|aula|raum|lokaal|saal|place|location", re.IGNORECASE),
    "teacher": re.compile(
        r"t|teachers?|staff|faculty|prof\.?|professor|lecturer|instructor|lehrer|docente|enseignant|docent", re.IGNORECASE
    ),
}
"""Headings of columns that stand beside each day's."""

_MOST_SEEDS = 200
"""A page that names days more often than this is no table of them, and is not searched to the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One of several tables that stand beside one another under the same times: of a teacher, a room or a class (`holds`)."""

    holds: str
    label: Found


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySlot:
    """The stretch of the day axis that belongs to a label. lane: whose lessons they are, where a table shows those of several."""

    low: float
    high: float
    name: DayName
    words: tuple[Word, ...]
    lane: Lane | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SideColumn:
    """The stretch of the day axis, beside a day's lessons, in which only rooms or only teachers stand."""

    low: float
    high: float
    holds: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A grid with its axes known. `header`: where on the time axis the day labels end. teachers: codes that a legend gives to people.

    to_scale: its times stand at ticks, so that an edge between two of them has a time too. second: labels that cut the day otherwise.
    """

    grid: Grid
    time_axis: Axis
    header: float
    days: tuple[DaySlot, ...]
    slots: tuple[TimeSlot, ...]
    side_columns: tuple[SideColumn, ...] = ()
    teachers: frozenset[str] = frozenset()
    to_scale: bool = False
    second: tuple[TimeSlot, ...] = ()

    @property
    def day_axis(self) -> Axis:
        return self.time_axis.other


def layouts(grid: Grid, page: Page) -> tuple[Layout, ...]:
    """The timetables of one grid: none where nothing names days; several where headings repeat further down."""
    bands = day_bands(grid)
    found: list[Layout] = []
    for index, band in enumerate(bands):
        time_axis = band.axis.other
        low = float("-inf") if index == 0 else _top(grid, band)
        high = _top(grid, bands[index + 1]) if index + 1 < len(bands) else float("inf")
        cells = tuple(cell for cell in grid.cells if low <= time_axis.middle(cell.box) < high)
        part = replace(grid, cells=cells, box=hull(cell.box for cell in cells))
        found.extend(_layout(timed, days, page) for timed, days in own_times(part, band) or [(part, band)])
    return tuple(found)


def _top(grid: Grid, band: "DayBand") -> float:
    """Where a band's table begins: title cells that run across it right above the band are its own."""
    axis, top = band.axis.other, band.low
    for cell in sorted(grid.cells, key=lambda cell: -axis.low(cell.box)):
        across = band.axis.length(cell.box) >= 0.6 * band.axis.length(grid.box)
        if across and abs(axis.high(cell.box) - top) <= 0.2 * (band.high - band.low):
            top = axis.low(cell.box)
    return top


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBand:
    """A row or column of labels that name days. axis: the direction in which the days follow one another."""

    axis: Axis
    low: float
    high: float
    cells: tuple[Cell, ...]
    names: tuple[DayName | None, ...]

    @property
    def weight(self) -> float:
        names = [name for name in self.names if name]
        return sum(max((name.certainty for name in names if day in name.days), default=0.0) for day in {d for n in names for d in n.days})


def day_bands(grid: Grid) -> list[DayBand]:
    """The strongest band of day labels, and others that run the same way elsewhere, in order."""
    texts = {id(cell): read(cell.words).text for cell in grid.cells}
    bands = [band for axis in Axis for band in _bands_along(axis, grid.cells, texts) if band.weight >= 1.7]
    if not bands:
        return []
    best = max(bands, key=lambda band: band.weight)
    chosen: list[DayBand] = []
    for band in sorted(bands, key=lambda band: -band.weight):
        alike = band.axis is best.axis and band.weight >= 0.6 * best.weight
        if alike and all(band.low >= other.high or band.high <= other.low for other in chosen) and _same_stretch(band, best):
            chosen.append(band)
    return sorted(chosen, key=lambda band: band.low)


def _same_stretch(band: DayBand, best: DayBand) -> bool:
    """Repeated headings stand one below the other; labels side by side are a second column of the same days."""
    first, other = (
        (min(band.axis.low(c.box) for c in each.cells), max(band.axis.high(c.box) for c in each.cells)) for each in (band, best)
    )
    gap = abs(band.low - best.low)
    return overlap(first, other) >= SAME and (band is best or gap > 3 * (best.high - best.low))


def _bands_along(axis: Axis, cells: Sequence[Cell], texts: dict[int, str]) -> list[DayBand]:
    across = axis.other
    seeds = [cell for cell in cells if texts[id(cell)] and len(texts[id(cell)]) <= 40 and may_name_day(texts[id(cell)])]
    seen: set[frozenset[int]] = set()
    bands = []
    for seed in seeds[:_MOST_SEEDS]:
        row = sorted((cell for cell in cells if _in_band(cell.box, seed.box, across)), key=lambda cell: axis.low(cell.box))
        key = frozenset(id(cell) for cell in row)
        if key in seen:
            continue
        seen.add(key)
        names = days_in_order([texts[id(cell)] for cell in row])
        labelled = [
            (cell, name) for cell, name in zip(row, names, strict=True) if name and (cell.words or not _beside_times(cell, cells, axis))
        ]
        if len(labelled) < 2:
            continue
        bands.append(
            DayBand(
                axis=axis,
                low=min(across.low(cell.box) for cell, _ in labelled),
                high=max(across.high(cell.box) for cell, _ in labelled),
                cells=tuple(cell for cell, _ in labelled),
                names=tuple(name for _, name in labelled),
            )
        )
    return bands


def _beside_times(cell: Cell, cells: Sequence[Cell], axis: Axis) -> bool:
    """Whether an empty cell among the days is the corner of the table: what stands beside it are times, and no day's lessons."""
    beside = [other for other in cells if other.words and axis.low(other.box) <= axis.middle(cell.box) <= axis.high(other.box)]
    timed = sum((span := printed_time(other)) is not None and span.end is not None for other in beside)
    return timed >= FEWEST_TIMES and timed >= _MOSTLY_TIMES * len(beside)


_MOSTLY_TIMES = 0.7


def own_times(grid: Grid, band: DayBand) -> list[tuple[Grid, DayBand]]:
    """The table once for each column (or row) of times that is headed by days, with these days alone; [] where there are not several.

    Mon-Wed | Mon | Tue | Wed | Thu Time | Thu | Fri | Fri Time: on some days the bell rings at other hours.
    """
    axis, across = band.axis, band.axis.other
    timed: list[tuple[Cell, DayName]] = []
    for head in (cell for cell in grid.cells if cell.words and _in_band(cell.box, band.cells[0].box, across)):
        below = [cell for cell in grid.cells if cell.words and across.low(cell.box) >= band.high - 2 and _stands_under(cell, head, axis)]
        name = day_name(_OF_TIME.sub(" ", read(head.words).text))
        if name and len(below) >= FEWEST_TIMES and all(printed_time(cell) for cell in below):
            timed.append((head, name))
    columns = {id(head) for head, _ in timed}
    if len(timed) < 2:
        return []
    found = []
    named = [(cell, each) for cell, each in zip(band.cells, band.names, strict=True) if each and id(cell) not in columns]
    for head, name in timed:
        labelled = [(cell, each) for cell, each in named if set(each.days) <= set(name.days)]
        others = [other for other, _ in (*timed, *named) if other is not head and all(other is not cell for cell, _ in labelled)]
        cells = tuple(cell for cell in grid.cells if not any(_stands_under(cell, other, axis) for other in others))
        if labelled:
            days = replace(band, cells=tuple(cell for cell, _ in labelled), names=tuple(each for _, each in labelled))
            found.append((replace(grid, cells=cells), days))
    return found


_OF_TIME = re.compile(r"\b(?:times?|timings?|hours?)\b|[()]", re.IGNORECASE)


def _stands_under(cell: Cell, head: Cell, axis: Axis) -> bool:
    return overlap((axis.low(cell.box), axis.high(cell.box)), (axis.low(head.box), axis.high(head.box))) >= SAME


def _in_band(box: Box, seed: Box, across: Axis) -> bool:
    return across.low(seed) <= across.middle(box) <= across.high(seed) and across.length(box) <= 2.5 * across.length(seed)


def _layout(grid: Grid, band: DayBand, page: Page) -> Layout:
    day_axis = band.axis
    days = tuple(
        DaySlot(low=day_axis.low(cell.box), high=day_axis.high(cell.box), name=name, words=read(cell.words).words)
        for cell, name in zip(band.cells, band.names, strict=True)
        if name
    )
    days = tuple(replace(day, name=replace(day.name, week=day.name.week or _week_beside(grid, day, band))) for day in days)
    side_columns = _side_columns(grid, band, days)
    widened = tuple(
        replace(day, high=max([day.high, *(column.high for column in side_columns if 0 <= column.low - day.high < day.high - day.low)]))
        for day in days
    )
    slots = slots_of(heads := _heads(grid, band, days), day_axis.other, page, grid)
    if not slots and day_axis is Axis.X and (labelled := with_labels_beside(grid, page, below=band.high)):
        beside = slots_of(_heads(labelled, band, days), day_axis.other, page, labelled)
        if sum(slot.start is not None for slot in beside) >= FEWEST_TIMES:
            grid, slots = labelled, beside
    return Layout(
        grid=grid,
        time_axis=day_axis.other,
        header=band.high,
        days=widened,
        slots=slots,
        side_columns=side_columns,
        teachers=teachers_in_legend([word for word in page.words if not within(word.box, grid.box)]),
        second=second_slots(heads, day_axis.other),
    )


def _side_columns(grid: Grid, band: DayBand, days: Sequence[DaySlot]) -> tuple[SideColumn, ...]:
    """Columns headed Room or Teacher right after each day's, where most days have one."""
    found = []
    for cell in grid.cells:
        text = read(cell.words).text.strip(" .:")
        level = band.axis.other.low(band.cells[0].box) <= band.axis.other.middle(cell.box) <= band.axis.other.high(band.cells[0].box)
        level = level and cell not in band.cells
        holds = next((kind for kind, pattern in _HOLDS.items() if pattern.fullmatch(text)), None) if level else None
        if holds:
            found.append(SideColumn(low=band.axis.low(cell.box), high=band.axis.high(cell.box), holds=holds))
    return tuple(found) if len(found) * 2 > len(days) else ()


def _week_beside(grid: Grid, day: DaySlot, band: DayBand) -> str | None:
    for cell in grid.cells:
        beside = band.axis.other.middle(cell.box) < band.high
        if beside and overlap((day.low, day.high), (band.axis.low(cell.box), band.axis.high(cell.box))) >= 0.9 and cell not in band.cells:
            week = week_of(read(cell.words).text)
            if week:
                return week
    return None


def _heads(grid: Grid, band: DayBand, days: Sequence[DaySlot]) -> list[Cell]:
    """The cells at the side of the days that may label the times."""
    axis, day_axis = band.axis.other, band.axis
    first, last = min(day.low for day in days), max(day.high for day in days)
    body = [_parted_from_days(cell, first, day_axis) for cell in grid.cells if cell.words and axis.middle(cell.box) > band.high]
    before = [
        cell for cell in body if day_axis.middle(cell.box) < first and day_axis.high(cell.box) <= first + 0.5 * day_axis.length(cell.box)
    ]
    after = [cell for cell in body if day_axis.middle(cell.box) > last]
    heads = before if any(printed_time(cell) for cell in before) or not any(printed_time(cell) for cell in after) else [*after, *before]
    whole = max((axis.high(cell.box) for cell in grid.cells), default=0.0) - band.high
    return [cell for cell in heads if axis.length(cell.box) <= 0.6 * whole]


def _parted_from_days(cell: Cell, first: float, axis: Axis) -> Cell:
    """A label of a time up to the first day where the rule behind it was not seen, so that its cell reaches over empty days."""
    if axis.low(cell.box) >= first or axis.high(cell.box) <= first or any(axis.high(word.box) > first for word in cell.words):
        return cell
    box = replace(cell.box, right=first) if axis is Axis.X else replace(cell.box, bottom=first)
    return replace(cell, box=box) if printed_time(cell) else cell
