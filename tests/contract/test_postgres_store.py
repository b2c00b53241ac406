"""What PostgreSQL must hold beside the journal's rules: the server's clock, and a server that is out of reach."""

import asyncio
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.util import await_only

from doctray.domain.errors import TemporarilyUnavailable
from doctray.storage.job_rows import lock
from doctray.storage.journal_sql import SqlJournal, open_store
from doctray.storage.store import Tx
from doctray.storage.tables import metadata
from doctray.testing import FakeClock
from tests.contract.builders import a_job


async def test_times_are_by_the_servers_clock(postgres_dsn: str, clock: FakeClock) -> None:
    before = time.time()
    async with SqlJournal(open_store(postgres_dsn), retention_s=60) as journal:
        job = await journal.add(a_job(clock))
    assert before - 1 <= job.created_at.timestamp() <= time.time() + 1


async def test_the_migrations_make_what_the_tables_say(postgres_dsn: str) -> None:
    async with SqlJournal(open_store(postgres_dsn), retention_s=60) as journal:
        assert await journal.current()
    engine = create_async_engine(postgres_dsn)
    async with engine.begin() as conn:
        assert await conn.run_sync(lambda sync: compare_metadata(MigrationContext.configure(sync), metadata)) == []
    await engine.dispose()


async def test_a_server_out_of_reach_is_temporarily_unavailable(tmp_path: Path, clock: FakeClock) -> None:
    async with SqlJournal(open_store(f"postgresql+asyncpg://x@/postgres?host={tmp_path}"), retention_s=60) as journal:
        with pytest.raises(TemporarilyUnavailable):
            await journal.ping()
        with pytest.raises(TemporarilyUnavailable):
            await journal.add(a_job(clock))


async def test_two_that_would_deadlock_both_get_through(postgres_dsn: str, clock: FakeClock) -> None:
    """The server ends one of two transactions that wait for each other; it is run again."""
    store = open_store(postgres_dsn)
    async with SqlJournal(store, retention_s=60) as journal:
        one, other = [(await journal.add(a_job(clock))).request_id for _ in range(2)]
        both_hold_one = asyncio.Barrier(2)
        runs = 0

        async def lock_both(first: str, second: str) -> None:
            again = False

            def op(tx: Tx) -> None:
                nonlocal again, runs
                runs += 1
                lock(tx, first)
                if not again:
                    again = True
                    await_only(both_hold_one.wait())
                lock(tx, second)

            await store.write(op)

        await asyncio.wait_for(asyncio.gather(lock_both(one, other), lock_both(other, one)), 20)
        assert runs == 3
