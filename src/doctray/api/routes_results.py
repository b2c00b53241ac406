"""What came of a job: its result in every form, the pages as they were read, and what a person says the fields are."""

import asyncio
import json
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response, StreamingResponse

from doctray.api.deps import Reader, Submitter, VisibleJob, house_of, live_job
from doctray.api.errors import RESULT_CONFLICT, JobRefusal
from doctray.api.following import WaitSeconds, json_response
from doctray.api.intake import read_model
from doctray.api.negotiation import accepted_form
from doctray.api.openapi_bodies import BINARY, IF_MATCH, body_extra, shape_of
from doctray.api.openapi_problems import CALLER, FETCHED, JOB, JOB_ERRORS, JSON_BODY, conflict, problems
from doctray.api.results import after, form_response, result_of, review_etag, review_expected
from doctray.api.schemas import NewReview, PendingForm, ReviewList, ReviewView
from doctray.api.schemas_result import Result
from doctray.domain.errors import InvalidOption, NotFound
from doctray.domain.extraction import Fields
from doctray.domain.job import BlobRef, Job
from doctray.extraction.json_schema import NotCheckable, violations
from doctray.service.forms import FORMS
from doctray.service.reuse import page_image_key
from doctray.service.review import add_review
from doctray.service.views import review_view

router = APIRouter()

MAX_REVIEW_BYTES = 1024 * 1024

_ALWAYS = [form.name for form in FORMS.values() if form.kinds is None]
FormName = Annotated[str, Path(json_schema_extra={"enum": _ALWAYS}, description="of some documents also csv, xlsx, ics")]

_FORMS: dict[int | str, dict[str, Any]] = {
    HTTPStatus.OK: {
        "model": Result,
        "content": {form.media_type: shape_of(form) for form in FORMS.values() if form.name != "json"},
        "description": "The result.",
    },
    HTTPStatus.ACCEPTED: {"model": PendingForm, "description": "A worker makes this form; ask again after Retry-After."},
    **FETCHED,
}


@router.get("/v1/jobs/{request_id}/result", tags=["follow"], response_model=Result, responses=_FORMS)
async def job_result(request: Request, job: VisibleJob, wait: WaitSeconds | None = None) -> Response:
    """The result, as often as wanted; Accept picks the form."""
    return await form_response(request, job, accepted_form(request.headers.get("accept", "")), wait_s=wait)


@router.get("/v1/jobs/{request_id}/result.{form}", tags=["follow"], response_model=Result, responses=_FORMS)
async def job_result_form(request: Request, job: VisibleJob, form: FormName, wait: WaitSeconds | None = None) -> Response:
    """The result in the form of the suffix. Every document has json, md, txt, hocr and pdf (the document, made searchable); those with
    fields have csv and xlsx, timetables have ics as well."""
    return await form_response(request, job, form, wait_s=wait)


@router.head("/v1/jobs/{request_id}/result", include_in_schema=False)
async def job_result_head(request: Request, job: VisibleJob) -> Response:
    """What GET would answer, without the body."""
    return await form_response(request, job, accepted_form(request.headers.get("accept", "")))


@router.head("/v1/jobs/{request_id}/result.{form}", include_in_schema=False)
async def job_result_form_head(request: Request, job: VisibleJob, form: FormName) -> Response:
    """What GET would answer, without the body."""
    return await form_response(request, job, form)


@router.get(
    "/v1/jobs/{request_id}/pages/{page}.png",
    tags=["follow"],
    responses={
        HTTPStatus.OK: {"content": {"image/png": {"schema": BINARY}}, "description": "The page as it was read."},
        **problems(*CALLER, *JOB, "invalid_option"),
    },
    response_class=Response,
)
async def job_page(request: Request, job: VisibleJob, page: Annotated[int, Path(ge=1, le=1_000_000)]) -> Response:
    """The page as it was read; boxes refer to its pixels."""
    image = BlobRef(key=page_image_key(job.request_id, page), size_bytes=0, sha256="")
    chunks = house_of(request).parts.blobs.read(image)
    try:
        first = await anext(chunks, b"")
    except NotFound as error:
        raise NotFound("There is no image of this page (yet).") from error
    return StreamingResponse(after(first, chunks), media_type="image/png")


@router.get("/v1/jobs/{request_id}/review", response_model=ReviewList, responses=problems(*CALLER, *JOB), tags=["review"])
async def job_reviews(request: Request, caller: Reader, request_id: str) -> Response:
    """Every review of the job, oldest first; the last one counts."""
    house = house_of(request)
    job = await live_job(house, request_id, owner=caller.owner)
    reviews = await house.parts.journal.reviews(request_id)
    body = {"request_id": request_id, "validated": job.validated, "reviews": [review_view(review) for review in reviews]}
    return json_response(body, HTTPStatus.OK, {"ETag": review_etag(job), "Cache-Control": "private, no-cache"})


@router.put(
    "/v1/jobs/{request_id}/review",
    response_model=ReviewView,
    responses={
        **problems(*CALLER, *JOB, *JSON_BODY),
        **conflict("review_conflict", "invalid_option", "not_finished", *JOB_ERRORS, status=RESULT_CONFLICT),
    },
    tags=["review"],
    openapi_extra=body_extra(NewReview) | {"parameters": [IF_MATCH]},
)
async def review_job(request: Request, caller: Submitter, request_id: str) -> Response:
    """What a person says the fields are, all of them. The machine's stay beside; If-Match names the state that was reviewed."""
    house = house_of(request)
    job = await live_job(house, request_id, owner=caller.owner)
    result_of(job)
    given = await read_model(request, NewReview, limit=MAX_REVIEW_BYTES)
    try:
        await asyncio.to_thread(_check_fields, given.fields, job)
    except InvalidOption as error:
        # The request is well formed; it is this job's kind of document that has no such fields.
        raise JobRefusal(error, request_id, status=RESULT_CONFLICT) from error
    reviewed, review = await add_review(
        job,
        fields=given.fields,
        reviewed_by=given.reviewed_by or caller.owner,
        key_id=caller.bucket.partition(":")[2] if caller.bucket.startswith("key:") else None,
        note=given.note,
        expected=review_expected(request.headers.get("if-match"), job),
        journal=house.parts.journal,
        notices=house.parts.notices,
        announcer=house.parts.announcer,
    )
    return json_response(
        {"request_id": request_id, "validated": True, **review_view(review)}, HTTPStatus.OK, {"ETag": review_etag(reviewed)}
    )


def _check_fields(fields: Fields, job: Job) -> None:
    """Raises InvalidOption with a pointer to each fault; what the person wrote is not repeated."""
    schema = json.loads(job.options.schema) if job.document_type == "custom" and job.options.schema else _schema_of(job.document_type)
    try:
        faults = violations(fields, schema)
    except NotCheckable as error:
        raise InvalidOption("The fields cannot be checked against the document's schema: they are nested too deeply.") from error
    if faults:
        raise InvalidOption(
            f"The fields are not those of a {job.document_type}: {len(faults)} do not fit its schema.",
            errors=[{"pointer": f"/fields{fault.pointer}", "detail": f"{fault.keyword}: {fault.expected}"} for fault in faults],
        )


@cache
def _schema_of(document_type: str) -> dict[str, Any]:
    """The published schema of a document type; of others any object will do."""
    if document_type not in ("certificate", "timetable"):
        return {"type": "object"}
    text = (files("doctray.extraction") / "schemas" / f"{document_type}.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
