"""Claims: who works on a job, and every way in which that ends. Each change of status is here or in `jobs_sql`."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, insert, or_, select, update

from doctray.domain import transition
from doctray.domain.download import Validators
from doctray.domain.errors import DeadlineExceeded
from doctray.domain.job import Announce, BlobRef, Job, JobError, JobStatus, Outcome
from doctray.domain.rollout import RolloutPlan
from doctray.domain.rollout_run import Measured, RunEnd
from doctray.ports import Claim
from doctray.storage import jobs_sql, rollout_runs_sql
from doctray.storage.downloads_sql import remember
from doctray.storage.fields_sql import keep_fields
from doctray.storage.job_rows import change, job_of, lock
from doctray.storage.outcomes_sql import record_outcome
from doctray.storage.rollouts_sql import PLAN_COLUMNS, plans, plans_in
from doctray.storage.store import Tx
from doctray.storage.switches_sql import UNDER_MAINTENANCE
from doctray.storage.tables import LIVE, attempts, in_status, jobs, workers

Ended = tuple[Job, tuple[str, ...]]
"""The job as it then is, and the ids of parked twins that are due now."""

_BEGIN_ATTEMPT = insert(attempts)
_END_ATTEMPT = update(attempts).where(
    attempts.c.request_id == bindparam("of"), attempts.c.generation == bindparam("in_generation"), attempts.c.number == bindparam("which")
)
_STANDING = (
    select(workers.c.lease_until, UNDER_MAINTENANCE.label("paused"), *PLAN_COLUMNS)
    .where(workers.c.worker_id == bindparam("of"))
    .with_for_update(read=True, key_share=True, of=workers)
)
_WAKE_TWINS = (
    update(jobs)
    .where(
        jobs.c.owner == bindparam("of"),
        jobs.c.flight_key == select(jobs.c.flight_key).where(jobs.c.request_id == bindparam("ended")).correlate(None).scalar_subquery(),
        jobs.c.parked,
        in_status(JobStatus.QUEUED),
    )
    .values(parked=False, due_at=bindparam("from_now"))
    .returning(jobs.c.request_id)
)


def claim(tx: Tx, request_id: str, *, worker_id: str, fingerprint: str, cache_ttl_s: float) -> Claim | None:
    row = lock(tx, request_id)
    job = job_of(row) if row else None
    if job is None or not transition.claimable(job, now=tx.now):
        return None
    standing = _standing(tx, worker_id)
    if standing is None:
        return None
    claimed = transition.claimed(job, now=tx.now, worker_id=worker_id, fingerprint=fingerprint, plans=standing)
    flight_key = transition.flight_key(claimed)
    if not tx.attempt(*change(job, claimed, flight_key=flight_key, parked=False)):
        # uq_jobs_flight refused it: a twin is in flight.
        tx.conn.execute(*change(job, transition.parked(job, now=tx.now), flight_key=flight_key, parked=True))
        return None
    attempt = {
        "request_id": request_id,
        "generation": claimed.generation,
        "number": claimed.attempt,
        "worker_id": worker_id,
        "started_at": tx.now,
    }
    tx.conn.execute(_BEGIN_ATTEMPT, attempt)
    reuse = jobs_sql.find_result(tx, job.owner, flight_key, younger_than_s=cache_ttl_s) if flight_key else None
    return Claim(job=claimed, reuse=reuse)


def release(
    tx: Tx, held: Claim, *, delay_s: float, error: JobError | None, charged: bool, measured: Measured | None = None
) -> Ended | None:
    job = _held(tx, held)
    if job is None:
        return None
    released = transition.released(job, now=tx.now, delay_s=delay_s, error=error, charged=charged)
    if error is not None:
        rollout_runs_sql.record(tx, released, RunEnd.RETRIED, error=error, measured=measured)
    return _leave(tx, job, released, ended="retried" if error else "handed_back", error=error)


def finish(
    tx: Tx, held: Claim, outcome: Outcome, *, announce: Announce, retention_s: float, measured: Measured | None = None
) -> Ended | None:
    job = _held(tx, held)
    if job is None:
        return None
    finished = transition.finished(job, outcome, now=tx.now, retention_s=retention_s)
    left = _leave(tx, job, finished, ended=outcome.status.value, error=outcome.error, engine=outcome.engine)
    keep_fields(tx, finished, outcome.fields)
    rollout_runs_sql.record_outcome(tx, finished, outcome, measured=measured)
    record_outcome(tx, finished, announce)
    return left


def cancel(tx: Tx, request_id: str, *, owner: str, error: JobError, announce: Announce, retention_s: float) -> Job | None:
    row = lock(tx, request_id)
    if row is None or row["owner"] != owner:
        return None
    job = job_of(row)
    if job.status.terminal:
        return job
    return _cancel(tx, job, error=error, announce=announce, retention_s=retention_s)


def overdue(tx: Tx, *, announce: Announce, limit: int, retention_s: float) -> list[Job]:
    may_end = or_(in_status(JobStatus.PROCESSING), ~UNDER_MAINTENANCE)
    late = _locked(tx, select(jobs).where(LIVE, jobs.c.deadline_at <= tx.now, may_end).order_by(jobs.c.deadline_at).limit(limit))
    error = JobError(code=DeadlineExceeded.code, detail=DeadlineExceeded.why)
    return [_cancel(tx, job, error=error, announce=announce, retention_s=retention_s) for job in late]


def set_source(
    tx: Tx, held: Claim, *, source: BlobRef, media_type: str, fingerprint: str, validators: Validators | None = None
) -> Job | None:
    """Takes the content's flight key too, unless a twin is in flight already: then this job reads for itself."""
    job = _held(tx, held)
    if job is None:
        return None
    remember(tx, job, validators)
    known = transition.sourced(job, source=source, media_type=media_type, fingerprint=fingerprint, plans=plans(tx))
    if not tx.attempt(*change(job, known, flight_key=transition.flight_key(known))):
        tx.conn.execute(*change(job, known, flight_key=None))
    return known


def dead_leases(tx: Tx, *, announce: Announce, max_lost: int, limit: int, retention_s: float) -> tuple[list[str], list[Job]]:
    orphaned = (
        select(jobs)
        .outerjoin(workers, workers.c.worker_id == jobs.c.worker_id)
        .where(in_status(JobStatus.PROCESSING))
        .where(or_(workers.c.worker_id.is_(None), workers.c.lease_until <= tx.now))
        .order_by(jobs.c.request_id)
        .limit(limit)
    )
    to_ring: list[str] = []
    failed: list[Job] = []
    for job in _locked(tx, orphaned):
        lost, twins = _lose(tx, job, transition.lease_lost(job, now=tx.now, max_lost=max_lost, retention_s=retention_s))
        if lost.status is JobStatus.FAILED:
            record_outcome(tx, lost, announce)
            failed.append(lost)
        else:
            to_ring.append(lost.request_id)
        to_ring.extend(twins)
    return to_ring, failed


def take_back(tx: Tx, worker_id: str) -> None:
    """Queue again whatever is still processing under this worker.

    A row that another transaction holds is waited for: under a lease that lives again, no later sweep would take it back.
    """
    held = select(jobs).where(in_status(JobStatus.PROCESSING), jobs.c.worker_id == worker_id)
    for job in [job_of(row) for row in tx.conn.execute(held.with_for_update()).mappings()]:
        _lose(tx, job, transition.lease_lost(job, now=tx.now, max_lost=None, retention_s=0.0))


def _lose(tx: Tx, job: Job, lost: Job) -> Ended:
    rollout_runs_sql.record(tx, job, RunEnd.LEASE_LOST, error=None, measured=None)
    return _leave(tx, job, lost, ended="lease_lost", error=lost.error if lost.status is JobStatus.FAILED else None)


def _cancel(tx: Tx, job: Job, *, error: JobError, announce: Announce, retention_s: float) -> Job:
    cancelled = transition.cancelled(job, error, now=tx.now, retention_s=retention_s)
    _leave(tx, job, cancelled, ended="cancelled", error=error)
    record_outcome(tx, cancelled, announce)
    return cancelled


def _leave(tx: Tx, before: Job, after: Job, *, ended: str, error: JobError | None = None, engine: str | None = None) -> Ended:
    """Save a job that leaves `processing` (or the queue, when it is cancelled there), close its attempt, wake its twins."""
    tx.conn.execute(*change(before, after, parked=False))
    if before.status is not JobStatus.PROCESSING:
        return after, ()
    tx.conn.execute(
        _END_ATTEMPT,
        {
            "of": before.request_id,
            "in_generation": before.generation,
            "which": before.attempt,
            "ended_at": tx.now,
            "ended": ended,
            "error_code": error.code if error else None,
            "engine": engine,
        },
    )
    return after, _wake_twins(tx, before)


def _wake_twins(tx: Tx, job: Job) -> tuple[str, ...]:
    """Parked copies of the job's content, due now."""
    woken = tx.conn.execute(_WAKE_TWINS, {"of": job.owner, "ended": job.request_id, "from_now": tx.now})
    return tuple(sorted(woken.scalars()))


def _held(tx: Tx, held: Claim) -> Job | None:
    """The job as it is now, locked, if the claim still holds."""
    row = lock(tx, held.request_id)
    if row is None or row["status"] != JobStatus.PROCESSING.value or row["claim_no"] != held.claim_no:
        return None
    return job_of(row)


def _standing(tx: Tx, worker_id: str) -> Sequence[RolloutPlan] | None:
    """The rollout plans, for a worker that may claim: None without a lease, and under maintenance.

    Until this transaction ends the worker is not registered anew: that would overlook a claim which is just being made.
    """
    row = tx.conn.execute(_STANDING, {"of": worker_id}).one_or_none()
    if row is None or row.lease_until <= tx.now or row.paused:
        return None
    return plans_in(row)


def _locked(tx: Tx, query: Select[Any]) -> Sequence[Job]:
    """Rows that another transaction holds are left to it."""
    return [job_of(row) for row in tx.conn.execute(query.with_for_update(of=jobs, skip_locked=True)).mappings()]
