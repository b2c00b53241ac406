"""The final cutover and its rollback on a real service: API, journal, guard and scripts as they are, with attempts made up by the test."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, insert

from doctray.domain.rollout import Arm
from doctray.domain.rollout_run import RolloutRun, RunEnd
from doctray.storage.tables import rollout_runs
from tests.acceptance.service import Service, running
from tests.scripts.conftest import run_script
from tests.unit.service.rollout_runs import a_run

PLAN = {"kind": "engine", "baseline": "null", "candidate": "easyocr", "stages": [0, 5, 15, 35, 100], "thresholds": {"min_sample": 5}}
"""The candidate is never loaded: all documents of the service's own checks go to the baseline until 100 %."""

PACE = ("--hold", "0", "--within", "120", "--every", "0.2")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with running(tmp_path / "home", OCR_ENGINE="null", API_KEY="key-of-callers-0123456789", SWEEP_SECONDS="1") as started:
        yield started


@pytest.fixture
def key_file(service: Service, tmp_path: Path) -> Path:
    """Of an administrator; the plan stands."""
    scopes = [word for scope in ("submit", "read", "admin") for word in ("--scope", scope)]
    made = subprocess.run(
        [sys.executable, "-m", "doctray", "keys", "create", "--name", "cutover", *scopes],
        env={**os.environ, "DOCTRAY_HOME": str(service.home)},
        capture_output=True,
        text=True,
        check=True,
    )
    path = tmp_path / "key"
    path.write_text(re.findall(r"dt_[\w-]+", made.stdout + made.stderr)[0])
    put = httpx.put(f"{service.url}/v1/admin/rollout", json=PLAN, headers={"x-api-key": path.read_text()}, trust_env=False, timeout=60)
    assert put.status_code == 200, put.text
    return path


@contextmanager
def attempts(service: Service, key_file: Path, made: Callable[[int], RolloutRun]) -> Iterator[None]:
    """While the context lasts, the candidate's attempts stand in the journal at every stage, as if workers had made them."""
    stop, seen = threading.Event(), 0
    engine = create_engine(f"sqlite+pysqlite:///{service.home}/journal.sqlite3", connect_args={"timeout": 60})

    def keep() -> None:
        nonlocal seen
        while not stop.wait(0.1):
            share = plan_of(service, key_file)["percentage"]
            if share > 0:
                seen += 1
                run = replace(made(share), request_id=f"made-up-{seen}", at=datetime.now(UTC), percentage=share)
                with engine.begin() as connection:
                    connection.execute(insert(rollout_runs), {name: getattr(run, name) for name in _COLUMNS})

    thread = threading.Thread(target=keep)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        engine.dispose()


_COLUMNS = (
    *("request_id", "kind", "generation", "number", "shadow", "at", "name", "arm", "percentage", "seconds", "pages"),
    *("outcome", "error_code", "blame", "good", "confidence", "needs_review", "memory_bytes", "cost_usd"),
)


def a_reading(_share: int) -> RolloutRun:
    return a_run(Arm.CANDIDATE, name="easyocr", memory_bytes=None, needs_review=False)


def a_failure() -> RolloutRun:
    return replace(a_reading(0), outcome=RunEnd.FAILED, good=False, error_code="engine_failure", blame="service", confidence=None)


def plan_of(service: Service, key_file: Path) -> dict[str, Any]:
    headers = {"x-api-key": key_file.read_text()}
    found: dict[str, Any] = httpx.get(f"{service.url}/v1/admin/rollout", headers=headers, trust_env=False, timeout=60).json()["plan"]
    return found


def cut_over(service: Service, key_file: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    places = ("--key-file", str(key_file), "--backups", str(folder / "backups"), "--state", str(folder / "state"))
    return run_script("execute_final_cutover", "--url", service.url, *places, *PACE, env={"DOCTRAY_HOME": str(service.home)})


@pytest.mark.full
@pytest.mark.timeout(900)
def test_a_cutover_whose_third_stage_fails_steps_back_and_exits_non_zero(service: Service, key_file: Path, tmp_path: Path) -> None:
    with attempts(service, key_file, lambda share: a_failure() if share >= 35 else a_reading(share)):
        done = cut_over(service, key_file, tmp_path)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "15 %: healthy" in done.stdout
        assert "35 %" in done.stderr
        # By the script, or by doctray's own guard where that was faster.
        assert plan_of(service, key_file)["percentage"] in (0, 15)
    assert "100 %: " not in done.stdout


@pytest.mark.full
@pytest.mark.timeout(900)
def test_a_cutover_of_a_healthy_candidate_ends_at_all_jobs_and_its_rollback_script_goes_back(
    service: Service, key_file: Path, tmp_path: Path
) -> None:
    with attempts(service, key_file, a_reading):
        done = cut_over(service, key_file, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert plan_of(service, key_file)["percentage"] == 100
    assert "OCR_ENGINE=easyocr" in (tmp_path / "state" / "final-configuration").read_text()
    assert len(list((tmp_path / "backups").glob("doctray-*.tar"))) == 1
    [script] = (tmp_path / "state").glob("rollback-*")
    back = subprocess.run([script], capture_output=True, text=True)
    assert (back.returncode, back.stdout) == (0, "easyocr reads 0 % of jobs, null the others.\n"), back.stderr
    assert plan_of(service, key_file)["percentage"] == 0
    again = run_script("rollback_cutover", "--url", service.url, "--key-file", str(key_file))
    assert again.returncode == 0


@pytest.mark.full
@pytest.mark.timeout(900)
def test_a_cutover_that_a_check_forbids_changes_nothing(service: Service, key_file: Path, tmp_path: Path) -> None:
    put = httpx.put(f"{service.url}/v1/admin/maintenance", json={"on": True}, headers={"x-api-key": key_file.read_text()}, trust_env=False)
    assert put.status_code == 200
    done = cut_over(service, key_file, tmp_path)
    assert (done.returncode, "nothing was changed" in done.stderr) == (1, True), done.stdout + done.stderr
    assert plan_of(service, key_file)["percentage"] == 0
    assert list((tmp_path / "state").glob("rollback-*")) == []
