"""Every implementation of the journal and of the blob store, for the suites of this folder."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from doctray.ports import BlobStore
from doctray.storage.blobs_files import FileBlobs
from doctray.storage.journal_sql import SqlJournal, open_store
from doctray.storage.migrate import upgrade
from doctray.storage.tables import metadata
from doctray.testing import FakeClock, MemoryBlobs, MemoryJournal

RETENTION_S = 7 * 86400.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def _empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "journal.sqlite3"
    upgrade(f"sqlite+pysqlite:///{path}")
    return path


@pytest.fixture
def sqlite_dsn(_empty_sqlite: Path, tmp_path: Path) -> str:
    """An empty journal; a copy, since migrating takes longer than most tests."""
    return f"sqlite+pysqlite:///{shutil.copy(_empty_sqlite, tmp_path / 'journal.sqlite3')}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """DSN of a PostgreSQL of the tests' own, on a socket. Skips where none is installed, or where it would run as root."""
    initdb, postgres = shutil.which("initdb"), shutil.which("postgres")
    if initdb is None or postgres is None:
        pytest.skip("no PostgreSQL on PATH")
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="doctray-pg-"))
    try:
        if user is not None:
            shutil.chown(folder, user, user)
        data = folder / "data"
        subprocess.run(
            [initdb, "-D", data, "-A", "trust", "-U", "doctray", "--no-sync"], user=user, check=True, capture_output=True, cwd=folder
        )
        settings = {"listen_addresses": "", "unix_socket_directories": str(folder), "fsync": "off"}
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen([postgres, "-D", data, *arguments], user=user, stdout=log, stderr=log, cwd=folder)
        try:
            deadline = time.monotonic() + 20
            while not (folder / ".s.PGSQL.5432").exists() and time.monotonic() < deadline and process.poll() is None:
                time.sleep(0.05)
            dsn = f"postgresql+asyncpg://doctray@/postgres?host={folder}"
            upgrade(dsn)
            yield dsn
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)
    except (KeyError, LookupError):
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def postgres_dsn(postgres_server: str) -> str:
    engine = create_async_engine(postgres_server)
    async with engine.begin() as conn:
        await conn.execute(text("TRUNCATE " + ", ".join(metadata.tables)))
    await engine.dispose()
    return postgres_server


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def journal_dsn(request: pytest.FixtureRequest) -> str:
    """Where the journal under test keeps its rows: `memory` or a database."""
    return "memory" if request.param == "memory" else str(request.getfixturevalue(f"{request.param}_dsn"))


@pytest.fixture
async def journal(journal_dsn: str, clock: FakeClock) -> AsyncIterator[SqlJournal | MemoryJournal]:
    if journal_dsn == "memory":
        yield MemoryJournal(clock=clock, retention_s=RETENTION_S)
        return
    async with SqlJournal(open_store(journal_dsn, now=clock.timestamp), retention_s=RETENTION_S) as journal:
        yield journal


@pytest.fixture(params=["files", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    return FileBlobs(tmp_path / "blobs") if request.param == "files" else MemoryBlobs()
