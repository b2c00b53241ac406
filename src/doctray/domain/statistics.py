"""What the journal can tell about a span of days: how much, how fast, how often it went wrong, and when most came."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from doctray.domain.errors import blame, catalogue

UNKNOWN_CODE = "unknown"
"""Of a failed job whose data retention has removed: only its times are left, so nobody is blamed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Seconds: the median, what 95 % stay below (nearest rank), and the longest."""

    p50_s: float
    p95_s: float
    longest_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HourOfJobs:
    """Jobs that were accepted in the hour which begins at `start` (UTC), by how they stand now. codes: of the failed ones."""

    start: datetime
    accepted: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    cached: int = 0
    codes: Mapping[str, int] = field(default_factory=dict)

    @property
    def blamed_on_us(self) -> int:
        """Failures that were neither the document's nor the caller's fault."""
        return sum(count for code, count in self.codes.items() if _is_ours(code))

    def __add__(self, other: "HourOfJobs") -> "HourOfJobs":
        codes = {code: self.codes.get(code, 0) + other.codes.get(code, 0) for code in (*self.codes, *other.codes)}
        return HourOfJobs(
            start=min(self.start, other.start),
            accepted=self.accepted + other.accepted,
            completed=self.completed + other.completed,
            failed=self.failed + other.failed,
            cancelled=self.cancelled + other.cancelled,
            cached=self.cached + other.cached,
            codes=codes,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Of jobs accepted in [since, until). hours: oldest first, those without jobs left out.

    total: from accepted to ended; wait: from accepted to begun; both of jobs that a worker read. None: there are none.
    """

    since: datetime
    until: datetime
    hours: tuple[HourOfJobs, ...]
    kinds: Mapping[str, int]
    pages: int
    total: Spread | None
    wait: Spread | None

    @property
    def whole(self) -> HourOfJobs:
        return sum(self.hours, HourOfJobs(start=self.since))

    @property
    def peak(self) -> HourOfJobs | None:
        """The hour in which most jobs came; the first of several."""
        return max(self.hours, key=lambda hour: hour.accepted, default=None)

    def days(self) -> list[tuple[date, HourOfJobs]]:
        """Every day of the span (UTC), also those on which nothing came."""
        found = {
            self.since.date() + timedelta(days=number): HourOfJobs(start=self.since) for number in range((self.until - self.since).days)
        }
        found.setdefault(self.until.date(), HourOfJobs(start=self.since))
        for hour in self.hours:
            day = hour.start.date()
            found[day] = found[day] + hour if day in found else hour
        return sorted(found.items())


def error_percent(jobs: HourOfJobs) -> float | None:
    """Share of ended jobs that failed through no fault of document or caller; None when none has ended."""
    ended = jobs.completed + jobs.failed
    return 100 * jobs.blamed_on_us / ended if ended else None


def _is_ours(code: str) -> bool:
    found = catalogue().get(code)
    return found is not None and blame(found) in ("service", "neighbour")
