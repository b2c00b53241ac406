"""A real Prometheus beside the run: scrapes every part, evaluates the alerts, and says afterwards what it saw."""

import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
from tests.ports import free_port

from loadtests.part import Part, answers

SCRAPE_S = 5

QUESTIONS = {
    "parts that Prometheus scrapes": 'sum(up{job=~"doctray-.*"})',
    "server errors counted by the APIs": 'sum(increase(doctray_http_requests_total{status=~"5..",status!="504"}[__run])) or vector(0)',
    "requests a second, highest over a minute": "max_over_time(sum(rate(doctray_http_requests_total[1m]))[__run:5s])",
    "submit to end, p95 s": "histogram_quantile(0.95, sum by (le) (increase(doctray_job_seconds_bucket[__run])))",
    "due to claimed, p95 s": "histogram_quantile(0.95, sum by (le) (increase(doctray_pickup_seconds_bucket[__run])))",
    "oldest due job, highest s": "max_over_time(max(doctray_queue_oldest_seconds)[__run:5s])",
    "memory_usage_percent, highest of any part": "max_over_time(max(memory_usage_percent)[__run:5s])",
    "looks for a result that found one, %": '100 * sum(increase(doctray_cache_lookups_total{outcome="hit"}[__run])) '
    "/ sum(increase(doctray_cache_lookups_total[__run]))",
}
"""What is asked at the end; `__run` is the time since the start. Counters of a part that was restarted are followed by increase()."""


class Prometheus:
    """A running server."""

    def __init__(self, url: str) -> None:
        self.url = url

    def said(self, *, run_s: float) -> dict[str, str]:
        """An answer to each question, and the alerts that fired. What it cannot say is said so."""
        answers = {label: self._one(query.replace("__run", f"{max(1, round(run_s))}s")) for label, query in QUESTIONS.items()}
        fired = self._ask(f'count by (alertname) (max_over_time(ALERTS{{alertstate="firing"}}[{max(1, round(run_s))}s]))')
        names = sorted(str(result["metric"].get("alertname", "")) for result in fired or ())
        return {**answers, "alerts that fired": ", ".join(names) or ("none" if fired is not None else "no answer")}

    def _one(self, query: str) -> str:
        found = self._ask(query)
        if found is None:
            return "no answer"
        return f"{float(found[0]['value'][1]):.2f}" if found else "no data"

    def _ask(self, query: str) -> list[dict[str, Any]] | None:
        try:
            answer = httpx.get(f"{self.url}/api/v1/query", params={"query": query}, timeout=10, trust_env=False)
            answer.raise_for_status()
        except httpx.HTTPError:
            return None
        found: list[dict[str, Any]] = answer.json()["data"]["result"]
        return found


def start(stack: ExitStack, *, apis: Sequence[str], workers: Sequence[str], folder: Path, rules: Path) -> Prometheus:
    """apis, workers: address:port of each one's /metrics. The jobs are named as in prometheus.yml, so that its alerts find them."""
    port = free_port()
    config = folder / "prometheus.yml"
    config.write_text(_config(apis, workers, rules), encoding="utf-8")
    program = shutil.which("prometheus")
    assert program is not None
    arguments = [f"--config.file={config}", f"--storage.tsdb.path={folder / 'prometheus'}", f"--web.listen-address=127.0.0.1:{port}"]
    part = Part("prometheus", [program, *arguments, "--log.level=warn"], folder=folder)
    stack.callback(part.stop)
    part.start().until(lambda: answers(f"http://127.0.0.1:{port}/-/ready"), what="readiness")
    return Prometheus(f"http://127.0.0.1:{port}")


def _config(apis: Sequence[str], workers: Sequence[str], rules: Path) -> str:
    def job(name: str, addresses: Sequence[str]) -> str:
        targets = ", ".join(f'"{address}"' for address in addresses)
        return f"  - job_name: {name}\n    static_configs: [{{targets: [{targets}]}}]\n"

    rule_files = f"rule_files: [{rules}]\n" if rules.exists() else ""
    return (
        f"global: {{scrape_interval: {SCRAPE_S}s, scrape_timeout: {SCRAPE_S}s, evaluation_interval: {SCRAPE_S}s}}\n{rule_files}"
        f"scrape_configs:\n{job('doctray-api', apis)}{job('doctray-worker', workers)}"
    )
