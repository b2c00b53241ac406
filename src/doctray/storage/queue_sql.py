"""The queue as the journal sees it: what is due, in which order, and how fast it drains."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Double, Text, bindparam, func, select, tuple_, type_coerce, update

from doctray.domain.job import Job, JobStatus
from doctray.domain.rollout import RolloutPlan
from doctray.domain.transition import PRIORITY_HEAD_START_S
from doctray.ports import DRAIN_WINDOW_S, Placed, QueueState
from doctray.storage.fingerprints_sql import LATEST_FINGERPRINT
from doctray.storage.job_rows import job_of, load
from doctray.storage.rollouts_sql import PLAN_COLUMNS, plans_in
from doctray.storage.store import Tx
from doctray.storage.switches_sql import UNDER_MAINTENANCE
from doctray.storage.tables import in_status, jobs

_PLACE = select(jobs.c.status, jobs.c.due_at).where(jobs.c.request_id == bindparam("of"))
_AHEAD = (
    select(func.count())
    .select_from(jobs)
    .where(
        in_status(JobStatus.QUEUED),
        tuple_(jobs.c.due_at, jobs.c.request_id) < tuple_(bindparam("due", type_=jobs.c.due_at.type), bindparam("of", type_=Text)),
    )
)
_OUTLOOK = select(LATEST_FINGERPRINT.scalar_subquery().label("fingerprint"), _AHEAD.scalar_subquery().label("ahead"), *PLAN_COLUMNS)
_RING = (
    update(jobs)
    .where(jobs.c.request_id == bindparam("of"), in_status(JobStatus.QUEUED))
    .values(ring_no=jobs.c.ring_no + 1)
    .returning(*jobs.c)
)


def due(tx: Tx, *, limit: int) -> list[Job]:
    ready = (in_status(JobStatus.QUEUED), jobs.c.due_at <= tx.now, ~UNDER_MAINTENANCE)
    query = select(jobs).where(*ready).order_by(jobs.c.due_at, jobs.c.request_id).limit(limit)
    return [job_of(row) for row in tx.conn.execute(query).mappings()]


def next_ring(tx: Tx, request_id: str) -> Job | None:
    row = tx.conn.execute(_RING, {"of": request_id}).mappings().one_or_none()
    return None if row is None else job_of(row)


def queue_position(tx: Tx, request_id: str) -> int | None:
    own = tx.conn.execute(_PLACE, {"of": request_id}).one_or_none()
    if own is None or own.status != JobStatus.QUEUED.value:
        return None
    return _place_of(tx, request_id, own.due_at)


def placed(tx: Tx, request_id: str) -> Placed | None:
    job = load(tx, request_id)
    if job is None:
        return None
    return Placed(job=job, position=_place_of(tx, request_id, job.due_at) if job.status is JobStatus.QUEUED else None)


def _place_of(tx: Tx, request_id: str, due_at: datetime) -> int:
    return 1 + (tx.conn.scalar(_AHEAD, {"of": request_id, "due": due_at}) or 0)


def outlook(tx: Tx, job: Job) -> tuple[str | None, int, Sequence[RolloutPlan]]:
    """(fingerprint of the worker registered last, place in the queue of a job that is about to be added to it, the rollout plans)."""
    row = tx.conn.execute(_OUTLOOK, {"of": job.request_id, "due": job.due_at}).one()
    return row.fingerprint, 1 + row.ahead, plans_in(row)


def queue_state(tx: Tx) -> QueueState:
    queued = in_status(JobStatus.QUEUED)
    # The head start is no waiting time.
    ready_at = type_coerce(jobs.c.due_at, Double) + PRIORITY_HEAD_START_S * jobs.c.priority
    waiting = tx.conn.execute(
        select(
            func.count().label("queued"),
            func.count().filter(jobs.c.due_at <= tx.now).label("due"),
            func.min(ready_at).filter(jobs.c.due_at <= tx.now).label("oldest"),
        ).where(queued)
    ).one()
    processing = tx.conn.scalar(select(func.count()).select_from(jobs).where(in_status(JobStatus.PROCESSING)))
    # attempt 0: born completed, or cancelled before it was ever claimed
    drained = tx.conn.scalar(select(func.count()).select_from(jobs).where(jobs.c.finished_at > tx.ago(DRAIN_WINDOW_S), jobs.c.attempt > 0))
    dead_letters = tx.conn.scalar(select(func.count()).select_from(jobs).where(in_status(JobStatus.FAILED), jobs.c.dead_lettered))
    return QueueState(
        queued=waiting.queued,
        queued_due=waiting.due,
        processing=processing or 0,
        oldest_due_age_s=0.0 if waiting.oldest is None else max(0.0, tx.now.timestamp() - waiting.oldest),
        drained_per_minute=(drained or 0) * 60.0 / DRAIN_WINDOW_S,
        dead_letters=dead_letters or 0,
    )
