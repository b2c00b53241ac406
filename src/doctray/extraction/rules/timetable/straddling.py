"""Finds texts of several lines that stand over the border between two rows of a table without ruling: lessons of both."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from doctray.domain.document import Word
from doctray.extraction.rules.grid import box_of
from doctray.extraction.rules.timetable.reading import size_of

_APART = 0.9
"""Lines of one text stand closer than this many heights of their letters."""

_OFF = 0.1
"""Lines that are lower than the middle of their row, or higher, by this part of the rows' pitch were not set in that row."""

_MIDST = 0.25
"""A text over two rows belongs to both when its middle is this near to their border, in parts of the rows' pitch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Straddling:
    """A text and the rows that it stands for, by their first and last index."""

    words: tuple[Word, ...]
    first: int
    last: int


def straddling(phrases: Sequence[tuple[Word, ...]], middles: Sequence[float]) -> list[Straddling]:
    """The texts whose lines are set low in one row and high in a later one, as no text is that was set in either.

    middles: where the labels of the rows stand, top to bottom.
    """
    borders = [(one + other) / 2 for one, other in pairwise(middles)]
    found = []
    for lines in _texts(phrases):
        by_row: defaultdict[int, list[float]] = defaultdict(list)
        for line in lines:
            middle = box_of(line).center_y
            by_row[bisect_right(borders, middle)].append(middle)
        first, last = min(by_row), max(by_row)
        if first == last:
            continue
        pitch = (middles[last] - middles[first]) / (last - first)
        if fmean(by_row[first]) - middles[first] < _OFF * pitch or middles[last] - fmean(by_row[last]) < _OFF * pitch:
            continue
        words = tuple(word for line in lines for word in line)
        middle = box_of(words).center_y
        if last - first == 1 and abs(middle - borders[first]) > _MIDST * pitch:
            first = last = min((first, last), key=lambda index: abs(middles[index] - middle))
        found.append(Straddling(words=words, first=first, last=last))
    return found


def _texts(phrases: Sequence[tuple[Word, ...]]) -> list[list[tuple[Word, ...]]]:
    """Phrases that stand one below the other with no more between them than lines of one text have."""
    texts: list[list[tuple[Word, ...]]] = []
    for phrase in sorted(phrases, key=lambda phrase: box_of(phrase).top):
        home = next((text for text in reversed(texts) if _goes_on(text[-1], phrase)), None)
        if home is None:
            texts.append([phrase])
        else:
            home.append(phrase)
    return [text for text in texts if len(text) > 1]


def _goes_on(before: tuple[Word, ...], phrase: tuple[Word, ...]) -> bool:
    one, other = box_of(before), box_of(phrase)
    beside = min(one.right, other.right) - max(one.left, other.left) > 0
    return beside and other.center_y >= one.center_y and other.top - one.bottom <= _APART * max(map(size_of, phrase))
