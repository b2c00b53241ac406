"""Every implementation of the journal and of the blob store, for the suites of this folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from doctray.ports import BlobStore, Journal
from doctray.storage.blobs_files import FileBlobs
from doctray.storage.blobs_s3 import Bucket, S3Blobs
from doctray.storage.journal_sql import SqlJournal, open_store
from doctray.testing import FakeClock, MemoryBlobs, MemoryJournal
from tests.buckets import ACCESS_KEY_ID, SECRET_ACCESS_KEY, BucketServer
from tests.contract.builders import a_worker

RETENTION_S = 7 * 86400.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["sqlite", "postgres"])
def dsn(request: pytest.FixtureRequest) -> str:
    """A database of each kind."""
    return str(request.getfixturevalue(f"{request.param}_dsn"))


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


@pytest.fixture
async def a_living_worker(journal: Journal, clock: FakeClock) -> None:
    """For suites in which claims are never lost."""
    await journal.register(a_worker(clock), lease_s=1e6)


@pytest.fixture
def bucket(shared_bucket_server: BucketServer) -> Bucket:
    """A new one, with nothing in it."""
    return bucket_of(shared_bucket_server, shared_bucket_server.make_bucket())


def bucket_of(server: BucketServer, name: str) -> Bucket:
    return Bucket(
        name=name, endpoint=server.url, region="us-east-1", access_key_id=ACCESS_KEY_ID, secret_access_key=SECRET_ACCESS_KEY, prefix="here/"
    )


@pytest.fixture(params=["files", "memory", "s3"])
async def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[BlobStore]:
    if request.param != "s3":
        yield FileBlobs(tmp_path / "blobs") if request.param == "files" else MemoryBlobs()
        return
    s3 = S3Blobs(request.getfixturevalue("bucket"), spool=tmp_path / "spool")
    yield s3
    await s3.aclose()
