"""Dates in words, as a table."""

from datetime import date

import pytest

from doctray.extraction.parse import find_dates
from doctray.extraction.worded_dates import worded_dates


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("this twenty-third day of July, two thousand and twenty-six", date(2026, 7, 23)),
        ("the first day of May in the year two thousand nineteen", date(2019, 5, 1)),
        ("the 15th day of May in the year of our Lord two thousand and twenty four", date(2024, 5, 15)),
        ("June the thirtieth, nineteen hundred and ninety-nine", date(1999, 6, 30)),
        ("January second, twenty twenty-five", date(2025, 1, 2)),
        ("thirty-first day of March 2024", date(2024, 3, 31)),
    ],
)
def test_what_diplomas_write_out(text: str, day: date) -> None:
    ((start, end, value),) = worded_dates(text)
    assert value == day
    assert [found.value for found in find_dates(f"Given {text}.")] == [day]
    assert start < end <= len(text)


@pytest.mark.parametrize(
    "text", ["thirty-first day of April 2024", "the second half of May", "two thousand and six people", "first of all"]
)
def test_what_is_no_date_gives_none(text: str) -> None:
    assert worded_dates(text) == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3. März 2026", date(2026, 3, 3)),
        ("12 mars 2026", date(2026, 3, 12)),
        ("30 de mayo de 2026", date(2026, 5, 30)),
        ("1 luglio 2026", date(2026, 7, 1)),
        ("14 juni 2026", date(2026, 6, 14)),
        ("2 de março de 2026", date(2026, 3, 2)),
    ],
)
def test_months_in_other_languages(text: str, day: date) -> None:
    assert [found.value for found in find_dates(text)] == [day]
