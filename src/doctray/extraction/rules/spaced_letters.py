"""Words that are printed letter by letter (C E R T I F I C A T E), joined again."""

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import pairwise
from statistics import median

from doctray.domain.document import Box, Word

_LEAST_LETTERS = 4
"""Of the longest word of a line that counts as spaced: with fewer, letters of boxes and columns stand by themselves."""

_WIDEST = 2.0
"""Heights between two letters of one line; columns are farther apart."""

_SPACE = 0.3
"""Heights between two words of one line."""

_NEXT_WORD = 1.6
"""Gaps so many times as wide as the line's middling one part words."""


def joined_letters(rows: Iterable[Sequence[Word]]) -> list[Word]:
    """The words of the rows (each left to right), those of single capitals side by side joined into the words that they spell."""
    out: list[Word] = []
    for row in rows:
        instead: dict[int, Word | None] = {}
        for run in _runs(row):
            spelt = _spelt(run)
            if max(len(letters) for letters in spelt) >= _LEAST_LETTERS:
                instead |= {id(letter): None for letter in run}
                for letters, following in zip(spelt, [*spelt[1:], None], strict=True):
                    instead[id(letters[0])] = _word(letters, before=following)
        out += [word for given in row if (word := instead.get(id(given), given)) is not None]
    return out


def _is_letter(word: Word) -> bool:
    return len(word.text) == 1 and word.text.isalpha() and word.text.isupper()


def _runs(row: Sequence[Word]) -> Iterable[list[Word]]:
    """Letters side by side in a row, not all of them the same."""
    run: list[Word] = []
    for word in row:
        near = bool(run) and word.box.left - run[-1].box.right < _WIDEST * word.box.height
        if run and not (near and _is_letter(word)):
            yield from _telling(run)
            run = []
        if _is_letter(word):
            run.append(word)
    yield from _telling(run)


def _telling(run: list[Word]) -> Iterable[list[Word]]:
    if len(run) >= _LEAST_LETTERS and len({word.text for word in run}) > 1:
        yield run


def _spelt(run: Sequence[Word]) -> list[list[Word]]:
    gaps = [right.box.left - left.box.right for left, right in pairwise(run)]
    limit = _NEXT_WORD * max(median(gaps), 0.1 * run[0].box.height)
    out = [[run[0]]]
    for gap, letter in zip(gaps, run[1:], strict=True):
        if gap > limit:
            out.append([])
        out[-1].append(letter)
    return out


def _word(letters: Sequence[Word], *, before: Sequence[Word] | None) -> Word:
    """The word of its letters. It reaches up to the space before the next word, which is as wide as the print is spaced."""
    box = reduce(Box.union, (letter.box for letter in letters))
    if before is not None:
        box = Box(box.left, box.top, max(box.right, before[0].box.left - _SPACE * box.height), box.bottom)
    return Word(
        text="".join(letter.text for letter in letters),
        box=box,
        confidence=min(letter.confidence for letter in letters),
    )
