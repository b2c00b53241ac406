"""Answering with a result: as it is stored, in a light form made here, or in one that a worker makes."""

import asyncio
import json
import math
from collections.abc import AsyncIterator
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from doctray.api.deps import House, house_of
from doctray.api.errors import RESULT_CONFLICT, JobRefusal, error_of
from doctray.api.following import LOOK_AGAIN_S, json_response, matches, preferred_wait_s, result_json
from doctray.api.negotiation import disposition
from doctray.domain.artifact import Artifact, ArtifactStatus
from doctray.domain.errors import Expired, NotAcceptable, NotFinished, NotFound, catalogue
from doctray.domain.job import BlobRef, Job, JobStatus
from doctray.export.light import LIGHT
from doctray.export.shown import Shown
from doctray.service.forms import FORMS, Form, edition_of, forms_of
from doctray.service.review import shown_result

LIGHT_LIMIT_BYTES = 8 * 1024 * 1024
"""Of a stored result, above which even light forms are made by a worker: parsing 8 MB takes this process 0.1 s."""

RETRY_S = 1.0
"""A worker looks for what it has to make this often."""


async def form_response(request: Request, job: Job, name: str | None, *, wait_s: float | None = None) -> Response:
    """The result in a form, by its suffix; None: no form that was asked for exists.

    wait_s (else `Prefer: wait=N`): how long to wait for a form that a worker makes. Raises NotAcceptable, JobRefusal.
    """
    form = FORMS.get(name or "")
    if form is None:
        raise NotAcceptable(f"Results are to be had as {_listed(tuple(FORMS.values()))}.")
    ref = result_of(job)
    if form not in forms_of(job):
        raise NotAcceptable(f"The result of this document is to be had as {_listed(forms_of(job))}.")
    headers = {
        "ETag": etag_of_form(form, job),
        "Cache-Control": "private, no-cache",
        "Vary": "Accept",
        "Content-Disposition": disposition(form, job.file_name, job.request_id),
    }
    if matches(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    house = house_of(request)
    if form.name == "json" and not job.review_no:
        return await _streamed(request, house, job, ref, form, headers)
    if form.name == "json":
        return _whole(request, await result_json(house, job), form, headers)
    if form.made or ref.size_bytes > LIGHT_LIMIT_BYTES:
        return await _made(request, house, job, form, headers, wait_s=wait_s)
    try:
        result = await shown_result(job, journal=house.parts.journal, blobs=house.parts.blobs)
    except NotFound as error:
        raise JobRefusal(Expired(), job.request_id) from error
    return _whole(request, await asyncio.to_thread(LIGHT[form.name], Shown.of(job, result)), form, headers)


def result_of(job: Job) -> BlobRef:
    """The job's result. Raises JobRefusal where it has none: not finished, ended otherwise, or gone."""
    if not job.status.terminal:
        raise JobRefusal(NotFinished(), job.request_id)
    if job.status is not JobStatus.COMPLETED:
        raise JobRefusal(error_of(job), job.request_id, status=RESULT_CONFLICT)
    if job.result is None:
        raise JobRefusal(Expired(), job.request_id)
    return job.result


def etag_of_form(form: Form, job: Job) -> str:
    """Changes with the result, and with a review where the form shows fields."""
    return f'"{edition_of(form, job)}-{form.name}"'


async def _made(request: Request, house: House, job: Job, form: Form, headers: dict[str, str], *, wait_s: float | None) -> Response:
    journal, edition = house.parts.journal, edition_of(form, job)
    artifact = await journal.artifact(job.request_id, form.name)
    if artifact is None or artifact.edition != edition or artifact.status is ArtifactStatus.FAILED:
        artifact = await _want(house, job, form)
    asked_s = wait_s if wait_s is not None else preferred_wait_s(request.headers) or 0.0
    artifact = await _settled(request, house, artifact, wait_s=min(asked_s, house.settings.intake.wait_max_seconds))
    if artifact.status is ArtifactStatus.FAILED and artifact.error is not None:
        failure = catalogue()[artifact.error.code](artifact.error.detail or None)
        raise JobRefusal(failure, job.request_id)
    if artifact.blob is not None:
        try:
            return await _streamed(request, house, job, artifact.blob, form, headers)
        except JobRefusal:
            # The blob is gone, as after a restore from a backup: made again.
            artifact = await _want(house, job, form, lost=artifact.blob.key)
    body = {"request_id": job.request_id, "form": form.name, "status": artifact.status.value}
    later_s = RETRY_S
    if artifact.tries_used and artifact.next_at is not None:
        later_s = max(RETRY_S, (artifact.next_at - house.parts.clock.now()).total_seconds())
    return json_response(body, HTTPStatus.ACCEPTED, {"Retry-After": str(math.ceil(later_s)), "Cache-Control": "no-store"})


async def _want(house: House, job: Job, form: Form, *, lost: str | None = None) -> Artifact:
    wanted = await house.parts.journal.want_artifact(job.request_id, form=form.name, edition=edition_of(form, job), lost=lost)
    if wanted is None:
        raise JobRefusal(Expired(), job.request_id)
    return wanted


async def _settled(request: Request, house: House, artifact: Artifact, *, wait_s: float) -> Artifact:
    """The artifact once it is no longer pending, or after wait_s."""
    clock = asyncio.get_running_loop().time
    ends_at = clock() + wait_s
    while artifact.status is ArtifactStatus.PENDING and (left_s := ends_at - clock()) > 0 and not await request.is_disconnected():
        await house.parts.notices.wait(artifact.request_id, timeout_s=min(left_s, LOOK_AGAIN_S))
        found = await house.parts.journal.artifact(artifact.request_id, artifact.form)
        if found is None:
            raise JobRefusal(Expired(), artifact.request_id)
        artifact = found
    return artifact


def _whole(request: Request, content: bytes, form: Form, headers: dict[str, str]) -> Response:
    headers["Content-Length"] = str(len(content))
    return Response(b"" if request.method == "HEAD" else content, media_type=form.media_type, headers=headers)


async def _streamed(request: Request, house: House, job: Job, ref: BlobRef, form: Form, headers: dict[str, str]) -> Response:
    chunks = house.parts.blobs.read(ref)
    try:
        first = await anext(chunks, b"")
    except NotFound as error:
        raise JobRefusal(Expired(), job.request_id) from error
    headers = {**headers, "Content-Length": str(ref.size_bytes)}
    if request.method == "HEAD":
        return Response(b"", media_type=form.media_type, headers=headers)
    return StreamingResponse(after(first, chunks), media_type=form.media_type, headers=headers)


async def after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """What was read to see whether there is anything, then the rest."""
    yield first
    async for chunk in rest:
        yield chunk


def _listed(forms: tuple[Form, ...]) -> str:
    names = [form.name for form in forms]
    return f"{', '.join(names[:-1])} or {names[-1]}"


def review_expected(if_match: str | None, job: Job) -> int | None:
    """The review_no that a reviewer has seen, for `Journal.add_review`. None: whatever it is.

    If-Match may name the review ("2") or any form of the result; without it the reviewer has seen none. -1: another state.
    """
    if if_match is None:
        return 0
    tags = {tag.strip().removeprefix("W/") for tag in if_match.split(",")}
    if "*" in tags:
        return None
    now = {review_etag(job)} | {etag_of_form(form, job) for form in FORMS.values() if form.fields}
    return job.review_no if tags & now else -1


def review_etag(job: Job) -> str:
    return json.dumps(str(job.review_no))
