"""Memory of what runs, sampled beside the run: that of doctray's processes, and the machine's."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psutil

EVERY_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MemorySample:
    """doctray_bytes: proportional set size of the parts' processes with all their descendants, shared pages counted once.

    restarting: a part was down or starting, so that the sum says nothing about growth.
    """

    at_s: float
    doctray_bytes: int
    machine_percent: float
    restarting: bool


class Watch:
    """Samples from a thread while the context is open. roots: asked each time, since parts are restarted."""

    def __init__(self, roots: Callable[[], Sequence[int]], *, restarting: Callable[[], bool]) -> None:
        self.samples: list[MemorySample] = []
        self._roots = roots
        self._restarting = restarting
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="watch", daemon=True)
        self._began = time.monotonic()

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(timeout=10)

    def _look(self) -> None:
        while not self._over.wait(EVERY_S):
            self.samples.append(
                MemorySample(
                    at_s=time.monotonic() - self._began,
                    doctray_bytes=sum(_tree_bytes(root) for root in self._roots()),
                    machine_percent=float(psutil.virtual_memory().percent),
                    restarting=self._restarting(),
                )
            )


def _tree_bytes(pid: int) -> int:
    total = 0
    try:
        root = psutil.Process(pid)
        tree = [root, *root.children(recursive=True)]
    except psutil.Error:
        return 0
    for process in tree:
        try:
            total += process.memory_full_info().pss
        except (psutil.Error, AttributeError):
            continue
    return total
