"""Gives what one answer writes in one step of the event loop to the socket as one write: head and body leave together.

uvicorn writes an answer's head and its body apart. A process that is killed between the two leaves half an answer, and a proxy that
has passed the head on can no longer ask the next copy. With one write a small answer is either whole or not begun.
"""

import asyncio
from typing import Any

MOST_HELD_BYTES = 64 * 1024
"""As much as asyncio holds back by default before it asks a writer to wait (its high-water mark): beyond that nothing is gained."""


class OneWrite(asyncio.Transport):
    """A transport in front of another; what is written goes on at the end of the loop's step, or when the connection is closed."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._held: list[bytes | bytearray | memoryview] = []
        self._held_bytes = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._held:
            self._loop.call_soon(self._pass_on)
        self._held.append(data)
        self._held_bytes += len(data)
        if self._held_bytes > MOST_HELD_BYTES:
            self._pass_on()

    def write_eof(self) -> None:
        self._pass_on()
        self._transport.write_eof()

    def close(self) -> None:
        self._pass_on()
        self._transport.close()

    def abort(self) -> None:
        self._forget()
        self._transport.abort()

    def get_write_buffer_size(self) -> int:
        return self._held_bytes + self._transport.get_write_buffer_size()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def can_write_eof(self) -> bool:
        return self._transport.can_write_eof()

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def is_reading(self) -> bool:
        return self._transport.is_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._transport.set_protocol(protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._transport.get_protocol()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._transport.set_write_buffer_limits(high, low)

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return self._transport.get_write_buffer_limits()

    def _pass_on(self) -> None:
        held = self._held
        self._forget()
        if held and not self._transport.is_closing():
            self._transport.write(held[0] if len(held) == 1 else b"".join(held))

    def _forget(self) -> None:
        self._held = []
        self._held_bytes = 0
