"""What every test may use: a clean environment and a real Redis."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import structlog

from doctray.cli.embedded_redis import find_server
from doctray.config import GROUPS, env_names

pytest_plugins = ["tests.buckets", "tests.databases", "tests.samples.fixtures"]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No setting of the machine that runs the tests reaches them."""
    for group in GROUPS:
        for field in group.model_fields:
            for name in env_names(group, field):
                monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCTRAY_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(autouse=True)
def _plain_tracebacks() -> None:
    """structlog as it comes, but for rich's tracebacks: one through our layers, with every local variable, took 16 seconds to draw."""
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], renderer])


class RedisServer:
    """A Redis of the test's own, on a socket; can be stopped, started empty, and frozen."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self.dsn = f"unix://{self.socket}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        server, _ = find_server()
        self._process = subprocess.Popen(
            [
                str(server),
                "--port",
                "0",
                "--unixsocket",
                str(self.socket),
                "--dir",
                str(self._folder),
                "--save",
                "",
                "--loglevel",
                "warning",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with redis.Redis(unix_socket_path=str(self.socket)) as client:
                    client.ping()
                    return
            except redis.RedisError:
                time.sleep(0.02)
        raise AssertionError("Redis did not start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def signal(self, number: int) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    def flush(self) -> None:
        with redis.Redis(unix_socket_path=str(self.socket)) as client:
            client.flushall()


@pytest.fixture(scope="session")
def _shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def redis_server(_shared_redis: RedisServer) -> RedisServer:
    """Shared by all tests, emptied before each."""
    _shared_redis.flush()
    return _shared_redis


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """For tests that stop or freeze it."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()
