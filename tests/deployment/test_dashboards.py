"""Grafana's dashboards: in step with their script, and every panel's query on a real Prometheus that watched real jobs."""

import json
import math
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.deployment.monitored import Monitored, monitored
from tests.deployment.parts import ROOT

FILES = sorted((ROOT / "grafana" / "dashboards").glob("*.json"))
RATE_INTERVAL = "5m"
"""In place of $__rate_interval: longer than the test."""

KNOWN = {
    "Versions running": 1.0,
    "Workers": 1.0,
    "Due": 0.0,
    "In work": 0.0,
    "Waits longest": 0.0,
    "Dead letters": 0.0,
    "Room": 0.0,
    "Utilisation": 0.5,
    "Circuit open": 0.0,
    "Availability, 3 days": 1.0,
    "Not failed by us, 3 days": 1.0,
    "Picked up within 5 min, 3 days": 1.0,
    "Reads beside the baseline": 0.0,
    "In breach": 0.0,
    "Taken back, 1 day": 0.0,
    "Shadows waiting": 0.0,
}
"""What panels must show after what was done. GPU: what its stand-in says."""


def _panels() -> list[Any]:
    boards = [json.loads(file.read_text()) for file in FILES]
    return [
        pytest.param(panel, id=f"{board['uid']}: {panel['title']}")
        for board in boards
        for panel in board["panels"]
        if panel["type"] != "row"
    ]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitored]:
    with monitored(tmp_path_factory.mktemp("monitored")) as found:
        # Twice: a rate needs a counter that was seen before it moved.
        for _ in range(2):
            found.round()
            found.seen()
        yield found


def test_dashboards_are_in_step_with_their_script() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "generate_dashboards.py", "--check"], capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr


def test_there_is_a_dashboard_for_each_concern_and_they_stand_where_grafana_is_told_to_look() -> None:
    boards = {json.loads(file.read_text())["uid"] for file in FILES}
    assert boards == {f"doctray-{name}" for name in ("overview", "queue", "ocr", "quality", "webhooks", "rollouts")}
    [provider] = yaml.safe_load((ROOT / "grafana/provisioning/dashboards/doctray.yml").read_text())["providers"]
    [source] = yaml.safe_load((ROOT / "grafana/provisioning/datasources/prometheus.yml").read_text())["datasources"]
    compose = (ROOT / "docker-compose.yml").read_text()
    assert f"./grafana/dashboards:{provider['options']['path']}:ro" in compose
    assert "./grafana/provisioning:/etc/grafana/provisioning:ro" in compose
    assert (source["uid"], source["url"]) == ("prometheus", "http://prometheus:9090")
    assert f"scrape_interval: {source['jsonData']['timeInterval']}" in (ROOT / "prometheus.yml").read_text()


def test_panels_stand_beside_one_another_and_not_on_one_another() -> None:
    for file in FILES:
        taken: set[tuple[int, int]] = set()
        for panel in json.loads(file.read_text())["panels"]:
            place = panel["gridPos"]
            own = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
            assert not own & taken, (file.name, panel["title"])
            assert place["x"] + place["w"] <= 24
            taken |= own


@pytest.mark.full
@pytest.mark.parametrize("panel", _panels())
def test_a_panel_shows_something_and_nothing_that_cannot_be(panel: dict[str, Any], watched: Monitored) -> None:
    unit = panel["fieldConfig"]["defaults"]["unit"]
    for target in panel["targets"]:
        expression = target["expr"].replace("$__rate_interval", RATE_INTERVAL)
        assert "$" not in expression
        series = watched.query(expression)
        values = [float(each["value"][1]) for each in series]
        shown = [value for value in values if not math.isnan(value)]
        assert shown, f"nothing: {expression}"
        assert all(0 <= value < math.inf for value in shown), (expression, series)
        highest = {"percentunit": 1.0001, "percent": 100.1}.get(unit, math.inf)
        assert max(shown) <= highest, (expression, series)
        for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]):
            if "vector(0)" not in expression and label != "blame":
                assert all(label in each["metric"] for each in series), (expression, label)
        if panel["title"] in KNOWN:
            assert shown == [pytest.approx(KNOWN[panel["title"]], abs=1e-6)], (expression, series)


@pytest.mark.full
def test_what_workers_are_scaled_by_on_kubernetes_is_one_number(watched: Monitored) -> None:
    [scaled] = [each for each in yaml.safe_load_all((ROOT / "k8s/base/scaling.yaml").read_text()) if each["kind"] == "ScaledObject"]
    for trigger in scaled["spec"]["triggers"]:
        # The operator's Prometheus adds the namespace; this one scrapes processes.
        [series] = watched.query(re.sub(r'namespace="doctray",?', "", trigger["metadata"]["query"]))
        assert float(series["value"][1]) == 0


@pytest.mark.full
def test_counters_agree_with_what_was_done(watched: Monitored) -> None:
    told = {
        "sum(doctray_jobs_accepted_total)": watched.jobs,
        'sum(doctray_jobs_finished_total{status="failed",blame="document"})': watched.failed,
        'sum(doctray_jobs_finished_total{status="completed"})': watched.jobs - watched.failed - watched.hits,
        'sum(doctray_cache_lookups_total{outcome="hit"})': watched.hits,
        'sum(doctray_webhooks_total{outcome="retried"})': 1,
        'sum(doctray_refusals_total{code="unsupported_media_type"})': 2,
        'sum(doctray_llm_tokens_total{direction="input"}) / sum(doctray_llm_requests_total{outcome="answered"})': 100,
        'sum(doctray_page_seconds_count{source="ocr"})': 4,
        'sum(doctray_results_total{document_type="certificate"}) / 2': 3 - 0.5,
        'sum(doctray_artifacts_total{outcome="made"})': 2,
    }
    for expression, value in told.items():
        assert watched.number(expression) == pytest.approx(value), expression
    assert watched.number("sum(doctray_field_confidence_count)") > 0
    assert watched.query("ALERTS{alertstate='firing'}") == []
