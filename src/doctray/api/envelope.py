"""What surrounds every answer: a request id, security headers, metrics, a last net for errors, and a soft landing for early refusals."""

import asyncio
import re
import time
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from http import HTTPStatus

import structlog
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from doctray.api.errors import problem, unexpected
from doctray.domain.errors import MalformedRequest
from doctray.domain.identity import new_request_id
from doctray.telemetry import metrics, tracing

_log = structlog.get_logger()

DRAIN_S = 5.0
DRAIN_BYTES = 64 * 1024 * 1024
"""How much of a refused body is still read and dropped: closing at once would reset the connection, and a plain client that is
still writing would see the reset and not the problem (RFC 9112, 9.6)."""

_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"cache-control", b"no-store"),
)
"""Headers of every answer that does not say otherwise, as they go over the wire."""

PROBES = frozenset(("/health", "/livez", "/metrics", "/readyz"))
"""Asked every few seconds by machines: no traces of those."""

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


class Envelope:
    """ASGI middleware. Puts the request's own id into scope["state"]["request_id"]; a submission's job gets the same id."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = new_request_id(datetime.now(UTC))
        scope.setdefault("state", {})["request_id"] = request_id
        scope["state"]["headers"] = []
        exchange = _Exchange(scope, receive, send)
        started = time.perf_counter()
        traceparent = Headers(scope=scope).get("traceparent", "")
        with (
            structlog.contextvars.bound_contextvars(request_id=request_id, **_trace_of(traceparent)),
            nullcontext(tracing.NO_SPAN) if scope["path"] in PROBES else tracing.span("request", "SERVER", parent=traceparent) as span,
        ):
            try:
                # PostgreSQL holds no such text, and nothing here is named so.
                answer = problem(MalformedRequest("The address holds a NUL.")) if _holds_nul(scope) else self._app
                await answer(scope, exchange.receive, exchange.send)
            except ClientDisconnect:
                _log.debug("request.abandoned", route=_route_of(scope))
            except Exception:
                _log.exception("request.failed", route=_route_of(scope), method=scope["method"])
                if exchange.status:
                    raise
                await unexpected(request_id)(scope, exchange.receive, exchange.send)
            finally:
                seconds = time.perf_counter() - started
                route = _route_of(scope)
                metrics.HTTP_REQUESTS.labels(_method_of(scope), route, str(exchange.status or "none")).inc()
                metrics.HTTP_REQUEST_SECONDS.labels(_method_of(scope), route).observe(seconds)
                _tell(span, scope, route, exchange.status)
                _log.debug("request.answered", route=route, method=scope["method"], status=exchange.status, seconds=round(seconds, 4))


class _Exchange:
    """One request and its answer: adds headers, and lets a client that is still sending read its refusal."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._state = scope["state"]
        self._receive = receive
        self._send = send
        headers = Headers(scope=scope)
        self._unread = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        # Such a client sends nothing before it is told to, so after a refusal nothing is left to drain.
        self._waits = headers.get("expect", "").lower() == "100-continue"
        self._closing = False
        self.status = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._waits = False
        if message["type"] != "http.request" or not message.get("more_body", False):
            self._unread = False
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            headers = list(message.get("headers", ()))
            given = {name for name, _ in headers}
            headers += [header for header in _ALWAYS if header[0] not in given]
            for name, value in self._state["headers"]:
                raw = name.lower().encode("latin-1")
                if raw not in given:
                    given.add(raw)
                    headers.append((raw, value.encode("latin-1")))
            headers.append((b"x-request-id", self._state["request_id"].encode("latin-1")))
            if self._unread:
                headers.append((b"connection", b"close"))
                self._closing = True
            await self._send({**message, "headers": headers})
        elif message["type"] == "http.response.body" and self._closing and not message.get("more_body", False):
            await self._send({**message, "more_body": True})
            await self._drain()
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            await self._send(message)

    async def _drain(self) -> None:
        if self._waits:
            return
        dropped = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                while self._unread and dropped < DRAIN_BYTES:
                    message = await self.receive()
                    dropped += len(message.get("body", b""))


def _route_of(scope: Scope) -> str:
    """The route's template, so that ids never become labels."""
    route = scope.get("route")
    return str(getattr(route, "path", "")) or "unmatched"


def _holds_nul(scope: Scope) -> bool:
    return "\0" in scope["path"] or b"%00" in scope["query_string"]


def _method_of(scope: Scope) -> str:
    method = str(scope["method"])
    return method if method in ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH") else "other"


def _trace_of(traceparent: str) -> dict[str, str]:
    """The caller's trace (W3C traceparent), so that its logs and ours can be joined."""
    found = _TRACEPARENT.fullmatch(traceparent)
    return {"trace_id": found.group(1)} if found else {}


def _tell(span: tracing.Span, scope: Scope, route: str, status: int) -> None:
    """In the words of OpenTelemetry's conventions for HTTP; `__` stands for a dot."""
    method = _method_of(scope)
    span.rename(f"{method} {route}")
    span.note(http__request__method=method, http__route=route, http__response__status_code=status)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        span.fail(str(status))
