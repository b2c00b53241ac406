"""Watches over rollouts: a candidate that breaks the plan's thresholds is taken back at once, and one that keeps them may advance.

Run from the sweep of every API and worker; one of them acts at a time, and only on the plan that it has judged.
"""

import math
from collections.abc import Callable
from typing import Any

import structlog

from doctray.domain.audit import Actor, Means
from doctray.domain.errors import RolloutConflict
from doctray.domain.moments import iso_time
from doctray.domain.rollout import Arm, RolloutAction, RolloutKind, RolloutPlan
from doctray.domain.rollout_health import ArmFigures, Health, Step, judge, next_step, window_since
from doctray.ports import Clock, Journal

_log = structlog.get_logger()

LOOK_EVERY_S = 2.0
"""How long a bad candidate may go on after it has been found out, beside the sweep's own pause."""

TURN = "rollouts"

ITSELF = Actor(means=Means.SERVICE, name="doctray")

_EVENTS = {
    RolloutAction.ADVANCED: "rollout.advanced",
    RolloutAction.STEPPED_BACK: "rollout.stepped_back",
    RolloutAction.ROLLED_BACK: "rollout.rolled_back",
}


class RolloutGuard:
    """holder: this process, for the turn. on_back: told of each plan that was taken back; it must not block or raise."""

    def __init__(self, *, journal: Journal, clock: Clock, holder: str, on_back: Callable[[RolloutKind], None] = lambda _: None) -> None:
        self._journal = journal
        self._clock = clock
        self._holder = holder
        self._on_back = on_back

    async def look(self) -> None:
        """Judge every plan that is under way, and do what follows. Raises TemporarilyUnavailable."""
        plans = [plan for kind in RolloutKind if (plan := await self._journal.rollout(kind)) is not None and _watched(plan)]
        if plans and await self._journal.take_turn(TURN, holder=self._holder, hold_s=LOOK_EVERY_S):
            for plan in plans:
                await self._judge(plan)

    async def _judge(self, plan: RolloutPlan) -> None:
        health = judge(plan, await self._journal.rollout_figures(plan))
        step = next_step(plan, health, now=self._clock.now())
        if step is not None:
            await self._take(plan, step, health)

    async def _take(self, plan: RolloutPlan, step: Step, health: Health) -> None:
        back = step.action is not RolloutAction.ADVANCED
        # Whoever was taken back does not come again by itself: somebody looks at the reason first.
        gap = None if back else plan.auto_advance_after_s
        changed = plan.evolve(percentage=step.percentage, auto_advance_after_s=gap)
        try:
            after = await self._journal.set_rollout(
                changed, expected_revision=plan.revision, action=step.action, reason=step.reason, by=ITSELF
            )
        except RolloutConflict:
            # Somebody moved it meanwhile; the next look judges what stands then.
            return
        known = {"kind": plan.kind.value, "candidate": plan.candidate, "revision": after.revision, "verdict": health.verdict.value}
        told = known | {"from_percentage": plan.percentage, "to_percentage": after.percentage, "reason": step.reason}
        if not back:
            _log.info(_EVENTS[step.action], **told)
            return
        _log.error(_EVENTS[step.action], **told)
        self._on_back(plan.kind)


def _watched(plan: RolloutPlan) -> bool:
    return plan.enabled and not plan.settled


async def health_of(kind: RolloutKind, *, journal: Journal, clock: Clock) -> dict[str, Any] | None:
    """What `doctray rollout health` and the API show: verdict, why, each check, both arms, and what the guard would do now."""
    plan = await journal.rollout(kind)
    if plan is None:
        return None
    figures = await journal.rollout_figures(plan)
    health, now = judge(plan, figures), clock.now()
    step = next_step(plan, health, now=now)
    return {
        "kind": kind.value,
        "baseline": plan.baseline,
        "candidate": plan.candidate,
        "percentage": plan.percentage,
        "shadow_percentage": plan.shadow_percentage,
        "enabled": plan.enabled,
        "verdict": health.verdict.value,
        "reason": health.reason,
        "since": iso_time(window_since(plan, now=now)),
        "min_sample": plan.thresholds.min_sample,
        "checks": [
            {
                "name": check.name,
                "verdict": check.verdict.value,
                "value": _shown(check.value),
                "baseline": _shown(check.baseline),
                "threshold": check.threshold,
                "critical": check.critical,
                "sample": check.sample,
            }
            for check in health.checks
        ],
        "arms": {arm.value: _arm(figures[arm]) for arm in Arm},
        "next": None if step is None else {"action": step.action.value, "percentage": step.percentage, "reason": step.reason},
        "shadows_waiting": await journal.shadows_waiting(),
    }


def _arm(figures: ArmFigures) -> dict[str, Any]:
    return {
        "attempts": figures.attempts,
        "errors": figures.errors,
        "jobs": figures.ended,
        "completed": figures.completed,
        "shadows": figures.shadows,
        "p95_seconds": _shown(figures.p95_s),
        "confidence": _shown(figures.confidence.mean if figures.confidence.count else None),
        "agreement": _shown(figures.agreement.mean if figures.agreement.count else None),
        "compared": figures.agreement.count,
        "truth": _shown(figures.truth.mean if figures.truth.count else None),
        "reviewed": figures.truth.count,
    }


def _shown(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else round(value, 4)
