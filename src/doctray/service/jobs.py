"""What a caller may do to a job of his own: cancel, delete, replay; and an administrator to dead letters."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

import structlog

from doctray.domain.audit import Actor
from doctray.domain.errors import CancelledByCaller, NotFound
from doctray.domain.job import Attempt, Job, JobError
from doctray.ports import BlobStore, JobQuery, JobQueue, Journal, Notices
from doctray.service.announce import Announcer
from doctray.service.bell import ring_again
from doctray.service.reuse import prefix_of

_log = structlog.get_logger()

PAGE = 200
"""Dead letters read from the journal at a time."""


async def cancel(request_id: str, *, owner: str, journal: Journal, notices: Notices, announcer: Announcer) -> Job:
    """Queued or processing → cancelled, at once; a job that has ended is returned as it is. Raises NotFound.

    A worker that is at it finds its claim gone within a second or two and drops the work; copies of the same content
    that waited for it are due at once, and the next sweep rings them.
    """
    error = JobError(code=CancelledByCaller.code, detail=CancelledByCaller.why)
    before = await journal.get(request_id)
    job = await journal.cancel(request_id, owner=owner, error=error, announce=announcer.for_job())
    if job is None or job.deleted_at is not None:
        raise NotFound
    if before is not None and not before.status.terminal:
        _log.info("job.cancelled", request_id=request_id, by="caller")
        await notices.publish(request_id, None)
    return job


async def delete(
    request_id: str, *, owner: str, journal: Journal, blobs: BlobStore, notices: Notices, announcer: Announcer, by: Actor
) -> None:
    """The document, its result, its cache entry and its webhook bodies are gone; id and times stay. Raises NotFound.

    A live job is cancelled first.
    """
    await cancel(request_id, owner=owner, journal=journal, notices=notices, announcer=announcer)
    if await journal.delete(request_id, owner=owner, by=by) is None:
        raise NotFound
    await blobs.delete_prefix(prefix_of(request_id))
    _log.info("job.deleted", request_id=request_id)
    await notices.publish(request_id, None)


async def clear_up(request_id: str, *, journal: Journal, blobs: BlobStore) -> None:
    """Remove what a worker wrote for a job that was deleted under it; to be called when its work has stopped."""
    job = await journal.get(request_id)
    if job is None or job.deleted_at is not None:
        await blobs.delete_prefix(prefix_of(request_id))


async def replay(request_id: str, *, owner: str | None, journal: Journal, queue: JobQueue, by: Actor) -> Job:
    """A failed job again, in a new generation with fresh tries. owner None: an administrator. Raises NotFound."""
    job = await journal.replay(request_id, owner=owner, by=by)
    if job is None:
        raise NotFound("There is no failed job of yours with this id.")
    _log.info("job.replayed", request_id=request_id, generation=job.generation)
    await ring_again([request_id], journal=journal, queue=queue)
    return job


async def dead_letter(request_id: str, *, journal: Journal) -> tuple[Job, list[Attempt]]:
    """A failed job whose tries are used up, and every attempt at it, oldest first. Raises NotFound."""
    job = await journal.get(request_id)
    if job is None or not job.dead_lettered:
        raise NotFound("There is no dead letter with this id.")
    return job, await journal.attempts(request_id)


async def dead_letters(*, journal: Journal) -> AsyncIterator[Job]:
    """All of them, the newest job first."""
    cursor: str | None = None
    while True:
        page, cursor = await journal.list_jobs(JobQuery(owner=None, dead_lettered=True, limit=PAGE, cursor=cursor))
        for job in page:
            yield job
        if cursor is None:
            return


async def replay_dead_letters(request_ids: Sequence[str] | None, *, journal: Journal, queue: JobQueue, by: Actor) -> list[str]:
    """Replay these, or None: all there are now; the ids of those that were dead letters, and are queued again.

    Beyond MAX_QUEUE_SIZE if need be: they were accepted long ago.
    """
    if request_ids is None:
        # Gathered first: what is replayed leaves the list, and what fails again must not be met twice.
        request_ids = [job.request_id async for job in dead_letters(journal=journal)]
    replayed: list[str] = []
    for request_id in dict.fromkeys(request_ids):
        with suppress(NotFound):
            await dead_letter(request_id, journal=journal)
            await replay(request_id, owner=None, journal=journal, queue=queue, by=by)
            replayed.append(request_id)
    return replayed
