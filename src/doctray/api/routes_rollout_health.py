"""For administrators: how a rollout's candidate does, and what follows from it."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from doctray.api.deps import Admin, house_of
from doctray.api.following import json_response
from doctray.api.openapi_problems import CALLER, problems
from doctray.api.routes_rollout import Kind
from doctray.api.schemas_rollout_health import RolloutHealth
from doctray.domain.errors import NotFound
from doctray.domain.rollout import RolloutKind
from doctray.service.rollout_guard import health_of

router = APIRouter(prefix="/v1/admin", responses=problems(*CALLER), tags=["rollouts"])


@router.get("/rollout/health", response_model=RolloutHealth, responses=problems(*CALLER, "invalid_option", "not_found"))
async def rollout_health(request: Request, _caller: Admin, kind: Kind = RolloutKind.ENGINE) -> Response:
    """The candidate's figures beside the baseline's and the plan's thresholds, the verdict, and why."""
    parts = house_of(request).parts
    health = await health_of(kind, journal=parts.journal, clock=parts.clock)
    if health is None:
        raise NotFound(f"There is no rollout plan for the {kind.value}; make one first.")
    return json_response(health, HTTPStatus.OK, {"Cache-Control": "private, no-cache"})
