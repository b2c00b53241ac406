"""Deliveries: the outbox of announcements, their tries, and the receivers that want no more."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Insert, RowMapping, and_, delete, func, insert, not_, select, update

from doctray.domain.fairness import fair_share
from doctray.domain.job import Announce, Delivery, DeliveryStatus, DeliveryTry, Job, NewDelivery
from doctray.storage.store import Tx
from doctray.storage.tables import PENDING, deliveries, stopped_targets

LOOKED_AT = 500
"""Deliveries looked at, without their bodies, to share places fairly: bounds the transaction whatever is due."""


def announce_outcome(tx: Tx, job: Job, announce: Announce) -> None:
    """Record what `announce` says about the job as this transaction leaves it."""
    delivery = announce(job)
    if delivery is not None:
        tx.conn.execute(new_delivery(tx, delivery, request_id=job.request_id, owner=job.owner, generation=job.generation))


def add_delivery(tx: Tx, job: Job, delivery: NewDelivery) -> None:
    """A repeated webhook_id changes nothing."""
    tx.attempt(new_delivery(tx, delivery, request_id=job.request_id, owner=job.owner, generation=job.generation))


def due_deliveries(tx: Tx, *, lease_s: float, limit: int, per_target: int, busy: Mapping[str, int]) -> list[Delivery]:
    due = and_(PENDING, deliveries.c.next_at <= tx.now)
    passed_over = [not_(_goes_to(target)) for target, under_way in busy.items() if under_way >= per_target]
    oldest = select(deliveries.c.delivery_id, deliveries.c.url).where(due, *passed_over).order_by(deliveries.c.next_at).limit(LOOKED_AT)
    waiting = ((row.delivery_id, row.url) for row in tx.conn.execute(oldest))
    chosen = fair_share(waiting, limit=limit, per_target=per_target, busy=busy)
    if not chosen:
        return []
    rows = (
        tx.conn.execute(
            select(deliveries)
            .where(deliveries.c.delivery_id.in_(chosen), due)
            .order_by(deliveries.c.next_at)
            .with_for_update(skip_locked=True)
        )
        .mappings()
        .all()
    )
    tx.conn.execute(
        update(deliveries)
        .where(deliveries.c.delivery_id.in_([row["delivery_id"] for row in rows]))
        .values(claim_no=deliveries.c.claim_no + 1, next_at=tx.later(lease_s))
    )
    return [
        replace(
            _delivery_of(row), claim_no=row["claim_no"] + 1, next_at=tx.later(lease_s), tries=_tries_of(row["tries"])[row["tries_before"] :]
        )
        for row in rows
    ]


def record_delivery(tx: Tx, delivery: Delivery, *, attempt: DeliveryTry, status: DeliveryStatus, next_in_s: float | None) -> bool:
    row = _lock(tx, delivery.delivery_id)
    if row is None or row["claim_no"] != delivery.claim_no or row["status"] != DeliveryStatus.PENDING.value:
        return False
    tries = [*json.loads(row["tries"]), {**asdict(attempt), "at": attempt.at.timestamp()}]
    pending = status is DeliveryStatus.PENDING
    tx.conn.execute(
        update(deliveries)
        .where(deliveries.c.delivery_id == delivery.delivery_id)
        .values(status=status.value, tries=json.dumps(tries), next_at=tx.later(next_in_s or 0.0) if pending else None)
    )
    if status is DeliveryStatus.STOPPED:
        _stop_target(tx, row["owner"], row["url"])
    return True


def deliveries_of(tx: Tx, request_id: str) -> list[Delivery]:
    rows = tx.conn.execute(
        select(deliveries).where(deliveries.c.request_id == request_id).order_by(deliveries.c.created_at, deliveries.c.delivery_id)
    )
    return [_delivery_of(row) for row in rows.mappings()]


def redeliver(tx: Tx, delivery_id: str, *, owner: str) -> Delivery | None:
    row = _lock(tx, delivery_id)
    if row is None or row["owner"] != owner:
        return None
    before = _delivery_of(row)
    after = replace(before, status=DeliveryStatus.PENDING, claim_no=before.claim_no + 1, next_at=tx.now)
    tx.conn.execute(
        update(deliveries)
        .where(deliveries.c.delivery_id == delivery_id)
        .values(status=after.status.value, claim_no=after.claim_no, next_at=after.next_at, tries_before=len(before.tries))
    )
    tx.conn.execute(delete(stopped_targets).where(_target(before.owner, before.url)))
    return after


def drop_deliveries(tx: Tx, request_id: str) -> None:
    tx.conn.execute(delete(deliveries).where(deliveries.c.request_id == request_id))


def new_delivery(tx: Tx, delivery: NewDelivery, *, request_id: str, owner: str, generation: int) -> Insert:
    """The statement that puts an announcement into the outbox. request_id: of the job, or a batch's id."""
    stopped = tx.conn.scalar(select(stopped_targets.c.url).where(_target(owner, delivery.url))) is not None
    return insert(deliveries).values(
        delivery_id=f"dlv_{secrets.token_hex(12)}",
        request_id=request_id,
        owner=owner,
        generation=generation,
        webhook_id=delivery.webhook_id,
        type=delivery.type,
        url=delivery.url,
        body=delivery.body,
        status=(DeliveryStatus.STOPPED if stopped else DeliveryStatus.PENDING).value,
        claim_no=0,
        created_at=tx.now,
        next_at=None if stopped else tx.now,
        tries="[]",
        tries_before=0,
    )


def _stop_target(tx: Tx, owner: str, url: str) -> None:
    """The receiver answered 410: nothing more goes there, neither what waits nor what comes."""
    tx.attempt(insert(stopped_targets).values(owner=owner, url=url, stopped_at=tx.now))
    tx.conn.execute(
        update(deliveries)
        .where(deliveries.c.owner == owner, deliveries.c.url == url, PENDING)
        .values(status=DeliveryStatus.STOPPED.value, next_at=None)
    )


def _goes_to(target: str) -> ColumnElement[bool]:
    """Whether the url's `target_of` is this one."""
    start, after = func.substr(deliveries.c.url, 1, len(target)), func.substr(deliveries.c.url, len(target) + 1, 1)
    return and_(func.lower(start) == target, after.in_(["", "/", "?", "#"]))


def _target(owner: str, url: str) -> ColumnElement[bool]:
    return and_(stopped_targets.c.owner == owner, stopped_targets.c.url == url)


def _lock(tx: Tx, delivery_id: str) -> RowMapping | None:
    return tx.conn.execute(select(deliveries).where(deliveries.c.delivery_id == delivery_id).with_for_update()).mappings().one_or_none()


def _delivery_of(row: RowMapping) -> Delivery:
    return Delivery(
        delivery_id=row["delivery_id"],
        request_id=row["request_id"],
        owner=row["owner"],
        generation=row["generation"],
        webhook_id=row["webhook_id"],
        type=row["type"],
        url=row["url"],
        body=row["body"],
        status=DeliveryStatus(row["status"]),
        claim_no=row["claim_no"],
        created_at=row["created_at"],
        next_at=row["next_at"],
        tries=_tries_of(row["tries"]),
    )


def _tries_of(text: str) -> tuple[DeliveryTry, ...]:
    return tuple(DeliveryTry(**{**stored, "at": datetime.fromtimestamp(stored["at"], UTC)}) for stored in json.loads(text))
