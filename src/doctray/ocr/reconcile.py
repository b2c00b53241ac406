"""Two readings of one line made into one: what they agree on is surer for it, and where they differ the likelier one stands.

The characters of a word all come from one reader, and its bounds from what the readers saw there, so that nothing is written that neither
of them read; what the other read instead is kept as an alternative.
"""

from collections.abc import Sequence
from typing import assert_never

from doctray.ocr.reconcile_alignment import Column, Glyph, aligned, text_of, word_groups
from doctray.ocr.reconcile_kinds import CURRENCY_SIGNS, NUMERIC, STRICT, WELL_FORMED, Kind, kind_of, stricter
from doctray.ocr.reconcile_odds import (
    AGREED_RIGHT,
    FIRST_RIGHT,
    ONLY_FIRST_RIGHT,
    ONLY_SECOND_RIGHT,
    SECOND_RIGHT,
    Agreement,
    Difference,
    Lone,
    chance,
)
from doctray.ocr.reconcile_spaces import without_false_spaces
from doctray.ocr.second_reader import LineReading, ReadWord

# What only one reader saw and is hardly ever there: specks, rules and borders read as punctuation.
_LEAST_CHANCE_ALONE = 0.15
# Marks that EasyOCR's dictionary lacks, as it writes them.
_TYPOGRAPHIC = str.maketrans("‘’‚“”„–—−", "'''\"\"\"---")
# Marks that never begin a word.
_TRAILING = frozenset(".,;)]%")
# EasyOCR is surer than this of spaces between letters that are there, and less sure of those that it sees after a comma (0016).
_SURE_OF_A_SPACE = 0.9
# How a ticked box before its label is read.
_CROSSES = frozenset("Xx")


def reconcile(first: LineReading, second: LineReading) -> tuple[ReadWord, ...]:
    """The words of the line from left to right; none where neither reader saw text.

    first, second: readings of the same line, in the order that `reconcile_odds` was fitted in (EasyOCR, PP-OCR).
    """
    columns = aligned(first, second)
    if first.spans and second.spans:
        columns = without_false_spaces(columns)
    return tuple(word for group in word_groups(columns) for word in _words_of(group))


def weighed(group: Sequence[Column]) -> Difference | Agreement | Lone:
    """What is known of the readings of a group (`word_groups`)."""
    one, other = _of(group, 0), _of(group, 1)
    if not one or not other:
        return _lone(one or other)
    ours, theirs = text_of(one), text_of(other)
    numeric = stricter(kind_of(ours), kind_of(theirs)) in NUMERIC
    if _printed(ours) == _printed(theirs):
        return Agreement(first=_certainty(one), second=_certainty(other), numeric=numeric)
    return Difference(
        first=_certainty(one),
        second=_certainty(other),
        form=(kind_of(theirs) in WELL_FORMED) - (kind_of(ours) in WELL_FORMED),
        numeric=numeric,
        letters_agree=_letters(ours) == _letters(theirs),
        currency=_has_currency(theirs) - _has_currency(ours),
    )


def _words_of(group: Sequence[Column]) -> list[ReadWord]:
    match weighed(group):
        case Lone():
            return _lone_words(group)
        case Agreement() as agreement:
            # The second reader has typographic marks that the first one's dictionary lacks.
            return _chosen(group, reader=1, sure=chance(AGREED_RIGHT, agreement))
        case Difference() as difference:
            chances = (chance(FIRST_RIGHT, difference), chance(SECOND_RIGHT, difference))
            reader = 0 if chances[0] > chances[1] or _is_speck_in_date(group) else 1
            return _chosen(group, reader=reader, sure=max(chances))
        case _ as never:
            assert_never(never)


def _is_speck_in_date(group: Sequence[Column]) -> bool:
    """Whether the second reader has the digits of the first one's date with a mark more among them, as `02/05/202.4`."""
    ours, theirs = (text_of(_of(group, reader)) for reader in (0, 1))
    same_but_longer = len(theirs) > len(ours) and _letters(ours) == _letters(theirs)
    return same_but_longer and kind_of(ours) is Kind.DATE and kind_of(theirs) is not Kind.DATE


def _lone_words(group: Sequence[Column]) -> list[ReadWord]:
    """Words that only one reader saw, but for those that are hardly ever there."""
    reader, weights = (0, ONLY_FIRST_RIGHT) if _of(group, 0) else (1, ONLY_SECOND_RIGHT)
    words = [(word, chance(weights, _lone(_of(word, reader)))) for word in _split(group, reader)]
    return [_word(word, reader, sure) for word, sure in words if sure >= _LEAST_CHANCE_ALONE]


def _lone(glyphs: Sequence[Glyph]) -> Lone:
    return Lone(certainty=_certainty(glyphs), has_letters=any(glyph.char.isalnum() for glyph in glyphs))


def _chosen(group: Sequence[Column], *, reader: int, sure: float) -> list[ReadWord]:
    return [_word(word, reader, sure) for word in _split(group, reader)]


def _word(columns: Sequence[Column], reader: int, sure: float) -> ReadWord:
    glyphs, other = _of(columns, reader), text_of(_of(columns, 1 - reader))
    text = "".join(glyph.char for glyph in glyphs)
    return ReadWord(
        text=text,
        confidence=round(sure, 4),
        start=min(glyph.start for glyph in glyphs),
        end=max(glyph.end for glyph in glyphs),
        alternatives=() if not other or other.translate(_TYPOGRAPHIC) == text.translate(_TYPOGRAPHIC) else (other,),
    )


def _split(group: Sequence[Column], reader: int) -> list[list[Column]]:
    """The group as the words of one reader, which the other's spaces part too; what the other alone saw stays with the word before it."""
    joined = "".join(glyph.char for glyph in _of(group, reader))
    # a time whose end stands in the next line has its dash: 13:15-
    kind = kind_of(joined.strip("-–—"))
    words: list[list[Column]] = []
    before: Column | None = None
    waiting: list[Column] = []
    for column in group:
        if column[reader] is None:
            (words[-1] if words else waiting).append(column)
            continue
        if before is None or _parts(before, column, reader, joined=kind) or _is_cross(words, group, reader):
            words.append([*waiting, column])
            waiting = []
        else:
            words[-1].append(column)
        before = column
    return words


def _parts(before: Column, after: Column, reader: int, *, joined: Kind) -> bool:
    """Whether a word ends between two columns of which both have the reader's ink. joined: the kind of the whole group without spaces."""
    seen = _differs_in_word(before[reader], after[reader])
    other = _differs_in_word(before[1 - reader], after[1 - reader])
    if seen and other:
        return True
    left, right = before[reader], after[reader]
    if left is None or right is None or not (seen or other):
        return False
    beside_a_mark = not (left.char.isalnum() and right.char.isalnum())
    if (joined in STRICT and beside_a_mark) or right.char in _TRAILING or (left.char in ".," and right.char.isdigit()):
        return False
    if seen:
        return True
    # EasyOCR sees spaces after a 1 and other narrow figures (1 3:15): what is a time without them was printed without them.
    if joined is Kind.TIME:
        return False
    # A space that only the other reader saw counts where it was sure of it and saw the same letters on both sides.
    space = after[1 - reader]
    return space is not None and space.space >= _SURE_OF_A_SPACE and _same(before) and _same(after)


def _differs_in_word(one: Glyph | None, other: Glyph | None) -> bool:
    return one is not None and other is not None and one.word != other.word


def _same(column: Column) -> bool:
    return column[0] is not None and column[1] is not None and column[0].char == column[1].char


def _is_cross(words: Sequence[Sequence[Column]], group: Sequence[Column], reader: int) -> bool:
    """Whether what there is so far is the cross of a ticked box that the reader took for the first letter of its label.

    The other reader has the label without it: `XOCCUR` and `OCCUR`.
    """
    if len(words) != 1 or len(words[0]) != 1:
        return False
    glyph, other = words[0][0][reader], words[0][0][1 - reader]
    rest = group[1:]
    return glyph is not None and other is None and glyph.char in _CROSSES and len(rest) > 1 and all(_same(column) for column in rest)


def _of(columns: Sequence[Column], reader: int) -> list[Glyph]:
    return [glyph for column in columns if (glyph := column[reader]) is not None]


def _certainty(glyphs: Sequence[Glyph]) -> float:
    """A word is as sure as its least sure character."""
    return min(glyph.certainty for glyph in glyphs)


def _printed(text: str) -> str:
    """The ink: spaces do not count, nor what kind of dash or quotation mark it is."""
    return text.replace(" ", "").translate(_TYPOGRAPHIC)


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _has_currency(text: str) -> int:
    return int(any(char in CURRENCY_SIGNS for char in text))
