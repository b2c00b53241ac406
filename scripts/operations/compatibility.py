"""API compatibility: what callers of the earlier systems send is taken, and what they read is there."""

from collections.abc import Callable
from typing import Any

import httpx

from scripts.operations.finding import Finding, Status
from scripts.operations.target import CERTIFICATE, Target, read_to_its_end

OLD_ROUTES = (
    "/process",
    "/process-insurance-certificate",
    "/process-certificate",
    "/process-timetable",
    "/api/v1/ocr-ecosteps",
    "/api/v1/documents/upload",
    "/api/pipeline/run",
    "/api/jobs/{job_id}",
    "/api/scrape",
    "/api/scrape/{job_id}",
    "/app-status",
    "/status/{request_id}",
    "/health",
)

Ask = Callable[[httpx.Client], str]


def compatible(target: Target) -> list[Finding]:
    with target.client() as client:
        return [_finding(item, title, ask, client) for item, title, ask in CASES]


def _finding(item: str, title: str, ask: Ask, client: httpx.Client) -> Finding:
    try:
        return Finding(item=item, title=title, status=Status.PASSED, said=ask(client))
    except (AssertionError, httpx.HTTPError, KeyError, ValueError, TypeError) as error:
        return Finding(item=item, title=title, status=Status.FAILED, said=f"{type(error).__name__}: {error}")


def _routes(client: httpx.Client) -> str:
    documented = set(client.get("/openapi.json").json()["paths"])
    # Names within braces may differ; callers never see them.
    shapes = {_shape(path) for path in documented}
    missing = [route for route in OLD_ROUTES if _shape(route) not in shapes]
    assert not missing, f"not in /openapi.json: {', '.join(missing)}"
    return f"{len(OLD_ROUTES)} routes of the earlier systems are there"


def _old_submission(route: str) -> Ask:
    def ask(client: httpx.Client) -> str:
        answer = client.post(route, files={"file": (CERTIFICATE.name, CERTIFICATE.read_bytes())})
        assert answer.status_code == 200, f"{answer.status_code} {answer.text[:200]}"
        job = read_to_its_end(client, answer.json()["request_id"], within_s=180)
        assert job["status"] == "completed", f"{job['status']}: {job.get('error')}"
        return "200 with a request_id that is followed to its end"

    return ask


def _synchronous(client: httpx.Client) -> str:
    answer = client.post("/process", files={"file": (CERTIFICATE.name, CERTIFICATE.read_bytes())})
    body: dict[str, Any] = answer.json()
    assert answer.status_code == 200 or body.get("code") == "wait_exceeded", f"{answer.status_code} {answer.text[:200]}"
    assert answer.status_code == 200 or "request_id" in body, "504 without the request_id to poll"
    return "the result itself" if answer.status_code == 200 else "504 with the request_id to poll"


def _upload(client: httpx.Client) -> str:
    answer = client.post("/api/v1/documents/upload", files={"file": (CERTIFICATE.name, CERTIFICATE.read_bytes())})
    assert answer.status_code == 200, f"{answer.status_code} {answer.text[:200]}"
    assert answer.json()["documentId"], "no documentId"
    return "documentId beside request_id"


def _app_status(client: httpx.Client) -> str:
    body = client.get("/app-status").json()
    assert {"waiting_in_queue", "max"} <= set(body["queue"]), "queue lacks waiting_in_queue or max"
    assert "system" in body, "no system"
    return "queue and system as before"


CASES: tuple[tuple[str, str, Ask], ...] = (
    ("routes", "Every route of the earlier systems is documented", _routes),
    ("certificate", "/process-insurance-certificate", _old_submission("/process-insurance-certificate")),
    ("timetable", "/process-timetable", _old_submission("/process-timetable")),
    ("synchronous", "/process waits for the result", _synchronous),
    ("upload", "/api/v1/documents/upload", _upload),
    ("app-status", "/app-status", _app_status),
)


def _shape(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))
