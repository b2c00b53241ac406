"""API keys: made once, kept only as a hash, owned by an owner, limited by scopes."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from doctray.domain.rollout import Arm

DEFAULT_OWNER = "default"
"""Owner of API_KEY's jobs, and of all jobs while no key is set."""


OLD_AFTER = timedelta(days=90)
"""A key this old is marked: what nobody has needed to replace for a quarter has been copied to places nobody remembers."""

PREFIX_LENGTH = 9
"""Of a key, kept to tell keys apart: `dt_` and six characters (36 of 256 bits)."""


class Scope(StrEnum):
    SUBMIT = "submit"  # post documents, cancel and delete one's own
    READ = "read"  # status, results, lists of one's own
    ADMIN = "admin"  # keys, dead letters, maintenance, workers


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as it is stored. `prefix`: its first characters, to tell keys apart in lists. Times are aware UTC."""

    key_id: str
    owner: str
    name: str
    prefix: str
    key_hash: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    rate_per_minute: int | None = None
    daily_quota: int | None = None
    # which arm of a rollout its jobs go to; None: as the plan says
    rollout: Arm | None = None

    def usable(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def old(self, now: datetime) -> bool:
        return now - self.created_at >= OLD_AFTER

    def successor(self, key: str, *, key_id: str, now: datetime) -> "ApiKey":
        """The same rights under a new key, which lives as long as this one was meant to."""
        lifetime = self.expires_at - self.created_at if self.expires_at else None
        return replace(
            self,
            key_id=key_id,
            prefix=key[:PREFIX_LENGTH],
            key_hash=hash_api_key(key),
            created_at=now,
            expires_at=now + lifetime if lifetime else None,
            last_used_at=None,
        )


def new_api_key() -> str:
    """256 random bits; the prefix lets secret scanners find a leaked one."""
    return "dt_" + secrets.token_urlsafe(32)


def hash_api_key(key: str) -> str:
    """SHA-256 in hex: enough for 256 random bits (a slow hash guards guessable passwords), and quick on every request."""
    return hashlib.sha256(key.encode()).hexdigest()
