"""What is posted about a job's end: the body of its webhook, made inside the transaction that ends it."""

import json
from dataclasses import dataclass
from typing import Any

from doctray.domain.identity import webhook_id
from doctray.domain.job import Announce, Job, JobStatus, NewDelivery
from doctray.domain.moments import iso_time
from doctray.domain.review import Review
from doctray.ports import BlobLink
from doctray.service.views import job_view, review_view

BODY_LIMIT_BYTES = 64 * 1024
"""Largest body that carries the result itself; beyond it the body links to the result (api.md, Webhooks)."""

# ASCII with escapes: one byte a character, and a lone surrogate in a caller's metadata cannot break the UTF-8 encoding.
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)

EVENT_OF = {
    JobStatus.COMPLETED: "job.completed",
    JobStatus.FAILED: "job.failed",
    JobStatus.CANCELLED: "job.cancelled",
}
"""Standard Webhooks event type of each terminal status."""


REVIEWED = "job.reviewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcer:
    """Makes announcements. default_url: LARAVEL_API_URL, for jobs that name no target; None: such jobs are not announced."""

    default_url: str | None = None

    def target_of(self, job: Job) -> str | None:
        """Where this job's outcome goes; None: nowhere."""
        return job.webhook_url or self.default_url

    def for_job(self, result: dict[str, Any] | None = None, *, link: BlobLink | None = None) -> Announce:
        """The closure that the journal calls with the job as its transaction leaves it. result: of a completed job, when at hand.

        link: to its blob, told where the result itself is too large to be carried.
        """
        carried = result if result is not None and _fits(result) else None

        def announce(job: Job) -> NewDelivery | None:
            url = self.target_of(job)
            event = EVENT_OF.get(job.status)
            if url is None or event is None:
                return None
            return NewDelivery(
                webhook_id=webhook_id(job.request_id, job.generation, event),
                type=event,
                url=url,
                body=_body(event, job, carried, link),
            )

        return announce

    def for_review(self, job: Job, review: Review) -> NewDelivery | None:
        """A review is announced each time, with the person's fields as long as they fit."""
        url = self.target_of(job)
        if url is None:
            return None
        told = review_view(review)
        data = job_view(job) | {"result_url": f"/v1/jobs/{job.request_id}/result", "review": told}
        body = _ENCODER.encode({"type": REVIEWED, "timestamp": told["reviewed_at"], "data": data})
        if len(body) > BODY_LIMIT_BYTES:
            data["review"] = {name: value for name, value in told.items() if name != "fields"}
            body = _ENCODER.encode({"type": REVIEWED, "timestamp": told["reviewed_at"], "data": data})
        # Of one job several reviews are announced, each under an id of its own.
        announced_as = webhook_id(job.request_id, job.generation, f"{REVIEWED}/{review.number}")
        return NewDelivery(webhook_id=announced_as, type=REVIEWED, url=url, body=body)


def _fits(result: dict[str, Any]) -> bool:
    """Whether its JSON is within the limit. Looks no further than that: a result may have megabytes of words."""
    length = 0
    for part in _ENCODER.iterencode(result):
        length += len(part)
        if length > BODY_LIMIT_BYTES:
            return False
    return True


def _body(event: str, job: Job, result: dict[str, Any] | None, link: BlobLink | None) -> str:
    if job.status is not JobStatus.COMPLETED:
        return _event(event, job, job_view(job))
    if result is not None:
        whole = _event(event, job, job_view(job, result=result))
        if len(whole) <= BODY_LIMIT_BYTES:
            return whole
    address: dict[str, Any] = {"result_url": f"/v1/jobs/{job.request_id}/result"}
    if link is not None:
        address["result_link"] = {"url": link.url, "expires_at": iso_time(link.expires_at)}
    return _event(event, job, job_view(job) | address)


def _event(event: str, job: Job, data: dict[str, Any]) -> str:
    return _ENCODER.encode({"type": event, "timestamp": iso_time(job.finished_at), "data": data})
