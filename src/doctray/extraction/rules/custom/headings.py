"""What stands on a paper without a label: who issued it, in its head, and where they are; the only date, address or web site."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from doctray.extraction.grounding import Found
from doctray.extraction.parse import DateOrder, fold
from doctray.extraction.rules.custom.values import format_of, read_typed
from doctray.extraction.rules.finds import joined, text_found
from doctray.extraction.rules.reading import Phrase, Sheet, lines_of

Schema = Mapping[str, Any]

_ISSUER = frozenset(
    {
        "company", "company name", "vendor", "vendor name", "merchant", "merchant name", "seller", "seller name", "supplier",
        "supplier name", "store", "store name", "shop", "shop name", "restaurant", "business name", "issuer", "issuer name", "issued by",
        "organisation", "organization",
    }
)  # fmt: skip
_ADDRESS = frozenset(
    {"address", "company address", "vendor address", "merchant address", "store address", "seller address", "supplier address",
     "shop address", "business address", "issuer address", "location"}
)  # fmt: skip

_PLAIN_DATES = frozenset(
    {
        "date",
        "document date",
        "issue date",
        "date of issue",
        "invoice date",
        "receipt date",
        "bill date",
        "transaction date",
        "purchase date",
    }
)
_ROLES = frozenset(
    {"due", "expiry", "expiration", "expires", "birth", "start", "end", "from", "to", "until", "valid", "effective", "begin", "delivery"}
)
"""Words that say which of several dates is meant: without their label, no date is known to be that one."""

_FIRM = re.compile(
    r"\b(?:sdn\.?\s?bhd|bhd|ltd|limited|inc|llc|llp|plc|gmbh|ag|kg|pty|corp(?:oration)?|company|co|s\.?a\.?|s\.?r\.?l|b\.?v|enterprise|trading|"
    r"restaurant|store|stores|shop|market|supermarket|mart|hotel|cafe|bakery|pharmacy|centre|center|services|industries|group)\b\.?",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(
    r"\b(?:invoice|receipt|bill|statement|order|quotation|delivery note|report|form|page|date|tel|fax|copy|welcome|tax)\b", re.IGNORECASE
)
_NO_NAME = re.compile(rf"\d{{4,}}|[:@]|{_DOCUMENT.pattern}", re.IGNORECASE)
_STREET = re.compile(
    r"\b(?:jalan|jln|lorong|street|st|road|rd|avenue|ave|lane|drive|dr|blvd|boulevard|square|place|way|court|park|taman|lot|no|unit|suite|floor|"
    r"block|p\.?o\.?\s?box|stra(?:ss|ß)e|rue|via|calle)\b|\d{4,6}\b|\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b",
    re.IGNORECASE,
)
_NO_ADDRESS = re.compile(
    r"\b(?:tel|telephone|fax|phone|hp|e-?mail|www|gst|vat|abn|reg\w*|rfg|co\.?\s?(?:no|reg)|roc|invoice|receipt|date|cashier|time|order|bill)\b|@|\d{7,}|"
    r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|"
    r"\b\d{2,4}[-\s]\d{3,4}[-\s]?\d{3,4}\b|^\W*\w{0,3}\d{4,}-?[A-Z]?\W*$",
    re.IGNORECASE,
)

_HEAD = 0.35
"""Part of the page, from the top, in which the issuer's name and address are looked for."""

_ADDRESS_LINES = 6


def unlabelled(sheets: Sequence[Sheet], names: Sequence[str], schema: Schema, order: DateOrder | None, *, dates: int) -> Found | None:
    """A value whose label is not printed, where the kind of the value or its usual place tells which it is. All are doubted as assumed.

    names: what the schema itself calls the property. dates: how many dates the schema asks for.
    """
    own = set(names)
    if format_of(schema) in ("date", "date-time"):
        plain = bool(own & _PLAIN_DATES) or (dates == 1 and not any(word in _ROLES for name in names for word in name.split()))
        found = _only_one(sheets, schema, order) if plain else None
    elif format_of(schema) in ("email", "idn-email", "uri"):
        found = _only_one(sheets, schema, order)
    else:
        return of_issuer(sheets, names)
    return None if found is None else _assumed(found)


def of_issuer(sheets: Sequence[Sheet], names: Sequence[str]) -> Found | None:
    """Name or address of who issued the paper, from its head, where one of the names asks for it; doubted as assumed."""
    own = set(names)
    found = _issuer(sheets) if own & _ISSUER else _address(sheets) if own & _ADDRESS else None
    return None if found is None else _assumed(found)


def _assumed(found: Found) -> Found:
    return replace(found, trust=min(found.trust, 0.5), doubts=tuple(dict.fromkeys((*found.doubts, "assumed"))))


def _only_one(sheets: Sequence[Sheet], schema: Schema, order: DateOrder | None) -> Found | None:
    """The only date, e-mail address or web site that is printed; of several none can be chosen."""
    found = [
        value for sheet in sheets for phrase in sheet.phrases if (value := read_typed(phrase, schema, order, ocr=sheet.ocr)) is not None
    ]
    return (
        found[0]
        if found and len({str(value.value).casefold()[: 10 if "date" in str(format_of(schema)) else None] for value in found}) == 1
        else None
    )


def _head(sheets: Sequence[Sheet]) -> Iterator[Phrase]:
    for sheet in sheets[:1]:
        yield from (line for line in lines_of(sheet) if line.box.center_y < _HEAD * sheet.height)


def _issuer(sheets: Sequence[Sheet]) -> Found | None:
    """In the head of the first page a line that is named like a firm, else the tallest one; with the line that it goes on from or to."""
    lines = [line for line in _head(sheets) if _is_name(line.text)]
    firms = [line for line in lines if _FIRM.search(line.text)]
    name = firms[0] if firms else max(lines, key=lambda line: line.height, default=None)
    if name is None:
        return None
    place = lines.index(name)
    parts = [name]
    if place and _FIRM.match(name.text) and _close(lines[place - 1], name):
        parts.insert(0, lines[place - 1])
    while place + 1 < len(lines) and _is_cut(parts[-1].text) and _close(parts[-1], lines[place + 1]):
        place += 1
        parts.append(lines[place])
    return text_found(parts[0]) if len(parts) == 1 else joined(parts, " ")


def _address(sheets: Sequence[Sheet]) -> Found | None:
    """The first lines of the head that read like an address, one beneath the other."""
    found: list[Phrase] = []
    for line in _head(sheets):
        if found and not (_close(found[-1], line) and _carries_on(found[-1], line)):
            break
        if found or _begins_address(line.text):
            found.append(line)
    return joined(found[:_ADDRESS_LINES]) if found else None


def _begins_address(text: str) -> bool:
    return (
        bool(_STREET.search(text))
        and not _NO_ADDRESS.search(text)
        and not (_FIRM.search(text) and not re.match(r"\W*(?:no|lot|unit|level)?\W*\d", text, re.IGNORECASE))
    )


def _carries_on(above: Phrase, line: Phrase) -> bool:
    if _NO_ADDRESS.search(line.text) or _DOCUMENT.search(line.text):
        return False
    listed = above.text.rstrip().endswith((",", "-")) or "," in line.text or _STREET.search(line.text) is not None
    return listed or (
        not above.text.rstrip().endswith(".") and len(line.words) <= 4 and line.text.replace(" ", "").replace(".", "").isalpha()
    )


def _close(above: Phrase, line: Phrase) -> bool:
    return line.box.top - above.box.bottom < 1.2 * line.height


def _is_cut(text: str) -> bool:
    return text.rstrip().endswith(("&", "-", ",")) or text.count("(") > text.count(")")


def _is_name(text: str) -> bool:
    return (
        sum(character.isalpha() for character in text) >= 3
        and not _NO_NAME.search(text)
        and not re.match(r"\W*(?:no|lot|unit)\W{0,2}\d", text, re.IGNORECASE)
        and len(fold(text).split()) <= 10
    )
