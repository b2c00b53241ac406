"""Spells out hours without minutes that stand in brackets amid a lesson, where they lie within its place in the table: DSD Lab (10-12)."""

import re
from collections.abc import Sequence
from dataclasses import replace

from doctray.domain.document import Word
from doctray.extraction.rules.timetable.slots import TimeSlot
from doctray.extraction.times import clock, find_label_spans, resolve

_HOURS = re.compile(r"\((?P<hours>\d{1,2}[-–—]\d{1,2})\)?[,.:]?")
"""What also names days, weeks or groups: MATH (1-6)."""

_BEYOND = 15
"""Minutes by which hours may reach beyond what the labels beside the lesson say."""

_OVERLAPS = 0.5
_SHORTEST = 60


def with_hours_spelt_out(words: Sequence[Word], slots: Sequence[TimeSlot], low: float, high: float) -> tuple[Word, ...]:
    """The words of a cell from low to high on the time axis, with (10-12) as 10:00-12:00 if its labels say 9:50 to 12:30."""
    here = [slot for slot in slots if min(high, slot.high) - max(low, slot.low) >= _OVERLAPS * (slot.high - slot.low)]
    start, end = (here[0].start, here[-1].end) if here else (None, None)
    if start is None or end is None or end - start < _SHORTEST:
        return tuple(words)
    return tuple(_spelt_out(word, start - _BEYOND, end + _BEYOND) for word in words)


def _spelt_out(word: Word, earliest: int, latest: int) -> Word:
    printed = _HOURS.fullmatch(word.text)
    if printed is None:
        return word
    for time in resolve(find_label_spans(printed["hours"])):
        if time.end is not None and earliest <= time.start and time.start + _SHORTEST <= time.end <= latest:
            return replace(word, text=f"{clock(time.start)}-{clock(time.end)}")
    return word
