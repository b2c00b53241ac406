"""A job as callers see it: the status JSON and the problem object, the same in answers, events and webhooks."""

from typing import Any

from doctray.domain.errors import catalogue
from doctray.domain.job import Job, JobError, JobStatus, Progress
from doctray.domain.moments import iso_time
from doctray.domain.review import Review

_ENDED_WITHOUT_RESULT = (JobStatus.FAILED, JobStatus.CANCELLED)


def job_view(
    job: Job,
    *,
    progress: Progress | None = None,
    queue_position: int | None = None,
    estimated_seconds: int | None = None,
    result: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The status JSON of api.md ("Follow"), ready for json.dumps.

    progress: the live one, None when unknown. queue_position: from 1. result: as stored, where it is to be shown.
    `error` is a problem object once the job has failed or was cancelled; the error of a try that is repeated is not shown.
    """
    ended_badly = job.status in _ENDED_WITHOUT_RESULT and job.error is not None
    return {
        "request_id": job.request_id,
        "status": job.status.value,
        "document_type": job.document_type,
        "cached": job.cached,
        "progress": progress.as_dict() if progress else None,
        "attempt": job.attempt,
        "queue_position": queue_position,
        "estimated_seconds": estimated_seconds,
        "metadata": dict(job.metadata),
        "created_at": iso_time(job.created_at),
        "started_at": iso_time(job.started_at),
        "finished_at": iso_time(job.finished_at),
        "expires_at": iso_time(job.expires_at),
        "file_name": job.file_name,
        "generation": job.generation,
        "confidence": job.confidence,
        "needs_review": job.needs_review,
        "validated": job.validated,
        "review_no": job.review_no,
        "dead_lettered": job.dead_lettered,
        "result": result,
        "error": problem_of(job.error, job.request_id) if ended_badly and job.error else None,
    }


def review_view(review: Review) -> dict[str, Any]:
    """A review as JSON, the person's fields with it."""
    return {
        "number": review.number,
        "reviewed_at": iso_time(review.reviewed_at),
        "reviewed_by": review.reviewed_by,
        "key_id": review.key_id,
        "note": review.note,
        "fields": review.fields,
    }


def problem_of(error: JobError, request_id: str) -> dict[str, Any]:
    """Why a job ended badly, as an RFC 9457 problem without an HTTP status (a job has none)."""
    explained = catalogue().get(error.code)
    return {
        "type": f"/problems/{error.code}",
        "title": explained.title if explained else error.code,
        "detail": error.detail,
        "code": error.code,
        "request_id": request_id,
        "retryable": explained.retryable if explained else False,
    }
