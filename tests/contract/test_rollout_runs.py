"""What journals keep of attempts under a rollout plan, how they count it, and the shadows that they hand out."""

import math
import random
from dataclasses import replace
from datetime import timedelta

import pytest

from doctray.domain.audit import Actor, Means
from doctray.domain.job import Job, JobError, JobOptions, Outcome, announce_nothing
from doctray.domain.rollout import Arm, RolloutAction, RolloutKind, RolloutPlan, Thresholds
from doctray.domain.rollout_health import ArmFigures, Mean, figures_of
from doctray.domain.rollout_run import Measured, RolloutRun, RunEnd
from doctray.domain.shadow import MAX_BEGUN, STALE_AFTER_S, Shadow
from doctray.ports import MAINTENANCE, Journal
from doctray.testing import FakeClock
from tests.contract.builders import CANCELLED, FAILURE, OWNER, a_job, a_worker, claimed, completed, failed

pytestmark = pytest.mark.usefixtures("a_living_worker")

DOCTRAY = Actor(means=Means.SERVICE, name="doctray")
READ = Measured(seconds=2.0, engine_pages=1, extracting=True, memory_bytes=10**10, cost_usd=0.001)
KEPT = timedelta(days=1)


async def planned(journal: Journal, **fields: object) -> RolloutPlan:
    plan = RolloutPlan(kind=RolloutKind.ENGINE, baseline="easyocr", candidate="rapidocr", percentage=100).evolve(**fields)
    return await journal.set_rollout(plan, expected_revision=None, action=RolloutAction.PLANNED, reason="a test", by=DOCTRAY)


async def finished(
    journal: Journal, clock: FakeClock, *, outcome: Outcome | None = None, measured: Measured = READ, options: JobOptions | None = None
) -> Job:
    claim = await claimed(journal, await journal.add(a_job(clock, options=options)))
    ended = await journal.finish(claim, outcome or completed(claim.job), announce=announce_nothing, measured=measured)
    assert ended is not None
    return ended[0]


async def kept(journal: Journal, clock: FakeClock, kind: RolloutKind = RolloutKind.ENGINE) -> list[RolloutRun]:
    return list(await journal.rollout_runs(kind, since=clock.now() - KEPT, limit=100))


async def test_an_attempt_is_kept_with_its_arm_and_how_it_went(journal: Journal, clock: FakeClock) -> None:
    await planned(journal)
    job = await finished(journal, clock)
    assert await kept(journal, clock) == [
        RolloutRun(
            kind=RolloutKind.ENGINE,
            name="rapidocr",
            arm=Arm.CANDIDATE,
            request_id=job.request_id,
            generation=1,
            number=1,
            at=clock.now(),
            percentage=100,
            seconds=2.0,
            pages=1,
            outcome=RunEnd.COMPLETED,
            error_code=None,
            blame=None,
            good=True,
            confidence=0.9,
            memory_bytes=10**10,
            cost_usd=0.001,
        )
    ]
    assert await kept(journal, clock, RolloutKind.EXTRACTOR) == []


async def test_every_failed_attempt_is_kept_and_so_is_what_a_dead_worker_leaves(journal: Journal, clock: FakeClock) -> None:
    await planned(journal)
    job = await journal.add(a_job(clock))
    assert await journal.release(await claimed(journal, job), delay_s=0, error=FAILURE, charged=True, measured=READ)
    assert await journal.release(await claimed(journal, job), delay_s=0, error=None, charged=False)
    await claimed(journal, job)
    await journal.register(a_worker(clock), lease_s=1e6)
    assert await journal.finish(await claimed(journal, job), failed(), announce=announce_nothing, measured=READ)
    told = [(run.number, run.outcome, run.error_code, run.blame, run.good) for run in await kept(journal, clock)]
    assert sorted(told) == [
        (1, RunEnd.RETRIED, "engine_failure", "service", False),
        (3, RunEnd.LEASE_LOST, "worker_lost", "service", False),
        (4, RunEnd.FAILED, "engine_failure", "service", False),
    ]


async def test_cached_named_and_cancelled_ones_are_not_kept(journal: Journal, clock: FakeClock) -> None:
    await planned(journal)
    await finished(journal, clock, options=JobOptions(engine="null"))
    job = await journal.add(a_job(clock))
    claim = await claimed(journal, job)
    await journal.finish(claim, completed(job, cached=True), announce=announce_nothing)
    cancelled = await journal.add(a_job(clock))
    await claimed(journal, cancelled)
    await journal.cancel(cancelled.request_id, owner=OWNER, error=CANCELLED, announce=announce_nothing)
    assert await kept(journal, clock) == []


async def test_a_jobs_deletion_removes_what_was_kept_of_it(journal: Journal, clock: FakeClock) -> None:
    await planned(journal, percentage=0, shadow_percentage=100)
    job = await finished(journal, clock)
    assert len(await kept(journal, clock)) == await journal.shadows_waiting() == 1
    await journal.delete(job.request_id, owner=OWNER)
    assert len(await kept(journal, clock)) == await journal.shadows_waiting() == 0


async def test_a_review_says_how_much_of_it_was_true(journal: Journal, clock: FakeClock) -> None:
    await planned(journal)
    job = await finished(journal, clock, outcome=completed(a_job(clock), fields={"certificate_holder": "Acme", "producer": "Bolt"}))
    truth = {"certificate_holder": "Acme", "producer": "Volt"}
    await journal.add_review(
        job.request_id,
        owner=OWNER,
        expected=0,
        fields=truth,
        reviewed_by="ana",
        key_id=None,
        note=None,
        announce=lambda _job, _review: None,
    )
    [run] = await kept(journal, clock)
    assert run.truth == {"certificate_holder": (1, 1), "producer": (0, 1)}
    plan = await journal.rollout(RolloutKind.ENGINE)
    assert plan is not None
    assert (await journal.rollout_figures(plan))[Arm.CANDIDATE].truth == Mean(count=1, mean=0.5)


async def test_figures_are_those_of_the_runs(journal: Journal, clock: FakeClock) -> None:
    """Both stores count as the pure function does, over a mixed hour of two stages."""
    rng = random.Random(8)
    limits = Thresholds(window_s=1200.0)
    plan = await planned(journal, percentage=50, thresholds=limits, shadow_percentage=50)
    for number in range(80):
        clock.advance(rng.uniform(5, 40))
        if number == 20:
            plan = await planned(journal, percentage=60, thresholds=limits, shadow_percentage=50)
        measured = replace(READ, seconds=rng.choice([2.0, 3.5, 31.0, 70.0]), engine_pages=rng.choice([0, 1, 1]))
        good = completed(a_job(clock), confidence=rng.choice([0.6, 0.9, None]))
        bad = replace(failed(), error=JobError(code=rng.choice(["corrupt_document", "timeout"]), detail="It went wrong."))
        await finished(journal, clock, outcome=rng.choice([good, good, good, bad]), measured=measured)
        for shadow in await journal.due_shadows("w1", limit=1):
            await journal.record_shadow(shadow, _shadowed(shadow, agreement={"a": (rng.randint(0, 2), 2)}))
    runs = await kept(journal, clock)
    found = await journal.rollout_figures(plan)
    expected = figures_of(runs, plan, now=clock.now())
    assert {arm: _rounded(figures) for arm, figures in found.items()} == {arm: _rounded(figures) for arm, figures in expected.items()}
    candidate = expected[Arm.CANDIDATE]
    assert min(candidate.errors, candidate.shadows, candidate.slow, candidate.agreement.count, candidate.attempts - candidate.errors) > 0


async def test_a_share_of_what_the_baseline_read_is_wanted_as_shadows(journal: Journal, clock: FakeClock) -> None:
    await planned(journal, percentage=0, shadow_percentage=30)
    jobs = [await finished(journal, clock) for _ in range(60)]
    await finished(journal, clock, measured=replace(READ, engine_pages=0))
    waiting = await journal.shadows_waiting()
    assert 5 < waiting < 40
    taken = await journal.due_shadows("w1", limit=100)
    assert len(taken) == waiting
    assert {shadow.job.request_id for shadow in taken} < {job.request_id for job in jobs}
    assert {(shadow.kind, shadow.name, shadow.claim_no) for shadow in taken} == {(RolloutKind.ENGINE, "rapidocr", 1)}


async def test_a_shadow_is_one_workers_while_it_lives(journal: Journal, clock: FakeClock) -> None:
    await planned(journal, percentage=0, shadow_percentage=100)
    await journal.register(a_worker(clock, "w2"), lease_s=10)
    await finished(journal, clock)
    [first] = await journal.due_shadows("w2", limit=5)
    assert await journal.due_shadows("w1", limit=5) == []
    clock.advance(11)
    [second] = await journal.due_shadows("w1", limit=5)
    assert not await journal.record_shadow(first, _shadowed(first))
    assert await journal.record_shadow(second, _shadowed(second))
    assert not await journal.record_shadow(second, _shadowed(second))
    runs = [run for run in await kept(journal, clock) if run.shadow]
    assert [(run.at, run.percentage, run.agreement) for run in runs] == [(clock.now(), 0, {"a": (1, 2)})]
    assert await journal.shadows_waiting() == 0


async def test_a_shadow_that_was_handed_back_has_not_been_begun(journal: Journal, clock: FakeClock) -> None:
    await planned(journal, percentage=0, shadow_percentage=100)
    await finished(journal, clock)
    for _ in range(MAX_BEGUN + 2):
        [shadow] = await journal.due_shadows("w1", limit=5)
        await journal.release_shadow(shadow)
    for _ in range(MAX_BEGUN):
        assert len(await journal.due_shadows("w1", limit=5)) == 1
    assert await journal.due_shadows("w1", limit=5) == []
    assert await journal.shadows_waiting() == 0


async def test_what_nobody_wants_any_more_is_forgotten(journal: Journal, clock: FakeClock) -> None:
    plan = await planned(journal, percentage=0, shadow_percentage=100)
    for still_unwanted in (plan.evolve(shadow_percentage=0), plan.evolve(enabled=False), plan.evolve(candidate="documentai")):
        await planned(journal, percentage=0, shadow_percentage=100)
        await finished(journal, clock)
        await journal.set_rollout(still_unwanted, expected_revision=None, action=RolloutAction.PLANNED, reason="", by=DOCTRAY)
        assert await journal.due_shadows("w1", limit=5) == []
        assert await journal.shadows_waiting() == 0
    await planned(journal, percentage=0, shadow_percentage=100)
    await finished(journal, clock)
    clock.advance(STALE_AFTER_S + 1)
    assert await journal.due_shadows("w1", limit=5) == []
    assert await journal.shadows_waiting() == 0


async def test_maintenance_pauses_shadows(journal: Journal, clock: FakeClock) -> None:
    await planned(journal, percentage=0, shadow_percentage=100)
    await finished(journal, clock)
    await journal.set_flag(MAINTENANCE, "moving house")
    assert await journal.due_shadows("w1", limit=5) == []
    await journal.set_flag(MAINTENANCE, None)
    assert len(await journal.due_shadows("w1", limit=5)) == 1


def _shadowed(shadow: Shadow, *, agreement: dict[str, tuple[int, int]] | None = None) -> RolloutRun:
    return RolloutRun(
        kind=shadow.kind,
        name=shadow.name,
        arm=Arm.CANDIDATE,
        request_id=shadow.job.request_id,
        generation=1,
        number=1,
        shadow=True,
        at=shadow.job.created_at,
        percentage=7,
        seconds=500.0,
        pages=1,
        outcome=RunEnd.COMPLETED,
        error_code=None,
        blame=None,
        good=True,
        confidence=0.8,
        agreement=agreement or {"a": (1, 2)},
    )


def _rounded(figures: ArmFigures) -> ArmFigures:
    """SQL adds in another order."""

    def mean(of: Mean) -> Mean:
        return Mean(count=of.count, mean=round(of.mean, 9), deviation=round(of.deviation, 6) if math.isfinite(of.deviation) else 0.0)

    return replace(figures, confidence=mean(figures.confidence), agreement=mean(figures.agreement), truth=mean(figures.truth))
