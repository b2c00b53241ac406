"""PostgreSQL: the same operations on pooled asyncpg connections, under the server's clock."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import asyncpg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import create_async_engine

from doctray.domain.errors import TemporarilyUnavailable
from doctray.storage.store import Op, T, Tx

CONFLICT_TRIES = 3
"""How often a transaction is run when the server ends it for a deadlock or a serialization conflict (SQLSTATE class 40)."""

STATEMENT_S = 30.0
"""Longest wait for an answer of the server; and for one of the pool's connections, since those that hold them wait no longer than that.
With 10 s for a connection, 50 callers of `python -m loadtests rush` were refused 3 of 6,941 requests on two cores under a load of 12."""

_CLOCK = text("SELECT extract(epoch FROM clock_timestamp())::float8")


class PostgresStore:
    """`doctray.storage.store.Store` on PostgreSQL. Bound to the event loop that first uses it."""

    def __init__(self, dsn: str, *, now: Callable[[], float] | None = None, connections: int = 10) -> None:
        self._now = now
        self._engine = create_async_engine(
            dsn,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=STATEMENT_S,
            pool_pre_ping=True,
            # Parameters hold what callers sent, and errors end up in logs.
            hide_parameters=True,
            connect_args={"timeout": 5, "command_timeout": STATEMENT_S, "server_settings": {"application_name": "doctray"}},
        )

    async def read(self, op: Op[T]) -> T:
        return await self.write(op)

    async def write(self, op: Op[T]) -> T:
        tries_left = CONFLICT_TRIES
        while True:
            tries_left -= 1
            try:
                async with self._engine.begin() as conn:
                    return await conn.run_sync(lambda sync: op(self._tx(sync)))
            except (DBAPIError, PoolTimeout, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                if _is_conflict(error) and tries_left:
                    continue
                if _is_outage(error):
                    raise TemporarilyUnavailable from error
                raise

    async def scrub(self) -> bool:
        """Nothing to do here: the server removes dead rows in its own time (autovacuum)."""
        return True

    async def aclose(self) -> None:
        await self._engine.dispose()

    def _tx(self, conn: Connection) -> Tx:
        seconds = self._now() if self._now else conn.scalar(_CLOCK)
        assert seconds is not None
        return Tx(conn, datetime.fromtimestamp(seconds, UTC))


@contextmanager
def outages() -> Iterator[None]:
    """For commands: TemporarilyUnavailable with the server's own reason, when it cannot be reached or refuses."""
    try:
        yield
    except (DBAPIError, OSError, asyncpg.PostgresError) as error:
        if not _is_outage(error):
            raise
        cause = getattr(error, "orig", error)
        # SQLAlchemy's rendering of asyncpg's errors: "<class '…'>: message"
        reason = str(cause).partition("\n")[0].rpartition(">: ")[2] or type(cause).__name__
        raise TemporarilyUnavailable(f"PostgreSQL cannot be reached or refuses: {reason}") from error


def _sqlstate(error: BaseException) -> str:
    return str(getattr(getattr(error, "orig", error), "sqlstate", None) or "")


def _is_conflict(error: BaseException) -> bool:
    return _sqlstate(error).startswith("40")


def _is_outage(error: BaseException) -> bool:
    """No connection (08), no resources (53), operator intervention (57P), a conflict that stayed (40), no server at all, a server that
    refuses us (28, 3D) or has become a standby (25006), or tables that are missing until `doctray upgrade` has run (42P01)."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout | OSError | asyncpg.InterfaceError):
        return True
    return _sqlstate(error).startswith(("08", "25006", "28", "3D", "40", "42P01", "53", "57P"))
