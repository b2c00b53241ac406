"""The commands of docs/disaster-recovery.md, as they stand there, bring a real service back."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from doctray.client import Client, ProblemError
from tests.acceptance.service import running
from tests.scripts.conftest import ROOT, run_script

PAGE = (ROOT / "docs" / "disaster-recovery.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"<!-- tried: ([a-z-]+) -->\n```sh\n(.*?)```", PAGE, re.DOTALL))
SAMPLE = ROOT / "examples" / "documents" / "certificate_of_insurance.pdf"
SETTINGS = {"OCR_ENGINE": "null", "WORKER_DEVICES": "cpu"}


def follow(name: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the block of the page; it stops at the first command that fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", BLOCKS[name]],
        env={**os.environ, **SETTINGS, "PATH": path, **env},
        cwd=env["DOCTRAY_HOME"] if Path(env["DOCTRAY_HOME"]).exists() else Path(env["DOCTRAY_HOME"]).parent,
        capture_output=True,
        text=True,
        timeout=200,
    )


def read_one(client: Client) -> tuple[str, Mapping[str, object]]:
    job = client.submit(SAMPLE, document_type="certificate")
    done = client.wait(job["request_id"])
    assert done["status"] == "completed"
    return str(job["request_id"]), done["result"]["fields"]


@pytest.mark.full
@pytest.mark.timeout(900)
def test_a_machine_that_is_gone_comes_back_with_its_documents_and_keys(tmp_path: Path) -> None:
    home, backups = tmp_path / "home", tmp_path / "backups"
    with running(home, **SETTINGS) as service:
        with service.client() as client:
            request_id, fields = read_one(client)
        key = subprocess.run(
            [sys.executable, "-m", "doctray", "keys", "create", "--name", "caller"],
            env={**os.environ, "DOCTRAY_HOME": str(home)},
            cwd=tmp_path,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        made = run_script("backup", "--to", str(backups), env={"DOCTRAY_HOME": str(home)}, cwd=tmp_path)
        assert made.returncode == 0, made.stderr
    shutil.rmtree(home)

    done = follow("machine", DOCTRAY_HOME=str(home), BACKUPS=str(backups))
    assert done.returncode == 0, done.stdout + done.stderr
    with running(home, **SETTINGS) as service:
        with service.client(key) as client, service.client() as stranger:
            assert client.result(request_id)["fields"] == fields
            with pytest.raises(ProblemError, match="unauthenticated"):
                stranger.status(request_id)

        (key_id,) = re.findall(r"^(key_\w+)", follow_list(home, tmp_path), re.MULTILINE)
        replaced = follow("key", DOCTRAY_HOME=str(home), KEY_ID=key_id)
        assert replaced.returncode == 0, replaced.stderr
        successor = replaced.stdout.splitlines()[-1]
        with service.client(key) as revoked, service.client(successor) as client:
            service.until(lambda: refused(revoked, request_id), within_s=60)
            assert client.status(request_id)["status"] == "completed"


@pytest.mark.full
@pytest.mark.timeout(900)
def test_an_archive_without_its_secret_key_gives_up_the_sealed_and_nothing_else(tmp_path: Path) -> None:
    home, backups = tmp_path / "home", tmp_path / "backups"
    backups.mkdir()
    with running(home, **SETTINGS) as service:
        with service.client() as client:
            request_id, fields = read_one(client)
        subprocess.run(
            [sys.executable, "-m", "doctray", "backup", "--without-secret-key", str(backups)],
            env={**os.environ, "DOCTRAY_HOME": str(home)},
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )
    shutil.rmtree(home)
    done = follow("secret-key", DOCTRAY_HOME=str(home), BACKUPS=str(backups))
    assert done.returncode == 0, done.stdout + done.stderr
    with running(home, **SETTINGS) as service, service.client() as client:
        assert client.result(request_id)["fields"] == fields


def follow_list(home: Path, cwd: Path) -> str:
    argv = [sys.executable, "-m", "doctray", "keys", "list"]
    return subprocess.run(argv, env={**os.environ, "DOCTRAY_HOME": str(home)}, cwd=cwd, check=True, capture_output=True, text=True).stdout


def refused(client: Client, request_id: str) -> bool:
    try:
        client.status(request_id)
    except ProblemError as problem:
        return problem.code == "unauthenticated"
    return False
