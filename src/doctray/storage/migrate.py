"""Bringing a database to the version that this code expects, one process at a time."""

import asyncio
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, make_url, text

from doctray.domain.errors import TemporarilyUnavailable
from doctray.storage.current_store import remedy_for
from doctray.storage.schema_version import EXPECTED_VERSION, schema_version
from doctray.storage.sqlite_store import sqlite_engine
from doctray.storage.store import Tx

_LOCK_NUMBER = 0x646F63747261
"""PostgreSQL advisory lock of this service's migrations: the letters doctra."""


def upgrade(dsn: str) -> None:
    """Migrate to the newest version; a database that is there already is left as it is. Blocks; waits for others at it.

    Makes the SQLite file, and its folder, for the owner alone. Raises TemporarilyUnavailable when PostgreSQL cannot
    be reached or refuses, or when the tables are of a later doctray. Not to be called on an event loop.
    """
    if is_sqlite(dsn):
        _upgrade_sqlite(dsn)
    else:
        asyncio.run(_upgrade_postgres(dsn))


def is_sqlite(dsn: str) -> bool:
    return make_url(dsn).get_backend_name() == "sqlite"


def _upgrade_sqlite(dsn: str) -> None:
    path = Path(make_url(dsn).database or "")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _file_lock(path.with_name(path.name + ".upgrade-lock")):
        path.touch(mode=0o600)
        engine = sqlite_engine(dsn, begin="BEGIN IMMEDIATE")
        try:
            with engine.begin() as conn:
                _run(conn)
        finally:
            engine.dispose()


async def _upgrade_postgres(dsn: str) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    from doctray.storage.postgres_store import outages

    engine = create_async_engine(dsn, poolclass=NullPool, connect_args={"timeout": 10})
    try:
        with outages():
            async with engine.begin() as conn:
                await conn.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER})
                await conn.run_sync(_run)
    finally:
        await engine.dispose()


def _run(conn: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    found = schema_version(Tx(conn, datetime.now(UTC)))
    if found is not None and found > EXPECTED_VERSION:
        raise TemporarilyUnavailable(remedy_for(found))
    config = Config()
    config.set_main_option("script_location", "doctray.storage:migrations")
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
