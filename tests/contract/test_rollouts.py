"""Rollout plans in the journal: what stands, who changed it, and what claims, submissions and fetched urls are assigned by it."""

import hashlib
from datetime import timedelta

import pytest

from doctray.domain.audit import Action, Actor, Means
from doctray.domain.errors import RolloutConflict
from doctray.domain.identity import content_key
from doctray.domain.job import BlobRef, Job, JobOptions, announce_nothing
from doctray.domain.keys import ApiKey, Scope
from doctray.domain.rollout import Arm, RolloutAction, RolloutKind, RolloutPlan, Sticky, retired_flag
from doctray.ports import Journal, KeyStore
from doctray.testing import FakeClock
from tests.contract.builders import CACHE_TTL_S, FAILURE, FINGERPRINT, OWNER, a_job, claimed, completed, fresh

pytestmark = pytest.mark.usefixtures("a_living_worker")

ANA = Actor(means=Means.KEY, key_id="k1", name="ana", request_id="r1")
DOCTRAY = Actor(means=Means.SERVICE, name="doctray")


def a_plan(**fields: object) -> RolloutPlan:
    return RolloutPlan(kind=RolloutKind.ENGINE, baseline="easyocr", candidate="rapidocr").evolve(**fields)


async def put(journal: Journal, plan: RolloutPlan, *, expected: int | None = None, by: Actor = ANA) -> RolloutPlan:
    return await journal.set_rollout(plan, expected_revision=expected, action=RolloutAction.PLANNED, reason="a test", by=by)


async def test_a_plan_comes_back_as_it_was_put(journal: Journal, clock: FakeClock) -> None:
    assert await journal.rollout(RolloutKind.ENGINE) is None
    plan = a_plan(percentage=15, sticky=Sticky.OWNER, forced={"acme": Arm.CANDIDATE}, auto_advance_after_s=60.0)
    put_in = await put(journal, plan, expected=0)
    assert put_in == plan.evolve(revision=1, stage_since=clock.now())
    assert await journal.rollout(RolloutKind.ENGINE) == put_in
    assert await journal.rollout(RolloutKind.EXTRACTOR) is None


async def test_only_a_change_of_the_share_begins_a_stage(journal: Journal, clock: FakeClock) -> None:
    begun = await put(journal, a_plan(percentage=5))
    clock.advance(60)
    assert (await put(journal, begun.evolve(enabled=False))).stage_since == begun.stage_since
    assert (await put(journal, begun.evolve(percentage=15))).stage_since == clock.now()


async def test_whoever_saw_an_older_plan_changes_nothing(journal: Journal) -> None:
    first = await put(journal, a_plan(), expected=0)
    second = await put(journal, first.evolve(percentage=5), expected=1)
    for stale in (0, 1):
        with pytest.raises(RolloutConflict):
            await put(journal, first.evolve(percentage=100), expected=stale)
    assert await journal.rollout(RolloutKind.ENGINE) == second


async def test_the_history_says_who_moved_what_and_why(journal: Journal, clock: FakeClock) -> None:
    plan = await put(journal, a_plan())
    clock.advance(1)
    plan = await journal.set_rollout(
        plan.evolve(percentage=5), expected_revision=1, action=RolloutAction.ADVANCED, reason="It reads well.", by=ANA
    )
    clock.advance(1)
    await journal.set_rollout(
        plan.evolve(percentage=0), expected_revision=2, action=RolloutAction.ROLLED_BACK, reason="10 % errors.", by=DOCTRAY
    )
    other = RolloutPlan(kind=RolloutKind.EXTRACTOR, baseline="rules", candidate="gemini")
    clock.advance(1)
    await put(journal, other)
    lines = await journal.rollout_history(RolloutKind.ENGINE)
    told = [(line.action, line.actor, line.from_percentage, line.to_percentage, line.reason, line.plan.revision) for line in lines]
    assert told == [
        (RolloutAction.ROLLED_BACK, DOCTRAY, 5, 0, "10 % errors.", 3),
        (RolloutAction.ADVANCED, ANA, 0, 5, "It reads well.", 2),
        (RolloutAction.PLANNED, ANA, None, 0, "a test", 1),
    ]
    assert [line.kind for line in await journal.rollout_history(limit=1)] == [RolloutKind.EXTRACTOR]
    audited = [entry for entry in await journal.audit_log() if entry.action is Action.ROLLOUT_CHANGED]
    assert [(entry.target, entry.actor.name, entry.detail["to_percentage"]) for entry in audited] == [
        ("extractor", "ana", 0),
        ("engine", "doctray", 0),
        ("engine", "ana", 5),
        ("engine", "ana", 0),
    ]


async def test_a_claim_is_assigned_by_the_plan_as_it_stands(journal: Journal, clock: FakeClock) -> None:
    await put(journal, a_plan(percentage=100))
    job = await journal.add(a_job(clock))
    claim = await claimed(journal, job)
    assert (claim.job.assigned_engine, claim.job.engine_arm) == ("rapidocr", Arm.CANDIDATE)
    assert (claim.job.assigned_extractor, claim.job.extractor_arm) == (None, None)
    assert await fresh(journal, job) == claim.job
    assert job.source is not None
    assert claim.job.content_key == content_key(job.source.sha256, JobOptions(engine="rapidocr"), FINGERPRINT)


async def test_the_retries_of_a_candidate_that_was_rolled_back_go_to_the_baseline(journal: Journal, clock: FakeClock) -> None:
    plan = await put(journal, a_plan(percentage=100))
    job = await journal.add(a_job(clock))
    claim = await claimed(journal, job)
    assert await journal.release(claim, delay_s=0, error=FAILURE, charged=True)
    await put(journal, plan.evolve(percentage=0))
    again = await claimed(journal, job)
    assert (again.job.assigned_engine, again.job.engine_arm) == ("easyocr", Arm.BASELINE)
    assert again.job.content_key != claim.job.content_key


async def test_an_engine_that_the_caller_names_overrides_the_plan(journal: Journal, clock: FakeClock) -> None:
    await put(journal, a_plan(percentage=100, forced={OWNER: Arm.CANDIDATE}))
    claim = await claimed(journal, await journal.add(a_job(clock, options=JobOptions(engine="null"))))
    assert (claim.job.assigned_engine, claim.job.engine_arm, claim.job.effective_options.engine) == (None, None, "null")


async def test_what_the_key_opted_in_to_comes_before_the_share_and_after_what_is_forced(journal: Journal, clock: FakeClock) -> None:
    await put(journal, a_plan(forced={"elsewhere": Arm.BASELINE}))
    opted = await claimed(journal, await journal.add(a_job(clock, arm_wanted=Arm.CANDIDATE)))
    forced = await claimed(journal, await journal.add(a_job(clock, arm_wanted=Arm.CANDIDATE, owner="elsewhere")))
    plain = await claimed(journal, await journal.add(a_job(clock)))
    assert [claim.job.engine_arm for claim in (opted, forced, plain)] == [Arm.CANDIDATE, Arm.BASELINE, Arm.BASELINE]


async def test_engine_and_extractor_are_assigned_each_by_its_own_plan(journal: Journal, clock: FakeClock) -> None:
    await put(journal, a_plan(percentage=100))
    await put(journal, RolloutPlan(kind=RolloutKind.EXTRACTOR, baseline="rules", candidate="gemini"))
    claim = await claimed(journal, await journal.add(a_job(clock)))
    assert claim.job.effective_options == JobOptions(engine="rapidocr", extractor="rules")
    assert (claim.job.engine_arm, claim.job.extractor_arm) == (Arm.CANDIDATE, Arm.BASELINE)


async def test_what_a_url_led_to_is_assigned_once_its_bytes_are_known(journal: Journal, clock: FakeClock) -> None:
    sha256 = hashlib.sha256(b"the document").hexdigest()
    await put(journal, a_plan(forced={sha256: Arm.CANDIDATE}))
    job = await journal.add(a_job(clock, source=None, source_url="http://papers.test/1.pdf"))
    claim = await claimed(journal, job)
    assert (claim.job.assigned_engine, claim.job.content_key) == (None, None)
    source = BlobRef(key=f"jobs/{job.request_id}/source", size_bytes=12, sha256=sha256)
    known = await journal.set_source(claim, source=source, media_type="application/pdf", fingerprint=FINGERPRINT)
    assert known is not None
    assert (known.assigned_engine, known.engine_arm) == ("rapidocr", Arm.CANDIDATE)
    assert known.content_key == content_key(sha256, JobOptions(engine="rapidocr"), FINGERPRINT)
    assert await fresh(journal, job) == known


async def read(journal: Journal, job: Job) -> None:
    assert await journal.finish(await claimed(journal, job), completed(job), announce=announce_nothing)


async def test_cached_answers_stay_good_within_an_arm_and_never_cross_arms(journal: Journal, clock: FakeClock) -> None:
    plan = await put(journal, a_plan())
    await read(journal, await journal.add(a_job(clock, content="same")))
    again = await journal.accept(a_job(clock, content="same"), cache_ttl_s=CACHE_TTL_S)
    assert again.reuse is not None
    # 5 % does not reach this content, and the answer of the baseline stays good; 100 % does.
    await put(journal, plan.evolve(percentage=5))
    assert (await journal.accept(a_job(clock, content="same"), cache_ttl_s=CACHE_TTL_S)).reuse is not None
    await put(journal, plan.evolve(percentage=100))
    other = await journal.accept(a_job(clock, content="same"), cache_ttl_s=CACHE_TTL_S)
    assert other.reuse is None
    assert (await claimed(journal, other.job)).reuse is None


async def test_the_retired_are_told_by_a_flag_set_with_the_plan(journal: Journal) -> None:
    plan = await put(journal, a_plan(percentage=100))
    settled = plan.evolve(baseline="rapidocr", percentage=0)
    await journal.set_rollout(settled, expected_revision=1, action=RolloutAction.RETIRED, reason="moved", by=ANA, retire="easyocr")
    assert await journal.flags() == {retired_flag(RolloutKind.ENGINE, "easyocr"): "moved"}
    stands = await journal.rollout(RolloutKind.ENGINE)
    assert stands is not None
    assert stands.settled


async def test_a_plan_that_is_refused_retires_nobody(journal: Journal) -> None:
    plan = await put(journal, a_plan())
    with pytest.raises(RolloutConflict):
        await journal.set_rollout(plan, expected_revision=7, action=RolloutAction.RETIRED, reason="moved", by=ANA, retire="easyocr")
    assert await journal.flags() == {}


async def test_after_retirement_everything_goes_to_the_one_that_is_left(journal: Journal, clock: FakeClock) -> None:
    await put(journal, a_plan(baseline="rapidocr", forced={OWNER: Arm.BASELINE}))
    claim = await claimed(journal, await journal.add(a_job(clock, arm_wanted=Arm.BASELINE)))
    assert (claim.job.assigned_engine, claim.job.engine_arm) == ("rapidocr", Arm.BASELINE)


async def test_a_replayed_job_keeps_what_its_key_opted_in_to(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock, arm_wanted=Arm.CANDIDATE))
    assert (await fresh(journal, job)).arm_wanted is Arm.CANDIDATE
    await read(journal, job)
    deleted = await journal.delete(job.request_id, owner=OWNER)
    assert deleted is not None
    assert deleted.arm_wanted is None


async def test_a_key_opts_in_and_out(journal: KeyStore, clock: FakeClock) -> None:
    key = ApiKey(
        key_id="k1", owner=OWNER, name="a key", prefix="dt_abc", key_hash="h", scopes=frozenset({Scope.SUBMIT}), created_at=clock.now()
    )
    await journal.add_key(key)
    assert await journal.set_key_rollout("k1", Arm.CANDIDATE, by=ANA)
    (stored,) = await journal.keys()
    assert stored.rollout is Arm.CANDIDATE
    assert stored.successor("dt_new", key_id="k2", now=clock.now() + timedelta(days=1)).rollout is Arm.CANDIDATE
    assert await journal.set_key_rollout("k1", None)
    assert (await journal.keys())[0].rollout is None
    assert not await journal.set_key_rollout("nobody", Arm.CANDIDATE)
    assert await journal.revoke_key("k1")
    assert not await journal.set_key_rollout("k1", Arm.CANDIDATE)
