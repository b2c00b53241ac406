"""Searchable PDFs by real processes: asked for while nobody can make them, and made when somebody can."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.acceptance.service import Service, running
from tests.mupdf import pymupdf

DONE_WITHIN_S = 60.0


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with running(tmp_path / "home", OCR_ENGINE="null") as started:
        yield started


def a_scan(path: Path) -> Path:
    document = pymupdf.open()
    page = document.new_page()
    picture = pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.IRect(0, 0, 300, 400))
    picture.clear_with(255)
    picture.set_rect(pymupdf.IRect(50, 50, 200, 100), (0,))
    page.insert_image(page.rect, pixmap=picture)
    document.save(path, deflate=True)
    return path


@pytest.mark.slow
def test_a_worker_that_is_killed_and_a_redis_that_is_gone_lose_no_export(service: Service, tmp_path: Path) -> None:
    with service.client() as client:
        request_id = client.submit(a_scan(tmp_path / "scan.pdf"))["request_id"]
        assert client.wait(request_id, timeout_s=DONE_WITHIN_S)["status"] == "completed"
    worker = service.child("doctray", "worker")
    os.kill(worker.pid, signal.SIGSTOP)
    asked = httpx.get(f"{service.url}/v1/jobs/{request_id}/result.pdf", trust_env=False, timeout=60)
    assert (asked.status_code, asked.json()["status"]) == (202, "pending")
    with contextlib.suppress(AssertionError):
        service.child("redis-server").kill()
    with contextlib.suppress(psutil.NoSuchProcess):
        worker.kill()
    deadline = time.monotonic() + DONE_WITHIN_S
    while time.monotonic() < deadline:
        answer = httpx.get(f"{service.url}/v1/jobs/{request_id}/result.pdf?wait=5", trust_env=False, timeout=90)
        if answer.status_code == 200:
            break
    assert answer.status_code == 200, answer.text
    assert pymupdf.open(stream=answer.content, filetype="pdf").page_count == 1
    httpx.delete(f"{service.url}/v1/jobs/{request_id}", trust_env=False, timeout=60)
    assert not list((service.home / "blobs").rglob("document*"))
