"""The real service for a test: `doctray serve` as a process of its own, on a free port, with a home of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import psutil

from doctray.client import Client
from tests.ports import free_port

STARTED_WITHIN_S = 150.0


class Service:
    """A running `doctray serve`."""

    def __init__(self, home: Path, env: Mapping[str, str]) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = home / "test-serve.log"
        self.env = {**os.environ, "DOCTRAY_HOME": str(home), "PORT": str(self.port), "LOG_FORMAT": "json", **env}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, status: str = "healthy") -> None:
        """Until /health says so."""
        self.home.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "doctray", "serve"], stdout=log, stderr=log, env=self.env, process_group=0
            )
        self.until(lambda: self.is_now(status), within_s=STARTED_WITHIN_S)

    def healthy(self) -> bool:
        return self.is_now("healthy")

    def is_now(self, status: str) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            answer = httpx.get(f"{self.url}/health", trust_env=False, timeout=60)
            return answer.status_code == 200 and answer.json()["status"] == status
        return False

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=120)

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def client(self, api_key: str | None = None) -> Client:
        return Client(self.url, api_key)

    def child(self, *words: str) -> psutil.Process:
        """The service's process whose command line holds the words one after another."""
        assert self.process is not None
        for process in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if " ".join(words) in " ".join(process.cmdline()):
                    return process
        raise AssertionError(f"no process {words}: {self.tail()}")

    def until(self, condition: Any, *, within_s: float) -> None:
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            if condition():
                return
            assert self.process is not None
            assert self.process.poll() is None, f"serve ended: {self.tail()}"
            time.sleep(0.05)
        raise AssertionError(f"not within {within_s} s: {self.tail()}")

    def tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])


@contextlib.contextmanager
def running(home: Path, **env: str) -> Iterator[Service]:
    service = Service(home, env)
    try:
        service.start()
        yield service
    finally:
        service.kill()
