"""Which version of the tables a database has, in plain SQL, so that no process loads Alembic to look."""

from sqlalchemy import inspect, text

from doctray.storage.store import Tx

EXPECTED_VERSION = "0008"
"""The newest migration: what this code reads and writes."""


def schema_version(tx: Tx) -> str | None:
    """None for a database that `doctray upgrade` has not seen yet."""
    if not inspect(tx.conn).has_table("alembic_version"):
        return None
    version: str | None = tx.conn.scalar(text("SELECT version_num FROM alembic_version"))
    return version
