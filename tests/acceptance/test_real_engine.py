"""The whole service as real processes, reading with EasyOCR: both bundled samples, and a worker killed in mid-job."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.service import running
from tests.ports import free_port

pytestmark = pytest.mark.slow

DOCUMENTS = Path(__file__).parents[2] / "examples" / "documents"
PROJECT = Path(__file__).parents[2]


def truth_of(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DOCUMENTS / f"{name}.truth.json").read_text())
    return loaded


def lessons(fields: dict[str, Any]) -> set[tuple[str, str | None, str | None, str]]:
    return {(block["day"], block["start"], block["end"], block["subject"].casefold()) for block in fields["timeblocks"]}


@pytest.mark.timeout(600)
def test_both_samples_come_out_right_and_a_killed_worker_costs_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as service:
        said = subprocess.run(
            [
                *(sys.executable, "-m", "doctray", "submit", "--json", "--url", service.url),
                *(str(DOCUMENTS / "certificate_of_insurance.pdf"), str(DOCUMENTS / "class_timetable.png")),
            ],
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
        )
        certificate, timetable = (json.loads(line) for line in said.stdout.splitlines())

        expected = truth_of("certificate_of_insurance")
        fields = certificate["result"]["fields"]
        for name in ("kind", "certificate_number", "issue_date", "insured_name", "producer_name", "holder_name"):
            assert fields[name] == expected[name], name
        assert [policy["policy_number"] for policy in fields["policies"]] == [policy["policy_number"] for policy in expected["policies"]]
        assert [policy["limits"] for policy in fields["policies"]] == [policy["limits"] for policy in expected["policies"]]
        assert certificate["result"]["pages"][0]["source"] == "text_layer"
        assert certificate["result"]["provenance"]["/insured_name"]["page"] == 1

        assert timetable["document_type"] == "timetable"
        assert timetable["result"]["pages"][0]["source"] == "ocr"
        right = lessons(timetable["result"]["fields"]) & lessons(truth_of("class_timetable"))
        assert len(right) >= 0.9 * len(lessons(truth_of("class_timetable")))

        image = (DOCUMENTS / "class_timetable.png").read_bytes()
        answer = httpx.post(f"{service.url}/v1/jobs", files={"file": ("t.png", image)}, data={"no_cache": "1"}, trust_env=False, timeout=60)
        status = f"{service.url}/status/{answer.json()['request_id']}"
        service.until(lambda: httpx.get(status, trust_env=False, timeout=60).json()["status"] == "processing", within_s=60)
        os.kill(service.child("doctray", "worker").pid, signal.SIGKILL)
        service.until(lambda: httpx.get(status, trust_env=False, timeout=60).json()["status"] == "completed", within_s=180)
        job = httpx.get(status, trust_env=False, timeout=60).json()
        assert job["attempt"] == 2
        assert job["result"]["document_type"] == "timetable"
        assert service.stop() == 0


@pytest.mark.timeout(600)
def test_run_once_shows_both_samples_and_ends(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "doctray", "demo", "--once"],
        env={**os.environ, "DOCTRAY_HOME": str(tmp_path), "PORT": str(free_port())},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert said.returncode == 0, said.stdout + said.stderr
    for word in ("Silverbrook", "Monday", "Computing"):
        assert word in said.stdout


def test_run_once_says_why_when_it_cannot_start(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = subprocess.run(
            [sys.executable, "-m", "doctray", "demo", "--once"],
            env={**os.environ, "DOCTRAY_HOME": str(tmp_path), "PORT": str(taken.getsockname()[1])},
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    assert said.returncode == 1
    assert "is in use" in said.stderr
