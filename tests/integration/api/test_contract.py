"""The HTTP contract, line by line: a test of each route, header and error under the name that the contract gives it.

Every answer is held to /openapi.json as well: its status, its media type and its shape are described there.
"""

import asyncio
import base64
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from doctray.api import openapi_examples
from doctray.api.app import create_app
from doctray.api.errors import STATUS
from doctray.api.openapi import operations, scope_of
from doctray.api.openapi_bodies import TINY_PNG
from doctray.api.openapi_examples import event
from doctray.config import Settings
from doctray.domain.errors import TemporarilyUnavailable
from doctray.domain.keys import Scope
from doctray.ports import JobQuery
from doctray.testing import MemoryBlobs
from tests.integration.api.door import PDF, Door, open_door, upload_under_way

URL = "http://93.184.215.14/form.pdf"
HOOK = "http://93.184.215.14/hook"
RESULT = {**openapi_examples.RESULT, "document_type": "other", "fields": {}, "provenance": {}, "warnings": [], "text": "A-1", "pages": []}

# api.md, in its order
ROUTES = [
    "POST /v1/jobs",
    "POST /process-insurance-certificate",
    "POST /process-certificate",
    "POST /process-timetable",
    "POST /process",
    "POST /api/v1/ocr-ecosteps",
    "POST /api/v1/documents/upload",
    "POST /api/pipeline/run",
    "GET /api/jobs/{request_id}",
    "POST /api/scrape",
    "GET /api/scrape/{request_id}",
    "GET /app-status",
    "POST /v1/batches",
    "GET /v1/batches/{batch_id}",
    "GET /status/{request_id}",
    "GET /v1/jobs/{request_id}",
    "GET /v1/jobs/{request_id}/events",
    "GET /v1/jobs/{request_id}/result",
    "GET /v1/jobs/{request_id}/result.{form}",
    "GET /v1/jobs/{request_id}/pages/{page}.png",
    "GET /v1/jobs",
    "POST /v1/jobs/{request_id}/cancel",
    "DELETE /v1/jobs/{request_id}",
    "PUT /v1/jobs/{request_id}/review",
    "POST /v1/jobs/{request_id}/replay",
    "GET /problems/{code}",
    "GET /v1/webhook-secret",
    "POST /v1/webhook-secret",
    "GET /v1/jobs/{request_id}/deliveries",
    "POST /v1/deliveries/{delivery_id}/redeliver",
    "GET /health",
    "GET /livez",
    "GET /readyz",
    "GET /metrics",
    "GET /docs",
    "GET /openapi.json",
    "GET /",
    "GET /v1/admin/keys",
    "POST /v1/admin/keys",
    "DELETE /v1/admin/keys/{key_id}",
    "GET /v1/admin/maintenance",
    "PUT /v1/admin/maintenance",
    "GET /v1/admin/webhooks",
    "PUT /v1/admin/webhooks",
    "GET /v1/admin/dead-letters",
    "POST /v1/admin/dead-letters/replay",
    "GET /v1/admin/workers",
    "GET /v1/admin/rollout",
    "PUT /v1/admin/rollout",
]

UNDESCRIBED = ("GET /docs", "GET /openapi.json", "GET /")
"""Pages for people, and the description itself."""


@cache
def described() -> dict[str, Any]:
    """/openapi.json: the same for every door, and made once."""
    return create_app(Settings()).openapi()


def conforms(door: Door, answer: httpx.Response, operation: str) -> None:
    """That the answer is one that /openapi.json describes for the operation."""
    if operation in UNDESCRIBED:
        return
    document = described()
    method, path = operation.split()
    responses = document["paths"][path][method.lower()]["responses"]
    assert str(answer.status_code) in responses, f"{operation} answers {answer.status_code}, which is not described"
    response = responses[str(answer.status_code)]
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    if not answer.content:
        return
    assert media_type in response["content"], f"{operation} answers {media_type}, which is not described"
    if media_type.endswith("json"):
        schema = {**response["content"][media_type]["schema"], "components": document["components"]}
        faults = [fault.message for fault in Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(answer.json())]
        assert faults == [], f"{operation}: {faults}"


@pytest.mark.parametrize("path", ["/v1/jobs", "/process-certificate", "/process", "/api/v1/documents/upload", "/v1/batches"])
def test_a_form_may_leave_its_texts_empty(path: str) -> None:
    """As browsers and PHP send what was not filled in; the service takes that, and so does its description."""
    schema = described()["paths"][path]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    asked = {
        name: shape for name, shape in schema["properties"].items() if shape["type"] in ("string", ["boolean", "string"]) and name != "file"
    }
    assert {"engine", "extractor", "pages", "webhook_url", "document_type", "no_cache"} <= asked.keys()
    for name, shape in {**asked, "languages[]": schema["properties"]["languages"]["items"]}.items():
        assert Draft202012Validator(shape).is_valid(""), name
        assert not Draft202012Validator(shape).is_valid("no such thing\x7f") or name == "file_name"


async def ask(door: Door, operation: str, /, *, headers: dict[str, str] | None = None, **given: Any) -> httpx.Response:
    """Send it, and hold the answer to the description. Names in the path are filled from `given`."""
    method, template = operation.split()
    path = re.sub(r"{(\w+)}", lambda name: str(given.pop(name.group(1))), template)
    answer = await door.client.request(method, path, headers=headers, **given)
    conforms(door, answer, operation)
    return answer


async def completed(door: Door) -> str:
    request_id = str((await door.submit())["request_id"])
    await door.complete(request_id, RESULT)
    return request_id


UPLOAD: dict[str, Any] = {"files": {"file": ("scan.pdf", PDF)}}
Case = Callable[[Door], Awaitable[None]]
routes: dict[str, Case] = {}


def route(name: str) -> Callable[[Case], Case]:
    def register(case: Case) -> Case:
        routes[name] = case
        return case

    return register


def _submission(name: str, status: int, **body: Any) -> None:
    async def case(door: Door) -> None:
        answer = await ask(door, name, **(body or UPLOAD))
        assert answer.status_code == status
        assert answer.headers["location"] == f"/v1/jobs/{answer.json()['request_id']}"
        assert int(answer.headers["retry-after"]) >= 1
        assert status == 202 or answer.json().get("success", "job_id" in answer.json())

    routes[name] = case


_submission("POST /v1/jobs", 202)
_submission("POST /process-insurance-certificate", 200)
_submission("POST /process-certificate", 200)
_submission("POST /process-timetable", 200)
_submission("POST /api/v1/ocr-ecosteps", 200, json={"image_url": URL, "webhook_url": HOOK, "metadata": {"n": 1}})
_submission("POST /api/v1/documents/upload", 200)
_submission("POST /api/pipeline/run", 200, json={"url": URL, "schema": {"title": "string"}, "strategy": "auto"})
_submission("POST /api/scrape", 200, json={"url": URL, "schema": {"title": "string"}})


@route("POST /process")
async def _process(door: Door) -> None:
    asked = asyncio.create_task(ask(door, "POST /process", **UPLOAD))
    async with asyncio.timeout(60):
        while not (found := (await door.journal.list_jobs(JobQuery(owner=None)))[0]):
            await asyncio.sleep(0.01)
    await door.complete(found[0].request_id, RESULT)
    answer = await asked
    assert (answer.status_code, answer.json()["text"]) == (200, "A-1")


def _followed(name: str) -> None:
    async def case(door: Door) -> None:
        request_id = await completed(door)
        answer = await ask(door, name, request_id=request_id)
        assert (answer.status_code, answer.json()["status"], answer.json()["result"]["text"]) == (200, "completed", "A-1")
        same = await ask(door, name, request_id=request_id, headers={"if-none-match": answer.headers["etag"]})
        assert same.status_code == 304

    routes[name] = case


for _name in ("GET /status/{request_id}", "GET /v1/jobs/{request_id}", "GET /api/jobs/{request_id}", "GET /api/scrape/{request_id}"):
    _followed(_name)


@route("GET /app-status")
async def _app_status(door: Door) -> None:
    answer = await ask(door, "GET /app-status")
    assert {"waiting_in_queue", "max"} <= answer.json()["queue"].keys()
    assert {"cpu", "memory", "disk", "gpu"} <= answer.json()["system"].keys()


@route("POST /v1/batches")
async def _batch(door: Door) -> None:
    sources = [{"content_base64": TINY_PNG}, {"content_base64": "bm8="}]
    answer = await ask(door, "POST /v1/batches", json={"sources": sources})
    assert (answer.status_code, answer.json()["total"], len(answer.json()["documents"])) == (202, 1, 2)


@route("GET /v1/batches/{batch_id}")
async def _batch_status(door: Door) -> None:
    batch = (await ask(door, "POST /v1/batches", **UPLOAD)).json()
    answer = await ask(door, "GET /v1/batches/{batch_id}", batch_id=batch["batch_id"])
    assert answer.json()["counts"]["queued"] == 1


@route("GET /v1/jobs/{request_id}/events")
async def _events(door: Door) -> None:
    answer = await ask(door, "GET /v1/jobs/{request_id}/events", request_id=await completed(door))
    assert "event: completed\n" in answer.text


@route("GET /v1/jobs/{request_id}/result")
async def _result(door: Door) -> None:
    request_id = await completed(door)
    assert (await ask(door, "GET /v1/jobs/{request_id}/result", request_id=request_id)).json()["text"] == "A-1"
    text = await ask(door, "GET /v1/jobs/{request_id}/result", request_id=request_id, headers={"accept": "text/plain"})
    assert text.headers["content-type"].startswith("text/plain")


@route("GET /v1/jobs/{request_id}/result.{form}")
async def _result_form(door: Door) -> None:
    request_id = await completed(door)
    for form, status in (("json", 200), ("md", 200), ("txt", 200), ("hocr", 200), ("pdf", 202), ("ics", 406)):
        answer = await ask(door, "GET /v1/jobs/{request_id}/result.{form}", request_id=request_id, form=form)
        assert answer.status_code == status
        assert status != 202 or int(answer.headers["retry-after"]) >= 1


@route("GET /v1/jobs/{request_id}/pages/{page}.png")
async def _page(door: Door) -> None:
    answer = await ask(door, "GET /v1/jobs/{request_id}/pages/{page}.png", request_id=await completed(door), page=1)
    assert answer.content.startswith(b"\x89PNG")


@route("GET /v1/jobs")
async def _list(door: Door) -> None:
    request_id = await completed(door)
    params = {"status": "completed", "document_type": "certificate", "created_after": "2020-01-01T00:00:00Z", "q": "scan", "limit": 1}
    answer = await ask(door, "GET /v1/jobs", params=params)
    assert [job["request_id"] for job in answer.json()["jobs"]] == [request_id]


@route("POST /v1/jobs/{request_id}/cancel")
async def _cancel(door: Door) -> None:
    ticket = await door.submit()
    answer = await ask(door, "POST /v1/jobs/{request_id}/cancel", request_id=ticket["request_id"])
    assert (answer.json()["status"], answer.json()["error"]["code"]) == ("cancelled", "cancelled_by_caller")


@route("DELETE /v1/jobs/{request_id}")
async def _delete(door: Door) -> None:
    request_id = await completed(door)
    assert (await ask(door, "DELETE /v1/jobs/{request_id}", request_id=request_id)).status_code == 204
    assert (await ask(door, "GET /v1/jobs/{request_id}", request_id=request_id)).status_code == 404


@route("PUT /v1/jobs/{request_id}/review")
async def _review(door: Door) -> None:
    request_id = await completed(door)
    answer = await ask(door, "PUT /v1/jobs/{request_id}/review", request_id=request_id, json={"fields": {"kind": "other"}})
    assert answer.status_code == 200
    assert (await ask(door, "GET /v1/jobs/{request_id}/review", request_id=request_id)).json()["validated"] is True


@route("POST /v1/jobs/{request_id}/replay")
async def _replay(door: Door) -> None:
    ticket = await door.submit()
    await door.fail(ticket["request_id"], "engine_failure", dead_lettered=True)
    answer = await ask(door, "POST /v1/jobs/{request_id}/replay", request_id=ticket["request_id"])
    assert (answer.status_code, answer.json()["status"], answer.json()["generation"]) == (202, "queued", 2)


@route("GET /problems/{code}")
async def _problem(door: Door) -> None:
    assert (await ask(door, "GET /problems/{code}", code="too_large")).json()["status"] == 413


@route("GET /v1/webhook-secret")
async def _secret(door: Door) -> None:
    assert (await ask(door, "GET /v1/webhook-secret")).json()["secret"].startswith("whsec_")


@route("POST /v1/webhook-secret")
async def _new_secret(door: Door) -> None:
    before = (await ask(door, "GET /v1/webhook-secret")).json()["secret"]
    assert (await ask(door, "POST /v1/webhook-secret")).json()["previous"] == [before]


async def _delivered(door: Door) -> str:
    ticket = await door.submit(webhook_url=HOOK)
    await door.complete(ticket["request_id"], RESULT)
    return str(ticket["request_id"])


@route("GET /v1/jobs/{request_id}/deliveries")
async def _deliveries(door: Door) -> None:
    answer = await ask(door, "GET /v1/jobs/{request_id}/deliveries", request_id=await _delivered(door))
    assert answer.json()["deliveries"][0]["type"] == "job.completed"


@route("POST /v1/deliveries/{delivery_id}/redeliver")
async def _redeliver(door: Door) -> None:
    [delivery] = await door.journal.deliveries(await _delivered(door))
    answer = await ask(door, "POST /v1/deliveries/{delivery_id}/redeliver", delivery_id=delivery.delivery_id)
    assert (answer.status_code, answer.json()["webhook_id"]) == (202, delivery.webhook_id)


def _open(name: str, part: str) -> None:
    async def case(door: Door) -> None:
        answer = await ask(door, name)
        assert answer.status_code == 200
        assert part in answer.text

    routes[name] = case


for _name, _part in (
    ("GET /health", '"queue_size"'),
    ("GET /livez", "alive"),
    ("GET /readyz", "ready"),
    ("GET /metrics", "doctray_"),
    ("GET /docs", "/v1/jobs"),
    ("GET /openapi.json", "openapi"),
    ("GET /", "<!doctype html>"),
    ("GET /v1/admin/keys", "keys"),
    ("GET /v1/admin/workers", "workers"),
    ("GET /v1/admin/dead-letters", "next_cursor"),
    ("GET /v1/admin/maintenance", "false"),
    ("GET /v1/admin/webhooks", "false"),
    ("GET /v1/admin/rollout", "null"),
):
    _open(_name, _part)


@route("POST /v1/admin/keys")
async def _make_key(door: Door) -> None:
    answer = await ask(door, "POST /v1/admin/keys", json={"name": "school"})
    assert (answer.status_code, answer.json()["scopes"]) == (201, ["read", "submit"])


@route("DELETE /v1/admin/keys/{key_id}")
async def _revoke_key(door: Door) -> None:
    admin = {"x-api-key": await door.make_key(Scope.ADMIN)}
    made = (await ask(door, "POST /v1/admin/keys", json={"name": "school"}, headers=admin)).json()
    assert (await ask(door, "DELETE /v1/admin/keys/{key_id}", key_id=made["key_id"], headers=admin)).status_code == 204
    assert (await ask(door, "GET /v1/jobs", headers={"x-api-key": made["key"]})).status_code == 401


@route("PUT /v1/admin/maintenance")
async def _maintenance(door: Door) -> None:
    ticket = await door.submit()
    answer = await ask(door, "PUT /v1/admin/maintenance", json={"on": True, "reason": "Back at noon."})
    assert answer.json() == {"on": True, "reason": "Back at noon."}
    refused = await ask(door, "POST /v1/jobs", **UPLOAD)
    assert (refused.status_code, refused.json()["code"], refused.json()["detail"]) == (503, "maintenance", "Back at noon.")
    assert int(refused.headers["retry-after"]) >= 1
    assert (await ask(door, "GET /status/{request_id}", request_id=ticket["request_id"])).status_code == 200
    await ask(door, "PUT /v1/admin/maintenance", json={"on": False})
    await door.submit(PDF + b"again")


@route("PUT /v1/admin/rollout")
async def _rollout(door: Door) -> None:
    plan = {"kind": "engine", "baseline": "easyocr", "candidate": "rapidocr", "percentage": 5, "reason": "It reads faster."}
    answer = await ask(door, "PUT /v1/admin/rollout", json=plan)
    assert (answer.status_code, answer.json()["plan"]["percentage"], answer.headers["etag"]) == (200, 5, '"1"')
    further = await ask(door, "PUT /v1/admin/rollout", json={**plan, "percentage": 15}, headers={"if-match": '"1"'})
    assert (further.json()["plan"]["percentage"], further.json()["plan"]["next_stage"]) == (15, 35)


@route("PUT /v1/admin/webhooks")
async def _webhooks(door: Door) -> None:
    answer = await ask(door, "PUT /v1/admin/webhooks", json={"held": True, "reason": "The receiver moves."})
    assert answer.json() == {"held": True, "reason": "The receiver moves."}
    assert (await ask(door, "PUT /v1/admin/webhooks", json={"held": False})).json() == {"held": False, "reason": None}


@route("POST /v1/admin/dead-letters/replay")
async def _replay_all(door: Door) -> None:
    ticket = await door.submit()
    await door.fail(ticket["request_id"], "engine_failure", dead_lettered=True)
    answer = await ask(door, "POST /v1/admin/dead-letters/replay", json={"all": True})
    assert (answer.status_code, answer.json()["replayed"]) == (202, [ticket["request_id"]])


@pytest.mark.parametrize("name", ROUTES)
async def test_route(door: Door, name: str) -> None:
    await routes[name](door)


def test_every_route_of_the_contract_has_its_test_and_is_described() -> None:
    known = {f"{verb.upper()} {path}" for path, verb, _ in operations(described())}
    assert set(ROUTES) - set(UNDESCRIBED) <= known
    assert set(ROUTES) == routes.keys()


# --- errors ---

errors: dict[str, Callable[[str, pytest.MonkeyPatch], Awaitable[None]]] = {}


def error(code: str, **env: str) -> Callable[[Case], Case]:
    """A case of the code on a door of its own, with these settings."""

    def register(case: Case) -> Case:
        async def run(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
            for name, value in env.items():
                monkeypatch.setenv(name, value)
            async with open_door(database) as door:
                await case(door)

        errors[code] = run
        return case

    return register


def refused(answer: httpx.Response, code: str, status: int | None = None) -> None:
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, body["code"], body["status"]) == (status or STATUS[code], code, answer.status_code)
    assert body["type"] == f"/problems/{code}"
    assert {"title", "detail", "retryable"} <= body.keys()
    if answer.status_code in (429, 503):
        assert int(answer.headers["retry-after"]) >= 1


def _on_submission(code: str, *, env: dict[str, str] | None = None, **request: Any) -> None:
    @error(code, **(env or {}))
    async def case(door: Door) -> None:
        refused(await ask(door, "POST /v1/jobs", **(request or UPLOAD)), code)


_on_submission("malformed_request", json={})
_on_submission("unauthenticated", env={"API_KEY": "a-key"})
_on_submission("too_large", env={"MAX_FILE_SIZE_MB": "0.001"})
_on_submission("unsupported_media_type", files={"file": ("a.pdf", b"text")})
_on_submission("empty_document", files={"file": ("a.pdf", b"")})
_on_submission("invalid_option", json={"url": URL, "priority": 10})
_on_submission("invalid_schema", json={"url": URL, "document_type": "custom", "schema": {"$ref": "https://example.org/s.json"}})
_on_submission("unsafe_url", json={"url": "http://127.0.0.1/a.pdf"})
_on_submission("path_outside_documents", json={"file_path": "../secret.pdf"})


@error("forbidden")
async def _forbidden(door: Door) -> None:
    refused(await ask(door, "POST /v1/jobs", headers={"x-api-key": await door.make_key(Scope.READ)}, **UPLOAD), "forbidden")


@error("not_found")
async def _not_found(door: Door) -> None:
    ticket = await door.submit()
    key = await door.make_key(Scope.READ, owner="another")
    foreign = await ask(door, "GET /v1/jobs/{request_id}", request_id=ticket["request_id"], headers={"x-api-key": key})
    refused(foreign, "not_found")


@error("expired")
async def _expired(door: Door) -> None:
    request_id = await completed(door)
    await door.blobs.delete_prefix(f"jobs/{request_id}/")
    refused(await ask(door, "GET /v1/jobs/{request_id}/result", request_id=request_id), "expired")


@error("not_acceptable")
async def _not_acceptable(door: Door) -> None:
    headers = {"accept": "image/png"}
    refused(await ask(door, "GET /v1/jobs/{request_id}/result", request_id=await completed(door), headers=headers), "not_acceptable")


@error("not_finished")
async def _not_finished(door: Door) -> None:
    request_id = (await door.submit())["request_id"]
    refused(await ask(door, "GET /v1/jobs/{request_id}/result", request_id=request_id), "not_finished")


@error("review_conflict")
async def _review_conflict(door: Door) -> None:
    request_id = await completed(door)
    await ask(door, "PUT /v1/jobs/{request_id}/review", request_id=request_id, json={"fields": {"kind": "other"}})
    refused(
        await ask(door, "PUT /v1/jobs/{request_id}/review", request_id=request_id, json={"fields": {"kind": "other"}}), "review_conflict"
    )


@error("rollout_conflict")
async def _rollout_conflict(door: Door) -> None:
    plan = {"kind": "engine", "baseline": "easyocr", "candidate": "rapidocr"}
    await ask(door, "PUT /v1/admin/rollout", json=plan)
    refused(await ask(door, "PUT /v1/admin/rollout", json=plan, headers={"if-match": '"0"'}), "rollout_conflict")


@error("idempotency_conflict")
async def _idempotency_conflict(door: Door) -> None:
    async with upload_under_way(door, "k"):
        refused(await ask(door, "POST /v1/jobs", headers={"idempotency-key": "k"}, **UPLOAD), "idempotency_conflict")


@error("idempotency_mismatch")
async def _idempotency_mismatch(door: Door) -> None:
    await ask(door, "POST /v1/jobs", headers={"idempotency-key": "k"}, **UPLOAD)
    other = {"files": {"file": ("b.pdf", PDF + b"other")}}
    refused(await ask(door, "POST /v1/jobs", headers={"idempotency-key": "k"}, **other), "idempotency_mismatch")


@error("rate_limited", API_RATE_LIMIT_PER_MINUTE="1")
async def _rate_limited(door: Door) -> None:
    await door.submit()
    refused(await ask(door, "POST /v1/jobs", **UPLOAD), "rate_limited")


@error("quota_exceeded")
async def _quota_exceeded(door: Door) -> None:
    key = {"x-api-key": await door.make_key(Scope.SUBMIT, daily_quota=1)}
    await door.submit(headers=key)
    refused(await ask(door, "POST /v1/jobs", headers=key, **UPLOAD), "quota_exceeded")


@error("queue_full", MAX_QUEUE_SIZE="1")
async def _queue_full(door: Door) -> None:
    await door.submit(PDF + b"1")
    refused(await ask(door, "POST /v1/jobs", **UPLOAD), "queue_full")


@error("maintenance")
async def _paused(door: Door) -> None:
    await ask(door, "PUT /v1/admin/maintenance", json={"on": True})
    refused(await ask(door, "POST /v1/jobs", **UPLOAD), "maintenance")


@error("wait_exceeded", WAIT_MAX_SECONDS="0.05")
async def _wait_exceeded(door: Door) -> None:
    answer = await ask(door, "POST /process", **UPLOAD)
    refused(answer, "wait_exceeded")
    assert await door.journal.get(answer.json()["request_id"]) is not None


async def _storage_full(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIN_FREE_DISK_MB", "1")
    async with open_door(database, blobs=MemoryBlobs(capacity_bytes=1024 * 1024 + 2000)) as door:
        refused(await ask(door, "POST /v1/jobs", **UPLOAD), "storage_full")


async def _unreachable(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_door(database) as door:

        async def away(*_arguments: object, **_named: object) -> None:
            raise TemporarilyUnavailable

        monkeypatch.setattr(type(door.journal), "ping", away)
        refused(await ask(door, "GET /readyz"), "temporarily_unavailable")


errors |= {"storage_full": _storage_full, "temporarily_unavailable": _unreachable}

JOB_ERRORS = [
    "unsupported_media_type",
    "too_large",
    "unsafe_url",
    "corrupt_document",
    "encrypted_document",
    "too_many_pages",
    "page_too_large",
    "empty_document",
    "engine_failure",
    "engine_out_of_memory",
    "timeout",
    "worker_lost",
    "extraction_failed",
    "download_failed",
    "deadline_exceeded",
    "cancelled_by_caller",
]


@pytest.mark.parametrize("code", sorted(errors))
async def test_error(database: str, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    await errors[code](database, monkeypatch)


@pytest.mark.parametrize("code", JOB_ERRORS)
async def test_error_of_a_job(door: Door, code: str) -> None:
    request_id = (await door.submit())["request_id"]
    await door.fail(request_id, code)
    told = (await ask(door, "GET /v1/jobs/{request_id}", request_id=request_id)).json()
    assert (told["status"], told["error"]["code"]) == ("failed", code)
    refused(await ask(door, "GET /v1/jobs/{request_id}/result", request_id=request_id), code, status=409)


def test_the_list_of_codes_is_closed() -> None:
    assert errors.keys() | set(JOB_ERRORS) == STATUS.keys()


# --- headers ---


@asynccontextmanager
async def keyed(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    monkeypatch.setenv("API_KEY", "a-key")
    monkeypatch.setenv("CORS_ORIGINS", "https://page.example")
    async with open_door(database) as door:
        yield door


@pytest.mark.parametrize("name", ["x-api-key", "Authorization", "x-read-token", "?token="])
async def test_header_that_tells_who_is_calling(database: str, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    async with keyed(database, monkeypatch) as door:
        ticket = await door.submit(headers={"x-api-key": "a-key"})
        token = ticket["read_token"]
        given: dict[str, dict[str, Any]] = {
            "x-api-key": {"headers": {"x-api-key": "a-key"}},
            "Authorization": {"headers": {"authorization": "Bearer a-key"}},
            "x-read-token": {"headers": {"x-read-token": token}},
            "?token=": {"params": {"token": token}},
        }
        answer = await ask(door, "GET /v1/jobs/{request_id}", request_id=ticket["request_id"], **given[name])
        assert answer.status_code == 200
        assert (await ask(door, "GET /v1/jobs/{request_id}", request_id=ticket["request_id"])).status_code == 401


async def test_header_idempotency_key(door: Door) -> None:
    first, again = [await ask(door, "POST /v1/jobs", headers={"idempotency-key": "k"}, **UPLOAD) for _ in range(2)]
    assert first.json()["request_id"] == again.json()["request_id"]
    assert again.headers["idempotency-replayed"] == "true"


async def test_header_prefer(door: Door) -> None:
    answer = await ask(door, "POST /v1/jobs", headers={"prefer": "wait=0.01"}, **UPLOAD)
    assert (answer.status_code, answer.headers["preference-applied"]) == (202, "wait=0.01")


async def test_header_rate_limit(door: Door) -> None:
    for name, operation in (("submit", "POST /v1/jobs"), ("read", "GET /v1/jobs")):
        answer = await ask(door, operation, **(UPLOAD if name == "submit" else {}))
        assert re.fullmatch(rf'"{name}";q=\d+;w=60', answer.headers["ratelimit-policy"])
        assert re.fullmatch(rf'"{name}";r=\d+;t=\d+', answer.headers["ratelimit"])


async def test_headers_that_a_page_of_a_named_origin_may_read(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with keyed(database, monkeypatch) as door:
        ticket = await door.submit(headers={"x-api-key": "a-key"})
        headers = {"x-read-token": ticket["read_token"], "origin": "https://page.example"}
        answer = await ask(door, "GET /v1/jobs/{request_id}", request_id=ticket["request_id"], headers=headers)
        assert answer.headers["access-control-allow-origin"] == "https://page.example"
        exposed = {name.strip() for name in answer.headers["access-control-expose-headers"].split(",")}
        assert {"ETag", "Retry-After", "Location", "RateLimit"} <= exposed


# --- the description itself ---


def test_every_example_is_true_to_its_shape() -> None:
    document = described()
    faults: list[str] = []

    def check(where: str, schema: dict[str, Any], example: Any) -> None:
        validator = Draft202012Validator({**schema, "components": document["components"]}, format_checker=FormatChecker())
        faults.extend(f"{where}: {fault.message}" for fault in validator.iter_errors(example))

    for path, verb, operation in operations(document):
        for holder in (operation.get("requestBody", {}), *operation["responses"].values()):
            for media_type, content in holder.get("content", {}).items():
                examples = [content["example"]] if "example" in content else []
                examples += [each["value"] for each in content.get("examples", {}).values() if "value" in each]
                for example in examples:
                    check(f"{verb} {path} {media_type}", content["schema"], example)
    for kind, hook in document["webhooks"].items():
        content = hook["post"]["requestBody"]["content"]["application/json"]
        assert content["example"] == event(kind)
        check(kind, content["schema"], content["example"])
    for code, example in document["components"]["examples"].items():
        check(code, {"$ref": "#/components/schemas/Problem"}, example["value"])
    assert faults == []


def test_every_json_body_has_an_example_and_every_route_its_refusals() -> None:
    document = described()
    bare = [
        f"{verb} {path}"
        for path, verb, operation in operations(document)
        for holder in (operation.get("requestBody", {}), *operation["responses"].values())
        for media_type, content in holder.get("content", {}).items()
        if media_type.endswith("json") and not content.keys() & {"example", "examples"}
    ]
    assert bare == []
    for path, verb, operation in operations(document):
        if scope_of(path, verb) is not None:
            assert {"401", "403", "405", "429", "503"} <= operation["responses"].keys(), f"{verb} {path}"


@pytest.mark.parametrize("held", [Scope.SUBMIT, Scope.READ, Scope.ADMIN, None])
async def test_security_is_as_described(database: str, monkeypatch: pytest.MonkeyPatch, held: Scope | None) -> None:
    async with keyed(database, monkeypatch) as door:
        headers = {} if held is None else {"x-api-key": await door.make_key(held)}
        for path, verb, _ in operations(described()):
            if path == "/console/session":
                continue
            answer = await door.client.request(
                verb.upper(), re.sub(r"{\w+}", "1", path), headers=headers, **UPLOAD if verb == "post" else {}
            )
            scope = scope_of(path, verb)
            expected = 401 if held is None else 403
            assert (answer.status_code == expected) == (scope is not None and scope != held), f"{verb} {path}: {answer.status_code}"


def test_content_of_the_example_is_a_picture() -> None:
    assert base64.b64decode(TINY_PNG).startswith(b"\x89PNG\r\n")
