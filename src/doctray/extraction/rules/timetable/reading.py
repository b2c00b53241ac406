"""Reads the words of one place (a cell, a label) in the order a person would: lines, turned text, letters stacked into a word."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from doctray.domain.document import Word

_SAME_LINE = 0.5
"""Two words share a line when they overlap by this part of the lower one's height."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Lines of words, top line first. `stacked`: one word spelt with one letter a line."""

    lines: tuple[tuple[Word, ...], ...]
    stacked: bool = False

    @property
    def text(self) -> str:
        if self.stacked:
            return "".join(word.text.strip() for word in self.words).translate(AS_LETTERS)
        return " ".join(self.line_texts)

    @property
    def line_texts(self) -> tuple[str, ...]:
        return tuple(" ".join(word.text for word in line) for line in self.lines)

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for line in self.lines for word in line)

    def between(self, begin: int, stop: int) -> tuple[Word, ...]:
        """The words that hold characters begin to stop of `text`."""
        gap, place, found = 0 if self.stacked else 1, 0, []
        for word in self.words:
            end = place + len(word.text.strip() if self.stacked else word.text)
            if place < stop and begin < end:
                found.append(word)
            place = end + gap
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A value, the words it was read from, and how sure the structure makes it (1: drawn or printed plainly)."""

    value: str
    words: tuple[Word, ...]
    certainty: float = 1.0

    @property
    def confidence(self) -> float:
        return min((word.confidence for word in self.words), default=0.5) * self.certainty


def read(words: Sequence[Word]) -> Reading:
    """The words as lines; words that are turned alike are read together, along their own baseline."""
    lines: list[tuple[Word, ...]] = []
    for angle in sorted({word.angle for word in words}):
        lines.extend(_lines([word for word in words if word.angle == angle], angle))
    letters = [line[0].text.strip() for line in lines if len(line) == 1]
    stacked = len(lines) >= 3 and len(letters) == len(lines) and all(len(letter) == 1 and letter.isalnum() for letter in letters)
    return Reading(tuple(lines), stacked and sum(letter.isdigit() for letter in letters) <= _MOST_SLIPS * len(letters))


_MOST_SLIPS = 0.34
AS_LETTERS = str.maketrans("0158", "OISB")
"""What engines take letters for that stand alone: M, 0, N one below the other."""


def size_of(word: Word) -> float:
    """Height of the word's letters in pixels, across its baseline."""
    return word.box.width if word.angle in (90, 270) else word.box.height


def print_size(line: Sequence[Word]) -> float:
    """How large a line is printed, to be compared with lines of the same source only: in pixels.

    The boxes of engines are as high as an engine likes; their width is that of the letters, so that it tells the size.
    """
    if all(word.confidence == 1.0 for word in line):
        return median(map(size_of, line))
    lengths = sum(word.box.height if word.angle in (90, 270) else word.box.width for word in line)
    return lengths / max(_NARROW, sum(_advance(letter) for word in line for letter in word.text))


_HIGHEST = 1.25
"""Sizes of its print that a line is high. Boxes of engines may reach over the lines above and below."""

_NARROW, _USUAL, _CAPITAL, _WIDE = 0.3, 0.55, 0.69, 0.85
"""Widths of letters in parts of the size of the print, as in Helvetica and Arial."""


def _advance(letter: str) -> float:
    if letter in "ijltfrI'’.,:;|!()[]{}-/ ":
        return _NARROW
    if letter in "mwMW@%":
        return _WIDE
    return _CAPITAL if letter.isupper() else _USUAL


def plain_text(line: Sequence[Word]) -> str:
    """The words of a line without the signs around them that part them from others."""
    return " ".join(word.text for word in line).strip(" \t-–—:;,|/•·*()[]")


def _lines(words: Sequence[Word], angle: int) -> list[tuple[Word, ...]]:
    placed = sorted(((_place(word, angle), word) for word in words), key=lambda item: (item[0].across, item[0].along))
    lines: list[list[tuple[_Place, Word]]] = []
    open_lines: list[list[tuple[_Place, Word]]] = []
    for place, word in placed:
        # words come in order across the lines, so a line that ends above this word takes no more
        open_lines = [
            line for line in open_lines if max(other.across + other.size / 2 for other, _ in line) > place.across - place.size / 2
        ]
        home = next((line for line in reversed(open_lines) if any(_level(place, other) for other, _ in line)), None)
        if home is None:
            lines.append([(place, word)])
            open_lines.append(lines[-1])
        else:
            home.append((place, word))
    return [tuple(word for _, word in sorted(line, key=lambda item: item[0].along)) for line in lines]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a word stands as its own baseline sees it: along the line, and across from line to line."""

    along: float
    across: float
    size: float


def _place(word: Word, angle: int) -> _Place:
    box = word.box
    match angle:
        case 90:
            return _Place(box.center_y, -box.center_x, box.width)
        case 180:
            return _Place(-box.center_x, -box.center_y, box.height)
        case 270:
            return _Place(-box.center_y, box.center_x, box.width)
        case _:
            return _Place(
                box.center_x, box.center_y, min(box.height, _HIGHEST * print_size((word,))) if word.confidence < 1.0 else box.height
            )


def _level(one: _Place, other: _Place) -> bool:
    overlap = (one.size + other.size) / 2 - abs(one.across - other.across)
    return overlap >= _SAME_LINE * min(one.size, other.size)
