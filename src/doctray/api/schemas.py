"""The shapes of answers and of small JSON bodies, for /openapi.json; bodies that hold documents are in openapi_bodies."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, model_validator

from doctray.api.schemas_result import Result
from doctray.domain.audit import Action, AuditOutcome, Means
from doctray.domain.job import DeliveryStatus, JobStatus
from doctray.domain.keys import Scope
from doctray.domain.moments import iso_time
from doctray.ports import WorkerInfo


class Fault(BaseModel):
    """One of the things that are wrong with a request: `name` of the option, or `pointer` (RFC 6901) into the body."""

    model_config = ConfigDict(extra="allow")

    detail: str
    name: str = ""
    pointer: str = ""


class JobProblem(BaseModel):
    """Why a job ended badly: an RFC 9457 problem without an HTTP status, since a job has none."""

    type: str
    title: str
    detail: str
    code: str = Field(description="one of the closed list that /problems/{code} explains")
    request_id: str
    retryable: bool


class Problem(BaseModel):
    """RFC 9457. `code` is one of the closed list that /problems/{code} explains."""

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="stable; tell refusals apart by it")
    request_id: str = Field("", description="the job that it is about; of a fault of the service, its name in the log")
    retryable: bool = Field(description="whether the same request may succeed later; Retry-After says when")
    errors: list[Fault] = Field([], description="every fault of the request, where they can be named")


class Explanation(BaseModel):
    """What a problem code means."""

    type: str
    code: str
    title: str
    status: int
    why: str
    remedy: str
    retryable: bool
    fault: Literal["caller", "document", "service", "neighbour"]


class Alive(BaseModel):
    status: Literal["alive"]


class Ready(BaseModel):
    status: Literal["ready"]


class Ticket(BaseModel):
    request_id: str
    status: JobStatus
    document_type: str
    cached: bool
    status_url: str
    result_url: str
    read_token: str = Field(description="opens this job's status, result, pages and events: header x-read-token or ?token=")
    created_at: AwareDatetime
    queue_position: int | None
    estimated_seconds: int | None


class EarlierTicket(Ticket):
    """What the callers of earlier systems test for stands beside."""

    success: Literal[True]


class DocumentTicket(EarlierTicket):
    documentId: str = Field(description="the same as request_id")  # noqa: N815 - the timetable platform's name


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
    expires_at: AwareDatetime | None = Field(description="when document and result are removed")
    file_name: str
    generation: int = Field(description="from 1; a replay begins the next one")
    confidence: float | None
    needs_review: bool
    validated: bool = Field(description="a person has reviewed it")
    review_no: int
    dead_lettered: bool = Field(description="failed as often as it may; a replay takes it up again")
    result: Result | None
    error: JobProblem | None


class EarlierJob(JobView):
    success: Literal[True]


class UploadedJob(EarlierJob):
    documentId: str = Field(description="the same as request_id")  # noqa: N815 - the timetable platform's name


class PendingForm(BaseModel):
    """A worker makes this form of the result; ask again after Retry-After."""

    request_id: str
    form: str
    status: str


class ResultLink(BaseModel):
    """An address that opens the result without a key: treat it as a secret."""

    request_id: str
    url: str
    expires_at: AwareDatetime
    size_bytes: int
    sha256: str = Field(description="of what is fetched there")


class PipelineJob(BaseModel):
    """A job in the lightweight API's words; all else as in a job's status."""

    model_config = ConfigDict(extra="allow")

    job_id: str
    request_id: str
    status: Literal["queued", "running", "completed", "failed"]
    result: Result | None
    error: JobProblem | None


class AcceptedDocument(Ticket):
    file_name: str


class RefusedDocument(BaseModel):
    file_name: str
    error: Problem


class BatchTicket(BaseModel):
    batch_id: str
    batch_url: str
    total: int = Field(description="documents that were accepted")
    documents: list[AcceptedDocument | RefusedDocument] = Field(description="in the order in which they were handed in")


class BatchDocument(BaseModel):
    request_id: str
    file_name: str
    status: JobStatus
    status_url: str
    result_url: str
    error: JobProblem | None


class BatchStatus(BaseModel):
    batch_id: str
    status: Literal["open", "completed"]
    total: int
    counts: dict[JobStatus, int]
    metadata: dict[str, Any]
    created_at: AwareDatetime
    finished_at: AwareDatetime | None
    documents: list[BatchDocument]


class EventBatch(BaseModel):
    batch_id: str
    status: Literal["completed"]
    total: int
    counts: dict[JobStatus, int]
    metadata: dict[str, Any]
    created_at: AwareDatetime
    finished_at: AwareDatetime
    batch_url: str


class BatchEvent(BaseModel):
    """The body of the webhook about a batch."""

    type: Literal["batch.completed"]
    timestamp: AwareDatetime
    data: EventBatch


class JobList(BaseModel):
    jobs: list[JobView]
    next_cursor: str | None = Field(description="give it as cursor for the next page; null on the last one")


class EventJob(JobView):
    """A job as a webhook tells it."""

    result_url: str = Field("", description="in place of a result that would make the body larger than 64 KiB")


class JobEvent(BaseModel):
    """The body of a webhook about a job."""

    type: Literal["job.completed", "job.failed", "job.cancelled", "job.reviewed"]
    timestamp: AwareDatetime
    data: EventJob


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


_ONE_OF_THEM: list[JsonValue] = [
    {"required": ["request_ids"], "properties": {"request_ids": {"type": "array"}}},
    {"required": ["all"], "properties": {"all": {"const": True}}},
]


class Replay(BaseModel):
    """What an administrator asks for: some dead letters, or all."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"oneOf": _ONE_OF_THEM})

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
    status: DeliveryStatus
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
    rollout: Literal["baseline", "candidate"] | None = Field(None, description="arm of every rollout that its documents go to")
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
    rollout: Literal["baseline", "candidate"] | None = Field(description="arm of every rollout that its documents go to")


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
    engines: list[str] = Field(description="names of all engines that it can read with, its default first")
    fingerprint: str
    started_at: AwareDatetime
    lease_until: AwareDatetime | None


class WorkerList(BaseModel):
    workers: list[WorkerView]


class AuditEntryView(BaseModel):
    entry_id: str
    at: AwareDatetime
    means: Means = Field(description="how they came in: by a key, the console, without a key while none is set, or the command line")
    key_id: str | None
    name: str = Field(description="the key's name, or the user's on the command line")
    request_id: str | None = Field(description="of the HTTP request, as in x-request-id and the log")
    action: Action
    target: str = Field(description="id of what it was done to, an owner, or a switch's name")
    outcome: AuditOutcome = Field(description="nothing: there was no such thing, or it was so already")
    detail: dict[str, Any]


class AuditLog(BaseModel):
    entries: list[AuditEntryView]
    next_cursor: str | None = Field(description="give it as cursor for the next page; null on the last one")


class NewMaintenance(BaseModel):
    """Whether submissions are refused for a while, and why."""

    model_config = ConfigDict(extra="forbid", strict=True)

    on: bool
    reason: str | None = Field(None, max_length=500, description="told to callers")


class MaintenanceView(BaseModel):
    on: bool
    reason: str | None


class HoldWebhooks(BaseModel):
    """Whether webhooks are held back for a while, and why."""

    model_config = ConfigDict(extra="forbid", strict=True)

    held: bool
    reason: str | None = Field(None, max_length=500, description="for other operators")


class WebhooksView(BaseModel):
    held: bool
    reason: str | None


class AppStatus(BaseModel):
    """What the Laravel-driven OCR API's callers read. system.gpu: the devices of the workers that have one."""

    queue: dict[str, float]
    workers: list[WorkerView]
    system: dict[str, Any]


class Health(BaseModel):
    status: Literal["healthy", "degraded", "unhealthy", "maintenance"]
    healthy: bool = Field(description="healthy or degraded: documents are accepted and read")
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
        "engines": list(worker.engines),
        "fingerprint": worker.fingerprint,
        "started_at": iso_time(worker.started_at),
        "lease_until": iso_time(worker.lease_until),
    }
