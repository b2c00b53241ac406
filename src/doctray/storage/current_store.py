"""Keeps this code away from tables that are not its own: nothing is read or written before their version is known to be right."""

from doctray.domain.errors import TemporarilyUnavailable
from doctray.storage.schema_version import EXPECTED_VERSION, schema_version
from doctray.storage.store import Op, Store, T

OTHER_RETRY_S = 5.0
"""How soon a caller may try again: about as long as a migration takes."""


class CurrentStore:
    """`doctray.storage.store.Store` over another one. Looked at until it is right, then never again: an upgrade goes forward only."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._is_current = False

    async def read(self, op: Op[T]) -> T:
        if not self._is_current:
            await self.check()
        return await self._store.read(op)

    async def write(self, op: Op[T]) -> T:
        if not self._is_current:
            await self.check()
        return await self._store.write(op)

    async def check(self) -> None:
        """Raises TemporarilyUnavailable, which says what the operator has to do."""
        found = await self._store.read(schema_version)
        if found != EXPECTED_VERSION:
            raise TemporarilyUnavailable(remedy_for(found), retry_after_s=OTHER_RETRY_S)
        self._is_current = True

    async def scrub(self) -> bool:
        return await self._store.scrub()

    async def aclose(self) -> None:
        await self._store.aclose()


def remedy_for(found: str | None) -> str:
    """One sentence about tables of another version. None: there are no tables."""
    if found is None:
        return "The journal has no tables yet; the operator runs `doctray upgrade`."
    if found < EXPECTED_VERSION:
        return f"The journal's tables are of version {found} and this doctray's of {EXPECTED_VERSION}; the operator runs `doctray upgrade`."
    return (
        f"The journal's tables are of version {found}, and this doctray knows {EXPECTED_VERSION} at most; "
        "the operator starts the version of doctray that upgraded them, or a later one."
    )
