"""Finds the drawn box around a word where there is no table of lines: the coloured blocks of portals and calendars."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from doctray.domain.document import Box, Page, Word

_WALL = 0.7
"""A side of a box is drawn when lines cover this part of it."""

_NEAR_PX = 4.0
_MOST_OF_PAGE = 0.3
"""A box that takes more of the page than this is a frame, and says nothing about the words in it."""

_LOOKED_AT, _SCANNED = 8, 300
"""Lines on each side of a word that may be its box's side, nearest first, and of how many that is asked: beyond stand other boxes."""

_Line = tuple[float, float, float]
"""Where a line runs across its axis, and from where to where along it."""


class DrawnBoxes:
    """The boxes of one page, by what stands in them. Coordinates in pixels of the page image."""

    def __init__(self, page: Page) -> None:
        self._largest = _MOST_OF_PAGE * page.width * page.height
        self._across = _Lines(((s.top + s.bottom) / 2, s.left, s.right) for s in page.segments if s.horizontal)
        self._down = _Lines(((s.left + s.right) / 2, s.top, s.bottom) for s in page.segments if not s.horizontal)
        self._found: list[Box] = []

    def around(self, word: Word) -> Box | None:
        """The smallest closed box that holds the middle of the word; None where there is none of a block's size."""
        x, y = word.box.center_x, word.box.center_y
        known = next((box for box in self._found if box.left < x < box.right and box.top < y < box.bottom), None)
        if known is None and (known := self._closed(x, y, word.box)) is not None:
            self._found.append(known)
        return known

    def _closed(self, x: float, y: float, word: Box) -> Box | None:
        above, below = self._across.before(y, x), self._across.after(y, x)
        for left in self._down.before(x, y):
            for right in self._down.after(x, y):
                top = next((at for at in above if self._across.covers(at, left, right)), None)
                bottom = next((at for at in below if self._across.covers(at, left, right)), None)
                if top is None or bottom is None or (right - left) * (bottom - top) > self._largest:
                    continue
                holds = right - left >= word.width and bottom - top >= word.height
                if holds and self._down.covers(left, top, bottom) and self._down.covers(right, top, bottom):
                    return Box(left, top, right, bottom)
        return None


class _Lines:
    """Lines that run one way, by where they stand."""

    def __init__(self, lines: Iterable[_Line]) -> None:
        self._lines = sorted(lines)
        self._at = [at for at, _, _ in self._lines]

    def before(self, at: float, along: float) -> list[float]:
        """Where the nearest lines before a point stand that run past it."""
        stop = bisect_right(self._at, at)
        return self._past(range(stop - 1, max(-1, stop - 1 - _SCANNED), -1), along)

    def after(self, at: float, along: float) -> list[float]:
        """The same behind the point."""
        begin = bisect_right(self._at, at)
        return self._past(range(begin, min(len(self._lines), begin + _SCANNED)), along)

    def covers(self, at: float, low: float, high: float) -> bool:
        """Whether lines at about this place cover most of a stretch."""
        near = self._lines[bisect_left(self._at, at - _NEAR_PX) : bisect_right(self._at, at + _NEAR_PX)]
        return sum(max(0.0, min(end, high) - max(start, low)) for _, start, end in near) >= _WALL * (high - low)

    def _past(self, indexes: range, along: float) -> list[float]:
        found: list[float] = []
        for index in indexes:
            at, start, end = self._lines[index]
            if start - _NEAR_PX <= along <= end + _NEAR_PX:
                found.append(at)
                if len(found) == _LOOKED_AT:
                    break
        return found
