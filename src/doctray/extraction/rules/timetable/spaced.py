"""Joins the parts of words that an engine cut where letters are set wide: no space is left between their boxes."""

from collections.abc import Sequence
from dataclasses import replace

from doctray.domain.document import Line, Page, Word


def with_words_whole(page: Page) -> Page:
    """The page with words as one that touch between two letters: V, EN, D, R, E, DI are VENDREDI.

    Engines share a line out among its words and leave a place for each space; where none is left, none was printed. A joined word
    is as sure as the least sure of its parts. What a document itself prints stays as it is.
    """
    lines = tuple(Line(words=_joined(line.words)) for line in page.lines)
    whole = any(len(joined.words) < len(line.words) for joined, line in zip(lines, page.lines, strict=True))
    return replace(page, lines=lines) if whole else page


def _joined(words: Sequence[Word]) -> tuple[Word, ...]:
    joined: list[Word] = []
    for word in words:
        if joined and _touch(joined[-1], word):
            before = joined[-1]
            confidence = min(before.confidence, word.confidence)
            joined[-1] = Word(text=before.text + word.text, box=before.box.union(word.box), confidence=confidence)
        else:
            joined.append(word)
    return tuple(joined)


def _touch(before: Word, word: Word) -> bool:
    """Whether two words that an engine read end and begin at one place, each with a letter."""
    read_by_engine = before.confidence < 1.0 and word.confidence < 1.0
    level = before.angle == word.angle == 0
    letters = before.text[-1:].isalpha() and word.text[:1].isalpha()
    return read_by_engine and level and letters and before.box.right == word.box.left
