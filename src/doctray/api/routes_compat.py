"""Routes that callers of earlier systems use: each the same submission, answered the way those callers test for."""

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from doctray.api.deps import PlacedJob, Reader, house_of
from doctray.api.dialects import ECOSTEPS, PIPELINE, PLAIN, UPLOAD, Dialect
from doctray.api.errors import JobRefusal, error_of
from doctray.api.following import WaitSeconds, json_response, result_json, status_response, wait_for_end
from doctray.api.intake import take, ticket_response
from doctray.api.machine import machine
from doctray.api.openapi_bodies import pipeline_extra, submission_extra
from doctray.api.openapi_problems import CALLER, FOLLOWED, JOB_ERRORS, SUBMISSION, problems
from doctray.api.schemas import AppStatus, DocumentTicket, EarlierJob, EarlierTicket, PipelineJob, PipelineTicket, UploadedJob, worker_view
from doctray.api.schemas_result import Result
from doctray.domain.errors import Expired, WaitExceeded
from doctray.domain.job import DocumentType, Job, JobStatus

router = APIRouter(tags=["compatibility"])

_REFUSED = problems(*SUBMISSION)

PIPELINE_WORDS: Mapping[JobStatus, str] = {
    JobStatus.QUEUED: "queued",
    JobStatus.PROCESSING: "running",
    JobStatus.COMPLETED: "completed",
    JobStatus.FAILED: "failed",
    # Their callers know no other end; the code tells.
    JobStatus.CANCELLED: "failed",
}


_SUCCESS: Mapping[str, Any] = {"success": True}
"""A member that callers of the earlier systems test for beside the status."""


async def _submit(
    request: Request,
    *,
    route: str,
    preset: DocumentType | None = None,
    dialect: Dialect = PLAIN,
    more: Callable[[Job], Mapping[str, Any]] = lambda _: _SUCCESS,
) -> Response:
    accepted = await take(request, route=route, preset=preset, dialect=dialect)
    return await ticket_response(request, accepted, status_code=HTTPStatus.OK, ended_code=HTTPStatus.OK, more=more)


@router.post(
    "/process-insurance-certificate",
    response_model=EarlierTicket | EarlierJob,
    responses=_REFUSED,
    openapi_extra=submission_extra(preset="certificate"),
)
async def process_insurance_certificate(request: Request) -> Response:
    """A certificate, as the scalable OCR system took it."""
    return await _submit(request, route="/process-insurance-certificate", preset=DocumentType.CERTIFICATE)


@router.post(
    "/process-certificate",
    response_model=EarlierTicket | EarlierJob,
    responses=_REFUSED,
    openapi_extra=submission_extra(preset="certificate"),
)
async def process_certificate(request: Request) -> Response:
    """A certificate, as the scalable OCR system took it."""
    return await _submit(request, route="/process-certificate", preset=DocumentType.CERTIFICATE)


@router.post(
    "/process-timetable",
    response_model=EarlierTicket | EarlierJob,
    responses=_REFUSED,
    openapi_extra=submission_extra(preset="timetable"),
)
async def process_timetable(request: Request) -> Response:
    """A timetable, as the scalable OCR system took it."""
    return await _submit(request, route="/process-timetable", preset=DocumentType.TIMETABLE)


@router.post(
    "/process",
    response_model=Result,
    responses=problems(*SUBMISSION, *JOB_ERRORS, "wait_exceeded"),
    openapi_extra=submission_extra(),
)
async def process(request: Request) -> Response:
    """Submit, wait, and answer the finished result: the old synchronous call. 504 names the request_id to poll."""
    job = (await take(request, route="/process")).job
    house = house_of(request)
    job = await wait_for_end(house, request, job, wait_s=house.settings.intake.wait_max_seconds)
    if not job.status.terminal:
        raise JobRefusal(WaitExceeded(), job.request_id)
    if job.status is not JobStatus.COMPLETED:
        raise JobRefusal(error_of(job), job.request_id)
    if job.result is None:
        raise JobRefusal(Expired(), job.request_id)
    return json_response(await result_json(house, job), HTTPStatus.OK, {"Location": f"/v1/jobs/{job.request_id}"})


@router.post(
    "/api/v1/ocr-ecosteps",
    response_model=EarlierTicket | EarlierJob,
    responses=_REFUSED,
    openapi_extra=submission_extra(dialect=ECOSTEPS),
)
async def ocr_ecosteps(request: Request) -> Response:
    """An image by its address, as the Laravel-driven OCR API took it; ten a minute."""
    return await _submit(request, route="/api/v1/ocr-ecosteps", dialect=ECOSTEPS)


@router.post(
    "/api/v1/documents/upload",
    response_model=DocumentTicket | UploadedJob,
    responses=_REFUSED,
    openapi_extra=submission_extra(dialect=UPLOAD),
)
async def upload_document(request: Request) -> Response:
    """A document, as the timetable platform uploads it."""
    return await _submit(
        request, route="/api/v1/documents/upload", dialect=UPLOAD, more=lambda job: {**_SUCCESS, "documentId": job.request_id}
    )


@router.post("/api/pipeline/run", response_model=PipelineTicket | PipelineJob, responses=_REFUSED, openapi_extra=pipeline_extra())
async def run_pipeline(request: Request) -> Response:
    """An address and the fields wanted, as the lightweight API + worker took them."""
    return await _submit(request, route="/api/pipeline/run", dialect=PIPELINE, more=_in_their_words)


@router.post("/api/scrape", response_model=PipelineTicket | PipelineJob, responses=_REFUSED, openapi_extra=pipeline_extra())
async def scrape(request: Request) -> Response:
    """An address and the fields wanted, as the lightweight API + worker took them."""
    return await _submit(request, route="/api/scrape", dialect=PIPELINE, more=_in_their_words)


@router.get("/api/scrape/{request_id}", operation_id="scrape_job", response_model=PipelineJob, responses=FOLLOWED)
@router.get("/api/jobs/{request_id}", response_model=PipelineJob, responses=FOLLOWED)
async def pipeline_job(request: Request, found: PlacedJob, wait: WaitSeconds | None = None) -> Response:
    """The job in their words: queued, running, completed, failed. A cancelled one reads failed, with its code."""
    return await status_response(request, found, wait_s=wait, more=_in_their_words)


@router.get("/app-status", response_model=AppStatus, responses=problems(*CALLER))
async def app_status(request: Request, _caller: Reader) -> Response:
    """Queue, workers and machine, as the Laravel-driven OCR API showed them."""
    house = house_of(request)
    queue, workers = await asyncio.gather(house.admission.queue(fresh=True), house.parts.journal.workers())
    body = {
        "queue": {
            "waiting_in_queue": queue.queued,
            "processing": queue.processing,
            "max": house.settings.intake.max_queue_size,
            "oldest_due_age_seconds": round(queue.oldest_due_age_s, 1),
        },
        "workers": [worker_view(worker) for worker in workers],
        "system": {**machine(house.settings.home), "gpu": [worker.device for worker in workers if worker.device != "cpu"]},
    }
    return json_response(body, HTTPStatus.OK)


def _in_their_words(job: Job) -> dict[str, Any]:
    return {"job_id": job.request_id, "status": PIPELINE_WORDS[job.status]}
