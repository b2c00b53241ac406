"""`doctray migrate-store`: to PostgreSQL and S3 and back, killed in the middle, refused where it would hurt."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from doctray.config import Settings, database_dsn_of
from doctray.storage.migrate import upgrade
from doctray.wiring import open_blobs_at, open_journal_at
from tests.buckets import BucketServer
from tests.integration.cli.house import doctray, everything, fill

JOBS, BLOBS = 60, 181
"""Completed jobs, with a source, a result and a page image each; and the source of one that is queued."""

MOVING = "The service is being moved to another store."


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def sqlite(home: Path) -> str:
    dsn = database_dsn_of(f"sqlite:///{home / 'journal.sqlite3'}")
    upgrade(dsn)
    return dsn


@pytest.fixture
def files(home: Path) -> str:
    return f"file://{home / 'blobs'}"


@pytest.fixture
def bucket(shared_bucket_server: BucketServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """s3:// place of an empty bucket, whose server and key the environment names."""
    name = shared_bucket_server.make_bucket()
    for variable, value in shared_bucket_server.env(name).items():
        if variable != "S3_BUCKET":
            monkeypatch.setenv(variable, value)
    return f"s3://{name}/doctray"


async def test_to_postgresql_and_a_bucket_and_back_again(home: Path, sqlite: str, files: str, postgres_dsn: str, bucket: str) -> None:
    await fill(sqlite, files, jobs=6)
    before = await everything(sqlite, files)
    there = doctray(home, "migrate-store", "--to", postgres_dsn, "--to", bucket)
    assert there.returncode == 0, there.stderr
    assert "7 jobs" in there.stdout
    assert "19 blobs" in there.stdout
    assert await everything(postgres_dsn, bucket) == before
    assert (await everything(sqlite, files))["flags"] == ("5 %", MOVING), "nobody submits to the old place by mistake"

    back = [database_dsn_of(f"sqlite:///{home / 'back.sqlite3'}"), f"file://{home / 'back'}"]
    returned = doctray(home, "migrate-store", "--from", postgres_dsn, "--from", bucket, "--to", back[0], "--to", back[1])
    assert returned.returncode == 0, returned.stderr
    assert await everything(*back) == before
    assert not (home / "migrate-store.progress").exists()


async def test_the_documents_alone(home: Path, sqlite: str, files: str, bucket: str) -> None:
    await fill(sqlite, files, jobs=2)
    before = await everything(sqlite, files)
    moved = doctray(home, "migrate-store", "--to", bucket)
    assert moved.returncode == 0, moved.stderr
    assert await everything(sqlite, bucket) == before


async def test_a_dry_run_says_what_there_is_and_changes_nothing(home: Path, sqlite: str, files: str, bucket: str, tmp_path: Path) -> None:
    await fill(sqlite, files, jobs=2)
    target = tmp_path / "new.sqlite3"
    looked = doctray(home, "migrate-store", "--to", f"sqlite:///{target}", "--to", bucket, "--dry-run")
    assert looked.returncode == 0, looked.stderr
    assert "3 jobs" in looked.stdout
    assert "7 blobs" in looked.stdout
    assert not target.exists()
    assert (await everything(sqlite, files))["flags"] == ("5 %", None)
    async with open_blobs_at(Settings(), bucket) as blobs:
        assert [prefix async for prefix in await blobs.prefixes_older_than(-60)] == []


@pytest.mark.slow
async def test_killed_in_the_middle_it_goes_on_where_it_stopped(
    home: Path, sqlite: str, files: str, bucket: str, postgres_dsn: str
) -> None:
    await fill(sqlite, files, jobs=JOBS)
    before = await everything(sqlite, files)
    command = ["migrate-store", "--to", postgres_dsn, "--to", bucket]
    progress = home / "migrate-store.progress"
    # A test that is kept from the processor meanwhile kills too late: then all that arrived is replaced, and it is tried again.
    assert any(_killed_in_the_middle(home, progress, [*command, *force]) for force in ([], *[["--force"]] * 4)), "always too late"
    arrived = _arrived(progress)
    _until(lambda: "in use" not in doctray(home, "migrate-store", "--to", bucket, "--to", "sqlite:////dev/null/x").stderr)
    other = doctray(home, "migrate-store", "--to", bucket)
    assert "another move was begun and not finished" in other.stderr

    progress.write_bytes(progress.read_bytes() + b'{"key": "jobs/torn')
    again = doctray(home, *command)
    assert again.returncode == 0, again.stderr
    assert f"{BLOBS - arrived} blobs" in again.stdout
    assert f"{arrived} had arrived before" in again.stdout
    assert await everything(postgres_dsn, bucket) == before


def _killed_in_the_middle(home: Path, progress: Path, command: list[str]) -> bool:
    """Whether it was killed while blobs were missing yet."""
    with subprocess.Popen([sys.executable, "-m", "doctray", *command], env={**os.environ, "DOCTRAY_HOME": str(home)}) as moving:
        _until(lambda: moving.poll() is not None or _arrived(progress) > 20)
        moving.kill()
    return 0 < _arrived(progress) < BLOBS


def _arrived(progress: Path) -> int:
    """Blobs; 0 before it is begun, and when it is done. The first line says what is moved."""
    try:
        return max(0, progress.read_bytes().count(b"\n") - 1)
    except FileNotFoundError:
        return 0


async def test_a_service_that_runs_on_either_side_refuses_it(home: Path, sqlite: str, files: str, postgres_dsn: str) -> None:
    await fill(sqlite, files, jobs=1)
    settings = Settings()
    for dsn, which in ((sqlite, "source"), (postgres_dsn, "target")):
        async with open_journal_at(settings, dsn) as journal:
            await journal.take_turn("sweep", holder="api:elsewhere", hold_s=600)
            refused = doctray(home, "migrate-store", "--to", postgres_dsn)
            assert (refused.returncode, f"the {which} is in use" in refused.stderr) == (1, True), refused.stderr
            await journal.take_turn("sweep", holder="api:elsewhere", hold_s=0)
    assert len(await everything(postgres_dsn, files)) == 2, "nothing has arrived"


async def test_a_target_that_holds_something_is_replaced_only_by_force(home: Path, sqlite: str, files: str, tmp_path: Path) -> None:
    other = database_dsn_of(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    upgrade(other)
    await fill(other, f"file://{tmp_path / 'other'}", jobs=1)
    await fill(sqlite, files, jobs=1)
    held = await everything(other, f"file://{tmp_path / 'other'}")
    refused = doctray(home, "migrate-store", "--to", other)
    assert (refused.returncode, "--force" in refused.stderr) == (1, True)
    assert await everything(other, f"file://{tmp_path / 'other'}") == held
    refused = doctray(home, "migrate-store", "--to", other)
    assert (refused.returncode, "--force" in refused.stderr) == (1, True), "a refusal is no beginning"
    forced = doctray(home, "migrate-store", "--to", other, "--force")
    assert forced.returncode == 0, forced.stderr
    assert await everything(other, files) == {**await everything(sqlite, files), "flags": ("5 %", None)}


async def test_a_blob_that_the_source_lacks_is_named_and_the_rest_moves(home: Path, sqlite: str, files: str, bucket: str) -> None:
    await fill(sqlite, files, jobs=3)
    before = await everything(sqlite, files)
    lacking = next(name for name, value in before.items() if name not in ("secrets", "flags") and value[0].result is not None)
    (home / "blobs" / "jobs" / lacking / "source").write_bytes(b"not what was submitted")
    moved = doctray(home, "migrate-store", "--to", bucket)
    assert moved.returncode == 0, moved.stderr
    assert f"{lacking} lacks a document" in moved.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--to", "mysql://x/y"], "name at most one database"),
        (["--to", "sqlite:///a", "--to", "sqlite:///b"], "name at most one database"),
        ([], "both sides are"),
        (["--from", "sqlite:////nowhere/journal.sqlite3", "--to", "sqlite:///b"], "there is nothing at"),
        (["--to", "s3://no-such-bucket"], "there is no bucket no-such-bucket"),
    ],
)
async def test_what_cannot_be_meant_is_refused(home: Path, sqlite: str, files: str, bucket: str, arguments: list[str], said: str) -> None:
    await fill(sqlite, files, jobs=0)
    refused = doctray(home, "migrate-store", *arguments)
    assert (refused.returncode, said in refused.stderr) == (1, True), refused.stderr


def _until(condition: object) -> None:
    deadline = time.monotonic() + 150
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)
