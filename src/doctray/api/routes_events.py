"""A job's course as server-sent events, for those who would rather listen than poll."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from doctray.api.deps import House, VisibleJob, address_of, house_of
from doctray.api.following import LOOK_AGAIN_S, again, etag_of, look
from doctray.api.openapi_problems import CALLER, JOB, problems
from doctray.domain.errors import Expired, NotFound, RateLimited, TemporarilyUnavailable
from doctray.domain.job import Job, JobStatus, Progress
from doctray.service.views import job_view

router = APIRouter(responses=problems(*CALLER, *JOB), tags=["follow"])

HEARTBEAT_S = 15.0
"""A comment goes out in this time at the latest, so that proxies keep the connection (the HTML standard's own advice)."""

RECONNECT_MS = 2000
STREAMS_PER_ADDRESS = 100
"""Open streams of one client address and process; a page that leaks them is told so before others feel it."""

_open: Counter[str] = Counter()


@router.get(
    "/v1/jobs/{request_id}/events",
    responses={HTTPStatus.OK: {"content": {"text/event-stream": {}}, "description": "progress until completed, failed or cancelled"}},
    response_class=Response,
)
async def job_events(request: Request, job: VisibleJob) -> Response:
    """Events `progress`, then one of `completed`, `failed`, `cancelled`, each with the job's status without its result; then the end.

    `Last-Event-ID` resumes: a state that the client has seen is not told again.
    """
    address = address_of(request)
    if _open[address] >= STREAMS_PER_ADDRESS:
        raise RateLimited(f"{STREAMS_PER_ADDRESS} event streams are open from this address; close some, or poll.", retry_after_s=5)
    stream = _stream(house_of(request), job, seen=request.headers.get("last-event-id", ""), address=address)
    # X-Accel-Buffering: nginx would hold back what is meant to arrive at once.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _stream(house: House, job: Job, *, seen: str, address: str) -> AsyncIterator[bytes]:
    # Counted once it is under way: a client that is gone by then starts nothing that could be counted off again.
    _open[address] += 1
    try:
        yield f"retry: {RECONNECT_MS}\n\n".encode()
        async for event in _events(house, job, seen=seen):
            yield event
    finally:
        _open[address] -= 1
        if not _open[address]:
            del _open[address]


async def _events(house: House, job: Job, *, seen: str) -> AsyncIterator[bytes]:
    clock = asyncio.get_running_loop().time
    spoke_at = clock()
    while True:
        job, progress = await look(house, job)
        event_id = _event_id(job, progress)
        if event_id != seen:
            seen, spoke_at = event_id, clock()
            yield _event(job, progress, event_id)
        if job.status.terminal:
            return
        if clock() - spoke_at >= HEARTBEAT_S:
            spoke_at = clock()
            yield b": still here\n\n"
        await house.parts.notices.wait(job.request_id, timeout_s=LOOK_AGAIN_S)
        try:
            job = await again(house, job)
        except (Expired, NotFound):
            return
        except TemporarilyUnavailable:
            continue  # the journal comes back; the client need not know


def _event_id(job: Job, progress: Progress | None) -> str:
    return etag_of(job, progress).removeprefix("W/").strip('"')


def _event(job: Job, progress: Progress | None, event_id: str) -> bytes:
    name = job.status.value if job.status.terminal else "progress"
    shown: dict[str, Any] = job_view(job, progress=progress)
    if job.status is JobStatus.COMPLETED:
        shown["result_url"] = f"/v1/jobs/{job.request_id}/result"
    # JSON holds no line break, so one data line is enough.
    return f"event: {name}\nid: {event_id}\ndata: {json.dumps(shown)}\n\n".encode()
