"""Two days that a hyphen joins in a list of courses that meet twice a week: SUN-TUES over MON-WED is Sunday and Tuesday."""

import re
from collections.abc import Mapping, Sequence
from itertools import combinations

from doctray.extraction.rules.timetable.days import DAYS, DayName, day_name

_HYPHEN = re.compile(r"\s*[-–—]\s*")
_APART = (2, 3)
"""Days from one meeting of a course to its next one in the same week."""


def paired_days(texts: Sequence[str]) -> Mapping[str, DayName]:
    """The labels of a column of days that name two days each, with what they name; {} where they may be from one day to another.

    They are pairs where all are the same number of days apart and two of them, read as stretches, would share a day:
    MON-WED and THU-SAT part a week, MON-WED and TUE-THU cannot.
    """
    ends = {text: _ends(text) for text in texts if _HYPHEN.search(text.strip())}
    told = {pair for pair in ends.values() if pair}
    apart = {(last - first) % len(DAYS) for first, last in told}
    if len(told) < 2 or None in ends.values() or len(apart) != 1 or not apart & set(_APART):
        return {}
    if not any(_stretch(one) & _stretch(other) for one, other in combinations(told, 2)):
        return {}
    return {text: DayName(days=tuple(DAYS[day] for day in sorted(pair)), certainty=0.9) for text, pair in ends.items() if pair}


def _ends(text: str) -> tuple[int, int] | None:
    names = [day_name(part) for part in _HYPHEN.split(text.strip())]
    days = [DAYS.index(name.days[0]) for name in names if name and len(name.days) == 1]
    return (days[0], days[1]) if len(days) == len(names) == 2 else None


def _stretch(ends: tuple[int, int]) -> set[int]:
    first, last = ends
    return {(first + step) % len(DAYS) for step in range((last - first) % len(DAYS) + 1)}
