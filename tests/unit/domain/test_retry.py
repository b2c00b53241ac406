"""When a job is tried again, and when a webhook is."""

from datetime import UTC, datetime

import pytest

from doctray.domain.errors import (
    CorruptDocument,
    DoctrayError,
    EngineFailure,
    ExtractorUnavailable,
    TimedOut,
)
from doctray.domain.job import Job
from doctray.domain.retry import WEBHOOK_GAPS_S, GiveUp, Retry, decide, next_webhook_gap_s

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def a_job(tries_used: int = 0) -> Job:
    return Job(request_id="r", owner="o", created_at=NOW, due_at=NOW, tries_used=tries_used)


@pytest.mark.parametrize(
    ("tries_used", "error", "jitter", "expected"),
    [
        # 2 s * 4**n, plus up to half of that again
        (0, EngineFailure(), 0.0, Retry(delay_s=2.0, charged=True)),
        (0, EngineFailure(), 0.5, Retry(delay_s=2.5, charged=True)),
        (1, EngineFailure(), 0.0, Retry(delay_s=8.0, charged=True)),
        (1, TimedOut(), 0.999, Retry(delay_s=pytest.approx(11.996), charged=True)),
        (2, EngineFailure(), 0.0, GiveUp(dead_lettered=True)),
        (0, CorruptDocument(), 0.0, GiveUp(dead_lettered=False)),
        (2, CorruptDocument(), 0.0, GiveUp(dead_lettered=False)),
        (0, ExtractorUnavailable(retry_after_s=60), 0.0, Retry(delay_s=60.0, charged=True)),
        (1, ExtractorUnavailable(retry_after_s=1), 0.0, Retry(delay_s=8.0, charged=True)),
    ],
)
def test_decide(tries_used: int, error: DoctrayError, jitter: float, expected: object) -> None:
    assert decide(a_job(tries_used), error, jitter=jitter) == expected


def test_ten_webhook_tries_take_about_45_hours() -> None:
    gaps = [next_webhook_gap_s(done, jitter=0.0) for done in range(11)]
    assert gaps == [*map(float, WEBHOOK_GAPS_S), None]
    assert sum(gap for gap in gaps if gap) / 3600 == pytest.approx(44.7, abs=0.5)


@pytest.mark.parametrize(
    ("retry_after_s", "expected"), [(None, 5.0), (1, 5.0), (77, 77), (10 * 86400, 86400)], ids=["none", "sooner", "later", "absurd"]
)
def test_a_receivers_retry_after_is_honoured_up_to_a_day(retry_after_s: float | None, expected: float) -> None:
    assert next_webhook_gap_s(1, jitter=0.0, retry_after_s=retry_after_s) == expected
