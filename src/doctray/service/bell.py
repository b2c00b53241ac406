"""Ringing, for use cases: a doorbell that does not answer delays a job and never fails a caller."""

from collections.abc import Iterable

import structlog

from doctray.domain.job import HIGHEST_PRIORITY, Job
from doctray.ports import BellUnreachable, JobQueue, Journal

_log = structlog.get_logger()


async def ring(job: Job, *, queue: JobQueue, delay_s: float = 0.0, first: bool = False) -> bool:
    """Ring for a queued job under its own ring_no. False when Redis is away; the sweep rings later.

    delay_s: until it is due. A job that is due has its priority's head start before others; one that is not would only be
    rung too early by it. first: before all others, for a job that was running already.
    """
    priority = HIGHEST_PRIORITY if first else job.options.priority
    try:
        await queue.ring(job.request_id, job.ring_no, priority=0 if delay_s > 0 else priority, delay_s=delay_s)
    except BellUnreachable:
        _log.warning("bell.unanswered", request_id=job.request_id)
        return False
    return True


async def ring_again(request_ids: Iterable[str], *, journal: Journal, queue: JobQueue, first: bool = False) -> int:
    """Ring queued jobs under a new ring_no each (arq forgets nothing about an old one); how many rang."""
    rung = 0
    for request_id in request_ids:
        job = await journal.next_ring(request_id)
        if job is None:
            continue
        if not await ring(job, queue=queue, first=first):
            break
        rung += 1
    return rung
