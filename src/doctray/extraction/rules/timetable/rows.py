"""Reads tables with a subject a row, columns of what is said of it, and a column for each day in which its times stand."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doctray.extraction.rules.grid import Axis, Cell, Grid
from doctray.extraction.rules.timetable.blocks import Block, Edge
from doctray.extraction.rules.timetable.cells import Content, contents
from doctray.extraction.rules.timetable.days import DAYS, DayName, days_in_order
from doctray.extraction.rules.timetable.headings import heading_of
from doctray.extraction.rules.timetable.reading import Found, Reading, read
from doctray.extraction.times import PrintedSpan, find_label_spans, resolve

_FEWEST_DAYS, _FEWEST_TIMES = 3, 3
_MOSTLY = 0.8
_OF_TIMES = 0.5
_VARIED = 0.7
"""Of the texts in the column of subjects so many differ: one of groups or of credits repeats itself."""

_CODED = re.compile(r"[A-Z]{0,6}[ -]?\d{2,7}[A-Z]?(?:[ .-]\w{1,4})?")
_NOTHING = re.compile(r"[\W_]*|[xX]|(?:n/?a|tba|por asignar)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Blocks of such a table. group: what a column headed so says in every row, the class whose table it is."""

    blocks: tuple[Block, ...]
    group: Found | None = None


def rowed_blocks(grid: Grid) -> Rows | None:
    """The blocks of a table whose cells under days print times and whose rows name subjects; None of any other."""
    for band in _bands(grid):
        days = _days(band)
        if len(days) < _FEWEST_DAYS:
            continue
        heads = [cell for cell in band if cell.words and all(cell is not head for head, _ in days)]
        below = [cell for cell in grid.cells if cell.words and cell.box.top >= max(head.box.bottom for head, _ in days) - 2]
        timed = [(cell, day) for day in days for cell in below if _stands_under(cell, day[0])]
        labels = {id(head): [cell for cell in below if _stands_under(cell, head)] for head in heads}
        if (
            len(timed) < _FEWEST_TIMES
            or sum(_prints_times(cell) for cell, _ in timed) < _MOSTLY * len(timed)
            or any(map(_are_times, labels.values()))
        ):
            return None
        return _read(grid, heads, labels, timed)
    return None


_Day = tuple[Cell, DayName]


def _bands(grid: Grid) -> list[list[Cell]]:
    """Rows of the grid, the upper ones first."""
    bands: list[list[Cell]] = []
    for cell in sorted(grid.cells, key=lambda cell: cell.box.top):
        if bands and abs(bands[-1][0].box.top - cell.box.top) <= 0.3 * (cell.box.height + 1):
            bands[-1].append(cell)
        else:
            bands.append([cell])
    return [sorted(band, key=lambda cell: cell.box.left) for band in bands]


def _days(band: Sequence[Cell]) -> list[_Day]:
    names = days_in_order([read(cell.words).text for cell in band])
    return [(cell, name) for cell, name in zip(band, names, strict=True) if name]


def _stands_under(cell: Cell, head: Cell) -> bool:
    return head.box.left <= Axis.X.middle(cell.box) <= head.box.right


def _prints_times(cell: Cell) -> bool:
    """Whether ranges of times are most of what a cell prints."""
    text = read(cell.words).text
    spans = [span for span in find_label_spans(text) if span.end]
    return bool(spans) and sum(span.stop - span.begin for span in spans) >= _OF_TIMES * len(text)


def _are_times(cells: Sequence[Cell]) -> bool:
    return len(cells) > 1 and sum(bool(find_label_spans(read(cell.words).text)) for cell in cells) >= _MOSTLY * len(cells)


def _read(grid: Grid, heads: Sequence[Cell], labels: Mapping[int, Sequence[Cell]], timed: Sequence[tuple[Cell, _Day]]) -> Rows | None:
    named: dict[str, Cell] = {}
    for head in heads:
        if (key := heading_of(read(head.words).text)) is not None and not (key == "subject" and _are_codes(labels[id(head)])):
            named.setdefault(key, head)
    unnamed = [head for head in heads if heading_of(read(head.words).text) is None and _may_be_subjects(labels[id(head)])]
    subjects = named.get("subject") or next(iter(unnamed), None)
    if subjects is None:
        return None
    made: list[Block] = []
    for cell, (head, name) in timed:
        beside = {key: _beside(cell, labels[id(column)]) for key, column in {**named, "subject": subjects}.items()}
        if (subject := beside["subject"]) is not None:
            made.extend(_blocks(grid, cell, name, read(head.words), subject, beside))
    made.sort(key=lambda block: (DAYS.index(block.day.value), block.start.minutes or 0))
    return Rows(blocks=tuple(made), group=_constant(heads, labels)) if made else None


def _are_codes(cells: Sequence[Cell]) -> bool:
    return all(_CODED.fullmatch(read(cell.words).text.strip()) for cell in cells)


def _may_be_subjects(cells: Sequence[Cell]) -> bool:
    texts = [read(cell.words).text.strip() for cell in cells]
    wordy = sum(re.search(r"[^\W\d_]{4}", text) is not None for text in texts)
    return bool(texts) and len(set(texts)) >= _VARIED * len(texts) and wordy >= _MOSTLY * len(texts)


def _beside(cell: Cell, column: Sequence[Cell]) -> Found | None:
    """What the column says in the cell's row."""
    for other in column:
        if other.box.top <= Axis.Y.middle(cell.box) <= other.box.bottom:
            reading = read(other.words)
            return None if _NOTHING.fullmatch(reading.text.strip()) else Found(value=reading.text.strip(), words=reading.words)
    return None


def _blocks(grid: Grid, cell: Cell, name: DayName, day: Reading, subject: Found, beside: Mapping[str, Found | None]) -> list[Block]:
    made: list[Block] = []
    for content, span in _sessions(read(cell.words)):
        [times] = resolve([span])
        made.extend(
            Block(
                page=grid.page,
                day=Found(value=each, words=day.words, certainty=name.certainty),
                week=Found(value=name.week, words=day.words) if name.week else None,
                start=Edge(minutes=times.start, words=content.start_words),
                end=Edge(minutes=times.end, words=content.end_words),
                subject=subject,
                room=content.room or beside.get("room"),
                teacher=beside.get("teacher") or content.teacher,
                notes=beside.get("notes"),
            )
            for each in name.days
        )
    return made


def _sessions(reading: Reading) -> list[tuple[Content, PrintedSpan]]:
    """The times of a cell, with the room that stands by them."""
    found = [(content, content.span) for content in contents(reading) if content.span and content.span.end]
    if found:
        return found
    return [
        (
            Content(
                subject=None, start_words=reading.between(span.begin, span.end_begin), end_words=reading.between(span.end_begin, span.stop)
            ),
            span,
        )
        for span in find_label_spans(reading.text)
    ]


_GROUP = re.compile(r"grupos?|groups?|gr\.?|class|section|secci[óo]n|turma|grupa|gruppe|groupe|klasse?|curso", re.IGNORECASE)


def _constant(heads: Sequence[Cell], labels: Mapping[int, Sequence[Cell]]) -> Found | None:
    for head in heads:
        if _GROUP.fullmatch(read(head.words).text.strip(" .:")):
            texts = {read(cell.words).text.strip() for cell in labels[id(head)]}
            if len(texts) == 1 and len(labels[id(head)]) > 1:
                first = labels[id(head)][0]
                return Found(value=texts.pop(), words=read(first.words).words, certainty=0.85)
    return None
