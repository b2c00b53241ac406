"""One process of the stack: started, watched, ended by its own id, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx

UP_WITHIN_S = 90.0
"""A start takes seconds; two busy cores get more."""

STOP_WITHIN_S = 75.0
"""Above an API's longest poll (WAIT_MAX_SECONDS and 5 s) and a worker's drain."""

SIGNALS = {"prometheus": signal.SIGTERM, "nginx": signal.SIGQUIT}


class StackError(Exception):
    """A part did not start or ended by itself: which one, and the end of its log."""


class Part:
    """argv[0]: an absolute path. The process ends with ours, however that ends."""

    def __init__(self, name: str, argv: Sequence[str], *, folder: Path, env: Mapping[str, str] = {}) -> None:
        self.name = name
        self.log = folder / "logs" / f"{name}.log"
        self._argv = [sys.executable, "-m", "doctray.cli.exec", *argv]
        self._env = {**os.environ, **env, "DOCTRAY_SUPERVISOR_PID": str(os.getpid())}
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self.alive and self._process is not None else None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> "Part":
        """From the main thread: the kernel ends the child with the thread that started it."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                self._argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=self._env, cwd=self._folder, process_group=0
            )
        return self

    def until(self, condition: Callable[[], bool], *, what: str) -> "Part":
        """Wait for it while the process lives. Raises StackError."""
        deadline = time.monotonic() + UP_WITHIN_S
        while not condition():
            if not self.alive or time.monotonic() > deadline:
                raise StackError(f"{self.name}: {what} did not come about; the end of {self.log}:\n{self.tail()}")
            time.sleep(0.1)
        return self

    def stop(self) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(SIGNALS.get(self.name, signal.SIGTERM))
        try:
            self._process.wait(timeout=STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def finish(self) -> None:
        """Wait for its end. Raises StackError when that is not status 0, or does not come."""
        assert self._process is not None
        try:
            status = self._process.wait(timeout=UP_WITHIN_S)
        except subprocess.TimeoutExpired:
            status = None
        if status != 0:
            raise StackError(f"{self.name} ended with status {status}; the end of {self.log}:\n{self.tail()}")

    def tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:]) if self.log.exists() else ""


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False, verify=False).status_code < 500
    except httpx.HTTPError:
        return False
