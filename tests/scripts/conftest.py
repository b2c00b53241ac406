"""What the tests of the operators' scripts share: a way to run them, and an old service to switch from."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"
WITHIN_S = 280.0
"""A script starts doctray and waits for a document; a machine busy with other tests gets more."""

Run = Callable[..., subprocess.CompletedProcess[str]]


def run_script(name: str, *words: str, env: Mapping[str, str] = {}, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(SCRIPTS / name), *words],
        env={**os.environ, "OCR_ENGINE": "null", **env},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        stdin=subprocess.DEVNULL,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OldService:
    """Its folder, the commands that start and stop it, and where it answers."""

    folder: Path
    port: int
    start: str
    stop: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def said(self) -> dict[str, str]:
        answer: dict[str, str] = httpx.get(self.url, trust_env=False, timeout=10).json()
        return answer


@pytest.fixture
def old_service(tmp_path: Path) -> Iterator[OldService]:
    """Running."""
    folder, port = tmp_path / "old", free_port()
    (folder / "uploads").mkdir(parents=True)
    (folder / "uploads" / "one.txt").write_text("of the old service")
    pid_file = tmp_path / "old.pid"
    program = f"{sys.executable} {Path(__file__).with_name('old_service.py')} {port} {folder}"
    # As of a real service: nothing is done when it runs already. Asked for an answer: a killed process may stay as a zombie for a while.
    answers = f"curl -s -m 10 -o /dev/null http://127.0.0.1:{port}/"
    start = f"{answers} || {{ setsid nohup {program} >/dev/null 2>&1 </dev/null & echo $! > {pid_file}; }}"
    service = OldService(folder=folder, port=port, start=start, stop=f"kill $(cat {pid_file})")
    subprocess.run(["bash", "-c", start], check=True)
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(httpx.HTTPError):
            service.said()
            break
        assert time.monotonic() < deadline, "the stand-in did not come up"
        time.sleep(0.05)
    yield service
    end(pid_file)


def end(pid_file: Path) -> None:
    """The process whose id is noted there, with all it started, if it is there still."""
    if not pid_file.exists():
        return
    with contextlib.suppress(psutil.NoSuchProcess, ValueError, ProcessLookupError):
        process = psutil.Process(int(pid_file.read_text()))
        processes = [process, *process.children(recursive=True)]
        for each in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.send_signal(signal.SIGKILL)
        psutil.wait_procs(processes, timeout=20)
