"""What a run is: who calls, how many of them, for how long, and what has to hold at the end."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Papers(StrEnum):
    """What the documents are."""

    LIGHT = "light"  # small text PDFs and small images: what is measured is doctray, not a reader
    REAL = "real"  # text PDFs, scans and photos in equal parts, at the size that scanners and phones deliver


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A figure of `loadtests.figures.Figures`, by name, and the bound that it has to keep. source: whose promise it is."""

    figure: str
    label: str
    at_most: float | None = None
    at_least: float | None = None
    unit: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError(f"{self.figure}: one bound, either way")

    def met(self, value: float) -> bool:
        return value <= self.at_most if self.at_most is not None else value >= (self.at_least or 0.0)

    @property
    def bound(self) -> str:
        return f"≤ {self.at_most:g}" if self.at_most is not None else f"≥ {self.at_least:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """users: locust's classes of `loadtests.locustfile`. pace_s: mean pause of a caller between two documents, drawn exponentially.

    duplicates: share of submissions whose content was submitted before. submits: with it the run ends when so many have been
    followed to their end, and not after run_s. warm_up_s: what is left out of the share of cache hits and of memory's growth.
    """

    name: str
    about: str
    engine: str
    papers: Papers
    classes: tuple[str, ...]
    users: int
    users_per_s: float
    run_s: float
    warm_up_s: float
    pace_s: float
    duplicates: float
    submits: int | None = None
    rolling_restart: bool = False
    targets: tuple[Target, ...]


NOTHING_REFUSED = (
    Target(figure="failed_requests", label="failed requests", at_most=0, source="acceptance run"),
    Target(figure="rate_limited", label="answers 429 (a limited run proves nothing)", at_most=0),
    Target(figure="failed_jobs_percent", label="jobs that failed", at_most=1, unit="%", source="baselines: error rate < 1 %"),
    Target(figure="unfinished_jobs", label="accepted jobs not seen to their end", at_most=0),
)
QUEUE = Target(figure="queue_wait_p95_s", label="wait for a worker, p95", at_most=300, unit="s", source="baselines: < 5 min at peak")
SOON = Target(figure="job_p95_s", label="submit to end, p95", at_most=30, unit="s", source="baselines: 95 % < 30 s")
HITS = Target(figure="hit_percent", label="answered from the cache, after warm-up", at_least=80, unit="%", source="baselines: 80 %")
MEMORY = (
    Target(figure="memory_growth_percent", label="growth of doctray's memory", at_most=15, unit="%", source="acceptance run: flat"),
    Target(figure="memory_percent", label="memory of the machine in use, highest", at_most=80, unit="%", source="acceptance run: < 80 %"),
)

MIXED = Scenario(
    name="mixed",
    about="callers at their own pace, some in bursts, some with big PDFs, and dashboards that look; one in seven documents is new",
    engine="null",
    papers=Papers.LIGHT,
    classes=("Caller", "Burster", "Archivist", "Onlooker"),
    users=100,
    users_per_s=10,
    run_s=300,
    warm_up_s=60,
    pace_s=10,
    duplicates=0.86,
    rolling_restart=True,
    targets=(*NOTHING_REFUSED, SOON, QUEUE, HITS, *MEMORY),
)
RUSH = Scenario(
    name="rush",
    about="1,000 submits, 50 at once: 50 callers, each follows its document to the end and hands in the next without a pause",
    engine="null",
    papers=Papers.LIGHT,
    classes=("Rusher",),
    users=50,
    users_per_s=50,
    run_s=1200,
    warm_up_s=0,
    pace_s=0,
    duplicates=0.0,
    submits=1000,
    targets=(*NOTHING_REFUSED, SOON, QUEUE),
)
FLOOD = replace(
    RUSH,
    name="flood",
    about="1,000 submits over 50 connections as fast as they are taken, and nobody waits for an end meanwhile: what a queue is for",
    classes=("Flooder",),
    targets=(*NOTHING_REFUSED, Target(figure="submits", label="accepted", at_least=1000), QUEUE),
)
SUSTAINED = Scenario(
    name="sustained",
    about="as many documents in flight as keep every stage busy, each a new one, read by the real engine: the highest rate it sustains",
    engine="easyocr",
    papers=Papers.REAL,
    classes=("Caller",),
    users=12,
    users_per_s=12,
    run_s=1800,
    warm_up_s=120,
    pace_s=0,
    duplicates=0.0,
    targets=(
        *NOTHING_REFUSED,
        QUEUE,
        Target(
            figure="jobs_per_minute",
            label="documents a minute",
            at_least=12,
            source="baselines: 12 needed at peak, 48 their largest server",
        ),
        *MEMORY,
    ),
)
SMOKE = replace(
    MIXED,
    name="smoke",
    about="mixed, small and short: that all of it works",
    users=30,
    run_s=20,
    warm_up_s=6,
    pace_s=3,
    rolling_restart=False,
    targets=(*NOTHING_REFUSED, SOON, QUEUE),
)

SCENARIOS = {scenario.name: scenario for scenario in (MIXED, RUSH, FLOOD, SUSTAINED, SMOKE)}
