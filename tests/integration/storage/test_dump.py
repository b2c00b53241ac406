"""A journal as text and back, on and between both databases."""

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from doctray.domain.audit import Actor, Means
from doctray.domain.batch import Batch
from doctray.domain.download import Validators
from doctray.domain.job import DeliveryStatus, DeliveryTry, Job, JobStatus, announce_nothing
from doctray.domain.keys import ApiKey, Scope
from doctray.domain.rollout import Arm, RolloutAction, RolloutKind, RolloutPlan
from doctray.domain.rollout_run import Measured
from doctray.ports import Idempotency, Snapshot
from doctray.storage.dump import SqlDump
from doctray.storage.journal_sql import SqlJournal, open_store
from doctray.testing import FakeClock
from tests.contract.builders import FINGERPRINT, OWNER, a_job, a_worker, announce, claimed, completed, failed


class Text:
    """A dump in memory."""

    def __init__(self) -> None:
        self.tables: dict[str, list[bytes]] = {}

    def write(self, table: str, lines: Iterator[bytes]) -> None:
        self.tables[table] = list(lines)

    def read(self, table: str) -> Iterator[bytes]:
        return iter(self.tables[table])

    def rows(self, table: str) -> list[dict[str, Any]]:
        names, *rows = [json.loads(line) for line in self.tables[table]]
        return [dict(zip(names, row, strict=True)) for row in rows]

    def ids(self, table: str = "jobs") -> set[str]:
        return {row["request_id"] for row in self.rows(table)}


def dumped(dsn: str) -> tuple[Text, Snapshot]:
    text = Text()
    return text, SqlDump(dsn).dump(text.write)


def opened(dsn: str, clock: FakeClock) -> SqlJournal:
    return SqlJournal(open_store(dsn, now=clock.timestamp), retention_s=86400)


async def filled(dsn: str, clock: FakeClock) -> dict[str, Job]:
    """One of everything that a journal can hold."""
    async with opened(dsn, clock) as journal:
        await journal.register(a_worker(clock), lease_s=1000)
        promise = Idempotency(scope="acme /v1/jobs", key="order 7", content="{}")
        jobs = {"queued": await journal.add(a_job(clock, metadata={"name": "Zoë \N{SNOWMAN}"}), idempotency=promise)}
        await journal.open_batch(Batch(batch_id="b1", owner=OWNER, created_at=clock.now()))
        for name in ("processing", "completed", "dead", "deleted"):
            jobs[name] = await journal.add(
                a_job(clock, webhook_url=f"http://{name}.test/", batch_id="b1", source_url=f"http://papers.test/{name}")
            )
        claim = await claimed(journal, jobs["processing"])
        assert claim.job.source is not None
        known = Validators(answered_by="h", etag='"1"')
        await journal.set_source(claim, source=claim.job.source, media_type="application/pdf", fingerprint=FINGERPRINT, validators=known)
        await journal.finish(await claimed(journal, jobs["completed"]), completed(jobs["completed"]), announce=announce)
        await journal.finish(await claimed(journal, jobs["dead"]), failed(), announce=announce)
        await journal.finish(await claimed(journal, jobs["deleted"]), completed(jobs["deleted"]), announce=announce)
        await journal.delete(jobs["deleted"].request_id, owner=OWNER)
        first, second = await journal.due_deliveries(lease_s=60)
        attempt = DeliveryTry(number=1, at=clock.now(), status_code=410, error=None, seconds=0.25)
        await journal.record_delivery(first, attempt=attempt, status=DeliveryStatus.STOPPED, next_in_s=None)
        await journal.record_delivery(second, attempt=attempt, status=DeliveryStatus.PENDING, next_in_s=30)
        key = ApiKey(
            key_id="k1",
            owner=OWNER,
            name="a key",
            prefix="dt_abc",
            key_hash="h",
            scopes=frozenset({Scope.READ, Scope.SUBMIT}),
            created_at=clock.now(),
            rate_per_minute=5,
            rollout=Arm.CANDIDATE,
        )
        await journal.add_key(key)
        await journal.add_webhook_secret(OWNER, b"\x00\xffold", overlap_s=60)
        await journal.add_webhook_secret(OWNER, b"\x00\xffnew", overlap_s=60)
        await journal.set_flag("webhooks_held", "until noon", by=Actor(means=Means.CLI, name="ana"))
        plan = RolloutPlan(kind=RolloutKind.ENGINE, baseline="easyocr", candidate="rapidocr", percentage=5, shadow_percentage=100)
        ana = Actor(means=Means.CLI, name="ana")
        await journal.set_rollout(plan, expected_revision=0, action=RolloutAction.PLANNED, reason="", by=ana)
        jobs["assigned"] = await journal.add(a_job(clock, arm_wanted=Arm.BASELINE))
        measured = Measured(seconds=2.5, engine_pages=1)
        claim = await claimed(journal, jobs["assigned"])
        await journal.finish(claim, completed(jobs["assigned"]), announce=announce_nothing, measured=measured)
        await journal.want_artifact(jobs["completed"].request_id, form="pdf", edition="r0")
        await journal.add_review(
            jobs["completed"].request_id,
            owner=OWNER,
            expected=0,
            fields={"title": "Zo\u00eb"},
            reviewed_by="ana",
            key_id="k1",
            note=None,
            announce=lambda _job, _review: None,
        )
    return jobs


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["sqlite", "postgres"])
def journal_dsn(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_dsn"))


@pytest.fixture(params=["sqlite to sqlite", "sqlite to postgres", "postgres to sqlite", "postgres to itself"])
def journey(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """(dsn of a journal, dsn of one to load it into)"""
    start, _, end = request.param.partition(" to ")
    source = str(request.getfixturevalue(f"{start}_dsn"))
    if end == "itself":
        return source, source
    # The target's folder and tables are made by the restore.
    return source, f"sqlite+pysqlite:///{tmp_path}/elsewhere/journal.sqlite3" if end == "sqlite" else request.getfixturevalue(
        "postgres_dsn"
    )


async def test_what_is_loaded_is_what_was_dumped_but_for_jobs_that_were_being_read(journey: tuple[str, str], clock: FakeClock) -> None:
    source, target = journey
    jobs = await filled(source, clock)
    before, snapshot = await asyncio.to_thread(dumped, source)
    await asyncio.to_thread(SqlDump(target).load, before.read, gone=[])
    after, _ = await asyncio.to_thread(dumped, target)

    assert {name for name in before.tables if before.rows(name) == []} == set(), "the test fills every table"
    assert set(before.tables) & {"workers", "turns"} == set()
    for table in set(before.tables) - {"jobs", "attempts"}:
        assert after.rows(table) == before.rows(table), table
    was_read = jobs["processing"].request_id
    for table in ("jobs", "attempts"):
        assert [row for row in after.rows(table) if row["request_id"] != was_read] == [
            row for row in before.rows(table) if row["request_id"] != was_read
        ]
    async with opened(target, clock) as journal:
        again = await journal.get(was_read)
        assert again is not None
        assert (again.status, again.worker_id, again.tries_used, again.leases_lost) == (JobStatus.QUEUED, None, 0, 0)
        assert [attempt.ended for attempt in await journal.attempts(was_read)] == ["handed_back"]
        assert await journal.workers() == []
        assert await journal.webhook_secrets(OWNER) == [b"\x00\xffnew", b"\x00\xffold"]
        await journal.add_webhook_secret(OWNER, b"newest", overlap_s=60)
        assert (await journal.webhook_secrets(OWNER))[0] == b"newest"
    assert snapshot.rows["jobs"] == 6
    assert {name for name, job in jobs.items() if job.request_id in snapshot.named} == {
        "queued",
        "processing",
        "completed",
        "dead",
        "assigned",
    }
    source_ref, result_ref = snapshot.named[jobs["completed"].request_id]
    assert (source_ref, result_ref.key) == (jobs["completed"].source, f"jobs/{jobs['completed'].request_id}/result.json")


async def test_a_dump_is_of_one_moment(journal_dsn: str, clock: FakeClock) -> None:
    """Whatever is written while it goes on is in none of its tables."""
    await filled(journal_dsn, clock)
    text = Text()

    def write(table: str, lines: Iterator[bytes]) -> None:
        async def meanwhile() -> None:
            async with opened(journal_dsn, clock) as journal:
                await journal.register(a_worker(clock), lease_s=1000)
                job = await journal.add(a_job(clock, request_id=f"late_{table}"))
                await journal.finish(await claimed(journal, job), completed(job), announce=announce)

        text.write(table, lines)
        # A loop of its own: this callback may run inside one.
        writer = threading.Thread(target=lambda: asyncio.run(meanwhile()))
        writer.start()
        writer.join()

    snapshot = await asyncio.to_thread(SqlDump(journal_dsn).dump, write)
    late = {row["request_id"] for table in ("jobs", "attempts", "deliveries") for row in text.rows(table)}
    assert not {name for name in late | set(snapshot.named) if name.startswith("late_")}
    assert snapshot.rows["jobs"] == len(text.rows("jobs"))


async def test_a_load_that_fails_leaves_what_was_there(journal_dsn: str, clock: FakeClock) -> None:
    await filled(journal_dsn, clock)
    before, _ = await asyncio.to_thread(dumped, journal_dsn)

    def broken(table: str) -> Iterator[bytes]:
        yield from before.read(table)
        if table == "webhook_secrets":
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await asyncio.to_thread(SqlDump(journal_dsn).load, broken, gone=[])
    assert (await asyncio.to_thread(dumped, journal_dsn))[0].tables == before.tables


async def test_jobs_that_were_deleted_meanwhile_come_back_as_tombstones(journal_dsn: str, clock: FakeClock) -> None:
    jobs = await filled(journal_dsn, clock)
    gone = [jobs[name].request_id for name in ("queued", "processing", "completed")]
    text, _ = await asyncio.to_thread(dumped, journal_dsn)
    await asyncio.to_thread(SqlDump(journal_dsn).load, text.read, gone=[*gone, "01unknown"])
    after, snapshot = await asyncio.to_thread(dumped, journal_dsn)
    assert not set(gone) & set(snapshot.named)
    assert not set(gone) & after.ids("deliveries")
    assert set(gone) < after.ids()
    assert "Zoë" not in json.dumps(after.rows("jobs"), ensure_ascii=False)


async def test_tables_can_be_left_out(journal_dsn: str, clock: FakeClock) -> None:
    await filled(journal_dsn, clock)
    text, _ = await asyncio.to_thread(dumped, journal_dsn)
    await asyncio.to_thread(SqlDump(journal_dsn).load, text.read, gone=[], without=["webhook_secrets"])
    async with opened(journal_dsn, clock) as journal:
        assert await journal.webhook_secrets(OWNER) == []
        assert await journal.keys() != []


async def test_whether_a_journal_holds_data(journal_dsn: str, clock: FakeClock, tmp_path: Path) -> None:
    assert not await asyncio.to_thread(SqlDump(f"sqlite+pysqlite:///{tmp_path}/new.sqlite3").holds_data)
    assert not await asyncio.to_thread(SqlDump(journal_dsn).holds_data)
    async with opened(journal_dsn, clock) as journal:
        await journal.register(a_worker(clock), lease_s=1)
        assert not await asyncio.to_thread(SqlDump(journal_dsn).holds_data)
        await journal.add_webhook_secret(OWNER, b"x", overlap_s=1)
    assert await asyncio.to_thread(SqlDump(journal_dsn).holds_data)
