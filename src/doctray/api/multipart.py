"""multipart/form-data as a stream: parts in the order they come, file bytes never held in memory, fields before or after the file."""

from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from doctray.domain.errors import MalformedRequest

MAX_PARTS = 64
MAX_HEADERS = 16
MAX_HEADER_BYTES = 4096
MAX_FIELD_BYTES = 128 * 1024
"""Largest field: a schema of 64 KiB with room for escapes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part. file_name: None for a plain field, "" for an empty file input."""

    name: str
    file_name: str | None


@dataclass(frozen=True, slots=True)
class _Begun:
    part: Part


@dataclass(frozen=True, slots=True)
class _Data:
    data: bytes


class _Ended:
    pass


class Multipart:
    """Reads one form. Take a part with `next_part`, then its bytes with `data` or its text with `text`, then the next.

    Everything raises MalformedRequest for a body that is no such form, is cut short, or passes a limit.
    """

    def __init__(self, chunks: AsyncIterator[bytes], boundary: bytes, *, max_parts: int = MAX_PARTS) -> None:
        self._chunks = chunks
        self._max_parts = max_parts
        self._events: deque[_Begun | _Data | _Ended] = deque()
        self._parts = 0
        self._headers: dict[str, bytes] = {}
        self._header_name = b""
        self._header_value = b""
        self._complete = False
        self._in_part = False
        callbacks: dict[str, Callable[..., Any]] = {
            "on_part_begin": self._on_part_begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers_finished,
            "on_part_data": self._on_part_data,
            "on_part_end": self._on_part_end,
            "on_end": self._on_end,
        }
        try:
            self._parser = MultipartParser(
                boundary,
                callbacks,  # type: ignore[arg-type]
                max_header_count=MAX_HEADERS,
                max_header_size=MAX_HEADER_BYTES,
            )
        except FormParserError as error:
            raise MalformedRequest("The multipart boundary is not valid.") from error

    async def next_part(self) -> Part | None:
        """The next part; None after the last one, once the whole body is in. Skips what is left of the part before."""
        while (event := await self._next()) is not None:
            if isinstance(event, _Begun):
                self._in_part = True
                return event.part
        return None

    async def data(self) -> AsyncIterator[bytes]:
        """The bytes of the part taken last."""
        while self._in_part:
            event = await self._next()
            if isinstance(event, _Data):
                yield event.data
            else:
                self._in_part = False

    async def text(self) -> str:
        """The text of the part taken last: UTF-8, at most MAX_FIELD_BYTES."""
        collected = bytearray()
        async for data in self.data():
            collected += data
            if len(collected) > MAX_FIELD_BYTES:
                raise MalformedRequest(f"A form field is longer than {MAX_FIELD_BYTES // 1024} KiB.")
        try:
            return collected.decode()
        except UnicodeDecodeError as error:
            raise MalformedRequest("A form field is not UTF-8.") from error

    async def _next(self) -> _Begun | _Data | _Ended | None:
        while not self._events:
            chunk = await anext(self._chunks, None)
            if chunk is None:
                if not self._complete:
                    raise MalformedRequest("The form ends before its last boundary.")
                return None
            if self._complete or not chunk:
                continue
            try:
                self._parser.write(chunk)
            except FormParserError as error:
                raise MalformedRequest("The body is not a form with the boundary that its Content-Type names.") from error
        return self._events.popleft()

    def _on_part_begin(self) -> None:
        self._parts += 1
        if self._parts > self._max_parts:
            raise MalformedRequest(f"The form has more than {self._max_parts} parts.")
        self._headers = {}

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._header_name.decode("latin-1").lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _on_headers_finished(self) -> None:
        disposition, options = parse_options_header(self._headers.get("content-disposition"))
        if disposition != b"form-data" or b"name" not in options:
            raise MalformedRequest("A part of the form has no name.")
        file_name = options.get(b"filename")
        self._events.append(_Begun(Part(name=_text(options[b"name"]), file_name=None if file_name is None else _text(file_name))))

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._events.append(_Data(bytes(data[start:end])))

    def _on_part_end(self) -> None:
        self._events.append(_Ended())

    def _on_end(self) -> None:
        self._complete = True


def boundary_of(content_type: str) -> bytes:
    """The boundary that a multipart Content-Type names. Raises MalformedRequest."""
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise MalformedRequest("The Content-Type multipart/form-data names no boundary.")
    return boundary


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
