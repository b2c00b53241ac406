"""The sum to pay of a bill: of all the totals that a receipt or invoice prints, the last that counts everything."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from doctray.extraction.grounding import Found
from doctray.extraction.parse import fold
from doctray.extraction.rules.custom.values import read_typed
from doctray.extraction.rules.reading import Phrase, Sheet, in_row

Schema = Mapping[str, Any]

_ASKS = frozenset(
    {"total", "total amount", "grand total", "total due", "amount due", "total to pay", "total paid", "invoice total", "receipt total",
     "total price", "total sum", "balance due", "amount payable", "total payable"}
)  # fmt: skip

_TOTAL = re.compile(
    r"^(?:[#*]\s?)?(?:(?:grand|net|nett|takeout|takeaway|dine in|invoice|bill|rounded) )?total\b|"
    r"^(?:amount|balance) (?:due|payable)\b|^amount to pay\b"
)
_PARTIAL = re.compile(
    r"\b(?:qty|quantity|items?|count|sub|excl\w*|before|w o|without|gst|vat|tax|discounts?|savings?|saved|points|change|tendered|"
    r"received|cash|weight|pcs|units|includes)\b"
)
_WHOLE = re.compile(r"\b(?:rounded|payable|due|grand|incl(?!udes)\w*|to pay|nett?)\b")
_WITH_TAX = re.compile(r"\b(?:incl|inclusive|including|inc)\b(?: of)?(?: \d+)?(?: gst| vat| tax| sst)?(?: \d+)?")


@dataclass(frozen=True, slots=True)
class _Sum:
    """single: no other number stands beside it, as in the last row of a table of taxes. whole: it says that it counts everything."""

    single: bool
    whole: bool
    page: int
    top: float
    found: Found


def asks_for_total(names: Sequence[str]) -> bool:
    """Whether a property of these names wants the sum to pay."""
    return any(name in _ASKS for name in names)


def total_to_pay(sheets: Sequence[Sheet], schema: Schema) -> Found | None:
    """The last of the printed totals that says it is the whole (rounded, due, grand, with tax), else the last plain one; None without any.

    Sub-totals, totals without tax, of taxes, of items and of discounts are none.
    """
    sums = [found for sheet in sheets for phrase in sheet.phrases if (found := _sum(sheet, phrase, schema)) is not None]
    best = max(sums, key=lambda one: (one.single, one.whole, one.page, one.top), default=None)
    return None if best is None else best.found


def _sum(sheet: Sheet, phrase: Phrase, schema: Schema) -> _Sum | None:
    said = _WITH_TAX.sub(" incl ", phrase.folded)
    if not _TOTAL.match(said) or _PARTIAL.search(said) or any(_PARTIAL.search(p.folded) for p in sheet.left_of(phrase)):
        return None
    beside = sheet.right_of(phrase)
    if any(re.search(r"[a-z]{4}", fold(p.text)) for p in beside):
        return None  # a row of headings
    row = [phrase, *beside]
    numbered = [p for p in reversed(row) if any(character.isdigit() for character in p.text)]
    below = [
        p
        for p in sheet.below(Phrase.of(phrase.page, [word for p in row for word in p.words]), lines=1.2)
        if not re.search(r"[a-z]{3}", p.folded)
    ]
    alone = [
        p
        for p in below
        if all(other is p or not in_row(p.box, other.box) or not re.search(r"[a-z]{3}", other.folded) for other in sheet.left_of(p))
    ]
    for candidate in numbered or alone:
        found = read_typed(candidate, schema, None, ocr=sheet.ocr)
        if found is not None and found.value:
            return _Sum(len(numbered) < 2, bool(_WHOLE.search(said)), phrase.page, phrase.box.top, found)
    return None
