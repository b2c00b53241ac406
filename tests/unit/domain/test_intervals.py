"""Intervals against tabled values, and against how often they hold what is true."""

import math
import random
import statistics

import pytest

from doctray.domain.intervals import clustered_share, mean_of, nearest_rank, quantile_of, share_of, student_t, wilson


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    # R: binom::binom.wilson
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (0, 0, 0.0, 1.0)],
)
def test_wilsons_interval_is_the_tabled_one(right: int, total: int, low: float, high: float) -> None:
    assert list(wilson(right, total)) == pytest.approx([low, high], abs=5e-4)


@pytest.mark.parametrize(
    ("degrees", "quantile"), [(1, 12.706), (3, 3.182), (4, 2.776), (5, 2.571), (10, 2.228), (30, 2.042), (10**6, 1.96)]
)
def test_students_quantile_is_the_tabled_one(degrees: int, quantile: float) -> None:
    assert student_t(degrees) == pytest.approx(quantile, abs=0.01)


def test_nothing_is_estimated_from_nothing() -> None:
    assert [share_of([]), clustered_share([(0, 0)]), mean_of([]), quantile_of([], 0.5)] == [None] * 4


def test_one_value_says_nothing_of_a_mean() -> None:
    only = mean_of([3.0])
    assert only is not None
    assert (only.value, only.low, only.high) == (3.0, -math.inf, math.inf)


def test_documents_that_agree_within_themselves_count_as_one_value_each() -> None:
    together = clustered_share([(10, 10)] * 18 + [(0, 10)] * 2)
    alone = share_of([True] * 18 + [False] * 2)
    assert together is not None
    assert alone is not None
    assert together.value == alone.value
    assert together.low == pytest.approx(alone.low, abs=0.01)


def test_values_that_are_wrong_anywhere_count_each_for_itself() -> None:
    chance = random.Random(3)
    tallies = [(sum(chance.random() < 0.9 for _ in range(20)), 20) for _ in range(60)]
    spread, plain = clustered_share(tallies), wilson(sum(right for right, _ in tallies), 1200)
    assert spread is not None
    assert spread.high - spread.low == pytest.approx(plain[1] - plain[0], rel=0.35)


def test_where_all_is_right_each_document_counts_as_one_value() -> None:
    perfect = clustered_share([(50, 50)] * 10)
    assert perfect is not None
    assert (perfect.value, perfect.high) == (1.0, 1.0)
    assert perfect.low == pytest.approx(wilson(10, 10)[0])


def test_the_intervals_hold_what_is_true_about_as_often_as_they_say() -> None:
    """Documents whose values are right together with chance 0.8, 30 at a time; means and medians of the exponential distribution."""
    chance = random.Random(11)
    tried = 400
    held = {"share": 0, "mean": 0, "median": 0}
    for _ in range(tried):
        rates = [chance.betavariate(4, 1) for _ in range(30)]
        share = clustered_share([(sum(chance.random() < rate for _ in range(12)), 12) for rate in rates])
        values = [chance.expovariate(1.0) for _ in range(40)]
        mean, median = mean_of(values), quantile_of(values, 0.5)
        assert share is not None
        assert mean is not None
        assert median is not None
        held["share"] += share.low <= 0.8 <= share.high
        held["mean"] += mean.low <= 1.0 <= mean.high
        held["median"] += median.low <= math.log(2) <= median.high
    assert {name: count / tried for name, count in held.items()} == pytest.approx(dict.fromkeys(held, 0.95), abs=0.04)


def test_a_quantile_is_a_value_that_was_measured() -> None:
    values = [float(value) for value in range(1, 101)]
    p95 = quantile_of(values, 0.95)
    assert p95 is not None
    assert p95.value == 95.0
    assert p95.low < 95.0 < p95.high <= 100.0
    assert statistics.median([quantile_of(values[:5], 0.5).value]) == 3.0  # type: ignore[union-attr]


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2.0), (0.95, 4.0), (0.25, 1.0), (0.0, 1.0), (1.0, 4.0)])
def test_the_nearest_rank_is_the_least_value_that_so_many_do_not_exceed(share: float, expected: float) -> None:
    assert nearest_rank([4.0, 1.0, 3.0, 2.0], share) == expected
    assert nearest_rank([float(each) for each in range(1, 101)], 0.95) == 95.0
