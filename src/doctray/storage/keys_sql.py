"""Owners, their API keys (hashes only) and their sealed webhook secrets."""

from sqlalchemy import ColumnElement, RowMapping, func, insert, or_, select, update

from doctray.domain.keys import ApiKey, Scope
from doctray.domain.rollout import Arm
from doctray.storage.store import Tx
from doctray.storage.tables import api_keys, owners, webhook_secrets


def add_key(tx: Tx, key: ApiKey) -> None:
    _lock_owner(tx, key.owner)
    tx.conn.execute(
        insert(api_keys).values(
            key_id=key.key_id,
            owner=key.owner,
            name=key.name,
            prefix=key.prefix,
            key_hash=key.key_hash,
            scopes=" ".join(sorted(key.scopes)),
            created_at=key.created_at,
            expires_at=key.expires_at,
            revoked_at=key.revoked_at,
            last_used_at=key.last_used_at,
            rate_per_minute=key.rate_per_minute,
            daily_quota=key.daily_quota,
            rollout=key.rollout,
        )
    )


def find_key(tx: Tx, key_hash: str) -> ApiKey | None:
    row = tx.conn.execute(select(api_keys).where(api_keys.c.key_hash == key_hash)).mappings().one_or_none()
    return _key_of(row) if row else None


def touch_key(tx: Tx, key_id: str) -> None:
    tx.conn.execute(update(api_keys).where(api_keys.c.key_id == key_id).values(last_used_at=tx.now))


def keys(tx: Tx) -> list[ApiKey]:
    return [_key_of(row) for row in tx.conn.execute(select(api_keys).order_by(api_keys.c.created_at, api_keys.c.key_id)).mappings()]


def revoke_key(tx: Tx, key_id: str) -> bool:
    revoked = tx.conn.execute(
        update(api_keys).where(api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None)).values(revoked_at=tx.now)
    )
    return revoked.rowcount == 1


def set_key_rollout(tx: Tx, key_id: str, arm: Arm | None) -> bool:
    return tx.conn.execute(update(api_keys).where(api_keys.c.key_id == key_id, _usable(tx)).values(rollout=arm)).rowcount == 1


def rotate_key(tx: Tx, key_id: str, successor: ApiKey, *, overlap_s: float) -> bool:
    _lock_owner(tx, successor.owner)
    row = tx.conn.execute(select(api_keys).where(api_keys.c.key_id == key_id, _usable(tx))).mappings().one_or_none()
    if row is None:
        return False
    end = min(tx.later(overlap_s), _key_of(row).expires_at or tx.later(overlap_s))
    tx.conn.execute(update(api_keys).where(api_keys.c.key_id == key_id).values(expires_at=end))
    add_key(tx, successor)
    return True


def has_keys(tx: Tx) -> bool:
    return bool(tx.conn.scalar(select(func.count()).select_from(api_keys).where(_usable(tx))))


def secrets_of(tx: Tx, owner: str) -> list[bytes]:
    query = select(webhook_secrets.c.sealed).where(_good(tx, owner)).order_by(webhook_secrets.c.secret_no.desc())
    return list(tx.conn.execute(query).scalars())


def add_secret(tx: Tx, owner: str, sealed: bytes, *, overlap_s: float) -> None:
    _lock_owner(tx, owner)
    end = tx.later(overlap_s)
    lasting = or_(webhook_secrets.c.expires_at.is_(None), webhook_secrets.c.expires_at > end)
    tx.conn.execute(update(webhook_secrets).where(webhook_secrets.c.owner == owner, lasting).values(expires_at=end))
    tx.conn.execute(insert(webhook_secrets).values(owner=owner, sealed=sealed, created_at=tx.now))


def add_first_secret(tx: Tx, owner: str, sealed: bytes) -> bytes:
    _lock_owner(tx, owner)
    held = secrets_of(tx, owner)
    if held:
        return held[0]
    tx.conn.execute(insert(webhook_secrets).values(owner=owner, sealed=sealed, created_at=tx.now))
    return sealed


def _usable(tx: Tx) -> ColumnElement[bool]:
    return api_keys.c.revoked_at.is_(None) & or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > tx.now)


def _lock_owner(tx: Tx, owner: str) -> None:
    """Make the owner known; whoever else changes the same owner's keys or secrets waits."""
    tx.attempt(insert(owners).values(owner=owner, created_at=tx.now))
    tx.conn.execute(select(owners.c.owner).where(owners.c.owner == owner).with_for_update())


def _good(tx: Tx, owner: str) -> ColumnElement[bool]:
    return (webhook_secrets.c.owner == owner) & or_(webhook_secrets.c.expires_at.is_(None), webhook_secrets.c.expires_at > tx.now)


def _key_of(row: RowMapping) -> ApiKey:
    scopes = frozenset(Scope(word) for word in row["scopes"].split())
    return ApiKey(**{**row, "scopes": scopes, "rollout": None if row["rollout"] is None else Arm(row["rollout"])})
