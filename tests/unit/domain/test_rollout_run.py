"""What an attempt says of the arms that its job was assigned to."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from doctray.domain.errors import blame, catalogue
from doctray.domain.job import Job, JobError
from doctray.domain.rollout import Arm, RolloutKind
from doctray.domain.rollout_run import Measured, RolloutRun, RunEnd, runs_of, share_of, speaks_for, tallied

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
JOB = Job(
    request_id="r1",
    owner="a",
    created_at=NOW,
    due_at=NOW,
    attempt=2,
    page_total=3,
    confidence=0.9,
    assigned_engine="rapidocr",
    engine_arm=Arm.CANDIDATE,
    assigned_extractor="rules",
    extractor_arm=Arm.BASELINE,
)
BOTH = Measured(seconds=2.5, engine_pages=3, extracting=True, memory_bytes=7, cost_usd=0.01)


def _runs(
    job: Job = JOB, *, ended: RunEnd = RunEnd.COMPLETED, code: str | None = None, measured: Measured | None = BOTH
) -> dict[RolloutKind, RolloutRun]:
    error = JobError(code=code, detail="It went wrong.") if code else None
    found = runs_of(job, at=NOW, ended=ended, error=error, measured=measured, percentages={RolloutKind.ENGINE: 15})
    return {run.kind: run for run in found}


def test_a_completed_attempt_speaks_for_both_of_its_arms() -> None:
    runs = _runs()
    engine = runs[RolloutKind.ENGINE]
    assert (engine.name, engine.arm, engine.good, engine.seconds, engine.pages) == ("rapidocr", Arm.CANDIDATE, True, 2.5, 3)
    assert (engine.percentage, engine.confidence, engine.memory_bytes, engine.cost_usd, engine.number) == (15, 0.9, 7, 0.01, 2)
    assert (runs[RolloutKind.EXTRACTOR].name, runs[RolloutKind.EXTRACTOR].arm) == ("rules", Arm.BASELINE)


def test_a_text_layer_says_nothing_of_an_engine_nor_a_page_that_was_never_read_of_an_extractor() -> None:
    assert [*_runs(measured=replace(BOTH, engine_pages=0))] == [RolloutKind.EXTRACTOR]
    assert [*_runs(measured=replace(BOTH, extracting=False), ended=RunEnd.RETRIED, code="engine_failure")] == [RolloutKind.ENGINE]


def test_a_job_whose_caller_named_the_engine_says_nothing() -> None:
    assert not _runs(replace(JOB, engine_arm=None, assigned_engine=None, extractor_arm=None, assigned_extractor=None))


@pytest.mark.parametrize("code", sorted(catalogue()))
@pytest.mark.parametrize("kind", RolloutKind)
def test_a_code_that_blames_the_document_or_the_caller_counts_in_neither(kind: RolloutKind, code: str) -> None:
    said = speaks_for(kind, RunEnd.FAILED, code)
    if blame(catalogue()[code]) in ("caller", "document"):
        assert said is None
    run = _runs(ended=RunEnd.FAILED, code=code)[kind]
    assert (run.error_code, run.blame, run.good) == (code, blame(catalogue()[code]), said)


def test_each_part_answers_for_its_own_failures() -> None:
    assert [speaks_for(RolloutKind.ENGINE, RunEnd.RETRIED, code) for code in ("engine_failure", "timeout", "extraction_failed")] == [
        False,
        False,
        None,
    ]
    assert [speaks_for(RolloutKind.EXTRACTOR, RunEnd.RETRIED, code) for code in ("engine_failure", "timeout", "extraction_failed")] == [
        None,
        False,
        False,
    ]


def test_an_extractor_that_left_the_fields_to_the_rules_has_failed_though_its_job_is_completed() -> None:
    runs = _runs(measured=replace(BOTH, fell_back=True))
    extractor = runs[RolloutKind.EXTRACTOR]
    assert (extractor.outcome, extractor.good, extractor.error_code, extractor.confidence) == (
        RunEnd.FALLBACK,
        False,
        "extraction_failed",
        None,
    )
    assert runs[RolloutKind.ENGINE].good is True


def test_a_worker_that_died_counts_against_whatever_it_was_at() -> None:
    runs = _runs(ended=RunEnd.LEASE_LOST, measured=None)
    assert {kind: run.good for kind, run in runs.items()} == {RolloutKind.ENGINE: False, RolloutKind.EXTRACTOR: False}


def test_a_comparison_is_counted_by_field() -> None:
    tally = tallied({"/holder": True, "/policies/0/type": True, "/policies/1/type": False})
    assert tally == {"holder": (1, 1), "policies.type": (1, 2)}
    assert share_of(tally) == pytest.approx(2 / 3)
    assert share_of({}) is None
    assert share_of(None) is None
