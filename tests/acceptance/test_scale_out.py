"""The real service on PostgreSQL and a bucket, and what a caller sees while either is away."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.acceptance.service import Service, running
from tests.acceptance.test_null_engine import pdf
from tests.buckets import BucketServer
from tests.databases import PostgresServer

pytestmark = pytest.mark.slow


@pytest.fixture
def service(tmp_path: Path, own_postgres: PostgresServer, own_bucket_server: BucketServer) -> Iterator[Service]:
    bucket = own_bucket_server.make_bucket()
    env = {
        "OCR_ENGINE": "null",
        "DATABASE_URL": own_postgres.dsn,
        "S3_LINK_SECONDS": "600",
        "WORKER_COUNT": "1",
        "NULL_ENGINE_DELAY_MS": "2000",
    }
    with running(tmp_path / "home", **env, **own_bucket_server.env(bucket)) as service:
        yield service


def _get(service: Service, path: str) -> httpx.Response:
    return httpx.get(f"{service.url}{path}", timeout=60, trust_env=False)


def _submit(service: Service, number: int) -> httpx.Response:
    content = pdf(1, f"Certificate of training, number {number}")
    return httpx.post(f"{service.url}/v1/jobs", files={"file": (f"{number}.pdf", content)}, timeout=60, trust_env=False)


def _completed(service: Service, request_id: str) -> Any:
    def done() -> bool:
        answer = _get(service, f"/v1/jobs/{request_id}")
        return answer.status_code == 200 and answer.json()["status"] == "completed"

    service.until(done, within_s=60)
    return _get(service, f"/v1/jobs/{request_id}/result").json()


def test_a_bucket_that_is_away_is_503_for_a_while_and_nothing_is_lost(service: Service, own_bucket_server: BucketServer) -> None:
    first = _submit(service, 1).json()["request_id"]
    result = _completed(service, first)
    assert "number 1" in result["text"]

    own_bucket_server.stop()
    for answer in (_submit(service, 2), _get(service, f"/v1/jobs/{first}/result")):
        assert (answer.status_code, answer.json()["code"]) == (503, "temporarily_unavailable")
        assert "retry-after" in answer.headers
    health = _get(service, "/health").json()
    assert (health["status"], health["parts"]["storage"]) == ("degraded", "unreachable")
    assert [job["status"] for job in _get(service, "/v1/jobs").json()["jobs"]] == ["completed"], "the journal answers"

    own_bucket_server.start()
    service.until(service.healthy, within_s=60)
    assert _get(service, f"/v1/jobs/{first}/result").json() == result
    assert "number 3" in _completed(service, _submit(service, 3).json()["request_id"])["text"]


def test_a_job_that_is_being_read_waits_for_the_bucket_and_is_charged_nothing(service: Service, own_bucket_server: BucketServer) -> None:
    """Its page takes the engine two seconds, within which the bucket goes away: the result finds no place."""
    picture = io.BytesIO()
    Image.effect_noise((600, 400), 80).save(picture, "PNG")
    answer = httpx.post(f"{service.url}/v1/jobs", files={"file": ("scan.png", picture.getvalue())}, timeout=60, trust_env=False)
    request_id = answer.json()["request_id"]

    service.until(lambda: _get(service, f"/v1/jobs/{request_id}").json()["progress"] is not None, within_s=60)
    own_bucket_server.stop()
    service.until(lambda: "job.store_unreachable" in service.log.read_text(), within_s=60)
    assert _get(service, f"/v1/jobs/{request_id}").json()["status"] == "processing"
    own_bucket_server.start()
    _completed(service, request_id)
    job = _get(service, f"/v1/jobs/{request_id}").json()
    assert (job["attempt"], job["status"]) == (1, "completed")


def test_a_result_is_fetched_from_the_bucket_by_its_link(service: Service) -> None:
    request_id = _submit(service, 1).json()["request_id"]
    result = _completed(service, request_id)
    link = _get(service, f"/v1/jobs/{request_id}/result/link").json()
    assert httpx.get(link["url"], trust_env=False, timeout=60).json() == result
    assert link["size_bytes"] > 0
    httpx.delete(f"{service.url}/v1/jobs/{request_id}", trust_env=False, timeout=60)
    assert httpx.get(link["url"], trust_env=False, timeout=60).status_code == 404
    assert _get(service, f"/v1/jobs/{request_id}/result/link").status_code == 404


def test_after_a_restart_of_postgresql_the_service_goes_on(service: Service, own_postgres: PostgresServer) -> None:
    first = _submit(service, 1).json()["request_id"]
    _completed(service, first)
    own_postgres.stop()
    refused = _submit(service, 2)
    assert (refused.status_code, refused.json()["code"]) == (503, "temporarily_unavailable")
    assert _get(service, "/livez").status_code == 200
    assert _get(service, "/readyz").status_code == 503
    own_postgres.start()
    deadline = time.monotonic() + 60
    while (answer := _submit(service, 3)).status_code == 503:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert "number 3" in _completed(service, answer.json()["request_id"])["text"]
    assert _get(service, f"/v1/jobs/{first}").json()["status"] == "completed"


def test_a_worker_that_waits_for_an_upgrade_ends_when_it_is_told_to(tmp_path: Path) -> None:
    told = {"DOCTRAY_HOME": str(tmp_path), "OCR_ENGINE": "null", "REDIS_URL": "redis://127.0.0.1:1/0", "PYTHONUNBUFFERED": "1"}
    said = tmp_path / "log"
    with said.open("wb") as log:
        worker = subprocess.Popen([sys.executable, "-m", "doctray", "worker"], env={**os.environ, **told}, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 120
        while "run `doctray upgrade`" not in said.read_text():
            assert time.monotonic() < deadline, said.read_text()
            time.sleep(0.1)
        worker.terminate()
        assert worker.wait(timeout=60) == 0
    finally:
        worker.kill()
        worker.wait()
