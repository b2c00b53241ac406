"""From what was seen to the figures that are judged. Pure: no clock, no files."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from doctray.domain.errors import blame, catalogue
from doctray.domain.intervals import nearest_rank
from loadtests.records import JobSeen
from loadtests.watch import MemorySample

DOCUMENT_CODES = frozenset(code for code, error in catalogue().items() if blame(error) == "document")
"""Failures that blame the document, and so do not count against the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """Answers to one kind of request, as locust counted them. p50_s, p95_s, p99_s: its percentiles."""

    name: str
    count: int
    failures: int
    p50_s: float
    p95_s: float
    p99_s: float
    longest_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestError:
    """What a kind of request was answered instead of what it should have been, such as `503 queue_full`, and how often."""

    request: str
    error: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one run. None: there was nothing to take it from, and a target on it is not met.

    hit_percent: of repeats and new documents alike, those handed in after the warm-up. memory_growth_percent: the last quarter of
    the run against the quarter after the warm-up, medians of all of doctray's processes together.
    """

    submits: int
    failed_requests: int
    rate_limited: int
    unfinished_jobs: int
    failed_jobs_percent: float | None
    jobs_per_minute: float | None
    answer_p95_s: float | None
    job_p50_s: float | None
    job_p95_s: float | None
    queue_wait_p95_s: float | None
    hit_percent: float | None
    memory_growth_percent: float | None
    memory_percent: float | None
    memory_mb: float | None
    requests: tuple[Requests, ...] = ()
    errors: tuple[RequestError, ...] = ()


def requests_of(stats: Iterable[Mapping[str, Any]]) -> tuple[Requests, ...]:
    """From locust's --json-file; its entries for jobs are left out, since ours come from the records."""
    found = []
    for entry in stats:
        if entry["method"] == "JOB" or not entry["num_requests"]:
            continue
        times = sorted((float(time), count) for time, count in entry["response_times"].items())
        found.append(
            Requests(
                name=entry["name"],
                count=entry["num_requests"],
                failures=entry["num_failures"],
                p50_s=_weighted(times, 0.50) / 1000,
                p95_s=_weighted(times, 0.95) / 1000,
                p99_s=_weighted(times, 0.99) / 1000,
                longest_s=float(entry["max_response_time"]) / 1000,
            )
        )
    return tuple(sorted(found, key=lambda each: each.name))


def figures_of(
    jobs: Sequence[JobSeen],
    requests: Sequence[Requests],
    errors: Sequence[RequestError],
    memory: Sequence[MemorySample],
    *,
    run_s: float,
    warm_up_s: float,
) -> Figures:
    """run_s: how long the run really took."""
    ended = [job for job in jobs if job.total_s is not None]
    to_blame = [job for job in ended if job.status != "completed" and job.code not in DOCUMENT_CODES]
    warm = [job for job in ended if job.at_s >= warm_up_s]
    totals = [job.total_s for job in ended if job.total_s is not None]
    begun = [job.wait_s for job in ended if job.wait_s is not None]
    return Figures(
        submits=len(jobs),
        failed_requests=sum(each.failures for each in requests),
        rate_limited=sum(each.count for each in errors if each.error.startswith("429")),
        unfinished_jobs=sum(1 for job in jobs if job.total_s is None),
        failed_jobs_percent=100 * len(to_blame) / len(ended) if ended else None,
        jobs_per_minute=60 * len(ended) / run_s if ended else None,
        answer_p95_s=_percentile([job.answer_s for job in jobs], 0.95),
        job_p50_s=_percentile(totals, 0.50),
        job_p95_s=_percentile(totals, 0.95),
        # from the cache at the door: never waited
        queue_wait_p95_s=_percentile(begun, 0.95) if begun else (0.0 if ended else None),
        hit_percent=100 * sum(job.cached for job in warm) / len(warm) if warm else None,
        memory_growth_percent=_growth([sample for sample in memory if sample.at_s >= warm_up_s]),
        memory_percent=max((sample.machine_percent for sample in memory), default=None),
        memory_mb=max((sample.doctray_bytes / 1e6 for sample in memory), default=None),
        requests=tuple(requests),
        errors=tuple(errors),
    )


def _percentile(values: Sequence[float], share: float) -> float | None:
    return nearest_rank(values, share) if values else None


def _growth(samples: Sequence[MemorySample]) -> float | None:
    quiet = [sample.doctray_bytes for sample in samples if not sample.restarting]
    quarter = len(quiet) // 4
    if quarter == 0:
        return None
    return 100 * (median(quiet[-quarter:]) / median(quiet[:quarter]) - 1)


def _weighted(times: Sequence[tuple[float, int]], share: float) -> float:
    needed = share * sum(count for _, count in times)
    passed = 0
    for time, count in times:
        passed += count
        if passed >= needed:
            return time
    return times[-1][0] if times else 0.0
