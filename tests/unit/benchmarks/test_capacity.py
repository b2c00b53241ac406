"""The simulation of a day: against what queueing theory and plain counting say."""

import pytest
from benchmarks.capacity import PROFILE, SCANNED, main, mean_engine_s, simulate, workers_for

TIMES = {"small": 3.0, "large": 5.0}


def test_the_arithmetic_is_engine_seconds_of_the_fullest_hour_over_those_that_a_worker_has() -> None:
    assert mean_engine_s(TIMES) == pytest.approx(4.0 * SCANNED)
    fullest = 20_000 * max(PROFILE) / sum(PROFILE)
    assert workers_for(20_000, TIMES) - 1 < fullest * 2.8 / (3600 * 0.7) <= workers_for(20_000, TIMES)
    assert workers_for(1, TIMES) == 2


def test_every_document_is_read_and_engines_are_busy_for_as_long_as_it_takes() -> None:
    day = simulate(7_000, 4, TIMES)
    assert day.documents == 7_000
    assert day.busy * 4 * 86400 == pytest.approx(7_000 * 2.8, rel=0.05)


def test_what_has_a_text_layer_never_waits() -> None:
    day = simulate(5_000, 1, {"nothing to read": 0.0})
    assert (day.wait_most_s, day.longest_queue) == (0.0, 0)


def test_more_workers_never_make_anybody_wait_longer() -> None:
    days = [simulate(10_000, workers, TIMES) for workers in (5, 10, 20)]
    assert days[0].wait_p95_s >= days[1].wait_p95_s >= days[2].wait_p95_s
    assert days[0].longest_queue >= days[2].longest_queue


def test_the_arithmetics_workers_keep_the_objective_and_half_of_them_do_not() -> None:
    enough = workers_for(20_000, TIMES)
    assert simulate(20_000, enough, TIMES).late == 0.0
    assert simulate(20_000, enough // 2, TIMES).late > 0.1


def test_the_same_seed_is_the_same_day() -> None:
    assert simulate(3_000, 3, TIMES) == simulate(3_000, 3, TIMES)
    assert simulate(3_000, 3, TIMES) != simulate(3_000, 3, TIMES, seed=8)


def test_the_page_is_in_step_with_what_was_measured() -> None:
    assert main(["check"]) == 0, "run .venv/bin/python -m benchmarks.capacity write"
