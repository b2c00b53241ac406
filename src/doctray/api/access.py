"""Who is calling: API keys, their scopes, and the read token that opens one job."""

import hmac
import ipaddress
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from doctray.domain.audit import Means
from doctray.domain.errors import Forbidden, TemporarilyUnavailable, Unauthenticated
from doctray.domain.keys import DEFAULT_OWNER, ApiKey, Scope, hash_api_key
from doctray.domain.rollout import Arm
from doctray.ports import Clock, KeyStore

REMEMBER_S = 2.0
"""How long it is remembered whether there are keys at all. A key itself is looked up each time: a revocation holds at once, everywhere."""

TOUCH_EVERY_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """bucket: whose limits a request counts against: a key's, or a client address's without keys. name: the key's.

    rollout: the arm that the key opted in to.
    """

    owner: str
    scopes: frozenset[Scope]
    bucket: str
    rate_per_minute: int | None = None
    daily_quota: int | None = None
    means: Means = Means.KEY
    key_id: str | None = None
    name: str = ""
    rollout: Arm | None = None

    def require(self, scope: Scope) -> None:
        """Raises Forbidden."""
        if scope not in self.scopes:
            raise Forbidden(f"This needs a key with the scope {scope.value}.")


class Gate:
    """Tells callers apart.

    While no key is set, everybody is the default owner with every scope. The service then listens on loopback only, and
    pages in a browser on that machine stay out: neither a foreign page's request (Origin) nor one under a name that was
    turned to 127.0.0.1 meanwhile (Host; "DNS rebinding") is answered. own_origins: those that CORS_ORIGINS names.
    """

    def __init__(self, *, keys: KeyStore, api_key: str | None, clock: Clock, own_origins: Collection[str] = ()) -> None:
        self._keys = keys
        self._own_origins = frozenset(own_origins)
        self._env_hash = hash_api_key(api_key) if api_key else None
        self._clock = clock
        self._locked: tuple[float, bool] | None = None
        self._touched: dict[str, float] = {}

    async def admit(self, headers: Mapping[str, str], address: str) -> Caller:
        """Raises Unauthenticated, or TemporarilyUnavailable when the key store cannot be asked."""
        presented = presented_key(headers)
        if presented is None:
            if await self.locked():
                raise Unauthenticated
            return self._local_caller(headers, address)
        caller = await self.holder_of(hash_api_key(presented))
        if caller is not None:
            return caller
        if await self.locked():
            raise Unauthenticated("The API key is not valid: unknown, expired or revoked.")
        return self._local_caller(headers, address)

    async def holder_of(self, digest: str) -> Caller | None:
        """Who holds the key with this hash; None when it is unknown, expired or revoked. Raises TemporarilyUnavailable."""
        if self._env_hash is not None and hmac.compare_digest(digest, self._env_hash):
            return Caller(owner=DEFAULT_OWNER, scopes=frozenset((Scope.SUBMIT, Scope.READ)), bucket="key:env", name="API_KEY")
        key = await self._keys.find_key(digest)
        if key is None or not hmac.compare_digest(digest, key.key_hash) or not key.usable(self._clock.now()):
            return None
        await self._touch(key)
        return Caller(
            owner=key.owner,
            scopes=key.scopes,
            bucket=f"key:{key.key_id}",
            rate_per_minute=key.rate_per_minute,
            daily_quota=key.daily_quota,
            key_id=key.key_id,
            name=key.name,
            rollout=key.rollout,
        )

    async def locked(self) -> bool:
        """Whether a key is needed at all."""
        if self._env_hash is not None:
            return True
        now = self._clock.monotonic()
        if self._locked is None or now - self._locked[0] >= REMEMBER_S:
            self._locked = (now, await self._keys.has_keys())
        return self._locked[1]

    def forget(self) -> None:
        """Ask the store again whether there are keys: some were made or revoked here."""
        self._locked = None

    def _local_caller(self, headers: Mapping[str, str], address: str) -> Caller:
        own_page = from_own_page(headers) or headers.get("origin") in self._own_origins
        if not (own_page and _names_this_machine(headers.get("host", ""))):
            raise Unauthenticated("While no key is set, only local programs are answered: use http://127.0.0.1, or make a key.")
        return Caller(owner=DEFAULT_OWNER, scopes=frozenset(Scope), bucket=f"address:{address}", means=Means.OPEN)

    async def _touch(self, key: ApiKey) -> None:
        now = self._clock.monotonic()
        if now - self._touched.get(key.key_id, -TOUCH_EVERY_S) < TOUCH_EVERY_S:
            return
        self._touched[key.key_id] = now
        # Only a note for the operator: a busy journal must not refuse the request for it.
        with suppress(TemporarilyUnavailable):
            await self._keys.touch_key(key.key_id)


@lru_cache(maxsize=64)
def _names_this_machine(host: str) -> bool:
    """Whether a Host header is localhost or a bare address, which no foreign name server decides on."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def from_own_page(headers: Mapping[str, str]) -> bool:
    """Whether a request comes from a page of this service, or from no page at all."""
    host, origin = headers.get("host", ""), headers.get("origin")
    return origin is None or origin in (f"http://{host}", f"https://{host}")


def presented_key(headers: Mapping[str, str]) -> str | None:
    """The key of x-api-key, else of Authorization: Bearer; None when the request carries neither."""
    key = headers.get("x-api-key", "").strip()
    if key:
        return key
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
