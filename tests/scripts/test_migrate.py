"""From the old service to doctray and back: callers lose nothing, and a switch that fails leaves the old service answering."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

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
