"""What must hold of a journal's pictures, one after the other, whatever happened: read from the rules, not from the code."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from doctray.domain.job import DeliveryStatus, Job, JobStatus
from tests.model.sides import Picture

OUTCOME_OF = {
    JobStatus.COMPLETED: "job.completed",
    JobStatus.FAILED: "job.failed",
    JobStatus.CANCELLED: "job.cancelled",
}
ENDINGS = {"completed", "failed", "cancelled", "retried", "lease_lost", "handed_back"}


def check_picture(now: Picture) -> None:
    """At any one moment."""
    for job in now.jobs.values():
        _check_status(job, now)
        _check_attempts(job, now)
        _check_outcomes(job, now)
    in_flight = Counter(
        (job.owner, now.flight_keys[job.request_id])
        for job in now.jobs.values()
        if job.status is JobStatus.PROCESSING and now.flight_keys[job.request_id] is not None
    )
    assert all(count == 1 for count in in_flight.values()), f"two of one content are processing: {in_flight}"
    for (owner, key), request_id in now.cache.items():
        if request_id is not None:
            found = now.jobs[request_id]
            assert (found.owner, found.content_key, found.status) == (owner, key, JobStatus.COMPLETED), f"the cache gave {found}"
            assert found.deleted_at is None, "the cache gave a deleted job"
            assert not found.cached, "the cache gave a copy"
    assert set(now.listed) == {job.request_id for job in now.jobs.values() if job.deleted_at is None}, "lists show what is there"
    assert len(set(now.listed)) == len(now.listed), "a list shows a job twice"


def check_step(before: Picture, now: Picture, *, charged: Iterable[str] = (), lost: Iterable[str] = ()) -> None:
    """From one picture to the next. charged: jobs whose failure may have been charged; lost: whose lease may have been lost."""
    assert before.jobs.keys() <= now.jobs.keys(), "a job is gone"
    for request_id, was in before.jobs.items():
        job = now.jobs[request_id]
        assert job.owner == was.owner
        assert job.created_at == was.created_at
        assert job.claim_no >= was.claim_no, "the fence fell"
        assert job.ring_no >= was.ring_no, "a ring number came back"
        if job.deleted_at is not None:
            assert was.deleted_at in (None, job.deleted_at), "a tombstone was moved"
            assert was.deleted_at is None or job == was, "a tombstone changed"
            continue
        assert was.deleted_at is None, "a deleted job came back"
        if job.generation != was.generation:
            assert was.status is JobStatus.FAILED, f"a {was.status} job was replayed"
            assert job.generation == was.generation + 1
            assert job.tries_used == job.leases_lost == 0
            continue
        if was.status.terminal:
            assert job == was, f"a {was.status} job changed"
        assert 0 <= job.tries_used - was.tries_used <= (request_id in charged), f"charged {was.tries_used} -> {job.tries_used}"
        assert 0 <= job.leases_lost - was.leases_lost <= (request_id in lost), f"leases lost {was.leases_lost} -> {job.leases_lost}"
    for webhook_id, sent in before.deliveries.items():
        after = now.deliveries.get(webhook_id)
        if after is None:
            assert now.jobs[sent.request_id].deleted_at is not None, "an announcement is gone"
            continue
        assert (after.type, after.url, after.body, after.generation) == (sent.type, sent.url, sent.body, sent.generation)
        assert after.tries[: len(sent.tries)] == sent.tries, "a try was forgotten"
        assert after.claim_no >= sent.claim_no


def check_untouched(before: Picture, now: Picture) -> None:
    """After whatever names a claim that no longer holds."""
    for name in ("jobs", "flight_keys", "parked", "attempts", "deliveries"):
        assert getattr(now, name) == getattr(before, name), f"an old claim changed {name}"


def check_swept(now: Picture, *, at: datetime, rung: set[tuple[str, int]], redis: bool) -> None:
    """After a sweep."""
    for job in now.jobs.values():
        if job.status.terminal:
            continue
        assert job.deadline_at is None or at < job.deadline_at, "a live job is past its deadline"
        if job.status is JobStatus.PROCESSING:
            assert job.worker_id in now.living, "a dead worker still has a job"
        elif redis and job.due_at <= at:
            assert (job.request_id, job.ring_no) in rung, "nobody was rung for a job that is due"


def _check_status(job: Job, now: Picture) -> None:
    if job.status is JobStatus.PROCESSING:
        assert job.worker_id is not None
        assert job.claim_no > 0
        assert job.request_id not in now.parked
    if job.status is JobStatus.QUEUED:
        assert job.worker_id is None
    if job.status.terminal:
        assert job.finished_at is not None
        assert job.request_id not in now.parked
    else:
        assert job.finished_at is None
        assert job.expires_at is None
        assert job.deleted_at is None, "a live job is deleted"
        assert job.result is None
    assert (job.status is JobStatus.COMPLETED and job.deleted_at is None) == (job.result is not None)
    assert not job.dead_lettered or job.status is JobStatus.FAILED
    assert job.request_id not in now.parked or now.flight_keys[job.request_id] is not None


def _check_attempts(job: Job, now: Picture) -> None:
    tried = now.attempts.get(job.request_id, ())
    if job.deleted_at is not None:
        assert tried == (), "a tombstone keeps attempts"
        return
    own = [attempt for attempt in tried if attempt.generation == job.generation]
    assert [attempt.number for attempt in own] == list(range(1, job.attempt + 1)), "attempts are numbered without gaps"
    running = [attempt for attempt in tried if attempt.ended is None]
    assert len(running) == (job.status is JobStatus.PROCESSING), "an attempt runs while its job is processing"
    assert all(attempt.ended in ENDINGS for attempt in tried if attempt.ended is not None)
    assert sum(attempt.ended == "retried" for attempt in own) >= job.tries_used
    assert sum(attempt.ended == "lease_lost" for attempt in own) == job.leases_lost


def _check_outcomes(job: Job, now: Picture) -> None:
    posted = [delivery for delivery in now.deliveries.values() if delivery.request_id == job.request_id]
    if job.deleted_at is not None or job.webhook_url is None:
        assert posted == [], "a deleted job, or one without a webhook, is announced"
        return
    types = {delivery.generation: delivery.type for delivery in posted}
    assert len(types) == len(posted), "two outcomes of one generation"
    expected = dict.fromkeys(range(1, job.generation), "job.failed")
    if job.status.terminal:
        expected[job.generation] = OUTCOME_OF[job.status]
    assert types == expected, "each generation that ended has its outcome, and no other"
    for delivery in posted:
        assert delivery.owner == job.owner
        assert delivery.url == job.webhook_url
        assert (delivery.next_at is not None) == (delivery.status is DeliveryStatus.PENDING)
