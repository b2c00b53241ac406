"""Ties a value to the words that it was read from.

The rules carry every value as a `Found`, together with its words, so that provenance is there by construction; `settle`
takes a tree of them apart. `grounded` does the same for values that came without words (a model's answer).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from doctray.domain.document import Document, Word
from doctray.domain.extraction import Fields, Provenance, Warning, leaves
from doctray.extraction.parse import DateOrder, find_amounts, find_dates, fold, read_amount


def provenance_of(page: int, words: Sequence[Word]) -> Provenance:
    """Where these words of one page stand, as one place. words: at least one. The confidence is the least of theirs."""
    box = words[0].box
    for word in words[1:]:
        box = box.union(word.box)
    return Provenance(page=page, box=box, text=" ".join(word.text for word in words), confidence=min(word.confidence for word in words))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A value with the words of one page that say so. doubts: codes of warnings, see `DOUBTS`. trust: [0, 1], of the rule."""

    value: Any
    page: int
    words: tuple[Word, ...]
    doubts: tuple[str, ...] = ()
    trust: float = 1.0


DOUBTS = {
    "ambiguous_date": "Day and month of this date can be swapped, and nothing on the document tells which is which.",
    "repaired_date": "Characters of this date were put right after recognition.",
    "repaired_amount": "Characters of this amount were put right after recognition.",
    "repaired_identifier": "Characters of this number were put right after recognition.",
    "currency_sign_read_as_digit": "The first digit as recognised may be the currency sign; it was left out of the amount.",
    "assumed": "This is not printed as such; it follows from how such documents are laid out.",
    "low_confidence": "The words behind this value were recognised with little confidence.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A tree of found values taken apart. provenance: JSON Pointer → place."""

    fields: Fields
    provenance: Mapping[str, Provenance]
    warnings: tuple[Warning, ...] = field(default=())


LOW_CONFIDENCE = 0.3
"""Below this a word of stock EasyOCR is wrong more often than not (measured on the certificates at hand)."""


def settle(tree: Mapping[str, Any]) -> Settled:
    """Plain fields, provenance and warnings of a tree whose leaves are `Found` or plain values that need no place."""
    provenance: dict[str, Provenance] = {}
    warnings: list[Warning] = []

    def plain(node: Any, pointer: str) -> Any:
        if isinstance(node, Mapping):
            return {key: plain(item, f"{pointer}/{_escaped(key)}") for key, item in node.items()}
        if isinstance(node, list | tuple):
            return [plain(item, f"{pointer}/{index}") for index, item in enumerate(node)]
        if not isinstance(node, Found):
            return node
        place = provenance_of(node.page, node.words)
        provenance[pointer] = Provenance(
            page=place.page, box=place.box, text=place.text, confidence=round(place.confidence * node.trust, 3)
        )
        doubts = (*node.doubts, "low_confidence") if place.confidence < LOW_CONFIDENCE else node.doubts
        warnings.extend(Warning(code=code, message=DOUBTS[code], pointer=pointer) for code in dict.fromkeys(doubts))
        return node.value

    fields = plain(tree, "")
    return Settled(fields=fields, provenance=provenance, warnings=tuple(warnings))


def grounded(fields: Fields, document: Document, *, exempt: Sequence[str] = ()) -> tuple[dict[str, Provenance], list[Warning]]:
    """Provenance of every leaf that stands on a page, and an `ungrounded` warning for each that does not.

    Text is compared without case and signs; dates and amounts by meaning, so that 2025-02-01 stands where "1 Feb 2025" is
    printed. Booleans and the keys in `exempt` need no place. The first place in reading order wins.
    """
    provenance: dict[str, Provenance] = {}
    warnings: list[Warning] = []
    for pointer, value in leaves(fields):
        if isinstance(value, bool) or pointer.rsplit("/", 1)[-1] in exempt:
            continue
        place = _place(value, document)
        if place is not None:
            provenance[pointer] = place
        else:
            warnings.append(ungrounded(pointer))
    return provenance, warnings


def ungrounded(pointer: str) -> Warning:
    return Warning(code="ungrounded", message="This value was not found on any page.", pointer=pointer)


def _place(value: object, document: Document) -> Provenance | None:
    for page in document.pages:
        for line in page.lines:
            span = _span(value, line.words)
            if span:
                return provenance_of(page.number, span)
        span = _span_over_lines(value, tuple(page.words))
        if span:
            return provenance_of(page.number, span)
    return None


def _span(value: object, words: Sequence[Word]) -> Sequence[Word]:
    """The fewest neighbouring words that mean the value."""
    longest = min(len(words), max(8, len(str(value).split()) + 2))
    for size in range(1, longest + 1):
        for start in range(len(words) - size + 1):
            if _means(value, " ".join(word.text for word in words[start : start + size])):
                return words[start : start + size]
    return ()


def _means(value: object, text: str) -> bool:
    if isinstance(value, int | float):
        amount = read_amount(text)
        return (amount is not None and amount.value == value) or any(found.value == value for _, _, found in find_amounts(text))
    wanted = str(value)
    if fold(wanted) and fold(text) == fold(wanted):
        return True
    return any(read.value.isoformat() == wanted for order in DateOrder for read in find_dates(text, order))


def _span_over_lines(value: object, words: Sequence[Word]) -> Sequence[Word]:
    """Words that follow one another over line ends and spell the value, where it is text."""
    wanted = fold(str(value)).replace(" ", "") if isinstance(value, str) else ""
    if len(wanted) < 4:
        return ()
    letters, owner = "", []
    for index, word in enumerate(words):
        folded = fold(word.text).replace(" ", "")
        letters += folded
        owner += [index] * len(folded)
    start = letters.find(wanted)
    return () if start < 0 else words[owner[start] : owner[start + len(wanted) - 1] + 1]


def _escaped(key: object) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")
