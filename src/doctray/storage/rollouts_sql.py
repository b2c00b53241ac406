"""Rollout plans and their history; what a claim and a submission need of them comes as columns of a query that they run anyway."""

import json
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Row, RowMapping, bindparam, insert, literal_column, select, update

from doctray.domain.audit import Action, Actor, Means
from doctray.domain.errors import RolloutConflict
from doctray.domain.identity import new_request_id
from doctray.domain.rollout import RolloutAction, RolloutChange, RolloutKind, RolloutPlan, plan_of, put, retired_flag
from doctray.storage import audit_sql
from doctray.storage.store import Tx
from doctray.storage.switches_sql import set_flag
from doctray.storage.tables import rollout_history, rollouts

_PLAN = select(rollouts.c.plan).where(rollouts.c.kind == bindparam("of"))
_LOCKED = select(rollouts).where(rollouts.c.kind == bindparam("of")).with_for_update()

PLAN_COLUMNS = tuple(
    select(rollouts.c.plan).where(rollouts.c.kind == literal_column(f"'{kind.value}'")).scalar_subquery().label(f"{kind.value}_plan")
    for kind in RolloutKind
)
"""The plans as columns of any query; `plans_in` reads them from its row."""

PLANS = select(*PLAN_COLUMNS)


@lru_cache(maxsize=64)
def _read(text: str) -> RolloutPlan:
    """Plans are few and change rarely; a text is always the same plan."""
    return plan_of(json.loads(text))


def plans_in(row: Row[tuple[object, ...]]) -> list[RolloutPlan]:
    """Of a query with PLAN_COLUMNS."""
    texts = (row._mapping[f"{kind.value}_plan"] for kind in RolloutKind)
    return [_read(text) for text in texts if text is not None]


def plans(tx: Tx) -> list[RolloutPlan]:
    return plans_in(tx.conn.execute(PLANS).one())


def rollout(tx: Tx, kind: RolloutKind) -> RolloutPlan | None:
    text = tx.conn.scalar(_PLAN, {"of": kind.value})
    return None if text is None else _read(text)


def set_rollout(
    tx: Tx, plan: RolloutPlan, *, expected_revision: int | None, action: RolloutAction, reason: str, by: Actor, retire: str | None
) -> RolloutPlan:
    row = tx.conn.execute(_LOCKED, {"of": plan.kind.value}).mappings().one_or_none()
    before = _read(row["plan"]) if row else None
    if expected_revision not in (None, before.revision if before else 0):
        raise RolloutConflict
    after = put(plan, before=before, now=tx.now)
    text = json.dumps(after.as_dict(), sort_keys=True)
    stored = {"kind": plan.kind.value, "revision": after.revision, "plan": text}
    if before is not None:
        tx.conn.execute(update(rollouts).where(rollouts.c.kind == plan.kind.value).values(**stored))
    elif not tx.attempt(insert(rollouts).values(**stored)):
        # Somebody else made the first plan meanwhile.
        raise RolloutConflict
    if retire is not None:
        set_flag(tx, retired_flag(plan.kind, retire), reason)
    from_percentage = before.percentage if before else None
    entry = {
        "entry_id": new_request_id(tx.now),
        "kind": plan.kind.value,
        "at": tx.now,
        "means": by.means.value,
        "key_id": by.key_id,
        "name": by.name,
        "request_id": by.request_id,
        "action": action.value,
        "from_percentage": from_percentage,
        "to_percentage": after.percentage,
        "reason": reason,
        "plan": text,
    }
    tx.conn.execute(insert(rollout_history).values(**entry))
    detail = {"action": action.value, "from_percentage": from_percentage, "to_percentage": after.percentage, "revision": after.revision}
    audit_sql.note(tx, by, Action.ROLLOUT_CHANGED, plan.kind.value, detail=detail)
    return after


def history(tx: Tx, kind: RolloutKind | None, *, limit: int) -> Sequence[RolloutChange]:
    query = select(rollout_history).order_by(rollout_history.c.at.desc(), rollout_history.c.entry_id.desc()).limit(limit)
    if kind is not None:
        query = query.where(rollout_history.c.kind == kind.value)
    return [_change_of(row) for row in tx.conn.execute(query).mappings()]


def _change_of(row: RowMapping) -> RolloutChange:
    return RolloutChange(
        entry_id=row["entry_id"],
        kind=RolloutKind(row["kind"]),
        at=row["at"],
        actor=Actor(means=Means(row["means"]), key_id=row["key_id"], name=row["name"], request_id=row["request_id"]),
        action=RolloutAction(row["action"]),
        from_percentage=row["from_percentage"],
        to_percentage=row["to_percentage"],
        reason=row["reason"],
        plan=_read(row["plan"]),
    )
