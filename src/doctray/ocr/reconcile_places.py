"""Which words of the first reader lie on which lines of the second, by place.

The readers cut a page into lines in ways of their own: one sees `1,000` and `000` where the other sees `1,000,000`. Words of the first
are therefore given to the line of the second that they lie on, one by one.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from doctray.ocr.second_reader import Corners, LineReading, ReadLine

# A word lies on a line when it shares at least these parts of its width and of the height of the lower of the two.
_SHARED_WIDTH = 0.5
_SHARED_HEIGHT = 0.5
# A line of which so much lies under lines of the first reader that are turned otherwise is the same ink, read the wrong way up.
_SAME_INK = 0.5
# A line that reads so surely, of so many letters, stands the way that the second reader has it. Upside down it reads at 0.7 (0016).
_SURE, _LETTERS = 0.9, 3
_TURNS = (0, 90, 180, 270)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """shared: lines of the second reader, each with what the first read on it as one reading of that line (empty for nothing).
    alone: what the first reader read beside them, in pieces of its own lines."""

    shared: tuple[tuple[ReadLine, LineReading], ...]
    alone: tuple[ReadLine, ...]


def assigned(first: Sequence[ReadLine], second: Sequence[ReadLine]) -> Assignment:
    """Every word of the first reader once; every line of the second, but for those that the first reader read another way up.

    Lines that the first reader tried both ways up stand as the second reader has them, where that is sure.
    """
    first = [_as_it_stands(line, second) for line in first]
    shared: list[tuple[ReadLine, LineReading]] = []
    alone: list[ReadLine] = []
    for angle in _TURNS:
        beds = [_Bed(line) for line in second if line.angle == angle]
        words_on: defaultdict[int, list[_Word]] = defaultdict(list)
        for line in first:
            if line.angle != angle:
                continue
            for place, words in groupby(_words(line), key=lambda word: _best_bed(word, beds)):
                if place is None:
                    alone.append(_part(line, list(words)))
                else:
                    words_on[place] += words
        turned = [_page_box(line.corners) for line in first if line.angle != angle]
        for place, bed in enumerate(beds):
            if words_on[place] or not _is_under(_page_box(bed.line.corners), turned):
                shared.append((bed.line, bed.reading_of(words_on[place])))
    return Assignment(shared=tuple(shared), alone=tuple(alone))


def _as_it_stands(line: ReadLine, second: Sequence[ReadLine]) -> ReadLine:
    other = line.upended
    if other is None:
        return line
    agreeing = [
        _page_box(seen.corners)
        for seen in second
        if seen.angle == other.angle and seen.reading.confidence >= _SURE and len(seen.reading.text) >= _LETTERS
    ]
    return other if _is_under(_page_box(line.corners), agreeing) else line


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the first reader. characters: where it is in its line's text. spans (of its characters), top, bottom: pixels along and
    across the way the text runs. space: how sure the reader is of the space before it."""

    line: ReadLine
    text: str
    space: float
    characters: slice
    spans: tuple[tuple[float, float], ...]
    certainties: tuple[float, ...]
    top: float
    bottom: float

    @property
    def left(self) -> float:
        return self.spans[0][0]

    @property
    def right(self) -> float:
        return self.spans[-1][1]


class _Bed:
    """A line of the second reader, laid level."""

    def __init__(self, line: ReadLine) -> None:
        self.line = line
        corners = _level(line.corners, line.angle)
        (self._left, self._top_left), (right, self._top_right), (_, self._bottom_right), (_, self._bottom_left) = corners
        self.top, self.bottom = min(self._top_left, self._top_right), max(self._bottom_left, self._bottom_right)
        self._width = max(1.0, right - self._left)

    def shared_with(self, word: _Word) -> float:
        """Square pixels shared with a word that lies on this line; 0 for a word that does not."""
        along = min(self._left + self._width, word.right) - max(self._left, word.left)
        if along <= 0 or along < _SHARED_WIDTH * (word.right - word.left):
            return 0.0
        at = ((word.left + word.right) / 2 - self._left) / self._width
        top = self._top_left + (self._top_right - self._top_left) * at
        bottom = self._bottom_left + (self._bottom_right - self._bottom_left) * at
        across = min(bottom, word.bottom) - max(top, word.top)
        return along * across if across > 0 and across >= _SHARED_HEIGHT * min(bottom - top, word.bottom - word.top) else 0.0

    def reading_of(self, words: Sequence[_Word]) -> LineReading:
        """The words from left to right, spaces between them, as one reading of this line.

        Between two boxes of the first reader nobody read a space: there is one if they do not touch.
        """
        text: list[str] = []
        spans: list[tuple[float, float]] = []
        certainties: list[float] = []
        before: _Word | None = None
        for word in sorted(words, key=lambda word: word.left):
            if before is not None:
                text.append(" ")
                spans.append((spans[-1][1], spans[-1][1]))
                certainties.append(word.space if word.line is before.line else float(word.left >= before.right))
            before = word
            text += word.text
            spans += (((left - self._left) / self._width, (right - self._left) / self._width) for left, right in word.spans)
            certainties += word.certainties
        return LineReading(text="".join(text), confidence=min(certainties, default=0.0), spans=tuple(spans), certainties=tuple(certainties))


def _words(line: ReadLine) -> Iterator[_Word]:
    (left, top), (right, top_right), (_, bottom_right), (_, bottom) = _level(line.corners, line.angle)
    reading = line.reading
    spans, certainties = reading.spans_or_shares, reading.certainties_or_confidence
    for found in re.finditer(r"\S+", reading.text):
        characters = slice(*found.span())
        yield _Word(
            line=line,
            text=found.group(),
            space=certainties[found.start() - 1] if found.start() else 1.0,
            characters=characters,
            spans=tuple((left + start * (right - left), left + end * (right - left)) for start, end in spans[characters]),
            certainties=certainties[characters],
            top=(top + top_right) / 2,
            bottom=(bottom + bottom_right) / 2,
        )


def _best_bed(word: _Word, beds: Sequence[_Bed]) -> int | None:
    near = ((bed.shared_with(word), place) for place, bed in enumerate(beds) if bed.top < word.bottom and word.top < bed.bottom)
    shared, place = max(near, default=(0.0, 0))
    return place if shared else None


def _part(line: ReadLine, words: Sequence[_Word]) -> ReadLine:
    """The part of a line that some words in a row of it take."""
    reading = line.reading
    characters = slice(words[0].characters.start, words[-1].characters.stop)
    spans = reading.spans_or_shares[characters]
    start, end = spans[0][0], spans[-1][1]
    width = (end - start) or 1.0
    top_left, top_right, bottom_right, bottom_left = line.corners
    return ReadLine(
        corners=(
            _between(top_left, top_right, start),
            _between(top_left, top_right, end),
            _between(bottom_left, bottom_right, end),
            _between(bottom_left, bottom_right, start),
        ),
        angle=line.angle,
        reading=LineReading(
            text=reading.text[characters],
            confidence=reading.confidence,
            spans=tuple(((one - start) / width, (other - start) / width) for one, other in spans),
            certainties=reading.certainties_or_confidence[characters],
        ),
    )


def _between(one: tuple[float, float], other: tuple[float, float], at: float) -> tuple[float, float]:
    return one[0] + (other[0] - one[0]) * at, one[1] + (other[1] - one[1]) * at


def _level(corners: Corners, angle: int) -> list[tuple[float, float]]:
    """Corners on a page turned so that the text runs right."""
    match angle:
        case 90:
            return [(y, -x) for x, y in corners]
        case 180:
            return [(-x, -y) for x, y in corners]
        case 270:
            return [(-y, x) for x, y in corners]
        case _:
            return [(x, y) for x, y in corners]


_PageBox = tuple[float, float, float, float]


def _page_box(corners: Corners) -> _PageBox:
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _is_under(box: _PageBox, others: Sequence[_PageBox]) -> bool:
    left, top, right, bottom = box
    area = max(1.0, (right - left) * (bottom - top))
    covered = (
        max(0.0, min(right, other[2]) - max(left, other[0])) * max(0.0, min(bottom, other[3]) - max(top, other[1])) for other in others
    )
    return any(shared >= _SAME_INK * area for shared in covered)
