#!/usr/bin/env python3
"""Write Grafana's dashboards, grafana/dashboards/*.json, from the tables below.

    scripts/generate_dashboards.py            writes them
    scripts/generate_dashboards.py --check    only says whether they are in step; status 1 when not

A panel is a title, what it shows, a unit of Grafana's, and queries with their legends. Rates are over $__rate_interval, which Grafana sets
to at least four scrapes. Gauges of the queue come from each copy of the API with one and the same value: max() takes one.
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "grafana" / "dashboards"
SCHEMA_VERSION = 39
COLUMNS = 24
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}

PROBES = 'route!~"/livez|/readyz|/health|/metrics"'
HITS = 'outcome="hit"'
FAILED = 'status="failed"'
TO_REVIEW = 'needs_review="true"'
NO_SHADOW = 'shadow="false"'
UNGROUNDED = 'code="ungrounded"'
BELOW_0_8 = 'le="0.8"'


@dataclass(frozen=True, slots=True)
class Panel:
    title: str
    shows: str
    unit: str
    queries: tuple[tuple[str, str], ...]
    kind: str = "timeseries"
    width: int = 8
    # where a value turns from good to bad; with `falling`, low values are the bad ones
    limits: tuple[float, ...] = ()
    falling: bool = False
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class Dashboard:
    uid: str
    title: str
    shows: str
    rows: tuple[tuple[str, tuple[Panel, ...]], ...]


def stat(title: str, shows: str, unit: str, query: str, *limits: float, falling: bool = False, width: int = 4) -> Panel:
    return Panel(title, shows, unit, ((query, ""),), kind="stat", width=width, limits=limits, falling=falling)


def rate(metric: str, selector: str = "") -> str:
    return f"rate({metric}{{{selector}}}[$__rate_interval])" if selector else f"rate({metric}[$__rate_interval])"


def share(part: str, whole: str, by: str = "", *, none_is_zero: bool = False) -> str:
    """Of the whole, by labels. none_is_zero: where the part has no series at all yet."""
    grouped = f"sum by ({by})" if by else "sum"
    above = f"({grouped} ({part}) or {grouped} ({whole}) * 0)" if none_is_zero else f"{grouped} ({part})"
    return f"{above} / {grouped} ({whole})"


def quantile(of: float, histogram: str, by: str = "", selector: str = "") -> str:
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({of}, sum by ({labels}) ({rate(f'{histogram}_bucket', selector)}))"


def quantiles(histogram: str, selector: str = "") -> tuple[tuple[str, str], ...]:
    return tuple((quantile(of, histogram, selector=selector), f"p{of * 100:g}") for of in (0.5, 0.95, 0.99))


OVERVIEW = Dashboard(
    "doctray-overview",
    "doctray / Overview and objectives",
    "Whether callers get what they were promised, and how much of each error budget is left to burn.",
    (
        (
            "Objectives",
            (
                stat(
                    "Availability, 3 days",
                    "Requests not answered with a server error; the objective is 99.9 %.",
                    "percentunit",
                    "1 - doctray:slo_availability_bad:ratio_rate3d",
                    0.999,
                    falling=True,
                ),
                stat(
                    "Done within 30 s, 3 days",
                    "Completed jobs; the objective is 95 %.",
                    "percentunit",
                    "1 - doctray:slo_latency_bad:ratio_rate3d",
                    0.95,
                    falling=True,
                ),
                stat(
                    "Not failed by us, 3 days",
                    "Jobs; documents and callers to blame are left out. The objective is 99 %.",
                    "percentunit",
                    "1 - doctray:slo_errors_bad:ratio_rate3d",
                    0.99,
                    falling=True,
                ),
                stat(
                    "Picked up within 5 min, 3 days",
                    "Jobs; the objective is 99 %.",
                    "percentunit",
                    "1 - doctray:slo_queue_wait_bad:ratio_rate3d",
                    0.99,
                    falling=True,
                ),
                stat("Alerts firing", "Of prometheus-alerts.yml.", "none", 'sum(ALERTS{alertstate="firing"}) or vector(0)', 1),
                stat(
                    "Versions running",
                    "More than one: a rollout is under way.",
                    "none",
                    "count(count by (version) (doctray_build_info))",
                    2,
                ),
                Panel(
                    "How fast budgets burn, 1 h",
                    "1: the budget of 30 days lasts for 30 days. From 14.4 on somebody is called.",
                    "none",
                    (
                        ("doctray:slo_availability_bad:ratio_rate1h / 0.001", "availability"),
                        ("doctray:slo_latency_bad:ratio_rate1h / 0.05", "latency"),
                        ("doctray:slo_errors_bad:ratio_rate1h / 0.01", "errors"),
                        ("doctray:slo_queue_wait_bad:ratio_rate1h / 0.01", "queue wait"),
                    ),
                    width=12,
                    limits=(1, 14.4),
                ),
                Panel(
                    "From accepted to done",
                    "Completed jobs; the objective is 30 s for 95 %.",
                    "s",
                    quantiles("doctray_job_seconds", 'status="completed"'),
                    width=12,
                    limits=(30,),
                ),
            ),
        ),
        (
            "Traffic",
            (
                Panel(
                    "Requests by status",
                    "Probes left out.",
                    "reqps",
                    ((f"sum by (status) ({rate('doctray_http_requests_total', PROBES)})", "{{status}}"),),
                    stacked=True,
                ),
                Panel(
                    "Time to answer by route, p95",
                    "Long polls included: they last as long as they are asked to.",
                    "s",
                    ((quantile(0.95, "doctray_http_request_seconds", "route", PROBES), "{{route}}"),),
                ),
                Panel(
                    "Refusals by code",
                    "docs/errors.md says what each means.",
                    "reqps",
                    ((f"sum by (code) ({rate('doctray_refusals_total')})", "{{code}}"),),
                    stacked=True,
                ),
                Panel(
                    "Jobs accepted by kind",
                    "",
                    "cps",
                    ((f"sum by (document_type) ({rate('doctray_jobs_accepted_total')})", "{{document_type}}"),),
                    stacked=True,
                ),
                Panel(
                    "Jobs ended",
                    "By status, and by whose fault it was.",
                    "cps",
                    ((f"sum by (status, blame) ({rate('doctray_jobs_finished_total')})", "{{status}} {{blame}}"),),
                    stacked=True,
                ),
                Panel("Size of documents", "", "bytes", quantiles("doctray_submitted_bytes")),
                Panel(
                    "Answered from earlier results",
                    "Share of jobs, found when they were accepted or by workers.",
                    "percentunit",
                    (
                        (share(rate("doctray_cache_lookups_total", HITS), rate("doctray_jobs_accepted_total"), none_is_zero=True), "jobs"),
                        ("cache_hit_rate", "{{instance}}, since it started"),
                    ),
                ),
                Panel(
                    "Memory",
                    "Of a worker: of its limit. Of the API: of its machine.",
                    "percent",
                    (("memory_usage_percent", "{{instance}}"),),
                    limits=(80, 85),
                ),
                Panel("Processors", "Of each machine.", "percent", (("cpu_usage_percent", "{{instance}}"),), limits=(80,)),
            ),
        ),
    ),
)

QUEUE = Dashboard(
    "doctray-queue",
    "doctray / Queue and workers",
    "What waits, who works, and where time goes.",
    (
        (
            "Queue",
            (
                stat("Due", "Jobs that could be taken now.", "none", 'max(doctray_queue_jobs{state="due"})', 500, 800),
                stat("Waits longest", "", "s", "max(doctray_queue_oldest_seconds)", 60, 300),
                stat("In work", "", "none", 'max(doctray_queue_jobs{state="processing"})'),
                stat("Workers", "With a living lease.", "none", "max(doctray_workers)", 1, falling=True),
                stat("Dead letters", "", "none", 'max(doctray_queue_jobs{state="dead_letter"})', 1),
                stat(
                    "Room",
                    "Share of MAX_QUEUE_SIZE that is taken.",
                    "percentunit",
                    'max(doctray_queue_jobs{state="queued"}) / max(doctray_queue_limit)',
                    0.5,
                    0.8,
                ),
                Panel("Jobs in the journal", "", "none", (("max by (state) (doctray_queue_jobs)", "{{state}}"),)),
                Panel(
                    "In and out",
                    "A backlog shrinks while more goes out than comes in.",
                    "cps",
                    (
                        (f"sum({rate('doctray_jobs_accepted_total')})", "accepted"),
                        ("max(doctray_queue_drained_per_second)", "ended, 5 min"),
                    ),
                ),
                Panel("From due to picked up", "", "s", quantiles("doctray_pickup_seconds"), limits=(300,)),
            ),
        ),
        (
            "Work",
            (
                Panel("Time by stage, p95", "", "s", ((quantile(0.95, "doctray_stage_seconds", "stage"), "{{stage}}"),)),
                Panel(
                    "Waits for a stage",
                    "Jobs, but pages for ocr.",
                    "none",
                    (('sum by (stage) (doctray_stage_depth{state="waiting"})', "{{stage}}"),),
                    stacked=True,
                ),
                Panel(
                    "Runs in a stage", "", "none", (('sum by (stage) (doctray_stage_depth{state="running"})', "{{stage}}"),), stacked=True
                ),
                Panel(
                    "Attempts by how they ended",
                    "",
                    "cps",
                    ((f"sum by (ended) ({rate('doctray_attempts_total')})", "{{ended}}"),),
                    stacked=True,
                ),
                Panel(
                    "Failures by code",
                    "",
                    "cps",
                    ((f"sum by (code) ({rate('doctray_jobs_finished_total', FAILED)})", "{{code}}"),),
                    stacked=True,
                ),
                Panel("Memory of workers by part", "", "bytes", (("sum by (part) (doctray_memory_bytes)", "{{part}}"),), stacked=True),
                Panel(
                    "Disk of DOCTRAY_HOME, free",
                    "",
                    "percentunit",
                    (('doctray_disk_bytes{state="free"} / ignoring (state) doctray_disk_bytes{state="total"}', "{{instance}}"),),
                    limits=(0.1,),
                    falling=True,
                ),
            ),
        ),
    ),
)

OCR = Dashboard(
    "doctray-ocr",
    "doctray / OCR and GPU",
    "How busy engines are, and how pages come through.",
    (
        (
            "Pages",
            (
                Panel(
                    "Pages by where their words come from",
                    "",
                    "cps",
                    ((f"sum by (source) ({rate('doctray_page_seconds_count')})", "{{source}}"),),
                    stacked=True,
                ),
                Panel(
                    "Time to read a page, p95",
                    "Waiting for the engine included.",
                    "s",
                    ((quantile(0.95, "doctray_page_seconds", "source"), "{{source}}"),),
                ),
                Panel(
                    "Pages waiting for an engine",
                    "",
                    "none",
                    (('sum by (instance) (doctray_stage_depth{stage="ocr", state="waiting"})', "{{instance}}"),),
                ),
            ),
        ),
        (
            "Engines",
            (
                Panel(
                    "Busy",
                    "Share of time; 1: the engine is the limit.",
                    "percentunit",
                    (("doctray:engine_busy:ratio_rate5m", "{{instance}}"),),
                    limits=(0.9,),
                ),
                Panel(
                    "Pages in a batch",
                    "",
                    "none",
                    ((quantile(0.5, "doctray_batch_pages"), "p50"), (quantile(0.95, "doctray_batch_pages"), "p95")),
                ),
                Panel("A batch's longest wait", "", "s", quantiles("doctray_engine_wait_seconds")),
                Panel(
                    "Time at work by outcome",
                    "",
                    "percentunit",
                    ((f"sum by (outcome) ({rate('doctray_engine_seconds_total')})", "{{outcome}}"),),
                    stacked=True,
                ),
                Panel(
                    "Engines replaced",
                    "In the last hour, by reason; recycled is ordinary.",
                    "none",
                    (("sum by (reason) (increase(doctray_engine_restarts_total[1h])) or vector(0)", "{{reason}}"),),
                    stacked=True,
                ),
            ),
        ),
        (
            "GPU",
            (
                Panel(
                    "Utilisation",
                    "Share of the last second in which it ran something.",
                    "percentunit",
                    (("doctray_gpu_busy_ratio", "{{instance}} GPU {{device}}"),),
                ),
                Panel(
                    "Memory",
                    "Used, by anyone.",
                    "percentunit",
                    (
                        (
                            'doctray_gpu_memory_bytes{state="used"} / ignoring (state) doctray_gpu_memory_bytes{state="total"}',
                            "{{instance}} GPU {{device}}",
                        ),
                    ),
                    limits=(0.95,),
                ),
            ),
        ),
    ),
)

QUALITY = Dashboard(
    "doctray-quality",
    "doctray / Extraction quality",
    "How sure doctray is of what it reads, what people have to look at, and what models cost.",
    (
        (
            "Documents",
            (
                Panel(
                    "Documents read",
                    "None from the cache.",
                    "cps",
                    ((f"sum by (document_type) ({rate('doctray_results_total')})", "{{document_type}}"),),
                    stacked=True,
                ),
                Panel(
                    "A person should look",
                    "Share of documents, by kind and engine.",
                    "percentunit",
                    (
                        (
                            share(
                                rate("doctray_results_total", TO_REVIEW),
                                rate("doctray_results_total"),
                                "document_type, engine",
                                none_is_zero=True,
                            ),
                            "{{document_type}} {{engine}}",
                        ),
                    ),
                ),
                Panel(
                    "Warnings by code",
                    "docs/evaluation.md; each says what a person should look at.",
                    "cps",
                    ((f"sum by (code) ({rate('doctray_result_warnings_total')})", "{{code}}"),),
                    stacked=True,
                ),
                Panel(
                    "Ungrounded values",
                    "That stand nowhere on the page, per document.",
                    "none",
                    (
                        (
                            share(
                                rate("doctray_result_warnings_total", UNGROUNDED),
                                rate("doctray_results_total"),
                                "engine",
                                none_is_zero=True,
                            ),
                            "{{engine}}",
                        ),
                    ),
                ),
                Panel(
                    "Confidence of fields, median",
                    "",
                    "percentunit",
                    ((quantile(0.5, "doctray_field_confidence", "document_type"), "{{document_type}}"),),
                ),
                Panel(
                    "Fields below 0.8",
                    "Share of fields.",
                    "percentunit",
                    (
                        (
                            share(
                                rate("doctray_field_confidence_bucket", BELOW_0_8), rate("doctray_field_confidence_count"), "document_type"
                            ),
                            "{{document_type}}",
                        ),
                    ),
                ),
            ),
        ),
        (
            "Language models",
            (
                Panel(
                    "Questions by outcome",
                    "",
                    "cps",
                    ((f"sum by (model, outcome) ({rate('doctray_llm_requests_total')})", "{{model}} {{outcome}}"),),
                    stacked=True,
                ),
                Panel("Time to answer, p95", "", "s", ((quantile(0.95, "doctray_llm_request_seconds", "model"), "{{model}}"),)),
                Panel(
                    "Tokens",
                    "As the model's server counts them.",
                    "cps",
                    ((f"sum by (model, direction) ({rate('doctray_llm_tokens_total')})", "{{model}} {{direction}}"),),
                    stacked=True,
                ),
                Panel(
                    "Cost an hour",
                    "In the currency of LLM_PRICES.",
                    "none",
                    ((f"sum by (model) ({rate('doctray_llm_cost_total')}) * 3600", "{{model}}"),),
                ),
                Panel(
                    "Left to the rules",
                    "In the last hour, because the model failed.",
                    "none",
                    (("sum by (model, reason) (increase(doctray_llm_fallbacks_total[1h])) or vector(0)", "{{model}} {{reason}}"),),
                ),
                Panel(
                    "Circuit open",
                    "1: the model is not asked for a while.",
                    "none",
                    (('max by (model) (doctray_llm_circuit{state="open"})', "{{model}}"),),
                    limits=(1,),
                ),
            ),
        ),
    ),
)

WEBHOOKS = Dashboard(
    "doctray-webhooks",
    "doctray / Webhooks",
    "Whether receivers learn of outcomes.",
    (
        (
            "Posts",
            (
                stat(
                    "Delivered at once, 1 h",
                    "Share of posts.",
                    "percentunit",
                    'sum(rate(doctray_webhooks_total{outcome="delivered"}[1h])) / sum(rate(doctray_webhooks_total[1h]))',
                    0.8,
                    0.95,
                    falling=True,
                    width=6,
                ),
                stat(
                    "Given up, 1 day",
                    "Ten tries failed, or 410.",
                    "none",
                    'sum(increase(doctray_webhooks_total{outcome=~"failed|stopped"}[1d])) or vector(0)',
                    1,
                    width=6,
                ),
                Panel(
                    "Posts by outcome",
                    "",
                    "cps",
                    ((f"sum by (outcome) ({rate('doctray_webhooks_total')})", "{{outcome}}"),),
                    width=12,
                    stacked=True,
                ),
                Panel("Time until receivers answer", "15 s at most.", "s", quantiles("doctray_webhook_seconds"), width=12),
                Panel(
                    "Forms of results",
                    "Searchable PDF and the like, made on request.",
                    "cps",
                    ((f"sum by (form, outcome) ({rate('doctray_artifacts_total')})", "{{form}} {{outcome}}"),),
                    width=12,
                    stacked=True,
                ),
            ),
        ),
    ),
)

ROLLOUTS = Dashboard(
    "doctray-rollouts",
    "doctray / Rollouts",
    "An engine or extractor giving way to another: how far it is, how both arms fare, and what was taken back.",
    (
        (
            "The dial",
            (
                stat("The candidate reads", "Share of jobs, by the plan.", "percent", "max(doctray_rollout_percentage)"),
                stat(
                    "Reads beside the baseline",
                    "Share of the baseline's jobs that the candidate reads too.",
                    "percent",
                    "max(doctray_rollout_shadow_percentage)",
                ),
                stat(
                    "In breach",
                    "1: a candidate is past a threshold, and its share is being taken back.",
                    "none",
                    'max(doctray_rollout_verdict{verdict=~"breach|critical"})',
                    1,
                ),
                stat(
                    "Taken back, 1 day",
                    "By doctray itself, because of the candidate's health.",
                    "none",
                    "sum(increase(doctray_rollout_rollbacks_total[1d])) or vector(0)",
                    1,
                ),
                stat(
                    "Shadows waiting",
                    "Documents that no worker has had time to read once more.",
                    "none",
                    "max(doctray_rollout_shadows_waiting)",
                ),
                Panel(
                    "Share of the candidate",
                    "A step down that nobody has made is a rollback: doctray rollout history says why.",
                    "percent",
                    (("max by (kind, candidate) (doctray_rollout_percentage)", "{{kind}} {{candidate}}"),),
                    width=12,
                ),
                Panel(
                    "Health",
                    "1 for the verdict that holds.",
                    "none",
                    (("max by (kind, verdict) (doctray_rollout_verdict)", "{{kind}} {{verdict}}"),),
                    width=12,
                    stacked=True,
                ),
            ),
        ),
        (
            "Both arms",
            (
                Panel(
                    "Jobs by who reads them",
                    "",
                    "cps",
                    ((f"sum by (kind, arm, name) ({rate('doctray_rollout_runs_total', NO_SHADOW)})", "{{kind}} {{arm}} {{name}}"),),
                    stacked=True,
                ),
                Panel(
                    "Attempts by how they ended",
                    "Shadows too.",
                    "cps",
                    ((f"sum by (arm, outcome) ({rate('doctray_rollout_runs_total')})", "{{arm}} {{outcome}}"),),
                    stacked=True,
                ),
                Panel(
                    "Time of an attempt, p95",
                    "At work, waiting left out; without shadows. The plan's threshold is 30 s unless it has its own.",
                    "s",
                    ((quantile(0.95, "doctray_rollout_run_seconds", "kind, arm"), "{{kind}} {{arm}}"),),
                    limits=(30, 60),
                ),
                Panel(
                    "Errors",
                    "Share of attempts in the plan's window that speak against their arm.",
                    "percentunit",
                    (("max by (kind, arm) (doctray_rollout_figure{figure='errors'})", "{{kind}} {{arm}}"),),
                    limits=(0.05, 0.1),
                ),
                Panel(
                    "Success",
                    "Share of jobs in the plan's window that completed.",
                    "percentunit",
                    (("max by (kind, arm) (doctray_rollout_figure{figure='success'})", "{{kind}} {{arm}}"),),
                    limits=(0.9, 0.95),
                    falling=True,
                ),
                Panel(
                    "Confidence, agreement, right by reviews",
                    "Agreement: of shadows with the baseline. A line that is missing is not known yet.",
                    "percentunit",
                    (
                        (
                            "max by (kind, arm, figure) (doctray_rollout_figure{figure=~'confidence|agreement|truth'})",
                            "{{kind}} {{arm}} {{figure}}",
                        ),
                    ),
                ),
            ),
        ),
    ),
)

DASHBOARDS = (OVERVIEW, QUEUE, OCR, QUALITY, WEBHOOKS, ROLLOUTS)


def rendered(board: Dashboard) -> dict[str, Any]:
    """Grafana's model of a dashboard."""
    return {
        "uid": board.uid,
        "title": board.title,
        "description": board.shows,
        "tags": ["doctray"],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "links": [
            {"type": "dashboards", "title": "doctray", "tags": ["doctray"], "asDropdown": True, "includeVars": True, "keepTime": True}
        ],
        "templating": {
            "list": [
                {
                    "name": "datasource",
                    "label": "Prometheus",
                    "type": "datasource",
                    "query": "prometheus",
                    "current": {"text": "Prometheus", "value": "prometheus"},
                }
            ]
        },
        "annotations": {"list": []},
        "panels": list(_panels(board)),
    }


def _panels(board: Dashboard) -> Iterable[dict[str, Any]]:
    number, top = 0, 0
    for title, panels in board.rows:
        number += 1
        yield {
            "id": number,
            "type": "row",
            "title": title,
            "collapsed": False,
            "panels": [],
            "gridPos": {"x": 0, "y": top, "w": COLUMNS, "h": 1},
        }
        top, left, height = top + 1, 0, 0
        for panel in panels:
            number += 1
            own = 4 if panel.kind == "stat" else 8
            if left + panel.width > COLUMNS:
                top, left, height = top + height, 0, 0
            yield _panel(panel, number) | {"gridPos": {"x": left, "y": top, "w": panel.width, "h": own}}
            left, height = left + panel.width, max(height, own)
        top += height


def _panel(panel: Panel, number: int) -> dict[str, Any]:
    colours = {0: ("green",), 1: ("green", "red"), 2: ("green", "orange", "red")}[len(panel.limits)]
    if panel.falling:
        colours = tuple(reversed(colours))
    steps = [{"color": colour, "value": value} for colour, value in zip(colours, (None, *panel.limits), strict=True)]
    defaults: dict[str, Any] = {"unit": panel.unit, "thresholds": {"mode": "absolute", "steps": steps}, "min": 0}
    if panel.kind == "timeseries":
        defaults["custom"] = {
            "fillOpacity": 20 if panel.stacked else 5,
            "showPoints": "never",
            "stacking": {"mode": "normal" if panel.stacked else "none"},
            "thresholdsStyle": {"mode": "dashed" if panel.limits else "off"},
        }
        options: dict[str, Any] = {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}}
    else:
        options = {"colorMode": "value", "graphMode": "area", "reduceOptions": {"calcs": ["lastNotNull"]}}
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.shows,
        "datasource": DATASOURCE,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": options,
        "targets": [
            {"refId": chr(ord("A") + index), "datasource": DATASOURCE, "expr": query, "legendFormat": legend or "__auto"}
            for index, (query, legend) in enumerate(panel.queries)
        ],
    }


def main() -> int:
    wanted = {f"{board.uid}.json": json.dumps(rendered(board), indent=1, ensure_ascii=False) + "\n" for board in DASHBOARDS}
    there = {path.name: path.read_text() for path in FOLDER.glob("*.json")}
    if "--check" in sys.argv[1:]:
        stale = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
        if stale:
            print(f"not in step: {', '.join(stale)}; run scripts/generate_dashboards.py", file=sys.stderr)
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in there.keys() - wanted.keys():
        (FOLDER / name).unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
