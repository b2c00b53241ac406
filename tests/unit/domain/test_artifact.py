"""How an artifact changes, step by step; journals are held to the same in tests/contract."""

from datetime import UTC, datetime, timedelta

import pytest

from doctray.domain.artifact import FAILED_KEPT_S, MAX_CLAIMS, Artifact, ArtifactStatus, claimed, held, recorded, retry_gap_s, wanted
from doctray.domain.job import BlobRef, JobError

NOW = datetime(2026, 1, 2, tzinfo=UTC)
BLOB = BlobRef(key="jobs/a/forms/pdf-1/document", size_bytes=1, sha256="s")
ERROR = JobError(code="engine_failure", detail="It ended.")


def want(before: Artifact | None, *, edition: str = "e", lost: str | None = None, now: datetime = NOW) -> Artifact:
    return wanted(before, request_id="a", form="pdf", edition=edition, lost=lost, now=now)


def test_asking_twice_changes_nothing() -> None:
    asked = want(None)
    assert (asked.status, asked.next_at, asked.claim_no) == (ArtifactStatus.PENDING, NOW, 0)
    assert want(asked, now=NOW + timedelta(days=1)) is asked


@pytest.mark.parametrize(
    ("changes", "anew"),
    [
        ({}, False),
        ({"edition": "other"}, True),
        ({"lost": BLOB.key}, True),
        ({"lost": "another"}, False),
        ({"now": NOW + timedelta(days=1)}, False),
    ],
)
def test_what_was_made_stands_until_it_is_outdated_or_lost(changes: dict[str, object], anew: bool) -> None:
    ready = recorded(claimed(want(None), now=NOW, lease_s=30), blob=BLOB, error=None, next_in_s=None, now=NOW)
    after = want(ready, **changes)  # type: ignore[arg-type]
    assert (after.status is ArtifactStatus.PENDING) is anew
    assert after.claim_no > ready.claim_no or not anew, "whoever made the one before cannot record it any more"


def test_a_failure_is_kept_for_a_while() -> None:
    failed = recorded(claimed(want(None), now=NOW, lease_s=30), blob=None, error=ERROR, next_in_s=None, now=NOW)
    assert want(failed, now=NOW + timedelta(seconds=FAILED_KEPT_S - 1)).error == ERROR
    assert want(failed, now=NOW + timedelta(seconds=FAILED_KEPT_S)).status is ArtifactStatus.PENDING


def test_a_lease_moves_on_while_it_is_held() -> None:
    taken = claimed(want(None), now=NOW, lease_s=30)
    assert (taken.claim_no, taken.next_at) == (1, NOW + timedelta(seconds=30))
    assert held(taken, now=NOW + timedelta(seconds=20), lease_s=30).next_at == NOW + timedelta(seconds=50)


def test_what_is_begun_too_often_has_failed() -> None:
    artifact = want(None)
    for _ in range(MAX_CLAIMS):
        artifact = claimed(artifact, now=NOW, lease_s=30)
        assert artifact.status is ArtifactStatus.PENDING
    lost = claimed(artifact, now=NOW, lease_s=30)
    assert (lost.status, lost.error and lost.error.code) == (ArtifactStatus.FAILED, "worker_lost")


def test_failures_are_charged_and_handing_back_is_not() -> None:
    taken = claimed(want(None), now=NOW, lease_s=30)
    again = recorded(taken, blob=None, error=ERROR, next_in_s=5, now=NOW)
    assert (again.status, again.tries_used, again.next_at) == (ArtifactStatus.PENDING, 1, NOW + timedelta(seconds=5))
    assert recorded(taken, blob=None, error=None, next_in_s=0, now=NOW).tries_used == 0


def test_it_is_tried_three_times() -> None:
    assert [retry_gap_s(tries) for tries in (1, 2, 3)] == [5.0, 30.0, None]
