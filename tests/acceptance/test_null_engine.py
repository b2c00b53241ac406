"""The whole service as real processes, on the null engine: everything but reading pixels."""

import base64
import json
import os
import signal
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from doctray.outbound.signing import verify
from tests.acceptance.service import Service, running
from tests.mupdf import pymupdf
from tests.samples.fixtures import SampleSet

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


class Receiver:
    """A webhook receiver that keeps what it got, and can be told what to answer."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(outer.answers.pop(0) if outer.answers else 204)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def of(self, request_id: str) -> list[tuple[dict[str, str], bytes]]:
        return [(headers, body) for headers, body in self.got if json.loads(body)["data"]["request_id"] == request_id]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    env = {
        "OCR_ENGINE": "null",
        "OUTBOUND_ALLOW": "127.0.0.1",
        "WEBHOOK_SECRET": SECRET,
        "API_RATE_LIMIT_PER_MINUTE": "1000",
        "API_READ_LIMIT_PER_MINUTE": "100000",
    }
    with running(tmp_path_factory.mktemp("service"), **env) as service:
        yield service


def finished(service: Service, submitted: httpx.Response) -> dict[str, object]:
    assert submitted.status_code in (200, 202), submitted.text
    request_id = submitted.json()["request_id"]
    for _ in range(30):
        job: dict[str, object] = httpx.get(f"{service.url}/status/{request_id}", params={"wait": 5}, timeout=150, trust_env=False).json()
        if job["status"] in ("completed", "failed", "cancelled"):
            return job
    raise AssertionError(service.tail())


def post(service: Service, name: str, content: bytes, **fields: str) -> httpx.Response:
    return httpx.post(f"{service.url}/v1/jobs", files={"file": (name, content)}, data=fields, timeout=60, trust_env=False)


def pdf(pages: int = 1, text: str = "", **save: object) -> bytes:
    with pymupdf.open() as document:
        for _ in range(pages):
            page = document.new_page()
            if text:
                page.insert_text((72, 72), text)
        content: bytes = document.tobytes(**save)
        return content


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def outcome_code(service: Service, answer: httpx.Response) -> str:
    """The code of a refusal at the door, or of the failed job."""
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        code: str = answer.json()["code"]
        return code
    job = finished(service, answer)
    error = job["error"]
    assert isinstance(error, dict), job
    return str(error["code"])


BAD_INPUT = {
    "a text file called .pdf": ("unsupported_media_type", lambda: ("note.pdf", b"Dear sir or madam,\n" * 400)),
    "an empty file": ("empty_document", lambda: ("empty.pdf", b"")),
    "a truncated PDF": ("corrupt_document", lambda: ("cut.pdf", pdf(3, "A text that stands on the page. " * 3)[:600])),
    "an encrypted PDF": (
        "encrypted_document",
        lambda: ("locked.pdf", pdf(1, "secret", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="u", owner_pw="o")),
    ),
    "a 50,000 x 50,000 PNG header": ("page_too_large", lambda: ("huge.png", png_header(50_000, 50_000))),
    "a PDF with 10,000 pages": ("too_many_pages", lambda: ("long.pdf", pdf(10_000))),
}


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_gets_its_code(service: Service, case: str) -> None:
    code, make = BAD_INPUT[case]
    assert outcome_code(service, post(service, *make())) == code


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ({"file_path": "../../../../etc/passwd"}, "path_outside_documents"),
        ({"file_path": "/etc/passwd"}, "path_outside_documents"),
        ({"url": "http://127.0.0.2:8000/x.pdf"}, "unsafe_url"),
        ({"url": "http://[::1]/x.pdf"}, "unsafe_url"),
        ({"url": "http://169.254.169.254/latest/meta-data"}, "unsafe_url"),
        ({"url": "file:///etc/passwd"}, "unsafe_url"),
    ],
)
def test_an_unsafe_source_is_refused_at_the_door(service: Service, source: dict[str, str], code: str) -> None:
    answer = httpx.post(f"{service.url}/v1/jobs", json=source, trust_env=False, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_the_service_works_on_after_bad_input(service: Service, samples: SampleSet) -> None:
    certificate = samples.one("certificate_of_insurance", "text")
    job = finished(service, post(service, "coi.pdf", certificate.path.read_bytes(), no_cache="1"))
    assert (job["status"], job["document_type"]) == ("completed", "certificate")


def test_ten_copies_at_once_are_read_once(service: Service) -> None:
    content = pdf(2, "Certificate of training for ten readers")
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda number: post(service, f"{number}.pdf", content), range(10)))
    jobs = [finished(service, answer) for answer in answers]
    assert [job["status"] for job in jobs] == ["completed"] * 10
    assert sorted(bool(job["cached"]) for job in jobs) == [False] + [True] * 9
    assert len({str(job["request_id"]) for job in jobs}) == 10


def test_an_outcome_is_announced_once_and_signed(service: Service, receiver: Receiver, samples: SampleSet) -> None:
    receiver.answers[:] = [500]
    content = samples.one("training_certificate", "text").path.read_bytes()
    job = finished(service, post(service, "t.pdf", content, webhook_url=receiver.url, no_cache="1", metadata='{"order": 7}'))
    service.until(lambda: len(receiver.of(str(job["request_id"]))) == 2, within_s=60)
    tries = receiver.of(str(job["request_id"]))
    assert len({headers["webhook-id"] for headers, _ in tries}) == 1
    assert tries[0][1] == tries[1][1]
    for headers, body in tries:
        event = verify(headers, body, SECRET, now=int(headers["webhook-timestamp"]))
        assert event["type"] == "job.completed"
        assert event["data"]["metadata"] == {"order": 7}
        assert event["data"]["result"]["fields"] == job["result"]["fields"]  # type: ignore[index]

    def recorded() -> list[str]:
        told = httpx.get(f"{service.url}/v1/jobs/{job['request_id']}/deliveries", trust_env=False, timeout=60).json()
        return [delivery["status"] for delivery in told["deliveries"]]

    # The receiver has it before its answer is written down.
    service.until(lambda: recorded() == ["delivered"], within_s=60)


def test_redis_killed_delays_nothing_accepted(service: Service) -> None:
    redis = service.child("redis-server unixsocket")
    os.kill(redis.pid, signal.SIGKILL)
    job = finished(service, post(service, "after.pdf", pdf(1, "Submitted while Redis was away")))
    assert job["status"] == "completed"
    service.until(service.healthy, within_s=60)


def test_a_killed_api_comes_back(service: Service) -> None:
    os.kill(service.child("doctray", "api").pid, signal.SIGKILL)
    service.until(service.healthy, within_s=60)


def test_logs_hold_no_document_text(service: Service) -> None:
    finished(service, post(service, "s.pdf", pdf(1, "Certificate of Training awarded to Zebulon Quark"), no_cache="1"))
    log = service.log.read_text()
    assert "job.finished" in log
    assert "Zebulon" not in log
    assert "Quark" not in log


def test_metrics_on_the_api_and_on_the_worker(service: Service) -> None:
    api = httpx.get(f"{service.url}/metrics", trust_env=False, timeout=60).text
    assert "doctray_queue_jobs" in api
    ports = [json.loads(line)["port"] for line in service.log.read_text().splitlines() if '"worker.metrics_listening"' in line]
    worker = httpx.get(f"http://127.0.0.1:{ports[-1]}/metrics", trust_env=False, timeout=60).text
    assert "doctray_stage_seconds" in worker


def test_a_second_start_keeps_jobs_and_sigterm_ends_it(tmp_path: Path) -> None:
    with running(tmp_path, OCR_ENGINE="null") as service:
        job = finished(service, post(service, "a.pdf", pdf(1, "kept")))
        assert service.stop() == 0
        service.start()
        again = httpx.get(f"{service.url}/status/{job['request_id']}", trust_env=False, timeout=60).json()
        assert again["status"] == "completed"
        second = subprocess.run(
            [sys.executable, "-m", "doctray", "serve"],
            env={**os.environ, "DOCTRAY_HOME": str(tmp_path), "PORT": "0"},
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )
        assert second.returncode == 1
        assert "Another `doctray serve`" in second.stderr


def test_it_refuses_to_listen_beyond_loopback_without_a_key(tmp_path: Path) -> None:
    env = {**os.environ, "DOCTRAY_HOME": str(tmp_path), "DOCTRAY_HOST": "0.0.0.0", "PORT": "0", "REDIS_URL": "unix:///nonexistent.sock"}
    subprocess.run([sys.executable, "-m", "doctray", "upgrade"], env=env, check=True, timeout=240, capture_output=True)
    said = subprocess.run([sys.executable, "-m", "doctray", "api"], env=env, capture_output=True, text=True, timeout=150, check=False)
    assert said.returncode == 2
    assert "API_KEY" in said.stderr


def test_killing_serve_leaves_no_process_behind(tmp_path: Path) -> None:
    import psutil

    with running(tmp_path, OCR_ENGINE="null") as service:
        assert service.process is not None
        children = psutil.Process(service.process.pid).children(recursive=True)
        assert len(children) >= 3
        service.kill()
        _, alive = psutil.wait_procs(children, timeout=60)
        assert alive == []
