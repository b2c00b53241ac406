"""Following a job: what may have changed (ETag), waiting for it, and the body that tells it."""

import asyncio
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from doctray.api.admission import estimated_seconds
from doctray.api.deps import House, house_of, present
from doctray.domain.errors import Expired, NotFound
from doctray.domain.identity import canonical_json, read_token
from doctray.domain.job import BlobRef, Job, JobStatus, Progress
from doctray.domain.moments import iso_time
from doctray.ports import Placed
from doctray.service.review import shown_result
from doctray.service.views import job_view

LOOK_AGAIN_S = 1.0
"""A notice may get lost (Redis away, or published before we listened), so the journal is asked at least this often."""

LONGEST_RETRY_S = 30

WaitSeconds = Annotated[
    float, Query(ge=0, allow_inf_nan=False, description="answer on the next change, or after so many seconds (capped by WAIT_MAX_SECONDS)")
]

_WAIT = re.compile(r"\s*wait\s*=\s*\"?([0-9]{1,6}(?:\.[0-9]{1,3})?)\"?\s*", re.IGNORECASE)


def preferred_wait_s(headers: Mapping[str, str]) -> float | None:
    """N of `Prefer: wait=N` (RFC 7240); None when it is not there or says something else, which the RFC lets us ignore."""
    for preference in re.split(r"[,;]", headers.get("prefer", "")):
        if found := _WAIT.fullmatch(preference):
            return float(found.group(1))
    return None


def etag_of(job: Job, progress: Progress | None) -> str:
    """Covers status, progress and what the body shows beside; not the place in the queue. Weak: the body's bytes may differ."""
    shown = job_view(job, progress=progress)
    shown["result"] = job.result.sha256 if job.result else None
    return f'W/"{hashlib.sha256(canonical_json(shown).encode()).hexdigest()[:24]}"'


def matches(if_none_match: str | None, etag: str) -> bool:
    """Weak comparison (RFC 9110, 13.1.2)."""
    if not if_none_match:
        return False
    wanted = etag.removeprefix("W/")
    return any(tag.strip() == "*" or tag.strip().removeprefix("W/") == wanted for tag in if_none_match.split(","))


async def look(house: House, job: Job) -> tuple[Job, Progress | None]:
    """The job with its live progress, where it has one."""
    progress = await house.parts.notices.progress(job.request_id) if job.status is JobStatus.PROCESSING else None
    return job, progress


async def status_response(
    request: Request, found: Placed, *, wait_s: float | None, more: Callable[[Job], Mapping[str, Any]] = lambda _: {}
) -> Response:
    """Answer a poll: 304 where the caller has this state already; with wait_s (else `Prefer: wait=N`) on the next change.

    more: members beside those of the status JSON, or in their place.
    """
    house = house_of(request)
    (job, progress), position = await look(house, found.job), found.position
    etag = etag_of(job, progress)
    given = request.headers.get("if-none-match")
    asked_s = wait_s if wait_s is not None else preferred_wait_s(request.headers)
    # A caller that shows an older ETag has a change to read already.
    if asked_s and not (given and not matches(given, etag)):
        longest_s = min(asked_s, house.settings.intake.wait_max_seconds)
        job, progress = await wait_for_change(house, request, job, seen=etag, wait_s=longest_s)
        etag, position = etag_of(job, progress), None
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if matches(given, etag):
        _, estimate = await outlook(house, job, progress, position=position)
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers | retry_after(job, estimate))
    body, estimate = await status_body(house, job, progress, position=position, more=more(job))
    return json_response(body, HTTPStatus.OK, headers | retry_after(job, estimate))


async def wait_for_change(house: House, request: Request, job: Job, *, seen: str, wait_s: float) -> tuple[Job, Progress | None]:
    """The job as soon as its ETag is no longer `seen`, or after wait_s. Raises NotFound when it is deleted meanwhile."""
    clock = asyncio.get_running_loop().time
    ends_at = clock() + wait_s
    job, progress = await look(house, job)
    while etag_of(job, progress) == seen and not job.status.terminal and (left_s := ends_at - clock()) > 0:
        await house.parts.notices.wait(job.request_id, timeout_s=min(left_s, LOOK_AGAIN_S))
        job, progress = await look(house, await again(house, job))
        if await request.is_disconnected():
            break
    return job, progress


async def wait_for_end(house: House, request: Request, job: Job, *, wait_s: float) -> Job:
    """The job as soon as it is terminal, or after wait_s. Raises NotFound when it is deleted meanwhile."""
    clock = asyncio.get_running_loop().time
    ends_at = clock() + wait_s
    while not job.status.terminal and (left_s := ends_at - clock()) > 0:
        await house.parts.notices.wait(job.request_id, timeout_s=min(left_s, LOOK_AGAIN_S))
        job = await again(house, job)
        if await request.is_disconnected():
            break
    return job


async def again(house: House, job: Job) -> Job:
    """The job as the journal has it now. Raises NotFound, Expired."""
    found = await house.parts.journal.get(job.request_id)
    if found is None:
        raise NotFound
    return present(found)


async def outlook(house: House, job: Job, progress: Progress | None, *, position: int | None = None) -> tuple[int | None, int | None]:
    """(queue_position, estimated_seconds) of a job that has not ended. position: where it is known already."""
    if job.status.terminal:
        return None, None
    if position is None and job.status is JobStatus.QUEUED:
        position = await house.parts.journal.queue_position(job.request_id)
    state = await house.admission.queue()
    return position, estimated_seconds(job, progress=progress, position=position, state=state, now=house.parts.clock.now())


def ticket(house: House, job: Job, *, position: int | None, estimate: int | None) -> dict[str, Any]:
    """What a submission answers (api.md, Submit)."""
    return {
        "request_id": job.request_id,
        "status": job.status.value,
        "document_type": job.document_type,
        "cached": job.cached,
        **links(house, job),
        "created_at": iso_time(job.created_at),
        "queue_position": position,
        "estimated_seconds": estimate,
    }


def links(house: House, job: Job) -> dict[str, str]:
    return {
        "status_url": f"/status/{job.request_id}",
        "result_url": f"/v1/jobs/{job.request_id}/result",
        "read_token": read_token(house.parts.secret_key, job.request_id),
    }


async def status_body(
    house: House, job: Job, progress: Progress | None, *, position: int | None = None, more: Mapping[str, Any] | None = None
) -> tuple[bytes, int | None]:
    """The status JSON, with the result when completed; and the estimate of the seconds left. position: where it is known already."""
    position, estimate = await outlook(house, job, progress, position=position)
    view = {**job_view(job, progress=progress, queue_position=position, estimated_seconds=estimate), **(more or {})}
    if job.status is not JobStatus.COMPLETED or job.result is None:
        return json.dumps(view).encode(), estimate
    # The stored bytes are put in as they are: parsing megabytes of words to write them again would hold up everybody.
    del view["result"]
    result = await result_json(house, job)
    return json.dumps(view).encode()[:-1] + b', "result": ' + result + b"}", estimate


async def result_json(house: House, job: Job) -> bytes:
    """A completed job's result as JSON: as it is stored, or with a person's review. Raises Expired when it is gone."""
    if job.result is None:
        raise Expired
    if not job.review_no:
        return await stored(house, job.result)
    try:
        result = await shown_result(job, journal=house.parts.journal, blobs=house.parts.blobs)
    except NotFound as error:
        raise Expired from error
    return (await asyncio.to_thread(json.dumps, result, ensure_ascii=False)).encode("utf-8", "replace")


async def stored(house: House, ref: BlobRef) -> bytes:
    """A small blob's bytes. Raises Expired when it is gone."""
    try:
        return b"".join([chunk async for chunk in house.parts.blobs.read(ref)])
    except NotFound as error:
        raise Expired from error


def retry_after(job: Job, estimate: int | None) -> dict[str, str]:
    """Retry-After of a job that has not ended."""
    return {} if job.status.terminal else {"Retry-After": str(min(LONGEST_RETRY_S, estimate or 2))}


def json_response(body: bytes | dict[str, Any], status_code: int, headers: Mapping[str, str] | None = None) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(content, status_code=status_code, media_type="application/json", headers=dict(headers or {}))
