"""Finds the cells of a table without ruling, from how its words line up under day names and beside times."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from doctray.domain.document import Box, Page, Word
from doctray.extraction.rules.grid import Axis, Cell, Grid, box_of, hull
from doctray.extraction.rules.timetable.axes import DayBand, day_bands
from doctray.extraction.rules.timetable.boxes import DrawnBoxes
from doctray.extraction.rules.timetable.names import BREAKS
from doctray.extraction.rules.timetable.reading import Reading, read, size_of
from doctray.extraction.rules.timetable.slots import PERIOD, within_the_last
from doctray.extraction.rules.timetable.straddling import straddling
from doctray.extraction.times import PrintedSpan, find_label_spans, resolve

_STEPS = 48
"""Places that are tried for a border between two labels."""

_REACH = 0.35
"""A phrase belongs to each column of which it covers this part."""

_SPACE = 0.45
"""A gap between two words wider than this part of their height may part two cells; a space is about a quarter."""

_BEFORE = 1.1
"""A word that ends further before a label than this times its height is none of the label's: it stands in the corner of the table."""

_LEAST_GAP = 0.3
"""Two rules between two labels are a row of their own when they are this part of a row apart."""

_DENSE = 0.7
"""Rows with lessons on so many of the days are those of a full week."""

_FEWEST_DAYS, _MANY_DAYS = 3, 4
_FEWEST_PERIODS = 3
_MOST_PERIODS = 300
"""More numbers than this are no labels of periods: they are not compared one by one."""


def aligned_grids(page: Page) -> tuple[Grid, ...]:
    """Tables told by three or more day names in a row or column, top to bottom. Coordinates in pixels of the page image."""
    words = [word for word in page.words if word.text.strip()]
    bands = _bands(page, words)
    if len(bands) == 1 and bands[0].axis is Axis.Y and (stacked := _stacked(page, bands[0], words)):
        return stacked
    grids = []
    for index, band in enumerate(bands):
        stop = bands[index + 1].low if index + 1 < len(bands) else float("inf")
        across = band.axis.other
        own = [word for word in words if band.axis is Axis.Y or band.low <= across.middle(word.box) < stop]
        grid = _grid(page, band, own)
        if grid:
            grids.append(grid)
    return tuple(grids)


def _bands(page: Page, words: Sequence[Word]) -> list[DayBand]:
    cells = tuple(Cell(box=word.box, words=(word,)) for word in words)
    everything = Grid(page=page.number, box=Box(0, 0, page.width, page.height), cells=cells, ruled=False)
    return [band for band in day_bands(everything) if len(band.cells) >= _FEWEST_DAYS]


def _stacked(page: Page, band: DayBand, words: Sequence[Word]) -> tuple[Grid, ...]:
    """Tables one below the other, each with a column of days and labels of times of its own above it; () where there is one table.

    Their columns of days stand in one line, as one that begins again, or beside one another.
    """
    axis = band.axis
    again = [index for index, name in enumerate(band.names) if name and band.names[0] and name.days == band.names[0].days]
    parts = [replace(band, cells=band.cells[begin:end], names=band.names[begin:end]) for begin, end in pairwise([*again, len(band.cells)])]
    low, high = axis.low(band.cells[0].box), axis.high(band.cells[-1].box)
    outside = [word for word in words if not low <= axis.middle(word.box) <= high]
    parts += [other for other in _bands(page, outside) if other.axis is axis]
    parts.sort(key=lambda part: axis.low(part.cells[0].box))
    if len(parts) < 2 or any(len(part.cells) < _FEWEST_DAYS for part in parts):
        return ()
    found, top = [], float("-inf")
    for part in parts:
        last = part.cells[-1].box
        end = max(axis.high(last), axis.middle(last) + _pitch([axis.middle(cell.box) for cell in part.cells]) / 2)
        grid = _grid(page, part, [word for word in words if top < axis.middle(word.box) < end])
        if grid is None:
            return ()
        found.append(grid)
        top = end
    return tuple(found)


_Placed = tuple[int, int, list[Word]]
"""A text and the columns that it covers, by the first and the last"""


@dataclass(frozen=True, slots=True)
class Strip:
    """A row or column of the table: from where to where it runs along its axis."""

    low: float
    high: float


def _grid(page: Page, band: DayBand, words: Sequence[Word]) -> Grid | None:
    day_axis, time_axis = band.axis, band.axis.other
    labels = _labels(band, words) or _unlabelled(band, words)
    if len(labels) < 2:
        return None
    last = max(time_axis.high(box) for box in labels)
    first_day = min(day_axis.low(cell.box) for cell in band.cells)
    pitch = _pitch([time_axis.middle(box) for box in labels])
    labelling = {id(word) for word in _words_at(words, labels)}
    body = [
        word
        for word in words
        if time_axis.middle(word.box) > band.high
        and time_axis.low(word.box) < last + pitch
        and _is_within_days(word.box, band, first_day)
        and id(word) not in labelling
    ]
    boxed, body = _boxed(page, body, band, labels)
    # words at the edge of the first day's blocks stand further from its name than others do
    boxed = [replace(cell, words=tuple(word for word in words if _stands_in(word, cell.box))) for cell in boxed]
    ends = [edge for cell in boxed for edge in (time_axis.low(cell.box), time_axis.high(cell.box))]
    frame = hull([*labels, *(cell.box for cell in band.cells)])
    days = strips([cell.box for cell in band.cells], day_axis, body, _long_rules(page, day_axis, frame))
    rules = _long_rules(page, time_axis, frame)
    times = strips(labels, time_axis, [*body, *_words_at(words, labels)], rules, ends)
    if all(_is_range(_words_at(words, [box])) for box in labels):
        times = _with_gaps(times, labels, time_axis, rules)
    times = [Strip(max(strip.low, band.high), strip.high) for strip in times]
    label_low, label_high = min(day_axis.low(box) for box in labels), max(day_axis.high(box) for box in labels)
    days[0] = Strip(max(days[0].low, min(label_high + 1, first_day)), days[0].high)
    heads = [*_head_cells(day_axis, days, [band.low] * len(days), [band.high] * len(days), [cell.words for cell in band.cells])]
    edge = min(label_high, days[0].low)
    for strip in times:
        label = next((box for box in labels if strip.low <= time_axis.middle(box) < strip.high), None)
        own = tuple(
            word
            for word in words
            if strip.low <= time_axis.middle(word.box) < strip.high
            and label_low - 2 <= day_axis.middle(word.box) <= max(edge, label_low + 1)
            and (label is None or time_axis.low(label) - time_axis.high(word.box) <= _BEFORE * size_of(word))
        )
        heads.append(Cell(box=_box(day_axis, label_low, max(edge, label_low + 1), strip.low, strip.high), words=own))
    at = [time_axis.middle(box) for box in labels]
    middles = [next((each for each in at if strip.low <= each < strip.high), (strip.low + strip.high) / 2) for strip in times]
    cells = (*heads, *boxed, *_body_cells(day_axis, days, times, middles, body))
    return Grid(page=page.number, box=hull(cell.box for cell in cells), cells=cells, ruled=False)


def _stands_in(word: Word, box: Box) -> bool:
    return box.left < word.box.center_x < box.right and box.top < word.box.center_y < box.bottom


def _boxed(page: Page, words: Sequence[Word], band: DayBand, labels: Sequence[Box]) -> tuple[list[Cell], list[Word]]:
    """Cells that are drawn as boxes of their own, with the words in them; and the words outside of any.

    labels: a box that holds one of these is a row of the table.
    """
    drawn = DrawnBoxes(page)
    inside: dict[Box, list[Word]] = {}
    outside: list[Word] = []
    for word in words:
        box = drawn.around(word)
        if box is None or band.axis.length(box) > band.axis.length(hull(cell.box for cell in band.cells)) * 1.5 or _holds_one(box, labels):
            outside.append(word)
        else:
            inside.setdefault(box, []).append(word)
    return [Cell(box=box, words=tuple(own)) for box, own in inside.items()], outside


def _holds_one(box: Box, labels: Sequence[Box]) -> bool:
    return any(box.left < label.center_x < box.right and box.top < label.center_y < box.bottom for label in labels)


def _is_within_days(box: Box, band: DayBand, first_day: float) -> bool:
    axis = band.axis
    widths = [axis.middle(b.box) - axis.middle(a.box) for a, b in pairwise(band.cells)]
    last_day = max(axis.high(cell.box) for cell in band.cells)
    return first_day - 0.3 * median(widths) < axis.middle(box) < last_day + 0.9 * median(widths)


def _labels(band: DayBand, words: Sequence[Word]) -> list[Box]:
    """Boxes of the labels of the time axis in its order: those with times that stand before the first day, else numbers of periods."""
    first = min(band.axis.low(cell.box) for cell in band.cells)
    column = band.axis.middle(band.cells[0].box) - _pitch([band.axis.middle(cell.box) for cell in band.cells]) / 2
    # where names of days stand in the middle of their columns, blocks of the first day begin before its name does
    beside = [word for word in words if band.axis.middle(word.box) < first and band.axis.other.middle(word.box) > band.high]
    beside = [word for word in beside if word.angle == 0]
    # a label is not cut where it ends
    ranges = [phrase for phrase in phrases_of(beside) if band.axis.low(box_of(phrase)) < column and _is_range(phrase)]
    kept = {id(word) for phrase in ranges for word in phrase}
    before = [word for word in beside if band.axis.middle(word.box) < column or id(word) in kept]
    return _labels_among(before, band) or _labels_among(beside, band)


def _is_range(phrase: Sequence[Word]) -> bool:
    text = " ".join(word.text for word in phrase)
    spans = find_label_spans(text)
    return len(spans) == 1 and spans[0].end is not None and spans[0].stop - spans[0].begin == len(text)


def _labels_among(beside: Sequence[Word], band: DayBand) -> list[Box]:
    day_axis, time_axis = band.axis, band.axis.other
    parts = [part for phrase in phrases_of(beside) for part in (_by_times(phrase) if day_axis is Axis.Y else (phrase,))]
    phrases = [(box_of(phrase), " ".join(word.text for word in phrase)) for phrase in parts]
    found = [(box, spans[0]) for box, text in phrases if (spans := find_label_spans(text))]
    found.sort(key=lambda item: time_axis.middle(item[0]))
    times = resolve([span for _, span in found])
    timed = _paired(found) or [box for index, (box, _) in enumerate(found) if not within_the_last(times, index)]
    timed = _in_line(timed, day_axis) if day_axis is Axis.Y else timed
    if len(timed) > 1:
        return _one_for_each_place([*timed, *_beside(timed, phrases, day_axis, BREAKS)], time_axis)
    numbered = [box for box, text in phrases if PERIOD.fullmatch(text)][:_MOST_PERIODS]
    rows = [[box for box in numbered if _overlap(day_axis, box, seed) > 0] for seed in numbered]
    most = max(rows, key=len, default=[])
    return _one_for_each_place([*most, *_beside(most, phrases, day_axis, BREAKS)], time_axis) if len(most) >= _FEWEST_PERIODS else []


def _by_times(phrase: tuple[Word, ...]) -> list[tuple[Word, ...]]:
    """The words of a heading row that stand close together as one label for each time among them: 10:00 10:15 10:30."""
    reading = Reading((phrase,))
    spans = find_label_spans(reading.text)
    if len(spans) < 2:
        return [phrase]
    return [reading.between(span.begin, span.stop) for span in spans]


def _paired(found: Sequence[tuple[Box, PrintedSpan]]) -> list[Box]:
    """Labels of which one holds a start and the next its end, as one each, where most ends are starts again: 8:00, 8:55, 8:55, 9:50."""
    spans = [span for _, span in found]
    if len(found) % 2 or any(span.end for span in spans):
        return []
    starts, ends = [span.start for span in spans[::2]], [span.start for span in spans[1::2]]
    again = sum(end == start for end, start in zip(ends, starts[1:], strict=False))
    if any(start == end for start, end in zip(starts, ends, strict=True)) or 2 * again < max(2, len(starts) - 1):
        return []
    return [first[0].union(second[0]) for first, second in zip(found[::2], found[1::2], strict=True)]


def _unlabelled(band: DayBand, words: Sequence[Word]) -> list[Box]:
    """Where the labels would stand of a table that names no times: a place beside each row of lessons under several of its days.

    Lines close below one another are one row; below a wide gap something else follows.
    """
    if band.axis is Axis.Y:
        return []
    middles = [band.axis.middle(cell.box) for cell in band.cells]
    reach = _pitch(middles) / 2
    rows: list[Box] = []
    for line in read([word for word in words if word.angle == 0 and word.box.top > band.high]).lines:
        box = box_of(line)
        at = [box_of(phrase).center_x for phrase in phrases_of(line)]
        homes = [min((abs(middle - place), middle) for middle in middles)[1] for place in at]
        beside = all(abs(home - place) < reach for home, place in zip(homes, at, strict=True))
        if rows and box.top - rows[-1].bottom <= _ONE_TEXT * box.height:
            rows[-1] = rows[-1].union(box)
        elif len(set(homes)) >= _FEWEST_UNDER and beside:
            rows.append(box)
    gaps = [other.center_y - one.center_y for one, other in pairwise(rows)]
    stop = next((index + 1 for index, gap in enumerate(gaps) if gap > _WIDE_GAP * gaps[0]), len(rows))
    first = min(band.axis.low(cell.box) for cell in band.cells)
    return [Box(first - 2, row.top, first - 1, row.bottom) for row in rows[:stop]] if stop >= _FEWEST_ROWS else []


_FEWEST_UNDER, _FEWEST_ROWS = 2, 3
_ONE_TEXT, _WIDE_GAP = 0.6, 2.2
"""Lines nearer than this times their height are one row's; rows further apart than this times the first two are those of something else."""


def _in_line(labels: Sequence[Box], axis: Axis) -> list[Box]:
    """The labels of the heading row alone, which may have several lines: a time in a line further up is a note on the table's title."""
    rows: list[list[Box]] = []
    for box in sorted(labels, key=axis.low):
        if rows and axis.low(box) - max(map(axis.high, rows[-1])) <= axis.length(box):
            rows[-1].append(box)
        else:
            rows.append([box])
    most = max(rows, key=len, default=[])
    return [box for box in labels if any(box is other for other in most)]


def _beside(labels: Sequence[Box], phrases: Sequence[tuple[Box, str]], axis: Axis, pattern: re.Pattern[str]) -> list[Box]:
    """Further labels on a line with these that match the pattern: Break and Lunch have no number, and often no time."""
    line = hull(labels) if labels else None
    taken = {id(box) for box in labels}
    return [box for box, text in phrases if line and id(box) not in taken and _overlap(axis, box, line) > 0 and pattern.search(text)]


def _overlap(axis: Axis, one: Box, other: Box) -> float:
    return min(axis.high(one), axis.high(other)) - max(axis.low(one), axis.low(other))


def _one_for_each_place(boxes: Sequence[Box], axis: Axis) -> list[Box]:
    kept: list[Box] = []
    for box in sorted(boxes, key=axis.middle):
        if kept and axis.low(box) < axis.high(kept[-1]) - 0.3 * axis.length(box):
            kept[-1] = kept[-1].union(box)
        else:
            kept.append(box)
    return kept


def phrases_of(words: Sequence[Word]) -> list[tuple[Word, ...]]:
    """Words of a line that stand no further apart than words of one text do."""
    phrases: list[tuple[Word, ...]] = []
    for line in read(words).lines:
        part: list[Word] = []
        for word in line:
            if part and word.box.left - part[-1].box.right > 1.1 * max(size_of(word), size_of(part[-1])):
                phrases.append(tuple(part))
                part = []
            part.append(word)
        phrases.append(tuple(part))
    return phrases


def strips(labels: Sequence[Box], axis: Axis, words: Sequence[Word], rules: Sequence[float], edges: Sequence[float] = ()) -> list[Strip]:
    """One strip for each label, with borders on a rule between them, where most boxes end, or where the fewest words stand in the way."""
    borders = []
    for one, other in pairwise(labels):
        low, high = axis.middle(one), axis.middle(other)
        drawn = [rule for rule in rules if low < rule < high]
        near = [edge for edge in edges if low < edge < high]
        borders.append(drawn[0] if len(drawn) == 1 else median(near) if near else _valley(axis, low, high, words))
    pitch = _pitch([axis.middle(box) for box in labels])
    first, last = axis.middle(labels[0]), axis.middle(labels[-1])
    before = _between(rules, first - pitch, axis.low(labels[0]) + 1)[-1:] or _between(edges, first - pitch, axis.low(labels[0]) + 1)[:1]
    after = (
        _between(rules, axis.high(labels[-1]) - 1, last + 1.2 * pitch)[:1] or _between(edges, axis.high(labels[-1]) - 1, last + pitch)[-1:]
    )
    low = before[0] if before else min(first - pitch / 2, axis.low(labels[0]) - 1)
    high = after[0] if after else max(last + pitch / 2, axis.high(labels[-1]) + 1)
    return [Strip(one, other) for one, other in pairwise([low, *borders, high])]


def _with_gaps(times: Sequence[Strip], labels: Sequence[Box], axis: Axis, rules: Sequence[float]) -> list[Strip]:
    """The strips, and one without a label where two rules between labels leave room for it: a break that has no time."""
    found = [times[0]]
    for (one, other), strip in zip(pairwise(labels), times[1:], strict=True):
        drawn = _between(rules, axis.high(one) - 1, axis.low(other) + 1)
        if drawn and drawn[-1] - drawn[0] >= _LEAST_GAP * (strip.high - strip.low):
            found[-1] = Strip(found[-1].low, drawn[0])
            found += [Strip(drawn[0], drawn[-1]), Strip(drawn[-1], strip.high)]
        else:
            found.append(strip)
    return found


def _between(places: Sequence[float], low: float, high: float) -> list[float]:
    return sorted(place for place in places if low < place < high)


def _long_rules(page: Page, axis: Axis, frame: Box) -> list[float]:
    """Where on the axis a rule crosses that is at least a quarter of the page long, beside labels of this table and not of another."""
    along = axis.other
    across = [Box(s.left, s.top, s.right, s.bottom) for s in page.segments if s.horizontal is (axis is Axis.Y)]
    least = (page.width if axis is Axis.Y else page.height) / 4
    return sorted({axis.middle(rule) for rule in across if along.length(rule) >= least and _overlap(along, rule, frame) > 0})


def _pitch(middles: Sequence[float]) -> float:
    return median(other - one for one, other in pairwise(middles))


def _valley(axis: Axis, low: float, high: float, words: Sequence[Word]) -> float:
    """Where between two labels the fewest words stand. What reads from below runs over several rows, as a Break of every day does."""
    words = [word for word in words if axis is Axis.X or not word.angle] or words
    places = [low + (high - low) * step / _STEPS for step in range(1, _STEPS)]
    covers = [sum(axis.low(word.box) <= place <= axis.high(word.box) for word in words) for place in places]
    least = min(covers)
    runs: list[list[float]] = []
    for place, cover in zip(places, covers, strict=True):
        if cover == least:
            if runs and place - runs[-1][-1] < 1.5 * (high - low) / _STEPS:
                runs[-1].append(place)
            else:
                runs.append([place])
    best = max(runs, key=len)
    return (best[0] + best[-1]) / 2


def _words_at(words: Sequence[Word], boxes: Sequence[Box]) -> list[Word]:
    return [
        word
        for word in words
        if any(box.left <= word.box.center_x <= box.right and box.top <= word.box.center_y <= box.bottom for box in boxes)
    ]


def _head_cells(
    axis: Axis, strips: Sequence[Strip], lows: Sequence[float], highs: Sequence[float], words: Sequence[tuple[Word, ...]]
) -> list[Cell]:
    return [
        Cell(box=_box(axis.other, low, high, strip.low, strip.high), words=own)
        for strip, low, high, own in zip(strips, lows, highs, words, strict=True)
    ]


def _body_cells(
    day_axis: Axis, days: Sequence[Strip], times: Sequence[Strip], middles: Sequence[float], words: Sequence[Word]
) -> list[Cell]:
    """middles: where the labels of the times stand, or the middle of a row that has none."""
    columns, rows = (days, times) if day_axis is Axis.X else (times, days)
    cells: list[Cell] = []
    if day_axis is Axis.X:
        for text in straddling(_parted(phrases_of(words), columns), middles):
            first, last = _columns_of(box_of(text.words), columns)
            box = Box(columns[first].low, rows[text.first].low, columns[last].high, rows[text.last].high)
            cells.append(Cell(box=box, words=text.words))
        spent = {id(word) for cell in cells for word in cell.words}
        words = [word for word in words if id(word) not in spent]
    every = [_placed([word for word in words if row.low <= word.box.center_y < row.high], columns) for row in rows]
    taken = [sum(last - first + 1 for first, last, _ in placed) for placed in every if len(placed) > 1]
    dense = sum(taken) >= _DENSE * len(columns) * len(taken)
    for row, placed in zip(rows, every, strict=True):
        if day_axis is Axis.X and _stands_for_all(placed, columns, dense=dense):
            placed = [(0, len(columns) - 1, placed[0][2])]
        for first, last, own in placed:
            cells.append(Cell(box=Box(columns[first].low, row.low, columns[last].high, row.high), words=tuple(own)))
    return cells


def _placed(words: Sequence[Word], columns: Sequence[Strip]) -> list[_Placed]:
    """The texts of one row."""
    placed: list[_Placed] = []
    for phrase in _parted(phrases_of(words), columns):
        first, last = _columns_of(box_of(phrase), columns)
        home = next((item for item in placed if item[0] <= last and first <= item[1]), None)
        if home is None:
            placed.append((first, last, list(phrase)))
        else:
            placed.remove(home)
            placed.append((min(first, home[0]), max(last, home[1]), [*home[2], *phrase]))
    return placed


def _parted(phrases: Sequence[tuple[Word, ...]], columns: Sequence[Strip]) -> list[tuple[Word, ...]]:
    """Phrases cut where a border runs through a gap that is wider than a space."""
    parts: list[tuple[Word, ...]] = []
    for phrase in phrases:
        begin = 0
        for index in range(1, len(phrase)):
            left, right = phrase[index - 1].box.right, phrase[index].box.left
            if right - left > _SPACE * size_of(phrase[index]) and any(left - 1 <= column.low <= right + 1 for column in columns[1:]):
                parts.append(phrase[begin:index])
                begin = index
        parts.append(phrase[begin:])
    return parts


def _stands_for_all(placed: Sequence[_Placed], columns: Sequence[Strip], *, dense: bool) -> bool:
    """Whether a row holds one text only, in the middle of four days or more: then it is meant for all of them.

    Of an odd number of days it may be a lesson of the middle one, where the other rows are not full of lessons.
    """
    if len(columns) < _MANY_DAYS or len(placed) != 1:
        return False
    first, _, words = placed[0]
    box, low, high = box_of(words), columns[0].low, columns[-1].high
    narrow = len(columns) % 2 == 1 and box.width < columns[first].high - columns[first].low
    if narrow and not dense and not BREAKS.search(" ".join(word.text for word in words)):
        return False
    return abs(box.center_x - (low + high) / 2) <= 0.1 * (high - low)


def _columns_of(box: Box, columns: Sequence[Strip]) -> tuple[int, int]:
    covered = [
        index
        for index, column in enumerate(columns)
        if min(box.right, column.high) - max(box.left, column.low) >= _REACH * (column.high - column.low)
    ]
    middle = min(range(len(columns)), key=lambda index: abs((columns[index].low + columns[index].high) / 2 - box.center_x))
    if len(covered) < 2:
        return middle, middle
    return min(covered), max(covered)


def _box(axis: Axis, low: float, high: float, other_low: float, other_high: float) -> Box:
    """low, high along the axis; other_low, other_high across it."""
    return Box(low, other_low, high, other_high) if axis is Axis.X else Box(other_low, low, other_high, high)
