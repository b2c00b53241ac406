"""How a job changes: every step between its states, as a pure function from the job as it was. Journals write what these return."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from doctray.domain.errors import WorkerLost
from doctray.domain.identity import content_key
from doctray.domain.job import BlobRef, Job, JobError, JobStatus, Outcome
from doctray.domain.rollout import RolloutKind, RolloutPlan, assign

PRIORITY_HEAD_START_S = 30.0
"""Seconds that each step of priority moves a job's due time into the past: it passes jobs that came up to 30 s a step
before it, so that priority 9 is 4.5 minutes ahead of priority 0, and nobody starves."""

PARKED_S = 10.0
"""How long a copy waits for its twin at most, should the twin's end go unnoticed."""


def born(job: Job, *, now: datetime, retention_s: float) -> Job:
    """A new job: queued and due, or completed from the cache."""
    waiting = _waiting(job, now, created_at=now)
    match job.status:
        case JobStatus.QUEUED:
            return waiting
        case JobStatus.COMPLETED:
            return _ended(waiting, now, retention_s)
        case other:
            raise ValueError(f"a job cannot be born {other}")


def claimable(job: Job, *, now: datetime) -> bool:
    """Queued, due, and not past its deadline."""
    return job.status is JobStatus.QUEUED and job.due_at <= now and (job.deadline_at is None or now < job.deadline_at)


def assigned(job: Job, plans: Sequence[RolloutPlan]) -> Job:
    """Given out by the plans as they are now, at most one of each kind; what an earlier plan said is forgotten."""
    given: dict[str, object] = {"assigned_engine": None, "engine_arm": None, "assigned_extractor": None, "extractor_arm": None}
    chosen = {RolloutKind.ENGINE: job.options.engine, RolloutKind.EXTRACTOR: job.options.extractor}
    for plan in plans:
        if chosen[plan.kind] is not None:
            continue
        to = assign(plan, sha256=job.source.sha256 if job.source else None, owner=job.owner, wanted=job.arm_wanted)
        if to is not None:
            given |= {f"assigned_{plan.kind.value}": to.name, f"{plan.kind.value}_arm": to.arm}
    # Most often there is no plan, and a copy of a job costs as much as a small query.
    return job if all(getattr(job, name) == value for name, value in given.items()) else job.evolve(**given)


def claimed(job: Job, *, now: datetime, worker_id: str, fingerprint: str, plans: Sequence[RolloutPlan] = ()) -> Job:
    """Assigned anew at every claim: the retries of a candidate that was rolled back go to the baseline."""
    job = assigned(job, plans)
    return job.evolve(
        status=JobStatus.PROCESSING,
        content_key=content_key(job.source.sha256, job.effective_options, fingerprint) if job.source else None,
        claim_no=job.claim_no + 1,
        attempt=job.attempt + 1,
        worker_id=worker_id,
        started_at=job.started_at or now,
    )


def flight_key(job: Job) -> str | None:
    """What only one of an owner's jobs may be processing at a time; None: nobody minds."""
    return None if job.options.no_cache else job.content_key


def parked(job: Job, *, now: datetime) -> Job:
    """A twin is in flight: wait for its end."""
    return job.evolve(due_at=now + timedelta(seconds=PARKED_S))


def sourced(job: Job, *, source: BlobRef, media_type: str, fingerprint: str, plans: Sequence[RolloutPlan] = ()) -> Job:
    """The bytes behind a url are known now, and with them who reads them."""
    known = assigned(job.evolve(source=source, media_type=media_type), plans)
    return known.evolve(content_key=content_key(source.sha256, known.effective_options, fingerprint))


def maintained(job: Job, *, since: datetime, now: datetime) -> Job:
    """Maintenance ends that began at `since`: a queued job's deadline moves by how long it could not be taken."""
    if job.status is not JobStatus.QUEUED or job.deadline_at is None:
        return job
    return job.evolve(deadline_at=job.deadline_at + max(timedelta(), now - max(since, job.due_at)))


def released(job: Job, *, now: datetime, delay_s: float, error: JobError | None, charged: bool) -> Job:
    """delay_s 0: it keeps its place in the queue."""
    return job.evolve(
        status=JobStatus.QUEUED,
        due_at=now + timedelta(seconds=delay_s) if delay_s > 0 else job.due_at,
        worker_id=None,
        tries_used=job.tries_used + charged,
        error=error or job.error,
    )


def finished(job: Job, outcome: Outcome, *, now: datetime, retention_s: float) -> Job:
    return _ended(job, now, retention_s).evolve(
        status=outcome.status,
        result=outcome.result,
        result_type=outcome.result_type,
        confidence=outcome.confidence,
        needs_review=outcome.needs_review,
        error=outcome.error,
        dead_lettered=outcome.dead_lettered,
        engine=outcome.engine,
        page_total=outcome.page_total,
        cached=outcome.cached,
        content_key=job.content_key if outcome.reusable else None,
    )


def cancelled(job: Job, error: JobError, *, now: datetime, retention_s: float) -> Job:
    """By its caller or its deadline; whoever works on it has lost the claim."""
    return _ended(job, now, retention_s).evolve(status=JobStatus.CANCELLED, claim_no=job.claim_no + 1, error=error)


def lease_lost(job: Job, *, now: datetime, max_lost: int | None, retention_s: float) -> Job:
    """Queued again in its old place and without backoff, since losing a worker says nothing about the document; failed beyond max_lost."""
    lost = job.evolve(claim_no=job.claim_no + 1, leases_lost=job.leases_lost + 1)
    if max_lost is None or lost.leases_lost <= max_lost:
        return lost.evolve(status=JobStatus.QUEUED, worker_id=None)
    error = JobError(code=WorkerLost.code, detail=WorkerLost.why)
    return _ended(lost, now, retention_s).evolve(status=JobStatus.FAILED, error=error, dead_lettered=True)


def replayed(job: Job, *, now: datetime) -> Job:
    """failed → queued, in a new generation that starts from nothing."""
    return _waiting(job, now).evolve(
        status=JobStatus.QUEUED,
        generation=job.generation + 1,
        tries_used=0,
        leases_lost=0,
        attempt=0,
        worker_id=None,
        started_at=None,
        finished_at=None,
        expires_at=None,
        error=None,
        dead_lettered=False,
        engine=None,
        page_total=None,
    )


def reviewed(job: Job) -> Job:
    """A person has said what the fields are; what the machine doubted is settled."""
    return job.evolve(validated=True, needs_review=False, review_no=job.review_no + 1)


def entombed(job: Job, *, now: datetime) -> Job:
    """Only id, owner, times and counters are left."""
    return Job(
        request_id=job.request_id,
        owner=job.owner,
        status=job.status,
        generation=job.generation,
        claim_no=job.claim_no,
        ring_no=job.ring_no,
        attempt=job.attempt,
        batch_id=job.batch_id,
        created_at=job.created_at,
        due_at=job.due_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        expires_at=job.expires_at,
        deadline_at=job.deadline_at,
        deleted_at=job.deleted_at or now,
    )


def _waiting(job: Job, now: datetime, **also: object) -> Job:
    """Due now, less the head start, with all of its time before it."""
    deadline_s = job.options.deadline_seconds
    return job.evolve(
        **also,
        due_at=now - timedelta(seconds=PRIORITY_HEAD_START_S * job.options.priority),
        deadline_at=None if deadline_s is None else now + timedelta(seconds=deadline_s),
    )


def brought_in(job: Job, *, now: datetime, retention_s: float) -> Job:
    """Ended somewhere else, at whatever time: its data are kept as long as those of a job that ends now."""
    if not job.status.terminal:
        raise ValueError(f"a job cannot be brought in {job.status}")
    return _ended(job, now, retention_s)


def _ended(job: Job, now: datetime, retention_s: float) -> Job:
    return job.evolve(finished_at=now, expires_at=now + timedelta(seconds=retention_s))
