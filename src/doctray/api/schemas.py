"""The answers' shapes for /openapi.json, and the bodies that are given by hand because the routes read them as streams."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from doctray.api.dialects import PIPELINE, PLAIN, Dialect
from doctray.domain.job import DocumentType, JobStatus
from doctray.domain.keys import Scope
from doctray.domain.moments import iso_time
from doctray.ports import WorkerInfo


class Problem(BaseModel):
    """RFC 9457. `code` is one of the closed list that /problems/{code} explains."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str | None = None
    retryable: bool
    errors: list[dict[str, str]] | None = None


class Ticket(BaseModel):
    request_id: str
    status: JobStatus
    document_type: str
    cached: bool
    status_url: str
    result_url: str
    read_token: str = Field(description="opens this job's status, result and pages: header x-read-token or ?token=")
    created_at: AwareDatetime
    queue_position: int | None
    estimated_seconds: int | None


class DocumentTicket(Ticket):
    documentId: str = Field(description="the same as request_id")  # noqa: N815 - the timetable platform's name
    success: Literal[True]


class PipelineTicket(BaseModel):
    """The lightweight API's answer; whatever else a ticket holds stands beside it."""

    model_config = ConfigDict(extra="allow")

    job_id: str
    request_id: str
    status: Literal["queued", "running", "completed", "failed"]
    read_token: str


class ProgressView(BaseModel):
    stage: str
    pages_done: int
    pages_total: int | None
    percent: int


class JobView(BaseModel):
    """`result` is present when completed, `error` (a problem) when failed or cancelled."""

    model_config = ConfigDict(extra="allow")

    request_id: str
    status: JobStatus
    document_type: str
    cached: bool
    progress: ProgressView | None
    attempt: int
    queue_position: int | None
    estimated_seconds: int | None
    metadata: dict[str, Any]
    created_at: AwareDatetime
    started_at: AwareDatetime | None
    finished_at: AwareDatetime | None
    expires_at: AwareDatetime | None
    result: dict[str, Any] | None
    error: dict[str, Any] | None


class PipelineJob(BaseModel):
    """A job in the lightweight API's words; all else as in a job's status."""

    model_config = ConfigDict(extra="allow")

    job_id: str
    request_id: str
    status: Literal["queued", "running", "completed", "failed"]
    result: dict[str, Any] | None
    error: dict[str, Any] | None


class BatchTicket(BaseModel):
    batch_id: str
    batch_url: str
    total: int = Field(description="documents that were accepted")
    documents: list[dict[str, Any]] = Field(description="in their order: a ticket with file_name, or file_name and error (a problem)")


class BatchDocument(BaseModel):
    request_id: str
    file_name: str
    status: JobStatus
    status_url: str
    result_url: str
    error: dict[str, Any] | None


class BatchStatus(BaseModel):
    batch_id: str
    status: Literal["open", "completed"]
    total: int
    counts: dict[JobStatus, int]
    metadata: dict[str, Any]
    created_at: AwareDatetime
    finished_at: AwareDatetime | None
    documents: list[BatchDocument]


class JobList(BaseModel):
    jobs: list[JobView]
    next_cursor: str | None = Field(description="give it as cursor for the next page; null on the last one")


class AttemptView(BaseModel):
    generation: int
    number: int
    worker_id: str
    started_at: AwareDatetime
    ended_at: AwareDatetime | None
    ended: str | None = Field(description="completed, failed, cancelled, retried, lease_lost or handed_back; null while it runs")
    error_code: str | None
    engine: str | None


class DeadLetter(BaseModel):
    job: JobView
    tries_used: int = Field(description="failures charged to the job")
    leases_lost: int = Field(description="workers lost under it; not charged")
    attempts: list[AttemptView] = Field(description="oldest first, of all generations")


class Replay(BaseModel):
    """What an administrator asks for: some dead letters, or all."""

    model_config = ConfigDict(extra="forbid", strict=True)

    request_ids: list[str] | None = Field(None, min_length=1, max_length=1000)
    all: Literal[True] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "Replay":
        if (self.request_ids is None) == (self.all is None):
            raise ValueError("give either request_ids or all")
        return self


class Replayed(BaseModel):
    replayed: list[str] = Field(description="queued again, in a new generation with fresh tries")
    not_found: list[str] = Field(description="of those asked for, the ones that are no dead letters")


class DeliveryTryView(BaseModel):
    number: int
    at: AwareDatetime
    status_code: int | None
    error: str | None
    seconds: float


class DeliveryView(BaseModel):
    delivery_id: str
    request_id: str
    webhook_id: str
    type: str
    url: str
    status: str
    created_at: AwareDatetime
    next_at: AwareDatetime | None
    tries: list[DeliveryTryView]


class DeliveryList(BaseModel):
    deliveries: list[DeliveryView]


class NewReview(BaseModel):
    """What a person says the fields are."""

    model_config = ConfigDict(extra="forbid", strict=True)

    fields: dict[str, Any] = Field(description="all fields as they are right, by the schema of the document's type")
    reviewed_by: str | None = Field(None, min_length=1, max_length=200, description="the person; without it the key's owner")
    note: str | None = Field(None, max_length=2000)


class ReviewView(BaseModel):
    number: int = Field(description="from 1; the last one counts")
    reviewed_at: AwareDatetime
    reviewed_by: str
    key_id: str | None = Field(description="the key it was sent with")
    note: str | None
    fields: dict[str, Any]


class ReviewList(BaseModel):
    request_id: str
    validated: bool
    reviews: list[ReviewView]


class WebhookSecrets(BaseModel):
    secret: str = Field(description="the newest; verify with it")
    previous: list[str] = Field(description="older ones that still sign beside it while they overlap")
    fixed: bool = Field(description="set by WEBHOOK_SECRET, so it is rotated there")


class NewKey(BaseModel):
    """What an administrator asks for."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(min_length=1, max_length=100)
    owner: str = Field("default", pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")
    scopes: list[Literal["submit", "read", "admin"]] = Field(default=["submit", "read"], min_length=1)
    expires_in_days: float | None = Field(None, gt=0, le=3650)
    rate_per_minute: int | None = Field(None, ge=1, le=100_000)
    daily_quota: int | None = Field(None, ge=1)


class SignIn(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    key: str = Field(min_length=1, max_length=512)


class SessionView(BaseModel):
    signed_in: bool
    owner: str | None
    scopes: list[str]
    csrf: str | None = Field(description="goes into x-csrf-token of every request that changes something")


class KeyView(BaseModel):
    key_id: str
    owner: str
    name: str
    prefix: str
    scopes: list[Scope]
    created_at: AwareDatetime
    expires_at: AwareDatetime | None
    revoked_at: AwareDatetime | None
    last_used_at: AwareDatetime | None
    age_days: int
    old: bool = Field(description="older than 90 days: rotate it")
    rate_per_minute: int | None
    daily_quota: int | None


class RotateKey(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    overlap_hours: float = Field(24, ge=0, le=24 * 90, description="how long the old key works on beside the new one")


class CreatedKey(KeyView):
    key: str = Field(description="shown this once")


class KeyList(BaseModel):
    keys: list[KeyView]


class WorkerView(BaseModel):
    worker_id: str
    host: str
    pid: int
    device: str
    slots: int
    running: int
    engine: str = Field(description="what reads there and on what backend; empty while it is loading")
    fingerprint: str
    started_at: AwareDatetime
    lease_until: AwareDatetime | None


class WorkerList(BaseModel):
    workers: list[WorkerView]


class AppStatus(BaseModel):
    """What the Laravel-driven OCR API's callers read. system.gpu: the devices of the workers that have one."""

    queue: dict[str, float]
    workers: list[WorkerView]
    system: dict[str, Any]


class Health(BaseModel):
    status: Literal["healthy", "degraded", "unhealthy", "maintenance"]
    version: str
    queue_size: int | None
    queue: dict[str, float] | None
    parts: dict[str, str]
    workers: int | None


def worker_view(worker: WorkerInfo) -> dict[str, Any]:
    return {
        "worker_id": worker.worker_id,
        "host": worker.host,
        "pid": worker.pid,
        "device": worker.device,
        "slots": worker.slots,
        "running": worker.running,
        "engine": worker.engine,
        "fingerprint": worker.fingerprint,
        "started_at": iso_time(worker.started_at),
        "lease_until": iso_time(worker.lease_until),
    }


PROBLEM = {
    "description": "Refused: a problem (RFC 9457); its code is explained at /problems/{code}.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}

PROBLEMS: dict[int | str, dict[str, Any]] = {"4XX": PROBLEM, "5XX": PROBLEM}

_OPTIONS: dict[str, Any] = {
    "document_type": {
        "type": "string",
        "enum": [kind.value for kind in DocumentType if kind is not DocumentType.OTHER],
        "default": "auto",
        "description": "what it is; custom needs schema",
    },
    "schema": {"type": "object", "description": "JSON Schema (object) of the fields wanted, for custom; at most 64 KiB"},
    "priority": {"type": "integer", "minimum": 0, "maximum": 9, "default": 0, "description": "higher starts sooner, nobody starves"},
    "engine": {"type": "string", "description": "OCR engine instead of the default"},
    "extractor": {
        "type": "string",
        "description": "extractor instead of the default: rules, gemini or openai_compatible, where configured",
    },
    "languages": {"type": "array", "items": {"type": "string"}, "description": "EasyOCR language codes, such as en, de"},
    "pages": {"type": "string", "examples": ["1-3,5"], "description": "which pages to read"},
    "webhook_url": {"type": "string", "format": "uri", "description": "where the outcome is posted"},
    "metadata": {"type": "object", "description": "echoed in status and webhook; at most 4 KiB"},
    "no_cache": {"type": "boolean", "default": False, "description": "do not read the result cache"},
    "deadline_seconds": {"type": "number", "exclusiveMinimum": 0, "description": "give up when not finished by then"},
    "file_name": {"type": "string", "description": "echoed; its base name is kept"},
}


_SOURCES: dict[str, Any] = {
    "file_path": {"type": "string", "description": "a file inside DOCUMENTS_DIR"},
    "url": {"type": "string", "format": "uri", "description": "downloaded by a worker"},
    "content_base64": {"type": "string", "contentEncoding": "base64", "description": "the document itself"},
}


def submission_extra(*, preset: str | None = None, dialect: Dialect = PLAIN) -> dict[str, Any]:
    """openapi_extra of a route that takes a document. preset: the document_type that the route stands for. dialect: its callers' words."""
    options = {name: shape for name, shape in _OPTIONS.items() if preset is None or name not in ("document_type", "schema")}
    sources = dict(_SOURCES)
    for theirs, ours in dialect.renamed.items():
        if ours in sources:
            sources = {theirs: {**sources[ours], "description": f"the same as {ours}"}, **sources}
    return {
        "parameters": [
            _header("Idempotency-Key", "the same key with the same content within 24 hours answers the first job again"),
            _header("Prefer", "wait=N: answer 200 with the status and result if the job ends within N seconds"),
        ],
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {"file": {"type": "string", "format": "binary"}, **options},
                        "required": ["file"],
                    }
                },
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {**sources, **options},
                        "oneOf": [{"required": [name]} for name in sources],
                    }
                },
            },
        },
    }


def pipeline_extra() -> dict[str, Any]:
    """openapi_extra of the lightweight API's submissions."""
    extra = submission_extra(dialect=PIPELINE)
    for body in extra["requestBody"]["content"].values():
        body["schema"]["properties"] |= {
            "schema": {"type": "object", "description": "the fields wanted: JSON Schema, or a flat map of name → type"},
            "strategy": {"type": "string", "description": "passed over"},
        }
    return extra


def batch_extra() -> dict[str, Any]:
    """openapi_extra of the submission of a batch."""
    extra = submission_extra()
    extra["parameters"] = extra["parameters"][:1]
    form = extra["requestBody"]["content"]["multipart/form-data"]["schema"]
    form["properties"]["file"] = {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1, "maxItems": 100}
    source = {
        "type": "object",
        "properties": {**_SOURCES, "file_name": _OPTIONS["file_name"]},
        "oneOf": [{"required": [name]} for name in _SOURCES],
    }
    extra["requestBody"]["content"]["application/json"]["schema"] = {
        "type": "object",
        "properties": {"sources": {"type": "array", "items": source, "minItems": 1, "maxItems": 100}, **_OPTIONS},
        "required": ["sources"],
    }
    return extra


def body_extra(model: type[BaseModel]) -> dict[str, Any]:
    """openapi_extra of a route that reads a small JSON body by hand."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": model.model_json_schema()}}}}


def _header(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "schema": {"type": "string"}, "description": description}
