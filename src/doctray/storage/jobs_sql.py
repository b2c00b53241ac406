"""Jobs from their birth to their tombstone, except for claims (`claims_sql`)."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, insert, select

from doctray.domain import transition
from doctray.domain.errors import IdempotencyMismatch
from doctray.domain.identity import content_key
from doctray.domain.job import Announce, Attempt, Job, JobStatus, announce_nothing
from doctray.ports import IDEMPOTENCY_S, Accepted, Idempotency
from doctray.storage.artifacts_sql import drop_artifacts
from doctray.storage.batches_sql import count_up, reopen
from doctray.storage.deliveries_sql import drop_deliveries
from doctray.storage.downloads_sql import drop_downloads
from doctray.storage.fields_sql import drop_fields, keep_fields
from doctray.storage.job_rows import change, insert_job, job_of, load, lock
from doctray.storage.outcomes_sql import record_outcome
from doctray.storage.queue_sql import outlook
from doctray.storage.reviews_sql import drop_reviews
from doctray.storage.rollout_runs_sql import drop_runs
from doctray.storage.store import Tx
from doctray.storage.tables import attempts, idempotency, in_status, jobs

_FORGET_PROMISES = delete(idempotency).where(idempotency.c.created_at <= bindparam("before"))

IDS_PER_QUERY = 500
"""Below the limits on bound parameters of both databases."""

_RESULT = (
    select(jobs)
    .where(jobs.c.owner == bindparam("of"), jobs.c.content_key == bindparam("content"), in_status(JobStatus.COMPLETED))
    .where(jobs.c.finished_at > bindparam("since"), ~jobs.c.cached)
    .order_by(jobs.c.finished_at.desc())
    .limit(1)
)


def add(tx: Tx, job: Job, *, promise: Idempotency | None, announce: Announce | None, retention_s: float) -> Job:
    return _record(tx, transition.born(job, now=tx.now, retention_s=retention_s), promise, announce)


def _record(tx: Tx, born: Job, promise: Idempotency | None, announce: Announce | None) -> Job:
    if promise is not None:
        first = _first_of(tx, promise, born)
        if first is not None:
            return first
    if born.batch_id is not None:
        count_up(tx, born.batch_id)
    insert_job(tx, born)
    if born.status is JobStatus.COMPLETED:
        keep_fields(tx, born, None)
        record_outcome(tx, born, announce or announce_nothing)
    return born


def accept(tx: Tx, job: Job, *, promise: Idempotency | None, cache_ttl_s: float, retention_s: float) -> Accepted:
    born = transition.born(job, now=tx.now, retention_s=retention_s)
    fingerprint, position, plans = outlook(tx, born)
    if cache_ttl_s > 0 and fingerprint is not None and job.source is not None and not job.options.no_cache:
        key = content_key(job.source.sha256, transition.assigned(job, plans).effective_options, fingerprint)
        reuse = find_result(tx, job.owner, key, younger_than_s=cache_ttl_s)
        if reuse is not None:
            return Accepted(job=job, reuse=reuse)
    recorded = _record(tx, born, promise, None)
    return Accepted(job=recorded, position=position if recorded.request_id == job.request_id else None)


def find_result(tx: Tx, owner: str, key: str, *, younger_than_s: float) -> Job | None:
    row = tx.conn.execute(_RESULT, {"of": owner, "content": key, "since": tx.ago(younger_than_s)}).mappings().one_or_none()
    return job_of(row) if row else None


def attempts_of(tx: Tx, request_id: str) -> list[Attempt]:
    query = select(attempts).where(attempts.c.request_id == request_id).order_by(attempts.c.generation, attempts.c.number)
    return [Attempt(**row) for row in tx.conn.execute(query).mappings()]


def replay(tx: Tx, request_id: str, *, owner: str | None) -> Job | None:
    row = lock(tx, request_id)
    if row is None or row["status"] != JobStatus.FAILED.value or row["deleted_at"] is not None or owner not in (None, row["owner"]):
        return None
    job = job_of(row)
    again = transition.replayed(job, now=tx.now)
    tx.conn.execute(*change(job, again))
    if job.batch_id is not None:
        reopen(tx, job.batch_id)
    return again


def entomb(tx: Tx, request_id: str, *, owner: str) -> Job | None:
    row = lock(tx, request_id)
    if row is None or row["owner"] != owner:
        return None
    job = job_of(row)
    if not job.status.terminal:
        return None
    tombstone = transition.entombed(job, now=tx.now)
    tx.conn.execute(*change(job, tombstone, flight_key=None, parked=False))
    tx.conn.execute(delete(attempts).where(attempts.c.request_id == request_id))
    tx.conn.execute(delete(idempotency).where(idempotency.c.request_id == request_id))
    drop_deliveries(tx, request_id)
    drop_reviews(tx, request_id)
    drop_artifacts(tx, request_id)
    drop_fields(tx, request_id)
    drop_downloads(tx, request_id)
    drop_runs(tx, request_id)
    return tombstone


def expired(tx: Tx, *, retention_s: float, limit: int) -> list[Job]:
    query = (
        select(jobs).where(jobs.c.finished_at < tx.ago(retention_s), jobs.c.deleted_at.is_(None)).order_by(jobs.c.finished_at).limit(limit)
    )
    return [job_of(row) for row in tx.conn.execute(query).mappings()]


def existing(tx: Tx, request_ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(request_ids), IDS_PER_QUERY):
        part = request_ids[start : start + IDS_PER_QUERY]
        found.update(tx.conn.execute(select(jobs.c.request_id).where(jobs.c.request_id.in_(part), jobs.c.deleted_at.is_(None))).scalars())
    return found


def _first_of(tx: Tx, promise: Idempotency, job: Job) -> Job | None:
    """The job that was added first under this promise; None when it is this one, and the promise is now taken."""
    tx.conn.execute(_FORGET_PROMISES, {"before": tx.ago(IDEMPOTENCY_S)})
    take = insert(idempotency).values(
        scope=promise.scope, key=promise.key, content=promise.content, request_id=job.request_id, created_at=tx.now
    )
    kept = select(idempotency.c.content, idempotency.c.request_id).where(
        idempotency.c.scope == promise.scope, idempotency.c.key == promise.key
    )
    first = None
    while first is None:
        if tx.attempt(take):
            return None
        # None when the first job was deleted just now, and its promise with it.
        first = tx.conn.execute(kept).one_or_none()
    if first.content != promise.content:
        raise IdempotencyMismatch
    return load(tx, first.request_id)
