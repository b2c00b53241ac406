"""The engine process itself: `python -m doctray.ocr.engine_child <socket fd> <parent pid>`, started by `EngineProcess`.

It owns the OCR singletons of one device, knows nothing about jobs, and ends with its worker.
"""

import ctypes
import os
import select
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path

from doctray.domain.document import PageImage
from doctray.domain.errors import DoctrayError, EngineFailure, EngineOutOfMemory
from doctray.lifeline import die_with_parent
from doctray.ocr.wire import Failed, MakeEngine, ReadReply, ReadRequest, Ready, Setup
from doctray.ports import OcrEngine
from doctray.socket_child import LENGTH, frame, unframe

_HUNG_UP = select.POLLRDHUP | select.POLLHUP | select.POLLERR


def main() -> None:
    sock_fd, parent_pid = int(sys.argv[1]), int(sys.argv[2])
    die_with_parent(parent_pid)
    # Ctrl-C and a supervisor's SIGTERM reach the whole process group, but it is the worker that says when reading ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with socket.socket(fileno=sock_fd) as sock:
        threading.Thread(target=_exit_when_closed, args=(sock_fd,), name="hang-up", daemon=True).start()
        _serve(sock)


def _exit_when_closed(sock_fd: int) -> None:
    """End the process as soon as the worker's end of the socket is gone, also in the middle of a page."""
    poll = select.poll()
    poll.register(sock_fd, select.POLLRDHUP)
    while not any(event & _HUNG_UP for _, event in poll.poll()):
        pass
    os._exit(0)


def _serve(sock: socket.socket) -> None:
    engines: dict[str, OcrEngine] = {}
    try:
        setup: Setup = unframe(_next_frame(sock))
        # before the engine starts its threads, which inherit it
        os.nice(setup.niceness)
        if setup.gpu_memory_bytes is not None:
            _limit_gpu_memory(setup.gpu_memory_bytes)
        engine = _engine(setup.engine, setup.make, engines)
        if not getattr(engine, "remote", False):
            engine.read([_warm_up_image()])
    except Exception as error:
        sock.sendall(frame(_failed(error, cause=f"{type(error).__name__}: {error}")))
        return
    sock.sendall(frame(Ready(name=engine.name, version=engine.version, backend=str(getattr(engine, "backend", "")))))
    while True:
        request: ReadRequest = unframe(_next_frame(sock))
        answer = _answer(request, _images(sock, request), setup, engines)
        if isinstance(answer, Failed) and _gpu_is_lost():
            sys.exit("the GPU's context is lost")
        sock.sendall(frame(answer))
        _give_memory_back()


def _limit_gpu_memory(limit_bytes: int) -> None:
    """Beyond it torch raises its out-of-memory error, as it does on a smaller GPU, and batches are halved."""
    import torch

    if torch.cuda.is_available():
        _, total = torch.cuda.mem_get_info(0)
        torch.cuda.set_per_process_memory_fraction(min(1.0, limit_bytes / total), 0)


def _gpu_is_lost() -> bool:
    """After an illegal access, say, a CUDA context fails every call that follows; only another process gets another one."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_initialized():
        return False
    try:
        torch.cuda.synchronize()
    except RuntimeError:
        return True
    return False


def _answer(request: ReadRequest, images: list[PageImage], setup: Setup, engines: dict[str, OcrEngine]) -> ReadReply | Failed:
    try:
        engine = _engine(request.engine or setup.engine, setup.make, engines)
        return ReadReply(pages=tuple(engine.read(images)))
    except Exception as error:
        # Without the message: a library's may quote the document.
        return _failed(error, cause=f"{type(error).__name__} at {_place(error)}")


def _engine(name: str, make: MakeEngine, engines: dict[str, OcrEngine]) -> OcrEngine:
    if name not in engines:
        engines[name] = make(name)
    return engines[name]


def _failed(error: Exception, *, cause: str) -> Failed:
    match error:
        case DoctrayError():
            return Failed(error=type(error), detail=error.detail, cause=cause)
        case MemoryError():
            return Failed(error=EngineOutOfMemory, detail=EngineOutOfMemory.why, cause=cause)
        case _:
            return Failed(error=EngineFailure, detail=f"the OCR engine failed ({type(error).__name__})", cause=cause)


def _place(error: Exception) -> str:
    """File name and line where it was raised, as `recognition.py:193`."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown"


def _images(sock: socket.socket, request: ReadRequest) -> list[PageImage]:
    return [head.with_pixels(_exactly(sock, head.size_bytes)) for head in request.heads]


def _next_frame(sock: socket.socket) -> bytearray:
    (size,) = LENGTH.unpack(_exactly(sock, LENGTH.size))
    return _exactly(sock, size)


def _exactly(sock: socket.socket, size: int) -> bytearray:
    """So many bytes; ends the process when the worker's end is closed."""
    buffer = bytearray(size)
    view = memoryview(buffer)
    while view:
        received = sock.recv_into(view)
        if not received:
            sys.exit()
        view = view[received:]
    return buffer


def _warm_up_image() -> PageImage:
    """A line of text, so that both networks have run before the first page."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (320, 96), "white")
    ImageDraw.Draw(image).text((24, 24), "Warm 2026", fill="black", font=ImageFont.load_default(size=40))
    return PageImage(number=1, width=image.width, height=image.height, rgb=image.tobytes())


def _give_memory_back() -> None:
    """Have glibc return what a page needed: kept, it is 1 GB and more after an A4 scan. Other C libraries do so by themselves."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


if __name__ == "__main__":
    main()
