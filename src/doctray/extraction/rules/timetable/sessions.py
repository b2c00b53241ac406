"""Reads a small table a day, one below the other, whose rows are named (Subject, Room, Start, End) and whose columns are lessons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from doctray.domain.document import Word
from doctray.extraction.rules.grid import Cell, Grid, box_of
from doctray.extraction.rules.timetable.blocks import Block, Edge
from doctray.extraction.rules.timetable.days import DayName, day_name
from doctray.extraction.rules.timetable.headings import heading_of
from doctray.extraction.rules.timetable.reading import Found, Reading, read
from doctray.extraction.rules.timetable.subjects import SUBJECT_WORDS
from doctray.extraction.times import PrintedSpan, find_label_spans, resolve

_FEWEST_DAYS, _FEWEST_ROWS, _FEWEST_LESSONS = 2, 3, 3
_NEAR_PX = 4.0

_Stretch = tuple[float, float]
_Column = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """One of the tables. rows: what each holds, and from where to where it runs down the page."""

    page: int
    name: DayName
    words: tuple[Word, ...]
    rows: Mapping[str, _Stretch]
    columns: Mapping[_Column, tuple[Word, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lesson:
    """What the rows say of one lesson, and its times, whose places are those of `timing`'s text."""

    said: Mapping[str, Found]
    timing: Reading
    span: PrintedSpan


def session_blocks(grids: Sequence[Grid]) -> tuple[Block, ...]:
    """The lessons of such tables, day by day; () where there are not several days with rows for the times and for what a lesson is.

    Where no row names the subject, that for the lesson's type does. What a row for teachers says that is no person is a note.
    """
    days = [day for grid in sorted(grids, key=lambda grid: grid.box.top) for day in _days(grid)]
    told = [(day, lessons) for day in days if (lessons := _lessons(day))]
    if len({day.name.days for day in days}) < _FEWEST_DAYS or sum(len(lessons) for _, lessons in told) < _FEWEST_LESSONS:
        return ()
    return tuple(block for day, lessons in told for block in _blocks(day, lessons))


def _days(grid: Grid) -> list[_Day]:
    side = [cell for cell in grid.cells if cell.box.left <= grid.box.left + _NEAR_PX]
    edge = min((cell.box.right for cell in side if cell.words), default=grid.box.right)
    lines = read([word for cell in side if cell.box.right <= edge + _NEAR_PX for word in cell.words]).lines
    named = [day_name(Reading((line,)).text) for line in lines]
    begun = [index for index, name in enumerate(named) if name]
    found: list[_Day] = []
    for begin, stop in pairwise([*begun, len(lines)]):
        name, labels = named[begin], lines[begin + 1 : stop]
        rows = _rows(lines[begin], labels)
        if name and len(rows) >= _FEWEST_ROWS and ("time" in rows or {"start", "end"} <= set(rows)) and {"subject", "notes"} & set(rows):
            top, bottom = min(low for low, _ in rows.values()), max(high for _, high in rows.values())
            beside = [cell for cell in grid.cells if cell.box.left >= edge - _NEAR_PX and cell.box.top < bottom and cell.box.bottom > top]
            found.append(_Day(page=grid.page, name=name, words=lines[begin], rows=rows, columns=_columns(beside)))
    return found


def _rows(head: Sequence[Word], labels: Sequence[Sequence[Word]]) -> dict[str, _Stretch]:
    """Where each named row runs: from halfway to the label above it to halfway to the one below."""
    middles = [box_of(line).center_y for line in (head, *labels)]
    if not labels:
        return {}
    borders = [(above + below) / 2 for above, below in pairwise(middles)]
    borders.append(middles[-1] + (middles[-1] - borders[-1]))
    rows: dict[str, _Stretch] = {}
    for line, stretch in zip(labels, pairwise(borders), strict=True):
        if key := heading_of(" ".join(word.text for word in line)):
            rows.setdefault(key, stretch)
    return rows


def _columns(cells: Sequence[Cell]) -> dict[_Column, tuple[Word, ...]]:
    columns: dict[_Column, tuple[Word, ...]] = {}
    for cell in sorted(cells, key=lambda cell: cell.box.left):
        column = next((known for known in columns if abs(known[0] - cell.box.left) <= _NEAR_PX), (cell.box.left, cell.box.right))
        columns[column] = (*columns.get(column, ()), *cell.words)
    return columns


def _lessons(day: _Day) -> list[_Lesson]:
    found: list[_Lesson] = []
    for words in day.columns.values():
        lines = {
            key: line
            for key, (low, high) in day.rows.items()
            if (line := read([word for word in words if low <= word.box.center_y < high]).words)
        }
        timing = Reading(tuple(lines[key] for key in ("time", "start", "end") if key in lines))
        spans = find_label_spans(timing.text)
        said = {key: value for key, line in lines.items() if (value := _said(line))}
        subject = said.pop("subject" if "subject" in day.rows else "notes", None)
        if len(spans) == 1 and subject is not None:
            found.append(_Lesson(said={**said, "subject": subject}, timing=timing, span=spans[0]))
    return found


def _said(line: tuple[Word, ...]) -> Found | None:
    text = " ".join(word.text for word in line).replace(_UNKNOWN, "").strip()
    return Found(value=text, words=line) if any(c.isalnum() for c in text) else None


_NO_PERSON = SUBJECT_WORDS - {"tutor"}
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"
"""A sign for which the font of a PDF gives no meaning."""


def _blocks(day: _Day, lessons: Sequence[_Lesson]) -> list[Block]:
    made: list[Block] = []
    for lesson, time in zip(lessons, resolve([lesson.span for lesson in lessons]), strict=True):
        said, span = lesson.said, lesson.span
        teacher = said.get("teacher")
        person = teacher is not None and not any(part.casefold().strip("().,") in _NO_PERSON for part in teacher.value.split())
        start = Edge(minutes=time.start, words=lesson.timing.between(span.begin, span.end_begin if span.end else span.stop))
        end = Edge(minutes=time.end, words=lesson.timing.between(span.end_begin, span.stop) if span.end else ())
        made.extend(
            Block(
                page=day.page,
                day=Found(value=name, words=day.words, certainty=day.name.certainty),
                week=Found(value=day.name.week, words=day.words) if day.name.week else None,
                start=start,
                end=end,
                subject=said["subject"],
                room=said.get("room"),
                teacher=teacher if person else None,
                notes=said.get("notes") or (None if person else teacher),
            )
            for name in day.name.days
        )
    return made
