"""Mends a row of times in which an engine misread one digit, by the lessons beside it. What comes out is inferred, and was not read."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from doctray.extraction.times import PrintedSpan, PrintedTime, TimeSpan

_FEWEST, _USUAL = 4, 0.6
"""So many lessons, and this share of all, have one length before it can tell what another label must have said."""

_LONGEST = 3
"""A lesson of so many times the usual length may be a double one with a break in it."""


def with_usual_end(spans: Sequence[PrintedSpan], times: Sequence[TimeSpan]) -> dict[int, TimeSpan]:
    """By their place in the row, the spans whose printed end cannot be right and is one digit from where such a lesson ends."""
    lengths = [time.end - time.start for time in times if time.end is not None]
    [(usual, count)] = Counter(lengths).most_common(1) or [(0, 0)]
    if usual <= 0 or count < max(_FEWEST, _USUAL * len(lengths)):
        return {}
    found: dict[int, TimeSpan] = {}
    for index, (span, time) in enumerate(zip(spans, times, strict=True)):
        if span.end is None or time.end is None or 0 < time.end - time.start <= _LONGEST * usual:
            continue
        end = time.start + usual
        following = times[index + 1].start if index + 1 < len(times) else None
        if _is_one_digit_off(span.end, end) and (following is None or following >= end):
            found[index] = replace(time, end=end)
    return found


def _is_one_digit_off(printed: PrintedTime, minutes: int) -> bool:
    read = f"{printed.hour}{printed.minute:02d}"
    return any(
        len(said) == len(read) and sum(one != other for one, other in zip(said, read, strict=True)) == 1
        for hour in {minutes // 60, minutes // 60 % 12 or 12}
        for said in (f"{hour}{minutes % 60:02d}",)
    )
