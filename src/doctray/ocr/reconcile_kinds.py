"""What kind of thing a printed word is, by its form: whether two readings of it differ in something that must be right."""

import re
from enum import StrEnum

CURRENCY_SIGNS = frozenset("$€£¥₹")

_AMOUNT = re.compile(
    r"[-+(]?(?:(?P<sign>[$€£¥₹]|RM|USD|EUR|GBP|CHF|MYR))?(?:\d{1,3}(?:[,.']\d{3})+|\d+)(?P<cents>[.,]\d{2})?\)?-?(?:%|[KM])?", re.ASCII
)
_GROUPED = re.compile(r"\d[,.']\d{3}(?!\d)", re.ASCII)
_DATE = re.compile(
    r"(?:\d{1,2}[-/.]\d{1,2}[-/.](?:\d{2}|(?:19|20)\d{2})|(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}"
    r"|\d{1,2}[-/. ]?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[-/. ]?(?:\d{2}|\d{4}))",
    re.ASCII | re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:[01]?\d|2[0-4])[:.h][0-5]\d(?:[:.][0-5]\d)?(?:-(?:[01]?\d|2[0-4])[:.h][0-5]\d)?(?:[ap]\.?m\.?)?", re.ASCII | re.IGNORECASE
)
_CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)[\w./%&?=-]+|\+?\(?\d{2,4}\)?[-. ]\d{3,4}[-. ]\d{3,4}|\(\d{3}\)",
    re.ASCII | re.IGNORECASE,
)
_NUMBER = re.compile(r"[-+#(]?\d+(?:[.,]\d+)*[).:%]?", re.ASCII)
_OUTER = "\"'“”‘’()[]:;,"


class Kind(StrEnum):
    """By form alone, so that the reading decides it and no vocabulary of any document does."""

    AMOUNT = "amount"  # money: a sign of currency, thousands in groups, or cents
    DATE = "date"
    TIME = "time"
    NUMBER = "number"  # digits that are none of the above
    CONTACT = "contact"  # e-mail address, web address, telephone number
    CODE = "code"  # letters and digits mixed: policy numbers, rooms; or a word with a misread letter
    NAME = "name"  # a word with a capital
    PROSE = "prose"  # a word in small letters
    MARK = "mark"  # no letter and no digit


NUMERIC = frozenset((Kind.AMOUNT, Kind.DATE, Kind.TIME, Kind.NUMBER))
STRICT = frozenset((Kind.AMOUNT, Kind.DATE, Kind.TIME, Kind.CONTACT))
"""Kinds whose form chance hardly makes: `1, 000, 000` that is one of them without its spaces was printed without them."""

WELL_FORMED = frozenset((Kind.AMOUNT, Kind.DATE, Kind.TIME, Kind.CONTACT, Kind.NUMBER, Kind.NAME, Kind.PROSE))
"""What has the form of something. A CODE may well be right, but a word with one digit misread into it is one too."""

_STRICTEST_FIRST = (Kind.DATE, Kind.AMOUNT, Kind.TIME, Kind.CONTACT, Kind.NUMBER, Kind.CODE, Kind.NAME, Kind.PROSE, Kind.MARK)


def kind_of(text: str) -> Kind:
    """The kind of one word, or of a few that stand for one (`1 000 , 00`), whose spaces do not count."""
    core = text.replace(" ", "").strip(_OUTER)
    if not any(char.isalnum() for char in core):
        return Kind.MARK
    if _DATE.fullmatch(core):
        return Kind.DATE
    amount = _AMOUNT.fullmatch(core)
    if amount and (amount["sign"] or amount["cents"] or _GROUPED.search(core)):
        return Kind.AMOUNT
    if _TIME.fullmatch(core):
        return Kind.TIME
    if _CONTACT.fullmatch(core):
        return Kind.CONTACT
    if _NUMBER.fullmatch(core):
        return Kind.NUMBER
    if any(char.isdigit() for char in core):
        return Kind.CODE
    return Kind.PROSE if core.islower() else Kind.NAME


def stricter(one: Kind, other: Kind) -> Kind:
    """The kind of a thing that was read in two ways: the one with more form, since chance seldom makes a date."""
    return min(one, other, key=_STRICTEST_FIRST.index)
