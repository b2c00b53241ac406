"""A worker's stages, on real processes: who waits for whom, and what its metrics say meanwhile."""

import io
import re
import time
from pathlib import Path

import httpx
from PIL import Image

from tests.acceptance.service import Service, running
from tests.mupdf import pymupdf

SCANS = 24


def a_scan(number: int) -> bytes:
    picture = io.BytesIO()
    Image.new("L", (300 + number, 200), 255).save(picture, "PNG")
    return picture.getvalue()


def a_text_layer(pages: int = 3) -> bytes:
    with pymupdf.open() as document:
        for number in range(pages):
            document.new_page().insert_text((72, 72), f"Certificate of training, page {number}: this page has a sound text layer")
        content: bytes = document.tobytes()
        return content


def metrics_of(service: Service) -> dict[str, float]:
    (port,) = set(re.findall(r'"port": (\d+), "event": "worker.metrics_listening"', service.log.read_text()))
    text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False, timeout=60).text
    return {name: float(value) for name, value in re.findall(r"^([a-z_]+(?:\{[^}]*\})?) ([0-9.e+-]+)$", text, re.MULTILINE)}


def test_a_text_layer_passes_a_queue_of_scans(tmp_path: Path) -> None:
    settings = {"OCR_ENGINE": "null", "NULL_ENGINE_DELAY_MS": "1500", "LOG_LEVEL": "INFO", "API_RATE_LIMIT_PER_MINUTE": "1000"}
    with running(tmp_path, **settings) as service, httpx.Client(base_url=service.url, trust_env=False, timeout=60) as client:

        def submit(name: str, content: bytes) -> str:
            answer = client.post("/v1/jobs", files={"file": (name, content)}, data={"no_cache": "1"})
            request_id: str = answer.raise_for_status().json()["request_id"]
            return request_id

        def status(request_id: str) -> str:
            found: str = client.get(f"/v1/jobs/{request_id}").raise_for_status().json()["status"]
            return found

        scans = [submit("scan.png", a_scan(number)) for number in range(SCANS)]
        text = submit("text.pdf", a_text_layer())
        deadline = time.monotonic() + 60
        while status(text) != "completed":
            assert time.monotonic() < deadline, service.tail()
            time.sleep(0.02)
        left = [request_id for request_id in scans if status(request_id) != "completed"]
        assert len(left) >= SCANS // 3
        figures = metrics_of(service)
        assert (
            figures['doctray_stage_depth{stage="ocr",state="running"}'] + figures['doctray_stage_depth{stage="ocr",state="waiting"}'] >= 1
        )
        assert 0 < figures["memory_usage_percent"] < 100
        for part in ("worker", "engine", "pages", "extraction"):
            assert figures[f'doctray_memory_bytes{{part="{part}"}}'] > 5_000_000
        (worker,) = client.get("/app-status").json()["workers"]
        assert worker["slots"] == 64
