"""The audit log: rows are added with what they tell of, in one transaction, and never changed."""

import json
from collections.abc import Mapping

from sqlalchemy import RowMapping, delete, insert, select

from doctray.domain.audit import Action, Actor, AuditEntry, AuditOutcome, Means
from doctray.domain.identity import new_request_id
from doctray.storage.store import Tx
from doctray.storage.tables import audit


def note(tx: Tx, actor: Actor | None, action: Action, target: str, *, detail: Mapping[str, object], done: bool = True) -> None:
    """Add a line; nothing without an actor, which is upkeep."""
    if actor is None:
        return
    tx.conn.execute(
        insert(audit).values(
            entry_id=new_request_id(tx.now),
            at=tx.now,
            means=actor.means.value,
            key_id=actor.key_id,
            name=actor.name,
            request_id=actor.request_id,
            action=action.value,
            target=target,
            outcome=(AuditOutcome.DONE if done else AuditOutcome.NOTHING).value,
            detail=json.dumps(dict(detail)),
        )
    )


def entries(tx: Tx, *, before: str | None, limit: int) -> list[AuditEntry]:
    query = select(audit).order_by(audit.c.entry_id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.entry_id < before)
    return [_entry_of(row) for row in tx.conn.execute(query).mappings()]


def purge(tx: Tx, *, older_than_s: float, limit: int) -> int:
    old = select(audit.c.entry_id).where(audit.c.at < tx.ago(older_than_s)).limit(limit)
    return tx.conn.execute(delete(audit).where(audit.c.entry_id.in_(old))).rowcount


def _entry_of(row: RowMapping) -> AuditEntry:
    return AuditEntry(
        entry_id=row["entry_id"],
        at=row["at"],
        actor=Actor(means=Means(row["means"]), key_id=row["key_id"], name=row["name"], request_id=row["request_id"]),
        action=Action(row["action"]),
        target=row["target"],
        outcome=AuditOutcome(row["outcome"]),
        detail=json.loads(row["detail"]),
    )
