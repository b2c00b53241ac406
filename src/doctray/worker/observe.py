"""What the worker's metrics are told: `doctray.service.process.Observer` on the instruments of `doctray.telemetry.metrics`."""

from collections.abc import Callable

from doctray.domain.document import Page
from doctray.domain.errors import blame, catalogue
from doctray.domain.job import Job, JobStatus
from doctray.ocr.batcher import BatchRead
from doctray.telemetry import metrics


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


def count_batch(batch: BatchRead) -> None:
    """For the batcher's hook."""
    metrics.BATCH_PAGES.observe(batch.pages)


def count_engine_lost(reason: str) -> None:
    """For the engine process's hook."""
    metrics.ENGINE_RESTARTS.labels(reason).inc()
