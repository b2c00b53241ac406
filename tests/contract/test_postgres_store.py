"""What PostgreSQL must hold beside the journal's rules: the server's clock, and a server that is out of reach."""

import asyncio
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Executable, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.util import await_only

from doctray.domain.errors import TemporarilyUnavailable
from doctray.domain.job import JobStatus
from doctray.ports import Claim, Idempotency
from doctray.storage import claims_sql
from doctray.storage.job_rows import lock
from doctray.storage.journal_sql import SqlJournal, open_store
from doctray.storage.migrate import upgrade
from doctray.storage.store import Tx
from doctray.storage.tables import metadata
from doctray.testing import FakeClock
from tests.contract.builders import CACHE_TTL_S, FINGERPRINT, a_job, a_worker, announce, claimed, fresh
from tests.databases import PostgresServer


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


async def test_processes_that_upgrade_at_once_do_not_meet(postgres_server: str) -> None:
    engine = create_async_engine(postgres_server, isolation_level="AUTOCOMMIT")
    dsn = postgres_server.replace("/postgres?", "/upgraded?")
    async with engine.connect() as conn:
        await conn.execute(text("CREATE DATABASE upgraded"))
    code = f"from doctray.storage.migrate import upgrade; upgrade({dsn!r})"
    processes = [await asyncio.create_subprocess_exec(sys.executable, "-c", code, stderr=subprocess.PIPE) for _ in range(3)]
    complaints = [(await process.communicate())[1].decode() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], complaints
    async with SqlJournal(open_store(dsn), retention_s=60) as journal:
        assert await journal.current()
    async with engine.connect() as conn:
        await conn.execute(text("DROP DATABASE upgraded WITH (FORCE)"))
    await engine.dispose()


async def test_a_server_out_of_reach_is_temporarily_unavailable(tmp_path: Path, clock: FakeClock) -> None:
    async with SqlJournal(open_store(f"postgresql+asyncpg://x@/postgres?host={tmp_path}"), retention_s=60) as journal:
        with pytest.raises(TemporarilyUnavailable):
            await journal.ping()
        with pytest.raises(TemporarilyUnavailable):
            await journal.add(a_job(clock))


async def test_after_a_restart_of_the_server_the_same_journal_goes_on(own_postgres: PostgresServer, clock: FakeClock) -> None:
    """Every pooled connection is cut; meanwhile each call is an outage, and soon over."""
    async with SqlJournal(open_store(own_postgres.dsn), retention_s=60) as journal:
        kept = await journal.add(a_job(clock))
        await asyncio.gather(*(journal.ping() for _ in range(10)))
        for asked_meanwhile in (False, True):
            await asyncio.to_thread(own_postgres.stop)
            if asked_meanwhile:
                outages = await asyncio.gather(*(journal.add(a_job(clock)) for _ in range(20)), return_exceptions=True)
                assert {type(outage) for outage in outages} == {TemporarilyUnavailable}
            await asyncio.to_thread(own_postgres.start)
            async with asyncio.timeout(60):
                while True:
                    with suppress(TemporarilyUnavailable):
                        await journal.add(a_job(clock))
                        break
                    await asyncio.sleep(0.05)
        assert await journal.get(kept.request_id) == kept
        await asyncio.gather(*(journal.ping() for _ in range(10)))


async def test_a_server_that_refuses_us_is_an_outage_with_its_reason(postgres_dsn: str, clock: FakeClock) -> None:
    nobody = postgres_dsn.replace("doctray@", "nobody@")
    nowhere = postgres_dsn.replace("/postgres?", "/nowhere?")
    for dsn, reason in ((nobody, 'role "nobody" does not exist'), (nowhere, 'database "nowhere" does not exist')):
        async with SqlJournal(open_store(dsn), retention_s=60) as journal:
            with pytest.raises(TemporarilyUnavailable):
                await journal.add(a_job(clock))
        with pytest.raises(TemporarilyUnavailable, match=reason):
            await asyncio.to_thread(upgrade, dsn)


async def test_a_sweep_does_not_wait_for_rows_that_another_transaction_holds(postgres_dsn: str, clock: FakeClock) -> None:
    """SKIP LOCKED: what one is at, the next passes over."""
    store = open_store(postgres_dsn)
    async with SqlJournal(store, retention_s=60) as journal:
        job = await journal.add(a_job(clock))
        await journal.register(a_worker(clock), lease_s=60)
        await claimed(journal, job)
        await journal.retire("w1")
        holds, go_on = asyncio.Event(), asyncio.Event()

        def op(tx: Tx) -> None:
            lock(tx, job.request_id)
            holds.set()
            await_only(go_on.wait())

        holding = asyncio.create_task(store.write(op))
        await holds.wait()
        assert await journal.dead_leases(announce=announce, max_lost=10) == ([], [])
        go_on.set()
        await holding
        assert await journal.dead_leases(announce=announce, max_lost=10) == ([job.request_id], [])


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

        await asyncio.wait_for(asyncio.gather(lock_both(one, other), lock_both(other, one)), 60)
        assert runs == 3


async def test_a_worker_that_registers_again_loses_a_job_that_another_transaction_is_looking_at(
    postgres_dsn: str, clock: FakeClock
) -> None:
    """Passed over, it would be processing for as long as the worker lives, and nobody would work on it."""
    store = open_store(postgres_dsn)
    async with SqlJournal(store, retention_s=60) as journal:
        await journal.register(a_worker(clock), lease_s=60)
        job = await journal.add(a_job(clock))
        await claimed(journal, job)
        held, let_go = asyncio.Event(), asyncio.Event()

        def look(tx: Tx) -> None:
            lock(tx, job.request_id)
            held.set()
            await_only(let_go.wait())

        looking = asyncio.create_task(store.write(look))
        await held.wait()
        registering = asyncio.create_task(journal.register(a_worker(clock), lease_s=60))
        await waits_for_a_lock(postgres_dsn, registering)
        let_go.set()
        await asyncio.gather(looking, registering)
        found = await fresh(journal, job)
        assert (found.status, found.leases_lost, found.worker_id) == (JobStatus.QUEUED, 1, None)


async def test_a_worker_that_registers_again_loses_a_claim_that_is_just_being_made(postgres_dsn: str, clock: FakeClock) -> None:
    store = open_store(postgres_dsn)
    async with SqlJournal(store, retention_s=60) as journal:
        await journal.register(a_worker(clock), lease_s=60)
        job = await journal.add(a_job(clock))
        made, let_go = asyncio.Event(), asyncio.Event()

        def claim(tx: Tx) -> Claim | None:
            claim = claims_sql.claim(tx, job.request_id, worker_id="w1", fingerprint=FINGERPRINT, cache_ttl_s=CACHE_TTL_S)
            made.set()
            await_only(let_go.wait())
            return claim

        claiming = asyncio.create_task(store.write(claim))
        await made.wait()
        registering = asyncio.create_task(journal.register(a_worker(clock), lease_s=60))
        await waits_for_a_lock(postgres_dsn, registering)
        let_go.set()
        assert (await asyncio.gather(claiming, registering))[0] is not None
        found = await fresh(journal, job)
        assert (found.status, found.leases_lost, found.worker_id) == (JobStatus.QUEUED, 1, None)


async def test_a_key_whose_first_job_is_deleted_meanwhile_is_free(
    postgres_dsn: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused because of a promise that is gone by the time it is looked at."""
    attempt = Tx.attempt
    tries = 0

    def refused_once(tx: Tx, statement: Executable) -> bool:
        nonlocal tries
        tries += 1
        return tries > 1 and attempt(tx, statement)

    monkeypatch.setattr(Tx, "attempt", refused_once)
    async with SqlJournal(open_store(postgres_dsn), retention_s=60) as journal:
        job = a_job(clock)
        promise = Idempotency(scope="acme", key="k", content="c")
        assert (await journal.add(job, idempotency=promise)).request_id == job.request_id
        assert (await journal.add(a_job(clock), idempotency=promise)).request_id == job.request_id


async def waits_for_a_lock(dsn: str, task: "asyncio.Task[None]") -> None:
    """Until the task has ended, or its transaction waits for another's."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'doctray'")
    engine = create_async_engine(dsn)
    async with asyncio.timeout(60), engine.connect() as conn:
        while not task.done() and not await conn.scalar(waiting):
            await conn.rollback()
            await asyncio.sleep(0.005)
    await engine.dispose()
