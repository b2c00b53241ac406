"""Steps between a job's states, as values. What journals make of them stands in tests/contract/test_journal.py."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest

from doctray.domain import transition
from doctray.domain.job import BlobRef, Job, JobError, JobOptions, JobStatus
from doctray.domain.rollout import Arm

NOW = datetime(2026, 1, 2, tzinfo=UTC)
ERROR = JobError(code="engine_failure", detail="x")


def a_job(**changes: object) -> Job:
    return Job(request_id="a", owner="acme", created_at=NOW, due_at=NOW).evolve(**changes)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"due_at": NOW + timedelta(microseconds=1)}, False),
        ({"deadline_at": NOW}, False),
        ({"deadline_at": NOW + timedelta(microseconds=1)}, True),
        ({"status": JobStatus.PROCESSING}, False),
        ({"status": JobStatus.CANCELLED}, False),
    ],
)
def test_what_may_be_claimed(changes: dict[str, object], expected: bool) -> None:
    assert transition.claimable(a_job(**changes), now=NOW) is expected


@pytest.mark.parametrize(("priority", "head_start_s"), [(0, 0), (1, 30), (9, 270)])
def test_priority_is_a_head_start_in_due_time(priority: int, head_start_s: float) -> None:
    job = transition.born(a_job(options=JobOptions(priority=priority)), now=NOW, retention_s=60)
    assert job.due_at == NOW - timedelta(seconds=head_start_s)


@pytest.mark.parametrize(("leases_lost", "status"), [(0, JobStatus.QUEUED), (9, JobStatus.QUEUED), (10, JobStatus.FAILED)])
def test_a_job_survives_as_many_lost_leases_as_allowed(leases_lost: int, status: JobStatus) -> None:
    lost = transition.lease_lost(a_job(status=JobStatus.PROCESSING, leases_lost=leases_lost), now=NOW, max_lost=10, retention_s=60)
    assert (lost.status, lost.leases_lost, lost.claim_no, lost.tries_used) == (status, leases_lost + 1, 1, 0)


def test_a_job_that_lost_its_worker_or_was_handed_back_keeps_its_place() -> None:
    since = NOW - timedelta(minutes=5)
    running = a_job(status=JobStatus.PROCESSING, due_at=since)
    assert transition.lease_lost(running, now=NOW, max_lost=10, retention_s=60).due_at == since
    assert transition.released(running, now=NOW, delay_s=0, error=None, charged=False).due_at == since
    assert transition.released(running, now=NOW, delay_s=8, error=ERROR, charged=True).due_at == NOW + timedelta(seconds=8)


@pytest.mark.parametrize(("charged", "tries_used"), [(True, 2), (False, 1)])
def test_only_a_charged_release_uses_a_try(charged: bool, tries_used: int) -> None:
    job = a_job(status=JobStatus.PROCESSING, tries_used=1)
    assert transition.released(job, now=NOW, delay_s=1, error=ERROR, charged=charged).tries_used == tries_used


@pytest.mark.parametrize(
    ("options", "source", "flies"),
    [
        (JobOptions(), BlobRef(key="k", size_bytes=1, sha256="s"), True),
        (JobOptions(no_cache=True), BlobRef(key="k", size_bytes=1, sha256="s"), False),
        (JobOptions(), None, False),
    ],
)
def test_who_has_a_flight_key(options: JobOptions, source: BlobRef | None, flies: bool) -> None:
    job = transition.claimed(a_job(options=options, source=source), now=NOW, worker_id="w", fingerprint="f")
    assert (transition.flight_key(job) is not None) is flies


def test_a_review_settles_what_the_machine_doubted() -> None:
    once = transition.reviewed(a_job(status=JobStatus.COMPLETED, needs_review=True))
    assert (once.validated, once.needs_review, once.review_no) == (True, False, 1)
    assert transition.reviewed(once).review_no == 2


def test_a_tombstone_forgets_whatever_is_not_listed_as_kept() -> None:
    kept = {"request_id", "owner", "status", "generation", "claim_no", "ring_no", "attempt", "created_at", "due_at"}
    kept |= {"started_at", "finished_at", "expires_at", "deadline_at", "deleted_at", "batch_id"}
    full = a_job(
        status=JobStatus.FAILED,
        options=JobOptions(pages="1"),
        file_name="x",
        media_type="x",
        source=BlobRef(key="k", size_bytes=1, sha256="s"),
        source_url="http://x.test/",
        metadata={"a": 1},
        webhook_url="http://x.test/",
        content_key="c",
        cached=True,
        tries_used=1,
        leases_lost=1,
        worker_id="w",
        result=BlobRef(key="k", size_bytes=1, sha256="s"),
        result_type="certificate",
        confidence=0.5,
        needs_review=True,
        validated=True,
        review_no=2,
        error=ERROR,
        dead_lettered=True,
        engine="easyocr",
        page_total=2,
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        arm_wanted=Arm.CANDIDATE,
        assigned_engine="easyocr",
        assigned_extractor="rules",
        engine_arm=Arm.BASELINE,
        extractor_arm=Arm.BASELINE,
    )
    blank = a_job()
    tombstone = transition.entombed(full, now=NOW)
    for item in fields(Job):
        if item.name not in kept:
            assert getattr(full, item.name) != getattr(blank, item.name), f"{item.name}: say in this test what it holds"
            assert getattr(tombstone, item.name) == getattr(blank, item.name), item.name
