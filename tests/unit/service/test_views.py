"""The status JSON is that of api.md."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from doctray.domain.errors import catalogue
from doctray.domain.job import DocumentType, Job, JobError, JobOptions, JobStatus, Progress
from doctray.domain.moments import iso_time
from doctray.service.views import job_view, problem_of

NOW = datetime(2026, 11, 22, 5, 0, 0, 123456, tzinfo=UTC)

CONTRACT = {
    "request_id",
    "status",
    "document_type",
    "cached",
    "progress",
    "attempt",
    "queue_position",
    "estimated_seconds",
    "metadata",
    "created_at",
    "started_at",
    "finished_at",
    "expires_at",
    "result",
    "error",
}


def a_job(**changes: object) -> Job:
    return Job(request_id="01job", owner="default", created_at=NOW, due_at=NOW).evolve(**changes)


def test_every_field_of_the_contract_is_there_from_the_first_moment() -> None:
    assert set(job_view(a_job())) >= CONTRACT


def test_a_queued_job_says_where_it_stands_and_nothing_that_is_not_known() -> None:
    view = job_view(a_job(metadata={"order": 7}), queue_position=3, estimated_seconds=12)
    assert view["status"] == "queued"
    assert (view["queue_position"], view["estimated_seconds"]) == (3, 12)
    assert view["metadata"] == {"order": 7}
    assert [view[name] for name in ("progress", "started_at", "finished_at", "expires_at", "result", "error")] == [None] * 6


def test_progress_is_shown_as_it_was_published() -> None:
    view = job_view(a_job(status=JobStatus.PROCESSING), progress=Progress(stage="ocr", pages_done=1, pages_total=3, percent=41))
    assert view["progress"] == {"stage": "ocr", "pages_done": 1, "pages_total": 3, "percent": 41}


def test_the_type_is_the_one_asked_for_until_it_is_known() -> None:
    asked = a_job(options=JobOptions(document_type=DocumentType.AUTO))
    assert job_view(asked)["document_type"] == "auto"
    assert job_view(asked.evolve(result_type="certificate"))["document_type"] == "certificate"


def test_a_result_is_shown_only_where_it_is_given() -> None:
    completed = a_job(status=JobStatus.COMPLETED, confidence=0.9, needs_review=True)
    assert job_view(completed)["result"] is None
    view = job_view(completed, result={"fields": {}})
    assert (view["result"], view["confidence"], view["needs_review"]) == ({"fields": {}}, 0.9, True)


@pytest.mark.parametrize("status", [JobStatus.FAILED, JobStatus.CANCELLED])
def test_a_job_that_ended_badly_says_why_as_a_problem(status: JobStatus) -> None:
    error = JobError(code="corrupt_document", detail="The file ends in the middle of a page.")
    assert job_view(a_job(status=status, error=error))["error"] == {
        "type": "/problems/corrupt_document",
        "title": "The document is damaged",
        "detail": "The file ends in the middle of a page.",
        "code": "corrupt_document",
        "request_id": "01job",
        "retryable": False,
    }


def test_the_error_of_a_try_that_is_repeated_is_not_the_jobs() -> None:
    retried = a_job(error=JobError(code="engine_failure", detail="…"))
    assert job_view(retried)["error"] is None


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_every_code_has_a_problem(code: str) -> None:
    problem = problem_of(JobError(code=code, detail="x"), "01job")
    assert problem["title"] == catalogue()[code].title
    assert problem["retryable"] is catalogue()[code].retryable


def test_a_code_of_another_version_still_makes_a_problem() -> None:
    assert problem_of(JobError(code="from_the_future", detail="x"), "01job")["title"] == "from_the_future"


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (None, None),
        (NOW, "2026-11-22T05:00:00.123Z"),
        (NOW.replace(microsecond=0), "2026-11-22T05:00:00.000Z"),
        (NOW.astimezone(timezone(timedelta(hours=10))), "2026-11-22T05:00:00.123Z"),
    ],
)
def test_times_are_utc_and_end_in_z(moment: datetime | None, text: str | None) -> None:
    assert iso_time(moment) == text


def test_the_view_is_json() -> None:
    assert json.loads(json.dumps(job_view(a_job(started_at=NOW)))) == job_view(a_job(started_at=NOW))
