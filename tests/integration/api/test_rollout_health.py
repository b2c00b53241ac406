"""A candidate's health over HTTP, in the metrics and on the command line's own words, and what the sweep does about it."""

import asyncio
from dataclasses import replace

import pytest
import structlog

from doctray.clock import SystemClock
from doctray.domain.errors import RolloutConflict
from doctray.domain.rollout import RolloutAction, RolloutKind, RolloutPlan, Thresholds
from doctray.service.rollout_guard import ITSELF, RolloutGuard
from doctray.telemetry import metrics
from tests.integration.api.door import Door

PLAN = RolloutPlan(
    kind=RolloutKind.ENGINE,
    baseline="easyocr",
    candidate="rapidocr",
    percentage=100,
    auto_advance_after_s=600.0,
    thresholds=Thresholds(min_sample=5),
)


async def planned(door: Door, plan: RolloutPlan = PLAN) -> RolloutPlan:
    return await door.journal.set_rollout(plan, expected_revision=None, action=RolloutAction.PLANNED, reason="a test", by=ITSELF)


async def failed(door: Door, code: str, *, times: int) -> None:
    for _ in range(times):
        await door.fail(str((await door.submit())["request_id"]), code)


def guard_of(door: Door, told: list[RolloutKind]) -> RolloutGuard:
    return RolloutGuard(journal=door.journal, clock=SystemClock(), holder="test", on_back=told.append)


async def test_without_a_plan_there_is_no_health(door: Door) -> None:
    answer = await door.client.get("/v1/admin/rollout/health")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await door.client.get("/v1/admin/rollout/health?kind=printer")).status_code == 422


async def test_health_says_by_how_much_and_what_is_about_to_happen(door: Door) -> None:
    await planned(door)
    before = (await door.client.get("/v1/admin/rollout/health")).json()
    assert (before["verdict"], before["next"]) == ("too_few", None)
    await failed(door, "corrupt_document", times=6)
    assert (await door.client.get("/v1/admin/rollout/health")).json()["arms"]["candidate"]["attempts"] == 0
    await failed(door, "engine_failure", times=6)
    after = (await door.client.get("/v1/admin/rollout/health")).json()
    assert (after["verdict"], after["next"]["action"], after["next"]["percentage"]) == ("critical", "rolled_back", 0)
    assert after["reason"].startswith("errors: 6 of 6 attempts failed (100%), at most 5% may")
    errors = after["checks"][0]
    assert (errors["name"], errors["value"], errors["baseline"], errors["sample"]) == ("errors", 1.0, None, 6)


async def test_the_metrics_show_share_verdict_and_figures(door: Door) -> None:
    await planned(door)
    await failed(door, "engine_failure", times=6)
    wanted = (
        'doctray_rollout_percentage{candidate="rapidocr",kind="engine"} 100.0',
        'doctray_rollout_verdict{kind="engine",verdict="critical"} 1.0',
        'doctray_rollout_verdict{kind="engine",verdict="healthy"} 0.0',
        'doctray_rollout_figure{arm="candidate",figure="errors",kind="engine"} 1.0',
        'doctray_rollout_figure{arm="baseline",figure="errors",kind="engine"} NaN',
    )
    # A scrape leaves out what the journal does not say within a second, as on a machine that stalls.
    async with asyncio.timeout(60):
        while missing := [line for line in wanted if line not in (await door.client.get("/metrics")).text.splitlines()]:
            assert missing


async def test_the_guard_takes_a_failing_candidate_back_once_and_says_why(door: Door) -> None:
    await planned(door)
    await failed(door, "engine_failure", times=6)
    told: list[RolloutKind] = []
    guard = guard_of(door, told)
    with structlog.testing.capture_logs() as logs:
        await guard.look()
        await guard.look()
    plan = await door.journal.rollout(RolloutKind.ENGINE)
    assert plan is not None
    assert (plan.percentage, plan.enabled, plan.auto_advance_after_s, plan.revision) == (0, True, None, 2)
    newest, *_ = await door.journal.rollout_history(RolloutKind.ENGINE)
    assert (newest.action, newest.actor, newest.from_percentage) == (RolloutAction.ROLLED_BACK, ITSELF, 100)
    assert newest.reason.startswith("critical: errors: 6 of 6 attempts failed")
    assert told == [RolloutKind.ENGINE]
    assert [(line["event"], line["log_level"], line["to_percentage"]) for line in logs] == [("rollout.rolled_back", "error", 0)]


async def test_one_process_at_a_time_has_the_turn(door: Door) -> None:
    await planned(door)
    await failed(door, "engine_failure", times=6)
    assert await door.journal.take_turn("rollouts", holder="another", hold_s=60)
    told: list[RolloutKind] = []
    await guard_of(door, told).look()
    assert told == []


async def test_a_plan_that_somebody_moved_meanwhile_is_left_to_the_next_look(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = await planned(door)
    await failed(door, "engine_failure", times=6)
    figures = door.journal.rollout_figures

    async def moved_meanwhile(judged: RolloutPlan) -> object:
        found = await figures(judged)
        await planned(door, replace(plan, percentage=85))
        return found

    monkeypatch.setattr(door.journal, "rollout_figures", moved_meanwhile)
    told: list[RolloutKind] = []
    await guard_of(door, told).look()
    stands = await door.journal.rollout(RolloutKind.ENGINE)
    assert stands is not None
    assert (told, stands.percentage) == ([], 85)
    with pytest.raises(RolloutConflict):
        await door.journal.set_rollout(plan, expected_revision=1, action=RolloutAction.ADVANCED, reason="", by=ITSELF)


async def test_disabled_plans_are_left_alone(door: Door) -> None:
    await planned(door)
    await failed(door, "engine_failure", times=6)
    await planned(door, PLAN.evolve(enabled=False))
    told: list[RolloutKind] = []
    await guard_of(door, told).look()
    assert told == []


async def test_rollbacks_are_counted_from_nothing() -> None:
    metrics.watch_rollbacks()
    text = metrics.render()[0].decode()
    assert 'doctray_rollout_rollbacks_total{kind="extractor"} 0.0' in text
