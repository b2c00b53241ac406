"""`doctray dead-letters`, `backup` and `restore`, on the journal and the files of a home."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from click.testing import CliRunner, Result

from doctray.cli.main import cli
from doctray.clock import SystemClock
from doctray.config import Settings
from doctray.domain.identity import new_request_id
from doctray.domain.job import Job, JobError, JobStatus, Outcome, announce_nothing
from doctray.outbound.sealing import Sealer
from doctray.ports import WorkerInfo
from doctray.storage.journal_sql import SqlJournal
from doctray.storage.migrate import upgrade
from doctray.wiring import open_blobs, open_journal
from tests.integration.service.house import once

T = TypeVar("T")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def with_journal(act: Callable[[SqlJournal], Awaitable[T]]) -> T:
    async def acted() -> T:
        async with open_journal(Settings()) as journal:
            return await act(journal)

    return asyncio.run(acted())


@pytest.fixture(autouse=True)
def home() -> Path:
    settings = Settings()
    upgrade(settings.database_dsn)
    return settings.home


async def a_job(journal: SqlJournal) -> Job:
    now = SystemClock().now()
    request_id = new_request_id(now)
    async with open_blobs(Settings()) as blobs:
        source = await blobs.put(f"jobs/{request_id}/source", once(b"a document"))
    return await journal.add(Job(request_id=request_id, owner="acme", source=source, created_at=now, due_at=now))


async def dead(journal: SqlJournal, worker_id: str = "w1") -> str:
    job = await a_job(journal)
    worker = WorkerInfo(worker_id=worker_id, host="h", pid=1, device="cpu", slots=1, fingerprint="f", started_at=SystemClock().now())
    await journal.register(worker, lease_s=60)
    claim = await journal.claim(job.request_id, worker_id=worker_id, fingerprint="f", cache_ttl_s=0)
    assert claim is not None
    error = JobError(code="engine_failure", detail="The engine stopped.")
    outcome = Outcome(status=JobStatus.FAILED, error=error, dead_lettered=True)
    assert await journal.finish(claim, outcome, announce=announce_nothing)
    await journal.retire(worker_id)
    return job.request_id


def status_of(request_id: str) -> str:
    job = with_journal(lambda journal: journal.get(request_id))
    return job.status.value if job else "unknown"


# --- dead letters ---


def test_dead_letters_are_listed_and_shown() -> None:
    assert "no dead letters" in run("dead-letters", "list").stdout
    request_id = with_journal(dead)
    listed = run("dead-letters", "list")
    assert (listed.exit_code, request_id in listed.stdout, "engine_failure" in listed.stdout) == (0, True, True)
    shown = run("dead-letters", "show", request_id)
    assert shown.exit_code == 0
    for part in ("engine_failure: The engine stopped.", "  1.1  ", "failed engine_failure  on w1", "acme"):
        assert part in shown.stdout


def test_one_or_all_are_replayed() -> None:
    ids = [with_journal(dead) for _ in range(3)]
    assert run("dead-letters", "replay", ids[0]).stdout.endswith("1 queued again.\n")
    assert [status_of(one) for one in ids] == ["queued", "failed", "failed"]
    assert run("dead-letters", "replay", "--all").stdout.endswith("2 queued again.\n")
    assert [status_of(one) for one in ids] == ["queued"] * 3


def test_what_is_no_dead_letter_is_said() -> None:
    assert run("dead-letters", "show", "01nothing").exit_code == 1
    request_id = with_journal(dead)
    result = run("dead-letters", "replay", request_id, "01nothing")
    assert (result.exit_code, "1 queued again." in result.stdout, "01nothing" in result.stderr) == (1, True, True)


@pytest.mark.parametrize("arguments", [(), ("--all", "01some")])
def test_a_replay_wants_ids_or_all(arguments: tuple[str, ...]) -> None:
    assert run("dead-letters", "replay", *arguments).exit_code == 2


# --- backup and restore ---


def moved(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another, empty home."""
    other = tmp_path / "another home"
    monkeypatch.setenv("DOCTRAY_HOME", str(other))
    return other


def sealed_secret() -> bytes:
    """The owner's webhook secret as the settings' key opens it."""
    (sealed,) = with_journal(lambda journal: journal.webhook_secrets("acme"))
    return Sealer(Settings().secret_key()).open(sealed)


async def seal(journal: SqlJournal) -> None:
    sealed = Sealer(Settings().secret_key()).seal(b"whsec_x")
    await journal.add_webhook_secret("acme", sealed, overlap_s=60)


def test_a_home_goes_into_a_file_and_comes_out_elsewhere(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = with_journal(a_job)
    with_journal(seal)
    made = run("backup", str(tmp_path))
    assert made.exit_code == 0, made.stderr
    (file,) = tmp_path.glob("doctray-*.tar")
    assert str(file) in made.stdout
    other = moved(home, tmp_path, monkeypatch)
    restored = run("restore", str(file))
    assert restored.exit_code == 0, restored.stderr
    assert "Restored 1 jobs" in restored.stdout
    assert status_of(job.request_id) == "queued"
    assert (other / "blobs/jobs" / job.request_id / "source").read_bytes() == b"a document"
    assert sealed_secret() == b"whsec_x"
    assert (other / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_home_with_jobs_is_replaced_only_by_force(tmp_path: Path) -> None:
    first = with_journal(a_job)
    file = str(tmp_path / "b.tar")
    assert run("backup", file).exit_code == 0
    second = with_journal(a_job)
    refused = run("restore", file)
    assert (refused.exit_code, "--force" in refused.stderr, status_of(second.request_id)) == (1, True, "queued")
    assert run("restore", file, "--force").exit_code == 0
    assert (status_of(first.request_id), status_of(second.request_id)) == ("queued", "unknown")


def test_not_while_a_worker_is_at_the_journal(tmp_path: Path) -> None:
    file = str(tmp_path / "b.tar")
    with_journal(a_job)
    run("backup", file)
    worker = WorkerInfo(worker_id="w", host="other-host", pid=1, device="cpu", slots=1, fingerprint="f", started_at=SystemClock().now())
    with_journal(lambda journal: journal.register(worker, lease_s=60))
    refused = run("restore", file, "--force")
    assert (refused.exit_code, "other-host" in refused.stderr) == (1, True)


def test_a_damaged_file_changes_nothing(tmp_path: Path) -> None:
    job = with_journal(a_job)
    file = tmp_path / "b.tar"
    run("backup", str(file))
    file.write_bytes(file.read_bytes().replace(b"a document", b"a DOCUMENT"))
    refused = run("restore", str(file), "--force")
    assert (refused.exit_code, "nothing was changed" in refused.stderr, "is damaged" in refused.stderr) == (1, True, True)
    assert status_of(job.request_id) == "queued"


def test_without_its_secret_key_it_says_so_and_offers_a_way_out(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_journal(seal)
    file = str(tmp_path / "b.tar")
    made = run("backup", file, "--without-secret-key")
    assert "secret key is not in it" in made.stdout
    other = moved(home, tmp_path, monkeypatch)
    refused = run("restore", file)
    assert (refused.exit_code, "DOCTRAY_SECRET_KEY" in refused.stderr) == (1, True)

    shutil.copy(home / "secret.key", other / "secret.key")
    assert run("restore", file).exit_code == 0
    assert sealed_secret() == b"whsec_x"

    (other / "secret.key").unlink()
    assert run("restore", file, "--force").exit_code == 1
    restored = run("restore", file, "--force", "--new-webhook-secrets")
    assert (restored.exit_code, "read tokens" in restored.stdout) == (0, True)
    assert with_journal(lambda journal: journal.webhook_secrets("acme")) == []


def test_a_key_of_the_environment_stays_there(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCTRAY_SECRET_KEY", "a key that is long enough for this, surely")
    with_journal(seal)
    file = tmp_path / "b.tar"
    assert "DOCTRAY_SECRET_KEY" in run("backup", str(file)).stdout
    assert b"surely" not in file.read_bytes()
    other = moved(home, tmp_path, monkeypatch)
    assert run("restore", str(file)).exit_code == 0
    assert sealed_secret() == b"whsec_x"
    assert not (other / "secret.key").exists()
    monkeypatch.setenv("DOCTRAY_SECRET_KEY", "another key that is long enough for this")
    assert run("restore", str(file), "--force").exit_code == 1


def test_a_backup_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    result = run("backup", str(tmp_path / "missing" / "b.tar"))
    assert (result.exit_code, "no backup was made" in result.stderr) == (1, True)


def test_a_home_that_was_never_used_has_nothing_to_back_up(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved(home, tmp_path, monkeypatch)
    result = run("backup", str(tmp_path / "b.tar"))
    assert (result.exit_code, "no backup was made" in result.stderr) == (1, True)
    assert not (tmp_path / "b.tar").exists()
