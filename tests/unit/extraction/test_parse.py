"""Dates, amounts and identifiers as people print them."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctray.extraction.parse import (
    AMOUNT_WORDS,
    DateOrder,
    find_amounts,
    find_dates,
    fold,
    has_date_shape,
    is_common_limit,
    mended_postcode,
    mended_words,
    order_of,
    read_amount,
    read_date,
    read_identifier,
    read_naic,
    unfilled,
    without_sign_read_as_digit,
)

MDY, DMY = DateOrder.MONTH_FIRST, DateOrder.DAY_FIRST


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-03-27", "2026-03-27"),
        ("2025/1/5", "2025-01-05"),
        ("8/13/2024", "2024-08-13"),
        ("13/8/2024", "2024-08-13"),
        ("02/02/2025", "2025-02-02"),
        ("12-31-25", "2025-12-31"),
        ("03.06.2024", "2024-06-03"),
        ("August 03, 2025", "2025-08-03"),
        ("Aug. 3 2025", "2025-08-03"),
        ("MAR.24,1981", "1981-03-24"),
        ("APR - 7 1981", "1981-04-07"),
        ("30 May 2025", "2025-05-30"),
        ("3rd June 2024", "2024-06-03"),
        ("02-Feb-25", "2025-02-02"),
        ("13th day of December, 2025", "2025-12-13"),
        ("1st day of May in the year 2024", "2024-05-01"),
        ("10:41 on 3rd June 2024", "2024-06-03"),
        ("December 13, 2025 at 08:58 AM", "2025-12-13"),
        ("[01/01/2025", "2025-01-01"),
        ("Sept 9, 2021", "2021-09-09"),
    ],
)
def test_a_date_is_read_whatever_its_form(text: str, iso: str) -> None:
    read = read_date(text)
    assert read is not None
    assert read.value.isoformat() == iso
    assert not read.repaired


@pytest.mark.parametrize(
    ("text", "order", "iso", "ambiguous"),
    [
        ("01/02/2026", None, "2026-01-02", True),
        ("01/02/2026", MDY, "2026-01-02", False),
        ("01/02/2026", DMY, "2026-02-01", False),
        ("13/02/2026", MDY, "2026-02-13", False),
        ("05/05/2026", None, "2026-05-05", False),
    ],
)
def test_the_order_of_day_and_month_comes_from_the_document_or_is_flagged(
    text: str, order: DateOrder | None, iso: str, ambiguous: bool
) -> None:
    read = read_date(text, order)
    assert read is not None
    assert (read.value.isoformat(), read.ambiguous) == (iso, ambiguous)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("O1/01/2O25", "2025-01-01"),
        ("0170112025", "2025-01-01"),
        ("January Ist 2027", "2027-01-01"),
        ("l2/31/2024", "2024-12-31"),
        ("Aúg 15,2027", "2027-08-15"),
        ("03/3 1/27", "2027-03-31"),
        ("C5/0:/2C26", "2026-05-01"),
    ],
)
def test_slips_of_recognition_inside_dates_are_put_right_and_flagged(text: str, iso: str) -> None:
    read = read_date(text)
    assert read is not None
    assert (read.value.isoformat(), read.repaired) == (iso, True)


@pytest.mark.parametrize(
    "text",
    [
        "MM/DD/YYYY",
        "(615)324-0500",
        "37086-3370",
        "TCP – 401 – 14 – 21",
        "ACORD 25 (2016/03)",
        "May 2025",
        "99/99/2025",
        "31/02/2025",
        "June 3",
        "1-877-656-7475",
        "",
    ],
)
def test_what_is_no_date_gives_none(text: str) -> None:
    assert find_dates(text) == []


def test_several_dates_are_found_in_their_order() -> None:
    assert [read.value.isoformat() for read in find_dates("from 03/01/2026 to 28 Feb 2027")] == ["2026-03-01", "2027-02-28"]


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["01/28/2024", "02/03/2024"], MDY),
        (["28/01/2024"], DMY),
        (["DATE (MM/DD/YYYY)", "01/02/2024"], MDY),
        (["dd/mm/yyyy"], DMY),
        (["DATE (MM/DD/YYYY)", "11/06/2026", "10/06/2031"], MDY),
        (["Date (DD/MM/YYYY)", "06/11/2026", "06/10/2031"], DMY),
        (["11/06/2026", "10/06/2031"], DMY),
        (["(MM/DD/YYYY)", "(DD/MM/YYYY)", "11/06/2026", "10/06/2031"], DMY),
        (["DATE (MM/DD/YYYY)", "28/01/2024"], DMY),
        (["Murfreesboro TN 37130"], MDY),
        (["Leeds LS1 5AB"], DMY),
        (["£1,000,000"], DMY),
        (["Murfreesboro TN 37130", "£1,000,000"], None),
        (["28/01/2024", "01/28/2024"], None),
        (["01/02/2024"], None),
    ],
)
def test_the_order_is_told_by_what_stands_on_the_document(texts: list[str], order: DateOrder | None) -> None:
    assert order_of(texts) is order


@pytest.mark.parametrize(
    ("text", "shape"), [("03/01/2026", True), ("3rd June 2024, 10:41", True), ("from 1 May 2025 on", False), ("CGL-7845291", False)]
)
def test_a_text_has_the_shape_of_a_date_when_it_is_little_else(text: str, shape: bool) -> None:
    assert has_date_shape(text) is shape


SOME_DAY = st.dates(date(1970, 1, 1), date(2069, 12, 31))


@given(SOME_DAY, st.sampled_from(["%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "%d-%b-%y", "%b. %d, %Y", "%d.%m.%Y"]))
def test_every_day_survives_every_unmistakable_form(day: date, form: str) -> None:
    read = read_date(f"Issued: {day.strftime(form)}.")
    assert read is not None
    assert (read.value, read.ambiguous, read.repaired) == (day, False, False)


@given(SOME_DAY, st.sampled_from([MDY, DMY]), st.sampled_from("/-"))
def test_a_numeric_day_comes_back_in_the_order_it_was_written_in(day: date, order: DateOrder, sign: str) -> None:
    text = day.strftime(f"%m{sign}%d{sign}%Y" if order is MDY else f"%d{sign}%m{sign}%Y")
    read = read_date(text, order)
    assert read is not None
    assert read.value == day


@given(st.text(max_size=80))
def test_any_text_gives_dates_whose_spans_lie_in_it_without_overlap(text: str) -> None:
    found = find_dates(text)
    assert all(0 <= read.start < read.end <= len(text) for read in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(date(1900, 1, 1) <= read.value <= date(2100, 12, 31) for read in found)


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("$1,000,000", 1_000_000, "USD"),
        ("$ 50,000", 50_000, "USD"),
        ("1000000", 1_000_000, None),
        ("£2m", 2_000_000, "GBP"),
        ("$1.5 million", 1_500_000, "USD"),
        ("5K", 5_000, None),
        ("1.000.000,00", 1_000_000, None),
        ("€ 1.500.000,-", 1_500_000, "EUR"),
        ("1 000 000", 1_000_000, None),
        ("CHF 1'000'000", 1_000_000, "CHF"),
        ("USD 5,000,000", 5_000_000, "USD"),
        ("10,000 EUR", 10_000, "EUR"),
        ("2,500.50", 2_500.5, None),
        ("£40,000.00", 40_000, "GBP"),
        ("Rs. 5 lakhs", 500_000, "INR"),
        ("AU$20,000,000", 20_000_000, "AUD"),
        ("$0", 0, "USD"),
    ],
)
def test_an_amount_is_read_whatever_its_form(text: str, value: float, currency: str | None) -> None:
    amount = read_amount(text)
    assert amount is not None
    assert (amount.value, amount.currency, amount.repaired) == (value, currency, False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("S100,000", 100_000),
        ("1,OOO,000", 1_000_000),
        ("$1,00d,000", 1_000_000),
        ("$500,poo", 500_000),
        ("500,000]", 500_000),
        ("1;000,000", 1_000_000),
        ("$.600,000", 600_000),
        ("500,0001", 500_000),
    ],
)
def test_slips_of_recognition_inside_amounts_are_put_right_and_flagged(text: str, value: int) -> None:
    amount = read_amount(text)
    assert amount is not None
    assert (amount.value, amount.repaired) == (value, True)


@pytest.mark.parametrize("text", ["GL-123", "12/3", "up to", "01/01/2025", "100%", "A106575475", "", "(615)324-0500", "SOO"])
def test_what_is_no_amount_gives_none(text: str) -> None:
    assert read_amount(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("51,000,000", 1_000_000), ("5 2,000,000", 2_000_000), ("5300,000", 300_000), ("8100,000", 100_000), ("510,000", 10_000)],
)
def test_a_currency_sign_read_as_a_digit_is_seen_where_the_rest_is_a_common_limit(text: str, value: int) -> None:
    assert without_sign_read_as_digit(text) == value


@pytest.mark.parametrize("text", ["5,000,000", "500,000", "1,000,000", "8,000", "5,123,456", "$51,000,000", "52", "50,000"])
def test_a_sum_that_may_well_begin_with_that_digit_is_left_alone(text: str) -> None:
    assert without_sign_read_as_digit(text) is None


@pytest.mark.parametrize(
    ("value", "common"), [(1_000_000, True), (300_000, True), (1_500_000, True), (51_000_000, False), (2_500.5, False), (500, False)]
)
def test_limits_are_round_numbers(value: float, common: bool) -> None:
    assert is_common_limit(value) is common


def test_sums_inside_a_sentence_need_a_sign_a_scale_or_groups() -> None:
    found = [(amount.value, amount.currency) for _, _, amount in find_amounts("up to £1,000,000 and 2m in 2025 for 12 people, 5,000 each")]
    assert found == [(1_000_000, "GBP"), (2_000_000, None), (5_000, None)]


@given(st.integers(0, 10**10), st.sampled_from(["", "$", "£", "€", "$ ", "USD "]))
def test_every_whole_amount_survives_grouping(value: int, sign: str) -> None:
    amount = read_amount(f"{sign}{value:,}")
    assert amount is not None
    assert (amount.value, amount.repaired) == (value, False)


@given(st.integers(0, 10**8), st.integers(0, 99))
def test_continental_and_english_signs_mean_the_same(units: int, cents: int) -> None:
    english = read_amount(f"{units:,}.{cents:02d}")
    continental = read_amount(f"{units:,}".replace(",", ".") + f",{cents:02d}")
    assert english is not None
    assert continental is not None
    assert english.value == continental.value == pytest.approx(units + cents / 100)


@given(st.text(max_size=60))
def test_any_text_can_be_asked_for_amounts(text: str) -> None:
    read_amount(text)
    assert all(0 <= start < end <= len(text) for start, end, _ in find_amounts(text))


@pytest.mark.parametrize("text", ["Included", "Statutory", "Statutory Limits", "Unlimited", "Excluded", "up to policy limits", "Nil"])
def test_words_that_stand_for_a_limit_are_known(text: str) -> None:
    assert AMOUNT_WORDS.match(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("18988", "18988"),
        ("NAIC# 12345", "12345"),
        ("NAIC #: 19682", "19682"),
        ("1898B", "18988"),
        ("I8988", "18988"),
        ("(18988)", "18988"),
        ("25674-001", "25674-001"),
    ],
)
def test_naic_codes_have_five_digits(text: str, code: str) -> None:
    assert read_naic(text) == code


@pytest.mark.parametrize("text", ["1234", "123456", "OWNERS", "A", ""])
def test_what_is_no_naic_code_gives_none(text: str) -> None:
    assert read_naic(text) is None


@pytest.mark.parametrize(
    "text", ["GL-123456", "03540988", "HFD-CGL-2026-558031", "TCP – 401 – 14 – 21", "BOP 1234567-02", "123-1002-BP", "PHPK2501234 (2)"]
)
def test_policy_numbers_are_kept_as_printed(text: str) -> None:
    assert read_identifier(f" {text}: ") == text


@pytest.mark.parametrize("text", ["TBD", "N/A", "Policy Number", "01/01/2025", "pending", "A1", "www.example.com/12345?x=1", ""])
def test_what_is_no_identifier_gives_none(text: str) -> None:
    assert read_identifier(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "MM/DD/YYYY",
        "(MM/DD/YYYY)",
        "dd-mm-yyyy",
        "NAME / ADDRESS",
        "Name",
        "Your Name Here",
        "[Recipient Name]",
        "[Subject]",
        "<your class>",
        "Subject",
        "School Name",
        "Teacher's Name",
        "Insurance Agent/Broker Name",
        "Vendor Name",
        "Name of Insurance Company (if applicable) Enter",
        "Vendor Street Address or P.O. Box, Vendor City, State & Zip Code",
        "NAME OF INSURER",
        "<Course Title>",
        "____",
        "N/A",
        "__/__/__",
        "Date",
        "XXXX",
    ],
)
def test_placeholders_mean_that_nothing_is_filled_in(text: str) -> None:
    assert unfilled(text) is None


@pytest.mark.parametrize("text", ["Jones", "Dates & Figs Ltd", "X-Stream Cleaning", "Main Street Name Tags Inc", "42"])
def test_what_is_filled_in_is_kept(text: str) -> None:
    assert unfilled(text) == text


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("Ottawa, ON KIA OA1", "Ottawa, ON K1A 0A1"),
        ("Toronto, ON M5V 2T6", "Toronto, ON M5V 2T6"),
        ("ON KIA OAK", "ON KIA OAK"),
        ("OIL CO", "OIL CO"),
    ],
)
def test_digits_of_canadian_postcodes_are_put_right(text: str, mended: str) -> None:
    assert mended_postcode(text) == mended


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("B1dg 224-5S-29", "Bldg 224-5S-29"),
        ("Wi1son & Co", "Wilson & Co"),
        ("Unit B1", "Unit B1"),
        ("1st Floor, 21st St", "1st Floor, 21st St"),
    ],
)
def test_a_one_inside_a_word_is_an_l(text: str, mended: str) -> None:
    assert mended_words(text) == mended


def test_folding_leaves_letters_digits_and_number_signs() -> None:
    assert fold("  Nürnberg—Policy #: 12.3 ") == "nurnberg policy # 12 3"


@pytest.mark.parametrize(
    ("text", "value"), [("Rs 7,50,000", 750_000), ("₹ 15,00,000", 1_500_000), ("1,00,00,000.50", 10_000_000.5), ("Rs. 95,000", 95_000)]
)
def test_sums_grouped_by_hundreds_as_in_india(text: str, value: float) -> None:
    assert [amount.value for _, _, amount in find_amounts(text)] == [value]
