"""Reads dates, amounts and identifiers as people print them. Pure text in, values out; nothing here knows a page."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from doctray.extraction.worded_dates import MONTH_NAMES, MONTH_NUMBERS, worded_dates


class DateOrder(StrEnum):
    """How a document writes numeric dates."""

    MONTH_FIRST = "month_first"
    DAY_FIRST = "day_first"


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRead:
    """A date found in a text. start, end: its span. ambiguous: day and month could be swapped and nothing told which.

    repaired: letters or strokes that OCR put for digits and slashes were put right.
    """

    value: date
    start: int
    end: int
    ambiguous: bool = False
    repaired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A sum of money: whole units where it has no fraction. currency: ISO 4217, or None where no sign tells it."""

    value: int | float
    currency: str | None = None
    repaired: bool = False


_SEPARATOR = r"\s?[/.\-–—]\s?"
_MONTH = rf"(?P<{{0}}>{MONTH_NAMES})"
_ORDINAL = r"(?:\s?(?:st|nd|rd|th)\b)?"
_YEAR = r"(?P<{0}>\d{{4}}|'?\d{{2}})"
_EDGE, _END = r"(?<![\dA-Za-z])", r"(?!\d|[/\-]\d)"

_ISO = re.compile(rf"{_EDGE}(?P<y>(?:19|20)\d\d)(?P<sep>\s?[/.\-–]\s?)(?P<m>\d{{1,2}})(?P=sep)(?P<d>\d{{1,2}})(?!\d)")
_NUMERIC = re.compile(rf"{_EDGE}(?P<a>\d{{1,2}}){_SEPARATOR}(?P<b>\d{{1,2}}){_SEPARATOR}(?P<y>\d{{4}}(?!\d)|\d{{2}}{_END})")
_DAY_MONTH = re.compile(
    rf"{_EDGE}(?P<d>\d{{1,2}}){_ORDINAL}(?:\s+day)?(?:\.?\s+(?:of|"
    rf"de))?[\s,.\-–/]*{_MONTH.format('mon')}(?![^\W\d_])\.?(?:\s+(?:in\s+the\s+year|de|del))?[\s,.\-–/]*{_YEAR.format('y')}{_END}",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    rf"(?<![A-Za-z]){_MONTH.format('mon')}(?![^\W\d_])\.?[\s.\-–/]*(?P<d>\d{{1,2}}){_ORDINAL}[\s,.\-–/]+{_YEAR.format('y')}{_END}",
    re.IGNORECASE,
)
_SLASHES_AS_STROKES = re.compile(r"(?<!\d)(?P<a>0[1-9]|1[0-2]|[12]\d|3[01])[17|lI](?P<b>0[1-9]|[12]\d|3[01])[17|lI](?P<y>20[0-4]\d)(?!\d)")
_DIGIT_LIKE = str.maketrans(
    {
        "O": "0",
        "o": "0",
        "Q": "0",
        "D": "0",
        "C": "0",
        ":": "1",
        "l": "1",
        "I": "1",
        "|": "1",
        "i": "1",
        "S": "5",
        "s": "5",
        "B": "8",
        "Z": "2",
    }
)
_NEARLY_NUMERIC = re.compile(r"(?<![\w/])[\dOoQDClI|iSsBZ]{1,2}[/\-.][\dOoQDClI|:iSsBZ]{1,2}[/\-.][\dOoQDClI|iSsBZ]{2,4}(?![\w/])")
_ORDINAL_SLIP = re.compile(r"\b[Il|](?=st\b)")

_TWO_DIGIT_YEARS_FROM = 1970
"""A two-digit year is the one in the hundred years from here: papers that are certificates are of our time."""


def find_dates(text: str, order: DateOrder | None = None) -> list[DateRead]:
    """Every date printed in the text, left to right, without overlaps.

    order: how this document writes numeric dates (`order_of`); None leaves those that can be read both ways ambiguous,
    valued month first. A text without a year holds no date.
    """
    found = _plain_dates(text, order)
    if not found:
        found = [_repaired(read) for read in _plain_dates(_mended(text), order)]
    return sorted(found, key=lambda read: read.start)


def read_date(text: str, order: DateOrder | None = None) -> DateRead | None:
    """The only or first date of the text."""
    return next(iter(find_dates(text, order)), None)


def order_of(texts: Iterable[str]) -> DateOrder | None:
    """How a document writes numeric dates: by a day above 12, a printed pattern, whole years between dates, then signs of its country."""
    joined = "\n".join(texts)
    votes = {DateOrder.MONTH_FIRST: 0, DateOrder.DAY_FIRST: 0}
    for match in _NUMERIC.finditer(joined):
        first, second = int(match["a"]), int(match["b"])
        if first > 12 >= second:
            votes[DateOrder.DAY_FIRST] += 1
        elif second > 12 >= first:
            votes[DateOrder.MONTH_FIRST] += 1
    if votes[DateOrder.MONTH_FIRST] != votes[DateOrder.DAY_FIRST]:
        return max(votes, key=lambda order: votes[order])
    if any(votes.values()):
        return None
    printed = {order for order, pattern in _PRINTED.items() if pattern.search(joined)}
    if len(printed) == 1:
        return printed.pop()
    whole_years = _order_of_whole_years(joined)
    if whole_years is not None:
        return whole_years
    if re.search(r"\bm{1,2}\s?[/.\-]?\s?d{1,2}\s?[/.\-]?\s?y{2,4}\b", joined, re.IGNORECASE):
        return DateOrder.MONTH_FIRST
    if re.search(r"\bd{1,2}\s?[/.\-]?\s?m{1,2}\s?[/.\-]?\s?[yj]{2,4}\b", joined, re.IGNORECASE):
        return DateOrder.DAY_FIRST
    return _order_of_country(joined)


_PRINTED = {
    DateOrder.MONTH_FIRST: re.compile(r"\(mm?([/.\- ])dd?\1yy(?:yy)?\)", re.IGNORECASE),
    DateOrder.DAY_FIRST: re.compile(r"\(dd?([/.\- ])mm?\1(?:yy(?:yy)?|jj(?:jj)?|aa(?:aa)?)\)", re.IGNORECASE),
}
"""The pattern in brackets with which a form asks for its dates."""

_MOST_DATES_PAIRED = 40


def _order_of_whole_years(text: str) -> DateOrder | None:
    """The one order under which some two dates lie whole years apart, to the day or less a day: 11/06/2026 and 10/06/2031."""
    matches = [match for match, _ in zip(_NUMERIC.finditer(text), range(_MOST_DATES_PAIRED), strict=False)]
    telling = dict.fromkeys(DateOrder, 0)
    for order in DateOrder:
        days = [read.value for match in matches if (read := _numeric(match, order)) is not None]
        telling[order] = sum(_spans_whole_years(start, end) for start in days for end in days if start < end)
    if telling[DateOrder.MONTH_FIRST] == telling[DateOrder.DAY_FIRST]:
        return None
    return max(telling, key=lambda order: telling[order])


_LONGEST_SPAN_YEARS = 10


def _spans_whole_years(start: date, end: date) -> bool:
    after = end + timedelta(days=1)
    return any(
        (day.month, day.day) == (start.month, start.day) and 0 < day.year - start.year <= _LONGEST_SPAN_YEARS for day in (end, after)
    )


def has_date_shape(text: str) -> bool:
    """Whether the text is a date and nothing else but a time of day."""
    found = find_dates(text)
    if len(found) != 1:
        return False
    rest = text[: found[0].start] + text[found[0].end :]
    return len(re.sub(r"\d{1,2}[:.]\d\d|[ap]\.?m\.?|\b(?:at|on|the)\b|\W", "", rest, flags=re.IGNORECASE)) <= 2


def _plain_dates(text: str, order: DateOrder | None) -> list[DateRead]:
    found = [DateRead(value=value, start=start, end=end) for start, end, value in worded_dates(text)]
    for pattern in (_ISO, _DAY_MONTH, _MONTH_DAY, _NUMERIC):
        for match in pattern.finditer(text):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            read = _numeric(match, order) if pattern is _NUMERIC else _named(match)
            if read is not None:
                found.append(read)
    return found


def _numeric(match: re.Match[str], order: DateOrder | None) -> DateRead | None:
    first, second, year = int(match["a"]), int(match["b"]), _year(match["y"])
    month_first, day_first = _date(year, first, second), _date(year, second, first)
    if month_first is None or day_first is None or month_first == day_first:
        value = month_first or day_first
        return None if value is None else DateRead(value=value, start=match.start(), end=match.end())
    if order is None and "." in match[0]:
        order = DateOrder.DAY_FIRST  # dots part dates only where the day comes first
    value = day_first if order is DateOrder.DAY_FIRST else month_first
    return DateRead(value=value, start=match.start(), end=match.end(), ambiguous=order is None)


def _named(match: re.Match[str]) -> DateRead | None:
    parts = match.groupdict()
    month = int(parts["m"]) if parts.get("m") else MONTH_NUMBERS[parts["mon"].lower()]
    value = _date(_year(parts["y"]), month, int(parts["d"]))
    return None if value is None else DateRead(value=value, start=match.start(), end=match.end())


def _year(text: str) -> int:
    number = int(text.lstrip("'"))
    if len(text.lstrip("'")) == 4:
        return number
    century = _TWO_DIGIT_YEARS_FROM // 100 * 100
    return century + number if century + number >= _TWO_DIGIT_YEARS_FROM else century + 100 + number


def _date(year: int, month: int, day: int) -> date | None:
    if not 1900 <= year <= 2100:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _mended(text: str) -> str:
    """The text with the slips of OCR inside dates put right; as long as before, so that spans hold."""
    text = _NEARLY_NUMERIC.sub(lambda match: match[0].translate(_DIGIT_LIKE) if re.search(r"\d", match[0]) else match[0], text)
    text = _SLASHES_AS_STROKES.sub(lambda match: f"{match['a']}/{match['b']}/{match['y']}", text)
    text = _PARTED_DAY.sub(r"\1\2 ", text)
    return _MONTH_WITH_ACCENTS.sub(_plain, _ORDINAL_SLIP.sub("1", text))


_PARTED_DAY = re.compile(r"(?<![\d/])(\d{1,2}/[0-3]) (\d/(?:\d{2}|\d{4}))(?![\d/])")
"""A date whose day recognition set apart: 03/3 1/27."""


_MONTH_WITH_ACCENTS = re.compile(r"(?<![^\W\d_])[^\W\d_]{3,9}(?=\.?\s?\d)")
"""A word before a number, as a month is before its day: specks put accents on letters (Aúg 15, 2027)."""


def _plain(match: re.Match[str]) -> str:
    """The word without accents, letter for letter, where that makes it a month."""
    plain = "".join(unicodedata.normalize("NFD", letter)[0] for letter in match[0])
    return plain if plain.lower() in MONTH_NUMBERS else match[0]


def _repaired(read: DateRead) -> DateRead:
    return DateRead(value=read.value, start=read.start, end=read.end, ambiguous=read.ambiguous, repaired=True)


_US_STATES = "A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY]"
US_PLACE = re.compile(rf"\b(?:{_US_STATES})\.?,?\s{{0,6}}\d{{5}}(?:-\d{{4}})?\b")
UK_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b")
CANADIAN_POSTCODE = re.compile(r"\b[A-Z]\d[A-Z]\s\d[A-Z]\d\b")
_DAY_FIRST_SIGNS = re.compile(
    r"£|€|₹|\bRs\.?\s?\d|\b(?:United Kingdom|England|Scotland|Ireland|Australia|New Zealand|India|Pakistan|South Africa|"
    r"Nigeria|Kenya|Singapore|Malaysia|GmbH|Pty|Sdn|VAT|GST|ABN|EUR|[Cc]ertifica(?:mos)? que|attest(?:e|ons) que|attesta che|"
    r"carga horária|[Aa]pólice|[Pp]olizza|"
    r"[Aa]segurado|[Ss]ouscripteur|[Vv]ersicherung\w*|[Vv]erzekering\w*|teilgenommen)\b|\.(?:co\.uk|com\.au|co\.nz|co\.za|ie|de|fr|in)\b"
)
_MONTH_FIRST_SIGNS = re.compile(r"\bACORD\b|\bNAIC\b|\b(?:United States|U\.?S\.?A\.?)\b|\bState of [A-Z]")


def _order_of_country(text: str) -> DateOrder | None:
    month_first = bool(US_PLACE.search(text) or _MONTH_FIRST_SIGNS.search(text))
    day_first = bool(UK_POSTCODE.search(text) or _DAY_FIRST_SIGNS.search(text))
    if month_first == day_first:
        return None
    return DateOrder.MONTH_FIRST if month_first else DateOrder.DAY_FIRST


# amounts

_CURRENCIES = {
    "$": "USD", "us$": "USD", "usd": "USD", "£": "GBP", "gbp": "GBP", "€": "EUR", "eur": "EUR", "₹": "INR", "rs": "INR", "inr": "INR",
    "c$": "CAD", "ca$": "CAD", "cad": "CAD", "a$": "AUD", "au$": "AUD", "aud": "AUD", "nz$": "NZD", "nzd": "NZD", "r": "ZAR", "zar": "ZAR",
    "s$": "SGD", "sgd": "SGD", "hk$": "HKD", "hkd": "HKD", "chf": "CHF", "¥": "JPY", "jpy": "JPY", "aed": "AED", "rm": "MYR", "myr": "MYR",
    "ngn": "NGN", "n": "NGN", "₦": "NGN", "kes": "KES", "ksh": "KES", "kshs": "KES", "ghs": "GHS",
}  # fmt: skip
_SIGN = (
    r"(?:us|ca?|au?|nz|s|hk)?\$|£|€|₹|¥|usd|gbp|eur|inr|cad|aud|nzd|zar|sgd|hkd|chf|jpy|aed|myr|ngn|kes|kshs?\.?|ghs|₦|"
    r"rs\.?|rm|[rn](?=\s?\d)"
)
_NUMBER = (
    r"\d{1,2}(?P<lakhs>,\d{2})(?:,\d{2})*,\d{3}(?:\.\d{1,2})?(?!\d)|"
    r"\d{1,3}(?:(?P<group>[,.\s'’])\d{3}(?:(?P=group)\d{3})*)?(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,2})?(?!\d)"
)
_SCALE = r"(?:\s?(?P<scale>k|m|mm|mn|mil|mio|million|thousand|b|bn|billion|lakhs?|lacs?|crores?)\b\.?)"
_AMOUNT = re.compile(
    rf"(?<![\w.,\-/])(?:(?P<before>{_SIGN})\s?)?(?P<number>{_NUMBER}){_SCALE}?(?:[,.]\s?[-–—]+)?(?:\s?(?P<after>{_SIGN})(?![A-Za-z\d]))?(?:(?=/-(?!\w))|(?![\w%/\-]|[.,]\d))",
    re.IGNORECASE,
)
_SCALES = {
    "k": 10**3,
    "thousand": 10**3,
    "b": 10**9,
    "bn": 10**9,
    "billion": 10**9,
    "lakh": 10**5,
    "lakhs": 10**5,
    "lac": 10**5,
    "lacs": 10**5,
    "crore": 10**7,
    "crores": 10**7,
}

AMOUNT_WORDS = re.compile(
    r"^(?:up to\s+)?(?:included|incl|inc|excluded|statutory(?: limits?)?|per statute|unlimited|nil|none|not (?:covered|"
    r"applicable|included)|"
    r"as per policy|policy limits?|agreed value|market value|actual cash value|acv|per policy|"
    r"(?:see|refer to) (?:acord \d{2,3}|attached))\.?$",
    re.IGNORECASE,
)
"""What is printed in the place of a limit when it is no sum."""


def read_amount(text: str) -> Amount | None:
    """The amount that the text is, or None. Signs and codes of currencies, grouping by , . ' or space, 2m, 50K, 1.5 million."""
    match = _AMOUNT.fullmatch(_folded(text).strip(" :;*|_").rstrip("."))
    if match is not None:
        return _amount(match)
    mended = _mended_amount(text)
    if mended is None:
        return None
    match = _AMOUNT.fullmatch(mended)
    return None if match is None else _amount(match, repaired=True)


def find_amounts(text: str) -> list[tuple[int, int, Amount]]:
    """(start, end, amount) of every sum with a sign, a scale or grouped digits; bare small numbers are not money."""
    folded = _folded(text)
    matches = (match for match in _AMOUNT.finditer(folded) if any(match[part] for part in ("before", "after", "scale", "group", "lakhs")))
    return [(match.start(), match.end(), _amount(match)) for match in matches if not _is_of_telephone(match, folded)]


def _is_of_telephone(match: re.Match[str], text: str) -> bool:
    """Whether digits parted by spaces go on before or after, as those of a telephone number do: +44 (0) 203 126 4042."""
    spaced = match["group"] == " " and not (match["before"] or match["after"] or match["scale"])
    return spaced and (re.match(r" \d", text[match.end() :]) is not None or _DIALLED.search(text[: match.start()]) is not None)


_DIALLED = re.compile(r"(?:\(\d{1,5}\)|\+\d{1,4}|\b(?:tel|telephone|phone|fax|mobile|call)\b\W{0,3})\W{0,2}$", re.IGNORECASE)


def is_common_limit(value: float) -> bool:
    """Whether insurers write limits of this size: one or two leading digits, as 1,000,000, 300,000, 25,000, 1,500,000."""
    if value < 1000 or value != int(value):
        return False
    digits = str(int(value)).rstrip("0")
    return len(digits) == 1 or digits in {"15", "25", "35", "75"}


def without_sign_read_as_digit(text: str) -> int | None:
    """The sum without its first digit, where that digit may be a currency sign that OCR misread ($1,000,000 → 51,000,000).

    Only where what remains is a common limit and the whole is not, or is grouped as no sum is (5100,000).
    """
    match = re.fullmatch(r"[58]\s?(\d{1,3}(?:,\d{3})+)", text.strip(" .:|"))
    if match is None:
        return None
    rest = int(match[1].replace(",", ""))
    whole = int(re.sub(r"\D", "", text))
    badly_grouped = len(match[1].split(",")[0]) == 3
    return rest if is_common_limit(rest) and (badly_grouped or not is_common_limit(whole)) else None


def _amount(match: re.Match[str], *, repaired: bool = False) -> Amount:
    value = _number(match["number"]) * _scale(match["scale"])
    sign = (match["before"] or match["after"] or "").lower().rstrip(".")
    rounded = round(value, 2)
    return Amount(value=int(rounded) if rounded == int(rounded) else rounded, currency=_CURRENCIES.get(sign), repaired=repaired)


def _number(text: str) -> float:
    decimal = re.search(r"[.,](\d{1,2})$", text)
    whole = re.sub(r"\D", "", text[: decimal.start()] if decimal else text)
    return float(f"{whole or 0}.{decimal[1] if decimal else 0}")


def _scale(word: str | None) -> int:
    return 1 if word is None else _SCALES.get(word.lower(), 10**6)


def _folded(text: str) -> str:
    """Every space plain and every sign in its common form, character for character."""
    return "".join(" " if character.isspace() else {"＄": "$", "﹩": "$"}.get(character, character) for character in text)


_GROUPED_TWICE = re.compile(r"(?P<sign>[$£€]?)\s?(?P<digits>\d{1,3}(?:[,.;]\d{3}){2,})|(?P<sure>[$£€])\s?(?P<once>\d{1,3}[:;]\d{3})")
_SPECK_AFTER_SIGN = re.compile(r"(?P<sign>[$£€])[.,]\s?(?P<digits>\d{1,3}(?:,\d{3})+)")
_SUM_WITH_SLIPS = re.compile(r"(?P<sign>[Ss$£€]?)\s?(?P<digits>[\dOoQlI|d]{1,3}(?:[,.][\dOoQlI|pd]{3})+)[\])}|lI1]?")


def _mended_amount(text: str) -> str | None:
    """The text as a sum after slips of OCR that cannot be meant otherwise, else None.

    A letter for a digit inside grouped digits (1,OOO,000, $1,00d,000), S for $ before them (S100,000), a ruling line after them
    (500,000]), a speck between them ($.600,000), a point or a semicolon for one of several commas (2,000.000, 1;000,000),
    a colon or a semicolon for the one comma behind a sign ($500:000).
    """
    grouped = _GROUPED_TWICE.fullmatch(_folded(text).strip(" .:;*|_"))
    if grouped is not None:
        return (grouped["sign"] or grouped["sure"] or "") + re.sub(r"[.:;]", ",", grouped["digits"] or grouped["once"])
    match = _SUM_WITH_SLIPS.fullmatch(_folded(text).strip(" .:;*|_")) or _SPECK_AFTER_SIGN.fullmatch(text)
    if match is None or sum(character.isdigit() for character in match["digits"]) < 2:
        return None
    digits = match["digits"].translate(str.maketrans("OoQlI|pd", "00011100"))
    return f"{'$' if match['sign'] in ('S', 's') else match['sign']}{digits}"


# identifiers


def read_naic(text: str) -> str | None:
    """The five digits of an NAIC company code that the text is, with OCR slips put right; None when it is something else."""
    stripped = re.sub(r"^naic\s*(?:#|no\.?|number)?\s*:?\s*", "", text.strip(), flags=re.IGNORECASE).strip(" #:.|_-[](){}")
    if re.fullmatch(r"\d{5}(?:-\d{3,5})?", stripped):
        return stripped
    mended = stripped.translate(_DIGIT_LIKE)
    return mended if re.fullmatch(r"\d{5}", mended) and sum(c.isdigit() for c in stripped) >= 4 else None


def read_identifier(text: str) -> str | None:
    """A policy or certificate number: letters, digits and - / . # inside, two digits at least, and no date; None otherwise."""
    folded = unfilled(" ".join(text.split()).strip(" :;,|_[]"))
    if folded is None or len(folded) > 60 or sum(character.isdigit() for character in folded) < 2:
        return None
    if has_date_shape(folded) or not re.fullmatch(r"(?:[\w\-–—/.#&+*()' ]|:(?=\S))+", folded):
        return None
    return folded


_PLACEHOLDER = re.compile(
    r"\(?(?:[md]{1,2}\s?[/.\-]\s?[md]{1,2}\s?[/.\-]\s?[yj]{2,4}|yyyy\s?[/.\-]\s?mm\s?[/.\-]\s?dd|"
    r"n\s?/\s?a|tb[ad]|(?:policy|certificate)\s*(?:number|no\.?|#)|x{3,}|"
    r"[\[<{(](?:[^\]>})]{0,40}(?:name|date|address|title|number|company|course|recipient|here|insert|type|amount)[^\]>})]{0,40})[\]>})]|"
    r"[\[<{]\s?(?:(?:your|enter|insert|add|type)\s)?(?:subject|class|grade|teacher|school|room|time|day|lesson|activity|event|insurer|text)"
    r"(?:\shere)?\s?[\]>}]|(?:enter |insert )?(?:your )?subject(?: here)?|your (?:class|school|teacher)|"
    r"(?:full |your |recipient'?s? |company |student'?s? |insured'?s? |teacher'?s? |pupil'?s? |child'?s? |school |class |insert |"
    r"first |last )*name(?: ?(?:/|and|&|,) ?(?:address|surname|title))?(?: here)?|"
    r"name of (?:the )?(?:insurer|insured|insurance company|producer|agency|holder|student|recipient|participant|school|course|company)"
    r"(?: \(if applicable\))?(?: enter)?|(?:[\w']+ ){0,3}(?:agent|broker|vendor|(?:sub)?contractor|tenant|agency|supplier|customer)"
    r"(?: ?/ ?\w+)? name|"
    r"(?:your |street |mailing )?address|date|signature|[_.\-–—\s/\\|:]+)\)?",
    re.IGNORECASE,
)


_ASKED_FOR = frozenset({"name", "address", "zip", "line", "postcode"})
_ASKING = _ASKED_FOR | frozenset(
    re.findall(
        r"\w+",
        """1 2 3 city state code postal street country company business phone email here your of the and insured recipient certificate
        holder number date full first last town county province suite vendor contractor
        subcontractor tenant agent broker agency insurance p o box or""",
    )
)
"""Words that a form asks with (ADDRESS LINE 1, CITY, STATE ZIP CODE): a value of nothing else is not filled in."""

_BLANK_INSIDE = re.compile(
    r"[\[<{][^\]>}]{0,40}\b(?:name|date|address|title|course|recipient|here|insert|program|company|description)\b[^\]>}]{0,40}[\]>}]|_{4,}",
    re.IGNORECASE,
)


def unfilled(text: str) -> str | None:
    """None where the text is a placeholder that means nothing is filled in (MM/DD/YYYY, NAME / ADDRESS, ____), else the text."""
    folded = " ".join(text.split())
    if not folded or _PLACEHOLDER.fullmatch(folded) or _BLANK_INSIDE.search(folded):
        return None
    words = set(fold(folded).split())
    return None if words <= _ASKING and words & _ASKED_FOR else folded


_SLIPPED_POSTCODE = re.compile(r"(?<=\b(?:ON|QC|BC|AB|MB|SK|NS|NB|NL|PE|YT|NT|NU) )[A-Z][\dOIl][A-Z] [\dOI][A-Z][\dOIl](?![A-Za-z\d])")


def mended_postcode(text: str) -> str:
    """The text with O and I put right where a Canadian postcode has its digits: ON KIA OA1 → ON K1A 0A1."""
    digits = str.maketrans("OIl", "011")
    return _SLIPPED_POSTCODE.sub(lambda match: "".join(c.translate(digits) if i in (1, 4, 6) else c for i, c in enumerate(match[0])), text)


def mended_words(text: str) -> str:
    """The text with an l for each one inside a word, which recognition made of it: B1dg, Wi1son."""
    return re.sub(r"(?<=[A-Za-z])1(?=[a-z]{2})", "l", text)


def fold(text: str) -> str:
    """Lower case, accents and every sign but letters and digits taken away, words parted by one space: for comparing labels."""
    plain = text.lower()
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(_WORDS_AND_NUMBER_SIGNS.findall(plain))


_WORDS_AND_NUMBER_SIGNS = re.compile(r"[^\W_]+|#")
