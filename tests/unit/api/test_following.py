"""ETags, Prefer, Accept and estimates."""

from datetime import UTC, datetime, timedelta

import pytest

from doctray.api.admission import estimated_seconds
from doctray.api.following import etag_of, matches, preferred_wait_s
from doctray.domain.job import Job, JobStatus, Progress
from doctray.ports import QueueState

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
JOB = Job(request_id="a", owner="o", created_at=NOW, due_at=NOW)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("wait=10", 10),
        ("respond-async, wait=10", 10),
        ("Wait = 2.5", 2.5),
        ('wait="3"', 3),
        ("return=minimal; wait=4", 4),
        ("wait=-1", None),
        ("wait=soon", None),
        ("wait", None),
        ("", None),
    ],
)
def test_preferred_wait(header: str, seconds: float | None) -> None:
    assert preferred_wait_s({"prefer": header}) == seconds


@pytest.mark.parametrize(
    ("given", "same"),
    [('W/"a"', True), ('"a"', True), ('"b", W/"a"', True), ("*", True), ('"b"', False), ("", False), (None, False), ("a", False)],
)
def test_if_none_match(given: str | None, same: bool) -> None:
    assert matches(given, 'W/"a"') is same


def test_etag_changes_with_status_progress_and_attempt_only() -> None:
    processing = JOB.evolve(status=JobStatus.PROCESSING)
    tags = [
        etag_of(JOB, None),
        etag_of(processing, None),
        etag_of(processing, Progress(stage="ocr", percent=1)),
        etag_of(processing, Progress(stage="ocr", percent=2)),
        etag_of(processing.evolve(attempt=2), None),
    ]
    assert len(set(tags)) == len(tags)
    assert etag_of(JOB, None) == etag_of(JOB.evolve(ring_no=5, claim_no=3, due_at=NOW + timedelta(hours=1)), None)


@pytest.mark.parametrize(
    ("job", "percent", "position", "per_minute", "expected"),
    [
        (JOB, None, 3, 6.0, 30),  # 3 jobs at 6 a minute
        (JOB, None, 1, 600.0, 1),
        (JOB, None, 3, 0.0, None),  # nothing drained lately
        (JOB, None, None, 6.0, None),
        (JOB.evolve(status=JobStatus.PROCESSING, started_at=NOW - timedelta(seconds=10)), 50, None, 6.0, 10),
        (JOB.evolve(status=JobStatus.PROCESSING, started_at=NOW - timedelta(seconds=10)), 2, None, 6.0, None),  # too early to tell
        (JOB.evolve(status=JobStatus.PROCESSING, started_at=NOW - timedelta(seconds=10)), None, None, 6.0, None),
        (JOB.evolve(status=JobStatus.COMPLETED), None, None, 6.0, None),
    ],
)
def test_estimates(job: Job, percent: int | None, position: int | None, per_minute: float, expected: int | None) -> None:
    state = QueueState(queued=3, queued_due=3, processing=1, oldest_due_age_s=1, drained_per_minute=per_minute, dead_letters=0)
    progress = None if percent is None else Progress(stage="ocr", percent=percent)
    assert estimated_seconds(job, progress=progress, position=position, state=state, now=NOW) == expected
