"""To whom a letter is written: the block of name and address over its salutation."""

import re
from collections.abc import Sequence
from dataclasses import replace

from doctray.extraction.parse import find_dates
from doctray.extraction.rules.certificate.parties import Party, is_address_line, party_of_lines
from doctray.extraction.rules.reading import Phrase, Sheet

_SALUTATION = re.compile(r"(?:dear\b|sehr geehrte|madame\b|monsieur\b|estimad[oa]s?\b|gentile\b|geachte\b)", re.IGNORECASE)
_NO_NAME = re.compile(
    r"(?:firma|herrn?|frau|an|to|m\.|messrs\.?|the manager|"
    r"(?:attn|attention|att)\b.{0,60}|by e?-?mail.{0,40}|via .{0,40})[.:]?",
    re.IGNORECASE,
)
_TRUST = 0.7
_MOST_LINES = 6


def addressee(sheet: Sheet) -> Party:
    """Name and address of the lowest block of lines over the salutation that ends with an address, at the letter's left edge."""
    salutation = next((phrase for phrase in sheet.phrases if _SALUTATION.match(phrase.text)), None)
    if salutation is None:
        return None, None
    box, height = salutation.box, salutation.height
    over = [phrase for phrase in sheet.phrases if phrase.box.bottom <= box.top and abs(phrase.box.left - box.left) < 1.5 * height]
    for block in reversed(_blocks(over)):
        lines = [line for line in block if not _NO_NAME.fullmatch(line.text) and not find_dates(line.text)]
        lines = lines[1:] if len(lines) > _LEAST_WITH_ROLE and _ROLE.fullmatch(lines[0].text) else lines
        ends = bool(lines) and (is_address_line(lines[-1].text) or _ends_with_code(lines))
        if 2 <= len(lines) <= _MOST_LINES and not is_address_line(lines[0].text) and ends:
            name, address = party_of_lines(lines)
            return None if name is None else replace(name, trust=_TRUST), None if address is None else replace(address, trust=_TRUST)
    return None, None


_LEAST_WITH_ROLE = 3
_ROLE = re.compile(
    r"the (?:[A-Z&][\w&]* ){0,4}(?:manager|officer|department|director|secretary|engineer|principal|clerk|committee)", re.IGNORECASE
)
"""An office to which a letter is written, over the organisation: The Procurement Manager."""


def _ends_with_code(lines: Sequence[Phrase]) -> bool:
    """Whether a block ends with a postcode in a line of its own, beneath a street."""
    return re.fullmatch(r"\d{4,6}", lines[-1].text.strip()) is not None and any(is_address_line(line.text) for line in lines[1:-1])


_APART = 1.2
"""Line heights between blocks at the least."""


def _blocks(lines: list[Phrase]) -> list[list[Phrase]]:
    """Lines, top to bottom, parted where a gap is between them."""
    blocks: list[list[Phrase]] = []
    for line in lines:
        if blocks and line.box.top - blocks[-1][-1].box.bottom < _APART * line.height:
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return blocks
