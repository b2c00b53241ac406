"""The console: its page and assets, and signing in with a key."""

import hashlib
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from doctray.api.access import Caller, from_own_page
from doctray.api.deps import address_of, count_read, house_of, session_of, signed_in
from doctray.api.following import json_response, matches
from doctray.api.intake import read_small_json
from doctray.api.openapi_bodies import body_extra
from doctray.api.openapi_problems import CALLER, JSON_BODY, problems
from doctray.api.schemas import SessionView, SignIn
from doctray.api.sessions import COOKIE, LIFETIME
from doctray.domain.errors import Forbidden, MalformedRequest, NotFound, Unauthenticated
from doctray.domain.keys import hash_api_key

router = APIRouter(responses=problems(*CALLER), tags=["console"])

CONSOLE_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)

ASSETS = {
    "admin.js": "text/javascript",
    "api.js": "text/javascript",
    "app.js": "text/javascript",
    "dom.js": "text/javascript",
    "fields.js": "text/javascript",
    "job.js": "text/javascript",
    "jobs.js": "text/javascript",
    "page.js": "text/javascript",
    "rollouts.js": "text/javascript",
    "week.js": "text/javascript",
    "style.css": "text/css",
    "icon.svg": "image/svg+xml",
}
"""What is served, by name: nothing else of the folder can be asked for."""


@router.get("/", include_in_schema=False)
async def console(request: Request) -> Response:
    """The console's page; it shows nothing before a key has signed in."""
    return _asset(request, "index.html", "text/html; charset=utf-8")


@router.get("/console/session", response_model=SessionView)
async def show_session(request: Request) -> Response:
    """Whether this browser is signed in, and as whom."""
    house = house_of(request)
    caller = await signed_in(request)
    if caller is None and not await house.gate.locked():
        # Without keys the local user is everybody; a foreign page's request is refused like any other.
        caller = await house.gate.admit(request.headers, address_of(request))
    return json_response(_view(request, caller), HTTPStatus.OK)


@router.post(
    "/console/session",
    response_model=SessionView,
    responses=problems(*CALLER, *JSON_BODY),
    openapi_extra=body_extra(SignIn),
)
async def sign_in(request: Request) -> Response:
    """Sign in with a key: it is exchanged for a cookie that scripts cannot read, good for twelve hours or until the key is revoked."""
    house = house_of(request)
    if not from_own_page(request.headers):
        raise Forbidden("Sign in from the console's own page.")
    members = await read_small_json(request)
    key = members.get("key")
    if not isinstance(key, str) or not key.strip():
        raise MalformedRequest("Give the key as text.")
    caller = await _holder(request, key.strip())
    cookie, session = house.sessions.begin(key.strip(), now=house.parts.clock.now())
    response = json_response({**_view(request, caller), "csrf": session.csrf}, HTTPStatus.OK)
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )
    return response


@router.delete("/console/session", status_code=HTTPStatus.NO_CONTENT)
async def sign_out(request: Request) -> Response:
    """Forget this browser."""
    await signed_in(request)
    response = Response(status_code=HTTPStatus.NO_CONTENT)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return response


@router.get("/console/{name}", include_in_schema=False)
async def asset(request: Request, name: str) -> Response:
    media_type = ASSETS.get(name)
    if media_type is None:
        raise NotFound("There is no such file.")
    return _asset(request, name, f"{media_type}; charset=utf-8")


async def _holder(request: Request, key: str) -> Caller:
    """Raises Unauthenticated, counted against the address's reads as any guess at a key is."""
    caller = await house_of(request).gate.holder_of(hash_api_key(key))
    if caller is None:
        await count_read(request, f"address:{address_of(request)}")
        raise Unauthenticated("The key is not valid: unknown, expired or revoked.")
    return caller


def _view(request: Request, caller: Caller | None) -> dict[str, Any]:
    session = session_of(request)
    return {
        "signed_in": caller is not None,
        "owner": caller.owner if caller else None,
        "scopes": sorted(scope.value for scope in caller.scopes) if caller else [],
        "csrf": session.csrf if session and caller else None,
    }


def _asset(request: Request, name: str, media_type: str) -> Response:
    content, etag = _file(name)
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Content-Security-Policy": CONSOLE_CSP}
    if matches(request.headers.get("if-none-match"), etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(content, headers={**headers, "Content-Type": media_type})


@cache
def _file(name: str) -> tuple[bytes, str]:
    content = files("doctray.api").joinpath("console", name).read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:24]}"'
