"""Reads a scale of ticks beside a table, whose times stand at the edges of blocks and not over them: 9:00, 9:15, 9:30 … or 9 AM …"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import linear_regression, median

from doctray.domain.document import Box, Page, Word
from doctray.extraction.rules.grid import Axis, box_of
from doctray.extraction.rules.timetable.aligned import phrases_of
from doctray.extraction.rules.timetable.axes import Layout
from doctray.extraction.rules.timetable.drawn import with_blocks_as_printed
from doctray.extraction.rules.timetable.reading import read, size_of
from doctray.extraction.rules.timetable.slots import TimeSlot
from doctray.extraction.times import PrintedSpan, find_spans, resolve

_FEWEST = 4
_LEVEL = 2.0
"""Heights of their letters between labels of one scale, across it: every other one may stand a little lower."""

_OFF, _AT = 0.25, 0.12
"""Labels within the one part of the scale's smallest step are at their ticks, edges of blocks within the other.

A block begins half a step before a label in the middle of its row, and a quarter where every other label was left out.
"""

_Phrase = tuple[Word, ...]

_MOSTLY = 0.7
"""So many blocks that do not begin halfway between ticks begin at one; where times head columns, blocks begin half a step before them."""

_MOST_TICKS = 1.5
"""Ticks of an even scale for each label that was read of it."""


def with_ticks(layout: Layout, page: Page) -> Layout:
    """The layout with a slot from each tick of a scale above (left of) or below (right of) the table to the next.

    Unchanged where no scale fits both its even steps and the edges of the blocks, the last block's end too.
    """
    if not layout.days:
        return layout
    axis, across = layout.time_axis, layout.day_axis
    first, last = min(day.low for day in layout.days), max(day.high for day in layout.days)
    words = [
        word
        for word in page.words
        if not word.angle and not first <= across.middle(word.box) <= last and axis.middle(word.box) > layout.header - axis.length(word.box)
    ]
    labels = [(label, span) for phrase in phrases_of(words) for label in _labels(phrase) if (span := _single(_text(label)))]
    before = [(first - place, phrase, span) for phrase, span in labels if (place := across.middle(box_of(phrase))) < first]
    after = [(place - last, phrase, span) for phrase, span in labels if (place := across.middle(box_of(phrase))) > last]
    boxes = [cell.box for cell in layout.grid.cells if cell.words and first <= across.middle(cell.box) <= last]
    boxes = [box for box in boxes if axis.middle(box) > layout.header]
    for beside in (before, after):
        slots = _slots(_nearest(beside), axis, boxes)
        if slots:
            return with_blocks_as_printed(_without_bars(replace(layout, slots=slots, to_scale=True)))
    return layout


def _labels(phrase: _Phrase) -> list[_Phrase]:
    """9 AM as it stands; the words of a phrase that is several labels close together: 9:00 9:15 9:30."""
    return [phrase] if _single(_text(phrase)) else [(word,) for word in phrase]


def _text(phrase: _Phrase) -> str:
    return " ".join(word.text for word in phrase)


def _single(text: str) -> PrintedSpan | None:
    spans = find_spans(text)
    return spans[0] if len(spans) == 1 and spans[0].end is None and spans[0].stop - spans[0].begin == len(text) else None


def _nearest(beside: Iterable[tuple[float, _Phrase, PrintedSpan]]) -> list[tuple[_Phrase, PrintedSpan]]:
    """Of labels with their distances from the table those on the line that is nearest to it."""
    ordered = sorted(beside, key=lambda item: item[0])
    return [(phrase, span) for distance, phrase, span in ordered if distance <= ordered[0][0] + _LEVEL * size_of(ordered[0][1][0])]


def _slots(labels: Sequence[tuple[_Phrase, PrintedSpan]], axis: Axis, blocks: Sequence[Box]) -> tuple[TimeSlot, ...]:
    if len(labels) < _FEWEST or not blocks:
        return ()
    ordered = sorted(labels, key=lambda label: axis.middle(box_of(label[0])))
    starts = [time.start for time in resolve([span for _, span in ordered])]
    if any(later <= start for start, later in pairwise(starts)):
        return ()
    places = [axis.middle(box_of(phrase)) for phrase, _ in ordered]
    pitch, origin = linear_regression(starts, places)
    words = {start: phrase for start, (phrase, _) in zip(starts, ordered, strict=True)}
    starts = _every_tick(starts)
    ticks = [origin + pitch * start for start in starts]
    step = min(later - tick for tick, later in pairwise(ticks))
    away = [abs(place - (origin + pitch * start)) for start, place in zip(words, places, strict=True)]
    if step <= 0 or median(away) > _OFF * step:
        return ()
    begun = sum(_is_at(axis.low(box), ticks, step) for box in blocks)
    halfway = sum(_is_at(axis.low(box) + step / 2, ticks, step) for box in blocks)
    if begun < max(_MOSTLY * (len(blocks) - halfway), 2 * halfway) or max(map(axis.high, blocks)) > ticks[-1] + _OFF * step:
        return ()
    return tuple(
        TimeSlot(low=low, high=high, start=start, end=end, start_words=words.get(start, ()), end_words=words.get(end, ()))
        for (low, high), (start, end) in zip(pairwise(ticks), pairwise(starts), strict=True)
    )


def _is_at(place: float, ticks: Sequence[float], step: float) -> bool:
    return any(abs(place - tick) <= _AT * step for tick in ticks)


def _every_tick(starts: Sequence[int]) -> list[int]:
    """The times of an even scale with those that no label was read of; as they are where they are not even, or too many are missing."""
    step = min(later - start for start, later in pairwise(starts))
    even = all((start - starts[0]) % step == 0 for start in starts)
    full = list(range(starts[0], starts[-1] + 1, step))
    return full if even and len(full) <= _MOST_TICKS * len(starts) else list(starts)


def _without_bars(layout: Layout) -> Layout:
    """The layout without what stands above its first tick and has no range of time: the bar of a calendar for what lasts all day."""
    axis, first = layout.time_axis, layout.slots[0]
    top = first.low - _AT * (first.high - first.low)
    cells = tuple(
        cell
        for cell in layout.grid.cells
        if not layout.header < axis.middle(cell.box) < top or any(span.end for span in find_spans(read(cell.words).text))
    )
    return replace(layout, grid=replace(layout.grid, cells=cells))
