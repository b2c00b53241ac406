"""A worker's own small HTTP server: its metrics, and whether it still turns."""

import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from socketserver import TCPServer, ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from doctray.telemetry import metrics

STUCK_AFTER_S = 30.0
"""An event loop that has not turned for this long is stuck. A worker's longest own step takes well under a second; on a machine whose
memory is being swapped out, some."""

_PLAIN = "text/plain; charset=utf-8"


class Pulse:
    """When the event loop last turned. Beaten on the loop, looked at from another thread."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._beat_at = now()

    def beat(self) -> None:
        self._beat_at = self._now()

    @property
    def steady(self) -> bool:
        return self._now() - self._beat_at < STUCK_AFTER_S


def serve(port: int, *, address: str, pulse: Pulse) -> tuple[int, Callable[[], None]]:
    """GET /metrics, and /livez: 200 while the pulse is steady, else 503. From a thread of its own, so that a stuck loop can be told.

    port 0: any free one. Returns the port and what closes it. Raises OSError when the port is taken.
    """

    def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        status, media_type, body = _answer(str(environ["PATH_INFO"]), pulse)
        start(f"{status.value} {status.phrase}", [("Content-Type", media_type), ("Content-Length", str(len(body)))])
        return [body]

    server = _Server((address, port), _Quiet)
    server.set_app(app)
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()

    def close() -> None:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)

    return server.server_port, close


def _answer(path: str, pulse: Pulse) -> tuple[HTTPStatus, str, bytes]:
    match path:
        case "/metrics":
            body, media_type = metrics.render()
            return HTTPStatus.OK, media_type, body
        case "/livez" if pulse.steady:
            return HTTPStatus.OK, _PLAIN, b"alive\n"
        case "/livez":
            return HTTPStatus.SERVICE_UNAVAILABLE, _PLAIN, b"the event loop has not turned for a while\n"
        case _:
            return HTTPStatus.NOT_FOUND, _PLAIN, b"there are /metrics and /livez\n"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        # Not the base class's own, which asks the name server for this machine's name, and may wait long for an answer.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "worker", self.server_address[1]
        self.setup_environ()


class _Quiet(WSGIRequestHandler):
    timeout = 10
    """Seconds for which a client that says nothing may hold its thread."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the base class names it
        """Scrapes are no events."""
