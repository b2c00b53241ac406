"""Which refusals a route may answer with, for its place in the OpenAPI document: by code, grouped by status."""

from collections import defaultdict
from http import HTTPStatus
from typing import Any

from doctray.api.errors import METHOD_NOT_ALLOWED, RESULT_CONFLICT, RETRY_AFTER_S, STATUS, explain

CALLER = ("unauthenticated", "forbidden", "rate_limited", "temporarily_unavailable")
"""Of every route that asks who is calling."""

JOB = ("not_found", "expired")
"""Of every route about one job: another owner's is not found, a deleted one is expired, and so is one whose bytes are gone."""

JSON_BODY = ("malformed_request", "invalid_option")
"""Of every route that takes a small JSON body."""

SUBMISSION = (
    *CALLER,
    *JSON_BODY,
    "expired",
    "idempotency_conflict",
    "too_large",
    "unsupported_media_type",
    "invalid_schema",
    "idempotency_mismatch",
    "unsafe_url",
    "path_outside_documents",
    "empty_document",
    "quota_exceeded",
    "queue_full",
    "storage_full",
    "maintenance",
)
"""Of every route that takes a document."""

JOB_ERRORS = (
    "corrupt_document",
    "encrypted_document",
    "too_many_pages",
    "page_too_large",
    "engine_failure",
    "engine_out_of_memory",
    "extraction_failed",
    "download_failed",
    "timeout",
    "worker_lost",
    "deadline_exceeded",
    "cancelled_by_caller",
)
"""What a job itself may fail with: answered by the one route that waits for the result."""

_UNCHANGED: dict[int | str, dict[str, Any]] = {HTTPStatus.NOT_MODIFIED: {"description": "The caller's If-None-Match names this state."}}

EXAMPLE_ID = "01m81gejzqq9vk9r28ym9h9p68"


def problems(*codes: str) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that refuses with these codes, one entry a status, with an example of each code."""
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in dict.fromkeys(codes):
        by_status[STATUS[code]].append(code)
    return {status: _response(found) for status, found in sorted(by_status.items())}


def conflict(*codes: str, status: int) -> dict[int | str, dict[str, Any]]:
    """The same for codes that a route answers under another status than their own."""
    return {status: _response(list(dict.fromkeys(codes)), status=status)}


def method_not_allowed(*methods: str) -> dict[str, Any]:
    """The answer to any other method on a path, which names those that there are."""
    response = _response(["malformed_request"], status=METHOD_NOT_ALLOWED)
    response["headers"] = {"Allow": {"required": True, "schema": {"type": "string"}, "example": ", ".join(methods)}}
    return response


def example_of(code: str, *, status: int | None = None) -> dict[str, Any]:
    """What a refusal with this code looks like."""
    explained = explain(code)
    shown = {"type": explained["type"], "title": explained["title"], "status": status or explained["status"], "detail": explained["why"]}
    return {**shown, "code": code, "retryable": explained["retryable"]}


def _response(codes: list[str], *, status: int | None = None) -> dict[str, Any]:
    examples: dict[str, Any] = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
    if status is not None:
        examples = {code: {"value": example_of(code, status=status)} for code in codes}
    response: dict[str, Any] = {
        "description": f"Refused (RFC 9457): {', '.join(codes)}. Each is explained at /problems/{{code}}.",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}},
    }
    if any(code in RETRY_AFTER_S for code in codes):
        response["headers"] = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
    return response


FOLLOWED = {**_UNCHANGED, **problems(*CALLER, *JOB, "invalid_option")}
"""Of every route that tells a job's status."""

FETCHED = {
    **_UNCHANGED,
    **problems(*CALLER, *JOB, "invalid_option", "not_acceptable", *JOB_ERRORS),
    **conflict("not_finished", *JOB_ERRORS, status=RESULT_CONFLICT),
}
"""Of every route that gives a result: 409 names why there is none."""
