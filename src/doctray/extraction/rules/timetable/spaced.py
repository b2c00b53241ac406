"""Joins the parts of words that an engine cut where letters are set wide: no space is left between them, or they are a day's name."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from doctray.domain.document import Line, Page, Word
from doctray.extraction.rules.timetable.days import is_day_in_english

_MOST_PARTS = 4


def with_words_whole(page: Page) -> Page:
    """The page with words as one that touch between two letters: V, EN, D, R, E, DI are VENDREDI.

    Engines share a line out among its words and leave a place for each space; where none is left, none was printed. A day's name
    is one word wherever it was cut: T, hur are Thur. A joined word is as sure as the least sure of its parts. What a document itself prints
    stays as it is.
    """
    lines = tuple(Line(words=_with_days(_joined(line.words))) for line in page.lines)
    whole = any(len(joined.words) < len(line.words) for joined, line in zip(lines, page.lines, strict=True))
    return replace(page, lines=lines) if whole else page


def _with_days(words: tuple[Word, ...]) -> tuple[Word, ...]:
    joined: list[Word] = []
    index = 0
    while index < len(words):
        ends = range(min(len(words), index + _MOST_PARTS), index + 1, -1)
        stop = next((end for end in ends if _is_cut_day(words[index:end])), index + 1)
        joined.append(reduce(_as_one, words[index:stop]))
        index = stop
    return tuple(joined)


def _is_cut_day(parts: Sequence[Word]) -> bool:
    """Whether words that an engine read, none of which is a day, are the letters of one."""
    read_by_engine = all(part.confidence < 1.0 and not part.angle for part in parts)
    named = is_day_in_english("".join(part.text for part in parts).rstrip(".:"))
    return read_by_engine and named and not any(is_day_in_english(part.text) for part in parts)


def _as_one(before: Word, word: Word) -> Word:
    confidence = min(before.confidence, word.confidence)
    return Word(text=before.text + word.text, box=before.box.union(word.box), confidence=confidence)


def _joined(words: Sequence[Word]) -> tuple[Word, ...]:
    joined: list[Word] = []
    for word in words:
        if joined and _touch(joined[-1], word):
            joined[-1] = _as_one(joined[-1], word)
        else:
            joined.append(word)
    return tuple(joined)


def _touch(before: Word, word: Word) -> bool:
    """Whether two words that an engine read end and begin at one place, each with a letter."""
    read_by_engine = before.confidence < 1.0 and word.confidence < 1.0
    level = before.angle == word.angle == 0
    letters = before.text[-1:].isalpha() and word.text[:1].isalpha()
    return read_by_engine and level and letters and before.box.right == word.box.left
