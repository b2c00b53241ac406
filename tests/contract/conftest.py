"""Every implementation of the journal and of the blob store, for the suites of this folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from doctray.ports import BlobStore
from doctray.storage.blobs_files import FileBlobs
from doctray.storage.journal_sql import SqlJournal, open_store
from doctray.testing import FakeClock, MemoryBlobs, MemoryJournal

RETENTION_S = 7 * 86400.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


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
