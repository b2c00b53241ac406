"""Batches: up to a hundred documents in one request, and how far they are."""

from collections import Counter
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from doctray.api.batch_intake import Refused, Taken, take_batch
from doctray.api.deps import House, Reader, house_of, is_id
from doctray.api.errors import problem_body
from doctray.api.following import json_response, ticket
from doctray.api.openapi_bodies import batch_extra
from doctray.api.openapi_problems import CALLER, SUBMISSION, problems
from doctray.api.schemas import BatchStatus, BatchTicket
from doctray.domain.batch import batch_view, counts_of
from doctray.domain.errors import NotFound
from doctray.domain.job import Job
from doctray.service.views import job_view

router = APIRouter(tags=["batches"])


@router.post(
    "/v1/batches",
    status_code=HTTPStatus.ACCEPTED,
    response_model=BatchTicket,
    responses=problems(*SUBMISSION),
    openapi_extra=batch_extra(),
)
async def submit_batch(request: Request) -> Response:
    """Submit up to 100 documents under one set of options. One that is refused says so in its place and refuses no other."""
    batch, taken = await take_batch(request)
    batch_url = f"/v1/batches/{batch.batch_id}"
    body = {
        "batch_id": batch.batch_id,
        "batch_url": batch_url,
        "total": sum(not isinstance(each, Refused) for each in taken),
        "documents": [_told(house_of(request), each) for each in taken],
    }
    return json_response(body, HTTPStatus.ACCEPTED, {"Location": batch_url})


@router.get("/v1/batches/{batch_id}", response_model=BatchStatus, responses=problems(*CALLER, "not_found"))
async def show_batch(request: Request, caller: Reader, batch_id: str) -> Response:
    """How many of its documents are in which status, and each of them."""
    view = await house_of(request).parts.journal.batch(batch_id) if is_id(batch_id) else None
    if view is None or view.batch.owner != caller.owner:
        raise NotFound("There is no such batch of yours.")
    counts = counts_of(Counter(job.status for job in view.jobs))
    return json_response({**batch_view(view.batch, counts), "documents": [_shown(job) for job in view.jobs]}, HTTPStatus.OK)


def _told(house: House, taken: Taken) -> dict[str, Any]:
    if isinstance(taken, Refused):
        return {"file_name": taken.file_name, "error": problem_body(taken.error)}
    return {"file_name": taken.file_name, **ticket(house, taken, position=None, estimate=None)}


def _shown(job: Job) -> dict[str, Any]:
    error = job_view(job)["error"]
    return {
        "request_id": job.request_id,
        "file_name": job.file_name,
        "status": job.status.value,
        "status_url": f"/status/{job.request_id}",
        "result_url": f"/v1/jobs/{job.request_id}/result",
        "error": error,
    }
