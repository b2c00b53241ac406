"""Cells of a table whose text runs over several lines: the lines as one, with words put together that the narrow column broke."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from doctray.domain.document import Word
from doctray.extraction.rules.reading import Phrase

_BROKEN_AT_SIGN = re.compile(r"\w[-/]$")
"""How a line ends that breaks a date or a number where it has a sign: 2025-04- | CGL/7719/"""

_GOES_ON = re.compile(r"[A-Z0-9]+\b")
_ENDS_IN_GROUP, _BEGINS_WITH_GROUP = re.compile(r"(?:^|\s)\d{1,3}$"), re.compile(r"\d{3}(?!\d)")
"""A sum whose groups of three digits stand apart, broken between two of them: 5 000 | 000 $"""


def whole(lines: Sequence[Phrase]) -> Phrase:
    """The lines of a cell, of which there is at least one, as one; a date or number that ends a line with its sign goes on unparted."""
    words: list[Word] = []
    for line in lines:
        first, *rest = line.words[:-1] if _ends_in_border(line) else line.words
        if words and _breaks_at_sign(words[-1].text, first.text):
            last = words.pop()
            first = replace(last, text=f"{last.text}{first.text}", box=last.box.union(first.box))
        words += [first, *rest]
    return Phrase.of(lines[0].page, words)


def _ends_in_border(line: Phrase) -> bool:
    """Whether recognition took the border of a cell for a stroke after one that ends a broken date."""
    return len(line.words) > 1 and line.words[-1].text in ("-", "|") and _BROKEN_AT_SIGN.search(line.words[-2].text) is not None


def is_broken(lines: Sequence[Phrase]) -> bool:
    """Whether a line of a cell ends amid a date or a number."""
    return any(_breaks_at_sign(over.words[-1].text, line.words[0].text) for over, line in pairwise(lines))


def is_one_number(lines: Sequence[Phrase]) -> bool:
    """Whether a cell of two lines holds one number that is parted where it has a space: EPP | 2404298, and UMB384853 | 81."""
    if len(lines) != 2:
        return False
    over, beneath = (line.text.strip() for line in lines)
    return bool(
        (_LETTERS_OF_NUMBER.fullmatch(over) and re.search(r"\d{3}", beneath))
        or (re.search(r"\d{3}", over) and _LAST_DIGITS.fullmatch(beneath))
    )


_LETTERS_OF_NUMBER, _LAST_DIGITS = re.compile(r"[A-Z]{1,5}"), re.compile(r"\d{1,3}")


def with_whole_sums(lines: Sequence[Phrase]) -> list[Phrase]:
    """The lines of a cell, those that break a sum between two groups of its digits as one."""
    out: list[Phrase] = []
    for line in lines:
        if out and _ENDS_IN_GROUP.search(out[-1].text) and _BEGINS_WITH_GROUP.match(line.text):
            line = Phrase.of(line.page, [*out.pop().words, *line.words])
        out.append(line)
    return out


def _breaks_at_sign(end: str, start: str) -> bool:
    return _BROKEN_AT_SIGN.search(end) is not None and any(sign.isdigit() for sign in f"{end}{start}") and _GOES_ON.match(start) is not None
