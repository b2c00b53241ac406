"""Two looks at /metrics and /health, and what happened between them. Pure but for `Source`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from scripts.operations.target import Target

LOOK_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """health: the body of /health; None: not reached. counters: name and labels → value. at_s: by a clock that never steps back."""

    at_s: float
    health: Mapping[str, Any] | None
    counters: Mapping[tuple[str, tuple[tuple[str, str], ...]], float] = field(default_factory=dict)

    def total(self, name: str, **labels: str) -> float:
        """Sum over all series of that name whose labels begin with those words."""
        return sum(
            value
            for (series, found), value in self.counters.items()
            if series == name and all(dict(found).get(label, "").startswith(start) for label, start in labels.items())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a dashboard shows. None: cannot be told (not reached, or the first look). Rates are since the look before.

    metered: /metrics was answered; nginx keeps it from the outside, and a copy of the API has it.
    """

    status: str
    metered: bool = False
    workers: int | None = None
    queued: int | None = None
    processing: int | None = None
    oldest_s: float | None = None
    dead_letters: int | None = None
    requests_per_s: float | None = None
    error_percent: float | None = None
    answer_p95_s: float | None = None
    jobs_per_minute: float | None = None
    failed_per_minute: float | None = None
    hit_percent: float | None = None
    memory_percent: float | None = None


def reading_of(now: Look, before: Look | None) -> Reading:
    if now.health is None:
        return Reading(status="unreachable")
    queue = now.health.get("queue") or {}
    shown = Reading(
        status=str(now.health.get("status", "unknown")),
        metered=bool(now.counters),
        workers=now.health.get("workers"),
        queued=queue.get("queued"),
        processing=queue.get("processing"),
        oldest_s=queue.get("oldest_due_age_seconds"),
        dead_letters=queue.get("dead_letters"),
        # over the last five minutes, until a worker's own counters are known
        jobs_per_minute=queue.get("drained_per_minute"),
        memory_percent=max((value for (name, _), value in now.counters.items() if name == "memory_usage_percent"), default=None),
    )
    if before is None or not before.counters or not now.counters:
        return shown
    return _with_rates(shown, now, before)


def _with_rates(shown: Reading, now: Look, before: Look) -> Reading:
    seconds = max(1e-9, now.at_s - before.at_s)

    def grown(name: str, **labels: str) -> float:
        # A restart sets counters to zero: then all there is came since.
        was, is_now = before.total(name, **labels), now.total(name, **labels)
        return is_now - was if is_now >= was else is_now

    requests = grown("doctray_http_requests_total")
    ended = now.total("doctray_jobs_finished_total")
    hits, looks = grown("doctray_cache_lookups_total", outcome="hit"), grown("doctray_cache_lookups_total")
    return replace(
        shown,
        requests_per_s=requests / seconds,
        error_percent=100 * grown("doctray_http_requests_total", status="5") / requests if requests else 0.0,
        answer_p95_s=_quantile(now, before, "doctray_http_request_seconds_bucket", 0.95),
        jobs_per_minute=60 * grown("doctray_jobs_finished_total") / seconds if ended else shown.jobs_per_minute,
        failed_per_minute=60 * grown("doctray_jobs_finished_total", status="failed") / seconds if ended else None,
        hit_percent=100 * hits / looks if looks else None,
    )


def _quantile(now: Look, before: Look, name: str, share: float) -> float | None:
    """The upper bound of the bucket that holds it, over all routes."""
    grown: dict[float, float] = {}
    for (series, labels), value in now.counters.items():
        if series == name:
            bound = float(dict(labels)["le"])
            grown[bound] = grown.get(bound, 0.0) + max(0.0, value - before.counters.get((series, labels), 0.0))
    total = grown.get(float("inf"), 0.0)
    return next((bound for bound, count in sorted(grown.items()) if total and count >= share * total), None)


class Source:
    """Asks a deployment, and workers' own metrics where these are named; what does not answer is left out."""

    def __init__(self, target: Target, worker_metrics: Iterable[str] = ()) -> None:
        self._client = target.client()
        self._client.timeout = httpx.Timeout(LOOK_S)
        self._metrics = ["/metrics", *worker_metrics]

    def look(self, at_s: float) -> Look:
        health: dict[str, Any] | None = None
        try:
            health = self._client.get("/health").json()
        except (httpx.HTTPError, ValueError):
            return Look(at_s=at_s, health=None)
        counters: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
        for number, address in enumerate(self._metrics):
            for name, labels, value in self._series(address):
                counters[name, (*sorted(labels.items()), ("source", str(number)))] = value
        return Look(at_s=at_s, health=health, counters=counters)

    def close(self) -> None:
        self._client.close()

    def _series(self, address: str) -> Iterable[tuple[str, dict[str, str], float]]:
        try:
            answer = self._client.get(address)
            if answer.status_code != 200:
                return []
            families = list(text_string_to_metric_families(answer.text))
        except (httpx.HTTPError, ValueError):
            return []
        return [(sample.name, sample.labels, sample.value) for family in families for sample in family.samples]
