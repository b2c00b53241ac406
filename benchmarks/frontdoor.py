"""The front door: submits a second against a bare FastAPI upload route, status polls, and answers from the cache.

python -m benchmarks.frontdoor
"""

import asyncio
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from statistics import median, quantiles
from time import perf_counter
from urllib.parse import urlsplit

from tests.ports import free_port

from benchmarks.results import Figure, Side, Table
from benchmarks.rounds import ROOT, arguments, in_turns, run, wanted
from benchmarks.service import running_service
from benchmarks.usage import tree_cpu_seconds

_CONNECTIONS = 8
_SUBMITS = 800
_POLLS = 2000
_CACHE_HITS = 200
_FILE_BYTES = 98_000
_BOUNDARY = b"benchmark-boundary"
_UP_WITHIN_S = 30.0

TABLE = Table(
    name="frontdoor",
    title="The front door against a bare upload route",
    command=".venv/bin/python -m benchmarks.frontdoor",
    reference="bare FastAPI",
    sides=(
        Side(
            name="bare FastAPI",
            about="`benchmarks.bare_route`: multipart in, hashed and written to a file, 202; no journal, no queue, no fsync",
        ),
        Side(
            name="bare FastAPI, durable",
            about="the same with the file and its folder synced, and a row committed to SQLite (synchronous=FULL): what being kept costs",
        ),
        Side(name="doctray", about="`doctray serve` without workers: POST /v1/jobs, journal and file on disk (fsync), rung, 202"),
    ),
    figures=(
        Figure(name="submits_per_second", label="submits/s", compared=True, digits=0),
        Figure(name="submit_p50_ms", label="submit p50, ms", better="lower"),
        Figure(name="submit_p99_ms", label="submit p99, ms", better="lower"),
        Figure(name="submit_cpu_ms", label="CPU ms/submit", better="lower"),
        Figure(name="polls_per_second", label="status polls/s", digits=0),
        Figure(name="unchanged_per_second", label="polls/s with ETag (304)", digits=0),
        Figure(name="cache_hit_p50_ms", label="cache-hit submit p50, ms", better="lower"),
        Figure(name="cache_hit_p95_ms", label="cache-hit submit p95, ms", better="lower"),
    ),
    setup={"connections": _CONNECTIONS, "submits": _SUBMITS, "polls": _POLLS, "file_bytes": _FILE_BYTES},
    code=("src/doctray/api", "src/doctray/service", "src/doctray/storage", "src/doctray/queue", "benchmarks/bare_route.py"),
    notes=(
        f"{_FILE_BYTES // 1000} kB files, each different, on {_CONNECTIONS} kept connections; the client is on the same cores.",
        "Cache hits: the same document again, one at a time, with a worker on the null engine beside.",
    ),
)


def main() -> None:
    options = arguments(__doc__ or "").parse_args()
    if wanted(TABLE, options):
        run(TABLE, in_turns({"bare FastAPI": _bare, "bare FastAPI, durable": _durable, "doctray": _doctray}), options)


def _bare() -> Mapping[str, float]:
    with _bare_server() as (url, pid):
        return asyncio.run(_submitted(url, "/upload", pid=pid))


def _durable() -> Mapping[str, float]:
    with _bare_server() as (url, pid):
        return asyncio.run(_submitted(url, "/upload-durable", pid=pid))


def _doctray() -> Mapping[str, float]:
    with running_service({"WORKER_ENABLED": "false", "MAX_QUEUE_SIZE": "1000000", "OCR_ENGINE": "null"}) as service:
        figures = asyncio.run(_submitted(service.url, "/v1/jobs", pid=service.pid)) | asyncio.run(_polled(service.url))
    with running_service({"OCR_ENGINE": "null"}) as service:
        return figures | asyncio.run(_hit(service.url))


class Connection:
    """One kept connection: a request's bytes out, an answer in. Only what these servers send is understood."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, url: str) -> "Connection":
        parts = urlsplit(url)
        return cls(*await asyncio.open_connection(parts.hostname, parts.port))

    async def ask(self, request: bytes) -> tuple[int, dict[bytes, bytes], bytes]:
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        status, *lines = head.rstrip().split(b"\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
        body = await self._reader.readexactly(int(headers.get(b"content-length", b"0")))
        return int(status.split()[1]), headers, body

    def close(self) -> None:
        self._writer.close()


Asking = Callable[[Connection], Awaitable[None]]


async def _submitted(url: str, path: str, *, pid: int) -> dict[str, float]:
    seconds: list[float] = []

    async def one(connection: Connection) -> None:
        started = perf_counter()
        status, _, body = await connection.ask(_upload(path))
        seconds.append(perf_counter() - started)
        if status != 202:
            raise RuntimeError(f"{status}: {body[:300]!r}")

    await _many(url, one, 40)
    seconds.clear()
    cpu = tree_cpu_seconds(pid)
    total = await _many(url, one, _SUBMITS)
    cpu = tree_cpu_seconds(pid) - cpu
    return {
        "submits_per_second": _SUBMITS / total,
        "submit_p50_ms": 1000 * median(seconds),
        "submit_p99_ms": 1000 * quantiles(seconds, n=100)[98],
        "submit_cpu_ms": 1000 * cpu / _SUBMITS,
    }


async def _polled(url: str) -> dict[str, float]:
    connection = await Connection.to(url)
    _, _, body = await connection.ask(_upload("/v1/jobs"))
    path = f"/v1/jobs/{_request_id(body)}"
    _, headers, _ = await connection.ask(_get(path))
    connection.close()

    def poll(request: bytes, expected: int) -> Asking:
        async def one(connection: Connection) -> None:
            status, _, body = await connection.ask(request)
            if status != expected:
                raise RuntimeError(f"{status}: {body[:300]!r}")

        return one

    plain = await _many(url, poll(_get(path), 200), _POLLS)
    unchanged = await _many(url, poll(_get(path, etag=headers[b"etag"]), 304), _POLLS)
    return {"polls_per_second": _POLLS / plain, "unchanged_per_second": _POLLS / unchanged}


async def _hit(url: str) -> dict[str, float]:
    request = _upload("/v1/jobs", cached=True)
    connection = await Connection.to(url)
    _, _, body = await connection.ask(request)
    path = f"/v1/jobs/{_request_id(body)}?wait=30"
    deadline = perf_counter() + _UP_WITHIN_S
    while b'"completed"' not in (job := (await connection.ask(_get(path)))[2]):
        if perf_counter() > deadline:
            raise RuntimeError(f"the first was not completed: {job[:300]!r}")
    seconds = []
    for _ in range(_CACHE_HITS):
        started = perf_counter()
        status, _, body = await connection.ask(request)
        seconds.append(perf_counter() - started)
        if b'"completed"' not in body:
            raise RuntimeError(f"not from the cache: {status} {body[:300]!r}")
    connection.close()
    return {"cache_hit_p50_ms": 1000 * median(seconds), "cache_hit_p95_ms": 1000 * quantiles(seconds, n=20)[18]}


async def _many(url: str, one: Asking, count: int) -> float:
    """Seconds for so many, on all connections at once."""
    left = iter(range(count))
    connections = [await Connection.to(url) for _ in range(_CONNECTIONS)]

    async def lane(connection: Connection) -> None:
        for _ in left:
            await one(connection)

    started = perf_counter()
    await asyncio.gather(*(lane(connection) for connection in connections))
    seconds = perf_counter() - started
    for connection in connections:
        connection.close()
    return seconds


def _upload(path: str, *, cached: bool = False) -> bytes:
    """A PDF of one line; with some bytes behind its end that make it as large as it should be, and different each time."""
    content = _ONE_LINE + (b"\n" if cached else b"\n%" + secrets.token_bytes(32).hex().encode()) + b" " * (_FILE_BYTES - len(_ONE_LINE))
    part = b'--%s\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' % _BOUNDARY + content
    body = part + b"\r\n--%s--\r\n" % _BOUNDARY
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary={_BOUNDARY.decode()}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _get(path: str, *, etag: bytes | None = None) -> bytes:
    known = b"If-None-Match: " + etag + b"\r\n" if etag else b""
    return b"GET " + path.encode() + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n" + known + b"\r\n"


def _request_id(body: bytes) -> str:
    return body.partition(b'"request_id"')[2].split(b'"')[1].decode()


def _one_line() -> bytes:
    import pymupdf

    with pymupdf.open() as pdf:  # type: ignore[no-untyped-call]
        pdf.new_page().insert_text((72, 72), "Certificate of training for the benchmark of the front door")
        content: bytes = pdf.tobytes()
        return content


_ONE_LINE = _one_line()


@contextmanager
def _bare_server() -> Iterator[tuple[str, int]]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen([sys.executable, "-m", "benchmarks.bare_route", str(port), folder], cwd=ROOT, env=dict(os.environ))
        try:
            deadline = time.monotonic() + _UP_WITHIN_S
            while True:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                if time.monotonic() > deadline or server.poll() is not None:
                    raise RuntimeError("the bare route did not come up")
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}", server.pid
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
