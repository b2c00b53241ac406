"""Jobs: submit, follow, list, cancel, delete, replay, and what was posted about them."""

import asyncio
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from doctray.api.deps import Cursor, Limit, Moment, PlacedJob, Reader, Submitter, actor_of, house_of, kept_job, live_job
from doctray.api.direct import Polled, Submitting
from doctray.api.following import (
    WaitSeconds,
    json_response,
    status_response,
)
from doctray.api.intake import take, ticket_response
from doctray.api.openapi_bodies import submission_extra
from doctray.api.openapi_problems import CALLER, FOLLOWED, JOB, SUBMISSION, problems
from doctray.api.schemas import DeliveryList, DeliveryView, JobList, JobView, Ticket, WebhookSecrets
from doctray.domain.errors import Forbidden, NotFound
from doctray.domain.job import Delivery, DocumentType, JobStatus
from doctray.domain.keys import DEFAULT_OWNER, Scope
from doctray.domain.moments import iso_time
from doctray.ports import JobQuery
from doctray.service import jobs as use_cases
from doctray.service.deliver import signing_secrets
from doctray.service.views import job_view

router = APIRouter(responses=problems(*CALLER))
submitting = APIRouter(responses=problems(*CALLER), route_class=Submitting)
polled = APIRouter(responses=problems(*CALLER), route_class=Polled)

_OF_A_JOB = problems(*CALLER, *JOB)

SECRET_OVERLAP_S = 24 * 3600.0
"""After a rotation the old secret signs beside the new one for so long, so that receivers can change over."""


@submitting.post(
    "/v1/jobs",
    status_code=HTTPStatus.ACCEPTED,
    response_model=Ticket,
    openapi_extra=submission_extra(),
    responses={
        HTTPStatus.OK: {"model": JobView, "description": "The caller asked to wait, and the job has ended."},
        **problems(*SUBMISSION),
    },
    tags=["submit"],
)
async def submit_job(request: Request) -> Response:
    """Submit a document; 202 with its request_id at once."""
    accepted = await take(request, route="/v1/jobs")
    return await ticket_response(request, accepted, status_code=HTTPStatus.ACCEPTED, ended_code=HTTPStatus.OK)


@router.get("/v1/jobs", response_model=JobList, responses=problems(*CALLER, "invalid_option"), tags=["follow"])
async def list_jobs(
    request: Request,
    caller: Reader,
    status: JobStatus | None = None,
    document_type: DocumentType | None = None,
    created_after: Moment | None = None,
    q: Annotated[str | None, Query(max_length=100, pattern="^[^\\x00]*$", description="part of the file name or id")] = None,
    limit: Limit = 50,
    cursor: Cursor | None = None,
) -> Response:
    """Your jobs, newest first, without their results."""
    query = JobQuery(
        owner=caller.owner,
        status=status,
        document_type=document_type.value if document_type else None,
        created_after=created_after,
        q=q or None,
        limit=limit,
        cursor=cursor,
    )
    found, next_cursor = await house_of(request).parts.journal.list_jobs(query)
    return json_response({"jobs": [job_view(job) for job in found], "next_cursor": next_cursor}, HTTPStatus.OK)


@polled.get("/status/{request_id}", operation_id="status", response_model=JobView, responses=FOLLOWED, tags=["follow"])
@polled.get("/v1/jobs/{request_id}", response_model=JobView, responses=FOLLOWED, tags=["follow"])
async def job_status(request: Request, found: PlacedJob, wait: WaitSeconds | None = None) -> Response:
    """The job. Poll with If-None-Match, or wait for the next change."""
    return await status_response(request, found, wait_s=wait)


@router.post("/v1/jobs/{request_id}/cancel", response_model=JobView, responses=_OF_A_JOB, tags=["change"])
async def cancel_job(request: Request, caller: Submitter, request_id: str) -> Response:
    """Cancel: queued jobs at once, processing ones within seconds. A job that has ended stays as it is."""
    house = house_of(request)
    await live_job(house, request_id, owner=caller.owner)
    parts = house.parts
    job = await use_cases.cancel(request_id, owner=caller.owner, journal=parts.journal, notices=parts.notices, announcer=parts.announcer)
    return json_response(job_view(job), HTTPStatus.OK)


@router.delete("/v1/jobs/{request_id}", status_code=HTTPStatus.NO_CONTENT, responses=problems(*CALLER, "not_found"), tags=["change"])
async def delete_job(request: Request, caller: Submitter, request_id: str) -> Response:
    """Delete the document, its result and its webhook bodies; only id and times stay. A second time changes nothing."""
    house = house_of(request)
    job = await kept_job(house, request_id, owner=caller.owner)
    if job.deleted_at is not None:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    parts = house.parts
    await use_cases.delete(
        request_id,
        owner=caller.owner,
        journal=parts.journal,
        blobs=parts.blobs,
        notices=parts.notices,
        announcer=parts.announcer,
        by=actor_of(request, caller),
    )
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post(
    "/v1/jobs/{request_id}/replay",
    status_code=HTTPStatus.ACCEPTED,
    response_model=JobView,
    responses=_OF_A_JOB,
    tags=["change"],
)
async def replay_job(request: Request, caller: Submitter, request_id: str) -> Response:
    """Run a failed job again, in a new generation with fresh tries. An administrator may replay anybody's."""
    house = house_of(request)
    owner = None if Scope.ADMIN in caller.scopes else caller.owner
    await live_job(house, request_id, owner=owner)
    by = actor_of(request, caller)
    job = await use_cases.replay(request_id, owner=owner, journal=house.parts.journal, queue=house.parts.queue, by=by)
    return json_response(job_view(job), HTTPStatus.ACCEPTED, {"Location": f"/v1/jobs/{request_id}"})


@router.get("/v1/jobs/{request_id}/deliveries", response_model=DeliveryList, responses=_OF_A_JOB, tags=["webhooks"])
async def job_deliveries(request: Request, caller: Reader, request_id: str) -> Response:
    """What was posted about the job, every try of it."""
    house = house_of(request)
    await live_job(house, request_id, owner=caller.owner)
    found = await house.parts.journal.deliveries(request_id)
    return json_response({"deliveries": [_delivery_view(delivery) for delivery in found]}, HTTPStatus.OK)


@router.post(
    "/v1/deliveries/{delivery_id}/redeliver",
    status_code=HTTPStatus.ACCEPTED,
    response_model=DeliveryView,
    responses=problems(*CALLER, "not_found"),
    tags=["webhooks"],
)
async def redeliver(request: Request, caller: Submitter, delivery_id: str) -> Response:
    """Post it again, under the same webhook-id."""
    delivery = await house_of(request).parts.journal.redeliver(delivery_id, owner=caller.owner, by=actor_of(request, caller))
    if delivery is None:
        raise NotFound("There is no such delivery of yours.")
    return json_response(_delivery_view(delivery), HTTPStatus.ACCEPTED)


@router.get("/v1/webhook-secret", response_model=WebhookSecrets, tags=["webhooks"])
async def webhook_secret(request: Request, caller: Submitter) -> Response:
    """The secret that your webhooks are signed with; made on first need."""
    return json_response(await _secrets(request, caller.owner), HTTPStatus.OK)


@router.post("/v1/webhook-secret", response_model=WebhookSecrets, status_code=HTTPStatus.CREATED, tags=["webhooks"])
async def rotate_webhook_secret(request: Request, caller: Submitter) -> Response:
    """A new secret; the old one signs beside it for a day."""
    house = house_of(request)
    if caller.owner == DEFAULT_OWNER and house.settings.outbound.webhook_secret is not None:
        raise Forbidden("WEBHOOK_SECRET sets this secret; the operator rotates it there.")
    from doctray.outbound.signing import new_secret

    sealed = await asyncio.to_thread(house.parts.sealer.seal, new_secret().encode())
    by = actor_of(request, caller)
    await house.parts.keys.add_webhook_secret(caller.owner, sealed, overlap_s=SECRET_OVERLAP_S, by=by)
    return json_response(await _secrets(request, caller.owner), HTTPStatus.CREATED)


async def _secrets(request: Request, owner: str) -> dict[str, Any]:
    house = house_of(request)
    fixed = house.settings.outbound.webhook_secret
    default_secret = fixed.get_secret_value() if fixed else None
    newest, *older = await signing_secrets(owner, keys=house.parts.keys, sealer=house.parts.sealer, default_secret=default_secret)
    return {"secret": newest, "previous": older, "fixed": fixed is not None and owner == DEFAULT_OWNER}


def _delivery_view(delivery: Delivery) -> dict[str, Any]:
    return {
        "delivery_id": delivery.delivery_id,
        "request_id": delivery.request_id,
        "webhook_id": delivery.webhook_id,
        "type": delivery.type,
        "url": delivery.url,
        "status": delivery.status.value,
        "created_at": iso_time(delivery.created_at),
        "next_at": iso_time(delivery.next_at),
        "tries": [
            {
                "number": attempt.number,
                "at": iso_time(attempt.at),
                "status_code": attempt.status_code,
                "error": attempt.error,
                "seconds": attempt.seconds,
            }
            for attempt in delivery.tries
        ],
    }
