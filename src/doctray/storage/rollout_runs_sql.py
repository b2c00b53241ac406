"""How attempts under a rollout plan went, and the shadows that are still to be run; counted in SQL, since an hour may hold many."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, delete, func, insert, or_, select, update

from doctray.domain.agreement import compare
from doctray.domain.extraction import Fields
from doctray.domain.job import Job, JobError, JobStatus, Outcome
from doctray.domain.rollout import Arm, RolloutKind, RolloutPlan
from doctray.domain.rollout_health import MOST_COUNTED, ArmFigures, Mean, rank95, stage_began, window_since
from doctray.domain.rollout_run import ENDS_JOB, Measured, RolloutRun, RunEnd, Tally, runs_of, share_of, tallied
from doctray.domain.shadow import MAX_BEGUN, STALE_AFTER_S, Shadow, shadows_of, wanted_still
from doctray.storage.job_rows import job_of
from doctray.storage.rollouts_sql import plans
from doctray.storage.store import Tx
from doctray.storage.switches_sql import UNDER_MAINTENANCE
from doctray.storage.tables import jobs, result_fields, rollout_runs, shadow_runs, workers

_KEEP = insert(rollout_runs)
_WANT = insert(shadow_runs)


def record(tx: Tx, job: Job, ended: RunEnd, *, error: JobError | None, measured: Measured | None) -> None:
    """What an attempt says of the job's arms; nothing, and no query, for a job without."""
    if _assigned(job):
        _keep(tx, plans(tx), job, ended, error=error, measured=measured)


def record_outcome(tx: Tx, job: Job, outcome: Outcome, *, measured: Measured | None) -> None:
    """Of a job that has just been completed or failed; results from the cache say nothing. Wants its shadows, too."""
    if outcome.cached or not _assigned(job) or outcome.status is JobStatus.CANCELLED:
        return
    standing = plans(tx)
    completed = outcome.status is JobStatus.COMPLETED
    _keep(tx, standing, job, RunEnd.COMPLETED if completed else RunEnd.FAILED, error=outcome.error, measured=measured)
    for shadow in shadows_of(job, standing, measured) if completed else ():
        values = {"request_id": job.request_id, "kind": shadow.kind.value, "name": shadow.name, "created_at": tx.now, "claims": 0}
        tx.conn.execute(_WANT, {**values, "claim_no": 0, "worker_id": None})


def _keep(tx: Tx, standing: Sequence[RolloutPlan], job: Job, ended: RunEnd, *, error: JobError | None, measured: Measured | None) -> None:
    shares = {plan.kind: plan.percentage for plan in standing}
    for run in runs_of(job, at=tx.now, ended=ended, error=error, measured=measured, percentages=shares):
        tx.conn.execute(_KEEP, _columns_of(run))


def note_truth(tx: Tx, job: Job, reviewed: Fields) -> None:
    """A person's fields beside those that the job's last attempt took."""
    if not _assigned(job):
        return
    text = tx.conn.scalar(select(result_fields.c.fields).where(result_fields.c.request_id == job.request_id))
    if text is None:
        return
    tally = tallied(compare(reviewed, json.loads(text), job.document_type))
    of_job = (rollout_runs.c.request_id == job.request_id, rollout_runs.c.generation == job.generation, ~rollout_runs.c.shadow)
    tx.conn.execute(update(rollout_runs).where(*of_job, rollout_runs.c.number == job.attempt).values(**_tally_columns("truth", tally)))


def drop_runs(tx: Tx, request_id: str) -> None:
    for table in (rollout_runs, shadow_runs):
        tx.conn.execute(delete(table).where(table.c.request_id == request_id))


def runs(tx: Tx, kind: RolloutKind, *, since: datetime, limit: int) -> list[RolloutRun]:
    query = (
        select(rollout_runs)
        .where(rollout_runs.c.kind == kind.value, rollout_runs.c.at >= since)
        .order_by(rollout_runs.c.at.desc(), rollout_runs.c.request_id.desc(), rollout_runs.c.number.desc(), rollout_runs.c.shadow.desc())
        .limit(limit)
    )
    return [_run_of(row) for row in tx.conn.execute(query).mappings()]


def figures(tx: Tx, plan: RolloutPlan) -> dict[Arm, ArmFigures]:
    names = {Arm.BASELINE: plan.baseline, Arm.CANDIDATE: plan.candidate}
    return {arm: _figures(tx, plan, arm, name) for arm, name in names.items()}


def _figures(tx: Tx, plan: RolloutPlan, arm: Arm, name: str) -> ArmFigures:
    table, limits = rollout_runs.c, plan.thresholds
    of_arm = (table.kind == plan.kind.value, table.arm == arm.value, table.name == name)
    recent = (
        select(table.good, table.shadow, table.seconds, table.outcome, table.confidence)
        .where(*of_arm, table.at >= window_since(plan, now=tx.now), table.good.is_not(None))
        .order_by(table.at.desc())
        .limit(MOST_COUNTED)
        .subquery()
    )
    run = recent.c
    timed = run.good & ~run.shadow & run.seconds.is_not(None)
    counted = tx.conn.execute(
        select(
            func.count().label("attempts"),
            func.count().filter(~run.good).label("errors"),
            func.count().filter(run.outcome.in_([ended.value for ended in ENDS_JOB])).label("ended"),
            func.count().filter(run.outcome == RunEnd.COMPLETED.value).label("completed"),
            func.count().filter(timed).label("timed"),
            func.count().filter(timed, run.seconds > limits.seconds).label("slow"),
            func.count().filter(timed, run.seconds > limits.critical_seconds).label("very_slow"),
            func.count().filter(run.shadow).label("shadows"),
            *_sums("confidence", run.confidence),
        ).select_from(recent)
    ).one()
    compared = (table.agreement_share.is_not(None) | table.truth_share.is_not(None), *of_arm, table.at >= stage_began(plan, now=tx.now))
    whole = tx.conn.execute(
        select(*(part for figure in ("agreement", "truth") for part in _sums(figure, table[f"{figure}_share"]))).where(*compared)
    ).one()
    p95 = select(run.seconds).where(timed).order_by(run.seconds).limit(1).offset(rank95(counted.timed))
    return ArmFigures(
        attempts=counted.attempts,
        errors=counted.errors,
        ended=counted.ended,
        completed=counted.completed,
        timed=counted.timed,
        slow=counted.slow,
        very_slow=counted.very_slow,
        p95_s=tx.conn.scalar(p95) if counted.timed else None,
        shadows=counted.shadows,
        confidence=_mean(counted, "confidence"),
        agreement=_mean(whole, "agreement"),
        truth=_mean(whole, "truth"),
    )


def due_shadows(tx: Tx, worker_id: str, *, limit: int) -> list[Shadow]:
    """Claimed for the worker: nobody else's while it lives. One that it claimed before is given to it again."""
    _drop_stale(tx)
    free = or_(shadow_runs.c.worker_id.is_(None), shadow_runs.c.worker_id == worker_id, workers.c.worker_id.is_(None), _gone(tx))
    query = (
        select(shadow_runs.c.kind, shadow_runs.c.name, shadow_runs.c.claim_no, shadow_runs.c.claims, jobs)
        .join(jobs, jobs.c.request_id == shadow_runs.c.request_id)
        .outerjoin(workers, workers.c.worker_id == shadow_runs.c.worker_id)
        .where(free, ~UNDER_MAINTENANCE)
        .order_by(shadow_runs.c.created_at, shadow_runs.c.request_id)
        .limit(limit)
        .with_for_update(of=shadow_runs, skip_locked=True)
    )
    standing = {plan.kind: plan for plan in plans(tx)}
    taken: list[Shadow] = []
    for row in tx.conn.execute(query).mappings().all():
        shadow = Shadow(job=job_of(row), kind=RolloutKind(row["kind"]), name=row["name"], claim_no=row["claim_no"] + 1)
        if not wanted_still(shadow, standing.get(shadow.kind)):
            tx.conn.execute(delete(shadow_runs).where(*_is(shadow)))
            continue
        change = {"claim_no": shadow.claim_no, "claims": row["claims"] + 1, "worker_id": worker_id}
        tx.conn.execute(update(shadow_runs).where(*_is(shadow)).values(**change))
        taken.append(shadow)
    return taken


def record_shadow(tx: Tx, shadow: Shadow, run: RolloutRun) -> bool:
    if tx.conn.execute(delete(shadow_runs).where(*_is(shadow), shadow_runs.c.claim_no == shadow.claim_no)).rowcount == 0:
        return False
    percentage = next((plan.percentage for plan in plans(tx) if plan.kind is shadow.kind), 0)
    tx.conn.execute(_KEEP, _columns_of(replace(run, at=tx.now, percentage=percentage)))
    return True


def release_shadow(tx: Tx, shadow: Shadow) -> None:
    """Back among the others, as if it had not been begun."""
    mine = (*_is(shadow), shadow_runs.c.claim_no == shadow.claim_no)
    tx.conn.execute(update(shadow_runs).where(*mine).values(worker_id=None, claims=shadow_runs.c.claims - 1))


def shadows_waiting(tx: Tx) -> int:
    return tx.conn.scalar(select(func.count()).select_from(shadow_runs)) or 0


def _drop_stale(tx: Tx) -> None:
    old = or_(shadow_runs.c.created_at < tx.ago(STALE_AFTER_S), shadow_runs.c.claims >= MAX_BEGUN)
    tx.conn.execute(delete(shadow_runs).where(old))


def _gone(tx: Tx) -> ColumnElement[bool]:
    return workers.c.lease_until <= tx.now


def _is(shadow: Shadow) -> tuple[ColumnElement[bool], ...]:
    return shadow_runs.c.request_id == shadow.job.request_id, shadow_runs.c.kind == shadow.kind.value


def _assigned(job: Job) -> bool:
    return job.engine_arm is not None or job.extractor_arm is not None


def _sums(name: str, column: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    return (
        func.count(column).label(f"{name}_count"),
        func.coalesce(func.sum(column), 0.0).label(f"{name}_sum"),
        func.coalesce(func.sum(column * column), 0.0).label(f"{name}_squares"),
    )


def _mean(row: Any, name: str) -> Mean:
    found = row._mapping
    return Mean.of_sums(found[f"{name}_count"], float(found[f"{name}_sum"]), float(found[f"{name}_squares"]))


def _columns_of(run: RolloutRun) -> dict[str, Any]:
    return {
        "request_id": run.request_id,
        "kind": run.kind.value,
        "generation": run.generation,
        "number": run.number,
        "shadow": run.shadow,
        "at": run.at,
        "name": run.name,
        "arm": run.arm.value,
        "percentage": run.percentage,
        "seconds": run.seconds,
        "pages": run.pages,
        "outcome": run.outcome.value,
        "error_code": run.error_code,
        "blame": run.blame,
        "good": run.good,
        "confidence": run.confidence,
        "needs_review": run.needs_review,
        "memory_bytes": run.memory_bytes,
        "cost_usd": run.cost_usd,
        **_tally_columns("agreement", run.agreement),
        **_tally_columns("truth", run.truth),
    }


def _tally_columns(name: str, tally: Tally | None) -> Mapping[str, Any]:
    """The share beside the counts, so that SQL can take its mean."""
    return {name: json.dumps(tally, ensure_ascii=False) if tally else None, f"{name}_share": share_of(tally)}


def _run_of(row: RowMapping) -> RolloutRun:
    members = {name: value for name, value in row.items() if not name.endswith("_share")}
    return RolloutRun(
        **{
            **members,
            "kind": RolloutKind(row["kind"]),
            "arm": Arm(row["arm"]),
            "outcome": RunEnd(row["outcome"]),
            "agreement": _tally(row["agreement"]),
            "truth": _tally(row["truth"]),
        }
    )


def _tally(text: str | None) -> Tally | None:
    return None if text is None else {name: (agreed, of) for name, (agreed, of) in json.loads(text).items()}
