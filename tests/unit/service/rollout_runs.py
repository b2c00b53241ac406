"""Attempts under a rollout plan, as tests of its report need them."""

import random
from datetime import UTC, datetime, timedelta

from doctray.domain.audit import Actor, Means
from doctray.domain.rollout import Arm, RolloutAction, RolloutChange, RolloutKind, RolloutPlan
from doctray.domain.rollout_run import RolloutRun, RunEnd

START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PLAN = RolloutPlan(
    kind=RolloutKind.ENGINE, baseline="easyocr", candidate="rapidocr", percentage=35, shadow_percentage=20, revision=3, stage_since=START
)
FIELDS = ("certificate_number", "insured_name", "policies", "policies.limits", "policies.effective_date", "timeblocks", "timeblocks.room")


def a_run(arm: Arm = Arm.BASELINE, *, minutes: float = 0.0, request_id: str = "job", **changes: object) -> RolloutRun:
    values: dict[str, object] = {
        "kind": RolloutKind.ENGINE,
        "name": PLAN.candidate if arm is Arm.CANDIDATE else PLAN.baseline,
        "arm": arm,
        "request_id": request_id,
        "generation": 1,
        "number": 1,
        "at": START + timedelta(minutes=minutes),
        "percentage": 35,
        "seconds": 1.0,
        "pages": 1,
        "outcome": RunEnd.COMPLETED,
        "error_code": None,
        "blame": None,
        "good": True,
        "confidence": 0.9,
        "memory_bytes": 400 * 2**20,
    }
    return RolloutRun(**{**values, **changes})  # type: ignore[arg-type]


def a_change(minutes: float, before: int | None, after: int, *, action: RolloutAction = RolloutAction.ADVANCED) -> RolloutChange:
    return RolloutChange(
        entry_id=f"change-{minutes}",
        kind=RolloutKind.ENGINE,
        at=START + timedelta(minutes=minutes),
        actor=Actor(means=Means.CLI, name="operator"),
        action=action,
        from_percentage=before,
        to_percentage=after,
        reason="figures looked good",
        plan=PLAN.evolve(percentage=after),
    )


HISTORY = (a_change(180, 15, 35), a_change(90, 5, 15), a_change(30, 0, 5), a_change(0, None, 0, action=RolloutAction.PLANNED))
"""Newest first, as the journal tells it."""


def a_morning(*, seed: int = 5, jobs: int = 400) -> list[RolloutRun]:
    """Four hours of a plan that goes from 0 to 35 %, with shadows beside a fifth of the baseline's jobs."""
    chance, runs = random.Random(seed), []
    for index in range(jobs):
        minutes = 240 * index / jobs
        share = 0 if minutes < 30 else 5 if minutes < 90 else 15 if minutes < 180 else 35
        arm = Arm.CANDIDATE if chance.random() * 100 < share else Arm.BASELINE
        id_ = f"job-{index:04d}"
        seconds = chance.lognormvariate(1.2, 0.5) if arm is Arm.BASELINE else chance.lognormvariate(0.1, 0.4)
        failed = chance.random() < 0.02
        ended: dict[str, object] = {
            "outcome": RunEnd.FAILED,
            "error_code": "engine_failure",
            "blame": "service",
            "good": False,
            "confidence": None,
        }
        runs.append(
            a_run(arm, minutes=minutes, request_id=id_, seconds=seconds, **(ended if failed else {"confidence": chance.uniform(0.8, 1)}))
        )
        if arm is Arm.BASELINE and not failed and chance.random() < 0.2:
            agreement = {name: (sum(chance.random() < 0.93 for _ in range(4)), 4) for name in chance.sample(FIELDS, 5)}
            runs.append(
                a_run(
                    Arm.CANDIDATE,
                    minutes=minutes,
                    request_id=id_,
                    shadow=True,
                    seconds=chance.lognormvariate(0.5, 0.4),
                    confidence=chance.uniform(0.8, 1),
                    agreement=agreement,
                )
            )
    return runs
