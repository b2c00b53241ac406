"""The process that rules work in: `python -m doctray.extraction.child <socket fd> <parent pid>`, started by `ExtractorProcess`.

It holds one document at a time, and no secret of the worker; it can be killed at any moment.
"""

import asyncio
import os
import pickle
import signal
import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from doctray.domain.document import Document
from doctray.domain.errors import DoctrayError, ExtractionFailed
from doctray.domain.extraction import Extraction
from doctray.lifeline import die_with_parent
from doctray.ports import Extractor

LENGTH = struct.Struct("!Q")

MakeExtractor = Callable[[], Extractor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    document: Document
    document_type: str
    schema: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """error: its class; exceptions themselves carry what cannot be pickled. cause: class and place of what is none of ours, for the log."""

    error: type[DoctrayError]
    detail: str | None
    cause: str = ""


def frame(message: object) -> bytes:
    """Pickled: both ends are ours, and nothing else has the socket."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(body)) + body


def unframe(body: bytes) -> Any:
    return pickle.loads(body)  # noqa: S301 (see `frame`)


def main() -> None:
    die_with_parent(int(sys.argv[2]))
    # Ctrl-C and a supervisor's SIGTERM reach the whole process group, but it is the worker that says when work ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as sock, sock.makefile("rb") as requests, asyncio.Runner() as runner:
        extractor: Extractor = unframe(_next(requests))()
        sock.sendall(frame(os.getpid()))
        while True:
            request: Request = unframe(_next(requests))
            sock.sendall(frame(runner.run(_answer(extractor, request))))


async def _answer(extractor: Extractor, request: Request) -> Extraction | Failed:
    try:
        return await extractor.extract(request.document, document_type=request.document_type, schema=request.schema)
    except DoctrayError as error:
        return Failed(error=type(error), detail=error.detail)
    except Exception as error:
        # without the message, which may quote the document
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{os.path.basename(place.tb_frame.f_code.co_filename)}:{place.tb_lineno}" if place else "unknown"  # noqa: PTH119
        return Failed(error=ExtractionFailed, detail=None, cause=f"{type(error).__name__} at {where}")


def _next(requests: Any) -> bytes:
    """The next frame; ends the process when the worker has closed its end."""
    head = requests.read(LENGTH.size)
    if len(head) < LENGTH.size:
        sys.exit()
    (size,) = LENGTH.unpack(head)
    body: bytes = requests.read(size)
    if len(body) < size:
        sys.exit()
    return body


if __name__ == "__main__":
    main()
