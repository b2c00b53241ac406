"""Batches: how many of their jobs are still open, and the announcement when none is.

A batch's row is taken after its job's in every transaction, so that no two wait for each other.
"""

import json
from typing import Any

from sqlalchemy import RowMapping, delete, func, insert, select, update

from doctray.domain.batch import Batch, BatchView, announcement, counts_of
from doctray.domain.job import JobStatus
from doctray.ports import IDEMPOTENCY_S, Idempotency
from doctray.storage.deliveries_sql import new_delivery
from doctray.storage.job_rows import job_of
from doctray.storage.store import Tx
from doctray.storage.tables import batches, deliveries, idempotency, jobs


def open_batch(tx: Tx, batch: Batch, *, promise: Idempotency | None) -> Batch:
    if promise is not None:
        tx.conn.execute(delete(idempotency).where(idempotency.c.created_at <= tx.ago(IDEMPOTENCY_S)))
        taken = tx.attempt(
            insert(idempotency).values(
                scope=promise.scope, key=promise.key, content=promise.content, request_id=batch.batch_id, created_at=tx.now
            )
        )
        if not taken:
            first = select(idempotency.c.request_id).where(idempotency.c.scope == promise.scope, idempotency.c.key == promise.key)
            found = _load(tx, tx.conn.execute(first).scalar_one())
            if found is not None:
                return found
    tx.conn.execute(
        insert(batches).values(
            batch_id=batch.batch_id,
            owner=batch.owner,
            created_at=tx.now,
            webhook_url=batch.webhook_url,
            metadata=json.dumps(dict(batch.metadata), ensure_ascii=False),
            total=0,
            open=1,
            held=True,
        )
    )
    return Batch(
        batch_id=batch.batch_id, owner=batch.owner, created_at=tx.now, webhook_url=batch.webhook_url, metadata=dict(batch.metadata)
    )


def close_batch(tx: Tx, batch_id: str) -> None:
    let_go = update(batches).where(batches.c.batch_id == batch_id, batches.c.held).values(held=False)
    if tx.conn.execute(let_go).rowcount == 1:
        count_down(tx, batch_id)


def close_abandoned(tx: Tx, *, older_than_s: float, limit: int) -> list[str]:
    query = select(batches.c.batch_id).where(batches.c.held, batches.c.created_at <= tx.ago(older_than_s)).limit(limit)
    found = list(tx.conn.execute(query.with_for_update(skip_locked=True)).scalars())
    for batch_id in found:
        close_batch(tx, batch_id)
    return found


def count_up(tx: Tx, batch_id: str) -> None:
    """One more job, which may have ended already: its outcome counts it down again."""
    tx.conn.execute(update(batches).where(batches.c.batch_id == batch_id).values(open=batches.c.open + 1, total=batches.c.total + 1))


def reopen(tx: Tx, batch_id: str) -> None:
    """A job of it is tried again. Its completion is announced once, however often it is reached."""
    tx.conn.execute(update(batches).where(batches.c.batch_id == batch_id).values(open=batches.c.open + 1, finished_at=None))


def count_down(tx: Tx, batch_id: str) -> None:
    """One job less; the last one completes the batch and announces it."""
    left = tx.conn.execute(
        update(batches).where(batches.c.batch_id == batch_id).values(open=batches.c.open - 1).returning(batches.c.open)
    ).scalar_one_or_none()
    if left != 0:
        return
    tx.conn.execute(update(batches).where(batches.c.batch_id == batch_id).values(finished_at=tx.now))
    batch = _load(tx, batch_id)
    assert batch is not None
    delivery = announcement(batch, _counts(tx, batch_id))
    if delivery is not None:
        tx.attempt(new_delivery(tx, delivery, request_id=batch_id, owner=batch.owner, generation=1))


def batch_of(tx: Tx, batch_id: str) -> BatchView | None:
    batch = _load(tx, batch_id)
    if batch is None:
        return None
    members = select(jobs).where(jobs.c.batch_id == batch_id).order_by(jobs.c.request_id)
    return BatchView(batch=batch, jobs=tuple(job_of(row) for row in tx.conn.execute(members).mappings()))


def purge_batches(tx: Tx, *, retention_s: float, limit: int) -> int:
    old = select(batches.c.batch_id).where(batches.c.finished_at < tx.ago(retention_s)).limit(limit)
    gone = list(tx.conn.execute(old).scalars())
    if gone:
        tx.conn.execute(delete(deliveries).where(deliveries.c.request_id.in_(gone)))
        tx.conn.execute(delete(batches).where(batches.c.batch_id.in_(gone)))
    return len(gone)


def _counts(tx: Tx, batch_id: str) -> dict[str, int]:
    rows = tx.conn.execute(select(jobs.c.status, func.count()).where(jobs.c.batch_id == batch_id).group_by(jobs.c.status))
    return counts_of({JobStatus(status): number for status, number in rows})


def _load(tx: Tx, batch_id: str) -> Batch | None:
    row = tx.conn.execute(select(batches).where(batches.c.batch_id == batch_id)).mappings().one_or_none()
    return _batch_of(row) if row else None


def _batch_of(row: RowMapping) -> Batch:
    values: dict[str, Any] = {**row, "metadata": json.loads(row["metadata"])}
    return Batch(**values)
