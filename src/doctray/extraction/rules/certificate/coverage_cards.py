"""Sums in cards of web pages: a cover's name, what it pays for in small print, its sum, and under that a caption."""

import re
from collections.abc import Sequence

from doctray.extraction.grounding import Found
from doctray.extraction.parse import find_amounts
from doctray.extraction.rules.finds import amount_found, text_found
from doctray.extraction.rules.labels import is_like
from doctray.extraction.rules.reading import Phrase, Sheet

_CAPTIONS = ("suma asegurada", "sum insured", "coverage limit", "capital asegurado", "importancia segurada")
_INSTEAD = re.compile(r"amparad[oa]|incluid[oa]|cubiert[oa]|included|covered", re.IGNORECASE)
"""What stands in a card for a sum."""

_SMALL = 0.85
"""Heights of a sum that the print beneath a cover's name has at the most."""

_LEAST = 3
"""Cards with a sum that a paper has at the least: fewer may be labels with their values."""

_REACH = 12.0
"""Line heights over a sum within which its cover's name stands."""

_MOST_LINES = 3


def carded(sheets: Sequence[Sheet]) -> dict[str, Found]:
    """Name of the cover → its sum, or the word in its place; nothing where fewer than three cards have a sum."""
    limits: dict[str, Found] = {}
    sums = 0
    for sheet in sheets:
        for phrase in sheet.phrases:
            summed = _is_sum(sheet, phrase)
            if not summed and _INSTEAD.fullmatch(phrase.text) is None:
                continue
            name = _name_over(sheet, phrase)
            found = amount_found(phrase, ocr=sheet.ocr, small=True) if summed else text_found(phrase)
            if name is not None and found is not None:
                limits.setdefault(name, found)
                sums += summed
    return limits if sums >= _LEAST else {}


def _is_sum(sheet: Sheet, phrase: Phrase) -> bool:
    """Whether a phrase is one amount and its caption says that it is what is insured."""
    spans = find_amounts(phrase.text)
    captions = [p for p in sheet.below(phrase, lines=1.0)[:1] if p.height < _SMALL * phrase.height]
    return len(spans) == 1 and spans[0][0] == 0 and any(is_like(p.text, _CAPTIONS) for p in captions)


def _name_over(sheet: Sheet, value: Phrase) -> str | None:
    """The lines in print as large as the sum's that stand over the small print between, flush with it."""
    lines: list[Phrase] = []
    described = False
    for over in sheet.above(value, lines=_REACH):
        if abs(over.box.left - value.box.left) > 0.5 * value.height:
            continue
        if over.height < _SMALL * value.height:
            if lines:
                break
            described = True
            continue
        near = not lines or lines[-1].box.top - over.box.bottom < 0.5 * value.height
        if not described or not near or len(lines) == _MOST_LINES or find_amounts(over.text):
            break
        lines.append(over)
    return " ".join(line.text for line in reversed(lines)) or None
