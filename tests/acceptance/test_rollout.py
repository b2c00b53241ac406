"""Rollouts and maintenance on the real service: two workers follow what an operator changes, without a restart."""

import io
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.acceptance.service import Service, running
from tests.acceptance.test_null_engine import pdf

pytestmark = [pytest.mark.slow, pytest.mark.full]

WITHIN_S = 90.0
WAITING = 40
"""Pages at two seconds each: far more than are read before maintenance begins, however slow the machine."""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    env = {
        "OCR_ENGINE": "null",
        "WORKER_COUNT": "2",
        "NULL_ENGINE_DELAY_MS": "2000",
        "WORKER_CONCURRENCY": "1",
        "API_RATE_LIMIT_PER_MINUTE": "100000",
        "API_READ_LIMIT_PER_MINUTE": "100000",
    }
    with running(tmp_path / "home", **env) as service:
        yield service


def call(service: Service, method: str, path: str, **request: Any) -> httpx.Response:
    return httpx.request(method, f"{service.url}{path}", timeout=60, trust_env=False, **request)


def doctray(service: Service, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "doctray", *arguments], env=service.env, check=True, timeout=WITHIN_S, stdout=subprocess.DEVNULL)


@cache
def document(number: int) -> bytes:
    """With a text layer: read by no engine, but assigned as every other. Made once, since two PDFs are never the same bytes."""
    return pdf(1, f"Certificate of training, number {number}")


def submit(service: Service, number: int) -> httpx.Response:
    return call(service, "POST", "/v1/jobs", files={"file": ("a.pdf", document(number))}, data={"no_cache": "1"})


def status_of(service: Service, request_id: str) -> str:
    return str(call(service, "GET", f"/v1/jobs/{request_id}").json()["status"])


def engine_of(service: Service, number: int) -> str:
    request_id = submit(service, number).json()["request_id"]
    service.until(lambda: status_of(service, request_id) == "completed", within_s=WITHIN_S)
    return str(call(service, "GET", f"/v1/jobs/{request_id}/result").json()["engine"]["name"])


def test_what_an_operator_changes_is_followed_by_the_next_document_in_every_process(service: Service) -> None:
    workers = {service.child("doctray", "worker").pid}
    assert engine_of(service, 0) == "null"
    doctray(service, "rollout", "plan", "null", "rapidocr", "--percentage", "100")
    assert {engine_of(service, number) for number in range(4)} == {"rapidocr"}
    doctray(service, "rollout", "rollback")
    assert {engine_of(service, number) for number in range(4)} == {"null"}
    assert workers == {service.child("doctray", "worker").pid}


def test_a_document_keeps_its_arm_over_a_restart_and_a_growing_share_takes_none_away(service: Service) -> None:
    doctray(service, "rollout", "plan", "null", "rapidocr", "--percentage", "50")
    before = [engine_of(service, number) for number in range(12)]
    assert set(before) == {"null", "rapidocr"}
    assert service.stop() == 0
    service.start()
    assert [engine_of(service, number) for number in range(12)] == before
    doctray(service, "rollout", "advance", "--percentage", "85")
    after = [engine_of(service, number) for number in range(12)]
    assert all(later == "rapidocr" for earlier, later in zip(before, after, strict=True) if earlier == "rapidocr")


def test_under_maintenance_running_jobs_finish_and_queued_ones_wait_for_its_end(service: Service) -> None:
    waiting = []
    for number in range(WAITING):
        picture = io.BytesIO()
        Image.new("RGB", (320, 240), (number, 0, 0)).save(picture, "PNG")
        answer = call(service, "POST", "/v1/jobs", files={"file": ("scan.png", picture.getvalue())}, data={"deadline_seconds": "3600"})
        waiting.append(answer.json()["request_id"])
    call(service, "PUT", "/v1/admin/maintenance", json={"on": True, "reason": "A new disk."})
    refused = submit(service, 0)
    assert (refused.status_code, refused.json()["code"], refused.json()["detail"]) == (503, "maintenance", "A new disk.")
    assert int(refused.headers["retry-after"]) >= 1

    def statuses() -> list[str]:
        return [status_of(service, request_id) for request_id in waiting]

    service.until(lambda: "processing" not in statuses(), within_s=WITHIN_S)
    left = [request_id for request_id, status in zip(waiting, statuses(), strict=True) if status == "queued"]
    assert left
    assert set(statuses()) <= {"completed", "queued"}
    places = [call(service, "GET", f"/v1/jobs/{request_id}").json()["queue_position"] for request_id in left]
    assert places == list(range(1, len(left) + 1))

    doctray(service, "maintenance", "off")
    service.until(lambda: status_of(service, left[0]) == "completed", within_s=WITHIN_S)
    assert submit(service, 1).status_code == 202
