"""What a bucket adds to the blob store's rules: outages, refusals, private files, links, and a prefix of one's own."""

import asyncio
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from doctray.domain.errors import DoctrayError, NotFound, StorageFull, TemporarilyUnavailable
from doctray.domain.job import BlobRef
from doctray.storage import blobs_s3
from doctray.storage.blobs_s3 import CHUNK_BYTES, PART_BYTES, Bucket, BucketRefused, S3Blobs
from doctray.storage.spool import Spool
from tests.buckets import BucketServer
from tests.contract.conftest import bucket_of

KEY = "jobs/01abc/source"
REF = BlobRef(key=KEY, size_bytes=3, sha256="")


@pytest.fixture
async def s3(bucket: Bucket, tmp_path: Path) -> AsyncIterator[S3Blobs]:
    blobs = S3Blobs(bucket, spool=tmp_path / "spool")
    yield blobs
    await blobs.aclose()


async def _chunks(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def _read(blobs: S3Blobs, ref: BlobRef) -> bytes:
    return b"".join([chunk async for chunk in blobs.read(ref)])


async def _local(blobs: S3Blobs) -> None:
    async with blobs.local(REF):
        pass


async def _old(blobs: S3Blobs) -> list[str]:
    return [prefix async for prefix in await blobs.prefixes_older_than(0)]


EVERY_CALL: dict[str, Callable[[S3Blobs], Awaitable[object]]] = {
    "put": lambda blobs: blobs.put(KEY, _chunks(b"abc")),
    "put of many parts": lambda blobs: blobs.put(KEY, _chunks(b"x" * PART_BYTES, b"x")),
    "read": lambda blobs: _read(blobs, REF),
    "local": _local,
    "copy": lambda blobs: blobs.copy(REF, "jobs/02def/source"),
    "delete": lambda blobs: blobs.delete_prefix("jobs/01abc/"),
    "keys": lambda blobs: blobs.keys_under("jobs/01abc/"),
    "orphans": _old,
    "ping": lambda blobs: blobs.ping(),
}


@pytest.mark.parametrize("call", EVERY_CALL)
async def test_a_server_that_is_away_is_unavailable_for_now_and_back_when_it_is(
    own_bucket_server: BucketServer, tmp_path: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(blobs_s3.RETRIES, "max_retries", 1)
    blobs = S3Blobs(bucket_of(own_bucket_server, own_bucket_server.make_bucket()), spool=tmp_path / "spool")
    await blobs.put(KEY, _chunks(b"abc"))
    own_bucket_server.stop()
    with pytest.raises(TemporarilyUnavailable):
        await EVERY_CALL[call](blobs)
    await blobs.check()  # an outage is no reason not to start
    own_bucket_server.start()
    assert await _read(blobs, REF) == b"abc"
    await EVERY_CALL[call](blobs)
    await blobs.aclose()


@pytest.mark.parametrize("call", EVERY_CALL)
async def test_a_bucket_that_was_removed_does_not_make_documents_look_deleted(bucket: Bucket, tmp_path: Path, call: str) -> None:
    blobs = S3Blobs(replace(bucket, name="never-made"), spool=tmp_path / "spool")
    with pytest.raises(TemporarilyUnavailable):
        await EVERY_CALL[call](blobs)
    with pytest.raises(BucketRefused, match="there is no bucket never-made"):
        await blobs.check()
    await blobs.aclose()


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (403, "AccessDenied", TemporarilyUnavailable),
        (401, "Unauthorized", TemporarilyUnavailable),
        (503, "SlowDown", TemporarilyUnavailable),
        (507, "XMinioStorageFull", StorageFull),
        (400, "ExpiredToken", TemporarilyUnavailable),
    ],
)
async def test_what_a_server_refuses_has_a_name(
    tmp_path: Path, status: int, code: str, expected: type[DoctrayError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(blobs_s3.RETRIES, "max_retries", 1)
    with Refusing(status, code) as url:
        blobs = S3Blobs(Bucket(name="any", endpoint=url, access_key_id="id", secret_access_key="key"), spool=tmp_path / "spool")
        with pytest.raises(expected):
            await blobs.put(KEY, _chunks(b"abc"))
        if status in (401, 403):
            with pytest.raises(BucketRefused, match="refuses access"):
                await blobs.check()
        await blobs.aclose()


async def test_a_document_of_many_parts_is_whole(s3: S3Blobs) -> None:
    body = os.urandom(2 * PART_BYTES + 12345)
    ref = await s3.put(KEY, _chunks(*(body[start : start + 700_001] for start in range(0, len(body), 700_001))))
    assert ref.size_bytes == len(body)
    assert await _read(s3, ref) == body
    async with s3.local(ref) as path:
        assert path.read_bytes() == body
        assert path.stat().st_mode & 0o777 == 0o600


async def test_nothing_is_left_of_private_files(bucket: Bucket, tmp_path: Path) -> None:
    s3 = S3Blobs(bucket, spool=tmp_path / "spool")

    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * (2 * CHUNK_BYTES)
        raise ZeroDivisionError

    ref = await s3.put(KEY, _chunks(b"x" * (2 * CHUNK_BYTES)))
    async with s3.local(ref):
        assert len(_spooled(tmp_path)) == 1
    with pytest.raises(ZeroDivisionError):
        await s3.put(KEY, broken())
    with pytest.raises(NotFound):
        async with s3.local(BlobRef(key="jobs/02none/source", size_bytes=0, sha256="")):
            pass
    assert _spooled(tmp_path) == []
    await s3.aclose()
    assert list((tmp_path / "spool").iterdir()) == []


async def test_a_spool_without_room_takes_no_document(bucket: Bucket, tmp_path: Path) -> None:
    blobs = S3Blobs(bucket, spool=tmp_path / "spool", min_free_bytes=2**60)
    with pytest.raises(StorageFull):
        await blobs.put(KEY, _chunks(b"x" * (2 * CHUNK_BYTES)))
    assert await blobs.keys_under("jobs/01abc/") == []
    await blobs.aclose()


def test_what_a_killed_process_spooled_is_removed_by_the_next_and_a_living_one_keeps_its_own(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys, time\n"
        "from doctray.storage.spool import Spool\n"
        "with Spool(pathlib.Path(sys.argv[1])).file() as path:\n"
        "    path.write_text('a document'); print('ready', flush=True); time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        theirs = next(path for path in tmp_path.rglob("*") if path.is_file() and path.name != "lock")
        first = Spool(tmp_path)
        assert theirs.exists()
        other.send_signal(signal.SIGKILL)
        other.wait()
        second = Spool(tmp_path)
        assert not theirs.parent.exists()
        with first.file() as path:
            assert path.exists()
    first.close()
    second.close()


async def test_two_prefixes_of_a_bucket_do_not_see_each_other(s3: S3Blobs, bucket: Bucket, tmp_path: Path) -> None:
    other = S3Blobs(replace(bucket, prefix="there/"), spool=tmp_path / "other")
    ref = await s3.put(KEY, _chunks(b"abc"))
    assert await other.keys_under("jobs/01abc/") == []
    assert await other.delete_prefix("jobs/01abc/") == 0
    assert [prefix async for prefix in await other.prefixes_older_than(-60)] == []
    assert [prefix async for prefix in await s3.prefixes_older_than(-60)] == ["jobs/01abc/"]
    assert await _read(s3, ref) == b"abc"
    await other.aclose()


async def test_old_prefixes_are_those_whose_newest_object_is_old(s3: S3Blobs) -> None:
    for name in ("01a", "01b", "01b-x"):
        for part in ("source", "pages/1.png"):
            await s3.put(f"jobs/{name}/{part}", _chunks(b"x"))
    assert sorted([prefix async for prefix in await s3.prefixes_older_than(-60)]) == ["jobs/01a/", "jobs/01b-x/", "jobs/01b/"]
    assert [prefix async for prefix in await s3.prefixes_older_than(60)] == []


@pytest.mark.full
async def test_more_objects_than_a_listing_holds_are_all_deleted(s3: S3Blobs) -> None:
    """S3 lists and deletes a thousand at a time."""
    numbers = iter(range(1100))

    async def put_some() -> None:
        for number in numbers:
            await s3.put(f"jobs/01abc/pages/{number}.png", _chunks(b"x"))

    await asyncio.gather(*(put_some() for _ in range(8)))
    assert await s3.delete_prefix("jobs/01abc/") == 1100
    assert await s3.keys_under("jobs/01abc/") == []


async def test_a_link_opens_one_blob_without_a_key_until_it_is_deleted(bucket: Bucket, tmp_path: Path) -> None:
    blobs = S3Blobs(bucket, spool=tmp_path / "spool", link_s=60)
    ref = await blobs.put(KEY, _chunks(b"abc"))
    link = await blobs.link(ref)
    assert link is not None
    assert 0 < (link.expires_at - datetime.now(UTC)).total_seconds() <= 60
    assert "X-Amz-Expires=60" in link.url
    assert await asyncio.to_thread(_fetched, link.url) == b"abc"
    await blobs.delete_prefix("jobs/01abc/")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        await asyncio.to_thread(_fetched, link.url)
    await blobs.aclose()


async def test_links_name_the_address_that_callers_reach(bucket: Bucket, tmp_path: Path, s3: S3Blobs) -> None:
    blobs = S3Blobs(bucket, spool=tmp_path / "links", link_s=60, link_endpoint="https://files.example.com")
    link = await blobs.link(REF)
    assert link is not None
    assert link.url.startswith(f"https://files.example.com/{bucket.name}/here/{KEY}?")
    assert await s3.link(REF) is None, "no links unless they are wanted"
    await blobs.aclose()


async def test_a_cancelled_put_is_not_seen_later(s3: S3Blobs) -> None:
    started = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"x" * (2 * CHUNK_BYTES)
        started.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(s3.put(KEY, endless()))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await s3.keys_under("jobs/01abc/") == []


def _fetched(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:
        content: bytes = answer.read()
        return content


def _spooled(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "spool").rglob("*") if path.is_file() and path.name != "lock"]


class Refusing:
    """A server that answers everything with one refusal."""

    def __init__(self, status: int, code: str) -> None:
        body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()

        class Handler(BaseHTTPRequestHandler):
            def _refuse(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_PUT = do_POST = do_HEAD = _refuse  # noqa: N815

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = Thread(target=self._server.serve_forever)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
