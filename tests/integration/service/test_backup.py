"""Backing up and restoring on a real journal and real files."""

import asyncio
import tarfile
from collections.abc import AsyncIterable, AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from doctray.domain.audit import Actor, Means
from doctray.domain.errors import TemporarilyUnavailable
from doctray.domain.job import BlobRef, Job, JobStatus
from doctray.ports import BlobStore, JobQuery, Snapshot
from doctray.service import jobs as use_cases
from doctray.service.backup import IN_MEMORY_CHUNKS, BackupMade, RestoreRefused, back_up, check_bundle, restore
from doctray.service.bundle import CHUNK_BYTES, BrokenBundle, BundleReader, BundleWriter
from doctray.service.process import process
from doctray.service.reuse import prefix_of
from doctray.service.sweep import PURGE
from doctray.storage.blobs_files import FileBlobs
from doctray.storage.dump import SqlDump
from doctray.storage.journal_sql import SqlJournal, open_store
from doctray.storage.schema_version import EXPECTED_VERSION
from tests.integration.service.house import PNG, House, once, opened_house
from tests.integration.service.test_process import claimed, processed

KEY = b"the secret key of then, and long"


@dataclass
class Site:
    """A house on files."""

    house: House
    folder: Path
    dump: SqlDump
    files: FileBlobs

    @property
    def target(self) -> Path:
        return self.folder / "backup.tar"

    async def back_up(self, *, dump: SqlDump | None = None, blobs: BlobStore | None = None, with_secret_key: bool = True) -> BackupMade:
        return await back_up(
            self.target,
            journal=self.house.journal,
            dump=dump or self.dump,
            blobs=blobs or self.files,
            clock=self.house.clock,
            holder="the backup",
            version="9.9",
            secret_key=KEY,
            with_secret_key=with_secret_key,
        )

    async def delete(self, job: Job) -> None:
        house = self.house
        given = {"journal": house.journal, "blobs": self.files, "notices": house.notices, "announcer": house.announcer}
        await use_cases.delete(job.request_id, owner=job.owner, by=Actor(means=Means.CLI), **given)  # type: ignore[arg-type]


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    folder = tmp_path / "site"
    folder.mkdir()
    async with opened_house(folder) as house:
        files = FileBlobs(folder / "blobs")
        house.blobs = files  # type: ignore[assignment]
        await house.register()
        yield Site(house, folder, SqlDump(f"sqlite+pysqlite:///{folder / 'journal.sqlite3'}"), files)


@dataclass
class Restored:
    journal: SqlJournal
    files: FileBlobs
    root: Path

    def held(self) -> list[str]:
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.rglob("*") if path.is_file())


Elsewhere = Callable[[], Coroutine[Any, Any, Restored]]


@pytest.fixture
async def elsewhere(tmp_path: Path, site: Site) -> AsyncIterator[Elsewhere]:
    """Restores the site's backup into a home of its own."""
    folder = tmp_path / "elsewhere"
    opened: list[SqlJournal] = []

    async def restored() -> Restored:
        dsn = f"sqlite+pysqlite:///{folder / 'journal.sqlite3'}"
        files = FileBlobs(folder / "blobs")
        dump = SqlDump(dsn)
        with BundleReader(site.target) as bundle:
            check_bundle(bundle, dump=dump, schema_version=EXPECTED_VERSION, force=False)
            await restore(bundle, dump=dump, blobs=files)
        opened.append(SqlJournal(open_store(dsn, now=site.house.clock.timestamp), retention_s=86400))
        return Restored(opened[-1], files, folder / "blobs")

    yield restored
    for journal in opened:
        await journal.aclose()


async def test_everything_comes_back(site: Site, elsewhere: Elsewhere) -> None:
    done = await processed(site.house)
    waiting = await site.house.submit(PNG + b"waiting")
    reading = await site.house.submit(PNG + b"reading")
    await claimed(site.house, reading.request_id)
    made = await site.back_up()
    assert (made.jobs, made.damaged) == (3, ())

    there = await elsewhere()
    assert await there.journal.get(done.request_id) == done
    assert await there.journal.get(waiting.request_id) == waiting
    again = await there.journal.get(reading.request_id)
    assert again is not None
    assert (again.status, again.tries_used) == (JobStatus.QUEUED, 0)
    queued, _ = await there.journal.list_jobs(JobQuery(owner=None, status=JobStatus.QUEUED))
    assert {job.request_id for job in queued} == {waiting.request_id, reading.request_id}
    before = {key: (site.folder / "blobs" / key).read_bytes() for key in there.held()}
    assert len(before) == made.blobs
    assert {key: (there.root / key).read_bytes() for key in before} == before
    assert f"jobs/{done.request_id}/result-1.json" in before
    assert f"jobs/{done.request_id}/pages/1.png" in before


async def test_only_its_owner_can_read_a_backup_and_no_draft_stays(site: Site) -> None:
    await site.back_up()
    assert site.target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in site.folder.glob("*.partial*")] == []


async def test_the_secret_key_is_in_it_or_is_not(site: Site) -> None:
    await site.back_up()
    with BundleReader(site.target) as bundle:
        assert b"".join(bundle.read("secret.key")) == KEY
    await site.back_up(with_secret_key=False)
    with BundleReader(site.target) as bundle:
        assert "secret.key" not in bundle.names
    assert KEY not in site.target.read_bytes()


async def finished(house: House, job: Job) -> None:
    await process(await claimed(house, job.request_id), tools=house.tools())


class During:
    """A dump or a blob store after whose first step something happens."""

    def __init__(self, site: Site, act: Callable[[], Coroutine[Any, Any, object]]) -> None:
        self.site, self.act = site, act
        self.loop = asyncio.get_running_loop()

    def dump(self, write: Callable[[str, Iterator[bytes]], None]) -> Snapshot:
        snapshot = self.site.dump.dump(write)
        asyncio.run_coroutine_threadsafe(self.act(), self.loop).result()
        return snapshot


async def test_a_document_of_many_chunks_comes_back(site: Site, elsewhere: Elsewhere) -> None:
    """It is not held in memory; others are put beside it."""
    content = PNG + bytes(range(256)) * (CHUNK_BYTES // 256) * (IN_MEMORY_CHUNKS + 2)
    job = await site.house.submit()
    await site.files.put(prefix_of(job.request_id) + "large", once(content))
    await site.back_up()
    there = await elsewhere()
    assert (there.root / prefix_of(job.request_id) / "large").read_bytes() == content


async def test_a_job_that_completes_meanwhile_is_queued_after_a_restore(site: Site, elsewhere: Elsewhere) -> None:
    job = await site.house.submit()
    await site.back_up(dump=During(site, lambda: finished(site.house, job)))  # type: ignore[arg-type]
    assert (await site.house.journal.get(job.request_id)).status is JobStatus.COMPLETED  # type: ignore[union-attr]
    there = await elsewhere()
    assert (await there.journal.get(job.request_id)).status is JobStatus.QUEUED  # type: ignore[union-attr]
    assert f"jobs/{job.request_id}/source" in there.held()


async def test_a_job_that_is_deleted_meanwhile_does_not_come_back(site: Site, elsewhere: Elsewhere) -> None:
    done, waiting = await processed(site.house), await site.house.submit(PNG + b"waiting")

    async def delete_both() -> None:
        await site.delete(done)
        await site.delete(waiting)

    made = await site.back_up(dump=During(site, delete_both))  # type: ignore[arg-type]
    assert made.damaged == ()
    there = await elsewhere()
    for job in (done, waiting):
        found = await there.journal.get(job.request_id)
        assert found is not None
        assert found.deleted_at is not None
        assert found.result is None
    assert there.held() == []


async def test_a_deletion_after_its_blobs_were_copied_counts_too(site: Site, elsewhere: Elsewhere) -> None:
    job = await processed(site.house)

    class Deleting(FileBlobs):
        @asynccontextmanager
        async def local(self, ref: BlobRef) -> AsyncIterator[Path]:
            async with super().local(ref) as path:
                yield path
            if ref.key.endswith("/source"):
                await site.delete(job)

    await site.back_up(blobs=Deleting(site.folder / "blobs"))
    there = await elsewhere()
    assert there.held() == []
    assert (await there.journal.get(job.request_id)).deleted_at is not None  # type: ignore[union-attr]


async def test_a_document_that_is_missing_or_other_than_recorded_is_told(site: Site) -> None:
    lost, rotten = await processed(site.house), await site.house.submit(PNG + b"rotten")
    (site.folder / "blobs/jobs" / lost.request_id / "result-1.json").unlink()
    (site.folder / "blobs/jobs" / rotten.request_id / "source").write_bytes(b"bits fell over")
    made = await site.back_up()
    assert set(made.damaged) == {lost.request_id, rotten.request_id}
    with BundleReader(site.target) as bundle:
        assert set(bundle.manifest["damaged"]) == set(made.damaged)


async def test_it_holds_the_turn_of_purging_and_gives_it_back(site: Site) -> None:
    held: list[bool] = []

    async def look() -> None:
        held.append(not await site.house.journal.take_turn(PURGE, holder="a sweeper", hold_s=60))

    await site.back_up(dump=During(site, look))  # type: ignore[arg-type]
    assert held == [True]
    assert await site.house.journal.take_turn(PURGE, holder="a sweeper", hold_s=60)


async def test_without_the_turn_of_purging_there_is_no_backup_and_it_says_why(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doctray.service.backup.PURGE_S", 0.2)
    await site.house.journal.take_turn(PURGE, holder="another backup", hold_s=60)
    with pytest.raises(TemporarilyUnavailable, match="Another backup"):
        await site.back_up()
    assert not site.target.exists()


async def test_a_backup_that_fails_leaves_nothing_and_the_one_before(site: Site) -> None:
    await site.back_up()
    before = site.target.read_bytes()

    async def fail() -> None:
        raise TemporarilyUnavailable

    with pytest.raises(TemporarilyUnavailable):
        await site.back_up(dump=During(site, fail))  # type: ignore[arg-type]
    assert site.target.read_bytes() == before
    assert [path.name for path in site.folder.iterdir() if "partial" in path.name] == []
    assert await site.house.journal.take_turn(PURGE, holder="a sweeper", hold_s=60)


# --- what restore refuses ---


@pytest.fixture
async def bundle_path(site: Site) -> Path:
    await processed(site.house)
    await site.back_up()
    return site.target


def refusal(path: Path, folder: Path, *, schema_version: str = EXPECTED_VERSION) -> str:
    try:
        with BundleReader(path) as bundle:
            check_bundle(bundle, dump=SqlDump(f"sqlite+pysqlite:///{folder}/x.sqlite3"), schema_version=schema_version, force=False)
    except (BrokenBundle, RestoreRefused) as error:
        return str(error)
    raise AssertionError("it was not refused")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.95])
def test_a_file_that_was_cut_short_is_refused(bundle_path: Path, tmp_path: Path, share: float) -> None:
    content = bundle_path.read_bytes()
    bundle_path.write_bytes(content[: int(len(content.rstrip(b"\0")) * share)])
    assert refusal(bundle_path, tmp_path)


def test_a_flipped_bit_is_found_wherever_it_is(bundle_path: Path, tmp_path: Path) -> None:
    content = bundle_path.read_bytes()
    with tarfile.open(bundle_path) as tar:
        places = [(member.name, member.offset_data + member.size // 2) for member in tar.getmembers() if member.size]
    for _name, place in places:
        flipped = bytearray(content)
        flipped[place] ^= 1
        bundle_path.write_bytes(flipped)
        assert "damaged" in refusal(bundle_path, tmp_path)


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.tar"
    other.write_bytes(PNG * 1000)
    assert "no tar" in refusal(other, tmp_path)
    with tarfile.open(other, "w") as tar:
        tar.add(__file__, "x")
    assert "no manifest" in refusal(other, tmp_path)


def test_a_member_nobody_named_is_refused(bundle_path: Path, tmp_path: Path) -> None:
    with tarfile.open(bundle_path, "a") as tar:
        tar.add(__file__, "blobs/jobs/stray/source")
    assert "does not name" in refusal(bundle_path, tmp_path)


def test_tables_of_another_version_are_refused_with_the_way_out(bundle_path: Path, tmp_path: Path) -> None:
    assert "doctray 9.9, then run `doctray upgrade`" in refusal(bundle_path, tmp_path, schema_version="0999")


def test_a_format_of_the_future_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "future.tar"
    with monkeypatch.context() as patched:
        patched.setattr("doctray.service.bundle.FORMAT", 2)
        BundleWriter(path).finish()
    assert "format" in refusal(path, tmp_path)


async def test_a_journal_with_data_is_not_replaced_unless_forced(site: Site, bundle_path: Path) -> None:
    with BundleReader(bundle_path) as bundle:
        with pytest.raises(RestoreRefused, match="--force"):
            await asyncio.to_thread(check_bundle, bundle, dump=site.dump, schema_version=EXPECTED_VERSION, force=False)
        later = await site.house.submit(PNG + b"later")
        await asyncio.to_thread(check_bundle, bundle, dump=site.dump, schema_version=EXPECTED_VERSION, force=True)
        await restore(bundle, dump=site.dump, blobs=site.files)
    assert await site.house.journal.get(later.request_id) is None
    assert await site.files.keys_under(f"jobs/{later.request_id}/") == []


async def test_too_little_room_is_said_before_anything_is_changed(site: Site, bundle_path: Path) -> None:
    class Full(FileBlobs):
        async def free_bytes(self) -> int:
            return 10

    before = await site.files.keys_under("jobs/")
    with BundleReader(bundle_path) as bundle, pytest.raises(RestoreRefused, match="free"):
        await restore(bundle, dump=site.dump, blobs=Full(site.folder / "blobs"))
    assert await site.files.keys_under("jobs/") == before


async def test_a_restore_that_broke_off_can_be_repeated(site: Site, bundle_path: Path, elsewhere: Elsewhere, tmp_path: Path) -> None:
    class Breaking(FileBlobs):
        async def put(self, key: str, chunks: AsyncIterable[bytes]) -> BlobRef:
            if key.endswith("source"):
                raise OSError("the machine was switched off")
            return await super().put(key, chunks)

    dsn = f"sqlite+pysqlite:///{tmp_path / 'elsewhere' / 'journal.sqlite3'}"
    with BundleReader(bundle_path) as bundle, pytest.raises(OSError, match="switched off"):
        await restore(bundle, dump=SqlDump(dsn), blobs=Breaking(tmp_path / "elsewhere" / "blobs"))
    there = await elsewhere()
    assert len(await there.journal.due()) == 0
    assert len(there.held()) == 3
