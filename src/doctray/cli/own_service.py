"""A `doctray serve` of a command's own: started, waited for, ended with the command."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click
import httpx

HEALTHY_WITHIN_S = 180.0
"""Redis, migrations and the API take about two seconds; on two cores that ten others wanted it was half a minute."""

STOP_WITHIN_S = 60.0

_LOG_LINES = 15


_NOT_PASSED_ON = (
    "DATABASE_URL",
    "POSTGRES_HOST",
    "REDIS_URL",
    "REDIS_HOST",
    "API_KEY",
    "S3_BUCKET",
    "DOCTRAY_SECRET_KEY",
    "LARAVEL_API_URL",
    "WEBHOOK_SECRET",
)
"""Settings that name a state or receivers of somebody else."""


def start(log: IO[bytes], *, env: Mapping[str, str] = os.environ, folder: Path | None = None) -> "subprocess.Popen[bytes]":
    """In a process group of its own; it ends with this process, however that ends. folder: where .env is looked for."""
    return subprocess.Popen(
        [sys.executable, "-m", "doctray", "serve"],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env={**env, "DOCTRAY_SUPERVISOR_PID": str(os.getpid())},
        cwd=folder,
        process_group=0,
    )


def healthy(server: "subprocess.Popen[bytes]", url: str) -> bool:
    """Wait until it answers; False when it ended or took too long."""
    deadline = time.monotonic() + HEALTHY_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", timeout=10, trust_env=False).status_code == 200:
                # Another server on the same port would answer too; ours is alive a moment later only if the port was free.
                time.sleep(0.3)
                return server.poll() is None
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    return False


def stop(server: "subprocess.Popen[bytes]") -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGTERM)
    try:
        server.wait(timeout=STOP_WITHIN_S)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        server.kill()
        server.wait()


def tail(path: Path, start: int = 0) -> str:
    """The last lines of a log, from a place on."""
    with path.open("rb") as log:
        log.seek(start)
        return "\n".join(log.read().decode(errors="replace").splitlines()[-_LOG_LINES:])


@contextmanager
def passing_service() -> Iterator[str]:
    """The address of a service with a state of its own, which is gone afterwards. Other settings are those of the environment."""
    with tempfile.TemporaryDirectory(prefix="doctray-eval-") as home:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        url, log_path = f"http://127.0.0.1:{port}", Path(home) / "serve.log"
        kept = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}
        own = {"DOCTRAY_HOME": home, "DOCTRAY_HOST": "127.0.0.1", "PORT": str(port)}
        unlimited = {"API_RATE_LIMIT_PER_MINUTE": "100000", "API_READ_LIMIT_PER_MINUTE": "100000"}
        with log_path.open("wb") as log:
            server = start(log, env=kept | own | unlimited, folder=Path(home))
            try:
                if not healthy(server, url):
                    raise click.ClickException(f"doctray did not start:\n{tail(log_path)}")
                yield url
            finally:
                stop(server)
