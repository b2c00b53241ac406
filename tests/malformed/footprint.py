"""What a service takes of its machine: memory of each of its processes, and bytes under its home."""

import contextlib
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

MEGABYTE = 1024 * 1024

MEMORY_MARGIN_MB = 64
"""What a process may keep after hundreds of cases: the allocator returns large blocks and keeps small ones, and the first documents of a
kind load their decoders. One page image of 4,000 x 4,000 pixels has 48 MB, so that not two of them can hide here."""

DISK_MARGIN_KB_PER_JOB = 4
"""A deleted job leaves its tombstone, its attempts and their index entries in the journal (api.md, DELETE)."""

DISK_MARGIN_MB = 8
"""SQLite's write-ahead log grows to 4 MB before it is folded in (wal_autocheckpoint, 1,000 pages), and the files of the log rotate."""

SETTLED_WITHIN_S = 20.0

_ROLES = (("doctray.pages.nursery", "nursery"), ("doctray api", "api"), ("doctray worker", "worker"), ("redis-server", "redis"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """resident_mb and pids: by role. processes: how many there are. home_bytes: under DOCTRAY_HOME, logs left out."""

    resident_mb: Mapping[str, float]
    pids: Mapping[str, frozenset[int]]
    processes: int
    page_processes: int
    home_bytes: int
    blob_files: int


def footprint(serve_pid: int, home: Path) -> Footprint:
    resident: defaultdict[str, float] = defaultdict(float)
    serve = psutil.Process(serve_pid)
    processes = [serve, *serve.children(recursive=True)]
    pids: defaultdict[str, set[int]] = defaultdict(set)
    nurseries = pids["nursery"]
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            role = role_of(" ".join(process.cmdline()))
            if role == "nursery" and process.ppid() in nurseries:
                continue
            pids[role].add(process.pid)
            resident[role] += process.memory_info().rss / MEGABYTE
    children = sum(len(psutil.Process(pid).children()) for pid in nurseries)
    files = [path for path in home.rglob("*") if path.is_file() and path.suffix != ".log"]
    return Footprint(
        resident_mb=dict(resident),
        pids={role: frozenset(found) for role, found in pids.items()},
        processes=len(processes),
        page_processes=children,
        home_bytes=sum(_size(path) for path in files),
        blob_files=sum("blobs" in path.parts for path in files),
    )


def role_of(command: str) -> str:
    return next((role for words, role in _ROLES if words in command), "others")


def growth(before: Footprint, after: Footprint, *, jobs: int) -> list[str]:
    """One line for each way in which the service did not return to where it was."""
    lines = []
    for role in ("api", "worker", "nursery"):
        if before.pids.get(role) != after.pids.get(role):
            lines.append(f"{role} did not live through it")
        grown = after.resident_mb.get(role, 0.0) - before.resident_mb.get(role, 0.0)
        if grown > MEMORY_MARGIN_MB:
            lines.append(f"{role} holds {grown:.0f} MB more than before; {MEMORY_MARGIN_MB} are allowed")
    grown_bytes = after.home_bytes - before.home_bytes
    if grown_bytes > DISK_MARGIN_MB * MEGABYTE + jobs * DISK_MARGIN_KB_PER_JOB * 1024:
        lines.append(f"DOCTRAY_HOME holds {grown_bytes / MEGABYTE:.1f} MB more than before")
    if after.blob_files > before.blob_files:
        lines.append(f"{after.blob_files - before.blob_files} blobs of deleted jobs are left")
    if after.page_processes:
        lines.append(f"{after.page_processes} page processes are left")
    if after.processes > before.processes:
        lines.append(f"{after.processes - before.processes} processes more than before")
    return lines


def _size(path: Path) -> int:
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_size
    return 0


def settled(serve_pid: int, home: Path, *, like: Footprint | None) -> Footprint:
    """The footprint once nothing is going on: no page process is left and, where `like` is given, nothing has grown; else after
    SETTLED_WITHIN_S."""
    deadline = time.monotonic() + SETTLED_WITHIN_S
    while True:
        found = footprint(serve_pid, home)
        still = found.page_processes == 0 and (like is None or not growth(like, found, jobs=0))
        if still or time.monotonic() > deadline:
            return found
        time.sleep(0.2)
