"""Tables in which a column of labels tells odd weeks from even ones: rows or days of week A above those of week B, or two rows a day."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from doctray.domain.document import Page
from doctray.extraction.rules.grid import Axis, Cell, Grid
from doctray.extraction.rules.timetable.axes import DayBand, DaySlot, Layout, day_bands, layouts
from doctray.extraction.rules.timetable.reading import read

_CALLED = (
    r"(?:weeks?|wk|woche|semaine|semana|settimana|uge|vecka|uke|viikko|tjedan|nedjelja|nedelja|týden|týždeň|tydzień|hét"
    r"|săptămâna|неделя|тиждень)"
)
_ODD_OR_EVEN = (
    r"(?:odd|even|(?:un)?gerade|(?:im)?paire?|(?:im)?par|(?:dis)?pari|lich[ýá]|sud[ýá]|(?:nie)?parzyst[ya]|neparn[iay]|parn[iay]|páros"
    r"|páratlan|(?:не)?ч[её]тная|числитель|знаменатель)"
)
_WEEK = re.compile(
    rf"(?P<odd>{_ODD_OR_EVEN})(?:\s+{_CALLED})?|{_CALLED}\.?\s*[-:]?\s*(?P<behind>{_ODD_OR_EVEN}|[AB12])|(?P<ahead>[AB12])[.-]?\s*{_CALLED}",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[AB12]", re.IGNORECASE)
_HEADING = re.compile(r"(?:weeks?|wk)\.?", re.IGNORECASE)
"""What stands over letters or numbers that are weeks; without it they may be groups or periods."""


@dataclass(frozen=True, slots=True)
class _Label:
    cell: Cell
    week: str


def week_layouts(grid: Grid, page: Page) -> tuple[Layout, ...]:
    """The tables of one grid, each of its days in a named week; none where no column of labels tells two weeks apart."""
    bands = day_bands(grid)
    labels = _labels(grid)
    if len(bands) != 1 or len({label.week for label in labels}) < 2:
        return ()
    (band,) = bands
    known = {id(label.cell) for label in labels}
    rest = replace(grid, cells=tuple(cell for cell in grid.cells if id(cell) not in known))
    across, first = band.axis.other, min(band.axis.low(cell.box) for cell in band.cells)
    if all(across.middle(label.cell.box) > band.high and band.axis.middle(label.cell.box) < first for label in labels):
        return _one_above_the_other(rest, band, labels, page)
    return _within_days(layouts(rest, page), labels)


def _labels(grid: Grid) -> list[_Label]:
    texts = [(cell, read(cell.words).text.strip(" .:()")) for cell in grid.cells if cell.words]
    headings = [cell for cell, text in texts if _HEADING.fullmatch(text)]
    labels = []
    for cell, text in texts:
        headed = any(_stands_under(cell, heading) for heading in headings)
        if match := _WEEK.fullmatch(text):
            labels.append(_Label(cell, match["odd"] or match["behind"] or match["ahead"]))
        elif headed and _LETTER.fullmatch(text):
            labels.append(_Label(cell, text))
    return labels


def _stands_under(cell: Cell, heading: Cell) -> bool:
    return heading.box.left <= cell.box.center_x <= heading.box.right and cell.box.top >= heading.box.bottom - 2


def _one_above_the_other(grid: Grid, band: DayBand, labels: Sequence[_Label], page: Page) -> tuple[Layout, ...]:
    """A table for each week, under the same days; a week goes on to where the next one begins."""
    axis = band.axis.other
    ordered = sorted(labels, key=lambda label: axis.low(label.cell.box))
    ends = [*(axis.low(label.cell.box) for label in ordered[1:]), axis.high(grid.box)]
    found: list[Layout] = []
    for label, end in zip(ordered, ends, strict=True):
        low = axis.low(label.cell.box)
        cells = tuple(cell for cell in grid.cells if axis.middle(cell.box) <= band.high or low - 2 <= axis.middle(cell.box) < end)
        found.extend(_in_week(layout, label.week) for layout in layouts(replace(grid, cells=cells), page))
    return tuple(found)


def _in_week(layout: Layout, week: str) -> Layout:
    return replace(layout, days=tuple(replace(day, name=replace(day.name, week=week)) for day in layout.days))


def _within_days(found: Sequence[Layout], labels: Sequence[_Label]) -> tuple[Layout, ...]:
    """The tables with each day in the week whose label it stands beside, or parted into its weeks; none unless every day is."""
    told = []
    for layout in found:
        parts = [_parts(day, layout.day_axis, labels) for day in layout.days]
        if not all(parts):
            return ()
        told.append(replace(layout, days=tuple(part for day in parts for part in day)))
    return tuple(told)


def _parts(day: DaySlot, axis: Axis, labels: Sequence[_Label]) -> list[DaySlot]:
    middle = (day.low + day.high) / 2
    around = [label for label in labels if axis.low(label.cell.box) <= middle <= axis.high(label.cell.box)]
    within = [label for label in labels if day.low <= axis.middle(label.cell.box) <= day.high]
    if len({label.week for label in within}) > 1:
        return [
            replace(day, low=axis.low(label.cell.box), high=axis.high(label.cell.box), name=replace(day.name, week=label.week))
            for label in within
        ]
    return [replace(day, name=replace(day.name, week=around[0].week))] if len(around) == 1 else []
