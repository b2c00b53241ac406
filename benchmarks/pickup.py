#!/usr/bin/env python3
"""How soon an idle worker picks a job up, how long a submit takes, and how soon and how large the API stands.

    benchmarks/pickup.py [--jobs 200]

Starts `doctray serve` on the null engine in a folder of its own, sends one-page documents one at a time, each after the
one before it has ended, and reads created_at and started_at of each from the API. Prints milliseconds as p50 / p95 / max.
"""

import argparse
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import httpx
import psutil


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=200)
    jobs = parser.parse_args().jobs
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        env = {
            **os.environ,
            "DOCTRAY_HOME": home,
            "PORT": str(port),
            "OCR_ENGINE": "null",
            "API_RATE_LIMIT_PER_MINUTE": "1000000",
            "API_READ_LIMIT_PER_MINUTE": "1000000",
        }
        with (Path(home) / "log").open("wb") as log:
            server = subprocess.Popen([sys.executable, "-m", "doctray", "serve"], env=env, stdout=log, stderr=log)
            try:
                measure(f"http://127.0.0.1:{port}", server, jobs)
            finally:
                server.terminate()
                server.wait()


def measure(url: str, server: subprocess.Popen[bytes], jobs: int) -> None:
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        until_healthy(client)
        submit_ms, pickup_ms = [], []
        for number in range(jobs):
            started = time.perf_counter()
            answer = client.post("/v1/jobs", files={"file": ("a.pdf", document(number))}, data={"no_cache": "1"})
            submit_ms.append((time.perf_counter() - started) * 1000)
            answer.raise_for_status()
            request_id = answer.json()["request_id"]
            job = {"status": "queued"}
            while job["status"] in ("queued", "processing"):
                job = client.get(f"/status/{request_id}", params={"wait": 10}).json()
            pickup_ms.append((moment(job["started_at"]) - moment(job["created_at"])) * 1000)
        api = next(child for child in psutil.Process(server.pid).children() if "api" in child.cmdline())
        figures = {
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}",
            "jobs": jobs,
            "submit to 202, ms": summary(submit_ms),
            "pick-up, ms": summary(pickup_ms),
            "API resident, MB": round(api.memory_info().rss / 1e6, 1),
        }
    print(json.dumps(figures, indent=1))


def document(number: int) -> bytes:
    """A PDF with one line of text, different each time."""
    import pymupdf

    with pymupdf.open() as pdf:
        pdf.new_page().insert_text((72, 72), f"Certificate of training number {number} for the pick-up benchmark")
        content: bytes = pdf.tobytes()
        return content


def until_healthy(client: httpx.Client) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if client.get("/health").json()["status"] == "healthy":
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    raise SystemExit("the service did not become healthy")


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def summary(values: list[float]) -> str:
    ordered = sorted(values)
    return f"p50 {statistics.median(ordered):.1f}  p95 {ordered[int(len(ordered) * 0.95)]:.1f}  max {ordered[-1]:.1f}"


if __name__ == "__main__":
    main()
