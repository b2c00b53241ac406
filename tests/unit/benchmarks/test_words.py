"""How benchmarks judge what was read."""

import pytest
from benchmarks.words import Counts, amounts, dates, words


def test_words_are_runs_of_letters_and_digits_in_lower_case() -> None:
    assert words("NO.53 55,57 & 59, Jalan") == ["no", "53", "55", "57", "59", "jalan"]


def test_words_count_as_a_bag() -> None:
    counts = Counts.of(words("a a b x"), words("a b c a a"))
    assert (counts.hits, counts.found, counts.true) == (3, 4, 5)
    assert counts.precision == pytest.approx(0.75)
    assert counts.recall == pytest.approx(0.6)
    assert counts.f1 == pytest.approx(2 * 0.75 * 0.6 / 1.35)


def test_counts_of_pages_are_summed_before_rates_are_taken() -> None:
    total = Counts(hits=1, found=1, true=1) + Counts(hits=0, found=9, true=9)
    assert total.f1 == pytest.approx(0.1)


def test_nothing_read_and_nothing_printed_scores_nothing() -> None:
    assert Counts().f1 == Counts().precision == Counts().recall == 0.0


@pytest.mark.parametrize("text", ["$1,000,000", "$ 1,000,000", "1,000,000", "limit: 1,000,000.", "1,000, 000", "(1,000,000)"])
def test_an_amount_is_found_as_printed(text: str) -> None:
    assert amounts(text) == ["1,000,000"]


@pytest.mark.parametrize("text", ["S1,000,000", "1,000,00O", "1.000,000", "51,000,000", "1,000,0000", "1000000", "1,000,\n000"])
def test_an_amount_that_is_a_little_wrong_is_not_that_amount(text: str) -> None:
    assert "1,000,000" not in amounts(text)


def test_cents_belong_to_the_amount() -> None:
    assert amounts("10,126.80 and 2,038.9") == ["10,126.80"]


def test_dates_stand_alone() -> None:
    assert dates("from 07/28/2024 to 07/28/2025.") == ["07/28/2024", "07/28/2025"]
    assert dates("107/28/2024 07/28/20245 O7/28/2024 07/28/2024/1") == []
