"""Finds the drawn box around a word where there is no table of lines: the coloured blocks of portals and calendars."""

from collections.abc import Sequence

from doctray.domain.document import Box, Page, Segment, Word

_WALL = 0.7
"""A side of a box is drawn when lines cover this part of it."""

_NEAR_PX = 4.0
_MOST_OF_PAGE = 0.3
"""A box that takes more of the page than this is a frame, and says nothing about the words in it."""

_LOOKED_AT = 12
"""Lines on each side of a word that may be its box's side, nearest first: beyond stand other boxes."""


class DrawnBoxes:
    """The boxes of one page, by what stands in them. Coordinates in pixels of the page image."""

    def __init__(self, page: Page) -> None:
        self._largest = _MOST_OF_PAGE * page.width * page.height
        self._across = sorted((s for s in page.segments if s.horizontal), key=lambda s: s.top + s.bottom)
        self._down = sorted((s for s in page.segments if not s.horizontal), key=lambda s: s.left + s.right)

    def around(self, word: Word) -> Box | None:
        """The smallest closed box that holds the middle of the word; None where there is none of a block's size."""
        x, y = word.box.center_x, word.box.center_y
        above = [s for s in reversed(self._across) if _level(s) <= y and s.left - _NEAR_PX <= x <= s.right + _NEAR_PX][:_LOOKED_AT]
        below = [s for s in self._across if _level(s) > y and s.left - _NEAR_PX <= x <= s.right + _NEAR_PX][:_LOOKED_AT]
        before = [s for s in reversed(self._down) if _upright(s) <= x and s.top - _NEAR_PX <= y <= s.bottom + _NEAR_PX][:_LOOKED_AT]
        after = [s for s in self._down if _upright(s) > x and s.top - _NEAR_PX <= y <= s.bottom + _NEAR_PX][:_LOOKED_AT]
        for left in before:
            for right in after:
                low, high = _upright(left), _upright(right)
                top = next((_level(s) for s in above if _covers(self._across, _level(s), low, high)), None)
                bottom = next((_level(s) for s in below if _covers(self._across, _level(s), low, high)), None)
                if top is None or bottom is None:
                    continue
                box = Box(low, top, high, bottom)
                walled = _covers_down(self._down, low, top, bottom) and _covers_down(self._down, high, top, bottom)
                if walled and box.width * box.height <= self._largest and box.height >= word.box.height and box.width >= word.box.width:
                    return box
        return None


def _level(segment: Segment) -> float:
    return (segment.top + segment.bottom) / 2


def _upright(segment: Segment) -> float:
    return (segment.left + segment.right) / 2


def _covers(across: Sequence[Segment], at: float, low: float, high: float) -> bool:
    shared = sum(max(0.0, min(s.right, high) - max(s.left, low)) for s in across if abs(_level(s) - at) <= _NEAR_PX)
    return shared >= _WALL * (high - low)


def _covers_down(down: Sequence[Segment], at: float, low: float, high: float) -> bool:
    shared = sum(max(0.0, min(s.bottom, high) - max(s.top, low)) for s in down if abs(_upright(s) - at) <= _NEAR_PX)
    return shared >= _WALL * (high - low)
