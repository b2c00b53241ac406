"""The HTTP border of the error tree: the only place that knows which status a refusal has.

Every refusal is an RFC 9457 problem, those of the framework and unexpected errors too.
"""

import json
import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from doctray.api.refusal_log import RefusalLog
from doctray.domain.errors import (
    DoctrayError,
    InvalidOption,
    MalformedRequest,
    NotFound,
    TemporarilyUnavailable,
    blame,
    catalogue,
)
from doctray.domain.job import Job, JobError
from doctray.telemetry import metrics

STATUS: Mapping[str, int] = {
    "malformed_request": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "not_acceptable": 406,
    "not_finished": 409,
    "idempotency_conflict": 409,
    "cancelled_by_caller": 409,
    "deadline_exceeded": 409,
    "expired": 410,
    "review_conflict": 409,
    "rollout_conflict": 409,
    "too_large": 413,
    "unsupported_media_type": 415,
    "invalid_option": 422,
    "invalid_schema": 422,
    "idempotency_mismatch": 422,
    "unsafe_url": 422,
    "path_outside_documents": 422,
    "empty_document": 422,
    "corrupt_document": 422,
    "encrypted_document": 422,
    "too_many_pages": 422,
    "page_too_large": 422,
    "rate_limited": 429,
    "quota_exceeded": 429,
    "engine_failure": 500,
    "engine_out_of_memory": 500,
    "extraction_failed": 500,
    "download_failed": 502,
    "queue_full": 503,
    "storage_full": 503,
    "maintenance": 503,
    "temporarily_unavailable": 503,
    "worker_lost": 503,
    "wait_exceeded": 504,
    "timeout": 504,
}
"""code → status. Those of a job's own errors are seen only where a caller waits for the result itself (`POST /process`)."""

RESULT_CONFLICT = 409
"""Status under which /result names why a job has no result, with the job's own code."""

METHOD_NOT_ALLOWED = 405
UNEXPECTED = 500
"""With code temporarily_unavailable: the list of codes is closed, what a caller should do is the same (try again later),
and the status tells the two apart: 503 means that nothing was reached, 500 that doctray has a fault which its log explains."""

RETRY_AFTER_S: Mapping[str, float] = {
    "not_finished": 2,
    "idempotency_conflict": 1,
    "rate_limited": 60,
    "queue_full": 30,
    "storage_full": 60,
    "maintenance": 60,
    "temporarily_unavailable": 5,
    "wait_exceeded": 2,
}
"""Seconds to wait where the error itself does not know better."""

_UNEXPECTED_DETAIL = "Something went wrong on our side. The operator finds it in the log under the request_id of this answer."


class JobRefusal(Exception):
    """A refusal about one job: names it, and may be answered under another status than the code's own."""

    def __init__(self, error: DoctrayError, request_id: str, *, status: int | None = None) -> None:
        super().__init__(error.detail)
        self.error = error
        self.request_id = request_id
        self.status = status


def error_of(job: Job) -> DoctrayError:
    """Why a job failed or was cancelled, as the class of its code, so that it can be answered as a problem."""
    error = job.error or JobError(code="cancelled_by_caller", detail="")
    return catalogue()[error.code](error.detail or None)


def status_of(error: DoctrayError | type[DoctrayError]) -> int:
    return STATUS[error.code]


def problem(error: DoctrayError, *, request_id: str | None = None, status: int | None = None) -> Response:
    """The answer for an error. request_id: the job it is about."""
    shown = status or status_of(error)
    headers = {}
    wait_s = error.retry_after_s if error.retry_after_s is not None else RETRY_AFTER_S.get(error.code)
    if wait_s is not None:
        headers["Retry-After"] = str(max(1, math.ceil(wait_s)))
    if error.code == "unauthenticated":
        headers["WWW-Authenticate"] = "Bearer"
    metrics.REFUSALS.labels(error.code).inc()
    return _answer(problem_body(error, status=shown, request_id=request_id), status=shown, headers=headers)


def problem_body(error: DoctrayError, *, status: int | None = None, request_id: str | None = None) -> dict[str, Any]:
    """The members of a problem, in the order in which they are sent. status: where it is not the code's own. request_id: the job's."""
    body: dict[str, Any] = {
        "type": f"/problems/{error.code}",
        "title": error.title,
        "status": status or status_of(error),
        "detail": error.detail,
        "code": error.code,
    }
    if request_id is not None:
        body["request_id"] = request_id
    body["retryable"] = error.retryable
    if error.errors:
        body["errors"] = list(error.errors)
    return body


def unexpected(request_id: str) -> Response:
    """The fixed sentence for an error that nobody foresaw. request_id: of this HTTP request, as the log has it."""
    metrics.REFUSALS.labels(TemporarilyUnavailable.code).inc()
    body = problem_body(TemporarilyUnavailable(_UNEXPECTED_DETAIL), status=UNEXPECTED, request_id=request_id)
    return _answer(body, status=UNEXPECTED, headers={})


def explain(code: str) -> dict[str, Any]:
    """What GET /problems/{code} says. Raises NotFound for a word that is no code."""
    cls = catalogue().get(code)
    if cls is None:
        raise NotFound("There is no such problem code.")
    return {
        "type": f"/problems/{code}",
        "code": code,
        "title": cls.title,
        "status": STATUS[code],
        "why": cls.why,
        "remedy": cls.remedy,
        "retryable": cls.retryable,
        "fault": blame(cls),
    }


def install(app: FastAPI) -> None:
    """Answer every foreseen error of the app as a problem; unforeseen ones are `doctray.api.envelope`'s."""
    app.add_exception_handler(DoctrayError, partial(_on_error, RefusalLog()))
    app.add_exception_handler(JobRefusal, _on_job_refusal)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_validation_error)


async def _on_error(refusals: RefusalLog, _request: Request, error: Exception) -> Response:
    assert isinstance(error, DoctrayError)
    if status_of(error) >= UNEXPECTED:
        refusals.note(error)
    return problem(error)


async def _on_job_refusal(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, JobRefusal)
    return problem(refusal.error, request_id=refusal.request_id, status=refusal.status)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == METHOD_NOT_ALLOWED:
        allowed = ", ".join(sorted(_methods_of(request)))
        answer = problem(MalformedRequest(f"This route takes {allowed}."), status=METHOD_NOT_ALLOWED)
        answer.headers["Allow"] = allowed
        return answer
    if error.status_code == STATUS[NotFound.code]:
        return problem(NotFound("There is no such route; /docs lists them."))
    return problem(MalformedRequest(), status=error.status_code)


def _methods_of(request: Request) -> set[str]:
    """All methods of the path; the framework's own answer names those of the first route that it met.

    A path that is spelt out counts before one with a parameter in its place.
    """
    exact: set[str] = set()
    found: set[str] = set()
    for mounted in request.app.routes:
        router = getattr(mounted, "original_router", None)
        for route in router.routes if router is not None else (mounted,):
            if route.matches(request.scope)[0] is not Match.NONE:
                methods = getattr(route, "methods", None) or set()
                found |= methods
                exact |= methods if getattr(route, "path", "") == request.url.path else set()
    return exact or found


async def _on_validation_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem(invalid_options(error.errors()))


def invalid_options(findings: Sequence[Mapping[str, Any]]) -> InvalidOption:
    """Pydantic's findings as one InvalidOption; the values themselves are not repeated."""
    errors = [
        {"name": ".".join(str(part) for part in finding["loc"] if part not in ("query", "path", "body")), "detail": str(finding["msg"])}
        for finding in findings
    ]
    names = ", ".join(sorted({item["name"] for item in errors if item["name"]}))
    return InvalidOption(f"Not valid: {names}." if names else None, errors=errors)


def _answer(body: Mapping[str, Any], *, status: int, headers: Mapping[str, str]) -> Response:
    return Response(json.dumps(body), status_code=status, media_type="application/problem+json", headers=dict(headers))
