"""A Python process of our own that talks over a socket pair: started by the worker, fed with frames, killed when it is of no more use."""

import asyncio
import os
import pickle
import signal
import socket
import struct
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LENGTH = struct.Struct("!Q")
"""What precedes every frame: the size of its body in bytes."""

_END_TIMEOUT_S = 2.0
"""A closed child ends at once by itself; this is for one that is stuck."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SocketChild:
    """The parent's end."""

    process: asyncio.subprocess.Process
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def receive(self) -> bytes:
        """The body of the next frame. Raises EOFError or OSError when the child is gone."""
        (size,) = LENGTH.unpack(await self.reader.readexactly(LENGTH.size))
        return await self.reader.readexactly(size)

    def kill(self) -> None:
        _kill(self.process)

    async def end(self) -> int | None:
        """Close, kill and reap; its exit status, negative for a signal, or None when it is not gone within 2 s."""
        self.writer.close()
        return await _end(self.process)


async def launch(module: str, *, environment: Mapping[str, str]) -> SocketChild:
    """Start `python -m module <socket fd> <our pid>`, with nothing of our environment but what is given, and our import path.

    Call it in the main thread: the kernel ends the child (`lifeline.die_with_parent`) with the thread that started it.
    """
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                module,
                str(theirs.fileno()),
                str(os.getpid()),
                pass_fds=(theirs.fileno(),),
                # What libraries print is noise at best and a document's text at worst; failures come as frames.
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env={**environment, "PYTHONPATH": _import_path()},
            )
    except BaseException:
        ours.close()
        raise
    try:
        reader, writer = await asyncio.open_unix_connection(sock=ours)
    except BaseException:
        ours.close()
        await _end(process)
        raise
    return SocketChild(process=process, reader=reader, writer=writer)


async def _end(process: asyncio.subprocess.Process) -> int | None:
    _kill(process)
    with suppress(TimeoutError):
        async with asyncio.timeout(_END_TIMEOUT_S):
            return await process.wait()
    return None


def _kill(process: asyncio.subprocess.Process) -> None:
    """Through a descriptor where the system has them: Process.kill reaps a child that is dead already behind asyncio's back, which
    then knows no exit status of it."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        if sys.platform != "linux":
            process.kill()
            return
        # Not reaped before the event loop says so, at the worst a moment ago: a number is not given again so soon.
        descriptor = os.pidfd_open(process.pid)
        try:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
        finally:
            os.close(descriptor)


def _import_path() -> str:
    return os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)


def frame(message: object) -> bytes:
    """Pickled: both ends are ours, and nothing else has the socket."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(body)) + body


def unframe(body: bytes | bytearray) -> Any:
    return pickle.loads(body)  # noqa: S301 (see `frame`)
