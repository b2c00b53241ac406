"""Every seam of doctray on one page. Each has one contract suite in tests/contract, run on every implementation."""

import re
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from doctray.domain.artifact import Artifact
from doctray.domain.audit import Action, Actor, AuditEntry
from doctray.domain.batch import Batch, BatchView
from doctray.domain.document import Affine, Document, FormField, Page, PageImage, Segment
from doctray.domain.download import KnownDownload, Validators
from doctray.domain.extraction import Extraction, Fields
from doctray.domain.job import (
    Announce,
    Attempt,
    BlobRef,
    Delivery,
    DeliveryStatus,
    DeliveryTry,
    Job,
    JobError,
    JobStatus,
    NewDelivery,
    Outcome,
    Progress,
)
from doctray.domain.keys import ApiKey
from doctray.domain.review import AnnounceReview, Review
from doctray.domain.rollout import Arm, RolloutAction, RolloutChange, RolloutKind, RolloutPlan
from doctray.domain.rollout_health import ArmFigures
from doctray.domain.rollout_run import Measured, RolloutRun
from doctray.domain.shadow import Shadow


class Clock(Protocol):
    """The only source of time below the entry points, but for leases and due times, which use the journal's clock."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds from an unstated origin; never steps back."""
        ...


class OcrEngine(Protocol):
    name: str
    version: str

    def read(self, images: Sequence[PageImage]) -> list[Page]:
        """Recognise the words on each image.

        Returns one Page per image in the same order, `number` kept; boxes in pixels of the image after Page.rotation.
        Blocks the calling thread for the whole batch: call it in the engine process, never on an event loop.
        Raises EngineOutOfMemory (retry with fewer images), EngineFailure (this batch will not succeed) or InvalidOption
        (a language whose weights are missing; the detail names what to add).
        """
        ...


class PageReader(Protocol):
    async def read(self, image: PageImage, *, engine: str | None = None) -> Page:
        """One page, read by the named engine or the default one, batched with others in flight.

        Raises EngineFailure, EngineOutOfMemory, TimedOut (all retryable) or InvalidOption.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedDocument:
    """What is known once a document is open. `page_numbers`: those to be read, from 1, after the option `pages`."""

    media_type: str
    page_total: int
    page_numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A page without a sound text layer. width, height: of the image that `PageSession.image` will make, give or take some rows."""

    number: int
    width: int
    height: int

    @property
    def size_bytes(self) -> int:
        return self.width * self.height * 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PageExtras:
    """Of a page that an engine reads, in pixels of its image once that is upright: ruling segments, form fields, `Page.placement`."""

    segments: tuple[Segment, ...] = ()
    form_fields: tuple[FormField, ...] = ()
    placement: Affine | None = None


class PageSession(Protocol):
    """One open document in its own page process. A document may be opened again, for pages that were left unread."""

    opened: OpenedDocument

    async def page(self, number: int) -> Page | Unread:
        """A Page where its text layer is sound; Unread where an engine has to read its `image`, which is not made yet.

        Raises CorruptDocument, PageTooLarge, TooManyPages (more text than is read of one document) or TimedOut; the session is of no
        use after TimedOut.
        """
        ...

    async def image(self, number: int) -> PageImage:
        """The deskewed page for an engine, whatever its text layer is worth. Raises as `page` does."""
        ...

    async def extras(self, number: int, *, rotation: int) -> PageExtras:
        """What a page for an engine has beside words. rotation: degrees clockwise that put its `image` upright, as the engine found."""
        ...

    async def lay_text(self, page: Page) -> None:
        """Lay the words of a page that an engine has read into the searchable copy of the document (its placement says where).

        Of an image every page is laid, in order, those that nobody has read without lines. Raises as `page` does.
        """
        ...

    def searchable(self) -> AsyncIterator[bytes]:
        """The searchable copy as PDF, once all pages are laid: the original with an invisible text layer."""
        ...

    async def image_png(self, number: int) -> bytes:
        """The page as it was read, as PNG, turned by the rotation last told to `extras`; its pixels are those that boxes refer to."""
        ...


class PageOpener(Protocol):
    def open(self, path: Path, *, media_type: str, pages: str | None, languages: Sequence[str]) -> AbstractAsyncContextManager[PageSession]:
        """Open an untrusted document in a child of its own; leaving the context ends the child.

        Raises CorruptDocument, EncryptedDocument, TooManyPages, PageTooLarge, EmptyDocument, UnsupportedMediaType,
        InvalidOption (pages outside the document), TimedOut or EngineFailure (the child crashed).
        """
        ...


class Renderer(Protocol):
    def render(self, job: Job, result: Mapping[str, Any]) -> AsyncIterator[bytes]:
        """A form of a completed job's result, in chunks. result: as it is shown, a review with it.

        Raises what opening the document raises, NotFound when it is gone, or NotAcceptable when it has no such form.
        """
        ...


class PageImages(Protocol):
    """The images that a document's pages were read from."""

    async def png(self, number: int) -> bytes | None:
        """Page `number` (from 1) as PNG, upright as its boxes are; None where none is kept."""
        ...


class Extractor(Protocol):
    name: str
    version: str
    model: str | None

    async def extract(self, document: Document, *, document_type: str, schema: str | None, images: PageImages | None = None) -> Extraction:
        """Fields of the document. document_type: certificate, timetable, custom (schema: JSON Schema text), auto or other.

        Every value has confidence and provenance, or stands in warnings as `ungrounded`. images: for extractors that look.
        Raises ExtractorUnavailable (the model cannot be reached) or ExtractionRejected (its answer is unusable).
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobLink:
    """An address under which anyone may read one blob until expires_at. A secret: never logged."""

    url: str
    expires_at: datetime


class BlobStore(Protocol):
    """Where documents, results and page images are. Each method raises TemporarilyUnavailable when the store cannot be reached."""

    async def put(self, key: str, chunks: AsyncIterable[bytes]) -> BlobRef:
        """Store the bytes under the key, all or nothing; a second put of a key replaces the first.

        Raises StorageFull; whatever `chunks` raises leaves nothing behind.
        """
        ...

    def read(self, ref: BlobRef) -> AsyncIterator[bytes]:
        """Its bytes in chunks. Raises NotFound when the blob is gone."""
        ...

    def local(self, ref: BlobRef) -> AbstractAsyncContextManager[Path]:
        """A readable local file with its bytes, for the time of the context. Raises NotFound when the blob is gone."""
        ...

    async def copy(self, source: BlobRef, key: str) -> BlobRef:
        """A second blob with the same bytes. Raises NotFound when the source is gone."""
        ...

    async def delete_prefix(self, prefix: str) -> int:
        """Remove every blob whose key starts with the prefix (it ends in '/'); how many were removed. Idempotent."""
        ...

    async def keys_under(self, prefix: str) -> list[str]:
        """Keys of the blobs that start with the prefix (it ends in '/'), sorted."""
        ...

    async def free_bytes(self) -> int | None:
        """Room left, or None where it cannot be told."""
        ...

    async def ping(self) -> None:
        """Whether the store answers. Raises TemporarilyUnavailable."""
        ...

    async def link(self, ref: BlobRef) -> BlobLink | None:
        """A link to the blob, whether or not it is there; None where the store makes none."""
        ...

    async def prefixes_older_than(self, age_s: float) -> AsyncIterator[str]:
        """`jobs/<request_id>/` prefixes whose newest blob is older than age_s, for the sweep of orphans."""
        ...


MAINTENANCE = "maintenance"
"""The flag under which submissions are refused and no job is claimed; its value is the reason that callers read."""

IDEMPOTENCY_S = 86400.0
"""How long an Idempotency-Key is remembered (api.md)."""

DRAIN_WINDOW_S = 300.0
"""Over how long QueueState.drained_per_minute is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """scope: owner and route. key: the caller's Idempotency-Key. content: digest of what was submitted."""

    scope: str
    key: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A job and its place in the queue: from 1, None while it is not queued."""

    job: Job
    position: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What became of a submission. job: as it was recorded, or the one that was recorded first under its idempotency key.

    position: its place in the queue, from 1; None where it is not queued or was there before. reuse: a completed job whose result
    answers this one; then nothing has been recorded yet.
    """

    job: Job
    position: int | None = None
    reuse: Job | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to work on a job until its lease is lost. `job.claim_no` is the fence."""

    job: Job
    # a completed job of the same owner and content to copy the result from
    reuse: Job | None = None

    @property
    def request_id(self) -> str:
        return self.job.request_id

    @property
    def claim_no(self) -> int:
        return self.job.claim_no


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerInfo:
    """One incarnation of a worker. fingerprint: what shapes its results: engine, weights, arithmetic, second reader, extractors, schema.

    engine: what reads there, for people, as `easyocr 1.7.2 on openvino-bf16, second reader ppocr`; empty while it is loading.
    engines: names of all that it can read with, its default first.
    """

    worker_id: str
    host: str
    pid: int
    device: str
    slots: int
    fingerprint: str
    started_at: datetime
    lease_until: datetime | None = None
    running: int = 0
    engine: str = ""
    engines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """The journal's view of the queue. drained_per_minute: jobs that left `processing` for good in the last 5 minutes, a minute."""

    queued: int
    queued_due: int
    processing: int
    oldest_due_age_s: float
    drained_per_minute: float
    dead_letters: int


CURSOR = re.compile(r"^([0-9]{1,16})-([0-9a-z]{1,40})$")
"""Where a list goes on: microseconds since 1970 and the id of the last job shown. Opaque to callers; its form tells what is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobQuery:
    """Filters of a list; None: any. cursor: of the form CURSOR, from the page before. q: part of the file name or id."""

    owner: str | None
    status: JobStatus | None = None
    document_type: str | None = None
    created_after: datetime | None = None
    q: str | None = None
    dead_lettered: bool | None = None
    limit: int = 50
    cursor: str | None = None


class Journal(Protocol):
    """The truth about jobs. Each method is one transaction; all raise TemporarilyUnavailable when the store is unreachable.

    by: who wants it, for a line in the audit log in the same transaction, whether anything came of it or not; None is upkeep,
    which is not noted.

    Times are by the store's own clock. Methods that name a claim change nothing (and return None or False) when its
    claim_no is no longer the job's: a worker that lost its claim cannot overwrite anything.
    """

    async def ping(self) -> None: ...

    async def add(self, job: Job, *, idempotency: Idempotency | None = None, announce: Announce | None = None) -> Job:
        """Record a job: queued (due at once), or completed from the cache (then `announce` says what to post).

        With an idempotency key seen before in the last 24 h: the first job again when the content is the same, else
        raises IdempotencyMismatch. The caller compares request_ids to tell. created_at, due_at (now - priority's head
        start) and deadline_at (from options.deadline_seconds) are set by the store's clock.
        """
        ...

    async def accept(self, job: Job, *, idempotency: Idempotency | None = None, cache_ttl_s: float = 0.0) -> Accepted:
        """`add` a queued job, and tell what a submission has to know besides, in one transaction.

        Unless the owner has a completed job with its content, younger than cache_ttl_s, by the fingerprint of the worker that
        registered last: then only that one is told (not for no_cache jobs, nor for a url's unknown bytes). The caller copies
        its result and adds the job as completed, or accepts it with cache_ttl_s 0 where the result is gone.
        """
        ...

    async def claim(self, request_id: str, *, worker_id: str, fingerprint: str, cache_ttl_s: float) -> Claim | None:
        """Take a queued, due job: processing, claim_no + 1, attempt + 1, an attempts row, content_key under this fingerprint.

        A job that names no engine or extractor is assigned one by the rollout plans, anew at each claim.

        None when the row is not queued and due, is past its deadline, the worker's lease is unknown or lost, maintenance is on, or a twin
        (same owner and content_key, not no_cache) is processing: a twin's copy stays queued and is parked (due 10 s
        later), and the twin's end makes it due at once. Claim.reuse names a completed twin younger than cache_ttl_s
        (not for no_cache jobs).
        """
        ...

    async def extend(self, worker_id: str, *, lease_s: float, running: int, engine: str = "") -> bool:
        """Renew the worker's lease, and say what is running there and with what.

        False when it is unknown or was lost: then its claims are gone and it must register anew.
        """
        ...

    async def release(
        self, claim: Claim, *, delay_s: float, error: JobError | None, charged: bool, measured: Measured | None = None
    ) -> tuple[Job, tuple[str, ...]] | None:
        """Back to queued, due in delay_s or (0) in its old place; the job and the ids of parked twins, now due, to ring.

        charged: tries_used + 1. error None: handed back (drain). measured: of the attempt, which is kept where a rollout assigned the job.
        """
        ...

    async def finish(
        self, claim: Claim, outcome: Outcome, *, announce: Announce, measured: Measured | None = None
    ) -> tuple[Job, tuple[str, ...]] | None:
        """End the job and record its announcement, in one transaction; the job and the ids of parked twins, now due, to ring.

        measured: of the attempt, which is kept where a rollout assigned the job; a completed one may be wanted as a shadow, too.
        """
        ...

    async def cancel(self, request_id: str, *, owner: str, error: JobError, announce: Announce) -> Job | None:
        """Queued or processing → cancelled, at once, claim_no + 1 (the worker's effort is stopped by whoever notices).

        A terminal job is returned unchanged; None when there is no such job of the owner.
        """
        ...

    async def overdue(self, *, announce: Announce, limit: int = 100) -> list[Job]:
        """Live jobs past their deadline → cancelled with deadline_exceeded; those jobs. Under maintenance only those being processed."""
        ...

    async def set_source(
        self, claim: Claim, *, source: BlobRef, media_type: str, fingerprint: str, validators: Validators | None = None
    ) -> Job | None:
        """A url has been fetched: its bytes are known now, and with them the content key and what the rollout plans assign.

        validators: what is remembered of the url.
        """
        ...

    async def known_download(self, owner: str, url: str, *, younger_than_s: float) -> KnownDownload | None:
        """What the owner's last fetch of the url brought, if that job still has it and the server can be asked whether it still holds."""
        ...

    async def get(self, request_id: str) -> Job | None: ...

    async def placed(self, request_id: str) -> Placed | None:
        """`get` and `queue_position` in one look: what a status poll needs."""
        ...

    async def list_jobs(self, query: JobQuery) -> tuple[list[Job], str | None]:
        """Newest first; and the cursor of the next page, or None."""
        ...

    async def find_result(self, owner: str, content_key: str, *, younger_than_s: float) -> Job | None:
        """The newest completed job of the owner with this content key that is not deleted and was really read."""
        ...

    async def attempts(self, request_id: str) -> list[Attempt]: ...

    async def dead_leases(self, *, announce: Announce, max_lost: int, limit: int = 100) -> tuple[list[str], list[Job]]:
        """Jobs whose worker's lease ran out: queued again at once, claim_no + 1, leases_lost + 1, attempt ended lease_lost;
        or failed as worker_lost (dead-lettered) beyond max_lost. (ids to ring, jobs failed)."""
        ...

    async def due(self, *, limit: int = 100) -> list[Job]:
        """Queued and due jobs, longest due first; none under maintenance."""
        ...

    async def next_ring(self, request_id: str) -> Job | None:
        """A queued job with ring_no + 1, to be rung under; else None."""
        ...

    async def replay(self, request_id: str, *, owner: str | None, by: Actor | None = None) -> Job | None:
        """failed → queued, generation + 1, tries_used, leases_lost and attempt 0. None when there is no such failed job."""
        ...

    async def delete(self, request_id: str, *, owner: str, by: Actor | None = None) -> Job | None:
        """Tombstone: everything but id, owner and times is blanked, pending deliveries and their bodies are gone, the content
        cannot be met in the cache. Blobs are removed by the caller afterwards. A live job must be cancelled first."""
        ...

    async def expired(self, *, retention_s: float, limit: int = 100) -> list[Job]:
        """Terminal jobs that finished longer than retention_s ago and still have data."""
        ...

    async def existing(self, request_ids: Sequence[str]) -> set[str]:
        """Those of the ids that are jobs with data."""
        ...

    async def queue_state(self) -> QueueState: ...

    async def take_turn(self, name: str, *, holder: str, hold_s: float) -> bool:
        """A lock by time: True when nobody else holds the name, which the holder then does for hold_s (taken again, it extends)."""
        ...

    async def flag(self, name: str) -> str | None:
        """An operator's switch, e.g. `maintenance`; None when it is off."""
        ...

    async def flags(self) -> Mapping[str, str]:
        """All that are on, by name."""
        ...

    async def set_flag(self, name: str, value: str | None, *, by: Actor | None = None) -> None:
        """None: off. The end of MAINTENANCE moves the deadlines of queued jobs by how long they could not be taken."""
        ...

    async def scrub(self) -> None:
        """Make what was deleted since the last call unreadable in the store's own files, where the store can; cheap when nothing was."""
        ...

    async def queue_position(self, request_id: str) -> int | None:
        """How many queued jobs are due before it, plus one; None when it is not queued."""
        ...

    # deliveries

    async def due_deliveries(
        self, *, lease_s: float, limit: int = 20, per_target: int = 20, busy: Mapping[str, int] | None = None
    ) -> list[Delivery]:
        """Claim pending deliveries that are due: claim_no + 1 and next_at moved on by lease_s, so that no one else takes them.

        The longest due first, and at most per_target to one target (`domain.fairness`), with what the caller has under way
        there (busy: target → how many): a slow target's backlog is passed over. Their `tries` are those of the present
        schedule: the ones before a redelivery by hand are left out.
        """
        ...

    async def record_delivery(self, delivery: Delivery, *, attempt: DeliveryTry, status: DeliveryStatus, next_in_s: float | None) -> bool:
        """Append the try and set what follows; False when another deliverer has claimed it since.

        stopped stops all that waits for this owner's url and all that comes, until one of them is redelivered.
        """
        ...

    async def deliveries(self, request_id: str) -> list[Delivery]: ...

    async def redeliver(self, delivery_id: str, *, owner: str, by: Actor | None = None) -> Delivery | None:
        """Due at once again with a fresh schedule, under the same webhook-id."""
        ...

    async def add_delivery(self, job: Job, delivery: NewDelivery) -> None:
        """An announcement beside the job's own outcome (a review). Repeating a webhook_id changes nothing."""
        ...

    # batches

    async def open_batch(self, batch: Batch, *, idempotency: Idempotency | None = None) -> Batch:
        """Begin a batch, held open while jobs are added to it (`Job.batch_id`). The same promise again: the first batch."""
        ...

    async def close_batch(self, batch_id: str) -> None:
        """All of it is handed in: it completes with its last job, or now. Idempotent."""
        ...

    async def close_abandoned_batches(self, *, older_than_s: float, limit: int = 100) -> list[str]:
        """Close batches whose caller broke off; their ids."""
        ...

    async def batch(self, batch_id: str) -> BatchView | None: ...

    async def purge_batches(self, *, retention_s: float, limit: int = 100) -> int:
        """Forget batches that completed longer ago, with their announcements; how many. Their jobs are not touched."""
        ...

    # reviews

    async def add_review(
        self,
        request_id: str,
        *,
        owner: str,
        expected: int | None,
        fields: Fields,
        reviewed_by: str,
        key_id: str | None,
        note: str | None,
        announce: AnnounceReview,
    ) -> tuple[Job, Review] | None:
        """Keep a person's fields as the job's next review, mark it validated, and record the announcement, in one transaction.

        expected: the review_no that the person has seen; None: whatever it is. None when there is no such completed job of the
        owner with data. Raises ReviewConflict when somebody else was faster.
        """
        ...

    async def reviews(self, request_id: str) -> list[Review]:
        """All of them, oldest first."""
        ...

    # artifacts

    async def artifact(self, request_id: str, form: str) -> Artifact | None:
        """How it stands; None when nobody has asked for it."""
        ...

    async def want_artifact(self, request_id: str, *, form: str, edition: str, lost: str | None = None) -> Artifact | None:
        """Ask for a form of a completed job's result, or learn how it stands; None when there is no such job with data.

        Another edition than the one before is made anew, and so is one whose blob (lost: its key) is missing, and one that
        failed longer than FAILED_KEPT_S ago.
        """
        ...

    async def due_artifacts(self, *, lease_s: float, limit: int) -> list[Artifact]:
        """Claim what is due, longest due first: claim_no + 1, and nobody else's for lease_s. Begun MAX_CLAIMS times, it fails."""
        ...

    async def hold_artifact(self, artifact: Artifact, *, lease_s: float) -> bool:
        """Nobody else's for another lease_s. False when it was claimed or asked for anew since, or is gone with its job."""
        ...

    async def record_artifact(
        self, artifact: Artifact, *, blob: BlobRef | None = None, error: JobError | None = None, next_in_s: float | None = None
    ) -> bool:
        """Made (blob), failed for good (error alone), to be tried again (error and next_in_s), or handed back (next_in_s alone).

        False when it was claimed or asked for anew since, or is gone with its job: then nothing is recorded.
        """
        ...

    # rollouts

    async def rollout(self, kind: RolloutKind) -> RolloutPlan | None:
        """The plan that stands; None before the first."""
        ...

    async def set_rollout(
        self,
        plan: RolloutPlan,
        *,
        expected_revision: int | None,
        action: RolloutAction,
        reason: str,
        by: Actor,
        retire: str | None = None,
    ) -> RolloutPlan:
        """Put a plan in the place of the one before, with a line in its history and in the audit log; what then stands.

        Claims follow it from then on, in every process. revision and stage_since are set here. expected_revision: of the plan that it was
        made from (0: there was none; None: whatever stands); raises RolloutConflict when that is not the one. retire: a name that is
        switched off for good in the same transaction (`domain.rollout.retired_flag`).
        """
        ...

    async def rollout_history(self, kind: RolloutKind | None = None, *, limit: int = 50) -> Sequence[RolloutChange]:
        """Newest first; kind None: of both."""
        ...

    async def rollout_runs(self, kind: RolloutKind, *, since: datetime, limit: int) -> Sequence[RolloutRun]:
        """How attempts under plans of the kind went, newest first: not results from the cache, nor jobs whose caller named the engine."""
        ...

    async def rollout_figures(self, plan: RolloutPlan) -> Mapping[Arm, ArmFigures]:
        """What the plan's arms did within its window (`domain.rollout_health.figures_of`)."""
        ...

    async def due_shadows(self, worker_id: str, *, limit: int) -> Sequence[Shadow]:
        """Claim shadows, oldest first, for as long as the worker lives; none under maintenance. What it had claimed it gets again.

        Those that the plan does not ask for any more are forgotten, and so are stale ones and those begun MAX_BEGUN times.
        """
        ...

    async def record_shadow(self, shadow: Shadow, run: RolloutRun) -> bool:
        """Its end; `run.at` and `run.percentage` are set here. False when it is gone with its job, or another worker's."""
        ...

    async def release_shadow(self, shadow: Shadow) -> None:
        """Hand it back, as if it had not been begun."""
        ...

    async def shadows_waiting(self) -> int: ...

    # audit

    async def audit_log(self, *, before: str | None = None, limit: int = 50) -> list[AuditEntry]:
        """Newest first. before: entry_id of the last one that was seen."""
        ...

    async def note(self, action: Action, target: str, *, by: Actor, detail: Mapping[str, object] | None = None) -> None:
        """A line for what is done beside the journal."""
        ...

    async def purge_audit(self, *, older_than_s: float, limit: int = 100) -> int:
        """Forget what is older; how many."""
        ...

    # workers

    async def register(self, worker: WorkerInfo, *, lease_s: float) -> None:
        """A worker_id that is registered again has lost its claims: they are queued again."""
        ...

    async def retire(self, worker_id: str) -> None:
        """End the worker's lease at once: it has left, or its supervisor saw it die."""
        ...

    async def workers(self) -> list[WorkerInfo]:
        """Workers with a living lease."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a dump of the journal holds.

    schema_version: of its tables. rows: table → how many. named: job that has data → the blobs it cannot do without.
    """

    schema_version: str
    rows: Mapping[str, int]
    named: Mapping[str, tuple[BlobRef, ...]]


class JournalDump(Protocol):
    """A journal's rows as text, the same for every store. Each method blocks: not for an event loop.

    All raise TemporarilyUnavailable when the store is unreachable.
    """

    def dump(self, write: Callable[[str, Iterator[bytes]], None]) -> Snapshot:
        """Every table as it is at one moment, while others go on writing: `write` gets its name and its rows, one a line.

        Left out is what ends with the processes: workers' leases and turns.
        """
        ...

    def holds_data(self) -> bool:
        """Whether any job or owner is there; False for a store without tables."""
        ...

    def load(
        self, read: Callable[[str], Iterator[bytes]], *, gone: Sequence[str], without: Sequence[str] = (), as_it_is: bool = False
    ) -> None:
        """Put dumped rows in the place of all there are, in one transaction; the tables are made when they are missing.

        Processing jobs are queued again, uncharged; with as_it_is they stay, for the next sweep to find their worker gone.
        gone: jobs that were deleted while the blobs were copied, entombed here too. without: tables left empty.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OldDocument:
    """A document of the old app with all that belongs to it, rows as they stand there: column → value, oldest first."""

    row: Mapping[str, Any]
    processing_jobs: tuple[Mapping[str, Any], ...] = ()
    timetables: tuple[Mapping[str, Any], ...] = ()


class JobImport(Protocol):
    """Brings in jobs that ended elsewhere. Same errors as Journal."""

    async def get(self, request_id: str) -> Job | None: ...

    async def bring_in(self, job: Job, *, attempts: Sequence[Attempt], fields: Fields | None) -> bool:
        """Record an ended job as it is, but for its end: finished now, so that retention counts from here. False when it is there."""
        ...


class KeyStore(Protocol):
    """Owners, their keys and their webhook secrets. Same errors, and the same `by`, as Journal."""

    async def add_key(self, key: ApiKey, *, by: Actor | None = None) -> None: ...

    async def find_key(self, key_hash: str) -> ApiKey | None: ...

    async def touch_key(self, key_id: str) -> None:
        """Set last_used_at; called at most once a minute for each key."""
        ...

    async def keys(self) -> list[ApiKey]: ...

    async def revoke_key(self, key_id: str, *, by: Actor | None = None) -> bool: ...

    async def set_key_rollout(self, key_id: str, arm: Arm | None, *, by: Actor | None = None) -> bool:
        """Which arm of every rollout the key's jobs go to; None: as the plans say. False when there is no such usable key."""
        ...

    async def rotate_key(self, key_id: str, successor: ApiKey, *, overlap_s: float, by: Actor | None = None) -> bool:
        """Add the successor; the old key ends after overlap_s at the latest. False, and nothing done, when it is not usable."""
        ...

    async def has_keys(self) -> bool:
        """Whether any usable key exists."""
        ...

    async def webhook_secrets(self, owner: str) -> list[bytes]:
        """Sealed secrets, newest first; those whose overlap has ended are left out. Empty when there is none."""
        ...

    async def add_webhook_secret(self, owner: str, sealed: bytes, *, overlap_s: float, by: Actor | None = None) -> None:
        """A new secret; the ones before it stay good for overlap_s."""
        ...

    async def add_first_webhook_secret(self, owner: str, sealed: bytes) -> bytes:
        """Keep this secret if the owner has none; the one that holds."""
        ...


class JobQueue(Protocol):
    """The doorbell. At least once; duplicates are harmless; losing it only delays. Raises BellUnreachable."""

    async def ring(self, request_id: str, ring_no: int, *, priority: int = 0, delay_s: float = 0.0) -> None: ...

    async def missing(self, rings: Sequence[tuple[str, int]]) -> list[str]:
        """request_ids of those (request_id, ring_no) that are not in the queue."""
        ...

    async def depth(self) -> int: ...

    async def ping(self) -> None: ...


class BellUnreachable(Exception):
    """Redis does not answer in time. Never an error for a caller: the journal has the job, and the sweep rings later."""


class Notices(Protocol):
    """Live progress and changes of jobs; all of it may vanish. Never raises for an unreachable Redis: it is just silent."""

    async def publish(self, request_id: str, progress: Progress | None) -> None:
        """progress None: the job's status changed."""
        ...

    async def progress(self, request_id: str) -> Progress | None: ...

    async def wait(self, request_id: str, *, timeout_s: float) -> bool:
        """True as soon as something is published about the job, False after timeout_s. Subscribed from when it is called."""
        ...


class OutboundPolicy(Protocol):
    async def check(self, url: str) -> None:
        """Raises UnsafeUrl unless doctray may connect to this URL: scheme, host, and every address that it resolves to."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """What a server answered. unchanged: the known version still holds, and there are no chunks.

    validators: what to ask about next time; None where the server says nothing of its version, or wants nothing kept.
    """

    unchanged: bool
    validators: Validators | None
    chunks: AsyncIterator[bytes]


class Fetcher(Protocol):
    def fetch(self, url: str, *, known: Validators | None = None) -> AbstractAsyncContextManager[Download]:
        """The document behind a caller's URL; nothing is sent when it is the known version still.

        Entering it, and its chunks, raise UnsafeUrl, TooLarge, DownloadFailed.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A receiver's answer. status_code None: none came; error then holds a safe word (timeout, refused, tls, dns, unsafe_url, protocol)."""

    status_code: int | None
    error: str | None
    retry_after_s: float | None
    seconds: float


class WebhookSender(Protocol):
    async def post(self, url: str, body: bytes, headers: Sequence[tuple[str, str]]) -> Answer:
        """POST through the outbound guard; never raises, never follows a redirect, reads at most a little of the answer."""
        ...
