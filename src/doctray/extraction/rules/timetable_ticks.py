"""Reads a scale of ticks beside a table, whose times stand at the edges of blocks and not over them: 9:00, 9:15, 9:30 …"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import linear_regression, median

from doctray.domain.document import Box, Page, Word
from doctray.extraction.rules.timetable_axes import Layout, TimeSlot
from doctray.extraction.rules.timetable_grid import Axis
from doctray.extraction.rules.timetable_reading import size_of
from doctray.extraction.times import PrintedSpan, find_spans, resolve

_FEWEST = 4
_LEVEL = 2.0
"""Heights of their letters between labels of one scale, across it: every other one may stand a little lower."""

_OFF, _AT = 0.25, 0.12
"""Labels within the one part of the scale's smallest step are at their ticks, edges of blocks within the other.

A block begins half a step before a label in the middle of its row, and a quarter where every other label was left out.
"""

_MOSTLY = 0.7
"""So many blocks begin at a tick; where times head columns, blocks begin half a step before them."""


def with_ticks(layout: Layout, page: Page) -> Layout:
    """The layout with a slot from each tick of a scale above (left of) or below (right of) the table to the next.

    Unchanged where no scale fits both its even steps and the edges of the blocks, the last block's end too.
    """
    if not layout.days:
        return layout
    axis, across = layout.time_axis, layout.day_axis
    first, last = min(day.low for day in layout.days), max(day.high for day in layout.days)
    words = [
        (word, span)
        for word in page.words
        if not word.angle and (span := _single(word.text)) and axis.middle(word.box) > layout.header - axis.length(word.box)
    ]
    before = [(first - across.middle(word.box), word, span) for word, span in words if across.middle(word.box) < first]
    after = [(across.middle(word.box) - last, word, span) for word, span in words if across.middle(word.box) > last]
    boxes = [cell.box for cell in layout.grid.cells if cell.words and first <= across.middle(cell.box) <= last]
    boxes = [box for box in boxes if axis.middle(box) > layout.header]
    for beside in (before, after):
        slots = _slots(_nearest(beside), axis, boxes)
        if slots:
            return replace(layout, slots=slots, to_scale=True)
    return layout


def _single(text: str) -> PrintedSpan | None:
    spans = find_spans(text)
    return spans[0] if len(spans) == 1 and spans[0].end is None and spans[0].stop - spans[0].begin == len(text) else None


def _nearest(beside: Iterable[tuple[float, Word, PrintedSpan]]) -> list[tuple[Word, PrintedSpan]]:
    """Of words with their distances from the table those on the line that is nearest to it."""
    ordered = sorted(beside, key=lambda item: item[0])
    return [(word, span) for distance, word, span in ordered if distance <= ordered[0][0] + _LEVEL * size_of(ordered[0][1])]


def _slots(labels: Sequence[tuple[Word, PrintedSpan]], axis: Axis, blocks: Sequence[Box]) -> tuple[TimeSlot, ...]:
    if len(labels) < _FEWEST or not blocks:
        return ()
    ordered = sorted(labels, key=lambda label: axis.middle(label[0].box))
    starts = [time.start for time in resolve([span for _, span in ordered])]
    if any(later <= start for start, later in pairwise(starts)):
        return ()
    places = [axis.middle(word.box) for word, _ in ordered]
    pitch, origin = linear_regression(starts, places)
    ticks = [origin + pitch * start for start in starts]
    step = min(later - tick for tick, later in pairwise(ticks))
    if step <= 0 or median(abs(place - tick) for place, tick in zip(places, ticks, strict=True)) > _OFF * step:
        return ()
    begun = sum(any(abs(axis.low(box) - tick) <= _AT * step for tick in ticks) for box in blocks)
    if begun < _MOSTLY * len(blocks) or max(map(axis.high, blocks)) > ticks[-1] + _OFF * step:
        return ()
    return tuple(
        TimeSlot(low=low, high=high, start=start, end=end, start_words=(word,), end_words=(following,))
        for (low, high), (start, end), ((word, _), (following, _)) in zip(pairwise(ticks), pairwise(starts), pairwise(ordered), strict=True)
    )
