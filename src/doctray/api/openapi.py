"""/openapi.json: what FastAPI knows of the routes, and what it cannot know: security, headers, links, examples, webhooks."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from doctray.api.deps import READ_TOKEN_HEADER
from doctray.api.errors import STATUS
from doctray.api.openapi_examples import EXAMPLES, event
from doctray.api.openapi_problems import example_of, method_not_allowed, problems
from doctray.api.schemas import BatchEvent, JobEvent, Problem
from doctray.api.sessions import COOKIE, CSRF_HEADER

Shape = dict[str, Any]

OPEN = frozenset(("/livez", "/readyz", "/health", "/metrics", "/problems/{code}", "/console/session"))
"""Paths that ask for no key."""

BY_READ_TOKEN = frozenset(
    (
        "/status/{request_id}",
        "/v1/jobs/{request_id}",
        "/v1/jobs/{request_id}/events",
        "/v1/jobs/{request_id}/result",
        "/v1/jobs/{request_id}/result.{form}",
        "/v1/jobs/{request_id}/pages/{page}.png",
        "/api/jobs/{request_id}",
        "/api/scrape/{request_id}",
    )
)
"""GET on these is open to the job's read token too."""

METHODS = ("get", "post", "put", "delete")

SECURITY_SCHEMES: Mapping[str, Shape] = {
    "key": {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "scopes: submit, read, admin"},
    "bearer": {"type": "http", "scheme": "bearer", "description": "the same key"},
    "readToken": {"type": "apiKey", "in": "header", "name": READ_TOKEN_HEADER, "description": "of the ticket; opens that one job"},
    "readTokenInAddress": {"type": "apiKey", "in": "query", "name": "token", "description": "the same, for links"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": f"of the console; changes carry its token in {CSRF_HEADER} as well",
    },
}

HEADERS: Mapping[str, Shape] = {
    "Location": {"description": "where the job or batch is followed", "schema": {"type": "string"}},
    "RetryAfter": {"description": "seconds to wait before asking again", "schema": {"type": "integer", "minimum": 0}},
    "ETag": {"description": "for If-None-Match, and If-Match of a review", "schema": {"type": "string"}},
    "RateLimit": {"description": "requests left and seconds until there is room again", "schema": {"type": "string"}},
    "RateLimitPolicy": {"description": "requests a window and its seconds", "schema": {"type": "string"}},
    "IdempotencyReplayed": {"description": "true: the answer is about the first job under this key", "schema": {"type": "string"}},
    "PreferenceApplied": {"description": "wait=N, as it was capped", "schema": {"type": "string"}},
    "RequestId": {"description": "of this request, as the log has it; of a submission also the job's", "schema": {"type": "string"}},
}

_EVENTS = {
    "job.completed": "The job has its result; a body above 64 KiB has result_url in its place.",
    "job.failed": "The job has failed for good; error says why.",
    "job.cancelled": "The job was cancelled, by its owner or its deadline.",
    "job.reviewed": "A person said what the fields are.",
    "batch.completed": "The last job of a batch has ended.",
}

_JOB_LINKS = {
    "status": "job_status",
    "result": "job_result",
    "events": "job_events",
    "cancel": "cancel_job",
    "delete": "delete_job",
    "deliveries": "job_deliveries",
}


def openapi_document(app: FastAPI) -> Shape:
    """The document of the app's routes, whole."""
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    components: Shape = document["components"]
    for model in (Problem, JobEvent, BatchEvent):
        _add(components["schemas"], model.model_json_schema(ref_template="#/components/schemas/{model}"), model.__name__)
    # Refusals of the framework are problems too; its own shapes for them would be wrong.
    for name in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(name, None)
    components["securitySchemes"] = dict(SECURITY_SCHEMES)
    components["headers"] = dict(HEADERS)
    components["examples"] = {code: {"value": example_of(code)} for code in STATUS}
    for path, verb, operation in operations(document):
        _answers(operation)
        _examples(operation)
        operation["security"] = security_of(path, verb)
        # An address that cannot be read is refused before any route is found.
        operation["responses"].setdefault("400", problems("malformed_request")[HTTPStatus.BAD_REQUEST])
        operation["responses"]["405"] = method_not_allowed(*(method.upper() for method in METHODS if method in document["paths"][path]))
    _links(document)
    document["webhooks"] = {kind: _webhook(kind, meaning) for kind, meaning in _EVENTS.items()}
    return document


def operations(document: Shape) -> Iterator[tuple[str, str, Shape]]:
    """(path, method, operation) of each."""
    for path, verbs in document["paths"].items():
        for verb in METHODS:
            if verb in verbs:
                yield path, verb, verbs[verb]


def scope_of(path: str, verb: str) -> str | None:
    """The scope that a key needs there; None: no key."""
    if path in OPEN:
        return None
    if path.startswith("/v1/admin/"):
        return "admin"
    return "read" if verb == "get" and path != "/v1/webhook-secret" else "submit"


def security_of(path: str, verb: str) -> list[Shape]:
    scope = scope_of(path, verb)
    if scope is None:
        return []
    by_key: list[Shape] = [{name: [scope]} for name in ("key", "bearer", "session")]
    return [*by_key, {"readToken": []}, {"readTokenInAddress": []}] if path in BY_READ_TOKEN and verb == "get" else by_key


def _add(shapes: Shape, schema: Shape, name: str) -> None:
    shapes.update(schema.pop("$defs", {}))
    shapes[name] = schema


def _answers(operation: Shape) -> None:
    """The framework's 422 goes; headers come that every answer, or every one of its kind, may carry."""
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    limited = "429" in responses
    for status, response in responses.items():
        headers = response.setdefault("headers", {})
        headers["X-Request-ID"] = _header("RequestId")
        if limited:
            headers |= {"RateLimit": _header("RateLimit"), "RateLimit-Policy": _header("RateLimitPolicy")}
        if status in ("200", "202") and "Idempotency-Key" in (parameter["name"] for parameter in operation.get("parameters", ())):
            headers |= {
                "Location": _header("Location"),
                "Retry-After": _header("RetryAfter"),
                "Idempotency-Replayed": _header("IdempotencyReplayed"),
                "Preference-Applied": _header("PreferenceApplied"),
            }


def _examples(operation: Shape) -> None:
    for holder in (operation.get("requestBody", {}), *operation["responses"].values()):
        for content in holder.get("content", {}).values():
            if content.keys() & {"example", "examples"}:
                continue
            known = [name for name in _shapes(content) if name in EXAMPLES]
            if known:
                content["example"] = EXAMPLES[known[0]]


def _shapes(content: Shape) -> dict[str, None]:
    """Names of the shapes that a body may have, in their order."""
    schema = content.get("schema", {})
    choices = schema.get("anyOf", [schema])
    return dict.fromkeys(choice.get("$ref", "").rpartition("/")[2] or choice.get("title", "") for choice in choices)


def _links(document: Shape) -> None:
    """From a submission to the job's status, result and pages; from lists to what they name."""
    named = {operation["operationId"]: operation for _, _, operation in operations(document)}
    by_id = "$response.body#/request_id"
    for operation in named.values():
        for status in ("200", "202"):
            response = operation["responses"].get(status)
            if response is None:
                continue
            shapes = _shapes(response.get("content", {}).get("application/json", {}))
            if shapes.keys() & {"Ticket", "EarlierTicket", "DocumentTicket", "PipelineTicket"}:
                response["links"] = {link: _link(target, request_id=by_id) for link, target in _JOB_LINKS.items()}
            elif "JobView" in shapes:
                response["links"] = {"status": _link("job_status", request_id=by_id)}
    named["job_status"]["responses"]["200"]["links"] = {
        "result": _link("job_result", request_id=by_id),
        "page": _link("job_page", request_id=by_id, page="$response.body#/result/pages/0/page"),
        "reviews": _link("job_reviews", request_id=by_id),
    }
    named["run_pipeline"]["responses"]["200"]["links"]["job"] = _link("pipeline_job", request_id="$response.body#/job_id")
    named["submit_batch"]["responses"]["202"]["links"] = {
        "batch": _link("show_batch", batch_id="$response.body#/batch_id"),
        "first": _link("job_status", request_id="$response.body#/documents/0/request_id"),
    }
    named["list_jobs"]["responses"]["200"]["links"] = {"newest": _link("job_status", request_id="$response.body#/jobs/0/request_id")}
    named["job_deliveries"]["responses"]["200"]["links"] = {
        "redeliver": _link("redeliver", delivery_id="$response.body#/deliveries/0/delivery_id"),
    }
    named["create_key"]["responses"]["201"]["links"] = {
        "rotate": _link("rotate_key", key_id="$response.body#/key_id"),
        "revoke": _link("revoke_key", key_id="$response.body#/key_id"),
        "rollout": _link("opt_in", key_id="$response.body#/key_id"),
    }


def _link(operation_id: str, **parameters: str) -> Shape:
    return {"operationId": operation_id, "parameters": parameters}


def _webhook(kind: str, meaning: str) -> Shape:
    shape = "BatchEvent" if kind.startswith("batch.") else "JobEvent"
    headers = (
        ("webhook-id", "the same for every try: drop what you have seen"),
        ("webhook-timestamp", "Unix seconds of this try"),
        ("webhook-signature", "v1,<base64 HMAC-SHA256(id.timestamp.body)>; two of them, parted by a space, while a secret rotates"),
    )
    return {
        "post": {
            "operationId": kind.replace(".", "_"),
            "summary": meaning,
            "description": "Standard Webhooks. Answer 2xx within 15 s; 410 stops what is posted to this address; see docs/webhooks.md.",
            "parameters": [
                {"name": name, "in": "header", "required": True, "schema": {"type": "string"}, "description": described}
                for name, described in headers
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{shape}"}, "example": event(kind)}},
            },
            "responses": {"2XX": {"description": "delivered"}, "410": {"description": "nothing more is posted to this address"}},
        }
    }


def _header(name: str) -> Shape:
    return {"$ref": f"#/components/headers/{name}"}
