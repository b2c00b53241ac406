"""What the cases attack: the real service with callers of several kinds, a finished job, and neighbours that must not be reached."""

import http.server
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.acceptance.service import Service, running
from tests.hostile.wire import Answer, form, request
from tests.malformed.rawpdf import one_page

SECRET_KEY = "hostile-suite-secret-key-0123456789abcdef"
CLIENT_TIMEOUT_S = 5.0
"""So long that a machine that stalls for a second or two is not taken for a client that dawdles."""

READS_PER_MINUTE = 600
MARK = "Zanzibar Okapi 4711"
"""Stands in alice's document, and must stand in no log and in no answer to anybody else."""

PDF = one_page(b"BT /F1 10 Tf 10 80 Td (" + MARK.encode() + b") Tj ET")
TERMINAL = ("completed", "failed", "cancelled")


class Canary:
    """A neighbour inside the network that nobody may be led to: a listener that notes who came."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.visits = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        with suppress(OSError):
            while True:
                visitor, _ = self._listener.accept()
                self.visits += 1
                visitor.close()

    def close(self) -> None:
        # accept() in the other thread is woken by a shutdown, not by a close.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


class _Origin(http.server.BaseHTTPRequestHandler):
    """/to?u=URL redirects there; /bomb says that it is gzip; /text is no document; /endless never ends."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/to":
            self.send_response(302)
            self.send_header("location", parse_qs(parts.query).get("u", ["/to"])[0])
            self.send_header("content-length", "0")
            self.end_headers()
        elif parts.path == "/bomb":
            self._answer(b"\x1f\x8b" + b"\0" * 1000, ("content-encoding", "gzip"))
        elif parts.path == "/endless":
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                while True:
                    self.wfile.write(b"%PDF-1.7\n" + b"x" * 65536)
        else:
            self._answer(b"just some words")

    def _answer(self, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(200)
        for name, value in (*headers, ("content-length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it)
        pass


@dataclass(kw_only=True)
class Target:
    """keys: by whose they are; `root` administers, `slow` may submit three times a minute, `few` has a quota of two a day.

    job, token: alice's finished job and its read token. origin: port of a server that OUTBOUND_ALLOW names; canary's is not named.
    """

    service: Service
    keys: dict[str, str]
    canary: Canary
    origin: int
    job: str = ""
    token: str = ""
    delivery: str = ""
    batch: str = ""
    key_ids: dict[str, str] = field(default_factory=dict)
    processes: frozenset[int] = frozenset()

    def pids(self) -> frozenset[int]:
        """Of the front door and the worker; page processes come and go."""
        return frozenset(self.service.child(*words).pid for words in (("doctray", "api"), ("doctray", "worker")))

    @property
    def port(self) -> int:
        return self.service.port

    def ask(
        self, method: str, path: str, *headers: tuple[str, str], body: bytes = b"", key: str | None = None, source: str = "127.0.0.1"
    ) -> Answer:
        shown = (("x-api-key", self.keys.get(key, key)),) if key is not None else ()
        return request(self.port, method, path, (*shown, *headers), body, source=source)

    def post_json(self, path: str, value: Any, *, key: str = "mallory", headers: tuple[tuple[str, str], ...] = ()) -> Answer:
        """value: bytes as they are; anything else as JSON."""
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.ask("POST", path, ("content-type", "application/json"), *headers, body=body, key=key)

    def post_form(self, parts: list[tuple[str, bytes]], *, path: str = "/v1/jobs", key: str = "mallory") -> Answer:
        return self.ask("POST", path, ("content-type", "multipart/form-data; boundary=cut"), body=form(parts), key=key)

    def upload(self, content: bytes, *, file_name: str = "paper.pdf", key: str = "mallory", **options: str) -> Answer:
        fields = [(f'form-data; name="{name}"', value.encode()) for name, value in options.items()]
        return self.post_form([(f'form-data; name="file"; filename="{file_name}"', content), *fields], key=key)

    def ended(self, answer: Answer, *, key: str = "mallory") -> Answer:
        """Follow an accepted job to its end: "202, then failed unsafe_url". An answer that is no 202 is returned as it is."""
        if answer.status != 202:
            return answer
        ticket: Any = answer.json()
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            seen = self.ask("GET", f"/v1/jobs/{ticket['request_id']}?wait=20", key=key)
            job: Any = seen.json()
            if seen.status == 200 and job["status"] in TERMINAL:
                code = job["error"]["code"] if job["error"] else ""
                return seen.saying(f"202, then {job['status']} {code}".rstrip())
        return answer.saying("202, and no end")


@contextmanager
def attacked(home: Path) -> Iterator[Target]:
    """The service, everything in it that the cases need, and its neighbours."""
    canary = Canary()
    origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Origin)
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    resolver = home / "resolver"
    resolver.mkdir(parents=True)
    environment = {
        "OCR_ENGINE": "null",
        "WORKER_CONCURRENCY": "4",
        "PAGE_BUDGET_SECONDS": "10",
        "CLIENT_TIMEOUT_SECONDS": f"{CLIENT_TIMEOUT_S:g}",
        "API_RATE_LIMIT_PER_MINUTE": "100000",
        "API_READ_LIMIT_PER_MINUTE": str(READS_PER_MINUTE),
        "MAX_FILE_SIZE_MB": "2",
        "CORS_ORIGINS": "https://portal.example",
        "DOCTRAY_SECRET_KEY": SECRET_KEY,
        "OUTBOUND_ALLOW": f"127.0.0.1:{origin.server_port}",
        "HOSTILE_RESOLVER": str(resolver),
        "PYTHONPATH": str(Path(__file__).parent / "resolver"),
        "LOG_LEVEL": "DEBUG",
    }
    try:
        _documents(home / "documents", outside=home)
        with running(home, **environment) as service:
            target = Target(service=service, keys={}, canary=canary, origin=origin.server_port)
            _callers(target)
            _finished_job(target)
            target.processes = target.pids()
            yield target
    finally:
        origin.shutdown()
        origin.server_close()
        canary.close()


def _documents(folder: Path, *, outside: Path) -> None:
    """DOCUMENTS_DIR with all that may lie about in such a folder."""
    folder.mkdir(parents=True)
    (folder / "good.pdf").write_bytes(PDF)
    (folder / "empty.pdf").touch()
    (folder / "folder").mkdir()
    (outside / "outside.pdf").write_bytes(PDF)
    (folder / "out").symlink_to(outside / "outside.pdf")
    (folder / "up").symlink_to("..")
    (folder / "loop").symlink_to("loop")
    (folder / "zero").symlink_to("/dev/zero")
    (folder / "environment").symlink_to("/proc/self/environ")
    (folder / "dangling").symlink_to("nowhere.pdf")
    os.mkfifo(folder / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        # Bound by a short name: the kernel takes 107 bytes.
        here = os.open(folder, os.O_RDONLY)
        listener.bind(f"/proc/self/fd/{here}/socket")
        os.close(here)


def _callers(target: Target) -> None:
    made_by_hand = [sys.executable, "-m", "doctray", "keys", "create", "--name", "root", "--owner", "root", "--scope", "admin"]
    environment = {**os.environ, "DOCTRAY_HOME": str(target.service.home)}
    target.keys["root"] = subprocess.run(made_by_hand, env=environment, check=True, capture_output=True, text=True).stdout.split()[-1]
    wanted: dict[str, dict[str, Any]] = {
        "alice": {"scopes": ["submit", "read"]},
        "mallory": {"scopes": ["submit", "read"]},
        "poller": {"scopes": ["read"], "owner": "alice"},
        "poster": {"scopes": ["submit"], "owner": "alice"},
        "slow": {"scopes": ["submit", "read"], "rate_per_minute": 3},
        "few": {"scopes": ["submit", "read"], "daily_quota": 2},
        "gone": {"scopes": ["submit", "read", "admin"]},
        "browser": {"scopes": ["submit", "read"], "owner": "alice"},
    }
    for name, members in wanted.items():
        made: Any = target.post_json("/v1/admin/keys", {"name": name, "owner": name, **members}, key="root").json()
        target.keys[name], target.key_ids[name] = made["key"], made["key_id"]
    assert target.ask("DELETE", f"/v1/admin/keys/{target.key_ids['gone']}", key="root").status == 204


def _finished_job(target: Target) -> None:
    accepted = target.upload(PDF, key="alice", file_name="alice.pdf", webhook_url=f"http://127.0.0.1:{target.origin}/text")
    ticket: Any = accepted.json()
    target.job, target.token = ticket["request_id"], ticket["read_token"]
    assert target.ended(accepted, key="alice").outcome == "202, then completed"
    batch: Any = target.ask(
        "POST",
        "/v1/batches",
        ("content-type", "multipart/form-data; boundary=cut"),
        body=form([('form-data; name="file"; filename="a.pdf"', PDF)]),
        key="alice",
    ).json()
    target.batch = batch["batch_id"]
    deliveries: Any = target.ask("GET", f"/v1/jobs/{target.job}/deliveries", key="alice").json()
    target.delivery = deliveries["deliveries"][0]["delivery_id"]
