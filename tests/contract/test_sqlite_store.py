"""What SQLite must hold beside the journal's rules: grouped commits, several processes, and a store that is out of reach."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update

from doctray.domain.errors import TemporarilyUnavailable
from doctray.domain.job import Job, JobStatus, NewDelivery, announce_nothing
from doctray.storage import sqlite_store
from doctray.storage.journal_sql import SqlJournal, open_store
from doctray.storage.sqlite_store import SqliteStore, sqlite_engine
from doctray.storage.store import Op, Tx
from doctray.storage.tables import flags
from doctray.testing import FakeClock
from tests.contract.builders import CANCELLED, a_job, a_worker, claimed, completed

WRITER = """
import asyncio, sys
from doctray.storage.journal_sql import SqlJournal, open_store
async def read_then_write(journal, request_id):
    claim = await journal.claim(request_id, worker_id="w1", fingerprint="f", cache_ttl_s=60)
    if claim is None:
        return 0
    assert await journal.release(claim, delay_s=0, error=None, charged=True)
    return 1
async def main(dsn, request_id, times):
    async with SqlJournal(open_store(dsn), retention_s=60) as journal:
        claims = 0
        for _ in range(times):
            await asyncio.gather(journal.next_ring(request_id), journal.next_ring(request_id), journal.queue_state())
            claims += await read_then_write(journal, request_id)
    print(claims)
asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


async def test_three_processes_read_then_write_without_losing_or_locking(sqlite_dsn: str, clock: FakeClock) -> None:
    """A deferred BEGIN fails here: SQLite does not wait when a reader wants to write after somebody else has."""
    async with SqlJournal(SqliteStore(sqlite_dsn), retention_s=60) as journal:
        await journal.register(a_worker(clock), lease_s=1000)
        job = await journal.add(a_job(clock))
        arguments = [sys.executable, "-c", WRITER, sqlite_dsn, job.request_id, "60"]
        writers = [subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
        said = await asyncio.gather(*(asyncio.to_thread(writer.communicate, timeout=60) for writer in writers))
        assert [writer.returncode for writer in writers] == [0, 0, 0], said
        claims = sum(int(out) for out, _ in said)
        found = await journal.get(job.request_id)
        assert found is not None
        assert (found.status, found.claim_no, found.tries_used) == (JobStatus.QUEUED, claims, claims)
        assert len(await journal.attempts(job.request_id)) == claims > 0


class _Held:
    """Keeps the writer thread at work until it is let go, so that what comes meanwhile falls into one group."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, _tx: Tx) -> None:
        self.begun.set()
        assert self.go_on.wait(20)


async def _begin(store: SqliteStore, held: _Held) -> "asyncio.Task[None]":
    task = asyncio.create_task(store.write(held))
    assert await asyncio.to_thread(held.begun.wait, 20)
    return task


async def _handed_over() -> None:
    """What tasks have begun to ask has gone to the threads: they run in one step of the loop, and it goes at the next."""
    for _ in range(2):
        await asyncio.sleep(0)


async def test_what_was_asked_in_the_same_step_as_the_close_is_still_answered(sqlite_dsn: str) -> None:
    store = SqliteStore(sqlite_dsn)
    asked = [asyncio.create_task(ask(lambda tx: tx.conn.exec_driver_sql("SELECT 7").scalar())) for ask in (store.read, store.write)]
    closing = asyncio.create_task(store.aclose())
    async with asyncio.timeout(60):
        assert await asyncio.gather(*asked) == [7, 7]
        await closing


async def test_waiting_writes_share_a_commit_and_a_failing_one_fails_alone(sqlite_dsn: str, clock: FakeClock) -> None:
    def note(name: str) -> Op[int]:
        def write(tx: Tx) -> int:
            tx.conn.execute(insert(flags).values(name=name, value="x"))
            if name == "bad":
                raise ZeroDivisionError
            changes: int = tx.conn.exec_driver_sql("SELECT total_changes()").scalar_one()
            return changes

        return write

    store = SqliteStore(sqlite_dsn, now=clock.timestamp)
    held = _Held()
    first = await _begin(store, held)
    writes = [asyncio.ensure_future(store.write(note(name))) for name in ("a", "bad", "b", "c")]
    await _handed_over()
    held.go_on.set()
    await first
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert isinstance(outcomes[1], ZeroDivisionError)
    assert await store.read(lambda tx: sorted(tx.conn.execute(select(flags.c.name)).scalars())) == ["a", "b", "c"]
    await store.aclose()


async def test_nobody_learns_of_a_result_before_the_commit(sqlite_dsn: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole group fails when its commit fails, also those whose own statements went well."""

    def broken_commit(_dialect: object, _connection: object) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR
        error.sqlite_errorname = "SQLITE_IOERR"
        raise error

    async with SqlJournal(SqliteStore(sqlite_dsn, now=clock.timestamp), retention_s=60) as journal:
        with monkeypatch.context() as patch:
            patch.setattr("sqlalchemy.engine.default.DefaultDialect.do_commit", broken_commit)
            answers = await asyncio.gather(*(journal.set_flag(f"f{number}", "x") for number in range(3)), return_exceptions=True)
        assert [type(answer) for answer in answers] == [TemporarilyUnavailable] * 3
        await journal.set_flag("after", "x")
        assert await journal.flag("after") == "x"
        assert await journal.flag("f0") is None


async def test_a_transaction_that_sqlite_ends_by_itself_fails_the_group(sqlite_dsn: str, clock: FakeClock) -> None:
    def ended(tx: Tx) -> None:
        tx.conn.execute(insert(flags).values(name="bad", value="x"))
        tx.conn.exec_driver_sql("ROLLBACK")
        raise ZeroDivisionError

    store = SqliteStore(sqlite_dsn, now=clock.timestamp)
    held = _Held()
    first = await _begin(store, held)
    good = asyncio.ensure_future(store.write(lambda tx: tx.conn.execute(insert(flags).values(name="good", value="x")) and None))
    bad = asyncio.ensure_future(store.write(ended))
    await _handed_over()
    held.go_on.set()
    await first
    outcomes = await asyncio.gather(good, bad, return_exceptions=True)
    assert all(isinstance(outcome, Exception) for outcome in outcomes)
    assert await store.read(lambda tx: list(tx.conn.execute(select(flags.c.name)).scalars())) == []
    await store.write(lambda tx: tx.conn.execute(insert(flags).values(name="later", value="x")) and None)
    await store.aclose()


async def test_a_cancelled_caller_stops_no_other(sqlite_dsn: str, clock: FakeClock) -> None:
    async with SqlJournal(SqliteStore(sqlite_dsn, now=clock.timestamp), retention_s=60) as journal:
        job = await journal.add(a_job(clock))
        tasks = [asyncio.create_task(journal.next_ring(job.request_id)) for _ in range(20)]
        await _handed_over()
        for task in tasks[::2]:
            task.cancel()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(answer, Job) for answer in answers[1::2])
        assert all(isinstance(answer, asyncio.CancelledError | Job) for answer in answers[::2])
        assert await journal.next_ring(job.request_id) is not None


async def test_a_database_that_stays_locked_is_temporarily_unavailable(
    sqlite_dsn: str, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_store, "BUSY_TIMEOUT_S", 0.05)
    other = sqlite3.connect(tmp_path / "journal.sqlite3", isolation_level=None)
    async with SqlJournal(SqliteStore(sqlite_dsn, now=clock.timestamp), retention_s=60) as journal:
        await journal.set_flag("before", "x")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TemporarilyUnavailable):
            await journal.set_flag("during", "x")
        assert await journal.flag("before") == "x", "reads go on"
        other.execute("ROLLBACK")
        await journal.set_flag("after", "x")
        assert await journal.flag("during") is None
    other.close()


async def test_a_database_out_of_reach_is_temporarily_unavailable(tmp_path: Path, clock: FakeClock) -> None:
    dsn = f"sqlite+pysqlite:///{tmp_path / 'missing' / 'journal.sqlite3'}"
    async with SqlJournal(SqliteStore(dsn), retention_s=60) as journal:
        with pytest.raises(TemporarilyUnavailable):
            await journal.ping()
        with pytest.raises(TemporarilyUnavailable):
            await journal.add(a_job(clock))


async def test_more_writes_than_may_wait_are_refused(sqlite_dsn: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_store, "WAITING_LIMIT", 3)
    store = SqliteStore(sqlite_dsn, now=clock.timestamp)
    held = _Held()
    first = await _begin(store, held)
    writes = [asyncio.create_task(store.write(lambda _tx: None)) for _ in range(5)]
    await _handed_over()
    held.go_on.set()
    await first
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None)] * 3 + [TemporarilyUnavailable] * 2
    await store.aclose()


async def test_closing_lets_waiting_writes_finish_and_refuses_later_ones(sqlite_dsn: str, clock: FakeClock) -> None:
    journal = SqlJournal(SqliteStore(sqlite_dsn, now=clock.timestamp), retention_s=60)
    job = await journal.add(a_job(clock))
    waiting = [asyncio.create_task(journal.next_ring(job.request_id)) for _ in range(10)]
    await _handed_over()
    await journal.aclose()
    await journal.aclose()
    assert sorted(each.ring_no for each in await asyncio.gather(*waiting) if each is not None) == list(range(1, 11))
    with pytest.raises(TemporarilyUnavailable):
        await journal.next_ring(job.request_id)
    with pytest.raises(TemporarilyUnavailable):
        await journal.get(job.request_id)


def test_it_serves_any_event_loop_of_the_process(sqlite_dsn: str, clock: FakeClock) -> None:
    """A worker renews its lease from a thread with a loop of its own."""
    journal = SqlJournal(SqliteStore(sqlite_dsn, now=clock.timestamp), retention_s=60)
    for number in range(3):
        asyncio.run(journal.set_flag("f", str(number)))
    assert asyncio.run(journal.flag("f")) == "2"
    asyncio.run(journal.aclose())


async def test_commits_are_durable_and_write_ahead(sqlite_dsn: str) -> None:
    store = SqliteStore(sqlite_dsn)

    def pragmas(tx: Tx) -> tuple[object, object]:
        return tx.conn.scalar(text("PRAGMA journal_mode")), tx.conn.scalar(text("PRAGMA synchronous"))

    assert await store.write(pragmas) == ("wal", 2)
    await store.aclose()


async def test_errors_do_not_tell_what_callers_sent(sqlite_dsn: str) -> None:
    store = SqliteStore(sqlite_dsn)
    with pytest.raises(Exception, match="UNIQUE") as caught:
        await store.write(lambda tx: tx.conn.execute(insert(flags), [{"name": "secret", "value": "x"}] * 2) and None)
    assert "secret" not in str(caught.value)
    await store.aclose()


async def test_a_database_without_tables_is_unavailable_until_it_is_upgraded(tmp_path: Path) -> None:
    async with SqlJournal(SqliteStore(f"sqlite+pysqlite:///{tmp_path / 'empty.sqlite3'}"), retention_s=60) as journal:
        with pytest.raises(TemporarilyUnavailable, match="doctray upgrade"):
            await journal.ping()
        with pytest.raises(TemporarilyUnavailable):
            await journal.get("x")


async def test_a_mistake_of_ours_is_not_called_unavailable(sqlite_dsn: str) -> None:
    store = SqliteStore(sqlite_dsn)
    for run in (store.read, store.write):
        with pytest.raises(Exception, match="no such column") as caught:
            await run(lambda tx: tx.conn.execute(text("SELECT absent FROM flags")))
        assert not isinstance(caught.value, TemporarilyUnavailable)
    await store.write(lambda tx: tx.conn.execute(update(flags).values(value="x")) and None)
    await store.aclose()


def _holds(dsn: str, word: str) -> list[str]:
    """Which of the database's files hold the word."""
    path = Path(dsn.removeprefix("sqlite+pysqlite:///"))
    return sorted(file.suffix for file in path.parent.glob(f"{path.name}*") if word.encode() in file.read_bytes())


async def test_what_is_deleted_can_be_read_in_no_file_of_the_database(sqlite_dsn: str, clock: FakeClock) -> None:
    """The body is larger than a page, so that it lies on pages of its own, too."""
    async with SqlJournal(open_store(sqlite_dsn, now=clock.timestamp), retention_s=60) as journal:
        await journal.register(a_worker(clock), lease_s=60)
        job = await journal.add(a_job(clock, file_name="Quark.pdf", metadata={"name": "Quark"}))
        body = NewDelivery(webhook_id="m1", type="job.completed", url="http://a.test/", body="Zebulon Quark " * 4000)
        await journal.finish(await claimed(journal, job), completed(job), announce=lambda _job: body)
        others = [await journal.add(a_job(clock)) for _ in range(20)]
        assert _holds(sqlite_dsn, "Quark") == [".sqlite3-wal"]
        await journal.delete(job.request_id, owner=job.owner)
        assert _holds(sqlite_dsn, "Quark") == [".sqlite3-wal"], "as it was before, until the log is emptied"
        await journal.scrub()
        assert _holds(sqlite_dsn, "Quark") == []
        assert len(await journal.existing([other.request_id for other in others])) == 20


async def test_scrubbing_waits_for_no_reader_and_is_made_up_for(sqlite_dsn: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint that waits for readers holds up every writer meanwhile."""
    monkeypatch.setattr(sqlite_store, "BUSY_TIMEOUT_S", 240.0)
    async with SqlJournal(open_store(sqlite_dsn, now=clock.timestamp), retention_s=60) as journal:
        job = await journal.add(a_job(clock, file_name="Quark.pdf"))
        await cancel(journal, job)
        reader = sqlite_engine(sqlite_dsn, begin="BEGIN")
        with reader.begin() as conn:
            conn.execute(text("SELECT count(*) FROM jobs")).scalar()
            await journal.delete(job.request_id, owner=job.owner)
            async with asyncio.timeout(60):
                await journal.scrub()
            await journal.add(a_job(clock))
        reader.dispose()
        await journal.scrub()
        assert _holds(sqlite_dsn, "Quark") == []


async def cancel(journal: SqlJournal, job: Job) -> None:
    await journal.cancel(job.request_id, owner=job.owner, error=CANCELLED, announce=announce_nothing)


async def test_a_database_that_a_look_makes_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    async with SqlJournal(open_store(f"sqlite+pysqlite:///{path}"), retention_s=60) as journal:
        assert not await journal.current()
    assert path.stat().st_mode & 0o777 == 0o600
