"""`doctray serve` in a folder of its own, for benchmarks that go in by HTTP."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from tests.ports import free_port

_UNLIMITED = {"API_RATE_LIMIT_PER_MINUTE": "1000000", "API_READ_LIMIT_PER_MINUTE": "1000000"}
_HEALTHY_WITHIN_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """pid: of `doctray serve`, whose descendants are the API, the worker, the engine and the page processes."""

    url: str
    pid: int


@contextmanager
def running_service(settings: Mapping[str, str]) -> Iterator[Service]:
    """Serve with these settings beside generous rate limits; healthy when the context is entered.

    Raises RuntimeError with the end of its log when it does not become healthy.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="doctray-benchmark-") as home:
        env = {**os.environ, "DOCTRAY_HOME": home, "PORT": str(port), **_UNLIMITED, **settings}
        log = Path(home) / "log"
        with log.open("wb") as out:
            server = subprocess.Popen([sys.executable, "-m", "doctray", "serve"], env=env, stdout=out, stderr=out)
            try:
                _until_healthy(url, server, log, workers=settings.get("WORKER_ENABLED") != "false")
                yield Service(url=url, pid=server.pid)
            finally:
                server.terminate()
                server.wait()


def _until_healthy(url: str, server: subprocess.Popen[bytes], log: Path, *, workers: bool) -> None:
    deadline = time.monotonic() + _HEALTHY_WITHIN_S
    with httpx.Client(base_url=url, trust_env=False, timeout=5) as client:
        while time.monotonic() < deadline and server.poll() is None:
            try:
                state = client.get("/health").json()["status"]
                if state == "healthy" or (state == "degraded" and not workers):
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
    raise RuntimeError(f"the service did not become healthy: {log.read_text(errors='replace')[-1500:]}")
