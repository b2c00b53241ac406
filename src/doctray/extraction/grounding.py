"""Ties a value to the words that it was read from.

The rules carry every value as a `Found`, together with its words, so that provenance is there by construction; `settle`
takes a tree of them apart. `placing.grounded` looks for the words of values that came without (a model's answer).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from doctray.domain.document import Word
from doctray.domain.extraction import Fields, Provenance, Warning
from doctray.extraction.json_pointer import escaped


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
    """A tree of found values taken apart. provenance: JSON Pointer → place; found: JSON Pointer → what was found there."""

    fields: Fields
    provenance: Mapping[str, Provenance]
    warnings: tuple[Warning, ...] = field(default=())
    found: Mapping[str, Found] = field(default_factory=dict)


LOW_CONFIDENCE = 0.3
"""Below this a word of stock EasyOCR is wrong more often than not (measured on the certificates at hand)."""


def settle(tree: Mapping[str, Any]) -> Settled:
    """Plain fields, provenance and warnings of a tree whose leaves are `Found` or plain values that need no place."""
    provenance: dict[str, Provenance] = {}
    warnings: list[Warning] = []
    placed: dict[str, Found] = {}

    def plain(node: Any, pointer: str) -> Any:
        if isinstance(node, Mapping):
            return {key: plain(item, f"{pointer}/{escaped(key)}") for key, item in node.items()}
        if isinstance(node, list | tuple):
            return [plain(item, f"{pointer}/{index}") for index, item in enumerate(node)]
        if not isinstance(node, Found):
            return node
        place = provenance_of(node.page, node.words)
        placed[pointer] = node
        provenance[pointer] = Provenance(
            page=place.page, box=place.box, text=place.text, confidence=round(place.confidence * node.trust, 3)
        )
        doubts = (*node.doubts, "low_confidence") if place.confidence < LOW_CONFIDENCE else node.doubts
        warnings.extend(Warning(code=code, message=DOUBTS[code], pointer=pointer) for code in dict.fromkeys(doubts))
        return node.value

    fields = plain(tree, "")
    return Settled(fields=fields, provenance=provenance, warnings=tuple(warnings), found=placed)


def ungrounded(pointer: str) -> Warning:
    return Warning(code="ungrounded", message="This value was not found on any page.", pointer=pointer)
