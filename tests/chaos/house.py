"""The service under test, with handles to hurt it by."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

import psutil
import redis

from doctray.config import embedded_redis_socket
from tests.acceptance.service import Service

GONE_WITHIN_S = 20.0
"""Children of a killed serve are killed by the kernel; an engine may take a moment to be reaped."""


class House:
    """`doctray serve` on a home of its own; its processes are found by their command lines."""

    def __init__(self, home: Path, env: Mapping[str, str], *, random: Random) -> None:
        self.service = Service(home, env)
        self._random = random
        self._env = {**os.environ, "LOG_FORMAT": "json", "DOCTRAY_HOME": str(home), **env}

    async def start(self, *, status: str = "healthy") -> None:
        """Until /health says so."""
        await asyncio.to_thread(self.service.start, status=status)

    async def stop(self) -> int:
        """SIGTERM, and wait; the exit status."""
        return await asyncio.to_thread(self.service.stop)

    async def kill_everything(self) -> None:
        """SIGKILL serve, as when the machine loses power, and wait until its processes are gone."""
        children = self._children()
        self.service.kill()
        await asyncio.to_thread(psutil.wait_procs, children, GONE_WITHIN_S)

    def start_worker(self) -> subprocess.Popen[bytes]:
        """A worker beside serve, for a serve that starts none."""
        with self.service.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "doctray", "worker", "--device", "cpu"], stdout=log, stderr=log, env=self._env, process_group=0
            )

    def workers(self) -> list[psutil.Process]:
        return self._named("doctray worker")

    def api(self) -> list[psutil.Process]:
        return self._named("doctray api")

    def redis(self) -> list[psutil.Process]:
        return self._named("redis-server")

    def engines(self) -> list[psutil.Process]:
        return self._named("doctray.ocr.engine_child")

    def nurseries(self) -> list[psutil.Process]:
        """What page processes are forked from."""
        return [process for process in self._named("doctray.pages.nursery") if not _parent_is(process, "doctray.pages.nursery")]

    def page_processes(self) -> list[psutil.Process]:
        return [process for process in self._named("doctray.pages.nursery") if _parent_is(process, "doctray.pages.nursery")]

    def busiest_worker(self) -> psutil.Process | None:
        """The one with the most documents open: a strike should meet some."""
        workers = sorted(self.workers(), key=lambda process: process.pid)
        self._random.shuffle(workers)
        return max(workers, key=_open_documents, default=None)

    def one_of(self, processes: list[psutil.Process]) -> psutil.Process | None:
        return self._random.choice(sorted(processes, key=lambda process: process.pid)) if processes else None

    def supervisor(self) -> psutil.Process:
        assert self.service.process is not None
        return psutil.Process(self.service.process.pid)

    def wipe_redis(self) -> None:
        with suppress(redis.RedisError), redis.Redis(unix_socket_path=str(embedded_redis_socket(self.service.home))) as client:
            client.flushall()

    def _named(self, words: str) -> list[psutil.Process]:
        return [process for process in self._children() if words in _command(process)]

    def _children(self) -> list[psutil.Process]:
        try:
            return self.supervisor().children(recursive=True)
        except psutil.NoSuchProcess:
            return []


def send(process: psutil.Process, number: signal.Signals) -> bool:
    """False when the process is gone."""
    try:
        os.kill(process.pid, number)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def frozen(process: psutil.Process | None) -> Iterator[None]:
    """SIGSTOP for the time of the context; SIGCONT whatever happens in it."""
    if process is not None:
        send(process, signal.SIGSTOP)
    try:
        yield
    finally:
        if process is not None:
            send(process, signal.SIGCONT)


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _open_documents(worker: psutil.Process) -> int:
    try:
        return len(worker.children(recursive=True))
    except psutil.Error:
        return -1


def _parent_is(process: psutil.Process, words: str) -> bool:
    try:
        parent = process.parent()
    except psutil.Error:
        return False
    return parent is not None and words in _command(parent)
