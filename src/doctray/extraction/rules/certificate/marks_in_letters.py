"""Crosses that were found inside the letters of large print, where a search for ticked boxes takes strokes for marks."""

from dataclasses import replace

from doctray.extraction.rules.reading import Phrase, Sheet

_HIGHER = 1.8
"""How many times as high as a mark the word is whose letter it is a part of: a word over which somebody set a mark is no higher."""


def without_marks_in_letters(sheet: Sheet) -> Sheet:
    """The page without crosses that stand wholly within a higher word; only where words were recognised."""
    if not sheet.ocr:
        return sheet
    large = [word for word in sheet.words if len(word.text) > 1]
    stray = [
        mark
        for mark in sheet.words
        if mark.text in ("X", "x")
        and any(
            word.box.height > _HIGHER * mark.box.height
            and word.box.left <= mark.box.left
            and mark.box.right <= word.box.right
            and word.box.top <= mark.box.top
            and mark.box.bottom <= word.box.bottom
            for word in large
        )
    ]
    if not stray:
        return sheet
    left_out = {id(mark) for mark in stray}
    kept = sheet.without(stray)
    phrases = tuple(
        Phrase.of(phrase.page, [word for word in phrase.words if id(word) not in left_out])
        if left_out & {*map(id, phrase.words)}
        else phrase
        for phrase in kept.phrases
    )
    return replace(kept, phrases=phrases)
