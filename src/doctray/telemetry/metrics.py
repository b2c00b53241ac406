"""Every Prometheus instrument of doctray, for the API and the workers alike. Base units; never an id or a URL as a label.

A process shows those that it touches. `status`, `code`, `document_type` and `stage` are the words of the API
(`doctray.domain`), so a panel and an answer speak of the same thing.

Several API processes behind one port show one sum: `shared_between_processes` names the folder through which prometheus_client adds
them up. What is only asked for when the metrics are read (`Asked`) is of the machine, or follows from that sum, and is not added up.
"""

import math
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from doctray.domain.rollout import RolloutKind
from doctray.domain.rollout_health import Verdict

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus_client reads this variable when it is first imported."""


class Asked(Collector):
    """A gauge whose values are found when the metrics are read. Without a function it shows nothing."""

    def __init__(self, name: str, documentation: str, label: str | None = None) -> None:
        self._name = name
        self._documentation = documentation
        self._label = label
        self._functions: dict[str, Callable[[], float]] = {}
        _ASKED.append(self)

    def set_function(self, function: Callable[[], float], of: str = "") -> None:
        """of: the label's value, for a gauge with a label."""
        self._functions[of] = function

    def describe(self) -> Iterable[Metric]:
        return (self._family(),)

    def collect(self) -> Iterable[Metric]:
        family = self._family()
        for of, function in self._functions.items():
            family.add_metric([] if self._label is None else [of], function())
        yield family

    def _family(self) -> GaugeMetricFamily:
        return GaugeMetricFamily(self._name, self._documentation, labels=[] if self._label is None else [self._label])


class _Build(Collector):
    def __init__(self) -> None:
        self.version = ""
        _ASKED.append(self)

    def describe(self) -> Iterable[Metric]:
        return (InfoMetricFamily("doctray_build", "The version that runs."),)

    def collect(self) -> Iterable[Metric]:
        yield InfoMetricFamily("doctray_build", "The version that runs.", {"version": self.version})


_ASKED: list[Collector] = []

# --- the front door ---

HTTP_REQUESTS = Counter("doctray_http_requests", "Requests answered, by route template.", ("method", "route", "status"))
HTTP_REQUEST_SECONDS = Histogram(
    "doctray_http_request_seconds",
    "Time to answer a request, long polls included.",
    ("method", "route"),
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60),
)
REFUSALS = Counter("doctray_refusals", "Requests refused, by the code of the problem.", ("code",))
SUBMITTED_BYTES = Histogram(
    "doctray_submitted_bytes",
    "Size of accepted documents.",
    buckets=(10e3, 50e3, 100e3, 250e3, 500e3, 1e6, 2.5e6, 5e6, 10e6, 25e6, 50e6),
)
JOBS_ACCEPTED = Counter("doctray_jobs_accepted", "Jobs accepted.", ("document_type", "source"))
CLIENTS_DROPPED = Counter(
    "doctray_clients_dropped",
    "Connections ended because of the client: head (too large, too slow or no HTTP), body (too slow), reading (does not take its answer).",
    ("cause",),
)
RATE_LIMIT_FALLBACKS = Counter("doctray_rate_limit_fallbacks", "Times that limits were counted in memory because Redis did not answer.")

# --- the queue, read from the journal when asked ---

QUEUE_JOBS = Gauge(
    "doctray_queue_jobs",
    "Jobs in the journal: queued, due (queued and due), processing, dead_letter.",
    ("state",),
    multiprocess_mode="mostrecent",
)
QUEUE_OLDEST_SECONDS = Gauge("doctray_queue_oldest_seconds", "Age of the job that has been due longest.", multiprocess_mode="mostrecent")
QUEUE_DRAINED_PER_SECOND = Gauge(
    "doctray_queue_drained_per_second", "Jobs that ended per second, over the last five minutes.", multiprocess_mode="mostrecent"
)
QUEUE_LIMIT = Gauge("doctray_queue_limit", "MAX_QUEUE_SIZE: jobs waiting before new ones are refused.", multiprocess_mode="mostrecent")
WORKERS = Gauge("doctray_workers", "Workers with a living lease.", multiprocess_mode="mostrecent")

# --- jobs ---

PICKUP_SECONDS = Histogram(
    "doctray_pickup_seconds",
    "From due to claimed.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60, 300, 1800),
)
ATTEMPTS = Counter("doctray_attempts", "Claims of jobs, by how they ended.", ("ended",))
JOBS_FINISHED = Counter(
    "doctray_jobs_finished",
    "Jobs that ended; code is empty for completed ones, blame is caller, document, service or neighbour.",
    ("status", "code", "blame", "document_type"),
)
JOB_SECONDS = Histogram(
    "doctray_job_seconds",
    "From accepted to ended.",
    ("status", "document_type"),
    buckets=(0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 900, 3600),
)
ARTIFACTS = Counter("doctray_artifacts", "Forms of results that workers made on request: made, retried, failed.", ("form", "outcome"))
ARTIFACT_SECONDS = Histogram(
    "doctray_artifact_seconds",
    "Time to make a form of a result, by form.",
    ("form",),
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
STAGE_SECONDS = Histogram(
    "doctray_stage_seconds",
    "Time of one stage of a job: fetch, render, ocr, extract, model, store.",
    ("stage",),
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 600),
)
PAGE_SECONDS = Histogram(
    "doctray_page_seconds",
    "Time to read one page, by where its words come from: text_layer or ocr.",
    ("source",),
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180),
)
STAGE_DEPTH = Gauge(
    "doctray_stage_depth",
    "What waits for a stage and what runs in it: jobs, but pages for ocr. Stages: fetch, render, ocr, extract, model, store.",
    ("stage", "state"),
)
BATCH_PAGES = Histogram("doctray_batch_pages", "Pages that an engine read at once.", buckets=(1, 2, 4, 8, 16, 32, 64))
ENGINE_SECONDS = Counter("doctray_engine_seconds", "Time that engines were at work, by how the call ended.", ("outcome",))
ENGINE_WAIT_SECONDS = Histogram(
    "doctray_engine_wait_seconds",
    "How long the page of a batch that waited longest stood before the engine.",
    buckets=(0.005, 0.02, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 180),
)
ENGINE_RESTARTS = Counter(
    "doctray_engine_restarts", "Engine processes replaced: died, died_idle, timed_out, cancelled, recycled.", ("reason",)
)
CACHE_LOOKUPS = Counter(
    "doctray_cache_lookups", "Looks for a result to reuse, by the API when a job is accepted and by workers: hit or miss.", ("outcome",)
)

# --- what was read ---

RESULTS = Counter(
    "doctray_results",
    "Documents read (none from the cache), and whether a person should look.",
    ("document_type", "engine", "needs_review"),
)
FIELD_CONFIDENCE = Histogram(
    "doctray_field_confidence",
    "Confidence of each field of a document that was read.",
    ("document_type", "engine"),
    buckets=(0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 1),
)
RESULT_WARNINGS = Counter(
    "doctray_result_warnings",
    "What a person should look at in documents that were read, by the warning's code; ungrounded: a value that stands nowhere on the page.",
    ("code", "document_type", "engine"),
)

# --- rollouts ---

ROLLOUT_PERCENTAGE = Gauge(
    "doctray_rollout_percentage", "Share of jobs that a rollout's candidate reads.", ("kind", "candidate"), multiprocess_mode="mostrecent"
)
ROLLOUT_SHADOW_PERCENTAGE = Gauge(
    "doctray_rollout_shadow_percentage",
    "Share of the baseline's jobs that a rollout's candidate reads too, off the caller's path.",
    ("kind", "candidate"),
    multiprocess_mode="mostrecent",
)
ROLLOUT_VERDICT = Gauge(
    "doctray_rollout_verdict",
    "1 for the state of a candidate's health: too_few, healthy, doubtful, breach or critical.",
    ("kind", "verdict"),
    multiprocess_mode="mostrecent",
)
ROLLOUT_FIGURE = Gauge(
    "doctray_rollout_figure",
    "What is judged of a rollout, for either arm: errors, success, seconds (95th percentile), confidence, agreement, truth; NaN: unknown.",
    ("kind", "arm", "figure"),
    multiprocess_mode="mostrecent",
)
ROLLOUT_SHADOWS_WAITING = Gauge(
    "doctray_rollout_shadows_waiting", "Shadows that no worker has had time for yet.", multiprocess_mode="mostrecent"
)
ROLLOUT_RUNS = Counter(
    "doctray_rollout_runs",
    "Attempts that a rollout assigned, by who read and how they ended; shadow: beside a caller's job.",
    ("kind", "arm", "name", "outcome", "shadow"),
)
ROLLOUT_RUN_SECONDS = Histogram(
    "doctray_rollout_run_seconds",
    "Work of an attempt that a rollout assigned and that ended well; without shadows.",
    ("kind", "arm"),
    buckets=(0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300),
)
ROLLOUT_ROLLBACKS = Counter(
    "doctray_rollout_rollbacks", "Rollouts that were stepped back or rolled back because of the candidate's health.", ("kind",)
)

# --- language models ---

LLM_REQUESTS = Counter(
    "doctray_llm_requests",
    "Questions to a model, by outcome: answered, busy, unavailable, rejected or cancelled (also: out of time).",
    ("extractor", "model", "outcome"),
)
LLM_REQUEST_SECONDS = Histogram(
    "doctray_llm_request_seconds",
    "Time until a model answered or failed.",
    ("extractor", "model"),
    buckets=(0.5, 1, 2, 5, 10, 20, 40, 60, 120, 300),
)
LLM_TOKENS = Counter(
    "doctray_llm_tokens", "Tokens as the model's server counts them: input or output.", ("extractor", "model", "direction")
)
LLM_COST = Counter(
    "doctray_llm_cost", "What the tokens cost, in the currency of LLM_PRICES; nothing for models without a price.", ("extractor", "model")
)
LLM_REPAIRS = Counter("doctray_llm_repairs", "Useless answers that were asked for again.", ("extractor", "model"))
LLM_FALLBACKS = Counter("doctray_llm_fallbacks", "Documents left to the rules: unavailable or rejected.", ("extractor", "model", "reason"))
LLM_CIRCUIT = Gauge(
    "doctray_llm_circuit", "1 for the state that the circuit to a model is in: closed, half_open or open.", ("extractor", "model", "state")
)

# --- a worker's memory and GPU ---

MEMORY_BYTES = Gauge(
    "doctray_memory_bytes", "Memory of a worker and the processes that it started: worker, engine, pages, extraction.", ("part",)
)
GPU_BUSY_RATIO = Gauge("doctray_gpu_busy_ratio", "Part of the last second in which the worker's GPU ran something.", ("device",))
GPU_MEMORY_BYTES = Gauge("doctray_gpu_memory_bytes", "Memory of the worker's GPU: used (by anyone) and total.", ("device", "state"))

# --- webhooks ---

WEBHOOKS = Counter("doctray_webhooks", "Posts to receivers: delivered, retried, failed or stopped.", ("outcome",))
WEBHOOK_SECONDS = Histogram(
    "doctray_webhook_seconds", "Time until a receiver answered.", buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15)
)

# --- this process and its machine ---

_BUILD = _Build()
# names without a prefix, which dashboards of the systems before this one read
MEMORY_USAGE_PERCENT = Asked(
    "memory_usage_percent",
    "Of a worker: what it and its processes hold, over MAX_MEMORY_USAGE_GB. Of the API: memory of the machine in use.",
)
CPU_USAGE_PERCENT = Asked("cpu_usage_percent", "Processors of the machine in use, since the metrics were last read.")
CACHE_HIT_RATE = Asked("cache_hit_rate", "Share of looks for a result to reuse that found one, since this service started.")
DISK_BYTES = Asked("doctray_disk_bytes", "The disk that DOCTRAY_HOME is on: free (for this user) and total.", "state")

if SHARED_FOLDER in os.environ:
    EXPOSED = CollectorRegistry()
    MultiProcessCollector(EXPOSED)  # type: ignore[no-untyped-call]
else:
    EXPOSED = REGISTRY
for _collector in _ASKED:
    EXPOSED.register(_collector)


@contextmanager
def shared_between_processes() -> Iterator[None]:
    """For the parent of API processes that are started within: they add their instruments up in a folder, which ends with the context."""
    with tempfile.TemporaryDirectory(prefix="doctray-metrics-") as folder:
        os.environ[SHARED_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[SHARED_FOLDER]


def count_webhook(outcome: str, seconds: float) -> None:
    """One try. outcome: delivered, retried, failed or stopped."""
    WEBHOOKS.labels(outcome).inc()
    WEBHOOK_SECONDS.observe(seconds)


def count_rollback(kind: RolloutKind) -> None:
    """For the guard's hook."""
    ROLLOUT_ROLLBACKS.labels(kind.value).inc()


_CANDIDATES: dict[RolloutKind, set[str]] = {}
"""All that this process has shown: one that is not the candidate any more has no share."""


def show_rollout(kind: RolloutKind, health: Mapping[str, Any] | None) -> None:
    """health: as `doctray.service.rollout_guard.health_of` tells it; None: there is no plan, or it cannot be read just now."""
    if health is None:
        return
    candidates = _CANDIDATES.setdefault(kind, set())
    candidates.add(health["candidate"])
    for candidate in candidates:
        reads = health["enabled"] and candidate == health["candidate"]
        ROLLOUT_PERCENTAGE.labels(kind.value, candidate).set(health["percentage"] if reads else 0)
        ROLLOUT_SHADOW_PERCENTAGE.labels(kind.value, candidate).set(health["shadow_percentage"] if reads else 0)
    for verdict in Verdict:
        ROLLOUT_VERDICT.labels(kind.value, verdict.value).set(health["enabled"] and health["verdict"] == verdict.value)
    for check in health["checks"]:
        for arm, figure in (("candidate", check["value"]), ("baseline", check["baseline"])):
            ROLLOUT_FIGURE.labels(kind.value, arm, check["name"]).set(math.nan if figure is None else figure)
    ROLLOUT_SHADOWS_WAITING.set(health["shadows_waiting"])


def watch_rollbacks() -> None:
    """Show the counter at nothing from the start: what begins at one would be no increase to Prometheus."""
    for kind in RolloutKind:
        ROLLOUT_ROLLBACKS.labels(kind.value)


def count_cache_lookup(*, hit: bool) -> None:
    """One look for a result to reuse."""
    CACHE_LOOKUPS.labels("hit" if hit else "miss").inc()


def set_build(version: str) -> None:
    _BUILD.version = version


def watch_disk(folder: Path) -> None:
    """Show the room on the disk that a folder is on, whenever the metrics are read; NaN where the disk does not say."""

    def room(of: str) -> float:
        try:
            return float(getattr(shutil.disk_usage(folder), of))
        except OSError:
            return math.nan

    for state in ("free", "total"):
        DISK_BYTES.set_function(partial(room, state), state)


def render() -> tuple[bytes, str]:
    """All instruments of this process, or of all API processes together, in Prometheus' text format; and its media type."""
    return generate_latest(EXPOSED), CONTENT_TYPE_LATEST


def _memory_percent() -> float:
    # Imported on first use: most processes are never asked.
    import psutil

    return float(psutil.virtual_memory().percent)


def _cpu_percent() -> float:
    import psutil

    return float(psutil.cpu_percent(interval=None))


def _hit_rate() -> float:
    families = EXPOSED.restricted_registry(["doctray_cache_lookups_total"]).collect() if EXPOSED is REGISTRY else _added_up()
    found = {
        sample.labels["outcome"]: sample.value
        for family in families
        for sample in family.samples
        if sample.name == "doctray_cache_lookups_total"
    }
    total = sum(found.values())
    return found.get("hit", 0.0) / total if total else 0.0


def _added_up() -> Iterable[Metric]:
    return MultiProcessCollector(None).collect()  # type: ignore[no-untyped-call,no-any-return]


MEMORY_USAGE_PERCENT.set_function(_memory_percent)
CPU_USAGE_PERCENT.set_function(_cpu_percent)
CACHE_HIT_RATE.set_function(_hit_rate)
