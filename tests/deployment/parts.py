"""doctray's parts as processes of their own, as containers would run them: Redis, copies of the API, workers; and programs beside them."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from tests.conftest import RedisServer

ROOT = Path(__file__).resolve().parents[2]
UP_WITHIN_S = 150.0
"""A start takes one or two seconds; a machine that is busy with other tests gets more."""

STOPPED_WITHIN_S = 90.0


def program(name: str, package: str) -> str:
    """Its path. Skips where it is not installed; with CI set, that is a failure."""
    found = (
        shutil.which(name)
        or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin")
        or shutil.which(name, path=Path(sys.executable).parent)
    )
    if found is None:
        reason = f"{name} is not installed: apt-get install {package}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def until(condition: Callable[[], bool], *, what: str, within_s: float = UP_WITHIN_S) -> None:
    """Wait for it. Raises AssertionError that says what did not come."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {within_s:g} s: {what}"
        time.sleep(0.05)


def answers(url: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(url, timeout=5, trust_env=False).status_code == 200
    return False


class Running:
    """A program that runs until it is stopped; what it says is in `log`."""

    def __init__(self, argv: list[str], *, log: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> None:
        self.log = log
        with log.open("ab") as out:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=env, cwd=cwd)

    def until(self, condition: Callable[[], bool], *, what: str) -> None:
        def so_far() -> bool:
            assert self.process.poll() is None, f"ended with {self.process.returncode} while waiting for {what}:\n{self.tail()}"
            return condition()

        try:
            until(so_far, what=what)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.tail()}") from error

    def tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(timeout=STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        self.process.kill()
        return self.process.wait()


class Parts:
    """A home with a migrated journal, Redis, and whatever is started on them. Everything ends with `close`."""

    def __init__(self, folder: Path, env: Mapping[str, str] = {}) -> None:
        self.folder = folder
        self.redis = RedisServer(folder)
        self.redis.start()
        self._started: list[Running] = []
        self.env = {
            **os.environ,
            "DOCTRAY_HOME": str(folder / "home"),
            "REDIS_URL": self.redis.dsn,
            "OCR_ENGINE": "null",
            "LOG_FORMAT": "json",
            **env,
        }
        self._doctray("upgrade")

    def _doctray(self, *words: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "doctray", *words], env=self.env, cwd=self.folder, check=True, capture_output=True, timeout=240
        )

    def start(self, name: str, argv: list[str], env: Mapping[str, str] = {}) -> Running:
        running = Running(argv, log=self.folder / f"{name}.log", env={**self.env, **env}, cwd=self.folder)
        self._started.append(running)
        return running

    def api(self, address: str, port: int, env: Mapping[str, str] = {}) -> Running:
        """A copy of the API, ready."""
        running = self.start(
            f"api-{address}", [sys.executable, "-m", "doctray", "api"], {"DOCTRAY_HOST": address, "PORT": str(port), **env}
        )
        running.until(lambda: answers(f"http://{address}:{port}/readyz"), what=f"the API on {address}")
        return running

    def worker(self, address: str, port: int, env: Mapping[str, str] = {}) -> Running:
        """A worker, its metrics on the address."""
        told = {"WORKER_METRICS_HOST": address, "WORKER_METRICS_PORT": str(port), "WORKER_DEVICES": "cpu"}
        running = self.start(f"worker-{address}", [sys.executable, "-m", "doctray", "worker"], {**told, **env})
        running.until(lambda: '"engine.ready"' in running.log.read_text(errors="replace"), what=f"the worker on {address}")
        return running

    def close(self) -> None:
        for running in reversed(self._started):
            if running.process.poll() is None:
                running.process.terminate()
        for running in reversed(self._started):
            running.stop()
        self.redis.stop()


@contextlib.contextmanager
def parts(folder: Path, **env: str) -> Iterator[Parts]:
    opened = Parts(folder, env)
    try:
        yield opened
    finally:
        opened.close()
