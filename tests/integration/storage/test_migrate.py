"""Migrations: what they make is what `tables` says, whoever runs them and however often."""

import asyncio
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from doctray.domain.errors import TemporarilyUnavailable
from doctray.storage.journal_sql import SqlJournal, open_store
from doctray.storage.migrate import upgrade
from doctray.storage.schema_version import EXPECTED_VERSION
from doctray.storage.sqlite_store import sqlite_engine
from doctray.storage.tables import metadata
from doctray.testing import FakeClock
from tests.contract.builders import a_job


def _dsn(path: Path) -> str:
    return f"sqlite+pysqlite:///{path}"


def _schema(conn: Connection) -> dict[str, str]:
    """Name → SQL of every table and index, without what differs in writing only."""
    rows = conn.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql > '' AND name <> 'alembic_version'")
    )
    return {row.name: " ".join(row.sql.replace("\t", " ").split()) for row in rows}


def test_tables_and_migrations_agree(tmp_path: Path) -> None:
    migrated, made = (_dsn(tmp_path / name) for name in ("migrated.sqlite3", "made.sqlite3"))
    upgrade(migrated)
    schemas = []
    for dsn in (migrated, made):
        engine = sqlite_engine(dsn, begin="BEGIN IMMEDIATE")
        with engine.begin() as conn:
            if dsn == made:
                metadata.create_all(conn)
            else:
                assert compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), metadata) == []
            schemas.append(_schema(conn))
        engine.dispose()
    assert schemas[0] == schemas[1]


def test_the_expected_version_is_the_newest_migration() -> None:
    scripts = ScriptDirectory(str(Path("src/doctray/storage/migrations").absolute()))
    assert scripts.get_current_head() == EXPECTED_VERSION


async def test_a_database_is_current_after_the_upgrade_and_not_before(tmp_path: Path) -> None:
    async with SqlJournal(open_store(_dsn(tmp_path / "journal.sqlite3")), retention_s=60) as journal:
        assert not await journal.current()
        await asyncio.to_thread(upgrade, _dsn(tmp_path / "journal.sqlite3"))
        assert await journal.current()


def test_an_upgrade_may_be_repeated_and_makes_the_folder_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "home" / "journal.sqlite3"
    upgrade(_dsn(path))
    upgrade(_dsn(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_processes_that_upgrade_at_once_do_not_meet(tmp_path: Path) -> None:
    dsn = _dsn(tmp_path / "journal.sqlite3")
    code = f"from doctray.storage.migrate import upgrade; upgrade({dsn!r})"
    processes = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) for _ in range(3)]
    complaints = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], complaints


def test_a_migration_that_fails_leaves_nothing_half_done(tmp_path: Path) -> None:
    dsn = _dsn(tmp_path / "journal.sqlite3")
    engine = sqlite_engine(dsn, begin="BEGIN IMMEDIATE")
    with engine.begin() as conn:
        # The last table to be made is in the way.
        conn.exec_driver_sql("CREATE TABLE workers (x)")
    with pytest.raises(OperationalError, match="workers"):
        upgrade(dsn)
    with engine.begin() as conn:
        assert set(_schema(conn)) == {"workers"}
    engine.dispose()


def test_the_journal_is_used_without_alembic(tmp_path: Path) -> None:
    dsn = _dsn(tmp_path / "journal.sqlite3")
    upgrade(dsn)
    code = f"""
import asyncio, sys
from doctray.storage.journal_sql import SqlJournal, open_store
async def main():
    async with SqlJournal(open_store({dsn!r}), retention_s=60) as journal:
        assert await journal.current()
asyncio.run(main())
heavy = {{"alembic", "mako", "asyncpg"}} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("version", "said"), [("0001", "the operator runs `doctray upgrade`"), ("9999", "starts the version of doctray that upgraded them")]
)
async def test_tables_of_another_version_are_refused_with_what_to_do(tmp_path: Path, version: str, said: str) -> None:
    """Every call, not the first look alone: an API that starts before the upgrade must neither write nor fail in a way nobody understands."""
    dsn = _dsn(tmp_path / "journal.sqlite3")
    await asyncio.to_thread(upgrade, dsn)
    engine = sqlite_engine(dsn, begin="BEGIN IMMEDIATE")
    with engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    clock = FakeClock()
    async with SqlJournal(open_store(dsn, now=clock.timestamp), retention_s=60) as journal:
        for call in (journal.ping, journal.queue_state, lambda: journal.add(a_job(clock)), journal.has_keys):
            with pytest.raises(TemporarilyUnavailable, match=said):
                await call()
        if version > EXPECTED_VERSION:
            with pytest.raises(TemporarilyUnavailable, match=said):
                await asyncio.to_thread(upgrade, dsn)
        with engine.begin() as conn:
            conn.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": EXPECTED_VERSION})
        await journal.add(a_job(clock))
    engine.dispose()


async def test_jobs_of_the_first_version_are_there_after_the_upgrade(tmp_path: Path) -> None:
    """Rows that were written before reviews are rows without one."""
    path = tmp_path / "journal.sqlite3"
    await asyncio.to_thread(upgrade, _dsn(path))
    clock = FakeClock()
    async with SqlJournal(open_store(_dsn(path), now=clock.timestamp), retention_s=60) as journal:
        job = await journal.add(a_job(clock))
    engine = sqlite_engine(_dsn(path), begin="BEGIN IMMEDIATE")
    with engine.begin() as conn:
        config = Config()
        config.set_main_option("script_location", "doctray.storage:migrations")
        config.attributes["connection"] = conn
        command.downgrade(config, "0001")
    engine.dispose()
    await asyncio.to_thread(upgrade, _dsn(path))
    async with SqlJournal(open_store(_dsn(path), now=clock.timestamp), retention_s=60) as journal:
        assert await journal.get(job.request_id) == job
