"""Accepting a document: bytes to the blob store, a row in the journal, a ring; nothing accepted is lost after that."""

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from doctray.domain.errors import DoctrayError, EmptyDocument, TemporarilyUnavailable, TooLarge, UnsupportedMediaType
from doctray.domain.identity import canonical_json
from doctray.domain.job import BlobRef, Job, JobOptions, JobStatus
from doctray.domain.rollout import Arm
from doctray.pages.sniff import sniff
from doctray.ports import Accepted, BlobStore, Clock, Idempotency, JobQueue, Journal, Notices, OutboundPolicy
from doctray.service.announce import Announcer
from doctray.service.bell import ring
from doctray.service.reuse import copy_result, prefix_of, small_result, source_key
from doctray.telemetry import tracing

_log = structlog.get_logger()

SNIFF_BYTES = 4096
"""How much of the head is looked at; a PDF header may stand within the first 1024 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A document in the blob store. media_type: by its content."""

    ref: BlobRef
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a caller handed in. Exactly one of received and source_url. route: scope of the idempotency key."""

    request_id: str
    owner: str
    route: str
    options: JobOptions = field(default_factory=JobOptions)
    file_name: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    webhook_url: str | None = None
    idempotency_key: str | None = None
    received: Received | None = None
    source_url: str | None = None
    batch_id: str | None = None
    arm_wanted: Arm | None = None

    def __post_init__(self) -> None:
        if (self.received is None) == (self.source_url is None):
            raise ValueError("a submission has exactly one source")


async def receive(request_id: str, chunks: AsyncIterable[bytes], *, blobs: BlobStore, max_bytes: int, claim_no: int = 0) -> Received:
    """Stream a document into the blob store, judged on the way.

    Raises UnsupportedMediaType as soon as the head is in, TooLarge as soon as the limit is passed, EmptyDocument,
    StorageFull; then nothing is kept.
    """
    media_type = ""

    async def judged() -> AsyncIterator[bytes]:
        nonlocal media_type
        head = bytearray()
        size = 0
        async for chunk in chunks:
            size += len(chunk)
            if size > max_bytes:
                raise TooLarge(f"The document is larger than {max_bytes / 1048576:g} MiB.")
            if media_type:
                yield chunk
                continue
            head += chunk
            if len(head) >= SNIFF_BYTES:
                media_type = _media_type(bytes(head))
                yield bytes(head)
        if size == 0:
            raise EmptyDocument("The file holds no bytes.")
        if not media_type:
            media_type = _media_type(bytes(head))
            yield bytes(head)

    ref = await blobs.put(source_key(request_id, claim_no), judged())
    return Received(ref=ref, media_type=media_type)


def _media_type(head: bytes) -> str:
    media_type = sniff(head)
    if media_type is None:
        raise UnsupportedMediaType
    return media_type


async def submit(
    submission: Submission,
    *,
    journal: Journal,
    queue: JobQueue,
    notices: Notices,
    blobs: BlobStore,
    outbound: OutboundPolicy,
    clock: Clock,
    cache_ttl_s: float,
    announcer: Announcer,
) -> Accepted:
    """Record the submission and ring; the job, queued, or completed when the owner already has this content's result.

    An idempotent repeat returns the first job (another request_id) and drops the new bytes. Raises UnsafeUrl (source or
    webhook), IdempotencyMismatch, or TemporarilyUnavailable when the journal cannot be reached: nothing was accepted.
    """
    promise = _idempotency_of(submission)
    try:
        for url in (submission.source_url, submission.webhook_url):
            if url is not None:
                await outbound.check(url)
        job = _job_of(submission, clock=clock)
        accepted = await journal.accept(job, idempotency=promise, cache_ttl_s=cache_ttl_s)
        if accepted.reuse is not None:
            accepted = await _reused(accepted.reuse, job, promise=promise, journal=journal, blobs=blobs, announcer=announcer)
    except TemporarilyUnavailable:
        # The row may have been written although its commit was not seen: the bytes stay, the orphan sweep decides.
        raise
    except DoctrayError:
        await blobs.delete_prefix(prefix_of(submission.request_id))
        raise
    recorded = accepted.job
    if recorded.request_id != submission.request_id:
        await blobs.delete_prefix(prefix_of(submission.request_id))
        return accepted
    _log.info(
        "job.accepted",
        request_id=recorded.request_id,
        status=recorded.status.value,
        document_type=recorded.options.document_type.value,
        media_type=recorded.media_type,
        size_bytes=recorded.source.size_bytes if recorded.source else None,
        cached=recorded.cached,
    )
    if recorded.status is JobStatus.QUEUED:
        await ring(recorded, queue=queue)
    else:
        await notices.publish(recorded.request_id, None)
    return accepted


def _job_of(submission: Submission, *, clock: Clock) -> Job:
    now = clock.now()
    received = submission.received
    return Job(
        request_id=submission.request_id,
        owner=submission.owner,
        options=submission.options,
        file_name=submission.file_name,
        media_type=received.media_type if received else "",
        source=received.ref if received else None,
        source_url=submission.source_url,
        metadata=submission.metadata,
        webhook_url=submission.webhook_url,
        batch_id=submission.batch_id,
        arm_wanted=submission.arm_wanted,
        traceparent=tracing.traceparent(),
        ring_no=1,
        created_at=now,
        due_at=now,
    )


def _idempotency_of(submission: Submission) -> Idempotency | None:
    if submission.idempotency_key is None:
        return None
    source = submission.received.ref.sha256 if submission.received else submission.source_url
    options = submission.options
    content = {
        "source": source,
        "webhook_url": submission.webhook_url,
        "metadata": dict(submission.metadata),
        "options": [
            options.document_type.value,
            options.schema,
            options.priority,
            options.engine,
            options.extractor,
            options.languages,
            options.pages,
            options.no_cache,
            options.deadline_seconds,
        ],
    }
    return Idempotency(scope=f"{submission.owner} {submission.route}", key=submission.idempotency_key, content=canonical_json(content))


async def _reused(
    twin: Job, job: Job, *, promise: Idempotency | None, journal: Journal, blobs: BlobStore, announcer: Announcer
) -> Accepted:
    """The job, completed with the twin's result; queued where that is gone."""
    result = await copy_result(twin, job, blobs=blobs)
    if result is None:
        return await journal.accept(job, idempotency=promise)
    carried, link = None, None
    if announcer.target_of(job) is not None:
        carried, link = await small_result(result, blobs=blobs), await blobs.link(result)
    completed = job.evolve(
        status=JobStatus.COMPLETED,
        cached=True,
        content_key=twin.content_key,
        result=result,
        result_type=twin.result_type,
        confidence=twin.confidence,
        needs_review=twin.needs_review,
        engine=twin.engine,
        page_total=twin.page_total,
    )
    return Accepted(job=await journal.add(completed, idempotency=promise, announce=announcer.for_job(carried, link=link)))
