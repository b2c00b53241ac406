"""Backup, wipe and restore on each kind of store, and from one kind into another, with the real commands."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from doctray.config import Settings, database_dsn_of
from doctray.storage.migrate import upgrade
from doctray.wiring import open_blobs_at, open_journal_at
from tests.buckets import BucketServer
from tests.integration.cli.house import doctray, everything, fill

Kind = tuple[str, str]

SQLITE_FILES, SQLITE_S3, POSTGRES_FILES, POSTGRES_S3 = ("sqlite", "files"), ("sqlite", "s3"), ("postgres", "files"), ("postgres", "s3")


@pytest.fixture
def place(
    tmp_path: Path, postgres_dsn: str, shared_bucket_server: BucketServer, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Kind], tuple[str, str, dict[str, str]]]:
    """An empty store of a kind: DSN, blobs' place, and what tells a doctray process so."""
    bucket = shared_bucket_server.make_bucket()
    env = {name: value for name, value in shared_bucket_server.env(bucket).items() if name != "S3_BUCKET"}
    for name, value in env.items():
        monkeypatch.setenv(name, value)

    def make(kind: Kind) -> tuple[str, str, dict[str, str]]:
        database, blobs = kind
        dsn = postgres_dsn if database == "postgres" else database_dsn_of(f"sqlite:///{tmp_path / 'home' / 'journal.sqlite3'}")
        told = {"DATABASE_URL": dsn, **({"S3_BUCKET": bucket, "S3_PREFIX": "a/b"} if blobs == "s3" else {})}
        return dsn, f"s3://{bucket}/a/b" if blobs == "s3" else f"file://{tmp_path / 'home' / 'blobs'}", told

    return make


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after"),
    [(SQLITE_S3, SQLITE_S3), (POSTGRES_S3, POSTGRES_S3), (POSTGRES_FILES, SQLITE_FILES), (SQLITE_FILES, POSTGRES_S3)],
    ids=["sqlite and s3", "postgres and s3", "postgres and files into sqlite", "sqlite and files into postgres and s3"],
)
async def test_backup_wipe_and_restore(
    before: Kind, after: Kind, tmp_path: Path, place: Callable[[Kind], tuple[str, str, dict[str, str]]]
) -> None:
    home, target = tmp_path / "home", tmp_path / "backup.tar"
    dsn, blobs, env = place(before)
    home.mkdir()
    await asyncio.to_thread(upgrade, dsn)
    await fill(dsn, blobs, jobs=3)
    known = await everything(dsn, blobs)
    made = doctray(home, "backup", str(target), env=env)
    assert made.returncode == 0, made.stderr
    assert "4 jobs with data, 10 blobs" in made.stdout

    await _wipe(dsn, blobs)
    shutil.rmtree(home)
    home.mkdir()
    dsn, blobs, env = place(after)
    restored = doctray(home, "restore", str(target), env=env)
    assert restored.returncode == 0, restored.stderr
    assert await everything(dsn, blobs) == known
    assert "--force" in doctray(home, "restore", str(target), env=env).stderr


async def test_an_api_elsewhere_on_the_journal_refuses_the_restore(
    tmp_path: Path, place: Callable[[Kind], tuple[str, str, dict[str, str]]]
) -> None:
    """It holds no lease, but it sweeps."""
    home, target = tmp_path / "home", tmp_path / "backup.tar"
    dsn, blobs, env = place(POSTGRES_S3)
    home.mkdir()
    await fill(dsn, blobs, jobs=1)
    known = await everything(dsn, blobs)
    assert doctray(home, "backup", str(target), env=env).returncode == 0
    async with open_journal_at(Settings(), dsn) as journal:
        await journal.take_turn("sweep", holder="api:elsewhere", hold_s=600)
    refused = doctray(home, "restore", str(target), "--force", env=env)
    assert (refused.returncode, "in use" in refused.stderr) == (1, True), refused.stderr
    assert await everything(dsn, blobs) == known


async def _wipe(dsn: str, blobs: str) -> None:
    async with open_blobs_at(Settings(), blobs) as store:
        await store.delete_prefix("jobs/")
    if dsn.startswith("postgresql"):
        engine = create_async_engine(dsn)
        async with engine.begin() as conn:
            await conn.execute(text("DROP SCHEMA public CASCADE"))
            await conn.execute(text("CREATE SCHEMA public"))
        await engine.dispose()
        await asyncio.to_thread(upgrade, dsn)
