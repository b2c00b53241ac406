"""Shadows: jobs that the baseline has read, to be read by a rollout's candidate as well, off the caller's path."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from doctray.domain.job import Job
from doctray.domain.rollout import BUCKETS, Arm, RolloutKind, RolloutPlan, bucket
from doctray.domain.rollout_run import Measured

MAX_BEGUN = 3
"""How often a shadow is begun whose workers die under it, before it is forgotten: its document may be what kills them."""

STALE_AFTER_S = 86400.0
"""What no worker had time for within a day is forgotten: it would be compared under a plan that has moved on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """A completed job that the candidate `name` is to read too. claim_no fences its record as it fences jobs."""

    job: Job
    kind: RolloutKind
    name: str
    claim_no: int = 0


def shadows_of(job: Job, plans: Iterable[RolloutPlan], measured: Measured | None) -> Iterator[Shadow]:
    """Those wanted of a job that has just been completed: the plan's share of what the baseline has read.

    Dealt with another salt than the arms, so that every part of the baseline's documents may come.
    """
    if job.source is None or measured is None:
        return
    for plan in plans:
        read_by_engine = plan.kind is not RolloutKind.ENGINE or measured.engine_pages > 0
        if not _baseline_read(job, plan) or not read_by_engine or not plan.enabled or plan.settled:
            continue
        if bucket(f"shadow\n{plan.kind.value}\n{plan.candidate}", job.source.sha256) < plan.shadow_percentage * (BUCKETS // 100):
            yield Shadow(job=job, kind=plan.kind, name=plan.candidate)


def wanted_still(shadow: Shadow, plan: RolloutPlan | None) -> bool:
    """Whether the plan that now stands asks for shadows of this candidate, and the job's result is there to compare with."""
    if plan is None or not plan.enabled or plan.settled or plan.shadow_percentage == 0:
        return False
    return plan.candidate == shadow.name and shadow.job.result is not None and shadow.job.deleted_at is None


def _baseline_read(job: Job, plan: RolloutPlan) -> bool:
    engine = plan.kind is RolloutKind.ENGINE
    arm, name = (job.engine_arm, job.assigned_engine) if engine else (job.extractor_arm, job.assigned_extractor)
    return arm is Arm.BASELINE and name == plan.baseline
