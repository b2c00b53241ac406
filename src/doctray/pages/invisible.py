"""The content stream that lays a page's words, unseen, where they are printed. Pure."""

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from doctray.domain.document import Affine, Box, Line, Word
from doctray.pages.glyphless import ADVANCES, DESCENT, UNITS

_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_LEFT_TO_RIGHT = frozenset({"L", "EN", "AN", "CS", "ES"})
_WIDEST_SPACE = 5.0
"""A gap of more than so many line heights is no space between words, but another column."""

_NARROW_SPACE = 0.05
"""Of the line's height, where words touch or the next one is elsewhere."""


class Typesetting:
    """What the fonts of a document must have: codes of the characters, from 1 on, in the order in which they are met; and widths."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._advances: set[int] = set()

    @property
    def advances(self) -> tuple[int, ...]:
        """Those of ADVANCES that occur: each needs a font."""
        return tuple(sorted(self._advances))

    @property
    def characters(self) -> tuple[str, ...]:
        return tuple(self._codes)

    def advance(self, per_height: float) -> int:
        """That of ADVANCES which is nearest to a character so many times as wide as high."""
        nearest = min(ADVANCES, key=lambda advance: abs(math.log(advance / UNITS / per_height)))
        self._advances.add(nearest)
        return nearest

    def encoded(self, text: str) -> str:
        """The text as hexadecimal digits, four a character."""
        return "".join(f"{self._codes.setdefault(character, len(self._codes) + 1):04X}" for character in text)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a text runs, in pixels of the page: from `start` (on the left end of its box's lower edge) along `run`, upwards along `up`."""

    start: tuple[float, float]
    run: tuple[float, float]
    up: tuple[float, float]


def text_layer(lines: Sequence[Line], to_page: Affine, *, font: str, typesetting: Typesetting) -> bytes:
    """to_page: pixels of the page image → the page's own coordinates, y upwards. Fonts are named `font` and their advance.

    The glyphs are as high as the words' boxes and together as wide.
    """
    shown = "\n".join(f"/{font}{advance} 1 Tf {text}" for advance, text in _shown(lines, to_page, typesetting))
    return f"q BT 3 Tr\n{shown}\nET Q\n".encode("ascii") if shown else b""


def _shown(lines: Sequence[Line], to_page: Affine, typesetting: Typesetting) -> Iterator[tuple[int, str]]:
    for line in lines:
        for word, following in zip(line.words, (*line.words[1:], None), strict=True):
            frame = _frame(_on_line(word, line), word.angle)
            if not word.text or frame is None:
                continue
            yield _show(_in_visual_order(word.text), frame, to_page, typesetting)
            if following is not None:
                yield _show(" ", _gap(frame, following), to_page, typesetting)


def _show(text: str, frame: _Frame, to_page: Affine, typesetting: Typesetting) -> tuple[int, str]:
    """Advance; text matrix and string. One em along x is what makes the characters fill the run; along y it is the box's height."""
    a, b, c, d, e, f = to_page
    advance = typesetting.advance(_length(frame.run) / _length(frame.up) / len(text))
    ems = len(text) * advance / UNITS
    x, y = frame.run[0] / ems, frame.run[1] / ems
    up_x, up_y = frame.up
    below = -DESCENT / UNITS
    base_x, base_y = frame.start[0] + below * up_x, frame.start[1] + below * up_y
    matrix = (
        a * x + c * y,
        b * x + d * y,
        a * up_x + c * up_y,
        b * up_x + d * up_y,
        a * base_x + c * base_y + e,
        b * base_x + d * base_y + f,
    )
    return advance, f"{' '.join(f'{value:.5f}' for value in matrix)} Tm <{typesetting.encoded(text)}> Tj"


def _on_line(word: Word, line: Line) -> Box:
    """The word's box, as high as its line where the line is of one size: a selection is then one bar, and a dot no speck."""
    box, around = word.box, line.box
    if word.angle % 180 or around.height > 1.6 * max(other.box.height for other in line.words):
        return box
    return Box(box.left, around.top, box.right, around.bottom)


def _frame(box: Box, angle: int) -> _Frame | None:
    """angle: see `Word`. None for a box without extent."""
    width, height = box.width, box.height
    if width <= 0 or height <= 0:
        return None
    match angle:
        case 90:
            return _Frame((box.left, box.top), (0.0, height), (width, 0.0))
        case 180:
            return _Frame((box.right, box.top), (-width, 0.0), (0.0, height))
        case 270:
            return _Frame((box.right, box.bottom), (0.0, -height), (-width, 0.0))
        case _:
            return _Frame((box.left, box.bottom), (width, 0.0), (0.0, -height))


def _gap(frame: _Frame, following: Word) -> _Frame:
    """From the end of a word to the beginning of the next one."""
    length, height = _length(frame.run), _length(frame.up)
    along = frame.run[0] / length, frame.run[1] / length
    end = frame.start[0] + frame.run[0], frame.start[1] + frame.run[1]
    corners = [(x, y) for x in (following.box.left, following.box.right) for y in (following.box.top, following.box.bottom)]
    gap = min((x - end[0]) * along[0] + (y - end[1]) * along[1] for x, y in corners)
    if not _NARROW_SPACE * height <= gap <= _WIDEST_SPACE * height:
        gap = _NARROW_SPACE * height
    return _Frame(end, (gap * along[0], gap * along[1]), frame.up)


def _length(vector: tuple[float, float]) -> float:
    return math.hypot(*vector)


def _in_visual_order(text: str) -> str:
    """Characters from left to right: how PDFs hold scripts that run the other way, and what every viewer turns back.

    Of the Unicode bidirectional algorithm only what a single word needs: the word is turned, numbers and foreign letters in it are not.
    """
    kinds = [unicodedata.bidirectional(character) for character in text]
    if sum(kind in _RIGHT_TO_LEFT for kind in kinds) <= sum(kind == "L" for kind in kinds):
        return text
    runs = groupby(zip(text, kinds, strict=True), key=lambda pair: pair[1] in _LEFT_TO_RIGHT)
    return "".join(
        "".join(characters if kept else reversed(characters))
        for kept, characters in reversed([(kept, [character for character, _ in run]) for kept, run in runs])
    )
