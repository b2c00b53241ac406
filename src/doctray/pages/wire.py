"""What a worker and its page processes say to each other: a length-prefixed JSON header, then raw bytes.

The page process handles hostile files, so nothing that it sends is ever unpickled or believed: sizes are bounded, and every value is
built anew from plain JSON, which the domain's own types check. Standard library only.
"""

import json
import math
import socket
import struct
from collections.abc import Mapping
from typing import Any

from doctray.domain.document import Affine, Box, FormField, Line, Page, PageSource, Segment, Word

PREFIX = struct.Struct(">IQ")
"""Bytes of the header, bytes of the body."""

MAX_HEADER_BYTES = 32 * 1024 * 1024
MAX_BODY_BYTES = 128 * 1024 * 1024
"""An image of 4000 x 4000 px, straightened by 10°, has 72 MB."""


class WireError(Exception):
    """The other side sent what no sound page process sends."""


def packed(header: Mapping[str, Any], body: bytes | memoryview = b"") -> bytes:
    """Prefix and header, ready to be followed by the body."""
    text = json.dumps(header, separators=(",", ":")).encode()
    return PREFIX.pack(len(text), len(body)) + text


def sizes(prefix: bytes | bytearray) -> tuple[int, int]:
    """Bytes of header and body to come. Raises WireError when there are more than any page has."""
    header_bytes, body_bytes = PREFIX.unpack(prefix)
    if header_bytes > MAX_HEADER_BYTES or body_bytes > MAX_BODY_BYTES:
        raise WireError("a message is too large")
    return header_bytes, body_bytes


def parsed(header: bytes | bytearray) -> dict[str, Any]:
    """Raises WireError when it is not a JSON object."""
    try:
        value = json.loads(header)
    except (ValueError, RecursionError) as error:
        raise WireError("a header is not JSON") from error
    if not isinstance(value, dict):
        raise WireError("a header is not an object")
    return value


def send(connection: socket.socket, header: Mapping[str, Any], body: bytes | memoryview = b"") -> None:
    """Blocking, for the page process."""
    connection.sendall(packed(header, body))
    if len(body):
        connection.sendall(body)


def receive(connection: socket.socket) -> dict[str, Any] | None:
    """The next request, blocking, for the page process; None when the worker has closed the connection."""
    prefix = _exactly(connection, PREFIX.size)
    if prefix is None:
        return None
    header = _exactly(connection, sizes(prefix)[0])
    return None if header is None else parsed(header)


def _exactly(connection: socket.socket, size: int) -> bytes | None:
    received = bytearray()
    while len(received) < size:
        chunk = connection.recv(size - len(received))
        if not chunk:
            return None
        received += chunk
    return bytes(received)


def page_as_json(page: Page) -> dict[str, Any]:
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "rotation": page.rotation,
        "engine": page.engine,
        "placement": page.placement,
        "lines": [[[w.text, *_corners(w.box), w.confidence, w.angle] for w in line.words] for line in page.lines],
        **extras_as_json(page.segments, page.form_fields),
    }


def extras_as_json(segments: tuple[Segment, ...], form_fields: tuple[FormField, ...]) -> dict[str, Any]:
    return {
        "segments": [[round(v, 2) for v in (s.left, s.top, s.right, s.bottom)] for s in segments],
        "form_fields": [[f.name, f.kind, f.value, *_corners(f.box)] for f in form_fields],
    }


def page_from_json(value: Mapping[str, Any]) -> Page:
    """A page of a text layer. Raises WireError when it is not one."""
    try:
        segments, form_fields = extras_from_json(value)
        return Page(
            number=_whole(value["number"]),
            width=_whole(value["width"]),
            height=_whole(value["height"]),
            source=PageSource.TEXT_LAYER,
            lines=tuple(Line(words=tuple(map(_word, line))) for line in value["lines"]),
            rotation=_whole(value["rotation"]),
            segments=segments,
            form_fields=form_fields,
            engine=_text(value["engine"]),
            placement=placement_from_json(value),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise WireError("a page does not hold together") from error


def extras_from_json(value: Mapping[str, Any]) -> tuple[tuple[Segment, ...], tuple[FormField, ...]]:
    """Raises WireError when they are not segments and form fields."""
    try:
        segments = tuple(Segment(*map(_number, corners)) for corners in value["segments"])
        form_fields = tuple(
            FormField(name=_text(name), kind=_text(kind), value=_text(text), box=Box(*map(_number, corners)))
            for name, kind, text, *corners in value["form_fields"]
        )
    except (KeyError, TypeError, ValueError) as error:
        raise WireError("segments or form fields do not hold together") from error
    return segments, form_fields


def placement_from_json(value: Mapping[str, Any]) -> Affine | None:
    """Raises WireError when it is something else."""
    try:
        if value["placement"] is None:
            return None
        a, b, c, d, e, f = map(_number, value["placement"])
    except (KeyError, TypeError, ValueError) as error:
        raise WireError("a placement does not hold together") from error
    return a, b, c, d, e, f


def whole(reply: Mapping[str, Any], name: str) -> int:
    """A whole number of a reply, from 0. Raises WireError when there is none."""
    try:
        return _whole(reply[name])
    except (KeyError, ValueError) as error:
        raise WireError(f"no {name}") from error


def _word(value: Any) -> Word:
    text, left, top, right, bottom, confidence, angle = value
    return Word(
        text=_text(text),
        box=Box(_number(left), _number(top), _number(right), _number(bottom)),
        confidence=min(1.0, max(0.0, _number(confidence))),
        angle=_whole(angle),
    )


def _corners(box: Box) -> list[float]:
    return [round(box.left, 2), round(box.top, 2), round(box.right, 2), round(box.bottom, 2)]


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("not a number")
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise ValueError("not a whole number")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    # lone surrogates cannot be sent on as UTF-8, and PostgreSQL stores no NUL
    return value.encode("utf-8", "replace").decode().replace("\0", "")
