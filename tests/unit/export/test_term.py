"""The days of a term as they are printed."""

from datetime import date

import pytest

from doctray.export.term import term_dates


@pytest.mark.parametrize(
    ("term", "year", "expected"),
    [
        ("Autumn term, 2 Sept – 13 Dec 2024", None, (date(2024, 9, 2), date(2024, 12, 13))),
        ("2nd September to 13th December 2024", 1999, (date(2024, 9, 2), date(2024, 12, 13))),
        ("Winter: Sept 5, 2024 - Jan 17, 2025", None, (date(2024, 9, 5), date(2025, 1, 17))),
        ("5 Nov – 17 Jan 2025", None, (date(2024, 11, 5), date(2025, 1, 17))),
        ("5 Nov – 17 Jan", 2024, (date(2024, 11, 5), date(2025, 1, 17))),
        ("2024-09-02/2024-12-13", None, (date(2024, 9, 2), date(2024, 12, 13))),
        ("vom 2. September bis 13. Dezember 2024", None, (date(2024, 9, 2), date(2024, 12, 13))),
        ("du 2 septembre au 13 décembre 2024", None, (date(2024, 9, 2), date(2024, 12, 13))),
        ("del 2 de septiembre al 13 de diciembre 2024", None, (date(2024, 9, 2), date(2024, 12, 13))),
        ("Autumn 2024", 2024, None),
        ("Term 1", 2024, None),
        ("from 2 September 2024", None, None),
        ("2 Sept – 13 Dec", None, None),
        ("02/09/2024 – 13/12/2024", None, None),
        ("31 Sept – 13 Dec 2024", None, None),
        ("13 Dec 2024 – 2 Sept 2024", None, None),
        ("2 Sept 2020 – 13 Dec 2024", None, None),
        ("1 Jan, 2 Feb, 3 March 2024", None, None),
        (None, 2024, None),
        (2024, 2024, None),
    ],
)
def test_a_term_is_two_days_that_can_only_mean_one_thing(term: object, year: object, expected: tuple[date, date] | None) -> None:
    assert term_dates(term, year) == expected
