"""Who reads a job: known answers of the deal, what a growing share may change, and what comes before it."""

import hashlib
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctray.domain.errors import InvalidOption
from doctray.domain.job import Job, JobOptions
from doctray.domain.rollout import (
    BUCKETS,
    STAGES,
    Arm,
    OnBreach,
    RolloutKind,
    RolloutPlan,
    Sticky,
    Thresholds,
    assign,
    bucket,
    next_stage,
    plan_of,
    put,
    stage_before,
)
from doctray.domain.transition import assigned, maintained

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
PLAN = RolloutPlan(kind=RolloutKind.ENGINE, baseline="easyocr", candidate="rapidocr")

digests = st.binary(max_size=8).map(lambda data: hashlib.sha256(data).hexdigest())
shares = st.integers(0, 100)


def arm_of(plan: RolloutPlan, sha256: str = SHA256, *, owner: str = "acme", wanted: Arm | None = None) -> Arm:
    assignment = assign(plan, sha256=sha256, owner=owner, wanted=wanted)
    assert assignment is not None
    return assignment.arm


# --- the deal ---


@pytest.mark.parametrize(
    ("salt", "subject", "expected"),
    [
        ("engine\nrapidocr", SHA256, 653),
        ("engine\nrapidocr", "0" * 64, 4631),
        ("extractor\ngemini", SHA256, 1022),
        ("engine\nrapidocr", "acme", 1077),
    ],
)
def test_known_answers_of_the_deal(salt: str, subject: str, expected: int) -> None:
    """Another answer would move jobs between the arms of rollouts that are under way."""
    assert bucket(salt, subject) == expected


def test_another_process_deals_the_same() -> None:
    code = f"from doctray.domain.rollout import bucket; print(bucket('engine\\nrapidocr', {SHA256!r}))"
    answers = {
        subprocess.run([sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True).stdout
        for seed in ("0", "1", "4242")
    }
    here = bucket("engine\nrapidocr", SHA256)
    assert answers == {f"{here}\n"}


@given(sha256=digests, low=shares, high=shares)
def test_a_growing_share_only_adds_to_the_candidate(sha256: str, low: int, high: int) -> None:
    low, high = sorted((low, high))
    if arm_of(PLAN.evolve(percentage=low), sha256) is Arm.CANDIDATE:
        assert arm_of(PLAN.evolve(percentage=high), sha256) is Arm.CANDIDATE


@given(sha256=digests, share=shares, revision=st.integers(1, 10**6), shadow=shares)
def test_nothing_of_a_plan_but_its_share_moves_a_document(sha256: str, share: int, revision: int, shadow: int) -> None:
    plan = PLAN.evolve(percentage=share)
    other = plan.evolve(revision=revision, shadow_percentage=shadow, on_breach=OnBreach.TO_ZERO, stage_since=NOW, baseline="null")
    assert arm_of(plan, sha256) is arm_of(other, sha256)


@pytest.mark.parametrize("share", STAGES)
def test_a_share_is_what_it_says(share: int) -> None:
    """Of 20,000 documents, within four standard errors."""
    plan = PLAN.evolve(percentage=share)
    reached = sum(arm_of(plan, hashlib.sha256(str(number).encode()).hexdigest()) is Arm.CANDIDATE for number in range(20_000))
    error = (share / 100 * (1 - share / 100) / 20_000) ** 0.5
    assert abs(reached / 20_000 - share / 100) <= 4 * error


def test_two_rollouts_deal_independently() -> None:
    both = sum(
        bucket("engine\nrapidocr", subject) < BUCKETS // 2 and bucket("extractor\ngemini", subject) < BUCKETS // 2
        for subject in map(str, range(4000))
    )
    assert 850 < both < 1150


# --- what comes before the share ---


def test_the_same_document_keeps_its_arm_whoever_sends_it() -> None:
    plan = PLAN.evolve(percentage=50)
    assert len({arm_of(plan, owner=owner) for owner in map(str, range(50))}) == 1


def test_an_owner_keeps_its_arm_whatever_it_sends() -> None:
    plan = PLAN.evolve(percentage=50, sticky=Sticky.OWNER)
    assert len({arm_of(plan, hashlib.sha256(bytes([number])).hexdigest()) for number in range(50)}) == 1
    assert len({arm_of(plan, owner=owner) for owner in map(str, range(50))}) == 2


def test_what_is_forced_comes_before_what_a_key_wants_and_that_before_the_share() -> None:
    assert arm_of(PLAN, wanted=Arm.CANDIDATE) is Arm.CANDIDATE
    assert arm_of(PLAN.evolve(percentage=100), wanted=Arm.BASELINE) is Arm.BASELINE
    assert arm_of(PLAN.evolve(forced={"acme": Arm.BASELINE}), wanted=Arm.CANDIDATE) is Arm.BASELINE
    assert arm_of(PLAN.evolve(forced={"acme": Arm.BASELINE, SHA256: Arm.CANDIDATE})) is Arm.CANDIDATE


def test_a_disabled_plan_sends_everything_to_the_baseline() -> None:
    plan = PLAN.evolve(percentage=100, enabled=False, forced={"acme": Arm.CANDIDATE})
    assert arm_of(plan, wanted=Arm.CANDIDATE) is Arm.BASELINE


def test_bytes_that_are_not_known_yet_are_assigned_only_where_they_do_not_matter() -> None:
    plan = PLAN.evolve(percentage=100)
    assert assign(plan, sha256=None, owner="acme", wanted=None) is None
    for decided in (plan.evolve(sticky=Sticky.OWNER), plan.evolve(forced={"acme": Arm.CANDIDATE})):
        assignment = assign(decided, sha256=None, owner="acme", wanted=None)
        assert assignment is not None
        assert assignment.arm is Arm.CANDIDATE


def test_what_the_caller_names_is_assigned_by_no_plan() -> None:
    extractor = RolloutPlan(kind=RolloutKind.EXTRACTOR, baseline="rules", candidate="gemini", percentage=100, sticky=Sticky.OWNER)
    job = Job(request_id="1", owner="acme", options=JobOptions(engine="null"), created_at=NOW, due_at=NOW)
    given_out = assigned(job, [PLAN.evolve(percentage=100, sticky=Sticky.OWNER), extractor])
    assert given_out.effective_options == JobOptions(engine="null", extractor="gemini")
    assert (given_out.engine_arm, given_out.extractor_arm) == (None, Arm.CANDIDATE)
    assert assigned(given_out, []) == job


# --- plans ---


@given(
    share=shares,
    forced=st.dictionaries(st.text(min_size=1, max_size=5), st.sampled_from(Arm), max_size=5),
    stage_since=st.none() | st.just(NOW),
)
def test_a_plan_survives_json(share: int, forced: dict[str, Arm], stage_since: datetime | None) -> None:
    plan = PLAN.evolve(percentage=share, forced=forced, stage_since=stage_since, auto_advance_after_s=60.5)
    assert plan_of(json.loads(json.dumps(plan.as_dict()))) == plan


@pytest.mark.parametrize(
    "members",
    [
        {"percentage": 101},
        {"percentage": -1},
        {"shadow_percentage": 101},
        {"baseline": ""},
        {"candidate": "x" * 101},
        {"stages": (0, 50)},
        {"stages": (5, 100)},
        {"stages": (0, 50, 50, 100)},
        {"stages": tuple(range(0, 101, 2))},
        {"auto_advance_after_s": 0.0},
        {"forced": {str(number): Arm.BASELINE for number in range(201)}},
    ],
)
def test_a_plan_that_contradicts_itself_cannot_be_made(members: dict[str, object]) -> None:
    with pytest.raises(InvalidOption):
        PLAN.evolve(**members)


@pytest.mark.parametrize(
    "members",
    [
        {"success": 1.1},
        {"seconds": 0.0},
        {"min_sample": 0},
        {"critical_seconds": 1.0},
        {"critical_success": 0.99},
        {"critical_errors": 0.0},
    ],
)
def test_thresholds_that_contradict_themselves_cannot_be_made(members: dict[str, float]) -> None:
    with pytest.raises(InvalidOption):
        Thresholds(**members)  # type: ignore[arg-type]


def test_stages_from_any_share() -> None:
    between = PLAN.evolve(percentage=50)
    assert (next_stage(between), stage_before(between)) == (60, 35)
    assert (next_stage(PLAN), stage_before(PLAN)) == (5, 0)
    assert next_stage(PLAN.evolve(percentage=100)) is None


def test_another_candidate_begins_a_stage_of_its_own() -> None:
    stands = put(PLAN.evolve(percentage=35), before=None, now=NOW)
    later = NOW + timedelta(hours=1)
    assert put(stands.evolve(shadow_percentage=5), before=stands, now=later).stage_since == NOW
    assert put(stands.evolve(candidate="null"), before=stands, now=later).stage_since == later


# --- maintenance ---


@given(waited=st.floats(0, 1e5), lasted=st.floats(0, 1e5), left=st.floats(1, 1e5))
def test_a_job_that_waited_all_along_has_the_time_left_that_it_had(waited: float, lasted: float, left: float) -> None:
    since = NOW + timedelta(seconds=waited)
    job = Job(request_id="1", owner="acme", created_at=NOW, due_at=NOW, deadline_at=since + timedelta(seconds=left))
    now = since + timedelta(seconds=lasted)
    after = maintained(job, since=since, now=now)
    assert after.deadline_at is not None
    assert abs((after.deadline_at - now).total_seconds() - left) < 1e-3
