"""For administrators: keys, workers, dead letters, maintenance."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response

from doctray.api.deps import Admin, Cursor, Limit, actor_of, house_of
from doctray.api.following import json_response
from doctray.api.intake import read_model
from doctray.api.openapi_bodies import body_extra
from doctray.api.openapi_problems import CALLER, JSON_BODY, problems
from doctray.api.schemas import (
    CreatedKey,
    DeadLetter,
    HoldWebhooks,
    JobList,
    KeyList,
    MaintenanceView,
    NewKey,
    NewMaintenance,
    Replay,
    Replayed,
    RotateKey,
    WebhooksView,
    WorkerList,
    worker_view,
)
from doctray.domain.errors import NotFound
from doctray.domain.identity import new_request_id
from doctray.domain.job import Attempt, Job
from doctray.domain.keys import PREFIX_LENGTH, ApiKey, Scope, hash_api_key, new_api_key
from doctray.domain.moments import iso_time
from doctray.domain.rollout import Arm
from doctray.ports import MAINTENANCE, JobQuery
from doctray.service import deliver
from doctray.service import jobs as use_cases
from doctray.service.views import job_view

_log = structlog.get_logger()

router = APIRouter(prefix="/v1/admin", responses=problems(*CALLER), tags=["administration"])

_TOLD = problems(*CALLER, *JSON_BODY)
_TOLD_OF_ONE = problems(*CALLER, *JSON_BODY, "not_found")
_OF_ONE = problems(*CALLER, "not_found")


@router.get("/keys", response_model=KeyList)
async def list_keys(request: Request, _caller: Admin) -> Response:
    """All keys; none of them in clear."""
    parts = house_of(request).parts
    now = parts.clock.now()
    return json_response({"keys": [_key_view(key, now) for key in await parts.keys.keys()]}, HTTPStatus.OK)


@router.post("/keys", response_model=CreatedKey, status_code=HTTPStatus.CREATED, responses=_TOLD, openapi_extra=body_extra(NewKey))
async def create_key(request: Request, caller: Admin) -> Response:
    """Make a key; it is shown in this answer and never again."""
    wanted = await read_model(request, NewKey)
    house = house_of(request)
    now = house.parts.clock.now()
    secret = new_api_key()
    key = ApiKey(
        key_id=new_request_id(now),
        owner=wanted.owner,
        name=wanted.name,
        prefix=secret[:PREFIX_LENGTH],
        key_hash=hash_api_key(secret),
        scopes=frozenset(Scope(scope) for scope in wanted.scopes),
        created_at=now,
        expires_at=None if wanted.expires_in_days is None else now + timedelta(days=wanted.expires_in_days),
        rate_per_minute=wanted.rate_per_minute,
        daily_quota=wanted.daily_quota,
        rollout=None if wanted.rollout is None else Arm(wanted.rollout),
    )
    await house.parts.keys.add_key(key, by=actor_of(request, caller))
    house.gate.forget()
    return json_response({**_key_view(key, now), "key": secret}, HTTPStatus.CREATED)


@router.post(
    "/keys/{key_id}/rotate",
    response_model=CreatedKey,
    status_code=HTTPStatus.CREATED,
    responses=_TOLD_OF_ONE,
    openapi_extra=body_extra(RotateKey),
)
async def rotate_key(request: Request, caller: Admin, key_id: str) -> Response:
    """A new key with the same rights, shown in this answer and never again; the old one works on for the overlap."""
    wanted = await read_model(request, RotateKey)
    house = house_of(request)
    now = house.parts.clock.now()
    old = next((key for key in await house.parts.keys.keys() if key.key_id == key_id), None)
    if old is None:
        raise NotFound("There is no such key.")
    secret = new_api_key()
    successor = old.successor(secret, key_id=new_request_id(now), now=now)
    overlap_s = wanted.overlap_hours * 3600
    if not await house.parts.keys.rotate_key(key_id, successor, overlap_s=overlap_s, by=actor_of(request, caller)):
        raise NotFound("The key has ended already; make a new one.")
    house.gate.forget()
    return json_response({**_key_view(successor, now), "key": secret}, HTTPStatus.CREATED)


@router.delete("/keys/{key_id}", status_code=HTTPStatus.NO_CONTENT, responses=_OF_ONE)
async def revoke_key(request: Request, caller: Admin, key_id: str) -> Response:
    """Revoke a key; from then on every API process refuses it."""
    house = house_of(request)
    if not await house.parts.keys.revoke_key(key_id, by=actor_of(request, caller)):
        raise NotFound("There is no such key.")
    house.gate.forget()
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.get("/workers", response_model=WorkerList)
async def list_workers(request: Request, _caller: Admin) -> Response:
    """Workers with a living lease."""
    found = await house_of(request).parts.journal.workers()
    shown = [worker_view(worker) for worker in found]
    return json_response({"workers": shown}, HTTPStatus.OK)


@router.get("/dead-letters", response_model=JobList, responses=problems(*CALLER, "invalid_option"))
async def list_dead_letters(
    request: Request,
    _caller: Admin,
    limit: Limit = 50,
    cursor: Cursor | None = None,
) -> Response:
    """Failed jobs whose tries are used up, of all owners; an administrator may replay them."""
    query = JobQuery(owner=None, dead_lettered=True, limit=limit, cursor=cursor)
    found, next_cursor = await house_of(request).parts.journal.list_jobs(query)
    return json_response({"jobs": [_dead_job_view(job) for job in found], "next_cursor": next_cursor}, HTTPStatus.OK)


@router.get("/dead-letters/{request_id}", response_model=DeadLetter, responses=_OF_ONE)
async def show_dead_letter(request: Request, _caller: Admin, request_id: str) -> Response:
    """One of them, with every attempt at it: which worker, how long, and how it ended."""
    job, attempts = await use_cases.dead_letter(request_id, journal=house_of(request).parts.journal)
    shown = {
        "job": _dead_job_view(job),
        "tries_used": job.tries_used,
        "leases_lost": job.leases_lost,
        "attempts": [_attempt_view(attempt) for attempt in attempts],
    }
    return json_response(shown, HTTPStatus.OK)


@router.post(
    "/dead-letters/replay",
    response_model=Replayed,
    status_code=HTTPStatus.ACCEPTED,
    responses=_TOLD,
    openapi_extra=body_extra(Replay),
)
async def replay_dead_letters(request: Request, caller: Admin) -> Response:
    """Queue some dead letters again, or all there are; each is announced anew when it ends."""
    wanted = await read_model(request, Replay)
    parts = house_of(request).parts
    by = actor_of(request, caller)
    replayed = await use_cases.replay_dead_letters(wanted.request_ids, journal=parts.journal, queue=parts.queue, by=by)
    not_found = [request_id for request_id in wanted.request_ids or [] if request_id not in replayed]
    return json_response({"replayed": replayed, "not_found": not_found}, HTTPStatus.ACCEPTED)


@router.get("/maintenance", response_model=MaintenanceView)
async def show_maintenance(request: Request, _caller: Admin) -> Response:
    """Whether submissions are refused just now, and why."""
    return json_response(_maintenance_view(await house_of(request).parts.journal.flag(MAINTENANCE)), HTTPStatus.OK)


@router.put("/maintenance", response_model=MaintenanceView, responses=_TOLD, openapi_extra=body_extra(NewMaintenance))
async def set_maintenance(request: Request, caller: Admin) -> Response:
    """Refuse submissions (503 maintenance, with the reason) or take them again. What was accepted goes on, and polls work."""
    wanted = await read_model(request, NewMaintenance)
    reason = (wanted.reason or "") if wanted.on else None
    house = house_of(request)
    await house.parts.journal.set_flag(MAINTENANCE, reason, by=actor_of(request, caller))
    house.admission.forget()
    _log.info("maintenance.begun" if wanted.on else "maintenance.ended")
    return json_response(_maintenance_view(reason), HTTPStatus.OK)


@router.get("/webhooks", response_model=WebhooksView)
async def show_webhooks(request: Request, _caller: Admin) -> Response:
    """Whether webhooks are held back just now, and why."""
    return json_response(_webhooks_view(await house_of(request).parts.journal.flag(deliver.HELD)), HTTPStatus.OK)


@router.put("/webhooks", response_model=WebhooksView, responses=_TOLD, openapi_extra=body_extra(HoldWebhooks))
async def hold_webhooks(request: Request, caller: Admin) -> Response:
    """Hold all webhooks back, or post them again. What is held waits and uses up no try; what is under way ends."""
    wanted = await read_model(request, HoldWebhooks)
    reason = (wanted.reason or "") if wanted.held else None
    await house_of(request).parts.journal.set_flag(deliver.HELD, reason, by=actor_of(request, caller))
    _log.info("webhooks.held" if wanted.held else "webhooks.released")
    return json_response(_webhooks_view(reason), HTTPStatus.OK)


def _webhooks_view(reason: str | None) -> dict[str, Any]:
    return {"held": reason is not None, "reason": reason or None}


def _maintenance_view(reason: str | None) -> dict[str, Any]:
    return {"on": reason is not None, "reason": reason or None}


def _dead_job_view(job: Job) -> dict[str, Any]:
    """An administrator mends jobs; what callers wrote about their documents is not his to read."""
    return {**job_view(job), "owner": job.owner, "metadata": {}, "file_name": ""}


def _attempt_view(attempt: Attempt) -> dict[str, Any]:
    return {
        "generation": attempt.generation,
        "number": attempt.number,
        "worker_id": attempt.worker_id,
        "started_at": iso_time(attempt.started_at),
        "ended_at": iso_time(attempt.ended_at),
        "ended": attempt.ended,
        "error_code": attempt.error_code,
        "engine": attempt.engine,
    }


def _key_view(key: ApiKey, now: datetime) -> dict[str, Any]:
    return {
        "key_id": key.key_id,
        "owner": key.owner,
        "name": key.name,
        "prefix": key.prefix,
        "scopes": sorted(scope.value for scope in key.scopes),
        "created_at": iso_time(key.created_at),
        "expires_at": iso_time(key.expires_at),
        "revoked_at": iso_time(key.revoked_at),
        "last_used_at": iso_time(key.last_used_at),
        "age_days": (now - key.created_at).days,
        "old": key.old(now),
        "rate_per_minute": key.rate_per_minute,
        "daily_quota": key.daily_quota,
        "rollout": key.rollout,
    }
