"""Each operators' script explains itself, changes nothing in a dry run, refuses what it does not know, and is clean in shellcheck's eyes."""

import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.ports import free_port
from tests.scripts.conftest import ROOT, SCRIPTS, run_script

NAMES = (
    "deploy_staging",
    "run_staging_tests",
    "migrate",
    "rollback",
    "backup",
    "monitor_deployment",
    "validate_deployment",
    "execute_final_cutover",
    "rollback_cutover",
)


@pytest.mark.parametrize("name", NAMES)
def test_help_names_the_dry_run(name: str) -> None:
    done = run_script(name, "--help")
    assert done.returncode == 0
    assert "--dry-run" in done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_option_is_refused(name: str) -> None:
    done = run_script(name, "--no-such-option")
    assert done.returncode == 2
    assert "no-such-option" in done.stderr


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("migrate", "rollback")])
def test_a_dry_run_says_what_it_would_do_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    options = {
        "deploy_staging": ("--data", str(tmp_path / "data")),
        "backup": ("--to", str(tmp_path / "data")),
        "execute_final_cutover": ("--url", "http://127.0.0.1:1", "--state", str(tmp_path / "state")),
    }.get(name, ())
    done = run_script(name, "--dry-run", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "would" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_shellcheck_finds_nothing() -> None:
    scripts = {path for path in SCRIPTS.iterdir() if path.is_file() and path.read_bytes().startswith(b"#!/usr/bin/env bash\n")}
    assert {SCRIPTS / name for name in NAMES} <= scripts
    checker = Path(sys.executable).with_name("shellcheck")
    done = subprocess.run([checker, "-x", *sorted(scripts), SCRIPTS / "operator.sh"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout


def test_staging_in_containers_has_its_own_name_and_ports() -> None:
    done = run_script("deploy_staging", "--compose", "--dry-run")
    assert "docker compose -p doctray-staging" in done.stdout
    staging = yaml.safe_load((ROOT / "docker-compose.staging.yml").read_text())
    production = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    assert set(staging["services"]) <= set(production["services"])
    assert set(staging["secrets"]) == set(production["secrets"])
    published = {name: service["ports"] for name, service in staging["services"].items() if "ports" in service}
    assert {name: ports[0].split("-")[-1] for name, ports in published.items()} == {
        "api": "8001}:8000",
        "redis": "6380}:6379",
        "postgres": "5433}:5432",
    }
    assert all(ports[0].startswith("127.0.0.1:") for ports in published.values())


def test_a_backup_is_made_checked_and_the_oldest_removed(tmp_path: Path) -> None:
    env = {"DOCTRAY_HOME": str(tmp_path / "home")}
    subprocess.run([sys.executable, "-m", "doctray", "upgrade"], env=env, cwd=tmp_path, check=True, capture_output=True)
    folder = tmp_path / "backups"
    folder.mkdir()
    for day in (1, 2):
        (folder / f"doctray-2026010{day}T000000Z.tar").write_bytes(b"old")
    (folder / "notes.txt").write_text("not ours")
    done = run_script("backup", "--to", str(folder), "--keep", "2", env=env, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    archives = sorted(path.name for path in folder.glob("doctray-*.tar"))
    assert len(archives) == 2
    assert archives[0] == "doctray-20260102T000000Z.tar"
    with tarfile.open(folder / archives[1]) as archive:
        assert "manifest.json" in archive.getnames()
    assert (folder / "notes.txt").exists()
    subprocess.run(["sha256sum", "--quiet", "-c", f"{archives[1]}.sha256"], cwd=folder, check=True)


def test_a_backup_of_nothing_fails(tmp_path: Path) -> None:
    done = run_script("backup", "--to", str(tmp_path / "backups"), env={"DOCTRAY_HOME": str(tmp_path / "home")}, cwd=tmp_path)
    assert done.returncode == 1
    assert list((tmp_path / "backups").glob("*.tar")) == []


def test_a_deployment_that_is_away_is_seen(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    watched = run_script("monitor_deployment", "0.1", "0.2", "--url", url)
    assert watched.returncode == 1
    assert '"unreachable"' in watched.stdout
    assert run_script("validate_deployment", "--url", url).returncode == 1
    tested = run_script("run_staging_tests", "--url", url, "--only", "security", "--out", str(tmp_path))
    assert tested.returncode == 1
    assert "FAILED  Security" in tested.stdout
    assert len(list(tmp_path.glob("*/report.html"))) == 1


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Under root PostgreSQL runs as another user, who cannot enter the folders of pytest."""
    with tempfile.TemporaryDirectory(prefix="doctray-staging-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.mark.full
@pytest.mark.timeout(900)
def test_a_staging_copy_is_brought_up_tested_replaced_and_ended(open_folder: Path) -> None:
    ports = {f"STAGING_{name}_PORT": str(free_port()) for name in ("API", "REDIS", "POSTGRES")}
    data = open_folder / "staging"
    try:
        first = run_script("deploy_staging", "--native", "--data", str(data), env=ports)
        assert first.returncode == 0, first.stdout + first.stderr
        key, url = str(data / "secrets" / "api_key"), f"http://127.0.0.1:{ports['STAGING_API_PORT']}"
        groups = [word for name in ("infrastructure", "compatibility", "security") for word in ("--only", name)]
        tested = run_script("run_staging_tests", "--url", url, "--key-file", key, "--out", str(open_folder / "results"), *groups)
        assert tested.returncode == 0, tested.stdout + tested.stderr
        again = run_script("deploy_staging", "--native", "--data", str(data), env=ports)
        assert again.returncode == 0, again.stdout + again.stderr
    finally:
        stopped = run_script("deploy_staging", "--native", "--stop", "--data", str(data), env=ports)
    assert stopped.returncode == 0, stopped.stderr
    assert list((data / "run").glob("*.pid")) == []
