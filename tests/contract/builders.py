"""Small builders for the journal's suites."""

from dataclasses import replace

from doctray.domain.identity import new_request_id, webhook_id
from doctray.domain.job import BlobRef, Job, JobError, JobOptions, JobStatus, NewDelivery, Outcome
from doctray.ports import Claim, Journal, WorkerInfo
from doctray.testing import FakeClock

FINGERPRINT = "easyocr 1.7.2 cpu"
CACHE_TTL_S = 86400.0
LEASE_S = 15.0
OWNER = "acme"
FAILURE = JobError(code="engine_failure", detail="The engine stopped.")
CANCELLED = JobError(code="cancelled_by_caller", detail="Cancelled.")


def a_job(clock: FakeClock, *, content: str = "", options: JobOptions | None = None, **fields: object) -> Job:
    """A queued job. content: equal for jobs with the same bytes; by default they differ."""
    request_id = new_request_id(clock.now())
    source = BlobRef(key=f"jobs/{request_id}/source", size_bytes=10, sha256=content or request_id)
    job = Job(
        request_id=request_id,
        owner=OWNER,
        options=options or JobOptions(),
        file_name="paper.pdf",
        media_type="application/pdf",
        source=source,
        metadata={"order": 7},
        created_at=clock.now(),
        due_at=clock.now(),
    )
    return job.evolve(**fields)


def a_worker(clock: FakeClock, worker_id: str = "w1", *, fingerprint: str = FINGERPRINT) -> WorkerInfo:
    return WorkerInfo(worker_id=worker_id, host="h", pid=1, device="cpu", slots=4, fingerprint=fingerprint, started_at=clock.now())


def completed(job: Job, **fields: object) -> Outcome:
    outcome = Outcome(
        status=JobStatus.COMPLETED,
        result=BlobRef(key=f"jobs/{job.request_id}/result.json", size_bytes=20, sha256="r"),
        result_type="certificate",
        confidence=0.9,
        engine="easyocr",
        page_total=1,
    )
    return replace(outcome, **fields)  # type: ignore[arg-type]


def failed(*, dead_lettered: bool = True) -> Outcome:
    return Outcome(status=JobStatus.FAILED, error=FAILURE, dead_lettered=dead_lettered)


def announce(job: Job) -> NewDelivery:
    """What a job with a webhook posts; the body names what it saw."""
    kind = f"job.{job.status.value}"
    url = job.webhook_url or "http://receiver.test/hook"
    return NewDelivery(
        webhook_id=webhook_id(job.request_id, job.generation, kind), type=kind, url=url, body=f"{job.status} {job.generation}"
    )


async def claimed(journal: Journal, job: Job, *, worker_id: str = "w1") -> Claim:
    claim = await try_claim(journal, job, worker_id=worker_id)
    assert claim is not None
    return claim


async def try_claim(journal: Journal, job: Job, *, worker_id: str = "w1", cache_ttl_s: float = CACHE_TTL_S) -> Claim | None:
    return await journal.claim(job.request_id, worker_id=worker_id, fingerprint=FINGERPRINT, cache_ttl_s=cache_ttl_s)


async def fresh(journal: Journal, job: Job) -> Job:
    found = await journal.get(job.request_id)
    assert found is not None
    return found
