"""`doctray serve`: everything on one machine, as real processes of their own, watched and restarted."""

import asyncio
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import structlog

from doctray.cli.embedded_redis import RedisMissing, command, wait_until_up
from doctray.config import Settings, SettingsError
from doctray.domain.errors import DoctrayError
from doctray.ocr.devices import resolve
from doctray.wiring import open_journal

_log = structlog.get_logger()

WATCH_S = 0.2
RESTART_S = 0.5
RESTART_LONGEST_S = 10.0

EARLY_DEATH_S = 3.0
"""A process that ends this soon after its first starts, EARLY_DEATHS times in a row, has a cause that restarting does not mend."""
EARLY_DEATHS = 4

STOP_MARGIN_S = 10.0
"""Beyond the workers' drain time, until what still runs is killed."""


class ServeError(Exception):
    """`serve` cannot go on: what happened and what to do."""


@dataclass(slots=True, kw_only=True)
class _Child:
    name: str
    argv: list[str]
    log: IO[bytes] | None
    env: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    early_deaths: int = 0
    early_status: int | None = None
    # has once lived longer than EARLY_DEATH_S: what ends it now is not how it was set up
    settled: bool = False
    start_at: float = 0.0
    # the worker's lease, ended as soon as the process is seen dead
    worker_id: str | None = None

    def start(self) -> None:
        if self.name.startswith("worker"):
            self.worker_id = f"{self.name}-{os.getpid()}-{time.time_ns():x}"
            self.env["DOCTRAY_WORKER_ID"] = self.worker_id
        # The child asks the kernel to end it with us (lifeline), so that killing serve leaves nothing behind.
        env = {**os.environ, **self.env, "DOCTRAY_SUPERVISOR_PID": str(os.getpid())}
        # A group of its own: Ctrl-C reaches serve alone, which ends its children in order.
        self.process = subprocess.Popen(  # noqa: S603 our own commands
            self.argv, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=env, process_group=0
        )
        self.started = time.monotonic()

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


def serve(settings: Settings) -> None:
    """Run until SIGINT or SIGTERM. Raises ServeError or SettingsError when it cannot start or go on."""
    home = settings.home
    (home / "logs").mkdir(parents=True, exist_ok=True)
    settings.documents_dir.mkdir(parents=True, exist_ok=True)
    settings.secret_key()
    with only_one(home):
        children: list[_Child] = []
        stopping = _stop_on_signals()
        try:
            if settings.redis.dsn is None:
                children.append(_start_redis(home))
            _migrate(settings)
            children.extend(_start_services(settings))
            _watch(children, settings, stopping)
        finally:
            _stop(children, grace_s=settings.worker.drain_seconds + STOP_MARGIN_S)


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the home against every other `serve` (and `restore`). Raises ServeError."""
    with (home / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ServeError(
                f"Another `doctray serve` is running on {home}. Stop it first, or set DOCTRAY_HOME to another folder."
            ) from error
        yield


def _stop_on_signals() -> list[int]:
    seen: list[int] = []

    def note(number: int, _frame: object) -> None:
        seen.append(number)

    signal.signal(signal.SIGTERM, note)
    signal.signal(signal.SIGINT, note)
    return seen


def _start_redis(home: Path) -> _Child:
    try:
        child = _Child(
            name="redis", argv=[sys.executable, "-m", "doctray.cli.exec", *command(home)], log=(home / "logs" / "redis.log").open("ab")
        )
        child.start()
        wait_until_up(home, lambda: child.alive)
    except RedisMissing as error:
        raise ServeError(str(error)) from error
    _log.info("redis.started", embedded=True)
    return child


def _migrate(settings: Settings) -> None:
    from doctray.storage.migrate import upgrade

    try:
        upgrade(settings.database_dsn)
    except DoctrayError as error:
        raise ServeError(f"The journal cannot be opened: {error.detail} Look at DATABASE_URL and run `doctray doctor`.") from error


def _start_services(settings: Settings) -> list[_Child]:
    # -P: a file google.py or queue.py in the working directory must not stand in for a library
    doctray = [sys.executable, "-P", "-m", "doctray"]
    env = {"REDIS_URL": settings.redis_dsn, "DOCTRAY_HOME": str(settings.home)}
    children = [_Child(name="api", argv=[*doctray, "api"], log=None, env=dict(env))]
    if settings.worker.enabled:
        for number, device in enumerate(worker_devices(settings)):
            children.append(_Child(name=f"worker-{number}", argv=[*doctray, "worker", "--device", device], log=None, env=dict(env)))
    for child in children:
        child.start()
    return children


def worker_devices(settings: Settings) -> list[str]:
    """The device of each worker that serve starts: one a device, or WORKER_COUNT of them in turn over the devices."""
    try:
        devices = resolve(settings.worker.devices)
    except ValueError as error:
        raise SettingsError(f"WORKER_DEVICES: {error}") from error
    count = settings.worker.count or len(devices)
    return [devices[number % len(devices)] for number in range(count)]


def _watch(children: list[_Child], settings: Settings, stopping: list[int]) -> None:
    while not stopping:
        for child in children:
            if child.alive:
                continue
            now = time.monotonic()
            if child.process is not None:
                _note_death(child, settings)
                if child.early_deaths >= EARLY_DEATHS and not child.settled:
                    raise ServeError(
                        f"{child.name} ends as soon as it starts (exit status {child.early_status}); "
                        f"the lines above or in {settings.home / 'logs'} say why."
                    )
                pause_s = min(RESTART_LONGEST_S, RESTART_S * 2.0 ** max(0, child.early_deaths - 1))
                child.start_at, child.process = now + pause_s, None
            if now >= child.start_at:
                child.start()
        time.sleep(WATCH_S)


def _note_death(child: _Child, settings: Settings) -> None:
    status = child.process.returncode if child.process else None
    if child.name == "api" and status == 2:
        # Its own refusal (a port in use, no key beyond loopback): it has said why.
        raise ServeError("The API refused to start; the line above says why.")
    early = time.monotonic() - child.started < EARLY_DEATH_S
    child.early_deaths = child.early_deaths + 1 if early else 0
    child.settled = child.settled or not early
    child.early_status = status
    _log.warning("process.died", child=child.name, status=status)
    if child.worker_id is not None:
        asyncio.run(_end_lease(settings, child.worker_id))


async def _end_lease(settings: Settings, worker_id: str) -> None:
    try:
        async with open_journal(settings) as journal:
            await journal.retire(worker_id)
    except DoctrayError as error:
        _log.warning("lease.not_ended", worker=worker_id, code=error.code)


def _stop(children: list[_Child], *, grace_s: float) -> None:
    """Workers and API first, Redis last; each may take its time within the grace period."""
    services = [child for child in children if child.name != "redis"]
    for group in (services, [child for child in children if child.name == "redis"]):
        for child in group:
            if child.process is not None and child.alive:
                child.process.terminate()
        deadline = time.monotonic() + grace_s
        for child in group:
            if child.process is None:
                continue
            try:
                child.process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _log.warning("process.killed", child=child.name)
                child.process.kill()
                child.process.wait()
        for child in group:
            if child.log is not None:
                child.log.close()
