"""What a process and its descendants use: CPU seconds, and the most memory they hold at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from benchmarks.sampling import looking

_SAMPLE_S = 0.05


@dataclass(slots=True)
class Usage:
    """cpu_s: user and system time. peak_bytes: the largest sum of resident sizes at one moment, sampled every 50 ms."""

    cpu_s: float = 0.0
    peak_bytes: int = 0


def tree_cpu_seconds(pid: int) -> float:
    """User and system time of the process, its living descendants and those that they have waited for."""
    total = 0.0
    for process in _tree(pid):
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def tree_rss_bytes(pid: int) -> int:
    """Resident sizes summed; pages that processes share count in each."""
    total = 0
    for process in _tree(pid):
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total


@contextmanager
def used_by(pid: int) -> Iterator[Usage]:
    """Watch a process tree; the Usage is complete when the context ends."""
    usage = Usage()

    def look() -> None:
        usage.peak_bytes = max(usage.peak_bytes, tree_rss_bytes(pid))

    before = tree_cpu_seconds(pid)
    look()
    try:
        with looking(look, every_s=_SAMPLE_S):
            yield usage
    finally:
        usage.cpu_s = tree_cpu_seconds(pid) - before


def _tree(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return []
