"""Two readings of one line made into one: what they agree on is surer for it, and where they differ the likelier one stands.

Words are chosen whole and from one reader each, so that nothing is written that neither of them read; what the other read instead is
kept as an alternative.
"""

from collections.abc import Sequence
from itertools import groupby

from doctray.ocr.reconcile_alignment import Column, Glyph, aligned, text_of, word_groups
from doctray.ocr.reconcile_kinds import CURRENCY_SIGNS, NUMERIC, WELL_FORMED, kind_of, stricter
from doctray.ocr.reconcile_odds import Evidence, agreed_is_right, first_is_right, lone_is_right, second_is_right
from doctray.ocr.second_reader import LineReading, ReadWord

# What only one reader saw and is hardly ever there: specks, rules and borders read as punctuation.
_LEAST_CHANCE_ALONE = 0.15
# What a scanner's dust and a form's rules are read as, when only one reader sees it.
_TYPOGRAPHIC = str.maketrans("‘’‚“”„–—−", "'''\"\"\"---")


def reconcile(first: LineReading, second: LineReading) -> tuple[ReadWord, ...]:
    """The words of the line from left to right; none where neither reader saw text.

    first, second: readings of the same crop, in the order that `reconcile_odds` was fitted in (EasyOCR, PP-OCR).
    """
    return tuple(word for group in word_groups(aligned(first, second)) for word in _words_of(group))


def _words_of(group: Sequence[Column]) -> list[ReadWord]:
    one = [column[0] for column in group if column[0] is not None]
    other = [column[1] for column in group if column[1] is not None]
    if not one or not other:
        return _lone(one or other, is_first=bool(one))
    ours, theirs = text_of(one), text_of(other)
    numeric = stricter(kind_of(ours), kind_of(theirs)) in NUMERIC
    sure_one, sure_other = _certainty(one), _certainty(other)
    if _same_print(ours, theirs):
        chance = agreed_is_right(sure_one, sure_other, numeric=numeric)
        # The second reader's dictionary has the typographic marks that the first one's lacks.
        return [_word(glyphs_, chance) for glyphs_ in _split(other)]
    evidence = Evidence(
        first=sure_one,
        second=sure_other,
        form=(kind_of(theirs) in WELL_FORMED) - (kind_of(ours) in WELL_FORMED),
        numeric=numeric,
        letters_agree=_letters(ours) == _letters(theirs),
        currency=_has_currency(theirs) - _has_currency(ours),
    )
    chances = (first_is_right(evidence), second_is_right(evidence))
    chosen = 0 if chances[0] > chances[1] else 1
    return _with_alternatives(group, chosen=chosen, chance=chances[chosen])


def _lone(found: Sequence[Glyph], *, is_first: bool) -> list[ReadWord]:
    words = []
    for word in _split(found):
        has_letters = any(glyph.char.isalnum() for glyph in word)
        chance = lone_is_right(_certainty(word), is_first=is_first, has_letters=has_letters)
        if chance >= _LEAST_CHANCE_ALONE:
            words.append(_word(word, chance))
    return words


def _with_alternatives(group: Sequence[Column], *, chosen: int, chance: float) -> list[ReadWord]:
    """The chosen reader's words, each with what the other read on the same ink."""
    words = []
    for _, run in groupby(_with_word_numbers(group, chosen), key=lambda numbered: numbered[0]):
        columns = [column for _, column in run]
        kept = [glyph for column in columns if (glyph := column[chosen]) is not None]
        other = text_of([glyph for column in columns if (glyph := column[1 - chosen]) is not None])
        differs = other and not _same_print(text_of(kept), other)
        words.append(_word(kept, chance, alternatives=(other,) if differs else ()))
    return words


def _with_word_numbers(group: Sequence[Column], chosen: int) -> list[tuple[int, Column]]:
    """Each column with the chosen reader's word that it belongs to; what only the other saw goes to the word before it."""
    numbered = []
    number = next(glyph.word for column in group if (glyph := column[chosen]) is not None)
    for column in group:
        glyph = column[chosen]
        number = number if glyph is None else glyph.word
        numbered.append((number, column))
    return numbered


def _word(found: Sequence[Glyph], chance: float, *, alternatives: tuple[str, ...] = ()) -> ReadWord:
    return ReadWord(
        text="".join(glyph.char for glyph in found),
        confidence=round(chance, 4),
        start=min(glyph.start for glyph in found),
        end=max(glyph.end for glyph in found),
        alternatives=alternatives,
    )


def _split(found: Sequence[Glyph]) -> list[list[Glyph]]:
    return [list(word) for _, word in groupby(found, key=lambda glyph: glyph.word)]


def _certainty(found: Sequence[Glyph]) -> float:
    """A word is as sure as its least sure character."""
    return min(glyph.certainty for glyph in found)


def _same_print(one: str, other: str) -> bool:
    return one == other or one.translate(_TYPOGRAPHIC) == other.translate(_TYPOGRAPHIC)


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _has_currency(text: str) -> int:
    return int(any(char in CURRENCY_SIGNS for char in text))
