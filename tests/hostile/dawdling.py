"""Clients that hold on: heads and bodies a byte at a time, answers that nobody takes, connections by the hundred."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import partial

from tests.hostile.case import Case
from tests.hostile.target import CLIENT_TIMEOUT_S, PDF, Target
from tests.hostile.wire import Answer, exchange, form, request_bytes

STEP_S = CLIENT_TIMEOUT_S / 4
LATE = ("408 malformed_request",)
REFUSED = ("400 malformed_request",)
AT_ONCE = 200


def cases() -> Iterator[Case]:
    group = "slow clients"
    yield Case(group=group, name="no word at all", act=_silent, must=LATE, long=True)
    yield Case(
        group=group, name="a head a byte at a time", act=partial(_dripping, b"GET /livez HTTP/1.1\r\nhost: a\r\nx: "), must=LATE, long=True
    )
    yield Case(group=group, name="a request line a byte at a time", act=partial(_dripping, b"GET /"), must=LATE, long=True)
    yield Case(group=group, name="a body that stops", act=partial(_body, ()), must=REFUSED, long=True)
    yield Case(group=group, name="a body a byte at a time", act=partial(_body, (b" ",) * 40), must=REFUSED, long=True)
    yield Case(group=group, name="chunks a byte at a time", act=_chunks, must=REFUSED, long=True)
    yield Case(group=group, name="a form's part headers a byte at a time", act=_form, must=REFUSED, long=True)
    yield Case(group=group, name="an administrator's JSON a byte at a time", act=_admin, must=REFUSED, long=True)
    yield Case(group=group, name="a sign-in a byte at a time", act=_sign_in, must=REFUSED, long=True)
    yield Case(group=group, name="answers that nobody takes", act=_unread, must=("dropped",), long=True)
    yield Case(group=group, name="events that nobody takes", act=_events, must=("ended",), long=True)
    yield Case(group=group, name=f"{AT_ONCE} connections that say nothing", act=_crowd, must=("200 beside them",), long=True)


def _silent(target: Target) -> Answer:
    return _until_answered(target, b"")


def _dripping(start: bytes, target: Target) -> Answer:
    return _until_answered(target, start, b"a")


def _body(drops: tuple[bytes, ...], target: Target) -> Answer:
    head = request_bytes(target.port, "POST", "/v1/jobs", _json(target)).replace(b"content-length: 0", b"content-length: 5000")
    return _until_answered(target, head + b"{", *drops[:1])


def _chunks(target: Target) -> Answer:
    head = request_bytes(target.port, "POST", "/v1/jobs", _json(target)).replace(b"content-length: 0", b"transfer-encoding: chunked")
    return _until_answered(target, head, b"1\r\n \r\n")


def _form(target: Target) -> Answer:
    headers = (("x-api-key", target.keys["mallory"]), ("content-type", "multipart/form-data; boundary=cut"))
    head = request_bytes(target.port, "POST", "/v1/jobs", headers).replace(b"content-length: 0", b"content-length: 5000")
    return _until_answered(target, head + b"--cut\r\nx: ", b"a")


def _admin(target: Target) -> Answer:
    headers = (("x-api-key", target.keys["root"]), ("content-type", "application/json"))
    head = request_bytes(target.port, "POST", "/v1/admin/keys", headers).replace(b"content-length: 0", b"content-length: 5000")
    return _until_answered(target, head + b"{", b" ")


def _sign_in(target: Target) -> Answer:
    headers = (("content-type", "application/json"),)
    head = request_bytes(target.port, "POST", "/console/session", headers).replace(b"content-length: 0", b"content-length: 5000")
    return _until_answered(target, head + b"{", b" ")


def _json(target: Target) -> tuple[tuple[str, str], ...]:
    return ("x-api-key", target.keys["mallory"]), ("content-type", "application/json")


def _until_answered(target: Target, start: bytes, drop: bytes = b"") -> Answer:
    """Send the start, then a drop every STEP_S until the service has had enough; what it says."""
    with socket.create_connection(("127.0.0.1", target.port), timeout=60) as connection:
        connection.sendall(start)
        answered = threading.Event()
        received = bytearray()

        def listen() -> None:
            with suppress(OSError):
                while chunk := connection.recv(65536):
                    received.extend(chunk)
                    answered.set()
            answered.set()

        listener = threading.Thread(target=listen)
        listener.start()
        while not answered.wait(STEP_S):
            if drop:
                with suppress(OSError):
                    connection.sendall(drop)
        listener.join(timeout=30)
    return _from(bytes(received))


def _from(raw: bytes) -> Answer:
    head, _, body = raw.partition(b"\r\n\r\n")
    if not raw:
        return Answer()
    headers = tuple(
        (name.decode().lower(), value.strip().decode()) for name, _, value in (line.partition(b":") for line in head.split(b"\r\n")[1:])
    )
    return Answer(status=int(head.split(b" ")[1]), headers=headers, body=body, raw=raw)


def _unread(target: Target) -> Answer:
    """Asks for the whole reference many times over one connection, and reads none of it."""
    once = request_bytes(target.port, "GET", "/openapi.json").replace(b"connection: close\r\n", b"")
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(1)
        connection.connect(("127.0.0.1", target.port))
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                connection.sendall(once)
            except TimeoutError:
                continue
            except OSError:
                return Answer(note="dropped")
            time.sleep(0.01)
    return Answer(note="held on to")


def _events(target: Target) -> Answer:
    """The stream of a job that has ended ends by itself; of it nothing is read for a while."""
    with socket.create_connection(("127.0.0.1", target.port), timeout=60) as connection:
        connection.sendall(request_bytes(target.port, "GET", f"/v1/jobs/{target.job}/events", (("x-api-key", target.keys["alice"]),)))
        time.sleep(CLIENT_TIMEOUT_S)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return Answer(note="ended" if b"event: completed" in received else "no end")


def _crowd(target: Target) -> Answer:
    with ExitStack() as crowd:
        for _ in range(AT_ONCE):
            crowd.enter_context(socket.create_connection(("127.0.0.1", target.port), timeout=60))
        body = form([('form-data; name="file"; filename="a.pdf"', PDF)])
        headers = (("x-api-key", target.keys["mallory"]), ("content-type", "multipart/form-data; boundary=cut"))
        accepted = exchange(target.port, request_bytes(target.port, "POST", "/v1/jobs", headers, body))
        alive = exchange(target.port, request_bytes(target.port, "GET", "/livez"))
    return Answer(note="200 beside them" if (accepted.status, alive.status) == (202, 200) else f"{accepted.outcome} beside them")
