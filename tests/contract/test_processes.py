"""Several processes on one journal: nothing is lost, nothing is done twice, and nobody finds the database locked."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from doctray.domain.job import Job, JobStatus
from doctray.ports import JobQuery
from doctray.storage.journal_sql import SqlJournal, open_store
from doctray.testing import FakeClock
from tests.contract.builders import a_job, fresh

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def journal(dsn: str) -> AsyncIterator[SqlJournal]:
    """On the database's own clock, like the processes'."""
    async with SqlJournal(open_store(dsn), retention_s=86400.0) as journal:
        yield journal


async def run_writers(*commands: list[str], seconds: float = 0.0) -> list[dict[str, Any]]:
    """Start a writer for each command, let them begin together, and return what each did."""
    return await asyncio.to_thread(_run_writers, commands, seconds)


def _run_writers(commands: tuple[list[str], ...], seconds: float) -> list[dict[str, Any]]:
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.contract.writer", *command],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command in commands
    ]
    try:
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n", writer.communicate(timeout=10)
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("go\n")
            writer.stdin.flush()
        said = [writer.communicate(timeout=seconds + 200) for writer in writers]
        assert [(writer.returncode, err) for writer, (_, err) in zip(writers, said, strict=True)] == [(0, "")] * len(writers)
        return [json.loads(out) for out, _ in said]
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()


async def test_six_processes_write_at_once_and_nothing_is_lost_or_doubled(journal: SqlJournal, dsn: str) -> None:
    await six_write(journal, dsn, seconds=5)


@pytest.mark.full
async def test_six_processes_write_for_a_minute_and_nothing_is_lost_or_doubled(journal: SqlJournal, dsn: str) -> None:
    await six_write(journal, dsn, seconds=60)


async def six_write(journal: SqlJournal, dsn: str, *, seconds: float) -> None:
    shared = await journal.add(a_job(FakeClock()))
    did = await run_writers(*(["busy", f"w{number}", dsn, shared.request_id, str(seconds)] for number in range(6)), seconds=seconds)
    added = [request_id for each in did for request_id in each["added"]]
    ended = [request_id for each in did for request_id in each["ended"]]
    assert len(set(added)) == len(added)
    assert len(set(ended)) == len(ended), "a job was ended twice"
    assert (await fresh(journal, shared)).ring_no == sum(each["rings"] for each in did) > 0, "a read-then-write was lost"
    found: dict[str, Job] = {}
    cursor = None
    while True:
        page, cursor = await journal.list_jobs(JobQuery(owner=None, limit=500, cursor=cursor))
        found |= {job.request_id: job for job in page}
        if cursor is None:
            break
    assert found.keys() == {*added, shared.request_id}
    assert {job.request_id for job in found.values() if job.status.terminal} == set(ended)
    assert not [job for job in found.values() if job.status is JobStatus.PROCESSING]
    assert sum(job.claim_no for job in found.values()) == sum(each["claims"] for each in did)
    assert sum(job.tries_used for job in found.values()) == sum(each["charged"] for each in did)
    # an outcome each, written with the job's end
    for request_id in ended[:: max(1, len(ended) // 200)]:
        (posted,) = await journal.deliveries(request_id)
        assert posted.type == f"job.{found[request_id].status.value}"
        assert len(await journal.attempts(request_id)) == found[request_id].claim_no
    print(f"{len(added)} added, {len(ended)} ended, {sum(each['claims'] for each in did)} claims in {seconds} s")


async def test_two_claimers_race_for_five_hundred_jobs_and_each_goes_to_one(journal: SqlJournal, dsn: str) -> None:
    clock = FakeClock()
    jobs = await asyncio.gather(*(journal.add(a_job(clock)) for _ in range(500)))
    one, other = await run_writers(["claimer", "w1", dsn], ["claimer", "w2", dsn])
    assert sorted([*one["won"], *other["won"]]) == sorted(job.request_id for job in jobs)
    # a race, not a walk-over, however late a busy machine lets one of them begin
    assert one["won"]
    assert other["won"]
    for job in jobs[::10]:
        assert len(await journal.deliveries(job.request_id)) == 1
    ended = [await fresh(journal, job) for job in jobs]
    assert {(job.status, job.claim_no, job.attempt) for job in ended} == {(JobStatus.COMPLETED, 1, 1)}
