"""doctray at work under the eyes of a real Prometheus: one API, one worker, and a receiver, a model's server and a GPU that are stood in for."""

import itertools
import json
import math
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from tests.deployment.parts import ROOT, Parts, answers, parts, until
from tests.deployment.prometheus import start_prometheus
from tests.ports import free_port

API, WORKER, GPU, PROMETHEUS = "127.0.0.31", "127.0.0.32", "127.0.0.33", "127.0.0.34"
MODEL = "m-1"

GPU_EXPORTER = """
import sys, time
from importlib.metadata import version
from doctray.ocr.gpu_usage import GpuUsage
from doctray.telemetry import metrics
from doctray.telemetry.exposition import Pulse, serve
from doctray.worker.observe import watch_gpu

class Scripted:
    name = "stand-in"
    def usage(self):
        return GpuUsage(busy=0.5, memory_used_bytes=3 * 2**30, memory_total_bytes=12 * 2**30)

metrics.set_build(version("doctray"))
watch_gpu(Scripted(), device="0")
serve(int(sys.argv[2]), address=sys.argv[1], pulse=Pulse())
time.sleep(3600)
"""
"""This machine may have no GPU: our own gauges, of a driver that always says the same."""


class Neighbours:
    """A receiver that refuses its first post, and a model that says nothing useful and counts tokens."""

    def __init__(self) -> None:
        self.posts = itertools.count()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                status, body = outer.answer(self.path)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, path: str) -> tuple[int, bytes]:
        if path == "/hook":
            return (500 if next(self.posts) == 0 else 200), b""
        choice = {"message": {"content": "I cannot"}, "finish_reason": "stop"}
        return 200, json.dumps({"choices": [choice], "usage": {"prompt_tokens": 100, "completion_tokens": 20}}).encode()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Monitored:
    """jobs: how many were accepted. hits: how many of them were answered from an earlier result."""

    def __init__(self, running: Parts, neighbours: Neighbours, api_port: int, prometheus_port: int) -> None:
        self._neighbours = neighbours
        self.api = httpx.Client(base_url=f"http://{API}:{api_port}", trust_env=False, timeout=60)
        self._prometheus = httpx.Client(base_url=f"http://{PROMETHEUS}:{prometheus_port}", trust_env=False, timeout=60)
        self.running = running
        self.jobs = self.failed = self.hits = 0

    def close(self) -> None:
        self.api.close()
        self._prometheus.close()

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series that it comes to now. Raises AssertionError with Prometheus' words."""
        answer = self._prometheus.post("/api/v1/query", data={"query": expression}).json()
        assert answer["status"] == "success", (expression, answer)
        assert not answer.get("warnings"), (expression, answer["warnings"])
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def number(self, expression: str) -> float:
        found = self.query(expression)
        return float(found[0]["value"][1]) if found else math.nan

    def round(self) -> None:
        """One of each: text layer, scan, repeat, broken document, model, refusals, webhook, searchable PDF."""
        certificate = (ROOT / "examples/documents/certificate_of_insurance.pdf").read_bytes()
        timetable = (ROOT / "examples/documents/class_timetable.png").read_bytes()
        fresh = {"no_cache": "1"}
        # Under way, and at nothing yet: the candidate is never loaded.
        plan = {"kind": "engine", "baseline": "null", "candidate": "easyocr"}
        assert self.api.put("/v1/admin/rollout", json=plan, headers={"if-match": "*"}).status_code == 200
        made = self._submitted("a.pdf", certificate, document_type="certificate")
        self._submitted("a.pdf", certificate, document_type="certificate", webhook_url=f"{self._neighbours.url}/hook", **fresh)
        self._submitted("t.png", timetable, document_type="timetable", **fresh)
        self._submitted("t.png", timetable, **fresh)
        self._submitted("a.pdf", certificate, document_type="certificate", extractor="openai_compatible", **fresh)
        broken = self._submitted("b.pdf", b"%PDF-1.7\nnothing of a PDF follows", **fresh)
        assert broken["status"] == "failed"
        self.failed += 1
        again = self._submitted("a.pdf", certificate, document_type="certificate")
        self.hits += again["cached"] + made["cached"]
        assert self.api.post("/v1/jobs", files={"file": ("x.pdf", b"plain text")}).status_code == 415
        assert self.api.get("/status/none").status_code == 404
        searchable = f"/v1/jobs/{made['request_id']}/result.pdf"
        until(lambda: self.api.get(searchable).status_code == 200, what="the searchable PDF")

    def seen(self) -> None:
        """Until Prometheus has seen all of it, and has seen it stand still."""
        until(lambda: self.number("sum(doctray_jobs_finished_total)") == self.jobs - self.hits, what="all jobs in Prometheus")
        until(lambda: self.number("sum(doctray_webhooks_total)") >= 1, what="posts in Prometheus")
        until(
            lambda: self.number("max(doctray_queue_jobs{state='queued'}) + max(doctray_queue_jobs{state='processing'})") == 0,
            what="an empty queue",
        )
        settled = time.time()
        until(lambda: self.number("min(timestamp(up))") > settled + 2, what="another scrape of each")

    def _submitted(self, name: str, content: bytes, **options: str) -> dict[str, Any]:
        ticket = self.api.post("/v1/jobs", files={"file": (name, content)}, data=options)
        assert ticket.status_code == 202, ticket.text
        self.jobs += 1
        job: dict[str, Any] = {"status": "queued"}
        until(
            lambda: (job.update(self.api.get(f"{ticket.json()['status_url']}?wait=5").json()) or job["status"]) in ("completed", "failed"),
            what=name,
        )
        return job


@contextmanager
def monitored(folder: Path) -> Iterator[Monitored]:
    neighbours = Neighbours()
    env = {
        "OUTBOUND_ALLOW": "127.0.0.1",
        "LLM_BASE_URL": f"{neighbours.url}/v1",
        "LLM_MODEL": MODEL,
        "LLM_PRICES": json.dumps({MODEL: [1.0, 2.0]}),
        "DEFAULT_EXTRACTOR": "rules",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "API_RATE_LIMIT_PER_MINUTE": "100000",
        "API_READ_LIMIT_PER_MINUTE": "100000",
    }
    with parts(folder, **env) as running:
        ports = {address: free_port(address) for address in (API, WORKER, GPU, PROMETHEUS)}
        running.api(API, ports[API])
        running.worker(WORKER, ports[WORKER])
        gpu = running.start("gpu", [sys.executable, "-c", GPU_EXPORTER, GPU, str(ports[GPU])])
        gpu.until(lambda: answers(f"http://{GPU}:{ports[GPU]}/metrics"), what="the GPU's gauges")
        targets = {"doctray-api": [f"{API}:{ports[API]}"], "doctray-worker": [f"{address}:{ports[address]}" for address in (WORKER, GPU)]}
        start_prometheus(running, targets, listen=f"{PROMETHEUS}:{ports[PROMETHEUS]}")
        found = Monitored(running, neighbours, ports[API], ports[PROMETHEUS])
        yield found
        found.close()
    neighbours.close()
