"""Finds what times the labels along a side of a table give to its rows or columns: printed, by a key, by numbers, or by steps."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from doctray.domain.document import Box, Page, Word
from doctray.extraction.rules.grid import Axis, Cell, Grid
from doctray.extraction.rules.timetable.headings import heading_of
from doctray.extraction.rules.timetable.misread import with_usual_end
from doctray.extraction.rules.timetable.reading import Reading, read
from doctray.extraction.times import PrintedSpan, PrintedTime, TimeSpan, find_label_spans, resolve

PERIOD = re.compile(
    r"\(?(?:(?:period|per|pd|p|lesson|l|session|hour|block|slot|no)\.?\s*)?[-#(]?(\d{1,2}|[ivx]{1,4})(?:st|nd|rd|th)?[).:]?(?:\s*(?:period|hour|lesson))?",
    re.IGNORECASE,
)
"""The whole label of a numbered period: 1, P1, Period 1, (1), IV, 1st period."""

SAME = 0.5
"""Two labels stand for one stretch when they overlap by this part of the shorter one."""

_MOST_BEFORE = 3
"""Words before the time of a label (Period 1, After school club). A time further on is part of a sentence: tidy up at 10.40."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSlot:
    """The stretch of the time axis that belongs to a label. Minutes from midnight; words of an edge are () where it is inferred.

    label: what else the label says (a period number, Break). routine: what stands in a row of its own for every day.
    """

    low: float
    high: float
    start: int | None = None
    end: int | None = None
    start_words: tuple[Word, ...] = ()
    end_words: tuple[Word, ...] = ()
    label: str = ""
    label_words: tuple[Word, ...] = ()
    routine: Reading | None = None


FEWEST_TIMES = 2


def slots_of(heads: Sequence[Cell], axis: Axis, page: Page, grid: Grid) -> tuple[TimeSlot, ...]:
    """The stretches of the time axis that the cells at its side label."""
    timed = _timed(heads, axis)
    slots = _settle(timed, axis)
    first = min((slot.low for slot in slots), default=float("inf"))
    labels = [cell for cell in heads if not printed_time(cell) and not (axis.middle(cell.box) < first and _heads_times(cell))]
    slots = _with_labels(slots, labels, axis)
    if not timed:
        slots = _with_key(slots, page, grid)
    slots = _with_routine(slots, labels, axis)
    return _filled(_without_tail(slots))


def second_slots(heads: Sequence[Cell], axis: Axis) -> tuple[TimeSlot, ...]:
    """Ranges of labels beside those of `slots_of` that cut the day otherwise: 7:30-9:00 beside 7:30-8:30 and 8:30-9:30."""
    first = {id(item.cell) for item in _timed(heads, axis)}
    others = [(cell, span) for cell in heads if id(cell) not in first and (span := printed_time(cell)) is not None and span.end is not None]
    others.sort(key=lambda item: axis.low(item[0].box))
    readings = [(cell, span, read(cell.words)) for cell, span in others]
    timed = [_Timed(cell, span, reading, reading.between(span.end_begin, span.stop)) for cell, span, reading in readings]
    return tuple(_settle(timed, axis))


def _heads_times(cell: Cell) -> bool:
    """Whether a cell says what stands beside it, and labels no lesson: Time, Start, End."""
    return heading_of(read(cell.words).text) in ("time", "start", "end")


_FEWEST_AFTER = 3
_LONGEST_LABEL = 5
"""Words of what labels a lesson; what is longer is a note."""


def _without_tail(slots: Sequence[TimeSlot]) -> list[TimeSlot]:
    """The slots up to the last with a time, where several follow that have none or a note does: a legend in the rules of the table."""
    timed = [index for index, slot in enumerate(slots) if slot.start is not None]
    after = slots[timed[-1] + 1 :] if timed else ()
    noted = any(len(slot.label.split()) > _LONGEST_LABEL for slot in after)
    return list(slots[: timed[-1] + 1] if len(timed) >= _FEWEST_AFTER and (len(after) >= _FEWEST_AFTER or noted) else slots)


_CUT_TIME = re.compile(r"(?<=\d)([:.](?=\s\d\d)|[:.][0-5](?=\s\d(?!\d)))\s(\d{1,2})(?![\d:.])")
"""A time that is broken at the end of a narrow label's line: 12:00-13: 00, 15:00-17:0 0."""

_NUMBER_BETWEEN = re.compile(r"(?<=\d[:.]\d\d) (?:\d{1,2}|[IVX]{1,4})\.? (?=\d{1,2}[:.]\d\d$)")
"""The number of a period beside its start and its end, which stand one above the other: 7:50, 1, 8:35."""


def printed_time(cell: Cell) -> PrintedSpan | None:
    """The time that a label prints, unless it stands amid a sentence. Its places are those of the label's text."""
    # a space moves, so that every other letter keeps its place
    text = _CUT_TIME.sub(r"\1\2 ", read(cell.words).text)
    text = _NUMBER_BETWEEN.sub(lambda number: " " * len(number[0]), text)
    every = find_label_spans(text)
    spans = [span for span in every if len(text[: span.begin].split()) <= _MOST_BEFORE]
    if not spans:
        return None
    first, last = spans[0], every[-1]
    return replace(last, start=first.start, begin=first.begin) if first is not last and _follow(every) else first


_SHORT_BREAK = 20


def _follow(spans: Sequence[PrintedSpan]) -> bool:
    """Whether the ranges of one label are lessons one after the other, with no more than minutes between: 7:30-8:20, 8:20-9:10."""
    gaps = [
        60 * (later.start.hour - span.end.hour) + later.start.minute - span.end.minute if span.end and later.end else -1
        for span, later in pairwise(spans)
    ]
    return all(0 <= gap % (12 * 60) <= _SHORT_BREAK for gap in gaps)


@dataclass(frozen=True, slots=True)
class _Timed:
    cell: Cell
    span: PrintedSpan
    reading: Reading
    end_words: tuple[Word, ...]

    @classmethod
    def of_cells(cls, first: Cell, second: Cell) -> "_Timed | None":
        """Two labels that follow one another as one range; None where they make none."""
        cell = Cell(box=first.box.union(second.box), words=(*first.words, *second.words))
        span, reading = printed_time(cell), read(cell.words)
        if span is None or span.end is None:
            return None
        return cls(cell, span, reading, reading.between(span.end_begin, span.stop))


def _timed(heads: Sequence[Cell], axis: Axis) -> list[_Timed]:
    """Labels with times, the finest where several cover one stretch; a column From and a column To make one range."""
    chosen: list[_Timed] = []
    hours = _whole_hours(heads, axis)
    for cell in sorted(heads, key=lambda cell: (round(axis.length(cell.box)), cell.box.left, cell.box.top)):
        span = printed_time(cell) or hours.get(id(cell))
        if span is None:
            continue
        stretch = (axis.low(cell.box), axis.high(cell.box))
        reading = read(cell.words)
        twin = next((item for item in chosen if overlap(stretch, (axis.low(item.cell.box), axis.high(item.cell.box))) >= SAME), None)
        if twin is None:
            chosen.append(_Timed(cell, span, reading, reading.between(span.end_begin, span.stop) if span.end else ()))
        elif twin.span.end is None and span.end is None:
            index = chosen.index(twin)
            both = replace(twin.span, end=span.start)
            chosen[index] = replace(twin, span=both, end_words=reading.between(span.begin, span.stop))
    return _two_rows_each(sorted(chosen, key=lambda item: axis.low(item.cell.box)))


def _two_rows_each(timed: list[_Timed]) -> list[_Timed]:
    """Labels of which one holds a start and the next the end, as one each: 8:00, 8:55, 8:55, 9:50, where ends are starts again."""
    joined: list[_Timed] = []
    again = index = 0
    while index < len(timed):
        item = timed[index]
        if item.span.end is None:
            both = (
                _Timed.of_cells(item.cell, timed[index + 1].cell) if index + 1 < len(timed) and timed[index + 1].span.end is None else None
            )
            if both is None:
                return timed
            item, index = both, index + 1
        again += bool(joined) and joined[-1].span.end == item.span.start
        joined.append(item)
        index += 1
    return joined if len(joined) < len(timed) and again >= max(FEWEST_TIMES, 0.5 * (len(joined) - 1)) else timed


_HOUR = re.compile(r"\d{1,2}")
_MOSTLY = 0.7


def _whole_hours(heads: Sequence[Cell], axis: Axis) -> dict[int, PrintedSpan]:
    """Of labels of times those that print an hour alone, by their identity: 7 before 7:30, 19 after 18:30."""
    ordered = sorted(heads, key=lambda cell: axis.middle(cell.box))
    texts = [read(cell.words).text.strip() for cell in ordered]
    clocks = [span.start.hour if (span := printed_time(cell)) and not span.end else None for cell in ordered]
    found: dict[int, PrintedSpan] = {}
    if _run_through_noon(texts):
        return {
            id(cell): PrintedSpan(start=PrintedTime(hour=int(text), minute=0), end=None, begin=0, stop=len(text), end_begin=len(text))
            for cell, text in zip(ordered, texts, strict=True)
            if _HOUR.fullmatch(text)
        }
    fitting = 0
    for index, (cell, text) in enumerate(zip(ordered, texts, strict=True)):
        if _HOUR.fullmatch(text) and int(text) < 24:
            before, after = clocks[index - 1] if index else None, clocks[index + 1] if index + 1 < len(ordered) else None
            fitting += after == int(text) or (before is not None and before % 12 == (int(text) - 1) % 12)
            found[id(cell)] = PrintedSpan(
                start=PrintedTime(hour=int(text), minute=0), end=None, begin=0, stop=len(text), end_begin=len(text)
            )
    return found if fitting >= max(FEWEST_TIMES, _MOSTLY * len(found)) else {}


def _run_through_noon(labels: Sequence[str]) -> bool:
    """Whether labels number hours of the day and no periods: 7, 8, 9, 10, 11, 12, 1, 2. A word among them may head them."""
    numbers = [int(label) for label in labels if _HOUR.fullmatch(label)]
    following = all(later == before + 1 or (before, later) == (12, 1) for before, later in pairwise(numbers))
    morning = bool(numbers) and 6 <= numbers[0] <= 10 and (12 in numbers or numbers[-1] < numbers[0])
    return morning and following and len(numbers) >= max(_FEWEST_HOURS, len(labels) - 1)


_FEWEST_HOURS = 4


def _settle(timed: Sequence[_Timed], axis: Axis) -> list[TimeSlot]:
    slots: list[TimeSlot] = []
    spans = [item.span for item in timed]
    resolved = resolve(spans)
    # what is printed stands, however wrong; what an engine read may be misread
    read_by_engine = any(word.confidence < 1.0 for item in timed for word in item.reading.words)
    mended = with_usual_end(spans, resolved) if read_by_engine else {}
    for index, (item, as_read) in enumerate(zip(timed, resolved, strict=True)):
        span, reading, times = item.span, item.reading, mended.get(index, as_read)
        if slots and within_the_last(resolved, index):
            slots[-1] = replace(slots[-1], high=axis.high(item.cell.box))
            continue
        start_stop = span.end_begin if span.end and span.end_begin > span.begin else span.stop
        rest = (reading.text[: span.begin] + " " + reading.text[span.stop :]).strip(" -–:,|()")
        rest_words = tuple(
            word for word in reading.words if word not in reading.between(span.begin, span.stop) and any(c.isalpha() for c in word.text)
        )
        slots.append(
            TimeSlot(
                low=axis.low(item.cell.box),
                high=axis.high(item.cell.box),
                start=times.start,
                end=times.end,
                start_words=reading.between(span.begin, start_stop),
                end_words=() if index in mended else item.end_words,
                label=" ".join(rest.split()),
                label_words=rest_words,
            )
        )
    return slots


def within_the_last(times: Sequence[TimeSpan], index: int) -> bool:
    """Whether a label is only a moment within the range before it ("10:00 Crunch & Sip" under "9:40-10:20")."""
    before = times[index - 1] if index else None
    return times[index].end is None and before is not None and before.end is not None and before.start < times[index].start < before.end


def _with_labels(slots: list[TimeSlot], labels: Sequence[Cell], axis: Axis) -> list[TimeSlot]:
    grown = list(slots)
    for cell in labels:
        low, high, reading = axis.low(cell.box), axis.high(cell.box), read(cell.words)
        home = next((index for index, slot in enumerate(grown) if overlap((low, high), (slot.low, slot.high)) >= SAME), None)
        if home is None:
            grown.append(TimeSlot(low=low, high=high, label=reading.text, label_words=reading.words))
        elif not grown[home].label:
            grown[home] = replace(grown[home], label=reading.text, label_words=reading.words)
    return sorted(grown, key=lambda slot: slot.low)


def _with_routine(slots: Sequence[TimeSlot], labels: Sequence[Cell], axis: Axis) -> list[TimeSlot]:
    """A row of labels between the times and the days, in most slots and not of numbers, is what every day does."""
    routines: dict[int, Reading] = {}
    times = [axis.other.middle(word.box) for slot in slots for word in slot.start_words]
    # what stands before the times is the table's title
    labels = [cell for cell in labels if times and axis.other.middle(cell.box) > min(times)]
    for index, slot in enumerate(slots):
        for cell in labels:
            reading = read(cell.words)
            if overlap((axis.low(cell.box), axis.high(cell.box)), (slot.low, slot.high)) >= 0.75 and _says_something(reading.text):
                routines[index] = reading
    if len(routines) * 2 < len(slots) or not any(slot.start is not None for slot in slots):
        return list(slots)
    return [replace(slot, routine=routines.get(index)) for index, slot in enumerate(slots)]


def _says_something(label: str) -> bool:
    return not PERIOD.fullmatch(label) and re.search(r"[^\W\d_]{2}", label) is not None


_GLUED = re.compile(r"(?<![^\s,;|])([A-Za-z]{1,7}\.?\d{1,2}):(?=\d{1,2}[:.h]\d\d)")
"""A period's number and its time without a space between, as engines give them: P3:10:50."""


def _with_key(slots: Sequence[TimeSlot], page: Page, grid: Grid) -> list[TimeSlot]:
    """Times of numbered periods from a key beside the table: `Period 1  8.45-9.45`."""
    key: dict[str, tuple[PrintedSpan, Reading]] = {}
    outside = [word for word in page.words if not within(word.box, grid.box)]
    for line in read(outside).lines:
        reading = Reading((line,))
        text = _GLUED.sub(r"\1 ", reading.text)
        before = 0
        for span in find_label_spans(text):
            label, before = text[before : span.begin].strip(_ABOUT_A_LABEL), span.stop
            if span.end and (name := _key_name(label) or _key_name(" ".join(label.split()[-2:])) or _key_name(label.split(" ")[-1])):
                key.setdefault(name, (span, reading))
    numbered = [(index, key[number]) for index, slot in enumerate(slots) if (number := _key_name(slot.label)) in key and number]
    grown = list(slots)
    for (index, (span, reading)), times in zip(numbered, resolve([span for _, (span, _) in numbered]), strict=True):
        grown[index] = replace(
            grown[index],
            start=times.start,
            end=times.end,
            start_words=reading.between(span.begin, span.end_begin),
            end_words=reading.between(span.end_begin, span.stop),
        )
    return grown


_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10"}
_ABOUT_A_LABEL = " \t,;|:=.()-–—"
_LONGEST_NAME = 24


def _key_name(label: str) -> str | None:
    """What a key and the labels of the table have in common: the number of a period, or a word such as Registration."""
    label = label.strip(_ABOUT_A_LABEL)
    return _period_number(label) or (label.casefold() if 1 < len(label) <= _LONGEST_NAME and label[0].isalpha() else None)


def _period_number(label: str) -> str | None:
    match = PERIOD.fullmatch(label.strip())
    if match is None:
        return None
    number = match[1].casefold()
    return _ROMAN.get(number, number.lstrip("0") or "0")


def _filled(slots: Sequence[TimeSlot]) -> tuple[TimeSlot, ...]:
    """Edges that no label prints but the neighbours fix; their words stay ()."""
    grown = _stepped(slots)
    for index, slot in enumerate(grown):
        following = next((later for later in grown[index + 1 :] if later.start is not None), None)
        before = grown[index - 1] if index else None
        start, end = slot.start, slot.end
        adjoins = before is not None and slot.low - before.high <= 0.1 * (slot.high - slot.low)
        if start is None and before and adjoins and before.end is not None and any(letter.isalpha() for letter in slot.label):
            start = before.end
        if end is None and start is not None and following and following.start is not None and following.start > start:
            end = following.start
        grown[index] = replace(slot, start=start, end=end)
    return _with_last_step(grown)


_FEWEST_STEPS = 2


def _stepped(slots: Sequence[TimeSlot]) -> list[TimeSlot]:
    """Labels that say no time between starts alone, where as many of the usual steps have room there: 12:00, Lunch, 2:00 after 11:00."""
    grown = list(slots)
    steps = Counter(later.start - slot.start for slot, later in pairwise(slots) if _starts_alone(slot) and slot.start and later.start)
    step, often = steps.most_common(1)[0] if steps else (0, 0)
    if often < _FEWEST_STEPS or 2 * often < steps.total():
        return grown
    timed = [index for index, slot in enumerate(slots) if slot.start is not None]
    for first, last in pairwise(timed):
        start, stop, between = slots[first].start, slots[last].start, slots[first + 1 : last]
        named = all(any(letter.isalpha() for letter in slot.label) for slot in between)
        if (
            start is None
            or stop is None
            or not between
            or not named
            or not _starts_alone(slots[first])
            or stop - start != step * (last - first)
        ):
            continue
        for index in range(first, last):
            at = start + step * (index - first)
            grown[index] = replace(slots[index], start=at, end=at + step)
    return grown


def _starts_alone(slot: TimeSlot) -> bool:
    return slot.start is not None and slot.end is None


def _with_last_step(slots: list[TimeSlot]) -> tuple[TimeSlot, ...]:
    """On a scale of even steps (8:00, 9:00, 10:00 …) the last one is as long as the others."""
    starts = [slot.start for slot in slots if slot.start is not None]
    steps = {later - start for start, later in pairwise(starts)}
    if len(starts) == len(slots) >= 4 and len(steps) == 1 and slots[-1].end is None:
        slots[-1] = replace(slots[-1], end=starts[-1] + steps.pop())
    return tuple(slots)


def within(box: Box, other: Box) -> bool:
    return other.left <= box.center_x <= other.right and other.top <= box.center_y <= other.bottom


def overlap(one: tuple[float, float], other: tuple[float, float]) -> float:
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return max(0.0, shared) / max(1e-6, min(one[1] - one[0], other[1] - other[0]))
