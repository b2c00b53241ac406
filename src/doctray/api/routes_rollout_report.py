"""For administrators: what a rollout's two arms did, as JSON or as a page. Figures alone: documents belong to their owners."""

import asyncio
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from doctray.api.deps import Admin, house_of
from doctray.api.following import json_response
from doctray.api.openapi_problems import CALLER, problems
from doctray.api.routes_rollout import Kind
from doctray.api.schemas_rollout_report import RolloutReportView
from doctray.domain.errors import NotFound
from doctray.domain.rollout import RolloutKind
from doctray.service.rollout_page import as_dict, as_html, plots_of
from doctray.service.rollout_report import gather

router = APIRouter(prefix="/v1/admin", responses=problems(*CALLER), tags=["rollouts"])

LONGEST_HOURS = 24 * 366

PAGE_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""The page brings its style along, and nothing else."""


@router.get(
    "/rollout/report",
    response_model=RolloutReportView,
    responses={
        HTTPStatus.OK: {"content": {"text/html": {"schema": {"type": "string"}}}},
        **problems(*CALLER, "invalid_option", "not_found"),
    },
)
async def rollout_report(
    request: Request,
    _caller: Admin,
    kind: Kind = RolloutKind.ENGINE,
    hours: Annotated[float, Query(gt=0, le=LONGEST_HOURS, allow_inf_nan=False, description="how many hours back from now")] = 24.0,
    plots: Annotated[bool, Query(description="with the plots, as SVG")] = False,
) -> Response:
    """Times, failures, confidence, cost, and agreement by field where both read the same documents; as a page where a browser asks."""
    parts = house_of(request).parts
    report = await gather(kind, hours=hours, journal=parts.journal, blobs=parts.blobs, clock=parts.clock)
    if report is None:
        raise NotFound(f"There is no rollout plan for the {kind.value}; make one first.")
    # What a page of many documents takes to draw is no time of the event loop's.
    if "text/html" in request.headers.get("accept", ""):
        page = await asyncio.to_thread(as_html, report)
        return HTMLResponse(page, headers={"Content-Security-Policy": PAGE_CSP, "Cache-Control": "no-store"})
    told = await asyncio.to_thread(as_dict, report)
    drawn = await asyncio.to_thread(plots_of, report) if plots else None
    return json_response(told | {"plots": drawn}, HTTPStatus.OK, {"Cache-Control": "private, no-cache"})
