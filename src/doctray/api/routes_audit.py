"""For administrators: who did what to keys, secrets, switches and jobs."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from doctray.api.deps import Admin, Limit, house_of
from doctray.api.following import json_response
from doctray.api.openapi_problems import CALLER, problems
from doctray.api.schemas import AuditLog
from doctray.domain.audit import AuditEntry
from doctray.domain.moments import iso_time

router = APIRouter(prefix="/v1/admin", tags=["administration"])

Position = Annotated[str, Query(pattern="^[0-9a-z]{26}$", description="next_cursor of the page before")]


@router.get("/audit", response_model=AuditLog, responses=problems(*CALLER, "invalid_option"))
async def audit_log(request: Request, _caller: Admin, limit: Limit = 50, cursor: Position | None = None) -> Response:
    """What people did over HTTP, in the console and on the command line, newest first; what upkeep does by itself is not here."""
    found = await house_of(request).parts.journal.audit_log(before=cursor, limit=limit)
    next_cursor = found[-1].entry_id if len(found) == limit else None
    return json_response({"entries": [_view(entry) for entry in found], "next_cursor": next_cursor}, HTTPStatus.OK)


def _view(entry: AuditEntry) -> dict[str, Any]:
    return {
        "entry_id": entry.entry_id,
        "at": iso_time(entry.at),
        "means": entry.actor.means.value,
        "key_id": entry.actor.key_id,
        "name": entry.actor.name,
        "request_id": entry.actor.request_id,
        "action": entry.action.value,
        "target": entry.target,
        "outcome": entry.outcome.value,
        "detail": dict(entry.detail),
    }
