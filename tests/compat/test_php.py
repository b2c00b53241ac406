"""The PHP client of examples/laravel, run by php-cli against the running service."""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from doctray.outbound.signing import new_secret, sign
from tests.acceptance.service import Service
from tests.compat.conftest import KEY, program
from tests.samples.fixtures import SampleSet
from tests.samples.generate import Form

DRIVER = Path(__file__).with_name("drive.php")


def php(service: Service, *words: str, key: str = KEY, url: str | None = None) -> dict[str, Any]:
    called = subprocess.run(
        [program("php"), "-d", "display_errors=stderr", str(DRIVER), url or service.url, key, *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    told: dict[str, Any] = json.loads(called.stdout)
    return told


@pytest.fixture(scope="module")
def paper(samples: SampleSet) -> str:
    return str(samples.one("certificate_of_insurance", Form.TEXT).path)


def test_a_document_is_handed_in_waited_for_and_read(service: Service, paper: str) -> None:
    options = {"document_type": "certificate", "metadata": {"order": 7}, "no_cache": True}
    ticket = php(service, "submit", paper, json.dumps(options), "order-7")
    job = php(service, "wait", ticket["request_id"], "60")
    assert (job["status"], job["metadata"]) == ("completed", {"order": 7})
    assert php(service, "result", ticket["request_id"])["fields"] == job["result"]["fields"]


def test_sending_it_again_makes_no_second_job(service: Service, paper: str) -> None:
    first = php(service, "submit", paper, json.dumps({"document_type": "certificate"}))
    again = php(service, "submit", paper, json.dumps({"document_type": "certificate"}))
    assert again["request_id"] == first["request_id"]


def test_an_empty_php_array_is_an_empty_object(service: Service, paper: str) -> None:
    assert "request_id" in php(service, "submit", paper, json.dumps({"metadata": []}), "empty-metadata")


def test_languages_are_a_list_and_an_option_that_is_null_is_not_given(service: Service, paper: str) -> None:
    options = {"languages": ["en", "de"], "pages": None, "no_cache": True}
    ticket = php(service, "submit", paper, json.dumps(options), "languages")
    assert php(service, "wait", ticket["request_id"], "60")["status"] == "completed"


def test_refusals_are_problems(service: Service, paper: str) -> None:
    assert php(service, "result", "none") == {"problem": "not_found", "status": 404, "retryable": False}
    assert php(service, "submit", paper, key="wrong")["problem"] == "unauthenticated"
    assert php(service, "submit", paper, json.dumps({"document_type": "poem"}), "poem")["problem"] == "invalid_option"


def test_no_answer_is_told_apart_from_a_refusal(service: Service) -> None:
    assert php(service, "result", "none", url="http://127.0.0.1:9") == {"unreachable": True}


def test_signatures_are_checked_over_the_raw_content(service: Service, tmp_path: Path) -> None:
    secret, older = new_secret(), new_secret()
    content = b'{"type": "job.completed",  "data": {"file_name": "Zo\xc3\xab.pdf"}}'
    body = tmp_path / "body"
    body.write_bytes(content)
    now = int(time.time())
    headers = dict(sign("msg_1", now, content, [older, secret]))

    def verified(headers: dict[str, str], secrets: list[str]) -> Any:
        return php(service, "verify", str(body), json.dumps(headers), json.dumps(secrets))["event"]

    assert verified(headers, [secret])["data"]["file_name"] == "Zoë.pdf"
    assert verified(headers, [new_secret()]) is None
    assert verified({**headers, "webhook-id": "msg_2"}, [secret]) is None
    assert verified({**headers, "webhook-timestamp": str(now - 301)}, [secret]) is None
    assert verified({}, [secret]) is None
    body.write_bytes(content.replace(b"  ", b" "))
    assert verified(headers, [secret]) is None
