"""`doctray import-legacy` on a stand-in for the old app's database and uploads."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from doctray.config import Settings, database_dsn_of
from doctray.domain.job import Job, JobStatus
from doctray.ports import JobQuery
from doctray.storage.migrate import upgrade
from doctray.wiring import open_blobs, open_journal
from tests.integration.cli.house import doctray

PDF = b"%PDF-1.7\nold document"
BLOCKS = [{"day": "Monday", "start": "09:00", "end": "10:00", "subject": "Maths"}]

SCHEMA = """
CREATE TABLE documents (id INTEGER PRIMARY KEY, filename TEXT, file_path TEXT, file_type TEXT, file_size INTEGER, status TEXT, created_at TIMESTAMP);
CREATE TABLE processing_jobs (id INTEGER PRIMARY KEY, document_id INTEGER, job_type TEXT, status TEXT, confidence REAL, result_data TEXT,
    error_message TEXT, created_at TIMESTAMP);
CREATE TABLE timetables (id INTEGER PRIMARY KEY, document_id INTEGER, teacher_name TEXT, class_name TEXT, term TEXT, year INTEGER, timeblocks TEXT,
    confidence REAL, validated BOOLEAN, created_at TIMESTAMP);
"""

DOCUMENTS = [
    (1, "table.pdf", "uploads/table.pdf", "application/pdf", 21, "completed", "2025-03-04 05:06:07"),
    (2, "certificate.png", "/app/uploads/certificate.png", "image/png", 9, "completed", "2025-03-05T05:06:07.123456"),
    (3, "broken.pdf", "uploads/broken.pdf", "pdf", 5, "failed", "2025-03-06 05:06:07"),
    (4, "waiting.pdf", "uploads/waiting.pdf", "pdf", 5, "pending", None),
    (5, "../../etc/passwd", "../outside.pdf", "pdf", 5, "completed", "garbage"),
    (6, "bad\udcffname.pdf".encode("utf-8", "surrogateescape"), None, None, None, None, 1741150000.5),
]
JOBS = [
    (1, 1, "timetable_ocr", "failed", None, None, "out of memory", "2025-03-04 05:07:00"),
    (2, 1, "timetable_ocr", "completed", 0.8, json.dumps({"anything": 1}), None, "2025-03-04 05:08:00"),
    (3, 2, "certificate", "completed", 93, json.dumps({"fields": {"number": "A-1", "odd": [1e3]}, "x": 1}), None, "2025-03-05 05:07:00"),
    (4, 3, "ocr", "error", None, None, "cannot open /app/uploads/broken.pdf", "2025-03-06 05:07:00"),
    (5, 5, "ocr", "completed", "high", "plain words \x00 not JSON", None, "2025-03-06 05:07:00"),
    (6, 77, "ocr", "completed", 1, "{}", None, None),
]
TIMETABLES = [
    (1, 1, "Ana Šolić", "4A", "Spring", "2025", json.dumps(BLOCKS), 0.7, 0, "2025-03-04 05:08:01"),
    (2, 1, "Ana Šolić", "4B", "Spring", 2025, json.dumps(BLOCKS), 0.9, 1, "2025-03-04 05:08:02"),
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    monkeypatch.setenv("DOCTRAY_HOME", str(home))
    upgrade(database_dsn_of(f"sqlite:///{home / 'journal.sqlite3'}"))
    return home


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    (uploads / "table.pdf").write_bytes(PDF)
    (uploads / "certificate.png").write_bytes(b"\x89PNG\r\n\x1a\n....")
    (tmp_path / "outside.pdf").write_bytes(b"%PDF-1.7 secret")
    (uploads / "broken.pdf").symlink_to(tmp_path / "outside.pdf")
    return uploads


@pytest.fixture
def app_db(tmp_path: Path) -> Path:
    path = tmp_path / "app.db"
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.executescript(SCHEMA)
        for table, rows in (("documents", DOCUMENTS), ("processing_jobs", JOBS), ("timetables", TIMETABLES)):
            conn.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    return path


async def _jobs() -> dict[Any, Job]:
    """By the old document's id."""
    async with open_journal(Settings()) as journal:
        jobs, _ = await journal.list_jobs(JobQuery(owner="default", limit=100))
    return {job.metadata["old_app_document_id"]: job for job in jobs}


async def _result(job: Job) -> dict[str, Any]:
    assert job.result is not None
    async with open_blobs(Settings()) as blobs:
        loaded: dict[str, Any] = json.loads(b"".join([chunk async for chunk in blobs.read(job.result)]))
    return loaded


async def test_every_document_is_a_finished_job(home: Path, app_db: Path, uploads: Path) -> None:
    before = app_db.read_bytes()
    done = doctray(home, "import-legacy", str(app_db), str(uploads))
    assert done.returncode == 0, done.stderr
    assert "6 of 6 documents are jobs: 2 cancelled, 3 completed, 1 failed now; 0 were there before." in done.stdout
    assert "5 processing jobs and 2 timetables came with them." in done.stdout
    assert "1 processing_jobs name no document" in done.stderr
    jobs = await _jobs()
    assert {number: job.status for number, job in jobs.items()} == {
        1: JobStatus.COMPLETED,
        2: JobStatus.COMPLETED,
        3: JobStatus.FAILED,
        4: JobStatus.CANCELLED,
        5: JobStatus.COMPLETED,
        6: JobStatus.CANCELLED,
    }
    assert app_db.read_bytes() == before


async def test_a_timetable_keeps_its_fields_its_history_and_its_file(home: Path, app_db: Path, uploads: Path) -> None:
    doctray(home, "import-legacy", str(app_db), str(uploads))
    job = (await _jobs())[1]
    assert (job.document_type, job.confidence, job.validated, job.file_name) == ("timetable", 0.9, True, "table.pdf")
    assert job.created_at.isoformat() == "2025-03-04T05:06:07+00:00"
    assert job.finished_at is not None
    assert job.expires_at is not None
    assert (job.expires_at - job.finished_at).days == 7
    result = await _result(job)
    assert result["fields"] == {"teacher_name": "Ana Šolić", "class_name": "4B", "term": "Spring", "year": 2025, "timeblocks": BLOCKS}
    assert [other["class_name"] for other in result["other_documents"]] == ["4A"]
    async with open_journal(Settings()) as journal, open_blobs(Settings()) as blobs:
        assert [attempt.ended for attempt in await journal.attempts(job.request_id)] == ["failed", "completed"]
        assert job.source is not None
        assert b"".join([chunk async for chunk in blobs.read(job.source)]) == PDF
    assert job.media_type == "application/pdf"


async def test_other_results_keep_what_was_there(home: Path, app_db: Path, uploads: Path) -> None:
    doctray(home, "import-legacy", str(app_db), str(uploads))
    jobs = await _jobs()
    certificate, words = await _result(jobs[2]), await _result(jobs[5])
    assert (jobs[2].document_type, jobs[2].confidence, certificate["fields"]) == ("certificate", 0.93, {"number": "A-1", "odd": [1000.0]})
    assert (jobs[5].document_type, jobs[5].confidence, words["fields"], words["text"]) == ("other", None, {}, "plain words \x00 not JSON")
    assert jobs[3].error is not None
    assert jobs[3].error.detail == "cannot open /app/uploads/broken.pdf"


async def test_no_file_is_taken_from_outside_the_uploads(home: Path, app_db: Path, uploads: Path) -> None:
    done = doctray(home, "import-legacy", str(app_db), str(uploads))
    jobs = await _jobs()
    assert [jobs[number].source for number in (3, 5, 6)] == [None, None, None]
    assert jobs[5].file_name == "passwd"
    for number in (3, 4, 5, 6):
        assert f"document {number} has no file" in done.stderr


async def test_a_second_import_changes_nothing(home: Path, app_db: Path, uploads: Path) -> None:
    doctray(home, "import-legacy", str(app_db), str(uploads))
    before = await _jobs()
    again = doctray(home, "import-legacy", str(app_db), str(uploads))
    assert again.returncode == 0
    assert "6 of 6 documents are jobs: none now; 6 were there before." in again.stdout
    assert await _jobs() == before


async def test_the_views_show_what_was_imported(home: Path, app_db: Path, uploads: Path) -> None:
    doctray(home, "import-legacy", str(app_db), str(uploads))
    engine = create_engine(database_dsn_of(f"sqlite:///{home / 'journal.sqlite3'}"))
    with engine.connect() as conn:
        shown = conn.execute(text("SELECT teacher_name, class_name, year, validated, created_at FROM timetables")).all()
        counts = [conn.scalar(text(f"SELECT count(*) FROM {view}")) for view in ("documents", "processing_jobs")]
    engine.dispose()
    assert [tuple(row) for row in shown] == [("Ana Šolić", "4B", 2025, 1, "2025-03-04T05:06:07.000Z")]
    assert counts == [6, 6]


async def test_a_dry_run_counts_and_brings_nothing_in(home: Path, app_db: Path, uploads: Path) -> None:
    looked = doctray(home, "import-legacy", str(app_db), str(uploads), "--dry-run")
    assert looked.returncode == 0, looked.stderr
    assert looked.stdout.startswith("6 documents, 6 processing_jobs, 2 timetables in ")
    assert await _jobs() == {}


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"no database at all, just text " * 100, "cannot be read as a SQLite database"), (b"", "it has no table documents")],
)
async def test_another_file_is_refused_by_what_is_wrong_with_it(
    home: Path, tmp_path: Path, uploads: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "other.db"
    path.write_bytes(content)
    refused = doctray(home, "import-legacy", str(path), str(uploads))
    assert (refused.returncode, said in refused.stderr) == (1, True), refused.stderr
