"""Prometheus' configuration and rules, judged by Prometheus' own tool; and that nobody is alerted without being told what to do."""

import re
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from doctray.telemetry import metrics
from tests.deployment.parts import ROOT, program

RULES = ROOT / "prometheus-alerts.yml"
TESTS = sorted((ROOT / "tests" / "deployment").glob("alerts*.test.yml"))
RUNBOOKS = ROOT / "docs" / "runbooks"


def _promtool(*words: object) -> None:
    done = subprocess.run([program("promtool", "prometheus"), *map(str, words)], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr


def _alerts() -> dict[str, dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"] if "alert" in rule}


def test_prometheus_takes_its_configuration() -> None:
    _promtool("check", "config", ROOT / "prometheus.yml")


@pytest.mark.parametrize("file", [pytest.param(file, marks=[pytest.mark.full] if "_" in file.stem else [], id=file.name) for file in TESTS])
def test_every_alert_fires_and_is_silent_when_it_should(file: Path) -> None:
    """Those on budgets need hours and days of series: the long form."""
    _promtool("test", "rules", file)


def test_every_alert_is_tested_firing_and_silent() -> None:
    tested: dict[str, set[bool]] = defaultdict(set)
    cases = [case for file in TESTS for case in yaml.safe_load(file.read_text())["tests"]]
    for check in (check for case in cases for check in case["promql_expr_test"]):
        [alert] = re.findall(r'alertname="(\w+)"', check["expr"])
        tested[alert].add(bool(check["exp_samples"]))
    assert {alert: {True, False} for alert in _alerts()} == tested


def test_every_alert_has_a_runbook_and_a_severity_and_every_runbook_an_alert() -> None:
    alerts = _alerts()
    assert {page.stem for page in RUNBOOKS.glob("*.md")} - {"README"} == set(alerts)
    for name, rule in alerts.items():
        assert rule["annotations"]["runbook"] == f"docs/runbooks/{name}.md"
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in ("critical", "warning", "info")
        assert f"[{name}]({name}.md)" in (RUNBOOKS / "README.md").read_text()


def test_what_keeps_quiet_beside_another_alert_are_alerts_that_there_are() -> None:
    rules = yaml.safe_load((ROOT / "alertmanager.yml").read_text())["inhibit_rules"]
    matchers = [matcher for rule in rules for matcher in (*rule["source_matchers"], *rule["target_matchers"])]
    assert matchers
    for matcher in matchers:
        [named] = re.findall(r'^alertname=~?"(.+)"$', matcher)
        for part in named.split("|"):
            assert any(re.fullmatch(part, alert) for alert in _alerts()), matcher


def test_rules_and_runbooks_name_only_metrics_that_there_are() -> None:
    metrics.render()
    known = {found.name for found in REGISTRY.collect()}
    suffixes = ("", "_total", "_sum", "_count", "_bucket", "_info")
    shown = {name + suffix for name in known for suffix in suffixes}
    for page in (RULES, *sorted(RUNBOOKS.glob("*.md"))):
        used = set(re.findall(r"\b(doctray_[a-z_]+|[a-z]+_usage_percent|cache_hit_rate)\b", page.read_text()))
        assert used <= shown, (page.name, used - shown)
