"""What the worker's metrics are told: `doctray.service.process.Observer` on the instruments of `doctray.telemetry.metrics`."""

import math
import time
from collections.abc import Callable, Collection
from functools import partial

from doctray.domain.document import Page
from doctray.domain.errors import blame, catalogue
from doctray.domain.extraction import Extraction
from doctray.domain.job import Job, JobStatus
from doctray.domain.rollout_run import RolloutRun
from doctray.extraction.breaker import Circuit
from doctray.ocr.batcher import BatchRead
from doctray.ocr.gpu_usage import Gpu, GpuUsage
from doctray.service.bill import charge
from doctray.telemetry import metrics
from doctray.worker.memory import PARTS, memory_by_part


class MetricsObserver:
    """Counts and times; tells `on_end` about each job that ended, so that its webhook goes out at once."""

    def __init__(self, *, on_end: Callable[[], None]) -> None:
        self._on_end = on_end
        self._blame = {code: blame(error) for code, error in catalogue().items()}

    def stage(self, name: str, seconds: float) -> None:
        metrics.STAGE_SECONDS.labels(name).observe(seconds)

    def page(self, page: Page, seconds: float) -> None:
        metrics.PAGE_SECONDS.labels(page.source.value).observe(seconds)

    def claimed(self, job: Job) -> None:
        """Pick-up is timed from when the job was accepted, on its first attempt; a head start must not make it negative."""
        if job.attempt == 1 and job.started_at is not None:
            metrics.PICKUP_SECONDS.observe(max(0.0, (job.started_at - job.created_at).total_seconds()))

    def ended(self, job: Job, seconds: float) -> None:
        code = job.error.code if job.error else ""
        metrics.ATTEMPTS.labels(job.status.value).inc()
        metrics.JOBS_FINISHED.labels(job.status.value, code, self._blame.get(code, ""), job.document_type).inc()
        if job.finished_at is not None:
            total_s = max(seconds, (job.finished_at - job.created_at).total_seconds())
            metrics.JOB_SECONDS.labels(job.status.value, job.document_type).observe(total_s)
        if job.status is JobStatus.COMPLETED:
            metrics.count_cache_lookup(hit=job.cached)
        self._on_end()

    def retried(self) -> None:
        metrics.ATTEMPTS.labels("retried").inc()
        self._on_end()

    def rollout_run(self, run: RolloutRun) -> None:
        shadow = "true" if run.shadow else "false"
        metrics.ROLLOUT_RUNS.labels(run.kind.value, run.arm.value, run.name, run.outcome.value, shadow).inc()
        if run.good and run.seconds is not None and not run.shadow:
            metrics.ROLLOUT_RUN_SECONDS.labels(run.kind.value, run.arm.value).observe(run.seconds)

    def extracted(self, extraction: Extraction, *, engine: str) -> None:
        kind = extraction.document_type
        metrics.RESULTS.labels(kind, engine, "true" if extraction.needs_review else "false").inc()
        confidence = metrics.FIELD_CONFIDENCE.labels(kind, engine)
        for source in extraction.provenance.values():
            confidence.observe(source.confidence)
        for warning in extraction.warnings:
            metrics.RESULT_WARNINGS.labels(warning.code, kind, engine).inc()


class MetricsModelObserver:
    """`doctray.extraction.conversation.ModelObserver` for one model. price: of a million input and output tokens, or None."""

    def __init__(self, *, extractor: str, model: str, price: tuple[float, float] | None) -> None:
        self._labels = (extractor, model)
        self._price = price

    def asked(self, outcome: str, seconds: float) -> None:
        metrics.LLM_REQUESTS.labels(*self._labels, outcome).inc()
        metrics.LLM_REQUEST_SECONDS.labels(*self._labels).observe(seconds)

    def spent(self, input_tokens: int, output_tokens: int) -> None:
        for direction, tokens in (("input", input_tokens), ("output", output_tokens)):
            metrics.LLM_TOKENS.labels(*self._labels, direction).inc(tokens)
        if self._price is not None:
            cost = (input_tokens * self._price[0] + output_tokens * self._price[1]) / 1_000_000
            metrics.LLM_COST.labels(*self._labels).inc(cost)
            charge(cost)

    def repaired(self) -> None:
        metrics.LLM_REPAIRS.labels(*self._labels).inc()

    def gave_up(self, reason: str) -> None:
        metrics.LLM_FALLBACKS.labels(*self._labels, reason).inc()

    def circuit(self, state: Circuit) -> None:
        """For the breaker's hook."""
        for known in Circuit:
            metrics.LLM_CIRCUIT.labels(*self._labels, known.value).set(known is state)


MEMORY_COUNTED_FOR_S = 1.0


def show_stage(stage: str, waiting: int, running: int) -> None:
    """For the stages' hook."""
    metrics.STAGE_DEPTH.labels(stage, "waiting").set(waiting)
    metrics.STAGE_DEPTH.labels(stage, "running").set(running)


def count_batch(batch: BatchRead) -> None:
    """For the batcher's hook."""
    metrics.BATCH_PAGES.observe(batch.pages)
    metrics.ENGINE_SECONDS.labels(batch.outcome).inc(batch.seconds)
    metrics.ENGINE_WAIT_SECONDS.observe(max(0.0, batch.waited_s))


def watch_memory(*, limit_bytes: int) -> None:
    """Memory of this worker and its processes, counted whenever the metrics are read."""

    found: dict[str, int] = {}
    counted_at = -math.inf

    def bytes_of(parts: Collection[str]) -> float:
        # one reading of /proc for all instruments of one scrape
        nonlocal counted_at
        if time.monotonic() - counted_at > MEMORY_COUNTED_FOR_S:
            found.update(memory_by_part())
            counted_at = time.monotonic()
        return float(sum(found[part] for part in parts))

    for part in PARTS:
        metrics.MEMORY_BYTES.labels(part).set_function(partial(bytes_of, (part,)))
    metrics.MEMORY_USAGE_PERCENT.set_function(lambda: 100.0 * bytes_of(PARTS) / limit_bytes)


def watch_gpu(gpu: Gpu, *, device: str) -> None:
    """The GPU's figures, asked of the driver whenever the metrics are read; NaN where it does not say."""

    def figure(of: Callable[[GpuUsage], float]) -> float:
        usage = gpu.usage()
        return math.nan if usage is None else of(usage)

    metrics.GPU_BUSY_RATIO.labels(device).set_function(lambda: figure(lambda usage: usage.busy))
    metrics.GPU_MEMORY_BYTES.labels(device, "used").set_function(lambda: figure(lambda usage: float(usage.memory_used_bytes)))
    metrics.GPU_MEMORY_BYTES.labels(device, "total").set_function(lambda: figure(lambda usage: float(usage.memory_total_bytes)))


def count_engine_lost(reason: str) -> None:
    """For the engine process's hook."""
    metrics.ENGINE_RESTARTS.labels(reason).inc()


def count_artifact(form: str, outcome: str, seconds: float) -> None:
    """For the maker's hook."""
    metrics.ARTIFACTS.labels(form, outcome).inc()
    metrics.ARTIFACT_SECONDS.labels(form).observe(seconds)
