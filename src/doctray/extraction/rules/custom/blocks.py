"""Blocks under a heading: who is billed, where goods go. The heading names the party; its name and address stand beneath it."""

from collections.abc import Sequence

from doctray.extraction.grounding import Found
from doctray.extraction.parse import fold
from doctray.extraction.rules.finds import joined, text_found
from doctray.extraction.rules.labels import filled, likeness
from doctray.extraction.rules.reading import Phrase, Sheet

MOST_LINES = 7

_NAME = frozenset(
    {"name", "company", "company name", "full name", "customer", "customer name", "organisation", "organization", "recipient"}
)
_ADDRESS = frozenset({"address", "street address", "full address", "mailing address", "postal address"})
_PARTIES = (
    ("bill to", "billed to", "invoice to", "sold to", "customer", "client", "buyer", "billing", "billing address", "purchaser"),
    ("ship to", "deliver to", "delivery address", "shipping address", "consignee", "recipient", "shipping", "delivery"),
    ("from", "seller", "vendor", "supplier", "issuer", "shipper", "sender", "consignor", "remit to"),
)


def heading_names(names: Sequence[str]) -> list[str]:
    """What the heading of a party may be, by what the schema calls the party: customer → bill to, sold to …"""
    same = [other for group in _PARTIES if any(name in group for name in names) for other in group]
    return list(dict.fromkeys((*names, *same)))


def lines_under(sheets: Sequence[Sheet], names: Sequence[str]) -> list[Phrase]:
    """The lines beneath the first heading of one of these names: left-aligned, one close beneath the other, up to the next label."""
    for name in names:
        for sheet in sheets:
            for phrase in sheet.phrases:
                if likeness(fold(phrase.text), name) and (lines := _beneath(sheet, phrase)):
                    return lines
    return []


def part_of_block(lines: Sequence[Phrase], own: Sequence[str]) -> Found | None:
    """The name (the first line) or the address (the others) of a block; None for what has no such place in it."""
    if len(lines) < 2:
        return None
    if _NAME & set(own):
        return text_found(lines[0], trust=0.8)
    return joined(lines[1:]) if _ADDRESS & set(own) else None


def _beneath(sheet: Sheet, heading: Phrase) -> list[Phrase]:
    out: list[Phrase] = []
    above = heading
    while len(out) < MOST_LINES:
        near = [p for p in sheet.below(above, lines=1.0) if abs(p.box.left - heading.box.left) < 2 * heading.height]
        if not near or ":" in near[0].text or not filled(near[0].text):
            return out
        above = near[0]
        out.append(above)
    return out
