"""What is posted about a job's end: the body of its webhook, made inside the transaction that ends it."""

import json
from dataclasses import dataclass
from typing import Any

from doctray.domain.identity import webhook_id
from doctray.domain.job import Announce, Job, JobStatus, NewDelivery
from doctray.service.views import iso_time, job_view

BODY_LIMIT_BYTES = 64 * 1024
"""Largest body that carries the result itself; beyond it the body links to the result (api.md, Webhooks)."""

EVENT_OF = {
    JobStatus.COMPLETED: "job.completed",
    JobStatus.FAILED: "job.failed",
    JobStatus.CANCELLED: "job.cancelled",
}
"""Standard Webhooks event type of each terminal status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcer:
    """Makes announcements. default_url: LARAVEL_API_URL, for jobs that name no target; None: such jobs are not announced."""

    default_url: str | None = None

    def for_job(self, result: dict[str, Any] | None = None) -> Announce:
        """The closure that the journal calls with the job as its transaction leaves it. result: of a completed job, when at hand.

        Raises ValueError at once (not in the transaction) for a result that is not JSON, such as one with NaN.
        """
        carried = result if result is not None and len(_json(result)) <= BODY_LIMIT_BYTES else None

        def announce(job: Job) -> NewDelivery | None:
            url = job.webhook_url or self.default_url
            event = EVENT_OF.get(job.status)
            if url is None or event is None:
                return None
            return NewDelivery(
                webhook_id=webhook_id(job.request_id, job.generation, event),
                type=event,
                url=url,
                body=_body(event, job, carried),
            )

        return announce


def _body(event: str, job: Job, result: dict[str, Any] | None) -> str:
    if job.status is not JobStatus.COMPLETED:
        return _event(event, job, job_view(job))
    if result is not None:
        whole = _event(event, job, job_view(job, result=result))
        if len(whole) <= BODY_LIMIT_BYTES:
            return whole
    return _event(event, job, job_view(job) | {"result_url": f"/v1/jobs/{job.request_id}/result"})


def _event(event: str, job: Job, data: dict[str, Any]) -> str:
    return _json({"type": event, "timestamp": iso_time(job.finished_at), "data": data})


def _json(value: object) -> str:
    # ASCII with escapes: one byte a character, and a lone surrogate in a caller's metadata cannot break the UTF-8 encoding.
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
