"""What the dashboard shows follows from two looks, restarts and silence included."""

from collections.abc import Sequence
from io import StringIO

import pytest
from rich.console import Console
from scripts.operations.monitor import UNMETERED, board, number, spark
from scripts.operations.reading import Look, Reading, reading_of

HEALTH = {"status": "healthy", "workers": 2, "queue": {"queued": 3, "processing": 1, "oldest_due_age_seconds": 4.0, "dead_letters": 0}}


def look(at_s: float, health: dict[str, object] | None = HEALTH, **counters: float) -> Look:
    """counters: name__label_value=…"""
    found: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
    for word, value in counters.items():
        name, _, label = word.partition("__")
        key, _, said = label.partition("_")
        found[f"doctray_{name}_total", ((key, said),) if label else ()] = value
    return Look(at_s=at_s, health=health, counters=found)


def test_rates_are_what_came_between_two_looks() -> None:
    before = look(10.0, http_requests__status_200=100, http_requests__status_503=0)
    now = look(20.0, http_requests__status_200=190, http_requests__status_503=10)
    shown = reading_of(now, before)
    assert shown.requests_per_s == pytest.approx(10.0)
    assert shown.error_percent == pytest.approx(10.0)


def test_counters_that_fell_belong_to_a_process_that_was_restarted() -> None:
    shown = reading_of(look(20.0, http_requests__status_200=30), look(10.0, http_requests__status_200=1000))
    assert shown.requests_per_s == pytest.approx(3.0)


def test_the_first_look_has_no_rates() -> None:
    shown = reading_of(look(10.0, http_requests__status_200=5), None)
    assert (shown.status, shown.queued, shown.requests_per_s) == ("healthy", 3, None)


def test_a_service_that_is_not_reached_is_said_to_be_so() -> None:
    assert reading_of(look(10.0, health=None), look(5.0)).status == "unreachable"


def test_the_bucket_that_holds_the_95th_of_a_hundred_is_shown() -> None:
    def buckets(at_s: float, counts: dict[str, float]) -> Look:
        name = "doctray_http_request_seconds_bucket"
        return Look(at_s=at_s, health=HEALTH, counters={(name, (("le", bound),)): count for bound, count in counts.items()})

    before, now = buckets(0.0, {"0.1": 0, "1.0": 0, "+Inf": 0}), buckets(5.0, {"0.1": 94, "1.0": 100, "+Inf": 100})
    assert reading_of(now, before).answer_p95_s == 1.0


def test_a_service_whose_metrics_are_kept_from_the_outside_is_said_to_be_so() -> None:
    assert UNMETERED in shown([reading_of(look(10.0), None)])
    assert UNMETERED not in shown([reading_of(look(10.0, http_requests__status_200=5), None)])
    assert UNMETERED not in shown([reading_of(look(10.0, health=None), None)])


def shown(readings: Sequence[Reading]) -> str:
    """The board as it stands in a terminal."""
    console = Console(width=200, record=True, file=StringIO())
    console.print(board("here", readings, left_s=None))
    return console.export_text()


def test_a_course_leaves_blank_what_was_not_known() -> None:
    assert spark([None, 0.0, 8.0]) == " ▁█"
    assert spark([None, None]) == "  "


def test_what_is_not_known_is_a_question_mark() -> None:
    assert (number(None), number(3.0), number(0.125), number(1234.5)) == ("?", "3", "0.12", "1234")
