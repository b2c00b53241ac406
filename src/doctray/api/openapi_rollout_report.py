"""The example of a rollout's report in /openapi.json: made by the same code as a true one, of three documents."""

from datetime import UTC, datetime, timedelta
from typing import Any

from doctray.domain.audit import Actor, Means
from doctray.domain.rollout import Arm, RolloutAction, RolloutChange, RolloutKind, RolloutPlan
from doctray.domain.rollout_health import figures_of, judge
from doctray.domain.rollout_run import RolloutRun, RunEnd, Tally
from doctray.service.rollout_page import as_dict
from doctray.service.rollout_report import report_of

_SINCE = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
_UNTIL = _SINCE + timedelta(hours=2)
_PLAN = RolloutPlan(
    kind=RolloutKind.ENGINE, baseline="easyocr", candidate="rapidocr", percentage=15, shadow_percentage=5, revision=4, stage_since=_SINCE
)
_NAMES = {Arm.BASELINE: _PLAN.baseline, Arm.CANDIDATE: _PLAN.candidate}


def rollout_report() -> dict[str, Any]:
    agreement = {"certificate_number": (1, 1), "policies.limits": (5, 6)}
    runs = [
        _run("01j9ze0000000000000000000a", Arm.BASELINE, seconds=3.4),
        _run("01j9ze0000000000000000000a", Arm.CANDIDATE, seconds=1.2, agreement=agreement),
        _run("01j9ze0000000000000000000b", Arm.CANDIDATE, seconds=1.0),
        _run("01j9ze0000000000000000000c", Arm.BASELINE, seconds=2.9),
    ]
    advanced = RolloutChange(
        entry_id="01j9ze0000000000000000000d",
        kind=_PLAN.kind,
        at=_SINCE,
        actor=Actor(means=Means.KEY, name="operations"),
        action=RolloutAction.ADVANCED,
        from_percentage=5,
        to_percentage=15,
        reason="It reads twice as fast in the shadow.",
        plan=_PLAN,
    )
    health = judge(_PLAN, figures_of(runs, _PLAN, now=_UNTIL))
    return {**as_dict(report_of(_PLAN, runs, [advanced], health=health, since=_SINCE, until=_UNTIL)), "plots": None}


def _run(request_id: str, arm: Arm, *, seconds: float, agreement: Tally | None = None) -> RolloutRun:
    return RolloutRun(
        kind=_PLAN.kind,
        name=_NAMES[arm],
        arm=arm,
        request_id=request_id,
        generation=1,
        number=1,
        shadow=agreement is not None,
        at=_SINCE + timedelta(minutes=30),
        percentage=_PLAN.percentage,
        seconds=seconds,
        pages=1,
        outcome=RunEnd.COMPLETED,
        error_code=None,
        blame=None,
        good=True,
        confidence=0.93,
        memory_bytes=420 * 2**20,
        agreement=agreement,
    )
