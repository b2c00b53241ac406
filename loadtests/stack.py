"""doctray as it runs in production, on loopback and without containers: a front, copies of the API and of workers, and what they need.

nginx → APIs → Redis, PostgreSQL, S3 (moto's server) → workers, scraped by Prometheus. Each part can be left out or replaced by the
small one: SQLite, files, no front. All of it ends with the context, by its own process ids.
"""

import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import httpx
import redis
from tests.databases import postgres
from tests.ports import free_port

from doctray.cli.embedded_redis import find_server
from loadtests import front, prometheus
from loadtests.part import Part, StackError, answers

ROOT = Path(__file__).resolve().parent.parent
BUCKET = "doctray-loadtest"

UNLIMITED = {"API_RATE_LIMIT_PER_MINUTE": "1000000", "API_READ_LIMIT_PER_MINUTE": "10000000"}
"""A run that is answered 429 measures the limits, not the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the stack consists of. settings: of doctray, beside those that follow from the parts."""

    engine: str
    apis: int = 2
    workers: int = 2
    database: Literal["postgres", "sqlite"] = "postgres"
    blobs: Literal["s3", "files"] = "files"
    front: Literal["nginx", "direct"] = "direct"
    prometheus: bool = True
    settings: Mapping[str, str] = field(default_factory=dict)

    def described(self) -> dict[str, str]:
        blobs = "S3 (moto's server)" if self.blobs == "s3" else "files"
        entry = "nginx, TLS" if self.front == "nginx" else "none: callers are spread over the APIs"
        return {
            "front": entry,
            "copies": f"{self.apis} API, {self.workers} workers",
            "journal": "PostgreSQL, fsync on" if self.database == "postgres" else "SQLite",
            "documents": blobs,
            "engine": self.engine,
            "Prometheus": "scrapes every part" if self.prometheus else "none",
        }


def possible(plan: Plan) -> list[str]:
    """What the plan needs and this machine lacks, one line each; empty when it can be started."""
    lacks = []
    if plan.front == "nginx":
        lacks += front.lacks()
    if plan.prometheus and shutil.which("prometheus") is None:
        lacks.append("prometheus is not on PATH: apt-get install prometheus, or --no-prometheus")
    if plan.blobs == "s3" and find_spec("moto") is None:
        lacks.append("moto's S3 server is not installed: pip install 'moto[server]', or --blobs files")
    return lacks


class Stack:
    """Running parts. urls: where callers go in."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        self.key = secrets.token_urlsafe(36)
        self.restarting = False
        self._folder = folder
        self._apis: list[tuple[Part, str]] = []
        self._workers: list[Part] = []
        self.urls: list[str] = []
        self.prometheus: prometheus.Prometheus | None = None

    def pids(self) -> list[int]:
        """Of doctray's own parts; their descendants are theirs to count."""
        return [part.pid for part in (*(part for part, _ in self._apis), *self._workers) if part.pid is not None]

    def rolling_restart(self) -> None:
        """Every API and every worker once, one after the other, as a deployment does. Raises StackError."""
        self.restarting = True
        try:
            for part, url in self._apis:
                part.stop()
                part.start().until(lambda url=url: answers(f"{url}/readyz"), what="an answer of /readyz")  # type: ignore[misc]
            for part in self._workers:
                part.stop()
                part.start()
                self._until_workers(part)
        finally:
            self.restarting = False

    def open(self, stack: ExitStack) -> None:
        """Start everything; the stack ends it, in the opposite order."""
        env = {"API_KEY": self.key, "OCR_ENGINE": self.plan.engine, "LOG_FORMAT": "json", "LOG_LEVEL": "WARNING", **UNLIMITED}
        env |= {"DOCTRAY_HOME": str(self._folder / "home"), "DOCTRAY_SECRET_KEY": secrets.token_urlsafe(36), "WORKER_DEVICES": "cpu"}
        env |= {"REDIS_URL": self._redis(stack)}
        if self.plan.database == "postgres":
            env["DATABASE_URL"] = stack.enter_context(postgres(durable=True)).replace("postgresql+asyncpg", "postgresql")
        if self.plan.blobs == "s3":
            env |= self._s3(stack)
        env |= self.plan.settings
        self._upgrade(stack, env)
        # Copies differ by address and share a port, as containers do.
        port, metrics_ports = free_port(), [free_port() for _ in range(self.plan.workers)]
        addresses = [f"127.0.0.{2 + number}" for number in range(self.plan.apis)]
        for number, address in enumerate(addresses):
            own = {"DOCTRAY_HOST": address, "PORT": str(port)}
            part = Part(f"api-{number}", _doctray("api"), folder=self._folder, env=env | own)
            self._apis.append((self._started(stack, part), f"http://{address}:{port}"))
        for number, metrics_port in enumerate(metrics_ports):
            own = {"WORKER_METRICS_PORT": str(metrics_port)}
            part = Part(f"worker-{number}", _doctray("worker", "--device", "cpu"), folder=self._folder, env=env | own)
            self._workers.append(self._started(stack, part))
        for part, url in self._apis:
            part.until(lambda url=url: answers(f"{url}/readyz"), what="an answer of /readyz")  # type: ignore[misc]
        for part in self._workers:
            self._until_workers(part)
        self.urls = [url for _, url in self._apis]
        if self.plan.front == "nginx":
            self.urls = [front.start(stack, addresses, port, folder=self._folder)]
        if self.plan.prometheus:
            apis, workers = [f"{address}:{port}" for address in addresses], [f"127.0.0.1:{port}" for port in metrics_ports]
            self.prometheus = prometheus.start(stack, apis=apis, workers=workers, folder=self._folder, rules=ROOT / "prometheus-alerts.yml")

    def _until_workers(self, part: Part) -> None:
        """Until all workers are there and none is loading its engine any more."""

        def there() -> bool:
            try:
                answer = httpx.get(f"{self._apis[0][1]}/health", headers={"x-api-key": self.key}, timeout=5, trust_env=False)
                return int(answer.json()["workers"]) >= self.plan.workers
            except (httpx.HTTPError, ValueError, KeyError, TypeError):
                return False

        part.until(there, what=f"a health with {self.plan.workers} workers")

    def _started(self, stack: ExitStack, part: Part) -> Part:
        stack.callback(part.stop)
        return part.start()

    def _redis(self, stack: ExitStack) -> str:
        """With an append-only file and without eviction, as docker-compose.yml has it."""
        server, _ = find_server()
        port = free_port()
        arguments = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(self._folder), "--appendonly", "yes", "--save", ""]
        part = Part("redis", [str(server), *arguments, "--maxmemory-policy", "noeviction", "--loglevel", "warning"], folder=self._folder)

        def up() -> bool:
            try:
                with redis.Redis(port=port, socket_timeout=1) as client:
                    return bool(client.ping())
            except redis.RedisError:
                return False

        self._started(stack, part).until(up, what="an answer to PING")
        return f"redis://127.0.0.1:{port}/0"

    def _s3(self, stack: ExitStack) -> dict[str, str]:
        port = free_port()
        endpoint = f"http://127.0.0.1:{port}"
        part = Part("s3", [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], folder=self._folder)
        self._started(stack, part).until(lambda: answers(f"{endpoint}/moto-api/"), what="an answer of the S3 server")
        httpx.put(f"{endpoint}/{BUCKET}", timeout=10, trust_env=False).raise_for_status()
        keys = {"AWS_ACCESS_KEY_ID": "loadtest", "AWS_SECRET_ACCESS_KEY": "loadtest", "AWS_REGION": "us-east-1"}
        return {"S3_BUCKET": BUCKET, "S3_ENDPOINT_URL": endpoint, **keys}

    def _upgrade(self, stack: ExitStack, env: Mapping[str, str]) -> None:
        part = self._started(stack, Part("upgrade", _doctray("upgrade"), folder=self._folder, env=env))
        part.finish()


@contextmanager
def running(plan: Plan, folder: Path) -> Iterator[Stack]:
    """Raises StackError when it cannot be started."""
    lacks = possible(plan)
    if lacks:
        raise StackError("\n".join(lacks))
    (folder / "home").mkdir(parents=True, exist_ok=True)
    with ExitStack() as parts:
        stack = Stack(plan, folder)
        stack.open(parts)
        yield stack


def _doctray(*words: str) -> Sequence[str]:
    return [sys.executable, "-m", "doctray", *words]
