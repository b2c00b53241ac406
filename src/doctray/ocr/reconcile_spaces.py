"""Tells a space that only the first reader saw and that is none: the second reader has no room for it between the same characters."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from doctray.ocr.reconcile_alignment import Column, Glyph

# Where EasyOCR saw a space within a word (light print on dark, letters set wide), PP-OCR's characters touch: 0 to 0.26 of its narrowest
# space in the same line. Where PP-OCR missed one they stand apart: 0.55 and more (1,167 lines of 14 real pictures).
_ROOM = 0.4
# A false space is hardly wider than EasyOCR's narrowest that both saw; what parts two columns of a table is.
_WIDEST = 1.3


def without_false_spaces(columns: Sequence[Column]) -> list[Column]:
    """The columns with the first reader's words joined where they are parts of one.

    Between two letters or two digits alone, and in lines in which both readers saw other spaces, so that the second is known to see them.
    Both readings must say where their characters stand.
    """
    edges = [
        (before, after)
        for before, after in pairwise(column for column in columns if column[0] is not None and column[1] is not None)
        if _word(after, 0) == _word(before, 0) + 1
    ]
    shared = [
        (_gap(before, after, 0), gap)
        for before, after in edges
        if _word(before, 1) != _word(after, 1) and (gap := _gap(before, after, 1)) > 0
    ]
    if not shared:
        return list(columns)
    widest, room = _WIDEST * min(gap for gap, _ in shared), _ROOM * min(gap for _, gap in shared)
    false = {
        _word(after, 0)
        for before, after in edges
        if _word(before, 1) == _word(after, 1) and _are_alike(before, after)
        if _gap(before, after, 0) <= widest and _gap(before, after, 1) < room
    }
    return [(_joined(first, false), second) for first, second in columns] if false else list(columns)


def _joined(glyph: Glyph | None, false: set[int]) -> Glyph | None:
    """The character with the number of the word that its own goes on."""
    if glyph is None or not false:
        return glyph
    word = glyph.word
    while word in false:
        word -= 1
    return glyph if word == glyph.word else replace(glyph, word=word, space=0.0)


def _word(column: Column, reader: int) -> int:
    glyph = column[reader]
    assert glyph is not None
    return glyph.word


def _gap(before: Column, after: Column, reader: int) -> float:
    """What stands between two characters as a reader saw them, as a part of the line's width."""
    left, right = before[reader], after[reader]
    assert left is not None
    assert right is not None
    return right.start - left.end


def _are_alike(before: Column, after: Column) -> bool:
    chars = [glyph.char for glyph in (before[1], after[1]) if glyph is not None]
    return all(map(str.isalpha, chars)) or all(map(str.isdigit, chars))
