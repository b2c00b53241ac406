"""For administrators: rollout plans, their history, retirement of a baseline, and what a key opts in to."""

import json
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from doctray.api.deps import Admin, actor_of, house_of
from doctray.api.following import json_response
from doctray.api.intake import read_model
from doctray.api.openapi_bodies import ROLLOUT_IF_MATCH, body_extra
from doctray.api.openapi_problems import CALLER, JSON_BODY, problems
from doctray.api.schemas_rollout import KeyRollout, NewKeyRollout, NewRollout, RetireBaseline, RolloutHistory, RolloutView
from doctray.domain.errors import NotFound
from doctray.domain.moments import iso_time
from doctray.domain.rollout import Arm, RolloutChange, RolloutKind, RolloutPlan, next_stage, plan_of
from doctray.service import rollouts

router = APIRouter(prefix="/v1/admin", responses=problems(*CALLER), tags=["rollouts"])

MAX_PLAN_BYTES = 64 * 1024

_CHANGED = problems(*CALLER, *JSON_BODY, "rollout_conflict")

Kind = Annotated[RolloutKind, Query(description="of what")]


@router.get("/rollout", response_model=RolloutView, responses=problems(*CALLER, "invalid_option"))
async def show_rollout(request: Request, _caller: Admin, kind: Kind = RolloutKind.ENGINE) -> Response:
    """The plan that stands, null before the first. Its ETag goes into If-Match of a change."""
    journal = house_of(request).parts.journal
    return await _state(request, kind, await journal.rollout(kind))


@router.put(
    "/rollout", response_model=RolloutView, responses=_CHANGED, openapi_extra=body_extra(NewRollout) | {"parameters": [ROLLOUT_IF_MATCH]}
)
async def put_rollout(request: Request, caller: Admin) -> Response:
    """Make a plan, or put another in its place, as a whole; every process follows it from its next claim on, without a restart."""
    wanted = await read_model(request, NewRollout, limit=MAX_PLAN_BYTES)
    house = house_of(request)
    members = wanted.model_dump(mode="json", exclude={"reason"})
    plan = await rollouts.put_plan(
        plan_of(members),
        journal=house.parts.journal,
        extractors=house.settings.llm.extractors,
        expected_revision=_expected(request.headers.get("if-match")),
        reason=wanted.reason,
        by=actor_of(request, caller),
    )
    return await _state(request, plan.kind, plan)


@router.get("/rollout/history", response_model=RolloutHistory, responses=problems(*CALLER, "invalid_option"))
async def rollout_history(
    request: Request,
    _caller: Admin,
    kind: Annotated[RolloutKind | None, Query(description="of what; of everything without it")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="most changes")] = 50,
) -> Response:
    """Who changed what and why, newest first; also what doctray did by itself."""
    changes = await house_of(request).parts.journal.rollout_history(kind, limit=limit)
    return json_response({"changes": [_change_view(change) for change in changes]}, HTTPStatus.OK)


@router.post(
    "/rollout/retire",
    response_model=RolloutView,
    responses=problems(*CALLER, *JSON_BODY, "not_found", "rollout_conflict"),
    openapi_extra=body_extra(RetireBaseline),
)
async def retire_baseline(request: Request, caller: Admin) -> Response:
    """Switch the baseline of a rollout off for good, once its candidate reads everything."""
    wanted = await read_model(request, RetireBaseline)
    house = house_of(request)
    plan = await rollouts.retire(
        RolloutKind(wanted.kind),
        wanted.name,
        journal=house.parts.journal,
        forcibly=wanted.force,
        reason=wanted.reason,
        by=actor_of(request, caller),
    )
    house.admission.forget()
    return await _state(request, plan.kind, plan)


@router.put(
    "/keys/{key_id}/rollout",
    response_model=KeyRollout,
    responses=problems(*CALLER, *JSON_BODY, "not_found"),
    openapi_extra=body_extra(NewKeyRollout),
)
async def opt_in(request: Request, caller: Admin, key_id: str) -> Response:
    """Which arm of every rollout the key's documents go to, before the plan's share decides; null: as the plan says."""
    wanted = await read_model(request, NewKeyRollout)
    arm = None if wanted.rollout is None else Arm(wanted.rollout)
    if not await house_of(request).parts.keys.set_key_rollout(key_id, arm, by=actor_of(request, caller)):
        raise NotFound("There is no such usable key.")
    return json_response({"key_id": key_id, "rollout": arm}, HTTPStatus.OK)


async def _state(request: Request, kind: RolloutKind, plan: RolloutPlan | None) -> Response:
    retired = await rollouts.retired_names(kind, journal=house_of(request).parts.journal)
    body = {"kind": kind.value, "plan": None if plan is None else _plan_view(plan), "retired": retired}
    return json_response(body, HTTPStatus.OK, {"ETag": json.dumps(str(plan.revision if plan else 0)), "Cache-Control": "private, no-cache"})


def _expected(if_match: str | None) -> int | None:
    """The revision that a change was made from. Without If-Match the caller has seen none; `*`: whatever stands; -1: none of ours."""
    if if_match is None:
        return 0
    tag = if_match.strip().removeprefix("W/")
    if tag == "*":
        return None
    revision = tag.strip('"')
    return int(revision) if revision.isascii() and revision.isdecimal() and len(revision) <= 9 else -1


def _plan_view(plan: RolloutPlan) -> dict[str, Any]:
    return {**plan.as_dict(), "stage_since": iso_time(plan.stage_since), "settled": plan.settled, "next_stage": next_stage(plan)}


def _change_view(change: RolloutChange) -> dict[str, Any]:
    return {
        "entry_id": change.entry_id,
        "kind": change.kind.value,
        "at": iso_time(change.at),
        "means": change.actor.means.value,
        "key_id": change.actor.key_id,
        "name": change.actor.name,
        "action": change.action.value,
        "from_percentage": change.from_percentage,
        "to_percentage": change.to_percentage,
        "reason": change.reason,
        "plan": _plan_view(change.plan),
    }
