"""The figures of a run are those that its records hold, and a bound that is missed is seen."""

from dataclasses import replace
from pathlib import Path

import pytest
from loadtests.figures import Figures, RequestError, figures_of, requests_of
from loadtests.records import JobSeen, Records, read_records, seen
from loadtests.scenarios import MIXED, SCENARIOS, Target
from loadtests.slo import judge, passed
from loadtests.watch import MemorySample

JOB = JobSeen(kind="scan", repeat=False, cached=False, at_s=100.0, answer_s=0.1, status="completed", code=None, wait_s=0.5, total_s=2.0)
MB = 1_000_000


def memory(*megabytes: float, restarting: bool = False) -> list[MemorySample]:
    return [
        MemorySample(at_s=100.0 + second, doctray_bytes=int(each * MB), machine_percent=40.0, restarting=restarting)
        for second, each in enumerate(megabytes)
    ]


def of(
    jobs: list[JobSeen], samples: list[MemorySample] | None = None, errors: list[RequestError] | None = None, warm_up_s: float = 0.0
) -> Figures:
    return figures_of(jobs, [], errors or [], samples or [], run_s=60.0, warm_up_s=warm_up_s)


def test_of_no_jobs_there_are_no_times() -> None:
    found = of([])
    assert (found.answer_p95_s, found.job_p50_s, found.queue_wait_p95_s) == (None, None, None)


def test_hits_before_the_warm_up_do_not_count() -> None:
    cold = [replace(JOB, at_s=1.0)] * 10
    warm = [replace(JOB, cached=True)] * 8 + [JOB] * 2
    assert of(cold + warm, warm_up_s=60.0).hit_percent == 80.0


def test_a_document_that_is_to_blame_is_no_failure_of_the_service() -> None:
    jobs = [JOB] * 8 + [replace(JOB, status="failed", code="corrupt_document"), replace(JOB, status="failed", code="engine_failure")]
    assert of(jobs).failed_jobs_percent == 10.0


def test_a_job_without_an_end_is_counted_and_gives_no_time() -> None:
    figures = of([JOB, replace(JOB, status="unfinished", total_s=None)])
    assert (figures.unfinished_jobs, figures.job_p95_s) == (1, 2.0)


def test_memory_grows_between_the_first_and_the_last_quarter() -> None:
    assert of([JOB], memory(100, 100, 110, 110, 110, 110, 130, 130)).memory_growth_percent == pytest.approx(30)


def test_memory_while_parts_are_restarted_says_nothing_about_growth() -> None:
    samples = memory(100, 100, 100, 100) + memory(10, 400, restarting=True) + memory(100, 100, 100, 100)
    assert of([JOB], samples).memory_growth_percent == pytest.approx(0)


def test_answers_429_are_counted_among_what_went_wrong() -> None:
    errors = [RequestError(request="POST /v1/jobs", error=error, count=3) for error in ("429 rate_limited", "503 queue_full")]
    assert of([JOB], errors=errors).rate_limited == 3


def test_percentiles_of_requests_are_taken_from_how_often_each_time_was_met() -> None:
    stats = [
        {"method": "POST", "name": "a", "num_requests": 100, "num_failures": 2, "response_times": {"10": 95, "2000": 5}, "max_response_time": 2100},
        {"method": "JOB", "name": "b", "num_requests": 1, "num_failures": 0, "response_times": {"1": 1}, "max_response_time": 1},
    ]  # fmt: skip
    (only,) = requests_of(stats)
    assert (only.p95_s, only.p99_s, only.longest_s, only.failures) == (0.010, 2.0, 2.1, 2)


def test_records_survive_their_file(tmp_path: Path) -> None:
    records = Records(tmp_path / "jobs.jsonl")
    records.add(JOB)
    records.add(replace(JOB, cached=True))
    records.close()
    assert read_records(tmp_path / "jobs.jsonl") == [JOB, replace(JOB, cached=True)]


def test_waits_are_taken_from_the_services_own_times() -> None:
    body = {
        "status": "completed",
        "cached": False,
        "created_at": "2026-11-22T10:00:00Z",
        "started_at": "2026-11-22T10:00:01.5Z",
        "finished_at": "2026-11-22T10:00:04Z",
        "error": None,
    }
    job = seen(body, kind="scan", repeat=False, at_s=0.0, answer_s=0.1)
    assert (job.wait_s, job.total_s) == (1.5, 4.0)


def test_a_missed_bound_fails_the_run() -> None:
    target = Target(figure="job_p95_s", label="p95", at_most=1.0)
    verdicts = judge(of([JOB]), [target])
    assert not passed(verdicts, of([JOB]))
    assert passed(judge(of([JOB]), [replace(target, at_most=2.0)]), of([JOB]))


def test_a_figure_that_was_not_measured_is_not_met() -> None:
    (verdict,) = judge(of([JOB]), [Target(figure="memory_percent", label="memory", at_most=80)])
    assert not verdict.met


def test_a_run_without_a_submission_fails() -> None:
    assert not passed((), of([]))


def test_a_target_has_one_bound() -> None:
    with pytest.raises(ValueError, match="one bound"):
        Target(figure="job_p95_s", label="p95")


def test_every_target_names_a_figure_that_there_is() -> None:
    figures = of([JOB])
    for scenario in SCENARIOS.values():
        assert all(hasattr(figures, target.figure) for target in scenario.targets), scenario.name
    assert {target.figure for target in MIXED.targets} >= {"failed_requests", "hit_percent", "memory_growth_percent", "memory_percent"}
