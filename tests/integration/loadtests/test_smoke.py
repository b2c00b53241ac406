"""The whole stack is started, loaded, judged and ended: nginx, two APIs, PostgreSQL, S3, two workers, Prometheus."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.deployment.parts import ROOT, program

WITHIN_S = 600.0


def loadtests(out: Path, *words: str) -> "subprocess.Popen[bytes]":
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.with_suffix(".log").open("wb") as log:
        return subprocess.Popen([sys.executable, "-m", "loadtests", *words, "--out", str(out)], cwd=ROOT, stdout=log, stderr=log)


def started_for(out: Path) -> list[psutil.Process]:
    """Processes that work in the run's folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd().startswith(str(out)) or any(str(out) in word for word in process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.mark.full
@pytest.mark.timeout(900)
def test_a_short_run_loses_nothing_and_leaves_nothing_behind(tmp_path: Path) -> None:
    for name, package in (("nginx", "nginx"), ("prometheus", "prometheus")):
        program(name, package)
    out = tmp_path / "run"
    run = loadtests(out, "smoke", "--seconds", "10", "--users", "10")
    run.wait(timeout=WITHIN_S)
    said = json.loads((out / "figures.json").read_text())
    assert said["figures"]["submits"] > 0
    assert said["figures"]["failed_requests"] == said["figures"]["unfinished_jobs"] == 0, said["figures"]["errors"]
    assert "scrapes" in said["setup"]["Prometheus"]
    assert (out / "report.html").exists()
    assert (out / "locust.html").exists()
    assert started_for(out) == []


@pytest.mark.full
@pytest.mark.timeout(900)
def test_a_run_that_is_told_to_stop_ends_all_it_started(tmp_path: Path) -> None:
    out = tmp_path / "run"
    run = loadtests(out, "smoke", "--front", "direct", "--no-prometheus", "--blobs", "files", "--seconds", "300")
    deadline = time.monotonic() + WITHIN_S
    while not (out / "jobs.jsonl").exists():
        assert run.poll() is None, out.with_suffix(".log").read_text()
        assert time.monotonic() < deadline, "no caller has come"
        time.sleep(0.2)
    os.kill(run.pid, signal.SIGTERM)
    assert run.wait(timeout=WITHIN_S) == 130
    assert started_for(out) == []
