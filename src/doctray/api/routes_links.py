"""Links into the document store, for callers who fetch large results from there and not through this process (S3_LINK_SECONDS)."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from doctray.api.deps import VisibleJob, house_of
from doctray.api.errors import RESULT_CONFLICT
from doctray.api.following import json_response
from doctray.api.openapi_problems import CALLER, JOB, JOB_ERRORS, conflict, problems
from doctray.api.results import result_of
from doctray.api.schemas import ResultLink
from doctray.domain.errors import NotFound
from doctray.domain.moments import iso_time

router = APIRouter()


@router.get(
    "/v1/jobs/{request_id}/result/link",
    tags=["follow"],
    response_model=ResultLink,
    responses={**problems(*CALLER, *JOB), **conflict("not_finished", *JOB_ERRORS, status=RESULT_CONFLICT)},
)
async def result_link(request: Request, job: VisibleJob) -> Response:
    """Where the result's JSON can be fetched without a key, as it was extracted: reviews are not in it. 404 where no links are made."""
    ref = result_of(job)
    link = await house_of(request).parts.blobs.link(ref)
    if link is None:
        raise NotFound("This service makes no links; the result is to be had at /v1/jobs/{request_id}/result.")
    body = {
        "request_id": job.request_id,
        "url": link.url,
        "expires_at": iso_time(link.expires_at),
        "size_bytes": ref.size_bytes,
        "sha256": ref.sha256,
    }
    return json_response(body, HTTPStatus.OK, {"Cache-Control": "no-store"})
