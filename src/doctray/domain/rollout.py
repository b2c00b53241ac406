"""Which engine or extractor reads a job while one gives way to another: plans, and the pure function that assigns by them.

An assignment depends on the plan and on the job's content (or owner) alone, so that it is the same in every process and after every
restart, and raising the share only adds jobs to the candidate.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any

from doctray.domain.audit import Actor
from doctray.domain.errors import InvalidOption


class RolloutKind(StrEnum):
    """What gives way; the job's option of that name, given by the caller, overrides every plan."""

    ENGINE = "engine"
    EXTRACTOR = "extractor"


class Arm(StrEnum):
    BASELINE = "baseline"  # what is moved away from
    CANDIDATE = "candidate"  # what is moved to


class Sticky(StrEnum):
    """What keeps its arm: the same document, or everything of one owner."""

    CONTENT = "content"
    OWNER = "owner"


class OnBreach(StrEnum):
    """What an unhealthy candidate's share becomes."""

    STEP_BACK = "step_back"  # the stage before
    TO_ZERO = "to_zero"


class RolloutAction(StrEnum):
    """What a line of the history says."""

    PLANNED = "planned"  # a new plan, or other settings of it
    ADVANCED = "advanced"
    STEPPED_BACK = "stepped_back"
    ROLLED_BACK = "rolled_back"
    ENABLED = "enabled"
    DISABLED = "disabled"
    RETIRED = "retired"  # the baseline is gone for good


STAGES = (0, 5, 15, 35, 60, 85, 100)
"""Percent of jobs that the candidate reads, stage by stage, unless a plan has its own."""

BUCKETS = 10_000
"""Into how many parts jobs are dealt: a share is exact to a hundredth of a percent."""

MAX_STAGES = 20
MAX_FORCED = 200
MAX_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When a candidate counts as unhealthy. Shares from 0 to 1; seconds of an attempt; over the last window_s and min_sample attempts.

    agreement: share of values in which a candidate must agree with the baseline's shadow and with reviews. certainty: how sure a breach
    must be, one-sided, before anything is done about it; 0.5 takes figures as they stand. `doctray.domain.rollout_health` judges.
    The numbers are those of the staged rollouts that doctray replaces.
    """

    seconds: float = 30.0
    success: float = 0.95
    confidence: float = 0.80
    errors: float = 0.05
    agreement: float = 0.90
    critical_seconds: float = 60.0
    critical_success: float = 0.90
    critical_errors: float = 0.10
    window_s: float = 3600.0
    min_sample: int = 20
    certainty: float = 0.90

    def __post_init__(self) -> None:
        for name in ("success", "confidence", "errors", "agreement", "critical_success", "critical_errors"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise InvalidOption(f"thresholds.{name}: must be a share from 0 to 1.")
        for name in ("seconds", "critical_seconds", "window_s"):
            if not 0.0 < getattr(self, name) <= 86400.0 * 7:
                raise InvalidOption(f"thresholds.{name}: must be seconds above 0, at most 7 days.")
        if not 0.5 <= self.certainty <= 0.999:
            raise InvalidOption("thresholds.certainty: must be from 0.5 to 0.999.")
        if not 1 <= self.min_sample <= 1_000_000:
            raise InvalidOption("thresholds.min_sample: must be a whole number from 1 to 1000000.")
        if self.critical_seconds < self.seconds or self.critical_success > self.success or self.critical_errors < self.errors:
            raise InvalidOption("thresholds: a critical threshold must not be stricter than the one that it stands beside.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutPlan:
    """One move from baseline to candidate. Raises InvalidOption where it contradicts itself; whether the names exist is not known here.

    percentage: of jobs that the candidate reads. forced: owner or SHA-256 (hex) of a document → arm, for tests. shadow_percentage: of jobs
    that the candidate reads as well, off the caller's path. auto_advance_after_s: healthy for so long at a stage, it advances by itself;
    None: by hand. revision and stage_since (when the percentage last changed) are set by the journal.

    baseline and candidate are the same once the old baseline is retired: see `settled`.
    """

    kind: RolloutKind
    baseline: str
    candidate: str
    percentage: int = 0
    enabled: bool = True
    sticky: Sticky = Sticky.CONTENT
    stages: tuple[int, ...] = STAGES
    shadow_percentage: int = 0
    forced: Mapping[str, Arm] = field(default_factory=dict)
    auto_advance_after_s: float | None = None
    on_breach: OnBreach = OnBreach.STEP_BACK
    thresholds: Thresholds = field(default_factory=Thresholds)
    revision: int = 0
    stage_since: datetime | None = None

    def __post_init__(self) -> None:
        for name in (self.baseline, self.candidate):
            if not name or len(name) > MAX_NAME:
                raise InvalidOption(f"baseline and candidate: must be names of at most {MAX_NAME} characters.")
        for which, share in (("percentage", self.percentage), ("shadow_percentage", self.shadow_percentage)):
            if not 0 <= share <= 100:
                raise InvalidOption(f"{which}: must be a whole number from 0 to 100.")
        rising = all(below < above for below, above in pairwise(self.stages))
        if not rising or not 2 <= len(self.stages) <= MAX_STAGES or self.stages[0] != 0 or self.stages[-1] != 100:
            raise InvalidOption(f"stages: must be at most {MAX_STAGES} whole numbers that rise from 0 to 100.")
        if len(self.forced) > MAX_FORCED:
            raise InvalidOption(f"forced: must name at most {MAX_FORCED} owners and documents.")
        if self.auto_advance_after_s is not None and not 0.0 < self.auto_advance_after_s <= 86400.0 * 30:
            raise InvalidOption("auto_advance_after_s: must be seconds above 0, at most 30 days, or null.")

    @property
    def settled(self) -> bool:
        """The old baseline is retired: all jobs go to the one name that is left."""
        return self.baseline == self.candidate

    def evolve(self, **changes: object) -> "RolloutPlan":
        return replace(self, **changes)  # type: ignore[arg-type]

    def as_dict(self) -> dict[str, Any]:
        """Of JSON values alone; `plan_of` reads it."""
        return {
            **asdict(self),
            "kind": self.kind.value,
            "sticky": self.sticky.value,
            "on_breach": self.on_breach.value,
            "forced": {name: self.forced[name].value for name in sorted(self.forced)},
            "stages": list(self.stages),
            "stage_since": self.stage_since.isoformat() if self.stage_since else None,
        }


def plan_of(members: Mapping[str, Any]) -> RolloutPlan:
    """The plan that `as_dict` wrote. Raises InvalidOption."""
    since = members.get("stage_since")
    return RolloutPlan(
        **{
            **members,
            "kind": RolloutKind(members["kind"]),
            "sticky": Sticky(members["sticky"]),
            "on_breach": OnBreach(members["on_breach"]),
            "stages": tuple(members["stages"]),
            "forced": {name: Arm(arm) for name, arm in members["forced"].items()},
            "thresholds": Thresholds(**members["thresholds"]),
            "stage_since": datetime.fromisoformat(since) if since else None,
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    name: str
    arm: Arm


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutChange:
    """A line of the history. from_percentage: None for the first plan. plan: as it stood afterwards."""

    entry_id: str
    kind: RolloutKind
    at: datetime
    actor: Actor
    action: RolloutAction
    from_percentage: int | None
    to_percentage: int
    reason: str
    plan: RolloutPlan


def assign(plan: RolloutPlan, *, sha256: str | None, owner: str, wanted: Arm | None) -> Assignment | None:
    """Who reads a job that names nobody itself. sha256: hex, of its document; wanted: what its key opted in to.

    None while the bytes behind a URL are unknown and decide: it is assigned once they are there. While the plan is enabled, forced and
    wanted reach the candidate at any percentage.
    """
    if not plan.enabled or plan.settled:
        return Assignment(name=plan.baseline, arm=Arm.BASELINE)
    arm = (
        plan.forced.get(sha256 or "")
        or plan.forced.get(owner)
        or wanted
        or _dealt(plan, sha256 if plan.sticky is Sticky.CONTENT else owner)
    )
    if arm is None:
        return None
    return Assignment(name=plan.candidate if arm is Arm.CANDIDATE else plan.baseline, arm=arm)


def _dealt(plan: RolloutPlan, subject: str | None) -> Arm | None:
    if subject is None:
        return None
    reached = bucket(f"{plan.kind.value}\n{plan.candidate}", subject) < plan.percentage * (BUCKETS // 100)
    return Arm.CANDIDATE if reached else Arm.BASELINE


def bucket(salt: str, subject: str) -> int:
    """Where a subject stands among BUCKETS, evenly spread. Another salt deals anew, independently."""
    digest = hashlib.sha256(f"{salt}\n{subject}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % BUCKETS


def put(plan: RolloutPlan, *, before: RolloutPlan | None, now: datetime) -> RolloutPlan:
    """The plan as it stands once it has taken the place of `before`."""
    moved = before is None or (before.percentage, before.candidate, before.baseline) != (plan.percentage, plan.candidate, plan.baseline)
    return plan.evolve(revision=1 + (before.revision if before else 0), stage_since=now if before is None or moved else before.stage_since)


def next_stage(plan: RolloutPlan) -> int | None:
    """The stage above the present percentage; None at 100 %."""
    return next((stage for stage in plan.stages if stage > plan.percentage), None)


def stage_before(plan: RolloutPlan) -> int:
    """The stage below the present percentage; 0 below the first."""
    return max((stage for stage in plan.stages if stage < plan.percentage), default=0)


RETIRED = "retired."


def retired_flag(kind: RolloutKind, name: str) -> str:
    """The journal's flag that says a name was switched off for good."""
    return f"{RETIRED}{kind.value}.{name}"


def retired_refusal(kind: RolloutKind, name: str) -> InvalidOption:
    """For a caller that names one that is retired."""
    detail = f"names {name}, which is retired here: leave it out, or name another"
    return InvalidOption(f"{kind.value} {detail}.", errors=[{"name": kind.value, "detail": detail}])
