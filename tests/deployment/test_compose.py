"""docker-compose.yml against the Compose Specification and against what the other files say."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec.models import ComposeSpecification

from doctray.config import GROUPS, env_names
from tests.deployment.parts import ROOT, program

OURS = ("api", "upgrade", "worker", "worker-gpu")
NGINX = (ROOT / "nginx.conf").read_text()


def _filled(text: str) -> str:
    """As with an empty environment: each variable has its default."""
    return re.sub(r"\$\{[A-Z0-9_]+:-([^}]*)\}", r"\1", text)


def _compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(_filled((ROOT / "docker-compose.yml").read_text()))
    return found


def _services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = _compose()["services"]
    return found


def _seconds(text: str) -> float:
    return float(text.removesuffix("s"))


def test_it_is_a_compose_file_with_every_part() -> None:
    stack = {name: part for name, part in _compose().items() if not name.startswith("x-")}
    ComposeSpecification.model_validate(stack)
    assert {"nginx", "api", "worker", "worker-gpu", "redis", "postgres", "prometheus", "alertmanager", "grafana"} <= set(stack["services"])


def test_its_linter_finds_nothing_grave() -> None:
    done = subprocess.run(
        [program("compose-lint", "compose-lint"), "check", ROOT / "docker-compose.yml"], capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", sorted(_services()))
def test_every_service_is_bounded_shut_in_and_watched(name: str) -> None:
    service = _services()[name]
    assert "container_name" not in service, "a name of its own would keep it from being scaled"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"cpus", "memory", "pids"} <= set(service["deploy"]["resources"]["limits"])
    assert not service["image"].endswith(":latest") or name in OURS
    assert name in OURS or service["user"].split(":")[0] != "0"
    assert name in OURS or "healthcheck" in service


def test_nginx_may_write_the_volume_that_it_buffers_uploads_in() -> None:
    """A new volume is a copy of the image's folder, with its owner: root's in `nginx`, user 101's in this one."""
    nginx = _services()["nginx"]
    assert nginx["image"].startswith("nginxinc/nginx-unprivileged:")
    assert nginx["user"] == "101:101"
    [volume] = [each.split(":")[1] for each in nginx["volumes"] if each.startswith("nginx-cache:")]
    writable = [volume, *(each.split(":")[0] for each in nginx["tmpfs"])]
    for path in re.findall(r"_temp_path (\S+);|^pid (\S+);", NGINX, re.MULTILINE):
        assert any("".join(path).startswith(f"{folder}/") for folder in writable), path


@pytest.mark.parametrize("name", ["api", "worker", "worker-gpu"])
def test_what_is_scaled_takes_no_port_of_the_host(name: str) -> None:
    assert "ports" not in _services()[name]


def test_parts_start_in_their_order() -> None:
    services = _services()
    assert services["nginx"]["depends_on"]["api"]["condition"] == "service_healthy"
    for name in ("api", "worker", "worker-gpu"):
        conditions = {other: rule["condition"] for other, rule in services[name]["depends_on"].items()}
        assert conditions == {"upgrade": "service_completed_successfully", "redis": "service_healthy", "postgres": "service_healthy"}
    assert services["upgrade"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert services["upgrade"]["command"] == ["doctray", "upgrade"]


def test_nothing_is_killed_while_it_drains() -> None:
    services = _services()
    [read_timeout] = re.findall(r"proxy_read_timeout (\d+)s", NGINX)
    wait_max = services["api"]["environment"]["WAIT_MAX_SECONDS"]
    for name in ("worker", "worker-gpu"):
        assert _seconds(services[name]["stop_grace_period"]) >= services[name]["environment"]["DRAIN_SECONDS"] + 20
    assert _seconds(services["api"]["stop_grace_period"]) > wait_max + 5
    assert float(read_timeout) > wait_max
    assert _seconds(services["nginx"]["stop_grace_period"]) > float(read_timeout)


def test_old_absolute_paths_work() -> None:
    for name in ("api", "worker", "worker-gpu"):
        service = _services()[name]
        assert "./documents:/docs:ro" in service["volumes"]
        assert service["environment"]["DOCUMENTS_DIR"] == "/docs"


def test_every_setting_is_one_of_doctrays_and_every_secret_is_in_a_file(tmp_path: Path) -> None:
    known = {name for group in GROUPS for field in group.model_fields for name in env_names(group, field)}
    others = {"FORWARDED_ALLOW_IPS", "OTEL_EXPORTER_OTLP_ENDPOINT"}
    made = subprocess.run(
        [ROOT / "scripts" / "make_secrets", tmp_path / "secrets"], capture_output=True, text=True, check=True, timeout=240
    )
    again = subprocess.run(
        [ROOT / "scripts" / "make_secrets", tmp_path / "secrets"], capture_output=True, text=True, check=True, timeout=240
    )
    files = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}

    for name in OURS:
        assert set(_services()[name]["environment"]) <= known | others
        assert {secret["target"] for secret in _services()[name]["secrets"]} <= known
    assert {secret["file"] for secret in _compose()["secrets"].values()} == {f"./secrets/{name}" for name in files}
    assert made.stdout.count("made ") == again.stdout.count("kept ") == len(files)
    assert all(re.fullmatch(r"[0-9a-f]{64}", value) for value in files.values())
    assert len(set(files.values())) == len(files)
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0


def test_the_api_takes_these_settings_and_secrets_in_production(tmp_path: Path) -> None:
    api = _services()["api"]
    subprocess.run([ROOT / "scripts" / "make_secrets", tmp_path / "made"], capture_output=True, check=True, timeout=240)
    (tmp_path / "secrets").mkdir()
    for secret in api["secrets"]:
        (tmp_path / "secrets" / secret["target"]).write_text((tmp_path / "made" / secret["source"]).read_text() + "\n")
    environment = {name: "" if value is None else str(value) for name, value in api["environment"].items()}
    env = {**os.environ, **environment, "DOCTRAY_SECRETS_DIR": str(tmp_path / "secrets"), "DOCTRAY_HOME": str(tmp_path)}
    check = (
        "from doctray.api.production import check_settings; from doctray.config import Settings; s = Settings(); check_settings(s);"
        "print(s.service.environment, s.database_dsn.split('@')[1], s.redis_dsn.split('@')[1], len(s.access.api_key.get_secret_value()))"
    )
    done = subprocess.run([sys.executable, "-c", check], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert done.stdout.split() == ["production", "postgres:5432/doctray", "redis:6379/0", "64"], done.stderr


def test_prometheus_asks_services_that_there_are_on_ports_that_they_have() -> None:
    ports = {"alertmanager": 9093}
    for name, file in (("api", "Dockerfile.api"), ("worker", "Dockerfile.worker"), ("worker-gpu", "Dockerfile.worker")):
        [exposed] = re.findall(r"^EXPOSE (\d+)$", (ROOT / file).read_text(), re.MULTILINE)
        ports[name] = int(exposed)
    jobs = yaml.safe_load((ROOT / "prometheus.yml").read_text())["scrape_configs"]
    asked = {name: found["port"] for job in jobs for found in job.get("dns_sd_configs", []) for name in found["names"]}
    assert asked == ports
    assert f"http://api:{ports['api']}" in NGINX


def test_nginx_lets_the_largest_document_through_and_no_other_hand_sets_the_clients_address() -> None:
    api = _services()["api"]["environment"]
    [limit_mib] = {int(found) for found in re.findall(r"client_max_body_size (\d+)m;", NGINX)} - {5120}
    assert int(api["MAX_FILE_SIZE_MB"]) * 4 / 3 + 1 <= limit_mib <= int(api["MAX_FILE_SIZE_MB"]) * 4 / 3 + 2
    front = _compose()["networks"]["front"]["ipam"]["config"][0]["subnet"]
    assert api["FORWARDED_ALLOW_IPS"] == front
    assert [name for name, service in _services().items() if "front" in service["networks"]] == ["nginx", "api"]


def test_redis_keeps_what_it_is_given_and_refuses_rather_than_forgets() -> None:
    command = _services()["redis"]["command"][-1]
    assert "appendonly yes" in command
    assert "maxmemory-policy noeviction" in command
    assert "requirepass" in command


def test_what_it_reads_stands_in_the_repository_or_is_made() -> None:
    made = {"./documents", "./tls", "./acme"}
    for service in _services().values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert source in made or (ROOT / source).exists(), source
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"/secrets/", "/tls/", "/acme/", "/documents/"} <= set(ignored)
