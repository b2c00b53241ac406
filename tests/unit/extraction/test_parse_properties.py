"""Dates and amounts, however they are printed: what was written is what is read."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from doctray.extraction.parse import DateOrder, find_amounts, find_dates, order_of, read_amount

DAYS = st.dates(date(1975, 1, 1), date(2060, 12, 31))
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
ORDINALS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}

UNAMBIGUOUS = (
    lambda d: d.isoformat(),
    lambda d: f"{d.year}/{d.month:02}/{d.day:02}",
    lambda d: f"{d.day} {MONTHS[d.month - 1]} {d.year}",
    lambda d: f"{d.day}{ORDINALS.get(d.day, 'th')} {MONTHS[d.month - 1]}, {d.year}",
    lambda d: f"{d.day}{ORDINALS.get(d.day, 'th')} day of {MONTHS[d.month - 1]} {d.year}",
    lambda d: f"{MONTHS[d.month - 1]} {d.day}, {d.year}",
    lambda d: f"{MONTHS[d.month - 1][:3]}. {d.day} {d.year}",
    lambda d: f"{d.day:02}-{MONTHS[d.month - 1][:3]}-{d.year}",
    lambda d: f"{d.day:02}{MONTHS[d.month - 1][:3].upper()}{d.year}",
)
SEPARATORS = st.sampled_from(["/", "-", ".", " / "])
WORDS = st.sampled_from(["", "Date: ", "issued on ", "(", "From "])


@given(day=DAYS, form=st.sampled_from(UNAMBIGUOUS), before=WORDS)
def test_a_date_with_its_month_in_words_or_its_year_first_is_read_without_doubt(day: date, form, before: str) -> None:
    text = f"{before}{form(day)} and more"
    (found,) = find_dates(text)
    assert (found.value, found.ambiguous, found.repaired) == (day, False, False)
    assert text[found.start : found.end] == form(day)


@given(day=DAYS, order=st.sampled_from(DateOrder), separator=SEPARATORS, short=st.booleans())
def test_a_numeric_date_is_read_in_the_order_that_the_document_has(day: date, order: DateOrder, separator: str, short: bool) -> None:
    first, second = (day.month, day.day) if order is DateOrder.MONTH_FIRST else (day.day, day.month)
    year = f"{day.year % 100:02}" if short and 1975 <= day.year <= 2060 else str(day.year)
    (found,) = find_dates(f"{first:02}{separator}{second:02}{separator}{year}", order)
    assert (found.value, found.ambiguous) == (day, False)


@given(day=DAYS)
def test_without_an_order_a_date_that_can_be_read_both_ways_is_called_ambiguous(day: date) -> None:
    (found,) = find_dates(f"{day.month:02}/{day.day:02}/{day.year}")
    assert found.ambiguous is (day.day <= 12 and day.day != day.month)


@given(start=st.dates(date(2000, 1, 1), date(2040, 12, 31)), years=st.integers(1, 5), order=st.sampled_from(DateOrder))
def test_a_period_of_whole_years_tells_the_order_or_nothing_does(start: date, years: int, order: DateOrder) -> None:
    """The last day of a year's cover is a day less than a year off in one order only."""
    if (start.month, start.day) == (2, 29):
        start += timedelta(days=1)
    end = start.replace(year=start.year + years) - timedelta(days=1)
    pattern = "%m/%d/%Y" if order is DateOrder.MONTH_FIRST else "%d/%m/%Y"
    assert order_of([f"{start.strftime(pattern)} to {end.strftime(pattern)}"]) in (order, None)


@given(st.text(max_size=300))
def test_any_text_is_survived(text: str) -> None:
    for found in find_dates(text):
        assert 0 <= found.start < found.end <= len(text)
    assert all(0 <= start < end <= len(text) for start, end, _ in find_amounts(text))
    read_amount(text)


CURRENCIES = st.sampled_from([("$", "USD"), ("US$", "USD"), ("£", "GBP"), ("€", "EUR"), ("EUR ", "EUR"), ("RM ", "MYR"), ("₹", "INR")])


@given(value=st.integers(1_000, 10**9), sign=CURRENCIES, separator=st.sampled_from([",", ".", " ", "'"]), cents=st.booleans())
def test_a_grouped_sum_is_read_whatever_groups_it(value: int, sign: tuple[str, str], separator: str, cents: bool) -> None:
    grouped = f"{value:,}".replace(",", separator)
    decimals = (",00" if separator == "." else ".00") if cents else ""
    amount = read_amount(f"{sign[0]}{grouped}{decimals}")
    assert amount is not None
    assert (amount.value, amount.currency) == (value, sign[1])


@given(tenths=st.integers(1, 99), scale=st.sampled_from([("m", 10**6), ("M", 10**6), (" million", 10**6), ("k", 10**3), ("bn", 10**9)]))
def test_a_scaled_sum_is_multiplied(tenths: int, scale: tuple[str, int]) -> None:
    amount = read_amount(f"${tenths / 10}{scale[0]}")
    assert amount is not None
    assert amount.value == tenths * scale[1] // 10
