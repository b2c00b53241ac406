"""Artifacts: forms of results that workers make on request, claimed under a lease like deliveries."""

from typing import Any

from sqlalchemy import RowMapping, delete, insert, literal_column, select, update

from doctray.domain import artifact as steps
from doctray.domain.artifact import Artifact, ArtifactStatus
from doctray.domain.job import BlobRef, JobError, JobStatus
from doctray.storage.job_rows import lock
from doctray.storage.store import Tx
from doctray.storage.tables import artifacts

PENDING = artifacts.c.status == literal_column("'pending'")


def artifact(tx: Tx, request_id: str, form: str) -> Artifact | None:
    row = tx.conn.execute(select(artifacts).where(*_place(request_id, form))).mappings().one_or_none()
    return _artifact_of(row) if row else None


def want(tx: Tx, request_id: str, *, form: str, edition: str, lost: str | None) -> Artifact | None:
    # The job's row is locked, so of several who ask at once one makes the row, and none is made for a job that is being deleted.
    job = lock(tx, request_id)
    if job is None or job["status"] != JobStatus.COMPLETED.value or job["deleted_at"] is not None:
        return None
    before = _locked(tx, request_id, form)
    after = steps.wanted(before, request_id=request_id, form=form, edition=edition, lost=lost, now=tx.now)
    if before is None:
        tx.conn.execute(insert(artifacts).values(**_columns_of(after)))
    elif after != before:
        _save(tx, after)
    return after


def due(tx: Tx, *, lease_s: float, limit: int) -> list[Artifact]:
    longest_due = select(artifacts).where(PENDING, artifacts.c.next_at <= tx.now).order_by(artifacts.c.next_at).limit(limit)
    found = [_artifact_of(row) for row in tx.conn.execute(longest_due.with_for_update(skip_locked=True)).mappings()]
    begun = [steps.claimed(each, now=tx.now, lease_s=lease_s) for each in found]
    for each in begun:
        _save(tx, each)
    return [each for each in begun if each.status is ArtifactStatus.PENDING]


def hold(tx: Tx, claimed: Artifact, *, lease_s: float) -> bool:
    now_there = _held(tx, claimed)
    if now_there is None:
        return False
    _save(tx, steps.held(now_there, now=tx.now, lease_s=lease_s))
    return True


def record(tx: Tx, claimed: Artifact, *, blob: BlobRef | None, error: JobError | None, next_in_s: float | None) -> bool:
    now_there = _held(tx, claimed)
    if now_there is None:
        return False
    _save(tx, steps.recorded(now_there, blob=blob, error=error, next_in_s=next_in_s, now=tx.now))
    return True


def drop_artifacts(tx: Tx, request_id: str) -> None:
    tx.conn.execute(delete(artifacts).where(artifacts.c.request_id == request_id))


def _place(request_id: str, form: str) -> tuple[Any, Any]:
    return artifacts.c.request_id == request_id, artifacts.c.form == form


def _held(tx: Tx, claimed: Artifact) -> Artifact | None:
    """The artifact as it is now, locked, if the claim still holds."""
    now_there = _locked(tx, claimed.request_id, claimed.form)
    return now_there if now_there and now_there.claim_no == claimed.claim_no and now_there.status is ArtifactStatus.PENDING else None


def _locked(tx: Tx, request_id: str, form: str) -> Artifact | None:
    row = tx.conn.execute(select(artifacts).where(*_place(request_id, form)).with_for_update()).mappings().one_or_none()
    return _artifact_of(row) if row else None


def _save(tx: Tx, after: Artifact) -> None:
    tx.conn.execute(update(artifacts).where(*_place(after.request_id, after.form)).values(**_columns_of(after)))


def _artifact_of(row: RowMapping) -> Artifact:
    blob = BlobRef(key=row["blob_key"], size_bytes=row["blob_size"], sha256=row["blob_sha256"]) if row["blob_key"] is not None else None
    return Artifact(
        request_id=row["request_id"],
        form=row["form"],
        edition=row["edition"],
        status=ArtifactStatus(row["status"]),
        claim_no=row["claim_no"],
        claims=row["claims"],
        tries_used=row["tries_used"],
        since=row["since"],
        next_at=row["next_at"],
        blob=blob,
        error=JobError(code=row["error_code"], detail=row["error_detail"]) if row["error_code"] else None,
    )


def _columns_of(each: Artifact) -> dict[str, Any]:
    return {
        "request_id": each.request_id,
        "form": each.form,
        "edition": each.edition,
        "status": each.status.value,
        "claim_no": each.claim_no,
        "claims": each.claims,
        "tries_used": each.tries_used,
        "since": each.since,
        "next_at": each.next_at,
        "blob_key": each.blob.key if each.blob else None,
        "blob_size": each.blob.size_bytes if each.blob else None,
        "blob_sha256": each.blob.sha256 if each.blob else None,
        "error_code": each.error.code if each.error else None,
        "error_detail": each.error.detail if each.error else None,
    }
