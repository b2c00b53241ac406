"""A job as a value: what a caller asked for, where it stands, and how it ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from doctray.domain.rollout import Arm


class JobStatus(StrEnum):
    """The five words used in the API, the journal, metrics and docs alike."""

    QUEUED = "queued"  # waiting for a worker; `claim` moves it on
    PROCESSING = "processing"  # a worker holds the claim; `finish` or `release` moves it on, the sweep when the lease is lost
    COMPLETED = "completed"  # terminal: has a result
    FAILED = "failed"  # terminal but for a replay, which takes it back to queued in a new generation
    CANCELLED = "cancelled"  # terminal: by the caller or by its deadline

    @property
    def terminal(self) -> bool:
        return self in (JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED)


class DocumentType(StrEnum):
    CERTIFICATE = "certificate"
    TIMETABLE = "timetable"
    CUSTOM = "custom"  # the caller's schema
    AUTO = "auto"  # classify first; ends as one of the others
    OTHER = "other"  # neither kind: text, no fields; never asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobRef:
    """A stored blob: its key (jobs/<request_id>/…), length in bytes and SHA-256 in hex."""

    key: str
    size_bytes: int
    sha256: str


HIGHEST_PRIORITY = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOptions:
    """What the caller may choose. `schema`: canonical JSON text. `pages`: "1-3,5". None: the service's default.

    priority: from 0 to HIGHEST_PRIORITY.
    """

    document_type: DocumentType = DocumentType.AUTO
    schema: str | None = None
    priority: int = 0
    engine: str | None = None
    extractor: str | None = None
    languages: tuple[str, ...] = ("en",)
    pages: str | None = None
    no_cache: bool = False
    deadline_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a processing job is. stage: fetch, render, ocr, extract or store. percent: 0 to 100, never falls in one attempt."""

    stage: str
    pages_done: int = 0
    pages_total: int | None = None
    percent: int = 0

    def as_dict(self) -> dict[str, Any]:
        return {"stage": self.stage, "pages_done": self.pages_done, "pages_total": self.pages_total, "percent": self.percent}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobError:
    """Why a job failed, was cancelled, or was tried again: a code of `doctray.domain.errors` and a safe sentence."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One unit of work, as the journal holds it. All times are aware UTC."""

    # the caller's handle; sorts by creation time
    request_id: str
    # whose job it is; keys belong to owners
    owner: str
    status: JobStatus = JobStatus.QUEUED
    options: JobOptions = field(default_factory=JobOptions)
    # base name only, as the caller gave it
    file_name: str = ""
    media_type: str = ""
    # the uploaded document; None for a url that no worker has fetched yet
    source: BlobRef | None = None
    source_url: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    webhook_url: str | None = None
    # SHA-256 over the bytes, every option and the worker's fingerprint; None until a fingerprint is known, and for results not to be reused
    content_key: str | None = None
    cached: bool = False
    # 1, and one more for each replay: exactly one outcome is announced per generation
    generation: int = 1
    # rises with every claim, cancel and lost lease: the fence
    claim_no: int = 0
    # rises with every ring: arq's job id is request_id:ring_no
    ring_no: int = 0
    # failures charged to this job in this generation
    tries_used: int = 0
    leases_lost: int = 0
    # how often it has been claimed in this generation; `attempt` in the API
    attempt: int = 0
    worker_id: str | None = None
    created_at: datetime
    due_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    # when retention removes the data
    expires_at: datetime | None = None
    deadline_at: datetime | None = None
    # set by DELETE and by retention: only id and times are left
    deleted_at: datetime | None = None

    @property
    def outlived(self) -> bool:
        """Of a tombstone: whether the job's time had passed, rather than its owner deleting it before."""
        return self.deleted_at is not None and self.expires_at is not None and self.deleted_at >= self.expires_at

    result: BlobRef | None = None
    # what the document turned out to be: certificate, timetable, custom, other
    result_type: str | None = None
    confidence: float | None = None
    needs_review: bool = False
    # a person has reviewed the fields
    validated: bool = False
    # how often; the number of the review that counts, and the fence of the next one
    review_no: int = 0
    error: JobError | None = None
    dead_lettered: bool = False
    # the batch that it was handed in with
    batch_id: str | None = None
    # the trace that it was handed in under (W3C Trace Context), where traces are on
    traceparent: str | None = None
    # the engine that read it, for lists and metrics
    engine: str | None = None
    page_total: int | None = None
    # what its key opted in to, in every rollout
    arm_wanted: Arm | None = None
    # who a rollout plan gave it to at its last claim, and in which arm; None: no plan, or the caller named one
    assigned_engine: str | None = None
    assigned_extractor: str | None = None
    engine_arm: Arm | None = None
    extractor_arm: Arm | None = None

    def evolve(self, **changes: object) -> "Job":
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def effective_options(self) -> JobOptions:
        """The options with what the rollout plans assigned in the place of what the caller left open."""
        if self.assigned_engine is None and self.assigned_extractor is None:
            return self.options
        return replace(
            self.options,
            engine=self.options.engine or self.assigned_engine,
            extractor=self.options.extractor or self.assigned_extractor,
        )

    @property
    def document_type(self) -> str:
        """What is shown as document_type: what it turned out to be, else what was asked for."""
        return self.result_type or self.options.document_type.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an attempt ends a job: completed with a result, or failed or cancelled with an error."""

    status: JobStatus
    result: BlobRef | None = None
    result_type: str | None = None
    confidence: float | None = None
    needs_review: bool = False
    error: JobError | None = None
    dead_lettered: bool = False
    engine: str | None = None
    page_total: int | None = None
    cached: bool = False
    # what was extracted, for the database's views; None: the result was copied from another job's
    fields: Mapping[str, Any] | None = None
    # False: the same content must not be given this result again (its model failed, and may answer next time)
    reusable: bool = True

    def __post_init__(self) -> None:
        if not self.status.terminal:
            raise ValueError(f"{self.status} is no outcome")
        if (self.status is JobStatus.COMPLETED) != (self.result is not None):
            raise ValueError("completed goes with a result, and only completed")


class DeliveryStatus(StrEnum):
    PENDING = "pending"  # due at next_at; a deliverer claims it under a lease
    DELIVERED = "delivered"  # answered with 2xx
    FAILED = "failed"  # its last try failed; can be redelivered by hand
    STOPPED = "stopped"  # the receiver answered 410; can be redelivered by hand


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """An announcement to be posted: exact body, target, and the webhook-id that stays the same for every try."""

    webhook_id: str
    type: str
    url: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryTry:
    """One POST to a receiver. status_code: None when there was no answer. error: a safe word such as timeout, refused, unsafe_url."""

    number: int
    at: datetime
    status_code: int | None
    error: str | None
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An announcement and its tries so far. claim_no fences `record_delivery` as it fences jobs."""

    delivery_id: str
    request_id: str
    owner: str
    generation: int
    webhook_id: str
    type: str
    url: str
    body: str
    status: DeliveryStatus
    claim_no: int
    created_at: datetime
    next_at: datetime | None
    tries: tuple[DeliveryTry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One claim of a job. `ended`: completed, failed, cancelled, retried, lease_lost or handed_back; None while it runs."""

    request_id: str
    generation: int
    number: int
    worker_id: str
    started_at: datetime
    ended_at: datetime | None = None
    ended: str | None = None
    error_code: str | None = None
    engine: str | None = None


Announce = Callable[[Job], NewDelivery | None]
"""Pure: the job as the finishing transaction leaves it → what to post about it. Runs inside that transaction."""


def announce_nothing(_job: Job) -> NewDelivery | None:
    """For jobs without a webhook."""
    return None
