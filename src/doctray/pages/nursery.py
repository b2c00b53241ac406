"""The process that page processes are forked from: it has the decoders loaded, holds no document, and no secret of the worker.

    python -m doctray.pages.nursery FD LIMITS

FD: a Unix socket to the worker. Its first line to the worker is JSON: {"isolated": bool, "reason": text}. After that each byte from the
worker comes with two descriptors: the new page process's connection, and its *life line*. A byte on the life line, or its end, kills
the page process; its exit status comes back on the life line, which then ends. When the worker's socket ends, everything ends.

Why not multiprocessing's forkserver: it hands its children the worker's environment (with keys in it), imports the worker's main module
into each of them, pickles both ways, and cannot be ended with its opener.
"""

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass

from doctray.lifeline import die_with_parent
from doctray.pages import isolation

Serve = Callable[..., None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of each page process: address space in bytes, and seconds of processor time for each request."""

    memory_bytes: int
    page_seconds: float


def main() -> None:
    worker = socket.socket(fileno=int(sys.argv[1]))
    limits = Limits(**json.loads(sys.argv[2]))
    # the decoders; loading them takes half a second, which each page process is spared
    from doctray.pages.child import serve

    reason = isolation.leave_network()
    worker.sendall(json.dumps({"isolated": reason is None, "reason": reason or ""}).encode() + b"\n")
    # a collection in a page process would write to every object that it shares with the others, and so make them its own
    gc.freeze()
    Nursery(worker, limits, serve).run()


class Nursery:
    """One thread, one loop: forks when the worker asks, reaps what ends, kills whose life line ends."""

    def __init__(self, worker: socket.socket, limits: Limits, serve: Serve) -> None:
        self._worker = worker
        self._limits = limits
        self._serve = serve
        self._life_lines: dict[int, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._ended, self._on_signal = socket.socketpair()

    def run(self) -> None:
        self._ended.setblocking(False)
        self._on_signal.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
        signal.set_wakeup_fd(self._on_signal.fileno())
        self._selector.register(self._ended, selectors.EVENT_READ, self._reap)
        self._selector.register(self._worker, selectors.EVENT_READ, None)
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    if not self._fork():
                        self._kill_all()
                        return
                elif key.fileobj.fileno() != -1:  # type: ignore[union-attr]
                    key.data()

    def _fork(self) -> bool:
        """A new page process; False when the worker has closed its socket."""
        message, descriptors, _, _ = socket.recv_fds(self._worker, 1, 2)
        if not message:
            return False
        connection, life_line = (socket.socket(fileno=descriptor) for descriptor in descriptors)
        parent_pid = os.getpid()
        pid = os.fork()
        if pid == 0:
            try:
                self._become_page_process(connection, life_line, parent_pid)
            finally:
                os._exit(1)
        connection.close()
        self._life_lines[pid] = life_line
        self._selector.register(life_line, selectors.EVENT_READ, lambda: self._kill(pid))
        return True

    def _become_page_process(self, connection: socket.socket, life_line: socket.socket, parent_pid: int) -> None:
        die_with_parent(parent_pid)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        for inherited in (self._worker, self._ended, self._on_signal, life_line, *self._life_lines.values()):
            inherited.close()
        # decoders in C print about damaged files, with pieces of them
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nowhere, standard)
        os.close(nowhere)
        isolation.limit_resources(memory_bytes=self._limits.memory_bytes)
        self._serve(connection, page_seconds=self._limits.page_seconds)
        os._exit(0)

    def _kill(self, pid: int) -> None:
        # not reaped before this process says so, so the pid is still that child's
        self._selector.unregister(self._life_lines[pid])
        os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        self._ended.recv(4096)
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            life_line = self._life_lines.pop(pid)
            if life_line in self._selector.get_map():
                self._selector.unregister(life_line)
            # the worker may already have let go of it
            with contextlib.suppress(OSError):
                life_line.send(str(os.waitstatus_to_exitcode(status)).encode(), socket.MSG_DONTWAIT)
            life_line.close()

    def _kill_all(self) -> None:
        for pid in self._life_lines:
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
