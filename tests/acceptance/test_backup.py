"""Backup under load, wipe, restore, start: the real service with its real commands."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.service import Service, running
from tests.acceptance.test_null_engine import Receiver, pdf

pytestmark = pytest.mark.slow

ENDED = ("completed", "failed", "cancelled")


def doctray(home: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "doctray", *arguments],
        env={**os.environ, "DOCTRAY_HOME": str(home), **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class Caller:
    """Speaks HTTP with one key."""

    def __init__(self, service: Service, key: str) -> None:
        self._client = httpx.Client(base_url=service.url, headers={"x-api-key": key}, timeout=60, trust_env=False)

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, path: str) -> Any:
        answer = self._client.get(path)
        return answer.json() if answer.status_code == 200 else answer.status_code

    def submit(self, number: int, **fields: str) -> str:
        content = pdf(1, f"Certificate of training, number {number}")
        answer = self._client.post("/v1/jobs", files={"file": (f"{number}.pdf", content)}, data={"no_cache": "1", **fields})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["request_id"])

    def announced(self, request_id: str) -> bool:
        return [one["status"] for one in self.get(f"/v1/jobs/{request_id}/deliveries")["deliveries"]] == ["delivered"]

    def everything(self, request_id: str) -> Any:
        """All that a caller can learn about a job, less what moves."""
        deliveries = self.get(f"/v1/jobs/{request_id}/deliveries")
        return (
            self.get(f"/v1/jobs/{request_id}"),
            self.get(f"/v1/jobs/{request_id}/result"),
            [(one["webhook_id"], one["status"], len(one["tries"])) for one in deliveries["deliveries"]],
        )


def test_backup_under_load_then_wipe_and_restore(tmp_path: Path) -> None:
    home, target = tmp_path / "home", tmp_path / "backup.tar"
    receiver = Receiver()
    env = {
        "OCR_ENGINE": "null",
        "OUTBOUND_ALLOW": "127.0.0.1",
        "WORKER_CONCURRENCY": "1",
        "API_RATE_LIMIT_PER_MINUTE": "10000",
        "API_READ_LIMIT_PER_MINUTE": "100000",
    }
    with running(home, **env) as service:
        key = doctray(home, "keys", "create", "--name", "load", "--owner", "acme").stdout.strip()
        with Caller(service, key) as caller:
            secret = caller.get("/v1/webhook-secret")
            before = [caller.submit(number, webhook_url=receiver.url) for number in range(5)]
            service.until(lambda: all(caller.announced(name) for name in before), within_s=60)
            known = {name: caller.everything(name) for name in before}
            promised, queued_then = under_load(caller, lambda: doctray(home, "backup", str(target)))
        assert queued_then > 0, "nothing was waiting: the load was no load"
        assert service.stop() == 0

        shutil.rmtree(home)
        restored = doctray(home, "restore", str(target))
        assert restored.returncode == 0, restored.stderr
        service.start()
        with Caller(service, key) as caller:
            assert caller.get("/v1/webhook-secret") == secret
            assert {name: caller.everything(name) for name in before} == known
            service.until(lambda: all(caller.get(f"/v1/jobs/{name}")["status"] in ENDED for name in promised), within_s=120)
            assert {caller.get(f"/v1/jobs/{name}")["status"] for name in promised} == {"completed"}
        refused = doctray(home, "restore", str(target))
        assert (refused.returncode, "Another `doctray serve` is running" in refused.stderr) == (1, True)
        service.stop()
        refused = doctray(home, "restore", str(target))
        assert (refused.returncode, "--force" in refused.stderr) == (1, True)
    receiver.close()


def under_load(caller: Caller, act: Callable[[], subprocess.CompletedProcess[str]]) -> tuple[list[str], int]:
    """Act while jobs come in; the ids of those accepted before, and how many of them were not finished then."""
    accepted: list[str] = []
    enough, stop = threading.Event(), threading.Event()

    def load() -> None:
        for number in range(100, 500):
            if stop.is_set():
                return
            accepted.append(caller.submit(number))
            if len(accepted) == 30:
                enough.set()

    loading = threading.Thread(target=load)
    loading.start()
    try:
        assert enough.wait(60)
        promised = list(accepted)
        unfinished = sum(caller.get(f"/v1/jobs/{name}")["status"] not in ENDED for name in promised)
        acted = act()
    finally:
        stop.set()
        loading.join()
    assert acted.returncode == 0, acted.stderr
    return promised, unfinished
