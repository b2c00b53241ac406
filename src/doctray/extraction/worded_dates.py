"""Dates written out in words, as diplomas and deeds have them: this twenty-third day of July, two thousand and twenty-six."""

import re
from collections.abc import Mapping
from datetime import date

MONTH_NUMBERS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner janvier enero gennaio januari janeiro",
            "february feb februar février fevrier febrero febbraio februari fevereiro",
            "march mar märz maerz mrz mars marzo maart março",
            "april apr avril abril aprile",
            "may mai mayo maggio mei maio",
            "june jun juni juin junio giugno junho",
            "july jul juli juillet julio luglio julho",
            "august aug août aout agosto augustus",
            "september sept sep septembre septiembre settembre setembro",
            "october oct oktober okt octobre octubre ottobre outubro",
            "november nov novembre noviembre novembro",
            "december dec dezember dez décembre decembre diciembre dicembre dezembro",
        ),
        1,
    )
    for name in names.split()
}
"""Names of months in English, German, French, Spanish, Italian, Dutch and Portuguese, lower case."""

MONTH_NAMES = "|".join(sorted(MONTH_NUMBERS, key=len, reverse=True))
"""For a regular expression; the longest first."""

_ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_CARDINALS = {word: number for number, word in enumerate(_ONES.split(), 1)} | {word: 10 * n for n, word in enumerate(_TENS.split(), 2)}
_FIRST_TWENTY = re.findall(
    r"\w+",
    """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth
    seventeenth eighteenth nineteenth twentieth""",
)
_ORDINALS = {word: number for number, word in enumerate(_FIRST_TWENTY, 1)} | {"thirtieth": 30}

_CARDINAL = rf"(?:{'|'.join(sorted(_CARDINALS, key=len, reverse=True))})"
_ORDINAL = rf"(?:(?:twenty|thirty)[ \-])?(?:{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})"
_DAY = rf"(?P<day>{_ORDINAL}|\d{{1,2}} ?(?:st|nd|rd|th))"
_YEAR = (
    rf"(?P<year>two thousand(?:,? and)?(?:[ ,]{{1,2}}{_CARDINAL}(?:[ \-]{_CARDINAL})?)?|(?:nineteen|"
    rf"twenty)(?: hundred)?(?: and)? {_CARDINAL}(?:[ \-]{_CARDINAL})?|(?:19|20)\d\d)"
)
_BETWEEN = r"[ ,]{1,3}(?:in the year (?:of our lord )?|in |of )?(?:the year )?"
_DATE = re.compile(
    rf"\b(?:{_DAY} (?:day )?(?:of )?(?P<month>{MONTH_NAMES})|(?P<month2>{MONTH_NAMES}) (?:the )?(?P<day2>{_ORDINAL})){_BETWEEN}{_YEAR}\b",
    re.IGNORECASE,
)


def worded_dates(text: str) -> list[tuple[int, int, date]]:
    """(start, end, date) of every date whose day or year is written out."""
    found = []
    for match in _DATE.finditer(text):
        day = _day(match["day"] or match["day2"])
        year = _year(match["year"])
        try:
            found.append((match.start(), match.end(), date(year, MONTH_NUMBERS[(match["month"] or match["month2"]).lower()], day)))
        except ValueError:
            continue
    return found


def _day(text: str) -> int:
    digits = re.match(r"\d{1,2}", text)
    if digits is not None:
        return int(digits[0])
    parts = re.split(r"[ \-]", text.lower())
    return _ORDINALS[parts[-1]] + (_CARDINALS[parts[0]] if len(parts) > 1 else 0)


def _year(text: str) -> int:
    if text.isdigit():
        return int(text)
    words = [word for word in re.split(r"[ ,\-]+", text.lower()) if word not in ("and", "hundred")]
    if words[:2] == ["two", "thousand"]:
        return 2000 + sum(_CARDINALS[word] for word in words[2:])
    return 100 * _CARDINALS[words[0]] + sum(_CARDINALS[word] for word in words[1:])
