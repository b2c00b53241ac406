"""Figures of a candidate against a plan's thresholds, and what follows from them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from doctray.domain.rollout import Arm, OnBreach, RolloutAction, RolloutKind, RolloutPlan, Thresholds
from doctray.domain.rollout_health import ArmFigures, Health, Mean, Verdict, figures_of, judge, next_step, rank95
from doctray.domain.rollout_run import RolloutRun, RunEnd

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLAN = RolloutPlan(
    kind=RolloutKind.ENGINE, baseline="easyocr", candidate="rapidocr", percentage=15, stage_since=NOW - timedelta(minutes=30), revision=3
)
WELL = ArmFigures(
    attempts=100,
    errors=0,
    ended=100,
    completed=100,
    timed=100,
    p95_s=4.0,
    confidence=Mean(count=100, mean=0.95, deviation=0.03),
    agreement=Mean(count=100, mean=0.98, deviation=0.04),
)
LITERAL = replace(PLAN, thresholds=Thresholds(certainty=0.5))


def _health(candidate: ArmFigures, *, plan: RolloutPlan = PLAN, baseline: ArmFigures = WELL) -> Health:
    return judge(plan, {Arm.BASELINE: baseline, Arm.CANDIDATE: candidate})


def _run(number: int, **said: object) -> RolloutRun:
    run = RolloutRun(
        kind=RolloutKind.ENGINE,
        name="rapidocr",
        arm=Arm.CANDIDATE,
        request_id=f"r{number}",
        generation=1,
        number=1,
        at=NOW - timedelta(minutes=1),
        percentage=15,
        seconds=2.0,
        pages=1,
        outcome=RunEnd.COMPLETED,
        error_code=None,
        blame=None,
        good=True,
        confidence=0.9,
    )
    return replace(run, **said)  # type: ignore[arg-type]


def test_a_candidate_that_does_well_is_healthy() -> None:
    assert _health(WELL).verdict is Verdict.HEALTHY


@pytest.mark.parametrize("count", [0, 1, 19])
def test_below_the_least_sample_nothing_is_said_however_bad_it_looks(count: int) -> None:
    dire = ArmFigures(attempts=count, errors=count, ended=count)
    assert _health(dire).verdict is Verdict.TOO_FEW
    assert next_step(PLAN, _health(dire), now=NOW) is None


@pytest.mark.parametrize(
    ("figures", "verdict"),
    [
        # the thresholds as they stand: success 95 % and 90 %, errors 5 % and 10 %, 30 s and 60 s, confidence 0.80
        (replace(WELL, attempts=100, errors=5), Verdict.HEALTHY),
        (replace(WELL, attempts=100, errors=6), Verdict.BREACH),
        (replace(WELL, attempts=100, errors=10), Verdict.BREACH),
        (replace(WELL, attempts=100, errors=11), Verdict.CRITICAL),
        (replace(WELL, ended=100, completed=95), Verdict.HEALTHY),
        (replace(WELL, ended=100, completed=94), Verdict.BREACH),
        (replace(WELL, ended=100, completed=90), Verdict.BREACH),
        (replace(WELL, ended=100, completed=89), Verdict.CRITICAL),
        (replace(WELL, slow=5), Verdict.HEALTHY),
        (replace(WELL, slow=6), Verdict.BREACH),
        (replace(WELL, slow=40, very_slow=6), Verdict.CRITICAL),
        (replace(WELL, confidence=Mean(count=100, mean=0.80, deviation=0.2)), Verdict.HEALTHY),
        (replace(WELL, confidence=Mean(count=100, mean=0.79, deviation=0.2)), Verdict.BREACH),
        (replace(WELL, agreement=Mean(count=100, mean=0.89, deviation=0.2)), Verdict.BREACH),
        (replace(WELL, truth=Mean(count=100, mean=0.89, deviation=0.2)), Verdict.BREACH),
    ],
)
def test_at_half_certainty_the_thresholds_hold_to_the_letter(figures: ArmFigures, verdict: Verdict) -> None:
    assert _health(figures, plan=LITERAL).verdict is verdict


@pytest.mark.parametrize(
    ("errors", "of", "verdict"),
    [(1, 20, Verdict.HEALTHY), (2, 20, Verdict.DOUBTFUL), (3, 20, Verdict.BREACH), (5, 20, Verdict.CRITICAL), (70, 1000, Verdict.BREACH)],
)
def test_what_chance_may_do_holds_the_plan_and_what_it_hardly_does_turns_it_back(errors: int, of: int, verdict: Verdict) -> None:
    health = _health(replace(WELL, attempts=of, errors=errors))
    assert health.verdict is verdict
    step = next_step(replace(PLAN, auto_advance_after_s=60.0), health, now=NOW)
    assert (step.percentage if step else None) == {Verdict.HEALTHY: 35, Verdict.DOUBTFUL: None, Verdict.BREACH: 5, Verdict.CRITICAL: 0}[
        verdict
    ]


def test_a_breach_steps_back_or_to_zero_as_the_plan_says_and_tells_why() -> None:
    health = _health(replace(WELL, attempts=1000, errors=80))
    back = next_step(PLAN, health, now=NOW)
    assert back is not None
    assert (back.action, back.percentage) == (RolloutAction.STEPPED_BACK, 5)
    assert back.reason == "breach: errors: 80 of 1000 attempts failed (8%), at most 5% may"
    away = next_step(replace(PLAN, on_breach=OnBreach.TO_ZERO), health, now=NOW)
    assert away is not None
    assert (away.action, away.percentage) == (RolloutAction.ROLLED_BACK, 0)


@pytest.mark.parametrize("still", [replace(PLAN, percentage=0), replace(PLAN, enabled=False), replace(PLAN, baseline="rapidocr")])
def test_nothing_follows_where_there_is_nothing_to_take_back(still: RolloutPlan) -> None:
    assert next_step(still, _health(replace(WELL, attempts=50, errors=50)), now=NOW) is None


def test_it_advances_by_itself_only_when_asked_to_healthy_and_after_its_time() -> None:
    plan = replace(PLAN, auto_advance_after_s=1800.0)
    step = next_step(plan, _health(WELL), now=NOW)
    assert step is not None
    assert (step.action, step.percentage) == (RolloutAction.ADVANCED, 35)
    assert next_step(PLAN, _health(WELL), now=NOW) is None
    assert next_step(plan, _health(WELL), now=NOW - timedelta(seconds=1)) is None
    assert next_step(plan, _health(ArmFigures()), now=NOW) is None
    assert next_step(replace(plan, percentage=100), _health(WELL), now=NOW) is None


def test_at_no_share_shadows_decide_and_time_does_not() -> None:
    plan = replace(PLAN, percentage=0, auto_advance_after_s=60.0)
    shadows = replace(WELL, timed=0, p95_s=None, shadows=100)
    step = next_step(plan, _health(shadows, plan=plan), now=NOW)
    assert step is not None
    assert step.percentage == 5
    assert next_step(replace(plan, percentage=5), _health(shadows, plan=replace(plan, percentage=5)), now=NOW) is None


def test_a_candidate_that_is_sure_of_itself_and_disagrees_is_found_out() -> None:
    sure = replace(WELL, confidence=Mean(count=100, mean=0.99, deviation=0.01), agreement=Mean(count=25, mean=0.7, deviation=0.2))
    health = _health(sure)
    assert health.verdict is Verdict.BREACH
    assert health.reason == "agreement: 0.700 over 25 documents, at least 0.9 is asked"


def test_reviews_of_hard_documents_blame_a_candidate_only_when_the_baseline_fares_better() -> None:
    hard = replace(WELL, truth=Mean(count=30, mean=0.7, deviation=0.2))
    assert _health(hard).verdict is Verdict.BREACH
    assert _health(hard, baseline=replace(WELL, truth=Mean(count=30, mean=0.95, deviation=0.1))).verdict is Verdict.BREACH
    assert _health(hard, baseline=replace(WELL, truth=Mean(count=30, mean=0.71, deviation=0.2))).verdict is Verdict.DOUBTFUL


def test_only_attempts_of_this_stage_within_the_window_that_blame_the_candidate_count() -> None:
    runs = [
        *(_run(number) for number in range(3)),
        _run(10, good=False, outcome=RunEnd.RETRIED, seconds=9.0, confidence=None),
        _run(11, good=None, outcome=RunEnd.FAILED, error_code="corrupt_document"),
        _run(12, at=NOW - timedelta(minutes=31)),
        _run(13, arm=Arm.BASELINE, name="easyocr", seconds=45.0),
        _run(14, arm=Arm.BASELINE, name="rapidocr"),
        _run(15, kind=RolloutKind.EXTRACTOR),
        _run(16, shadow=True, seconds=500.0, agreement={"holder": (1, 2)}),
        _run(17, at=NOW - timedelta(minutes=20), truth={"holder": (3, 4)}),
    ]
    plan = replace(PLAN, thresholds=Thresholds(window_s=600.0))
    found = figures_of(runs, plan, now=NOW)
    candidate = found[Arm.CANDIDATE]
    assert (candidate.attempts, candidate.errors, candidate.ended, candidate.completed) == (5, 1, 4, 4)
    assert (candidate.timed, candidate.slow, candidate.p95_s, candidate.shadows) == (3, 0, 2.0, 1)
    assert (candidate.agreement.mean, candidate.truth.mean) == (0.5, 0.75)
    assert (found[Arm.BASELINE].ended, found[Arm.BASELINE].slow, found[Arm.BASELINE].very_slow) == (1, 1, 0)


def test_a_mean_is_that_of_its_values() -> None:
    values = [0.5, 0.75, 1.0]
    mean = Mean.of_sums(3, sum(values), sum(value * value for value in values))
    assert (mean.count, mean.mean) == (3, 0.75)
    assert mean.deviation == pytest.approx(0.25)
    assert mean.at_most(2.0) == pytest.approx(0.75 + 2 * 0.25 / 3**0.5)
    assert Mean().at_most(1.0) > 1


def test_the_95th_percentile_is_a_value_of_the_sample() -> None:
    assert [rank95(count) for count in (1, 19, 20, 100)] == [0, 18, 18, 94]
