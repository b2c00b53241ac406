"""Two readings of one line laid beside each other: which characters are the same ink, and which words therefore belong together."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from doctray.ocr.second_reader import LineReading

# Characters that readers take for one another; aligning them costs less than aligning strangers.
_LOOKALIKES = (
    "0OoQDU", "1lI|!iJ7/[]tjT", "5S$s", "8B&63", "2Zz", "6Gb", "9gq", "4A", "cCeG(", "uvUV", "nm", ".,:;'`-_~·•=\"*", "rn", "EF", "$8B3S"
)  # fmt: skip
_GROUPS_OF = {
    char: frozenset(number for number, group in enumerate(_LOOKALIKES) if char in group) for group in _LOOKALIKES for char in group
}
_NO_GROUP: frozenset[int] = frozenset()
# In whole numbers, so that sums along different ways are equal where they should be. Two strangers cost less than two characters that
# stand alone, so that runs of misread letters stay paired.
_SAME, _OTHER_CASE, _LOOKALIKE, _STRANGER, _ALONE = 0, 2, 6, 14, 8
# Characters that lie further apart than this many widths of a character cost more by each width, up to a pair that is worse than none.
_NEAR_WIDTHS = 2
_FAR, _FARTHEST = 4, 2 * _ALONE + 1


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character that is no space. word: number of its word in the reading. space: how sure the reader is of the space before it, 0 for
    none. start, end: parts 0..1 of the line's width."""

    char: str
    word: int
    space: float
    start: float
    end: float
    certainty: float


Column = tuple[Glyph | None, Glyph | None]
"""The same ink as the first and as the second reader saw it; at least one of them did."""


def glyphs(reading: LineReading) -> tuple[Glyph, ...]:
    """The reading's characters in order."""
    found = []
    word, space = 0, 0.0
    for char, (start, end), certainty in zip(reading.text, reading.spans_or_shares, reading.certainties_or_confidence, strict=True):
        if char.isspace():
            word, space = word + 1, certainty
        else:
            found.append(Glyph(char, word, space, start, end, certainty))
            space = 0.0
    return tuple(found)


def aligned(first: LineReading, second: LineReading) -> list[Column]:
    """Columns from left to right: the cheapest edit script, in which look-alikes and letters of another case cost little.

    Where both readings say where their characters are, those far from one another are not taken for the same ink.
    """
    one, other = glyphs(first), glyphs(second)
    reach = _NEAR_WIDTHS * max(_pitch(one), _pitch(other)) if first.spans and second.spans else None
    head = 0
    while head < min(len(one), len(other)) and _cost(one[head], other[head], reach) == _SAME:
        head += 1
    tail = 0
    while tail < min(len(one), len(other)) - head and _cost(one[-1 - tail], other[-1 - tail], reach) == _SAME:
        tail += 1
    columns: list[Column] = list(zip(one[:head], other[:head], strict=True))
    columns += _edit_script(one[head : len(one) - tail], other[head : len(other) - tail], reach)
    columns += zip(one[len(one) - tail :], other[len(other) - tail :], strict=True)
    return columns


def word_groups(columns: Sequence[Column]) -> list[list[Column]]:
    """The columns cut wherever both readings begin a new word, so that a group holds whole words of each."""
    first_may = _word_edges([column[0] for column in columns])
    second_may = _word_edges([column[1] for column in columns])
    groups: list[list[Column]] = []
    for column, one, other in zip(columns, first_may, second_may, strict=True):
        if not groups or (one and other):
            groups.append([])
        groups[-1].append(column)
    return groups


def text_of(found: Sequence[Glyph]) -> str:
    """The characters with a space between words."""
    return " ".join("".join(glyph.char for glyph in word) for _, word in groupby(found, key=lambda glyph: glyph.word))


def _word_edges(row: Sequence[Glyph | None]) -> list[bool]:
    """For each column, whether no word of this reading reaches across its left edge."""
    following: list[int | None] = []
    word: int | None = None
    for glyph in reversed(row):
        word = word if glyph is None else glyph.word
        following.append(word)
    edges = []
    before: int | None = None
    for glyph, after in zip(row, reversed(following), strict=True):
        edges.append(before is None or after is None or before != after)
        before = before if glyph is None else glyph.word
    return edges


def _edit_script(first: Sequence[Glyph], second: Sequence[Glyph], reach: float | None) -> list[Column]:
    if not first or not second:
        return [*((one, None) for one in first), *((None, other) for other in second)]
    pairs = [[_cost(one, other, reach) for other in second] for one in first]
    costs = [[column * _ALONE for column in range(len(second) + 1)]]
    for row, paired in enumerate(pairs, start=1):
        above = costs[-1]
        current = [row * _ALONE]
        for column, cost in enumerate(paired, start=1):
            current.append(min(above[column - 1] + cost, above[column] + _ALONE, current[column - 1] + _ALONE))
        costs.append(current)
    script: list[Column] = []
    row, column = len(first), len(second)
    while row or column:
        here = costs[row][column]
        if row and column and here == costs[row - 1][column - 1] + pairs[row - 1][column - 1]:
            row, column = row - 1, column - 1
            script.append((first[row], second[column]))
        elif row and here == costs[row - 1][column] + _ALONE:
            row -= 1
            script.append((first[row], None))
        else:
            column -= 1
            script.append((None, second[column]))
    return script[::-1]


def _pitch(found: Sequence[Glyph]) -> float:
    """Usual width of a character, as a part of the line."""
    return (found[-1].end - found[0].start) / len(found) if found else 0.0


def _cost(one: Glyph, other: Glyph, reach: float | None) -> int:
    return _unlikeness(one.char, other.char) + (_distance(one, other, reach) if reach else 0)


def _unlikeness(one: str, other: str) -> int:
    if one == other:
        return _SAME
    if one.casefold() == other.casefold():
        return _OTHER_CASE
    return _LOOKALIKE if _GROUPS_OF.get(one, _NO_GROUP) & _GROUPS_OF.get(other, _NO_GROUP) else _STRANGER


def _distance(one: Glyph, other: Glyph, reach: float) -> int:
    """reach: how far apart, as a part of the line, the same ink may seem."""
    beyond = abs(one.start + one.end - other.start - other.end) / 2 / reach - 1
    return min(_FARTHEST, int(beyond * _NEAR_WIDTHS) * _FAR) if beyond > 0 else 0
