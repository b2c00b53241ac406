"""A form of a result that a worker makes when it is first asked for, such as a searchable PDF; and how it changes.

Every step is a pure function from the artifact as it was, as in `doctray.domain.transition`; journals write what these return.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from doctray.domain.errors import WorkerLost
from doctray.domain.job import BlobRef, JobError

MAX_CLAIMS = 10
"""How often an artifact is begun before it counts as failed: a document that ends every worker must not be begun for ever."""

FAILED_KEPT_S = 300.0
"""How long a failure is answered before asking again starts anew: a caller that polls must see it, and not restart it with each poll."""


class ArtifactStatus(StrEnum):
    PENDING = "pending"  # due at next_at; a maker claims it under a lease
    READY = "ready"  # `blob` holds it
    FAILED = "failed"  # its tries are used up, or the document is at fault; asked for later, it is pending again


_RETRY_GAPS_S = (5.0, 30.0)
"""Seconds before the second and the third try; after that it has failed."""


def retry_gap_s(tries_used: int) -> float | None:
    """Seconds until an artifact is tried again that has failed so many times; None: it is not."""
    return _RETRY_GAPS_S[tries_used - 1] if tries_used <= len(_RETRY_GAPS_S) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One form of one job's result. `claim_no` fences `record_artifact` as it fences jobs."""

    request_id: str
    # pdf or xlsx
    form: str
    # what it is made from: the result, and the review where the form shows fields; another edition replaces this one
    edition: str
    status: ArtifactStatus = ArtifactStatus.PENDING
    claim_no: int = 0
    # claims since it was asked for
    claims: int = 0
    # failures since it was asked for
    tries_used: int = 0
    # when it was asked for; once it has failed, when that was
    since: datetime
    next_at: datetime | None = None
    blob: BlobRef | None = None
    error: JobError | None = None


def wanted(before: Artifact | None, *, request_id: str, form: str, edition: str, lost: str | None, now: datetime) -> Artifact:
    """The artifact once it has been asked for: as it stands, or pending anew.

    lost: key of a blob that turned out to be missing.
    """
    if before is not None and before.edition == edition:
        gone = before.blob is not None and before.blob.key == lost
        stale = before.status is ArtifactStatus.FAILED and before.since + timedelta(seconds=FAILED_KEPT_S) <= now
        if not gone and not stale:
            return before
    claim_no = before.claim_no + 1 if before else 0
    return Artifact(request_id=request_id, form=form, edition=edition, claim_no=claim_no, since=now, next_at=now)


def claimed(artifact: Artifact, *, now: datetime, lease_s: float) -> Artifact:
    """Begun; or failed, when it was begun too often and never ended."""
    if artifact.claims >= MAX_CLAIMS:
        error = JobError(code=WorkerLost.code, detail=WorkerLost.why)
        return replace(artifact, status=ArtifactStatus.FAILED, claim_no=artifact.claim_no + 1, next_at=None, since=now, error=error)
    return replace(artifact, claim_no=artifact.claim_no + 1, claims=artifact.claims + 1, next_at=now + timedelta(seconds=lease_s))


def held(artifact: Artifact, *, now: datetime, lease_s: float) -> Artifact:
    """Its maker is still at it."""
    return replace(artifact, next_at=now + timedelta(seconds=lease_s))


def recorded(artifact: Artifact, *, blob: BlobRef | None, error: JobError | None, next_in_s: float | None, now: datetime) -> Artifact:
    """Made (blob), failed for good (error alone), to be tried again (error and next_in_s), or handed back (next_in_s alone)."""
    if blob is not None:
        return replace(artifact, status=ArtifactStatus.READY, blob=blob, error=None, next_at=None)
    if next_in_s is None:
        return replace(artifact, status=ArtifactStatus.FAILED, error=error, tries_used=artifact.tries_used + 1, next_at=None, since=now)
    due_at = now + timedelta(seconds=next_in_s)
    return replace(artifact, error=error, tries_used=artifact.tries_used + (error is not None), next_at=due_at)
