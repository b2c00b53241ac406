"""The process that rules work in: `python -m doctray.extraction.child <socket fd> <parent pid>`, started by `ExtractorProcess`.

It holds one document at a time, and no secret of the worker; it can be killed at any moment.
"""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from doctray.domain.errors import DoctrayError, ExtractionFailed
from doctray.domain.extraction import Extraction
from doctray.extraction.wire import Failed, Request
from doctray.lifeline import die_with_parent
from doctray.ports import Extractor
from doctray.socket_child import LENGTH, frame, unframe


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
        where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else "unknown"
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
