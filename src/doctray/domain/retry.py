"""When to try again: pure decisions, for jobs and for webhooks. The caller does the I/O."""

from dataclasses import dataclass

from doctray.domain.errors import DoctrayError
from doctray.domain.job import Job

MAX_TRIES = 3
"""Failures charged to a job before it is failed and dead-lettered (architecture.md, Rules)."""

MAX_LEASES_LOST = 10
"""Lost leases before a job is given up as worker_lost; apart from tries, so that killed workers dead-letter no innocent job."""

WEBHOOK_GAPS_S = (0, 5, 30, 120, 600, 1800, 7200, 21600, 43200, 86400)
"""Seconds before each of the ten tries of a webhook (api.md, Webhooks): about 45 h in all."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again after delay_s seconds. charged: whether this failure counts against the job's tries."""

    delay_s: float
    charged: bool


@dataclass(frozen=True, slots=True)
class GiveUp:
    """End the job as failed. dead_lettered: an administrator may replay it."""

    dead_lettered: bool


def decide(job: Job, error: DoctrayError, *, jitter: float) -> Retry | GiveUp:
    """What follows an error of an attempt.

    jitter: uniform in [0, 1), given by the caller so that the decision stays pure. Delay before try n + 1:
    2 s * 4**n, plus up to half of that again (AWS Architecture Blog, Exponential Backoff And Jitter, "equal jitter").
    """
    if not error.retryable:
        return GiveUp(dead_lettered=False)
    if job.tries_used + 1 >= MAX_TRIES:
        return GiveUp(dead_lettered=True)
    base_s = 2.0 * 4.0**job.tries_used
    return Retry(delay_s=max(base_s * (1.0 + jitter / 2), error.retry_after_s or 0.0), charged=True)


def next_webhook_gap_s(tries_done: int, *, jitter: float, retry_after_s: float | None = None) -> float | None:
    """Seconds to wait after `tries_done` failed tries, or None when the last one has been made.

    jitter in [0, 1) stretches the gap by up to a tenth. A receiver's Retry-After is honoured up to a day.
    """
    if tries_done >= len(WEBHOOK_GAPS_S):
        return None
    gap_s = WEBHOOK_GAPS_S[tries_done] * (1.0 + 0.1 * jitter)
    return max(gap_s, min(retry_after_s or 0.0, 86400.0))
