"""Counts and times of the jobs of some days, for `doctray report`."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Double, Integer, case, cast, func, select, type_coerce

from doctray.domain.job import JobStatus
from doctray.domain.statistics import UNKNOWN_CODE, HourOfJobs, Spread, Statistics
from doctray.storage.store import Tx
from doctray.storage.tables import in_status, jobs

_HOUR_S = 3600


def statistics(tx: Tx, *, days: int) -> Statistics:
    """Of jobs accepted in the last `days` days."""
    since = tx.ago(days * 86400.0)
    recent = jobs.c.created_at >= since
    # Read by a worker to its end; answers from the cache at the door take no time.
    read = (recent, jobs.c.attempt > 0, jobs.c.started_at.is_not(None), in_status(JobStatus.COMPLETED), jobs.c.cached.is_(False))
    kinds = (
        select(jobs.c.document_type, func.count().label("jobs")).where(recent, jobs.c.deleted_at.is_(None)).group_by(jobs.c.document_type)
    )
    return Statistics(
        since=since,
        until=tx.now,
        hours=_hours(tx, recent),
        kinds={row.document_type: row.jobs for row in tx.conn.execute(kinds)},
        pages=tx.conn.scalar(select(func.coalesce(func.sum(jobs.c.page_total), 0)).where(*read)) or 0,
        total=_spread(tx, _seconds(jobs.c.finished_at) - _seconds(jobs.c.created_at), read),
        wait=_spread(tx, _seconds(jobs.c.started_at) - _seconds(jobs.c.created_at), read),
    )


def _hours(tx: Tx, recent: ColumnElement[bool]) -> tuple[HourOfJobs, ...]:
    # Floored first: a cast to integer cuts off on SQLite and rounds on PostgreSQL.
    hour = cast(func.floor(_seconds(jobs.c.created_at) / _HOUR_S), Integer).label("hour")
    code = case((in_status(JobStatus.FAILED), func.coalesce(jobs.c.error_code, UNKNOWN_CODE)), else_="").label("code")
    cached = func.count().filter(jobs.c.cached)
    rows = tx.conn.execute(select(hour, jobs.c.status, code, func.count(), cached).where(recent).group_by(hour, jobs.c.status, code))
    counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    codes: dict[int, dict[str, int]] = defaultdict(dict)
    for number, status, failed_with, count, from_cache in rows:
        counts[number][status] += count
        counts[number]["accepted"] += count
        counts[number]["cached"] += from_cache
        if failed_with:
            codes[number][failed_with] = count
    return tuple(
        HourOfJobs(
            start=datetime.fromtimestamp(number * _HOUR_S, UTC),
            accepted=found["accepted"],
            completed=found[JobStatus.COMPLETED.value],
            failed=found[JobStatus.FAILED.value],
            cancelled=found[JobStatus.CANCELLED.value],
            cached=found["cached"],
            codes=codes[number],
        )
        for number, found in sorted(counts.items())
    )


def _spread(tx: Tx, seconds: ColumnElement[Any], read: tuple[ColumnElement[bool], ...]) -> Spread | None:
    """Nearest ranks, by position: SQLite knows no percentiles."""
    count = tx.conn.scalar(select(func.count()).select_from(jobs).where(*read)) or 0
    if count == 0:
        return None

    def at(share: float) -> float:
        rank = max(0, min(count - 1, -int(-share * count // 1) - 1))
        return float(tx.conn.scalar(select(seconds).where(*read).order_by(seconds).limit(1).offset(rank)) or 0.0)

    return Spread(p50_s=at(0.50), p95_s=at(0.95), longest_s=at(1.0))


def _seconds(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return type_coerce(column, Double)
