"""The callers that exist already: their curl calls, their load test and their poll loops, run against the real service."""

import functools
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.service import Service, running
from tests.compat.conftest import KEY, program
from tests.samples.fixtures import SampleSet
from tests.samples.generate import Form

CALLERS = Path(__file__).with_name("callers")


@pytest.fixture(scope="module")
def address(samples: SampleSet) -> Iterator[str]:
    """A web server that has the sample; the service is allowed to reach it."""
    paper = samples.one("certificate_of_insurance", Form.TEXT).path

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name)
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(paper.parent)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/{paper.name}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, address: str) -> Iterator[Service]:
    host = address.split("/")[2]
    with running(
        tmp_path_factory.mktemp("callers"), OCR_ENGINE="null", API_KEY=KEY, OUTBOUND_ALLOW=host, API_RATE_LIMIT_PER_MINUTE="100000"
    ) as started:
        yield started


@pytest.fixture
def environment(house: Service, address: str, samples: SampleSet) -> dict[str, str]:
    paper = samples.one("certificate_of_insurance", Form.TEXT).path
    folder = house.home / "documents"
    folder.mkdir(exist_ok=True)
    (folder / "test.pdf").write_bytes(paper.read_bytes())
    known = {"BASE_URL": house.url, "API_KEY": KEY, "FILE": "test.pdf", "DOCUMENT": str(paper), "ADDRESS": address}
    return {**os.environ, **known, "NO_PROXY": "127.0.0.1"}


def told(environment: dict[str, str], *command: str) -> str:
    called = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert called.returncode == 0, called.stdout + called.stderr
    return called.stdout


def test_certificates_are_handed_in_by_path_with_curl(environment: dict[str, str]) -> None:
    program("curl")
    ticket, status, *answers = told(environment, program("bash"), str(CALLERS / "insurance.sh")).splitlines()
    assert json.loads(ticket)["success"] is True
    assert json.loads(status)["request_id"] == json.loads(ticket)["request_id"]
    assert json.loads(status)["status"] in ("queued", "processing", "completed")
    assert answers == ["200"] * 20


def test_the_old_synchronous_call_answers_the_result(environment: dict[str, str]) -> None:
    program("curl")
    result = json.loads(told(environment, program("bash"), str(CALLERS / "process.sh")))
    assert result["fields"]["insured_name"]


def test_screenshots_are_handed_in_by_address(environment: dict[str, str]) -> None:
    program("curl")
    first, ok, second, too, status = told(environment, program("bash"), str(CALLERS / "ecosteps.sh")).splitlines()
    assert (ok, too) == ("200", "200")
    assert json.loads(first)["request_id"] != json.loads(second)["request_id"]
    assert {"waiting_in_queue", "max"} <= json.loads(status)["queue"].keys()


def test_a_timetable_is_uploaded_and_polled(environment: dict[str, str]) -> None:
    job = json.loads(told(environment, program("node"), str(CALLERS / "timetable.js")))
    assert job["status"] == "completed"
    assert job["result"]["fields"]


def test_an_address_with_a_flat_schema_is_polled_to_its_words(environment: dict[str, str]) -> None:
    for job in json.loads(told(environment, program("node"), str(CALLERS / "pipeline.js"))):
        assert job["submitted"] in ("queued", "completed")
        assert job["words"][-1] == "completed"
        assert set(job["words"]) <= {"queued", "running", "completed"}
        assert set(job["result"]["fields"]) <= {"title"}


@pytest.mark.full
def test_the_load_test_finds_no_failure(environment: dict[str, str], tmp_path: Path) -> None:
    report = tmp_path / "report"
    words = ("-u", "10", "-r", "10", "-t", "10s", "--headless", "--only-summary", "--csv", str(report))
    told(
        environment, sys.executable, "-m", "locust", "-f", str(CALLERS / "load_test.py"), f"--host={environment['BASE_URL']}", *words
    )  # exit status 1 when a request failed
    header, *rows = (tmp_path / "report_stats.csv").read_text().splitlines()
    total = dict(zip(header.split(","), rows[-1].split(","), strict=False))
    assert int(total["Request Count"]) >= 10
    assert int(total["Failure Count"]) == 0
