"""What a worker and all processes that it started hold in memory."""

from collections.abc import Mapping

import psutil

PARTS = ("worker", "engine", "pages", "extraction")
"""Whose memory is told apart: the worker itself, its engine process, the page processes with the one they are forked from, and the
processes in which rules extract."""

_MODULES = {"doctray.ocr.engine_child": "engine", "doctray.pages.nursery": "pages", "doctray.extraction.child": "extraction"}


def memory_by_part() -> Mapping[str, int]:
    """Bytes of each part. Pages that processes share are counted once where the kernel tells (Linux), else in each of them."""
    me = psutil.Process()
    found = dict.fromkeys(PARTS, 0)
    found["worker"] = _bytes_of(me)
    for child in me.children():
        try:
            part = next((part for module, part in _MODULES.items() if module in child.cmdline()), "worker")
            found[part] += sum(_bytes_of(process) for process in (child, *child.children(recursive=True)))
        except psutil.Error:
            continue
    return found


def _bytes_of(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
        return int(getattr(full, "pss", 0) or full.rss)
    except psutil.AccessDenied:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
