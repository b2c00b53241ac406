"""Names and addresses in a block of lines, as they stand under PRODUCER, INSURED or CERTIFICATE HOLDER."""

import re
from collections.abc import Sequence

from doctray.domain.document import Word
from doctray.extraction.grounding import Found
from doctray.extraction.parse import CANADIAN_POSTCODE, UK_POSTCODE, US_PLACE, find_dates, fold, unfilled
from doctray.extraction.rules.finds import joined
from doctray.extraction.rules.reading import Phrase, rows_of

Party = tuple[Found | None, Found | None]
"""(name, address in one line)"""

_STREET = re.compile(
    r"^\W?(?:\d+[A-Za-z]?(?:[-/]\d+)?,?\s+\w|[sdwc]/o\b|(?:(?:house|door|plot|shop|flat|h|d)\.? ?)?no\b[.:]? ?\d|plot\b|"
    r"(?:p\.?\s?o\.?|post office)\s*box\b|pob\b|suite\b|ste\b|un[il]t\b|flat\b|"
    r"(?:r\.?\s?r\.?|rural route|h\.?c\.?)\s?#?\s?\d+,?\s(?:p\.?o\.? )?box\b|[nsew]\d{3,5}[a-z]?\s+[a-z]|"
    r"floor\b|\d+(?:st|nd|rd|th) floor|c/o\b|one\s+\w+\s+(?:place|plaza|street|center))",
    re.IGNORECASE,
)
_NOT_ADDRESS = re.compile(
    r"@|\bwww\.|https?:|^\W*(?:tel|telephone|phone|ph|fax|e-?mail|mobile(?=\W*(?:$|[\d+(]|:|(?:phone|no|number|tel)\b))|cell|attn|attention|contact|email|website)\b|"
    r"^\W*(?:\+?\d[\d\s().\-/]{8,})(?:(?:ext|x)\W{0,2}\d{1,6})?$",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"^(?:d\.?/?b\.?/?a\.?\b|a\.?k\.?a\.?\b|t/a\b|trading as\b|and its\b|its\b|&|and\b|of\b|llc\b|inc\b|ltd\b|limited\b|"
    r"l\.l\.c|its successors|isaoa|atima|"
    r"(?:pvt|pte|pty|sdn|private)\b\.? ?(?:ltd|limited|bhd|berhad)\b|"
    r"(?:(?:holdings?|group|services?|insurance|agency|brokers?|partners|associates|enterprises|company|international|management) )+"
    r"(?:llc|l\.l\.c\.|inc\b\.?|ltd\b\.?|limited|corp\b\.?|corporation|co\b\.?|lp|llp)$)",
    re.IGNORECASE,
)
"""What goes on with the name of the line before; a line of nothing but a company's general words is the end of one."""

_GOVERNMENT = re.compile(r"(?:state|commonwealth|government|province) of\b", re.IGNORECASE)
_DEPARTMENT = re.compile(r"(?:department|dept\.?|division|ministry|office|bureau|board) of\b", re.IGNORECASE)

_END_THEN_STREET = re.compile(r"(?:inc|llc|l\.l\.c|ltd|corp|co|lp|llp|pllc)\b[.,]* (?=\d)", re.IGNORECASE)
_TO_BE_CONTINUED = re.compile(
    r"(?:\b(?:of|and|the|for|an?|dba|d/b/a|of (?:public|human|social|general|natural|environmental|financial|administrative))|[&,\-])$",
    re.IGNORECASE,
)
_PLACE_ON_THE_LINE = re.compile(r"(?<!\()\s(?=\d{1,6},?\s+(?:[NSEW]\.?\s+)?[A-Z][A-Za-z]+)")


def party(page: int, words: Sequence[Word]) -> Party:
    """Name and address of the words of a block, read row by row."""
    return party_of_lines([Phrase.of(page, row) for row in rows_of(words)])


def party_of_lines(lines: Sequence[Phrase]) -> Party:
    """The first lines are the name; the address starts where a street, a box or a place is printed."""
    kept = [line for line in lines if unfilled(line.text) is not None and fold(line.text) and not _UNANSWERED.fullmatch(line.text)]
    kept = [part for line in kept for part in parted_at_bar(line)]
    while len(kept) > 1 and _NOT_ADDRESS.search(kept[0].text):
        kept.pop(0)
    if not kept:
        return None, None
    kept = [*_parted_at_comma(kept[0]), *(part for line in kept[1:] for part in _parted_after_end(line))]
    if is_address_line(kept[0].text) and not is_address_line_after_name(kept[0].text) and not _is_name_with_number(kept):
        return None, joined([line for line in kept if not _is_no_address(line.text)])
    first, spilled = _name_then_place(kept[0])
    name = [first]
    rest = kept[1:]
    while (
        not spilled
        and rest
        and not is_address_line(rest[0].text)
        and (
            _CONTINUES.match(rest[0].text)
            or (_GOVERNMENT.match(name[0].text) and _DEPARTMENT.match(rest[0].text))
            or rest[0].text[:1].islower()
            or _TO_BE_CONTINUED.search(name[-1].text)
            or name[-1].text.count("(") > name[-1].text.count(")")
        )
    ):
        name.append(rest.pop(0))
    start = next((index for index, line in enumerate(rest) if is_address_line(line.text)), 0) if not spilled else 0
    if start and _STREET_THEN_NUMBER.fullmatch(rest[start - 1].text.strip(" ,")):
        start -= 1
    address = to_postcode([line for line in [*spilled, *rest[start:]] if not _is_no_address(line.text)])
    address = [part for line in address if (part := _without_registration(line)) is not None]
    return joined(name, " "), joined(address) if address else None


def _is_no_address(text: str) -> bool:
    """Whether a line among those of an address says how to reach somebody; one that names the suite of whom to ask for is of it."""
    return bool(_NOT_ADDRESS.search(text)) and not _SUITE_OF_SOMEBODY.match(text)


_SUITE_OF_SOMEBODY = re.compile(r"\W*att(?:entio)?n\b.*\b(?:ste|suite|unit|floor|room|bldg)\b\.? ?#?\w{1,6}$", re.IGNORECASE)

_UNANSWERED = re.compile(
    r"\W*(?:loan|lease|mortgage|account|acct|customer|client|file|job|project|contract|reference|ref|unit)\b\.? ?"
    r"(?:#|no\b\.?|number|id)? ?:\W*",
    re.IGNORECASE,
)
"""What a line asks for that nobody filled in: Loan #:"""

_REGISTRATION = re.compile(r",?\s?,?(?:GSTIN|GST|PAN|UIN|State code)\b", re.IGNORECASE)


def _without_registration(line: Phrase) -> Phrase | None:
    """A line of an address without the number for taxes that follows in it."""
    at = next((index for index, word in enumerate(line.words) if _REGISTRATION.match(word.text)), None)
    return line.part(0, at)


def _parted_at_comma(line: Phrase) -> list[Phrase]:
    """A first line that holds name and address, parted by its first comma: Falkenberg GmbH, Industriestraße 12, 51063 Köln."""
    cut = next((index for index, word in enumerate(line.words, 1) if word.text.endswith(",")), None)
    name, rest = (None, None) if cut is None else (line.part(0, cut), line.part(cut))
    if name is None or rest is None or len(name.words) < 2 or is_address_line(name.text) or not _OPENS_ADDRESS.match(rest.text):
        return [line]
    return [name, rest] if is_address_line(rest.text) or _STREET.match(rest.text) else [line]


def _parted_after_end(line: Phrase) -> list[Phrase]:
    """A line that begins with the end of a company's name and goes on with the street: Inc 914 Air Drive."""
    end = _END_THEN_STREET.match(line.text)
    count = 0 if end is None else len(end[0].split())
    return [part for part in (line.part(0, count), line.part(count)) if part is not None] if count else [line]


_OPENS_ADDRESS = re.compile(
    r"\d|(?:(?:house|door|plot|shop|flat|h|d)\.? ?)?no\b[.:]? ?\d|"
    r"[A-Z][\w\-]*(?:stra(?:ß|ss)e|weg|platz|allee|gasse|laan|straat) |p\.?\s?o\.?\s?box|suite|unit",
    re.IGNORECASE,
)

_STREET_THEN_NUMBER = re.compile(r"(?:[^\W\d][\w.'’/\-]*,? ){1,5}\d{1,4} ?[A-Za-z]?(?:[-/]\d{1,4})?")
"""A street before its number, as most of the world has it; a line over that of the town."""

_COMPANY = re.compile(
    r"\b(?:inc|llc|corp|corporation|ltd|limited|co|company|group|partners|services|enterprises|l\.?p|llp|trust)\b\.?$", re.IGNORECASE
)


def _is_name_with_number(lines: Sequence[Phrase]) -> bool:
    """Whether the first line is a company's name although it begins like a street: 305 Power Corp, 1-800 Radiator, over its own street."""
    after = next((index for index, line in enumerate(lines) if index and not _CONTINUES.match(line.text)), len(lines))
    lines = [lines[0], *lines[after:]]
    if len(lines) < 2 or not is_address_line(lines[1].text):
        return False
    over_its_street = any(
        _NUMBER_AND_STREET.match(line.text) and any(is_place(under.text) for under in lines[index + 1 :])
        for index, line in enumerate(lines[:3])
        if index
    )
    return bool(_COMPANY.search(lines[0].text)) or over_its_street


_NUMBER_AND_STREET = re.compile(r"\d+[A-Za-z]?(?:-\d+)?\s+\w|p\.?\s?o\.?\s*box\b", re.IGNORECASE)


def to_postcode(lines: Sequence[Phrase]) -> Sequence[Phrase]:
    """The lines up to the first with a postcode: what follows is another matter."""
    end = next(
        (
            i
            for i, line in enumerate(lines)
            if any(pattern.search(line.text) for pattern in (US_PLACE, UK_POSTCODE, CANADIAN_POSTCODE, _SIX_DIGITS))
        ),
        len(lines),
    )
    return lines[: end + 1]


def is_party(text: str) -> bool:
    """Whether the text can be who is named beside a label: words, no date, no sentence that goes on."""
    return (
        bool(re.search(r"[^\W\d_]{2}", text))
        and len(text.split()) <= 16
        and not find_dates(text)
        and not re.search(r"\bcertificate\b", text, re.IGNORECASE)
        and not re.match(r"\W*(?:no\.? ?\d+|is|are|has|have|named|shown|of|the terms|acord \d+|naic)\b", text, re.IGNORECASE)
        and not _LABELLED.match(text)
        and not _DIALLED.search(_DIALLED_AFTER.sub("", text))
        and not _SUM.match(text)
        and not _LIMIT_OF_INDEMNITY.search(text)
        and not _REFERS.match(text)
        and not re.fullmatch(
            r"\W*(?:ltd|limited|inc|llc|plc|gmbh|only|limits?|yes|no|none|premium|details|coverage|insurance|insured|carrier|company|"
            r"policy|and|or|code|name|number|information|"
            r"sex|gender|age)\W*",
            text,
            re.IGNORECASE,
        )
    )


_LIMIT_OF_INDEMNITY = re.compile(r"\b(?:limits? of (?:indemnity|liability)|sums? insured)\b", re.IGNORECASE)

_SUM = re.compile(r"\W*[$£€₹] ?\d")
"""A sum, which is nobody's name whatever stands after it: £1,000,000 Professional Indemnity."""

_DIALLED_AFTER = re.compile(r"(?<=[a-z]{3}),?\s\(?\d{3}\)?[ .\-]{1,2}\d{3}[.\-]\d{4}$")
"""A telephone number after a name."""

_DIALLED = re.compile(r"(?<![\w-])\(?\d{3}\)?[ .\-]{1,2}\d{3}[.\-]\d{4}\b")
"""A telephone number of North America, beside whatever recognition made of the words that ask for it."""

_REFERS = re.compile(r"\W*(?:(?:please )?(?:refer|see)\b|as per\b|code\b)", re.IGNORECASE)
"""What says that a name stands elsewhere, or the rest of another label: Intermediary Code."""

_LABELLED = re.compile(r"(?!name\b|company\b|attn\b)(?:[A-Za-z]+ ){0,2}[A-Za-z]+: (?:none|yes|no|nil|n/a)\b", re.IGNORECASE)
"""The answer to another label, as in Optional Coverage: None."""

_SIX_DIGITS = re.compile(r"\b[A-Z][A-Za-z]{2,24} ?[-–,]? ?\d{3} ?\d{3}\W*$")
"""A town with its postcode at the end of a line (India, Singapore)."""

_PLACE_ELSEWHERE = re.compile(
    r"\b(?:[A-Z]{1,2}-)?\d{4,5}(?: [A-Z]{2})?,? [A-ZÄÖÜÉ][\w\-]{2,}|\b(?:NSW|QLD|VIC|TAS|ACT|NT|SA|WA),?\s+\d{4}\b|"
    r"\b[A-Z][A-Za-z]+[ ,\-–]{1,3}\d{6}\b|"
    r"\b[A-Z][\w\-]*(?:stra(?:ß|ss)e|weg|platz|allee|gasse|laan|straat)\s+\d+"
)
"""Postcodes before their town (Europe), after a state (Australia) or a town (India, Singapore), and streets before their number."""


def is_address_line(text: str) -> bool:
    """Whether the line is of an address: a street with its number, a box, a suite, or a place with its postcode."""
    if _NOT_ADDRESS.search(text):
        return False
    if _PLACE_ELSEWHERE.search(text) and not re.match(r"\W*(?:policy|certificate|no)\b", text, re.IGNORECASE):
        return True
    return bool(_STREET.match(text.strip()) or US_PLACE.search(text) or UK_POSTCODE.search(text) or CANADIAN_POSTCODE.search(text))


def is_place(text: str) -> bool:
    """Whether the line holds a town with its postcode."""
    return any(pattern.search(text) for pattern in (US_PLACE, UK_POSTCODE, CANADIAN_POSTCODE, _PLACE_ELSEWHERE))


def is_address_line_after_name(text: str) -> bool:
    """Whether an address line starts with a name: Sunrise Services LLC 425 Harbor Road."""
    return not _STREET.match(text.strip()) and bool(_PLACE_ON_THE_LINE.search(text))


def _name_then_place(line: Phrase) -> tuple[Phrase, list[Phrase]]:
    """A first line that holds the street too, taken apart before its number; a name has two words at least, or a company's ending."""
    match = _PLACE_ON_THE_LINE.search(line.text)
    before = "" if match is None else line.text[: match.start()]
    named = len(before.split()) > 1 or bool(_COMPANY.search(before))
    if not named or _COMPANY.search(line.text) or _STREET.match(line.text):
        return line, []
    cut = len(before.split())
    name, place = line.part(0, cut), line.part(cut)
    return (line, []) if name is None or place is None else (name, [place])


def parted_at_bar(line: Phrase) -> list[Phrase]:
    """A line up to the bar that parts its name from what follows, which is kept where it is an address."""
    cut = next((index for index, word in enumerate(line.words) if index and word.text in ("|", "•", "·")), None)
    part, rest = line.part(0, cut), None if cut is None else line.part(cut + 1)
    if part is None:
        return [line]
    return [part, rest] if rest is not None and is_address_line(rest.text) else [part]
