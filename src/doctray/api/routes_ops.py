"""For those who run doctray: health, liveness, readiness, metrics; and the reference pages."""

import asyncio
from collections.abc import Awaitable
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from doctray.api.deps import House, house_of
from doctray.api.errors import explain, status_of
from doctray.api.following import json_response
from doctray.api.openapi_problems import problems
from doctray.api.reference import REFERENCE_CSP, problem_page, reference_page
from doctray.api.schemas import Alive, Explanation, Health, Ready
from doctray.domain.errors import TemporarilyUnavailable
from doctray.domain.rollout import RolloutKind
from doctray.ports import MAINTENANCE, BellUnreachable, QueueState
from doctray.service.rollout_guard import health_of
from doctray.telemetry import metrics

router = APIRouter(tags=["operations"])

PART_TIMEOUT_S = 1.0
"""A part that does not answer in this time counts as unreachable, so that a probe is never kept waiting."""

VERSION = version("doctray")

T = TypeVar("T")


@router.get("/livez", response_model=Alive)
async def livez() -> Response:
    """The process answers; touches neither Redis nor the journal."""
    return json_response({"status": "alive"}, HTTPStatus.OK)


@router.get("/readyz", response_model=Ready, responses=problems("temporarily_unavailable"))
async def readyz(request: Request) -> Response:
    """Submissions can be recorded. Raises temporarily_unavailable when the journal cannot be reached."""
    try:
        async with asyncio.timeout(PART_TIMEOUT_S):
            await house_of(request).parts.journal.ping()
    except TimeoutError as error:
        raise TemporarilyUnavailable("The journal cannot be reached.") from error
    return json_response({"status": "ready"}, HTTPStatus.OK)


@router.get(
    "/health",
    response_model=Health,
    responses={status_of(TemporarilyUnavailable): {"model": Health, "description": "unhealthy: the journal cannot be reached"}},
)
async def health(request: Request) -> Response:
    """How things stand: healthy, degraded (works, but slower or not all of it), maintenance, or unhealthy (503)."""
    house = house_of(request)
    parts = house.parts
    if not await _answers(parts.journal.ping()):
        body = _health("unhealthy", queue=None, workers=None, parts={"journal": "unreachable"})
        return json_response(body, status_of(TemporarilyUnavailable))
    bell, store, free, queue, workers, maintenance = await asyncio.gather(
        _answers(parts.queue.ping()),
        _answers(parts.blobs.ping()),
        _within(parts.blobs.free_bytes()),
        _within(house.admission.queue(fresh=True)),
        _within(parts.journal.workers()),
        _within(parts.journal.flag(MAINTENANCE)),
    )
    intake = house.settings.intake
    state = {
        "journal": "ok",
        "redis": "ok" if bell else "unreachable",
        "workers": "ok" if workers else "none",
        "storage": _storage(reachable=store, free=free, needed=intake.min_free_mb * 1024 * 1024),
        "queue": "full" if queue is not None and queue.queued >= intake.max_queue_size else "ok",
    }
    well = "healthy" if set(state.values()) == {"ok"} else "degraded"
    status = "maintenance" if maintenance is not None else well
    return json_response(_health(status, queue=queue, workers=len(workers or ()), parts=state), HTTPStatus.OK)


@router.get(
    "/metrics",
    responses={HTTPStatus.OK: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Prometheus text format"}},
    response_class=Response,
)
async def show_metrics(request: Request) -> Response:
    """Prometheus text format; the queue and the rollouts are read from the journal at this moment."""
    house = house_of(request)
    await asyncio.gather(_refresh_queue(house), _refresh_rollouts(house))
    body, media_type = metrics.render()
    return Response(body, headers={"Content-Type": media_type})


@router.get(
    "/problems/{code}",
    response_model=Explanation,
    responses={HTTPStatus.OK: {"content": {"text/html": {"schema": {"type": "string"}}}}, **problems("not_found")},
)
async def show_problem(request: Request, code: str) -> Response:
    """What a problem code means and what to do about it; as a page where a browser asks."""
    found = explain(code)
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(problem_page(found), headers={"Content-Security-Policy": REFERENCE_CSP})
    return JSONResponse(found)


@router.get("/openapi.json", include_in_schema=False)
async def openapi(request: Request) -> Response:
    """The API's description for tools. Made once, in a thread: it takes a tenth of a second."""
    document = await asyncio.to_thread(request.app.openapi)
    return json_response(document, HTTPStatus.OK)


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> Response:
    """The API's reference as one page that needs nothing from anywhere else."""
    page = await asyncio.to_thread(lambda: reference_page(request.app.openapi()))
    return HTMLResponse(page, headers={"Content-Security-Policy": REFERENCE_CSP})


def _storage(*, reachable: bool, free: int | None, needed: int) -> str:
    if not reachable:
        return "unreachable"
    return "full" if free is not None and free < needed else "ok"


def _health(status: str, *, queue: QueueState | None, workers: int | None, parts: dict[str, str]) -> dict[str, Any]:
    return {
        "status": status,
        "healthy": status in ("healthy", "degraded"),
        "version": VERSION,
        "queue_size": queue.queued if queue else None,
        "queue": None
        if queue is None
        else {
            "queued": queue.queued,
            "due": queue.queued_due,
            "processing": queue.processing,
            "oldest_due_age_seconds": round(queue.oldest_due_age_s, 1),
            "drained_per_minute": round(queue.drained_per_minute, 2),
            "dead_letters": queue.dead_letters,
        },
        "workers": workers,
        "parts": parts,
    }


async def _refresh_queue(house: House) -> None:
    queue, workers = await asyncio.gather(_within(house.admission.queue(fresh=True)), _within(house.parts.journal.workers()))
    if queue is not None:
        for state, jobs in (
            ("queued", queue.queued),
            ("due", queue.queued_due),
            ("processing", queue.processing),
            ("dead_letter", queue.dead_letters),
        ):
            metrics.QUEUE_JOBS.labels(state).set(jobs)
        metrics.QUEUE_OLDEST_SECONDS.set(queue.oldest_due_age_s)
        metrics.QUEUE_DRAINED_PER_SECOND.set(queue.drained_per_minute / 60)
    if workers is not None:
        metrics.WORKERS.set(len(workers))
    metrics.QUEUE_LIMIT.set(house.settings.intake.max_queue_size)


async def _refresh_rollouts(house: House) -> None:
    for kind in RolloutKind:
        health = await _within(health_of(kind, journal=house.parts.journal, clock=house.parts.clock))
        metrics.show_rollout(kind, health)


async def _answers(call: Awaitable[object]) -> bool:
    try:
        async with asyncio.timeout(PART_TIMEOUT_S):
            await call
    except (TemporarilyUnavailable, BellUnreachable, TimeoutError):
        return False
    return True


async def _within(call: Awaitable[T]) -> T | None:
    try:
        async with asyncio.timeout(PART_TIMEOUT_S):
            return await call
    except (TemporarilyUnavailable, TimeoutError):
        return None
