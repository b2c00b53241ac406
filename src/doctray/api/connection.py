"""One client's connection: uvicorn's, with limits on a request's head and an end to clients that dawdle.

uvicorn waits without end for a head that comes a byte at a time, takes heads of any size, and keeps what a client does not read.
Behind a proxy the proxy does this; doctray is also run without one.
"""

import asyncio
import json
from asyncio.events import TimerHandle
from http import HTTPStatus
from typing import Any

from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from doctray.api.errors import problem_body
from doctray.api.one_write import OneWrite
from doctray.domain.errors import MalformedRequest
from doctray.telemetry import metrics

MAX_HEAD_BYTES = 32 * 1024
"""Request line and headers together; nginx takes as much by default (large_client_header_buffers)."""

MAX_HEADERS = 100

LEAST_BYTES_PER_S = 1024
"""Slower than that is no network, it is a client that wants to hold on."""

LINGER_S = 2.0
"""How long what a refused client is still sending is read and dropped, so that it sees the refusal and no reset (RFC 9112, 9.6)."""


class HeadRefused(Exception):
    """A head that is too large, or names no host or several."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class Connection(HttpToolsProtocol):
    """patience_s: for a head from its first byte (from connecting, the first) to its end, and for a pause in taking an answer."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        patience_s: float,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._patience_s = patience_s
        self._in_head = True
        self._head_bytes = 0
        # Received without coming any further: a head that does not end, chunk extensions, trailers.
        self._idle_bytes = 0
        self._came_further = False
        self._refusal: HeadRefused | None = None
        self._refused = False
        self._head_timer: TimerHandle | None = None
        self._write_timer: TimerHandle | None = None
        self._unread_bytes = 0
        self._answered: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(OneWrite(transport, self.loop))
        self._head_timer = self.loop.call_later(self._patience_s, self._head_overdue)

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._head_timer, self._write_timer):
            if timer is not None:
                timer.cancel()
        self._let_go()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._over():
            return
        self._came_further = False
        super().data_received(data)
        if self._over():
            return
        if self._came_further:
            self._idle_bytes = 0
            return
        self._idle_bytes += len(data)
        if self._idle_bytes > MAX_HEAD_BYTES:
            self._refuse(_too_large())

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (uvicorn's signature)
        self._refuse(self._refusal or HeadRefused(HTTPStatus.BAD_REQUEST, "This is not a valid HTTP/1.1 request."))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._head_bytes = 0
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(self._patience_s, self._head_overdue)

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        # Trailers come after a request was judged by its head; nothing of ours reads any.
        if not self._in_head:
            return
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)
        if len(self.headers) > MAX_HEADERS:
            self._raise(_too_large())

    def on_headers_complete(self) -> None:
        version = self.parser.get_http_version()
        if version not in ("1.0", "1.1"):
            self._raise(HeadRefused(HTTPStatus.BAD_REQUEST, "Speak HTTP/1.1."))
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (hosts == 0 and version == "1.1"):
            self._raise(HeadRefused(HTTPStatus.BAD_REQUEST, "A request names exactly one host (RFC 9112, 3.2)."))
        self._in_head = False
        self._came_further = True
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._came_further = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._came_further = True
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_writing()

    def resume_writing(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
        super().resume_writing()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

    def _let_go(self) -> None:
        """Nothing more is said here: what the application would still say is dropped, and what waits is not begun."""
        self.pipeline.clear()
        for cycle in (self._answered, self.cycle):
            if cycle is not None:
                cycle.disconnected = True
                cycle.message_event.set()

    def _over(self) -> bool:
        return self._refused

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MAX_HEAD_BYTES:
            self._raise(_too_large())

    def _raise(self, refusal: HeadRefused) -> None:
        """Out of the parser, which hands it to `send_400_response` as an invalid request."""
        self._refusal = refusal
        raise refusal

    def _head_overdue(self) -> None:
        self._head_timer = None
        if self.transport.is_closing() or self._refused:
            return
        if self._answering():
            # The next request of a client that has not got its answer yet.
            self._head_timer = self.loop.call_later(self._patience_s, self._head_overdue)
        else:
            late = f"The head of the request did not come within {self._patience_s:g} seconds."
            self._refuse(HeadRefused(HTTPStatus.REQUEST_TIMEOUT, late))

    def _watch_writing(self) -> None:
        self._unread_bytes = self.transport.get_write_buffer_size()
        self._write_timer = self.loop.call_later(self._patience_s, self._writing_overdue)

    def _writing_overdue(self) -> None:
        taken = self._unread_bytes - self.transport.get_write_buffer_size()
        if taken < self._patience_s * LEAST_BYTES_PER_S:
            metrics.CLIENTS_DROPPED.labels("reading").inc()
            self._let_go()
            self.transport.abort()
        else:
            self._watch_writing()

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, refusal: HeadRefused) -> None:
        """Answer and hang up; at once where another answer is under way, which this one would run into."""
        self._refused = True
        metrics.CLIENTS_DROPPED.labels("head").inc()
        if self.transport.is_closing():
            return
        if self._answering():
            begun = self._answered is not self.cycle or self.cycle.response_started
            self._let_go()
            if begun:
                self.transport.abort()
                return
        self._unset_keepalive_if_required()
        self.transport.write(_problem(refusal))
        self.transport.write_eof()
        self._head_timer = self.loop.call_later(LINGER_S, self.transport.abort)


def _too_large() -> HeadRefused:
    return HeadRefused(
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        f"The head of a request may have {MAX_HEAD_BYTES // 1024} KiB and {MAX_HEADERS} headers.",
    )


def _problem(refusal: HeadRefused) -> bytes:
    content = json.dumps(problem_body(MalformedRequest(refusal.detail), status=refusal.status.value)).encode()
    return (
        b"HTTP/1.1 %d %s\r\ncontent-type: application/problem+json\r\ncontent-length: %d\r\ncache-control: no-store\r\n"
        b"x-content-type-options: nosniff\r\nconnection: close\r\n\r\n%s"
    ) % (refusal.status.value, refusal.status.phrase.encode(), len(content), content)
