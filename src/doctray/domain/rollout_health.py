"""Whether a rollout's candidate does well enough, and what follows: figures of both arms against the plan's thresholds. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import NormalDist

from doctray.domain.intervals import wilson
from doctray.domain.rollout import Arm, OnBreach, RolloutAction, RolloutPlan, Thresholds, next_stage, stage_before
from doctray.domain.rollout_run import ENDS_JOB, RolloutRun, RunEnd, share_of

SLOW_SHARE = 0.05
"""How many may take longer than the plan's seconds: the objective on time is kept by 95 % of the jobs, as in prometheus-alerts.yml."""


MOST_COUNTED = 5_000
"""Of each arm, the newest: more would move no bound by a thousandth, and would take a busy service's database seconds to count."""


class Verdict(StrEnum):
    """Of one figure or of them all; the worse ones stand further down, but for `too_few`."""

    TOO_FEW = "too_few"  # fewer than min_sample: nothing is known
    HEALTHY = "healthy"
    DOUBTFUL = "doubtful"  # past the threshold, but by less than chance may do: nothing advances, nothing is rolled back
    BREACH = "breach"
    CRITICAL = "critical"


_WORST_FIRST = (Verdict.CRITICAL, Verdict.BREACH, Verdict.TOO_FEW, Verdict.DOUBTFUL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """Of `count` values. deviation: their standard deviation (of the sample); 0 below two values."""

    count: int = 0
    mean: float = 0.0
    deviation: float = 0.0

    @classmethod
    def of_sums(cls, count: int, total: float, squares: float) -> "Mean":
        """From the values' sum and the sum of their squares."""
        if count == 0:
            return cls()
        mean = total / count
        variance = max(0.0, (squares - count * mean * mean) / (count - 1)) if count > 1 else 0.0
        return cls(count=count, mean=mean, deviation=math.sqrt(variance))

    def at_most(self, z: float) -> float:
        """What the true mean hardly exceeds: z standard errors above, by the normal approximation."""
        return self.mean + z * self.deviation / math.sqrt(self.count) if self.count else math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmFigures:
    """What an arm did. Attempts that blame the caller, the document or another part are left out; shadows count but for time.

    attempts, errors: also of those that were tried again. ended, completed: jobs. timed, slow, very_slow: attempts that completed, and
    those of them over thresholds.seconds and critical_seconds. agreement, truth: each document's share of values, since the plan's
    percentage last changed; the others within the window.
    """

    attempts: int = 0
    errors: int = 0
    ended: int = 0
    completed: int = 0
    timed: int = 0
    slow: int = 0
    very_slow: int = 0
    p95_s: float | None = None
    shadows: int = 0
    confidence: Mean = field(default_factory=Mean)
    agreement: Mean = field(default_factory=Mean)
    truth: Mean = field(default_factory=Mean)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One figure of the candidate. value: None while nothing is known; baseline: the same of the other arm; said: for people."""

    name: str
    verdict: Verdict
    value: float | None
    baseline: float | None
    threshold: float
    critical: float | None
    sample: int
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    verdict: Verdict
    checks: tuple[Check, ...]

    @property
    def reason(self) -> str:
        """Why, in a sentence: the checks that gave the verdict."""
        return "; ".join(check.said for check in self.checks if check.verdict is self.verdict) if self.checks else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is to be done with the plan, and why."""

    action: RolloutAction
    percentage: int
    reason: str


def window_since(plan: RolloutPlan, *, now: datetime) -> datetime:
    """From when attempts count: the window, but nothing of the stage before."""
    begun = now - timedelta(seconds=plan.thresholds.window_s)
    return max(begun, plan.stage_since) if plan.stage_since else begun


def stage_began(plan: RolloutPlan, *, now: datetime) -> datetime:
    """From when comparisons count: they are few, so all of the stage."""
    return plan.stage_since or now - timedelta(seconds=plan.thresholds.window_s)


def figures_of(runs: Iterable[RolloutRun], plan: RolloutPlan, *, now: datetime) -> dict[Arm, ArmFigures]:
    """What the plan's two arms did, from their runs; journals that count in SQL give the same."""
    whole = stage_began(plan, now=now)
    known = [run for run in runs if run.kind is plan.kind and run.at >= min(whole, window_since(plan, now=now))]
    names = {Arm.BASELINE: plan.baseline, Arm.CANDIDATE: plan.candidate}
    return {arm: _figures([run for run in known if run.arm is arm and run.name == names[arm]], plan, now=now) for arm in Arm}


def _figures(runs: Sequence[RolloutRun], plan: RolloutPlan, *, now: datetime) -> ArmFigures:
    since, whole, limits = window_since(plan, now=now), stage_began(plan, now=now), plan.thresholds
    newest = sorted(runs, key=lambda run: run.at, reverse=True)
    recent = [run for run in newest if run.at >= since and run.good is not None][:MOST_COUNTED]
    seconds = sorted(run.seconds for run in recent if run.good and not run.shadow and run.seconds is not None)
    return ArmFigures(
        attempts=len(recent),
        errors=sum(not run.good for run in recent),
        ended=sum(run.outcome in ENDS_JOB for run in recent),
        completed=sum(run.outcome is RunEnd.COMPLETED for run in recent),
        timed=len(seconds),
        slow=sum(value > limits.seconds for value in seconds),
        very_slow=sum(value > limits.critical_seconds for value in seconds),
        p95_s=seconds[rank95(len(seconds))] if seconds else None,
        shadows=sum(run.shadow for run in recent),
        confidence=_mean(run.confidence for run in recent),
        agreement=_mean(share_of(run.agreement) for run in runs if run.at >= whole),
        truth=_mean(share_of(run.truth) for run in runs if run.at >= whole),
    )


def rank95(count: int) -> int:
    """Index of the 95th percentile in a sorted sample (nearest rank)."""
    return max(0, math.ceil(0.95 * count) - 1)


def _mean(values: Iterable[float | None]) -> Mean:
    known = [value for value in values if value is not None]
    return Mean.of_sums(len(known), math.fsum(known), math.fsum(value * value for value in known))


def judge(plan: RolloutPlan, figures: Mapping[Arm, ArmFigures]) -> Health:
    """The candidate's health. Time is asked for only where callers have it at all: at 0 % there are shadows alone."""
    baseline, candidate, limits = figures[Arm.BASELINE], figures[Arm.CANDIDATE], plan.thresholds
    asked = [_errors(candidate, baseline, limits), _success(candidate, baseline, limits)]
    seconds = _seconds(candidate, baseline, limits)
    if plan.percentage > 0:
        asked.append(seconds)
    extra = (
        _mean_check("confidence", candidate.confidence, baseline.confidence, limits.confidence, limits),
        _mean_check("agreement", candidate.agreement, baseline.agreement, limits.agreement, limits),
        _truth(candidate, baseline, limits),
    )
    # What few documents have, or no such candidate gives, is judged once there is enough of it, and waited for by nobody.
    judged = [*asked, *(check for check in extra if check.verdict is not Verdict.TOO_FEW)]
    verdict = next((worst for worst in _WORST_FIRST if any(check.verdict is worst for check in judged)), Verdict.HEALTHY)
    return Health(verdict=verdict, checks=(*asked, *((seconds,) if plan.percentage == 0 else ()), *extra))


def next_step(plan: RolloutPlan, health: Health, *, now: datetime) -> Step | None:
    """What follows from a plan's health: back, at once, on a breach; a stage on when it has been healthy for the plan's time."""
    if not plan.enabled or plan.settled:
        return None
    if health.verdict in (Verdict.BREACH, Verdict.CRITICAL):
        return _back(plan, health)
    above = next_stage(plan)
    waited = plan.auto_advance_after_s is not None and plan.stage_since is not None and now - plan.stage_since >= _gap(plan)
    if health.verdict is not Verdict.HEALTHY or above is None or not waited:
        return None
    return Step(action=RolloutAction.ADVANCED, percentage=above, reason=f"healthy at {plan.percentage} % for {_gap(plan)}")


def _back(plan: RolloutPlan, health: Health) -> Step | None:
    if plan.percentage == 0:
        return None
    to_zero = health.verdict is Verdict.CRITICAL or plan.on_breach is OnBreach.TO_ZERO
    percentage = 0 if to_zero else stage_before(plan)
    action = RolloutAction.STEPPED_BACK if percentage else RolloutAction.ROLLED_BACK
    return Step(action=action, percentage=percentage, reason=f"{health.verdict.value}: {health.reason}")


def _gap(plan: RolloutPlan) -> timedelta:
    return timedelta(seconds=plan.auto_advance_after_s or 0.0)


def _errors(candidate: ArmFigures, baseline: ArmFigures, limits: Thresholds) -> Check:
    value = _share(candidate.errors, candidate.attempts)
    low, _ = wilson(candidate.errors, candidate.attempts, z=_z(limits))
    return Check(
        name="errors",
        verdict=_verdict(candidate.attempts, limits, _past(value, low, limits.errors), _past(value, low, limits.critical_errors)),
        value=value,
        baseline=_share(baseline.errors, baseline.attempts),
        threshold=limits.errors,
        critical=limits.critical_errors,
        sample=candidate.attempts,
        said=f"errors: {candidate.errors} of {candidate.attempts} attempts failed{_percent(value)}, at most {limits.errors:.0%} may",
    )


def _success(candidate: ArmFigures, baseline: ArmFigures, limits: Thresholds) -> Check:
    value = _share(candidate.completed, candidate.ended)
    _, high = wilson(candidate.completed, candidate.ended, z=_z(limits))
    failing, least = _mirrored(value), 1.0 - high
    return Check(
        name="success",
        verdict=_verdict(
            candidate.ended,
            limits,
            _past(failing, least, 1.0 - limits.success),
            _past(failing, least, 1.0 - limits.critical_success),
        ),
        value=value,
        baseline=_share(baseline.completed, baseline.ended),
        threshold=limits.success,
        critical=limits.critical_success,
        sample=candidate.ended,
        said=f"success: {candidate.completed} of {candidate.ended} jobs completed{_percent(value)}, at least {limits.success:.0%} must",
    )


def _seconds(candidate: ArmFigures, baseline: ArmFigures, limits: Thresholds) -> Check:
    """The 95th percentile, by counting those above the threshold."""

    def past(count: int) -> Verdict:
        low, _ = wilson(count, candidate.timed, z=_z(limits))
        return _past(_share(count, candidate.timed), low, SLOW_SHARE)

    shown = "unknown" if candidate.p95_s is None else f"{candidate.p95_s:.1f} s"
    return Check(
        name="seconds",
        verdict=_verdict(candidate.timed, limits, past(candidate.slow), past(candidate.very_slow)),
        value=candidate.p95_s,
        baseline=baseline.p95_s,
        threshold=limits.seconds,
        critical=limits.critical_seconds,
        sample=candidate.timed,
        said=f"seconds: 95 % of {candidate.timed} took up to {shown}, at most {limits.seconds:g} s may be",
    )


def _mean_check(name: str, candidate: Mean, baseline: Mean, threshold: float, limits: Thresholds) -> Check:
    high = candidate.at_most(_z(limits))
    value = candidate.mean if candidate.count else None
    return Check(
        name=name,
        verdict=_verdict(candidate.count, limits, _past(_mirrored(value), 1.0 - high, 1.0 - threshold), Verdict.HEALTHY),
        value=value,
        baseline=baseline.mean if baseline.count else None,
        threshold=threshold,
        critical=None,
        sample=candidate.count,
        said=f"{name}: {candidate.mean:.3f} over {candidate.count} documents, at least {threshold:g} is asked",
    )


def _truth(candidate: ArmFigures, baseline: ArmFigures, limits: Thresholds) -> Check:
    """By reviews. People look at the hard documents, so a candidate that fares no worse with them than the baseline is not blamed."""
    check = _mean_check("truth", candidate.truth, baseline.truth, limits.agreement, limits)
    if check.verdict is not Verdict.BREACH or baseline.truth.count < limits.min_sample or _worse(candidate.truth, baseline.truth, limits):
        return check
    return Check(
        name=check.name,
        verdict=Verdict.DOUBTFUL,
        value=check.value,
        baseline=check.baseline,
        threshold=check.threshold,
        critical=None,
        sample=check.sample,
        said=f"{check.said}; the baseline's {baseline.truth.mean:.3f} is no better",
    )


def _worse(candidate: Mean, baseline: Mean, limits: Thresholds) -> bool:
    error = math.sqrt(candidate.deviation**2 / candidate.count + baseline.deviation**2 / baseline.count)
    return baseline.mean - candidate.mean > _z(limits) * error


def _past(value: float | None, least: float, threshold: float) -> Verdict:
    """How a figure that should be small stands to its threshold. least: what it is at least, as sure as the plan asks."""
    if value is None or value <= threshold + _ROUNDING:
        return Verdict.HEALTHY
    return Verdict.BREACH if least > threshold + _ROUNDING else Verdict.DOUBTFUL


_ROUNDING = 1e-9
"""1 - 0.95 is not 0.05 to a computer."""


def _verdict(sample: int, limits: Thresholds, past: Verdict, past_critical: Verdict) -> Verdict:
    if sample < limits.min_sample:
        return Verdict.TOO_FEW
    return Verdict.CRITICAL if past_critical is Verdict.BREACH else past


def _z(limits: Thresholds) -> float:
    """Standard errors that make a figure as sure as the plan asks, one-sided."""
    return NormalDist().inv_cdf(limits.certainty)


def _share(count: int, of: int) -> float | None:
    return count / of if of else None


def _mirrored(value: float | None) -> float | None:
    return None if value is None else 1.0 - value


def _percent(value: float | None) -> str:
    return "" if value is None else f" ({value:.0%})"
