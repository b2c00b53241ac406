"""A job as a value."""

from datetime import UTC, datetime, timedelta

import pytest

from doctray.domain.job import Job

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("deleted_at", "expires_at", "outlived"),
    [(None, NOW, False), (NOW - HOUR, NOW, False), (NOW - HOUR, None, False), (NOW, NOW, True), (NOW + HOUR, NOW, True)],
)
def test_a_tombstone_tells_whether_its_time_had_passed(deleted_at: datetime | None, expires_at: datetime | None, outlived: bool) -> None:
    job = Job(request_id="j", owner="default", created_at=NOW, due_at=NOW, deleted_at=deleted_at, expires_at=expires_at)
    assert job.outlived is outlived
