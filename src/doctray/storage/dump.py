"""A journal as text, one JSON array a row: the same for SQLite and PostgreSQL, so that one can be restored into the other."""

import asyncio
import base64
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, LargeBinary, Table, delete, func, inspect, make_url, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.sql.base import Executable

from doctray.domain.errors import CancelledByCaller, TemporarilyUnavailable
from doctray.domain.job import BlobRef, JobError, JobStatus, announce_nothing
from doctray.ports import Claim, Snapshot
from doctray.storage import claims_sql, jobs_sql
from doctray.storage.job_rows import job_of, load
from doctray.storage.migrate import is_sqlite, upgrade
from doctray.storage.schema_version import schema_version
from doctray.storage.sqlite_store import sqlite_engine
from doctray.storage.store import Tx
from doctray.storage.tables import Moment, in_status, jobs, metadata, owners, turns, webhook_secrets, workers

T = TypeVar("T")

LEFT_OUT = (workers, turns)
DUMPED = tuple(table for table in metadata.sorted_tables if table not in LEFT_OUT)
ROWS_AT_ONCE = 500


class SqlDump:
    """`doctray.ports.JournalDump` on the database behind a SQLAlchemy URL. Connects for each call."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    def dump(self, write: Callable[[str, Iterator[bytes]], None]) -> Snapshot:
        return self._run(lambda conn: _dump(conn, write), begin="BEGIN", isolation="REPEATABLE READ")

    def holds_data(self) -> bool:
        if is_sqlite(self._dsn) and not Path(make_url(self._dsn).database or "").exists():
            return False
        return self._run(_holds_data, begin="BEGIN", isolation="READ COMMITTED")

    def load(
        self, read: Callable[[str], Iterator[bytes]], *, gone: Sequence[str], without: Sequence[str] = (), as_it_is: bool = False
    ) -> None:
        upgrade(self._dsn)

        def act(conn: Connection) -> None:
            _load(conn, read, without=without)
            if not as_it_is:
                _settle(Tx(conn, datetime.now(UTC)), gone)

        self._run(act, begin="BEGIN IMMEDIATE", isolation="READ COMMITTED")

    def _run(self, act: Callable[[Connection], T], *, begin: str, isolation: str) -> T:
        """One transaction: `begin` starts it on SQLite, PostgreSQL gets the isolation level."""
        if not is_sqlite(self._dsn):
            return asyncio.run(_on_postgres(self._dsn, act, isolation))
        engine = sqlite_engine(self._dsn, begin=begin)
        try:
            with engine.begin() as conn:
                return act(conn)
        except OperationalError as error:
            raise TemporarilyUnavailable from error
        finally:
            engine.dispose()


async def _on_postgres(dsn: str, act: Callable[[Connection], T], isolation: str) -> T:
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    from doctray.storage.postgres_store import outages

    engine = create_async_engine(dsn, poolclass=NullPool, isolation_level=isolation, hide_parameters=True, connect_args={"timeout": 10})
    try:
        with outages():
            async with engine.begin() as conn:
                return await conn.run_sync(act)
    finally:
        await engine.dispose()


def _dump(conn: Connection, write: Callable[[str, Iterator[bytes]], None]) -> Snapshot:
    version = schema_version(Tx(conn, datetime.now(UTC)))
    if version is None:
        raise TemporarilyUnavailable("The journal has no tables yet: there is nothing to back up.")
    for table in DUMPED:
        write(table.name, _lines(conn, table))
    return Snapshot(
        schema_version=version,
        rows={table.name: conn.scalar(select(func.count()).select_from(table)) or 0 for table in DUMPED},
        named=_named(conn),
    )


def _lines(conn: Connection, table: Table) -> Iterator[bytes]:
    yield _line([column.name for column in table.columns])
    for row in _streamed(conn, select(table).order_by(*table.primary_key.columns)):
        yield _line([_plain(value) for value in row])


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _named(conn: Connection) -> dict[str, tuple[BlobRef, ...]]:
    """Of every job that has data, the source and the result."""
    columns = [jobs.c[f"{blob}_{part}"] for blob in ("source", "result") for part in ("key", "size", "sha256")]
    found = _streamed(conn, select(jobs.c.request_id, *columns).where(jobs.c.deleted_at.is_(None)))
    return {
        request_id: tuple(BlobRef(key=key, size_bytes=size, sha256=sha256) for key, size, sha256 in (blobs[:3], blobs[3:]) if key)
        for request_id, *blobs in found
    }


def _streamed(conn: Connection, query: Executable) -> Iterator[Any]:
    yield from conn.execute(query, execution_options={"yield_per": ROWS_AT_ONCE})


def _holds_data(conn: Connection) -> bool:
    there = [table for table in (jobs, owners) if inspect(conn).has_table(table.name)]
    return any(conn.execute(select(table).limit(1)).first() is not None for table in there)


def _load(conn: Connection, read: Callable[[str], Iterator[bytes]], *, without: Sequence[str]) -> None:
    for table in reversed(metadata.sorted_tables):
        conn.execute(delete(table))
    for table in DUMPED:
        if table.name not in without:
            _fill(conn, table, read(table.name))
    if conn.dialect.name == "postgresql":
        # The numbers were given by hand: the sequence must go on behind them.
        highest = select(func.coalesce(func.max(webhook_secrets.c.secret_no), 0)).scalar_subquery()
        conn.execute(select(func.setval(func.pg_get_serial_sequence("webhook_secrets", "secret_no"), highest + 1, text("false"))))


def _fill(conn: Connection, table: Table, lines: Iterator[bytes]) -> None:
    columns = [table.columns[name] for name in json.loads(next(lines))]
    rows = ({column.name: _value(column, value) for column, value in zip(columns, json.loads(line), strict=True)} for line in lines)
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        conn.execute(table.insert(), batch)


def _value(column: Column[Any], plain: Any) -> Any:
    if plain is None:
        return None
    if isinstance(column.type, Moment):
        return datetime.fromtimestamp(plain, UTC)
    return base64.b64decode(plain) if isinstance(column.type, LargeBinary) else plain


def _settle(tx: Tx, gone: Sequence[str]) -> None:
    """No worker of the dumped journal is here: hand back what they had. Then delete what was deleted."""
    for row in tx.conn.execute(select(jobs).where(in_status(JobStatus.PROCESSING))).mappings().all():
        claims_sql.release(tx, Claim(job=job_of(row)), delay_s=0.0, error=None, charged=False)
    error = JobError(code=CancelledByCaller.code, detail=CancelledByCaller.why)
    for request_id in gone:
        job = load(tx, request_id)
        if job is not None:
            claims_sql.cancel(tx, request_id, owner=job.owner, error=error, announce=announce_nothing, retention_s=0.0)
            jobs_sql.entomb(tx, request_id, owner=job.owner)
