"""The whole service with a model's server beside it that fails in every way it can: no job is lost, and each result says who took it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.service import Service, running
from tests.samples.generate import drawn

pytestmark = pytest.mark.slow

FAILURES = {
    "401": (401, b"{}"),
    "404": (404, b'{"error": {"message": "no such model"}}'),
    "429 until next week": (429, b"{}"),
    "500": (500, b"oops"),
    "not json": (200, b"<html>"),
    "no candidates": (200, b'{"choices": []}'),
    "no fields": (200, json.dumps({"choices": [{"message": {"content": "I cannot"}, "finish_reason": "stop"}]}).encode()),
    "cut off": (200, json.dumps({"choices": [{"message": {"content": '{"documents": [{"ti'}, "finish_reason": "length"}]}).encode()),
    "hangs": None,
}


class ModelServer:
    """Answers as `answer` says; None: not before the test is over."""

    def __init__(self) -> None:
        self.answer: tuple[int, bytes] | None = (500, b"")
        self.asked: list[dict[str, Any]] = []
        self.over = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                if outer.answer is None:
                    outer.over.wait()
                    return
                status, body = outer.answer
                self.send_response(status)
                if status == 429:
                    self.send_header("retry-after", "604800")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    server = ModelServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, model: ModelServer) -> Iterator[Service]:
    env = {
        "OCR_ENGINE": "null",
        "LLM_BASE_URL": model.url,
        "LLM_MODEL": "m-1",
        "LLM_TIMEOUT_SECONDS": "1",
        "LLM_BREAKER_FAILURES": "1000",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }
    with running(tmp_path_factory.mktemp("service"), **env) as service:
        yield service


def result_of(service: Service, variant: int, **fields: str) -> dict[str, Any]:
    paper = drawn("training_certificate", seed=5, variant=variant)
    data = {"document_type": "certificate", "no_cache": "1", **fields}
    answer = httpx.post(f"{service.url}/v1/jobs", files={"file": ("a.pdf", paper.pdf)}, data=data, timeout=60, trust_env=False)
    assert answer.status_code == 202, answer.text
    request_id = answer.json()["request_id"]
    for _ in range(12):
        job = httpx.get(f"{service.url}/status/{request_id}", params={"wait": 5}, timeout=90, trust_env=False).json()
        if job["status"] not in ("queued", "processing"):
            break
    assert job["status"] == "completed", service.tail()
    result: dict[str, Any] = httpx.get(f"{service.url}/v1/jobs/{request_id}/result", timeout=90, trust_env=False).json()
    return result


@pytest.mark.parametrize("failure", FAILURES)
def test_rules_take_over_when_the_model_fails(service: Service, model: ModelServer, failure: str) -> None:
    model.answer = FAILURES[failure]
    model.asked.clear()
    result = result_of(service, variant=1)
    assert result["extractor"]["name"] == "rules"
    assert "extractor_fallback" in {warning["code"] for warning in result["warnings"]}
    assert result["needs_review"]
    assert result["fields"]["recipient_name"] == drawn("training_certificate", seed=5, variant=1).truth["recipient_name"]
    assert model.asked, "the model was asked first"


def test_a_model_that_answers_is_weighed_against_the_rules(service: Service, model: ModelServer) -> None:
    truth = drawn("training_certificate", seed=5, variant=2).truth
    text = json.dumps({"documents": [truth]})
    model.answer = (200, json.dumps({"choices": [{"message": {"content": text}, "finish_reason": "stop"}]}).encode())
    result = result_of(service, variant=2)
    assert result["extractor"] == {"name": "openai_compatible", "version": "1", "model": "m-1", "second_opinion": "rules"}
    assert result["fields"]["recipient_name"] == truth["recipient_name"]
    assert result["provenance"]["/recipient_name"]["page"] == 1
    assert "extractor_fallback" not in {warning["code"] for warning in result["warnings"]}


def test_a_job_that_names_the_rules_asks_no_model(service: Service, model: ModelServer) -> None:
    model.asked.clear()
    result = result_of(service, variant=3, extractor="rules")
    assert (result["extractor"]["name"], model.asked) == ("rules", [])


def test_keys_and_pages_stand_in_no_log(service: Service, model: ModelServer) -> None:
    log = Path(service.log).read_text()
    name = drawn("training_certificate", seed=5, variant=1).truth["recipient_name"]
    assert "extractor.failed" in log
    assert name not in log
