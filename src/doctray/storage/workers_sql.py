"""Workers: one row for each incarnation, whose lease is what its claims live by."""

import json

from sqlalchemy import ColumnElement, delete, insert, select, update

from doctray.ports import WorkerInfo
from doctray.storage.claims_sql import take_back
from doctray.storage.store import Tx
from doctray.storage.tables import workers

KEPT_S = 86400.0
"""How long the row of a worker that has left is kept, for whoever looks into what happened."""


def register(tx: Tx, worker: WorkerInfo, *, lease_s: float) -> None:
    """A worker that registers again has lost its claims: they go back into the queue, or they would look alive for ever."""
    forget = delete(workers).where((workers.c.lease_until < tx.ago(KEPT_S)) | (workers.c.worker_id == worker.worker_id))
    enlist = insert(workers).values(
        worker_id=worker.worker_id,
        host=worker.host,
        pid=worker.pid,
        device=worker.device,
        slots=worker.slots,
        fingerprint=worker.fingerprint,
        started_at=worker.started_at,
        registered_at=tx.now,
        lease_until=tx.later(lease_s),
        running=worker.running,
        engine=worker.engine,
        engines=json.dumps(list(worker.engines)),
    )
    tx.conn.execute(forget)
    while not tx.attempt(enlist):
        # Registered by another transaction meanwhile.
        tx.conn.execute(forget)
    take_back(tx, worker.worker_id)


def extend(tx: Tx, worker_id: str, *, lease_s: float, running: int, engine: str) -> bool:
    renewed = update(workers).where(workers.c.worker_id == worker_id, _leased(tx))
    return tx.conn.execute(renewed.values(lease_until=tx.later(lease_s), running=running, engine=engine)).rowcount == 1


def retire(tx: Tx, worker_id: str) -> None:
    tx.conn.execute(update(workers).where(workers.c.worker_id == worker_id, _leased(tx)).values(lease_until=tx.now))


def living(tx: Tx) -> list[WorkerInfo]:
    rows = tx.conn.execute(select(workers).where(_leased(tx)).order_by(workers.c.registered_at, workers.c.worker_id))
    return [
        WorkerInfo(
            worker_id=row["worker_id"],
            host=row["host"],
            pid=row["pid"],
            device=row["device"],
            slots=row["slots"],
            fingerprint=row["fingerprint"],
            started_at=row["started_at"],
            lease_until=row["lease_until"],
            running=row["running"],
            engine=row["engine"],
            engines=tuple(json.loads(row["engines"])),
        )
        for row in rows.mappings()
    ]


def _leased(tx: Tx) -> ColumnElement[bool]:
    return workers.c.lease_until > tx.now
