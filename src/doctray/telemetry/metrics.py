"""Every Prometheus instrument of doctray, for the API and the workers alike. Base units; never an id or a URL as a label.

A process shows those that it touches. `status`, `code`, `document_type` and `stage` are the words of the API
(`doctray.domain`), so a panel and an answer speak of the same thing.
"""

import threading
from collections.abc import Callable
from wsgiref.simple_server import WSGIServer

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, Info, generate_latest, start_http_server

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
RATE_LIMIT_FALLBACKS = Counter("doctray_rate_limit_fallbacks", "Times that limits were counted in memory because Redis did not answer.")

# --- the queue, read from the journal when asked ---

QUEUE_JOBS = Gauge("doctray_queue_jobs", "Jobs in the journal: queued, due (queued and due), processing, dead_letter.", ("state",))
QUEUE_OLDEST_SECONDS = Gauge("doctray_queue_oldest_seconds", "Age of the job that has been due longest.")
QUEUE_DRAINED_PER_SECOND = Gauge("doctray_queue_drained_per_second", "Jobs that ended per second, over the last five minutes.")
WORKERS = Gauge("doctray_workers", "Workers with a living lease.")

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
CACHE_LOOKUPS = Counter("doctray_cache_lookups", "Looks for a result to reuse: hit or miss.", ("outcome",))

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

# --- this process ---

BUILD = Info("doctray_build", "The version that runs.")
# names without a prefix, which dashboards of the systems before this one read
MEMORY_USAGE_PERCENT = Gauge(
    "memory_usage_percent",
    "Of a worker: what it and its processes hold, over MAX_MEMORY_USAGE_GB. Of the API: memory of the machine in use.",
)
CACHE_HIT_RATE = Gauge("cache_hit_rate", "Share of looks for a result to reuse that found one, since this process started.")

_lookups_lock = threading.Lock()
_lookups = {"hit": 0, "miss": 0}


def count_webhook(outcome: str, seconds: float) -> None:
    """One try. outcome: delivered, retried, failed or stopped."""
    WEBHOOKS.labels(outcome).inc()
    WEBHOOK_SECONDS.observe(seconds)


def count_cache_lookup(*, hit: bool) -> None:
    """One look for a result to reuse; keeps the old cache_hit_rate in step."""
    outcome = "hit" if hit else "miss"
    with _lookups_lock:
        _lookups[outcome] += 1
    CACHE_LOOKUPS.labels(outcome).inc()


def set_build(version: str) -> None:
    BUILD.info({"version": version})


def render() -> tuple[bytes, str]:
    """All instruments of this process in Prometheus' text format; and its media type."""
    return generate_latest(), CONTENT_TYPE_LATEST


def serve_worker_metrics(port: int, *, address: str = "127.0.0.1") -> tuple[int, Callable[[], None]]:
    """Show this process's instruments on its own port, from a thread.

    port 0: any free one. Returns the port and what closes it. Raises OSError when the port is taken. Loopback unless
    told otherwise: metrics carry no secrets, but nobody asked for another open port.
    """
    server: WSGIServer
    server, thread = start_http_server(port, addr=address)

    def close() -> None:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)

    return server.server_port, close


def _memory_percent() -> float:
    # Imported on first use: most processes are never asked.
    import psutil

    return float(psutil.virtual_memory().percent)


def _hit_rate() -> float:
    with _lookups_lock:
        total = _lookups["hit"] + _lookups["miss"]
        return _lookups["hit"] / total if total else 0.0


MEMORY_USAGE_PERCENT.set_function(_memory_percent)
CACHE_HIT_RATE.set_function(_hit_rate)
