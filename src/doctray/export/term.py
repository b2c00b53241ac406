"""The first and last day of a term, where a timetable prints them."""

import re
from collections.abc import Iterator
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero gennaio januari",
            "feb february februar fevrier février febrero febbraio februari",
            "mar march marz märz mars marzo maart",
            "apr april avril abril aprile",
            "may mai mayo maggio mei",
            "jun june juni juin junio giugno",
            "jul july juli juillet julio luglio",
            "aug august aout août agosto augustus",
            "sep sept september septembre septiembre settembre",
            "oct okt october oktober octobre octubre ottobre",
            "nov november novembre noviembre",
            "dec dez december dezember decembre décembre diciembre dicembre",
        ),
        start=1,
    )
    for name in names.split()
}

_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_DAY_FIRST = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th|\.)?\s+(?:of\s+|de\s+)?([^\W\d_]{3,})\.?,?(?:\s+(\d{4}))?")
_MONTH_FIRST = re.compile(r"\b([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?\b(?!\s*:)(?:,?\s+(\d{4}))?")

LONGEST_DAYS = 380
"""Two dates further apart than a school year are no term's."""


def term_dates(term: object, year: object) -> tuple[date, date] | None:
    """(first day, last day) of what is printed as the term, e.g. "Autumn term, 2 Sept – 13 Dec 2024".

    None unless exactly two days are named with their months, and a year at the end or the timetable's own year says which. Dates in
    numbers alone (03/04/25) are not read: nobody can tell which part is the month.
    """
    if not isinstance(term, str):
        return None
    found = sorted(_named(term))
    if len(found) != 2:
        return None
    (_, first, first_year), (_, last, last_year) = found
    last_year = last_year or first_year
    if last_year is None:
        known = year if isinstance(year, int) and not isinstance(year, bool) else None
        if known is None:
            return None
        # `year` is the first of a school year.
        first_year, last_year = known, known + (last < first)
    first_year = first_year or last_year - (last < first)
    start, end = _day(first_year, *first), _day(last_year, *last)
    return (start, end) if start and end and 0 < (end - start).days <= LONGEST_DAYS else None


def _named(text: str) -> Iterator[tuple[int, tuple[int, int], int | None]]:
    """(place in the text, (month, day), year or None) of each day."""
    taken: list[tuple[int, int]] = []
    for pattern in (_ISO, _DAY_FIRST, _MONTH_FIRST):
        for match in pattern.finditer(text.lower()):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            if pattern is _ISO:
                told: tuple[str | None, int | None, str | None] = (match[1], int(match[2]), match[3])
            elif pattern is _DAY_FIRST:
                told = (match[3], _MONTHS.get(match[2]), match[1])
            else:
                told = (match[3], _MONTHS.get(match[1]), match[2])
            year, month, day = told
            if month is not None and day is not None:
                taken.append(match.span())
                yield match.start(), (month, int(day)), int(year) if year else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
