"""Routes that callers of earlier systems use: each the same submission, answered the way those callers test for."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from doctray.api.deps import house_of
from doctray.api.errors import JobRefusal, error_of
from doctray.api.following import json_response, stored, wait_for_end
from doctray.api.intake import take, ticket_response
from doctray.api.schemas import PROBLEMS, Ticket, submission_extra
from doctray.domain.errors import Expired, WaitExceeded
from doctray.domain.job import DocumentType, JobStatus

router = APIRouter(responses=PROBLEMS, tags=["compatibility"])


async def _submit(request: Request, *, route: str, preset: DocumentType) -> Response:
    job = await take(request, route=route, preset=preset)
    return await ticket_response(request, job, status_code=HTTPStatus.OK, ended_code=HTTPStatus.OK)


@router.post("/process-insurance-certificate", response_model=Ticket, openapi_extra=submission_extra(preset="certificate"))
async def process_insurance_certificate(request: Request) -> Response:
    """A certificate, as the scalable OCR system took it."""
    return await _submit(request, route="/process-insurance-certificate", preset=DocumentType.CERTIFICATE)


@router.post("/process-certificate", response_model=Ticket, openapi_extra=submission_extra(preset="certificate"))
async def process_certificate(request: Request) -> Response:
    """A certificate, as the scalable OCR system took it."""
    return await _submit(request, route="/process-certificate", preset=DocumentType.CERTIFICATE)


@router.post("/process-timetable", response_model=Ticket, openapi_extra=submission_extra(preset="timetable"))
async def process_timetable(request: Request) -> Response:
    """A timetable, as the scalable OCR system took it."""
    return await _submit(request, route="/process-timetable", preset=DocumentType.TIMETABLE)


@router.post("/process", openapi_extra=submission_extra())
async def process(request: Request) -> Response:
    """Submit, wait, and answer the finished result: the old synchronous call. 504 names the request_id to poll."""
    job = await take(request, route="/process")
    house = house_of(request)
    job = await wait_for_end(house, request, job, wait_s=house.settings.intake.wait_max_seconds)
    if not job.status.terminal:
        raise JobRefusal(WaitExceeded(), job.request_id)
    if job.status is not JobStatus.COMPLETED:
        raise JobRefusal(error_of(job), job.request_id)
    if job.result is None:
        raise JobRefusal(Expired(), job.request_id)
    return json_response(await stored(house, job.result), HTTPStatus.OK, {"Location": f"/v1/jobs/{job.request_id}"})
