"""The database's own views, queried as a reporting tool does, after jobs that really went through the journal."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import create_async_engine

from doctray.domain.job import Job, JobStatus
from doctray.storage.journal_sql import SqlJournal, open_store
from doctray.testing import FakeClock
from tests.contract.builders import CANCELLED, OWNER, a_job, a_worker, announce, claimed, completed, failed

COLUMNS = {
    "documents": ["id", "filename", "file_path", "file_type", "file_size", "status", "created_at"],
    "processing_jobs": ["id", "document_id", "job_type", "status", "confidence", "result_data", "error_message", "created_at"],
    "timetables": [
        *("id", "document_id", "teacher_name", "class_name", "term", "year", "timeblocks", "confidence", "validated", "created_at"),
    ],
}
BLOCKS = [{"day": "Monday", "start": "09:00", "end": "10:00", "subject": "Maths"}]
FIELDS = {"teacher_name": "Ana Šolić", "class_name": "4B", "term": "Spring", "year": 2026, "timeblocks": BLOCKS}


@pytest.fixture
async def journal(dsn: str, clock: FakeClock) -> AsyncIterator[SqlJournal]:
    async with SqlJournal(open_store(dsn, now=clock.timestamp), retention_s=7 * 86400.0) as journal:
        await journal.register(a_worker(clock), lease_s=1e6)
        yield journal


async def _rows(dsn: str, view: str) -> list[dict[str, Any]]:
    """JSON columns as JSON, however the database hands them over."""
    query = text(f"SELECT * FROM {view} ORDER BY id")
    if dsn.startswith("sqlite"):
        engine = create_engine(dsn)
        with engine.connect() as conn:
            found = [dict(row) for row in conn.execute(query).mappings()]
        engine.dispose()
    else:
        async_engine = create_async_engine(dsn)
        async with async_engine.connect() as connection:
            found = [dict(row) for row in (await connection.execute(query)).mappings()]
        await async_engine.dispose()
    for row in found:
        for name in ("result_data", "timeblocks"):
            if isinstance(row.get(name), str):
                row[name] = json.loads(row[name])
    return found


async def _timetable(journal: SqlJournal, clock: FakeClock, *, content: str = "", fields: Any = FIELDS, **more: object) -> Job:
    job = await journal.add(a_job(clock, content=content))
    outcome = completed(job, result_type="timetable", fields=fields, **more)
    ended = await journal.finish(await claimed(journal, job), outcome, announce=announce)
    assert ended is not None
    return ended[0]


@pytest.mark.parametrize("view", COLUMNS)
async def test_a_view_has_the_promised_columns_in_their_order(dsn: str, journal: SqlJournal, clock: FakeClock, view: str) -> None:
    await _timetable(journal, clock)
    assert [list(row) for row in await _rows(dsn, view)] == [COLUMNS[view]]


async def test_a_completed_timetable_stands_in_all_three(dsn: str, journal: SqlJournal, clock: FakeClock) -> None:
    job = await _timetable(journal, clock)
    document, processing, timetable = [(await _rows(dsn, view))[0] for view in COLUMNS]
    assert str(document.pop("created_at")).replace(" ", "T").startswith(clock.now().strftime("%Y-%m-%dT%H:%M:%S"))
    assert document == {
        "id": job.request_id,
        "filename": "paper.pdf",
        "file_path": f"jobs/{job.request_id}/source",
        "file_type": "application/pdf",
        "file_size": 10,
        "status": "completed",
    }
    assert (processing["document_id"], processing["job_type"], processing["status"]) == (job.request_id, "timetable", "completed")
    assert (processing["confidence"], processing["result_data"], processing["error_message"]) == (0.9, FIELDS, None)
    assert {name: timetable[name] for name in FIELDS} == FIELDS
    assert (timetable["document_id"], timetable["confidence"], bool(timetable["validated"])) == (job.request_id, 0.9, False)


async def test_what_failed_or_waits_or_is_no_timetable_is_no_timetable(dsn: str, journal: SqlJournal, clock: FakeClock) -> None:
    bad = await journal.add(a_job(clock))
    await journal.finish(await claimed(journal, bad), failed(), announce=announce)
    other = await journal.add(a_job(clock))
    await journal.finish(await claimed(journal, other), completed(other, fields={"kind": "other"}), announce=announce)
    waiting = await journal.add(a_job(clock))
    rows = {row["id"]: row for row in await _rows(dsn, "processing_jobs")}
    assert (rows[bad.request_id]["status"], rows[bad.request_id]["error_message"]) == ("failed", "The engine stopped.")
    assert rows[bad.request_id]["result_data"] is None
    assert rows[other.request_id]["result_data"] == {"kind": "other"}
    assert (rows[waiting.request_id]["status"], rows[waiting.request_id]["confidence"]) == ("queued", None)
    assert await _rows(dsn, "timetables") == []
    assert len(await _rows(dsn, "documents")) == 3


async def test_a_copied_result_shows_its_twins_fields_as_the_machine_read_them(dsn: str, journal: SqlJournal, clock: FakeClock) -> None:
    """Copied by a worker, and at the door; the person who reviewed the twin saw another file."""
    twin = await _timetable(journal, clock, content="same")
    await _review(journal, twin, {**FIELDS, "class_name": "reviewed"})
    worked = await journal.add(a_job(clock, content="same"))
    claim = await claimed(journal, worked)
    assert claim.reuse is not None
    copied = completed(worked, result_type="timetable", cached=True)
    await journal.finish(claim, copied, announce=announce)
    born = a_job(clock, content="same", status=JobStatus.COMPLETED, cached=True, result=copied.result, result_type="timetable")
    await journal.add(born.evolve(content_key=twin.content_key))
    classes = {row["id"]: row["class_name"] for row in await _rows(dsn, "timetables")}
    assert classes == {twin.request_id: "reviewed", worked.request_id: "4B", born.request_id: "4B"}


async def test_a_person_s_fields_are_shown_once_there_is_a_review(dsn: str, journal: SqlJournal, clock: FakeClock) -> None:
    job = await _timetable(journal, clock)
    for name in ("4C", "4D"):
        await _review(journal, job, {**FIELDS, "class_name": name})
    shown = (await _rows(dsn, "timetables"))[0]
    assert (shown["class_name"], bool(shown["validated"])) == ("4D", True)


async def test_a_deleted_job_leaves_no_row_and_no_field(dsn: str, journal: SqlJournal, clock: FakeClock) -> None:
    job = await _timetable(journal, clock)
    await journal.cancel(job.request_id, owner=OWNER, error=CANCELLED, announce=announce)
    await journal.delete(job.request_id, owner=OWNER)
    for view in (*COLUMNS, "(SELECT request_id AS id FROM result_fields) AS kept"):
        assert await _rows(dsn, view) == []


@pytest.mark.parametrize("year", [10**30, -5e300, "soon", None, 2026.0])
async def test_no_document_breaks_the_view_for_the_others(dsn: str, journal: SqlJournal, clock: FakeClock, year: object) -> None:
    """PostgreSQL's jsonb takes neither NUL nor half a surrogate pair, and its integers end."""
    await _timetable(journal, clock, fields={**FIELDS, "term": "a\0b\ud800c", "year": year, "x\0": [{"y": "\udfff"}, float("inf")]})
    job = await _timetable(journal, clock)
    rows = {row["id"]: row for row in await _rows(dsn, "timetables")}
    assert len(rows) == 2
    assert {name: rows[job.request_id][name] for name in FIELDS} == FIELDS
    assert len(await _rows(dsn, "processing_jobs")) == 2


async def test_a_job_without_fields_of_its_own_stands_there_empty(dsn: str, journal: SqlJournal, clock: FakeClock) -> None:
    """As those completed before there were views."""
    await _timetable(journal, clock, fields=None)
    shown = (await _rows(dsn, "timetables"))[0]
    assert [shown[name] for name in FIELDS] == [None] * len(FIELDS)


async def _review(journal: SqlJournal, job: Job, fields: dict[str, Any]) -> None:
    kept = await journal.add_review(
        job.request_id, owner=OWNER, expected=None, fields=fields, reviewed_by="ana", key_id=None, note=None, announce=lambda *_: None
    )
    assert kept is not None
