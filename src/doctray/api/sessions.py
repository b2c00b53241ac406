"""Signing in to the console with a key: a sealed cookie that a script cannot read, and a token against forged requests."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from doctray.domain.keys import hash_api_key
from doctray.outbound.sealing import SealBroken
from doctray.service.deliver import SealerLike

COOKIE = "doctray_session"
CSRF_HEADER = "x-csrf-token"
LIFETIME = timedelta(hours=12)
"""A working day. The key may be revoked before: it is looked up with every request."""

SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))

_PURPOSE = "console session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """key_hash: of the key that it was begun with. csrf: what a request that changes something must carry."""

    key_hash: str
    csrf: str


class Sessions:
    """Nothing is kept here: the cookie holds the key's hash and the end, sealed under DOCTRAY_SECRET_KEY."""

    def __init__(self, *, sealer: SealerLike, secret_key: bytes) -> None:
        self._sealer = sealer
        self._secret_key = secret_key

    def begin(self, key: str, *, now: datetime) -> tuple[str, Session]:
        """(the cookie's value, the session) for a key that has been checked."""
        key_hash = hash_api_key(key)
        members = {"for": _PURPOSE, "key": key_hash, "until": (now + LIFETIME).timestamp()}
        return self._sealer.seal(json.dumps(members).encode()).decode(), self._session(key_hash)

    def open(self, cookie: str, *, now: datetime) -> Session | None:
        """None for a cookie that is forged, damaged or over."""
        try:
            members = json.loads(self._sealer.open(cookie.encode()))
        except (SealBroken, ValueError):
            return None
        if members.get("for") != _PURPOSE or members.get("until", 0) <= now.timestamp():
            return None
        return self._session(str(members["key"]))

    def _session(self, key_hash: str) -> Session:
        digest = hmac.new(self._secret_key, b"csrf:" + key_hash.encode(), hashlib.sha256).hexdigest()
        return Session(key_hash=key_hash, csrf=digest[:40])


def may_change(session: Session, token: str) -> bool:
    """Whether a request that changes something came from our own page. In constant time."""
    return hmac.compare_digest(session.csrf.encode(), token.encode())
