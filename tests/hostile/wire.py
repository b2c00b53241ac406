"""A client that sends exactly the bytes it is given, right or wrong, and takes whatever comes back."""

import json
import socket
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

PATIENT_S = 60.0
"""A busy machine answers late; nothing here waits for it to be quick."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. status 0: nothing did. note: instead of status and code, where a case has more to say than that."""

    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    raw: bytes = field(default=b"", repr=False)
    note: str = ""

    @property
    def code(self) -> str:
        """Of a problem; "" for anything else."""
        if self.header("content-type") != "application/problem+json":
            return ""
        return str(json.loads(self.body)["code"])

    @property
    def outcome(self) -> str:
        if self.note:
            return self.note
        if not self.status:
            return "hung up"
        return f"{self.status} {self.code}".rstrip()

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    def json(self) -> object:
        return json.loads(self.body)

    def saying(self, note: str) -> "Answer":
        return replace(self, note=note)


def exchange(port: int, data: bytes, *, source: str = "127.0.0.1", half_close: bool = False, to_the_end: bool = False) -> Answer:
    """Send the bytes, and read until the answer is whole, or (to_the_end) until the connection ends, whatever comes."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENT_S, source_address=(source, 0)) as connection:
        # A server that has seen enough may have hung up; what it said is still there to be read.
        with suppress(ConnectionError):
            connection.sendall(data)
        if half_close:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
        return _parsed(_read(connection, time.monotonic() + PATIENT_S, to_the_end=to_the_end))


def request(
    port: int,
    method: str,
    target: str,
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
    *,
    source: str = "127.0.0.1",
    host: str | None = None,
) -> Answer:
    """A well-formed request around whatever is in it. Header values may be any text that latin-1 can write."""
    return exchange(port, request_bytes(port, method, target, headers, body, host=host), source=source)


def request_bytes(
    port: int, method: str, target: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b"", *, host: str | None = None
) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", f"host: {host or f'127.0.0.1:{port}'}", "connection: close"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body or method in ("POST", "PUT", "PATCH"):
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def form(parts: Sequence[tuple[str, bytes]], *, boundary: str = "cut") -> bytes:
    """multipart/form-data. Each part: the rest of its Content-Disposition with further headers, and its bytes."""
    written = [b"--%s\r\ncontent-disposition: %s\r\n\r\n%s\r\n" % (boundary.encode(), head.encode(), data) for head, data in parts]
    return b"".join(written) + b"--%s--\r\n" % boundary.encode()


def _read(connection: socket.socket, deadline: float, *, to_the_end: bool) -> bytes:
    received = bytearray()
    with suppress(ConnectionError):
        while to_the_end or not _whole(bytes(received)):
            connection.settimeout(max(0.01, deadline - time.monotonic()))
            chunk = connection.recv(262144)
            if not chunk:
                break
            received += chunk
    return bytes(received)


def _whole(received: bytes) -> bool:
    """Whether an answer with a length is complete, and says that the connection stays open; others end with the connection."""
    head, end, body = received.partition(b"\r\n\r\n")
    if not end or b"connection: close" in head.lower():
        return False
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line.partition(b":")[2])
    return head.startswith((b"HTTP/1.1 204", b"HTTP/1.1 304"))


def _parsed(raw: bytes) -> Answer:
    head, end, body = raw.partition(b"\r\n\r\n")
    if not end:
        return Answer(raw=raw)
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = tuple((name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines))
    answer = Answer(status=int(first.split(" ")[1]), headers=headers, body=body, raw=raw)
    if answer.header("transfer-encoding") == "chunked":
        return replace(answer, body=_unchunked(body))
    # Behind it another answer may have come.
    length = answer.header("content-length")
    return replace(answer, body=body[: int(length)]) if length else answer


def _unchunked(body: bytes) -> bytes:
    out = bytearray()
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        out += rest[:length]
        if length == 0:
            break
        body = rest[length + 2 :]
    return bytes(out)
