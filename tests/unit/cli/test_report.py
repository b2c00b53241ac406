"""The forms of `doctray report` say the same, and a page takes nothing for markup."""

import json
from datetime import UTC, datetime, timedelta

from doctray.cli.report import as_html, as_json, as_text
from doctray.domain.statistics import HourOfJobs, Spread, Statistics

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def hour(days_ago: int, **counts: object) -> HourOfJobs:
    return HourOfJobs(start=NOW - timedelta(days=days_ago), **counts)  # type: ignore[arg-type]


def of(*hours: HourOfJobs, kinds: dict[str, int] | None = None) -> Statistics:
    spread = Spread(p50_s=1.0, p95_s=4.0, longest_s=9.0)
    return Statistics(since=NOW - timedelta(days=4), until=NOW, hours=hours, kinds=kinds or {}, pages=12, total=spread, wait=spread)


BUSY = of(
    hour(3, accepted=10, completed=10, cached=5),
    hour(0, accepted=30, completed=27, failed=3, codes={"engine_failure": 3}),
    kinds={"certificate": 30, "<b>": 1},
)


def test_json_has_totals_times_trend_and_peak() -> None:
    said = json.loads(as_json(BUSY))
    assert said["totals"]["accepted"] == 40
    assert said["totals"]["error_percent"] == 7.5
    assert said["seconds"]["submit_to_end"] == {"p50": 1.0, "p95": 4.0, "longest": 9.0}
    assert said["peak_hour"]["start"] == "2026-11-22T12:00:00.000Z"
    assert [day["accepted"] for day in said["days"]] == [0, 10, 0, 0, 30]


def test_a_worse_second_half_is_called_rising() -> None:
    assert "rising: 0.00 % in the earlier half, 10.00 % in the later" in as_text(BUSY)


def test_without_jobs_nothing_is_divided() -> None:
    nothing = Statistics(since=NOW - timedelta(days=1), until=NOW, hours=(), kinds={}, pages=0, total=None, wait=None)
    assert json.loads(as_json(nothing))["peak_hour"] is None
    assert "nothing was read" in as_text(nothing)
    assert "none" in as_html(nothing)


def test_the_page_shows_words_as_words() -> None:
    assert "<b>" not in as_html(BUSY)
    assert "engine_failure" in as_html(BUSY)
