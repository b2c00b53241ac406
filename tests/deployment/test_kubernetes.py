"""The manifests: each overlay as kubectl renders it, against Kubernetes' own schemas, against one another, and against doctray's settings."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from doctray.config import GROUPS, env_names
from doctray.telemetry import metrics
from tests.deployment.parts import ROOT, program

OVERLAYS = ("cpu", "gpu", "demo")
KUBERNETES = "1.33"
"""Validated against; the oldest that is not at the end of its life."""

OPERATORS = {"keda.sh/v1alpha1", "monitoring.coreos.com/v1"}
"""Kinds of operators, whose schemas do not come with Kubernetes."""


@cache
def _resources(folder: str) -> tuple[dict[str, Any], ...]:
    done = subprocess.run([program("kubectl", "kubectl"), "kustomize", ROOT / "k8s" / folder], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return tuple(yaml.safe_load_all(done.stdout))


def _overlay(name: str) -> tuple[dict[str, Any], ...]:
    return _resources(f"overlays/{name}")


def _of_kind(overlay: str, *kinds: str) -> list[dict[str, Any]]:
    return [each for each in _overlay(overlay) if each["kind"] in kinds]


def _one(overlay: str, kind: str, name: str) -> dict[str, Any]:
    [found] = [each for each in _of_kind(overlay, kind) if each["metadata"]["name"] == name]
    return found


def _pods(overlay: str) -> list[tuple[str, dict[str, Any]]]:
    return [(each["metadata"]["name"], each["spec"]["template"]) for each in _of_kind(overlay, "Deployment", "Job")]


@pytest.mark.parametrize("folder", [*(f"overlays/{name}" for name in OVERLAYS), "monitoring"])
def test_kubernetes_knows_every_field(folder: str) -> None:
    found = _resources(folder)
    assert found
    for resource in found:
        if resource["apiVersion"] not in OPERATORS:
            kubernetes_validate.validate(resource, KUBERNETES, strict=True)


def test_what_is_rendered_is_in_step() -> None:
    done = subprocess.run([sys.executable, ROOT / "scripts" / "render_k8s.py", "--check"], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr


def test_all_in_one_file_needs_no_operator_no_ingress_and_no_secret_of_the_users() -> None:
    rendered = list(yaml.safe_load_all((ROOT / "k8s" / "all.yaml").read_text()))
    kinds = {each["kind"] for each in rendered}
    assert kinds == {"Namespace", "ServiceAccount", "ConfigMap", "Service", "Deployment", "Job", "NetworkPolicy", "PersistentVolumeClaim"}
    # A namespace is made before what stands in it.
    assert rendered[0]["kind"] == "Namespace"
    assert {each["metadata"]["namespace"] for each in rendered[1:]} == {"doctray"}
    assert {each["metadata"]["name"] for each in rendered if each["kind"] == "Deployment"} == {
        "doctray-api",
        "doctray-worker",
        "postgres",
        "redis",
    }


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_pod_is_as_restricted_as_its_namespace_asks(overlay: str) -> None:
    assert _one(overlay, "Namespace", "doctray")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for name, template in _pods(overlay):
        spec = template["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["runAsUser"] > 0, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in (*spec["containers"], *spec.get("initContainers", ())):
            shut = container["securityContext"]
            assert shut["allowPrivilegeEscalation"] is False, name
            assert shut["readOnlyRootFilesystem"] is True, name
            assert shut["capabilities"] == {"drop": ["ALL"]}, name
            assert {"cpu", "memory"} <= container["resources"]["limits"].keys(), name
            assert {"cpu", "memory"} <= container["resources"]["requests"].keys(), name
        written = {mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]}
        assert "/tmp" in written, name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_api_and_workers_are_probed_and_not_killed_while_they_drain(overlay: str) -> None:
    settings = _one(overlay, "ConfigMap", "doctray")["data"]
    api = _one(overlay, "Deployment", "doctray-api")["spec"]["template"]["spec"]
    worker = _one(overlay, "Deployment", "doctray-worker")["spec"]["template"]["spec"]
    for pod, probes in ((api, ("startupProbe", "livenessProbe", "readinessProbe")), (worker, ("startupProbe", "livenessProbe"))):
        [container] = pod["containers"]
        ports = {port["name"] for port in container["ports"]}
        for probe in probes:
            assert container[probe]["httpGet"]["port"] in ports
    # What the journal's absence makes false must not end a copy.
    assert api["containers"][0]["livenessProbe"]["httpGet"]["path"] == "/livez"
    [pause] = [float(word) for word in api["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][1:]]
    assert api["terminationGracePeriodSeconds"] > pause + float(settings["WAIT_MAX_SECONDS"]) + 5
    assert worker["terminationGracePeriodSeconds"] >= float(settings["DRAIN_SECONDS"]) + 30


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_selectors_find_their_pods(overlay: str) -> None:
    labels = {name: template["metadata"]["labels"] for name, template in _pods(overlay)}
    components = {found["app.kubernetes.io/component"] for found in labels.values()}
    for each in _of_kind(overlay, "Deployment"):
        assert each["spec"]["selector"]["matchLabels"].items() <= labels[each["metadata"]["name"]].items()
    for each in _of_kind(overlay, "Service"):
        assert each["spec"]["selector"]["app.kubernetes.io/component"] in components
    for each in _of_kind(overlay, "PodDisruptionBudget"):
        assert each["spec"]["selector"]["matchLabels"]["app.kubernetes.io/component"] in components
    for each in _of_kind(overlay, "NetworkPolicy"):
        wanted = each["spec"]["podSelector"].get("matchLabels", {}).get("app.kubernetes.io/component")
        assert wanted is None or wanted in components, each["metadata"]["name"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_nothing_comes_in_that_is_not_named_and_names_are_still_resolved(overlay: str) -> None:
    policies = {each["metadata"]["name"]: each["spec"] for each in _of_kind(overlay, "NetworkPolicy")}
    assert policies["doctray-default"]["podSelector"] == {}
    assert policies["doctray-default"]["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in policies["doctray-default"]
    [dns] = policies["doctray-default"]["egress"]
    # No label of ours may stand here: it would find no name server.
    assert dns["to"][0]["podSelector"]["matchLabels"] == {"k8s-app": "kube-dns"}
    for _, template in _pods(overlay):
        component = template["metadata"]["labels"]["app.kubernetes.io/component"]
        if component != "upgrade":
            assert f"doctray-{component}" in policies


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_setting_is_one_of_doctrays(overlay: str) -> None:
    known = {name for group in GROUPS for field in group.model_fields for name in env_names(group, field)}
    others = {"FORWARDED_ALLOW_IPS", "DOCTRAY_SECRETS_DIR", "POSTGRES_PASSWORD_FILE", "PGDATA"}
    used = set(_one(overlay, "ConfigMap", "doctray")["data"])
    for _, template in _pods(overlay):
        used |= {each["name"] for container in template["spec"]["containers"] for each in container.get("env", ())}
    assert used <= known | others


def test_images_are_of_this_version() -> None:
    for overlay in OVERLAYS:
        for name, template in _pods(overlay):
            for container in template["spec"]["containers"]:
                image, _, tag = container["image"].partition(":")
                if image.startswith("doctray-"):
                    assert tag.removesuffix("-cuda") == version("doctray"), name
                assert tag not in ("", "latest"), name


def test_a_gpu_has_one_worker_and_no_two_share_it() -> None:
    worker = _one("gpu", "Deployment", "doctray-worker")["spec"]
    assert worker["template"]["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert worker["strategy"]["rollingUpdate"]["maxSurge"] == 0
    assert worker["template"]["spec"]["containers"][0]["image"].endswith("-cuda")


@pytest.mark.parametrize("overlay", ["cpu", "gpu"])
def test_workers_scale_on_what_the_api_exports_and_nobody_else_sets_their_number(overlay: str) -> None:
    [scaled] = _of_kind(overlay, "ScaledObject")
    assert scaled["spec"]["scaleTargetRef"]["name"] == "doctray-worker"
    queries = " ".join(trigger["metadata"]["query"] for trigger in scaled["spec"]["triggers"])
    used = set(re.findall(r"doctray_[a-z_]+", queries))
    assert used == {"doctray_queue_jobs", "doctray_queue_oldest_seconds", "doctray_workers"}
    assert used <= {found.name for found in metrics.EXPOSED.collect()}
    # KEDA up to 2.17 refuses a fallback beside another type.
    assert scaled["spec"]["fallback"]["replicas"] >= 1
    assert {trigger["metricType"] for trigger in scaled["spec"]["triggers"]} == {"AverageValue"}
    for name in ("doctray-api", "doctray-worker"):
        assert "replicas" not in _one(overlay, "Deployment", name)["spec"]
    [autoscaler] = _of_kind(overlay, "HorizontalPodAutoscaler")
    assert autoscaler["spec"]["scaleTargetRef"]["name"] == "doctray-api"
    assert autoscaler["spec"]["minReplicas"] >= 2


def test_the_operators_prometheus_gives_the_jobs_the_names_that_rules_know() -> None:
    monitors = [each for each in _resources("monitoring") if each["kind"] == "PodMonitor"]
    named = {each["spec"]["podMetricsEndpoints"][0]["relabelings"][0]["replacement"] for each in monitors}
    assert named == {"doctray-api", "doctray-worker"}
    [rules] = [each for each in _resources("monitoring") if each["kind"] == "PrometheusRule"]
    assert rules["spec"] == yaml.safe_load((ROOT / "prometheus-alerts.yml").read_text())


def test_the_demos_secrets_are_made_once_however_many_pods_start(tmp_path: Path) -> None:
    def make(_: int) -> None:
        script = ROOT / "k8s" / "overlays" / "demo" / "make_secrets.py"
        subprocess.run([sys.executable, script, tmp_path / "secrets"], check=True, timeout=240)

    make(0)
    first = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, range(4)))
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == first
    assert set(first) == {"API_KEY", "DOCTRAY_SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}
    assert len(set(first.values())) == 4
