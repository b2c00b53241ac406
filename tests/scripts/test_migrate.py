"""From the old service to doctray and back: callers lose nothing, and a switch that fails leaves the old service answering."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.cli.test_import_legacy import SCHEMA
from tests.scripts.conftest import OldService, end, run_script


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "state"
    yield folder
    end(folder / "doctray.pid")


def migrate(old: OldService, state: Path, *words: str, **changed: str) -> tuple[int, str]:
    options = {"--old-dir": str(old.folder), "--old-start": old.start, "--old-stop": old.stop, "--old-url": old.url, "--state": str(state)}
    options |= {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    env = {"DOCTRAY_HOME": str(state.parent / "home"), "WORKER_DEVICES": "cpu"}
    done = run_script("migrate", *[part for pair in options.items() for part in pair], *words, env=env, cwd=state.parent)
    return done.returncode, done.stdout + done.stderr


def test_callers_are_switched_and_switched_back(old_service: OldService, state: Path) -> None:
    status, said = migrate(old_service, state)
    assert status == 0, said
    assert "x-api-key" in said
    key = (state / "key").read_text().strip()
    assert key in said
    assert httpx.get(f"{old_service.url}/v1/jobs", trust_env=False, timeout=10).status_code == 401
    jobs = httpx.get(f"{old_service.url}/v1/jobs", headers={"x-api-key": key}, trust_env=False, timeout=10).json()["jobs"]
    assert {job["status"] for job in jobs} == {"completed"}
    # whatever happens to the old files meanwhile, the backup has them
    (old_service.folder / "uploads" / "one.txt").write_text("damaged")

    back = run_script("rollback", "--state", str(state), "--restore-files")
    assert back.returncode == 0, back.stdout + back.stderr
    assert old_service.said() == {"service": "old", "data": "of the old service"}


def test_a_switch_that_fails_leaves_the_old_service_answering(old_service: OldService, state: Path) -> None:
    """The home is a file: doctray cannot start."""
    state.parent.mkdir(exist_ok=True)
    (state.parent / "home").write_text("in the way")
    status, said = migrate(old_service, state)
    assert status == 1
    assert "the old service answers" in said
    assert old_service.said()["service"] == "old"


def test_a_stop_command_that_stops_nothing_is_noticed(old_service: OldService, state: Path) -> None:
    status, said = migrate(old_service, state, old_stop="false")
    assert status == 1
    assert "not switched" in said
    assert old_service.said()["service"] == "old"


def test_a_dry_run_changes_nothing(old_service: OldService, state: Path) -> None:
    status, said = migrate(old_service, state, "--dry-run")
    assert status == 0
    assert "would back up" in said
    assert not state.exists()
    assert old_service.said()["service"] == "old"


def test_without_an_old_service_that_answers_nothing_is_begun(old_service: OldService, state: Path) -> None:
    status, said = migrate(old_service, state, old_url="http://127.0.0.1:1")
    assert status == 1
    assert "does not answer" in said
    assert not state.exists()


def test_a_backup_that_would_hold_itself_is_refused(old_service: OldService) -> None:
    status, said = migrate(old_service, old_service.folder / "state")
    assert status == 2
    assert "hold itself" in said


def test_there_is_nothing_to_roll_back_without_a_migration(state: Path) -> None:
    done = run_script("rollback", "--state", str(state))
    assert done.returncode == 1
    assert "nothing to go back from" in done.stderr


def test_a_damaged_backup_is_not_restored(old_service: OldService, state: Path) -> None:
    status, said = migrate(old_service, state, old_stop="false")
    assert status == 1, said
    backup = next(state.glob("old-*.tar.gz"))
    backup.write_bytes(backup.read_bytes()[:-20])
    done = run_script("rollback", "--state", str(state), "--restore-files")
    assert done.returncode == 1
    assert "nothing was changed" in done.stderr
    assert old_service.said()["service"] == "old"


@pytest.fixture
def app_db(old_service: OldService) -> Path:
    """The old app's database, and the one file that its document names."""
    path = old_service.folder / "app.db"
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.executescript(SCHEMA)
        conn.execute("INSERT INTO documents VALUES (1, 'one.pdf', 'uploads/one.pdf', 'pdf', 9, 'completed', '2025-03-04 05:06:07')")
        conn.execute(
            "INSERT INTO processing_jobs VALUES (1, 1, 'ocr', 'completed', 0.9, '{\"text\": \"one\"}', NULL, '2025-03-04 05:07:00')"
        )
    (old_service.folder / "uploads" / "one.pdf").write_bytes(b"%PDF-1.7\nof the old app")
    return path


@pytest.mark.full
@pytest.mark.timeout(900)
def test_documents_of_the_old_app_come_along(old_service: OldService, app_db: Path, state: Path) -> None:
    status, said = migrate(old_service, state, app_db=str(app_db))
    assert status == 0, said
    assert "1 of 1 documents are jobs: 1 completed now" in said
    asked: dict[str, Any] = {"headers": {"x-api-key": (state / "key").read_text().strip()}, "trust_env": False, "timeout": 30}
    jobs = httpx.get(f"{old_service.url}/v1/jobs", **asked).json()["jobs"]
    (brought,) = [job for job in jobs if job["file_name"] == "one.pdf"]
    assert brought["created_at"].startswith("2025-03-04T05:06:07")


def test_an_old_database_that_cannot_be_read_leaves_the_old_service_answering(old_service: OldService, app_db: Path, state: Path) -> None:
    app_db.write_bytes(b"no database " * 100)
    status, said = migrate(old_service, state, app_db=str(app_db))
    assert status == 1
    assert "could not be brought in" in said
    assert old_service.said()["service"] == "old"
