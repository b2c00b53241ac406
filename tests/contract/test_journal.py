"""The journal's rules about jobs: birth, claims and fences, twins, retries, lost leases, replay, tombstones, lists."""

import asyncio
from datetime import timedelta

import pytest

from doctray.domain.errors import IdempotencyMismatch, InvalidOption
from doctray.domain.identity import content_key
from doctray.domain.job import (
    BlobRef,
    DocumentType,
    Job,
    JobOptions,
    JobStatus,
    Outcome,
    announce_nothing,
)
from doctray.domain.transition import PRIORITY_HEAD_START_S
from doctray.ports import Idempotency, JobQuery, Journal, Placed
from doctray.testing import FakeClock
from tests.contract.builders import (
    CACHE_TTL_S,
    CANCELLED,
    FAILURE,
    FINGERPRINT,
    LEASE_S,
    OWNER,
    a_job,
    a_worker,
    announce,
    claimed,
    completed,
    failed,
    fresh,
    try_claim,
)
from tests.contract.conftest import RETENTION_S

pytestmark = pytest.mark.usefixtures("a_living_worker")


# --- birth ---


async def test_a_job_comes_back_as_it_was_recorded(journal: Journal, clock: FakeClock) -> None:
    options = JobOptions(document_type=DocumentType.CUSTOM, schema='{"type":"object"}', priority=2, languages=("en", "de"), pages="1-3")
    job = a_job(
        clock, options=options, file_name="Prüfung ‘x’.pdf", metadata={"a": [1, None, "ü"]}, webhook_url="http://r.test/", ring_no=1
    )
    recorded = await journal.add(job)
    assert recorded == await journal.get(job.request_id)
    assert recorded == job.evolve(due_at=clock.now() - timedelta(seconds=2 * PRIORITY_HEAD_START_S))


async def test_the_journal_sets_the_times_by_its_own_clock(journal: Journal, clock: FakeClock) -> None:
    wrong = clock.now() - timedelta(days=400)
    job = await journal.add(a_job(clock, options=JobOptions(deadline_seconds=60.5), created_at=wrong, due_at=wrong))
    assert (job.created_at, job.due_at) == (clock.now(), clock.now())
    assert job.deadline_at == clock.now() + timedelta(seconds=60.5)


async def test_an_unknown_job_is_none(journal: Journal) -> None:
    assert await journal.get("nothing") is None


async def test_a_job_born_completed_is_announced_at_once(journal: Journal, clock: FakeClock) -> None:
    job = a_job(clock)
    born = await journal.add(
        job.evolve(status=JobStatus.COMPLETED, cached=True, result=BlobRef(key="jobs/x/result.json", size_bytes=1, sha256="s")),
        announce=announce,
    )
    assert (born.status, born.cached, born.finished_at) == (JobStatus.COMPLETED, True, clock.now())
    assert born.expires_at == clock.now() + timedelta(seconds=RETENTION_S)
    assert [delivery.type for delivery in await journal.deliveries(job.request_id)] == ["job.completed"]
    assert (await journal.queue_state()).drained_per_minute == 0.0


async def test_a_job_is_not_born_failed(journal: Journal, clock: FakeClock) -> None:
    with pytest.raises(ValueError, match="born"):
        await journal.add(a_job(clock, status=JobStatus.FAILED))


async def test_a_queued_birth_announces_nothing(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock), announce=announce)
    assert await journal.deliveries(job.request_id) == []


# --- submissions ---


async def test_a_submission_is_recorded_and_told_its_place(journal: Journal, clock: FakeClock) -> None:
    first = await journal.accept(a_job(clock), cache_ttl_s=CACHE_TTL_S)
    clock.advance(1)
    second = await journal.accept(a_job(clock), cache_ttl_s=CACHE_TTL_S)
    urgent = await journal.accept(a_job(clock, options=JobOptions(priority=1)), cache_ttl_s=CACHE_TTL_S)
    assert (first.position, second.position, urgent.position) == (1, 2, 1)
    for accepted in (first, second, urgent):
        assert accepted.reuse is None
        assert await journal.get(accepted.job.request_id) == accepted.job
    assert await journal.queue_position(second.job.request_id) == 3


async def test_a_submission_whose_content_was_read_is_told_so_and_not_recorded(journal: Journal, clock: FakeClock) -> None:
    claim = await claimed(journal, await journal.add(a_job(clock, content="same")))
    await journal.finish(claim, completed(claim.job), announce=announce_nothing)
    read = await fresh(journal, claim.job)
    promise = Idempotency(scope="s", key="k", content="c")
    job = a_job(clock, content="same")

    accepted = await journal.accept(job, idempotency=promise, cache_ttl_s=CACHE_TTL_S)

    assert (accepted.job, accepted.position, accepted.reuse) == (job, None, read)
    assert await journal.get(job.request_id) is None
    assert (await journal.accept(job, idempotency=promise)).job.request_id == job.request_id


async def test_results_that_do_not_answer_a_submission_are_not_told(journal: Journal, clock: FakeClock) -> None:
    claim = await claimed(journal, await journal.add(a_job(clock, content="same")))
    await journal.finish(claim, completed(claim.job), announce=announce_nothing)
    others = (
        a_job(clock, content="other"),
        a_job(clock, content="same", owner="somebody else"),
        a_job(clock, content="same", options=JobOptions(no_cache=True)),
        a_job(clock, content="same", options=JobOptions(pages="1")),
        a_job(clock, content="same").evolve(source=None, source_url="http://files.test/a.pdf"),
    )
    for job in others:
        assert (await journal.accept(job, cache_ttl_s=CACHE_TTL_S)).reuse is None
    clock.advance(61)
    assert (await journal.accept(a_job(clock, content="same"), cache_ttl_s=60)).reuse is None
    await journal.register(a_worker(clock, "w2", fingerprint="another engine"), lease_s=1e6)
    assert (await journal.accept(a_job(clock, content="same"), cache_ttl_s=CACHE_TTL_S)).reuse is None


async def test_a_repeated_submission_is_told_the_first_job_and_no_place(journal: Journal, clock: FakeClock) -> None:
    promise = Idempotency(scope="s", key="k", content="c")
    first = await journal.accept(a_job(clock), idempotency=promise)
    again = await journal.accept(a_job(clock), idempotency=promise)
    assert (again.job, again.position) == (first.job, None)
    with pytest.raises(IdempotencyMismatch):
        await journal.accept(a_job(clock), idempotency=Idempotency(scope="s", key="k", content="other"))
    assert (await journal.queue_state()).queued == 1


# --- idempotency ---


async def test_the_same_key_and_content_give_the_first_job(journal: Journal, clock: FakeClock) -> None:
    promise = Idempotency(scope="acme /v1/jobs", key="k", content="c")
    first = await journal.add(a_job(clock), idempotency=promise)
    clock.advance(86399)
    again = await journal.add(a_job(clock), idempotency=promise)
    assert again == first
    assert (await journal.queue_state()).queued == 1


async def test_the_same_key_with_other_content_is_refused(journal: Journal, clock: FakeClock) -> None:
    await journal.add(a_job(clock), idempotency=Idempotency(scope="s", key="k", content="c"))
    with pytest.raises(IdempotencyMismatch):
        await journal.add(a_job(clock), idempotency=Idempotency(scope="s", key="k", content="other"))
    assert (await journal.queue_state()).queued == 1


async def test_keys_of_another_scope_are_other_keys(journal: Journal, clock: FakeClock) -> None:
    first = await journal.add(a_job(clock), idempotency=Idempotency(scope="s", key="k", content="c"))
    second = await journal.add(a_job(clock), idempotency=Idempotency(scope="t", key="k", content="c"))
    assert first.request_id != second.request_id


async def test_a_key_is_forgotten_after_a_day(journal: Journal, clock: FakeClock) -> None:
    promise = Idempotency(scope="s", key="k", content="c")
    first = await journal.add(a_job(clock), idempotency=promise)
    clock.advance(86400)
    second = await journal.add(a_job(clock), idempotency=Idempotency(scope="s", key="k", content="other"))
    assert first.request_id != second.request_id


async def test_of_twenty_at_once_under_one_key_one_is_recorded(journal: Journal, clock: FakeClock) -> None:
    promise = Idempotency(scope="s", key="k", content="c")
    answers = await asyncio.gather(*(journal.add(a_job(clock), idempotency=promise) for _ in range(20)))
    assert len({job.request_id for job in answers}) == 1
    assert (await journal.queue_state()).queued == 1


# --- claims ---


async def test_a_claim_takes_the_job(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    claim = await claimed(journal, job)
    assert claim.reuse is None
    assert claim.job == await journal.get(job.request_id)
    assert (claim.job.status, claim.job.claim_no, claim.job.attempt, claim.job.worker_id) == (JobStatus.PROCESSING, 1, 1, "w1")
    assert claim.job.started_at == clock.now()
    assert job.source is not None
    assert claim.job.content_key == content_key(job.source.sha256, job.options, FINGERPRINT)
    (attempt,) = await journal.attempts(job.request_id)
    assert (attempt.number, attempt.worker_id, attempt.ended_at, attempt.ended) == (1, "w1", None, None)


async def test_of_two_claimers_one_gets_it(journal: Journal, clock: FakeClock) -> None:
    await journal.register(a_worker(clock, "w2"), lease_s=LEASE_S)
    for _ in range(5):
        job = await journal.add(a_job(clock))
        claims = await asyncio.gather(*(try_claim(journal, job, worker_id=worker) for worker in ("w1", "w2") * 4))
        assert sum(claim is not None for claim in claims) == 1
        assert (await fresh(journal, job)).claim_no == 1


async def test_a_job_that_is_not_due_is_not_claimed(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    await journal.release(await claimed(journal, job), delay_s=5, error=FAILURE, charged=True)
    clock.advance(4.9)
    assert await try_claim(journal, job) is None
    clock.advance(0.2)
    assert await try_claim(journal, job) is not None


async def test_a_job_past_its_deadline_is_not_claimed(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock, options=JobOptions(deadline_seconds=5)))
    clock.advance(5)
    assert await try_claim(journal, job) is None


async def test_an_unknown_worker_claims_nothing(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    assert await try_claim(journal, job, worker_id="stranger") is None


async def test_a_worker_whose_lease_is_lost_claims_nothing(journal: Journal, clock: FakeClock) -> None:
    await journal.register(a_worker(clock, "w2"), lease_s=LEASE_S)
    job = await journal.add(a_job(clock))
    clock.advance(LEASE_S)
    assert await try_claim(journal, job, worker_id="w2") is None


@pytest.mark.parametrize("request_id", ["nothing", ""])
async def test_a_ring_for_no_job_is_refused(journal: Journal, request_id: str) -> None:
    assert await journal.claim(request_id, worker_id="w1", fingerprint=FINGERPRINT, cache_ttl_s=CACHE_TTL_S) is None


# --- the ends of a claim ---


async def test_finish_ends_the_job_and_records_its_announcement(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    claim = await claimed(journal, job)
    clock.advance(3)
    ended = await journal.finish(claim, completed(job), announce=announce)
    assert ended is not None
    finished, woken = ended
    assert woken == ()
    assert finished == await journal.get(job.request_id)
    assert (finished.status, finished.finished_at, finished.result_type) == (JobStatus.COMPLETED, clock.now(), "certificate")
    assert finished.document_type == "certificate"
    assert finished.expires_at == clock.now() + timedelta(seconds=RETENTION_S)
    (delivery,) = await journal.deliveries(job.request_id)
    assert (delivery.type, delivery.body, delivery.generation) == ("job.completed", "completed 1", 1)
    (attempt,) = await journal.attempts(job.request_id)
    assert (attempt.ended, attempt.ended_at, attempt.engine) == ("completed", clock.now(), "easyocr")


async def test_an_announcement_that_cannot_be_made_leaves_the_job_as_it_was(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    claim = await claimed(journal, job)

    def broken(_job: Job) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await journal.finish(claim, completed(job), announce=broken)
    assert await fresh(journal, job) == claim.job


async def test_release_charged_puts_it_back_with_one_try_used(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    ended = await journal.release(await claimed(journal, job), delay_s=8, error=FAILURE, charged=True)
    assert ended is not None
    assert (ended[0].status, ended[0].tries_used, ended[0].worker_id) == (JobStatus.QUEUED, 1, None)
    assert ended[0].due_at == clock.now() + timedelta(seconds=8)
    assert ended[0] == await fresh(journal, job)
    (attempt,) = await journal.attempts(job.request_id)
    assert (attempt.ended, attempt.error_code) == ("retried", "engine_failure")


async def test_a_job_that_is_handed_back_is_not_charged(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    ended = await journal.release(await claimed(journal, job), delay_s=0, error=None, charged=False)
    assert ended is not None
    assert ended[0].tries_used == 0
    assert [attempt.ended for attempt in await journal.attempts(job.request_id)] == ["handed_back"]
    again = await claimed(journal, job)
    assert (again.claim_no, again.job.attempt) == (2, 2)


async def test_each_attempt_keeps_its_own_row(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    for _ in range(2):
        await journal.release(await claimed(journal, job), delay_s=0, error=FAILURE, charged=True)
    await journal.finish(await claimed(journal, job), completed(job), announce=announce_nothing)
    assert [(attempt.number, attempt.ended) for attempt in await journal.attempts(job.request_id)] == [
        (1, "retried"),
        (2, "retried"),
        (3, "completed"),
    ]
    assert (await fresh(journal, job)).error is None


async def test_what_an_old_claim_says_changes_nothing(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock, source=None, source_url="http://x.test/a.pdf"))
    old = await claimed(journal, job)
    await journal.release(old, delay_s=0, error=FAILURE, charged=True)
    new = await claimed(journal, job)
    assert await journal.finish(old, completed(job), announce=announce) is None
    assert await journal.release(old, delay_s=0, error=FAILURE, charged=True) is None
    assert await journal.set_source(old, source=BlobRef(key="k", size_bytes=1, sha256="s"), media_type="x", fingerprint="f") is None
    assert await fresh(journal, job) == new.job
    assert await journal.deliveries(job.request_id) == []


async def test_a_job_is_finished_once(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    claim = await claimed(journal, job)
    ends = await asyncio.gather(
        journal.finish(claim, completed(job), announce=announce),
        journal.finish(claim, failed(), announce=announce),
        journal.release(claim, delay_s=0, error=FAILURE, charged=True),
        journal.cancel(job.request_id, owner=OWNER, error=CANCELLED, announce=announce),
    )
    assert sum(end is not None for end in ends[:3]) <= 1
    assert len(await journal.deliveries(job.request_id)) == 1


# --- single flight and reuse ---


async def test_a_twin_waits_until_the_first_has_ended_and_then_reuses_its_result(journal: Journal, clock: FakeClock) -> None:
    first, second = await journal.add(a_job(clock, content="same")), await journal.add(a_job(clock, content="same"))
    claim = await claimed(journal, first)
    assert await try_claim(journal, second) is None
    parked = await fresh(journal, second)
    assert (parked.status, parked.claim_no, parked.attempt) == (JobStatus.QUEUED, 0, 0)
    assert parked.due_at == clock.now() + timedelta(seconds=10)
    clock.advance(1)
    ended = await journal.finish(claim, completed(first), announce=announce_nothing)
    assert ended is not None
    assert ended[1] == (second.request_id,)
    assert (await fresh(journal, second)).due_at == clock.now()
    copy = await claimed(journal, second)
    assert copy.reuse == ended[0]


@pytest.mark.parametrize("end", ["release", "fail", "cancel", "overdue", "lose"])
async def test_however_the_first_ends_its_twin_is_due_at_once(journal: Journal, clock: FakeClock, end: str) -> None:
    await journal.register(a_worker(clock, "w2"), lease_s=LEASE_S)
    options = JobOptions(deadline_seconds=30) if end == "overdue" else None
    first, second = await journal.add(a_job(clock, content="same", options=options)), await journal.add(a_job(clock, content="same"))
    claim = await claimed(journal, first, worker_id="w2")
    clock.advance(LEASE_S if end == "lose" else 30 if end == "overdue" else 1)
    assert await try_claim(journal, second) is None
    rung: tuple[str, ...] = (second.request_id,)
    match end:
        case "release":
            ended = await journal.release(claim, delay_s=60, error=FAILURE, charged=True)
            assert ended is not None
            rung = ended[1]
        case "fail":
            ended = await journal.finish(claim, failed(), announce=announce_nothing)
            assert ended is not None
            rung = ended[1]
        case "cancel":
            await journal.cancel(first.request_id, owner=OWNER, error=CANCELLED, announce=announce_nothing)
        case "overdue":
            assert len(await journal.overdue(announce=announce_nothing)) == 1
        case "lose":
            ids, _ = await journal.dead_leases(announce=announce_nothing, max_lost=10)
            assert ids[0] == first.request_id
            rung = tuple(ids[1:])
    assert rung == (second.request_id,)
    if end == "lose":
        assert {job.request_id for job in await journal.due()} == {first.request_id, second.request_id}
    else:
        assert [job.request_id for job in await journal.due()] == [second.request_id]
    taken = await claimed(journal, second)
    assert taken.reuse is None


async def test_the_end_of_a_job_wakes_only_its_owners_copies(journal: Journal, clock: FakeClock) -> None:
    ours, theirs = [[await journal.add(a_job(clock, content="same", owner=owner)) for _ in range(2)] for owner in (OWNER, "other")]
    claim, _ = await claimed(journal, ours[0]), await claimed(journal, theirs[0])
    assert await try_claim(journal, ours[1]) is None
    assert await try_claim(journal, theirs[1]) is None
    ended = await journal.finish(claim, completed(ours[0]), announce=announce_nothing)
    assert ended is not None
    assert ended[1] == (ours[1].request_id,)
    assert [job.request_id for job in await journal.due()] == [ours[1].request_id]


async def test_a_parked_twin_is_due_by_itself_after_ten_seconds(journal: Journal, clock: FakeClock) -> None:
    first, second = await journal.add(a_job(clock, content="same")), await journal.add(a_job(clock, content="same"))
    await claimed(journal, first)
    assert await try_claim(journal, second) is None
    clock.advance(9.9)
    assert await journal.due() == []
    clock.advance(0.2)
    assert [job.request_id for job in await journal.due()] == [second.request_id]
    assert await try_claim(journal, second) is None


async def test_ten_copies_are_read_once(journal: Journal, clock: FakeClock) -> None:
    jobs = [await journal.add(a_job(clock, content="same")) for _ in range(10)]
    read = 0
    left = {job.request_id: job for job in jobs}
    while left:
        claims = [claim for claim in await asyncio.gather(*(try_claim(journal, job) for job in left.values())) if claim]
        assert len(claims) == 1
        (claim,) = claims
        read += claim.reuse is None
        await journal.finish(claim, completed(claim.job, cached=claim.reuse is not None), announce=announce_nothing)
        del left[claim.request_id]
    assert read == 1
    assert [job.cached for job in [await fresh(journal, job) for job in jobs]].count(False) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"owner": "other"},
        {"content": "different"},
        {"options": JobOptions(no_cache=True)},
        {"options": JobOptions(document_type=DocumentType.TIMETABLE)},
    ],
)
async def test_what_is_no_twin_runs_beside_it(journal: Journal, clock: FakeClock, other: dict[str, object]) -> None:
    first = await journal.add(a_job(clock, content="same"))
    second = await journal.add(a_job(clock, **{"content": "same", **other}))  # type: ignore[arg-type]
    await claimed(journal, first)
    assert await try_claim(journal, second) is not None


async def test_priority_and_deadline_do_not_part_twins(journal: Journal, clock: FakeClock) -> None:
    first = await journal.add(a_job(clock, content="same"))
    second = await journal.add(a_job(clock, content="same", options=JobOptions(priority=9, deadline_seconds=60)))
    await claimed(journal, first)
    assert await try_claim(journal, second) is None


async def test_reuse_is_for_young_results_of_the_same_owner_and_fingerprint(journal: Journal, clock: FakeClock) -> None:
    first = await journal.add(a_job(clock, content="same"))
    done = await journal.finish(await claimed(journal, first), completed(first), announce=announce_nothing)
    assert done is not None
    clock.advance(100)

    async def reuse(ttl_s: float, fingerprint: str = FINGERPRINT, **fields: object) -> Job | None:
        job = await journal.add(a_job(clock, content="same", **fields))  # type: ignore[arg-type]
        claim = await journal.claim(job.request_id, worker_id="w1", fingerprint=fingerprint, cache_ttl_s=ttl_s)
        assert claim is not None
        await journal.cancel(job.request_id, owner=job.owner, error=CANCELLED, announce=announce_nothing)
        return claim.reuse

    assert await reuse(101) == done[0]
    assert await reuse(100) is None
    assert await reuse(0) is None
    assert await reuse(1000, "newer engine") is None
    assert await reuse(1000, owner="other") is None
    assert await reuse(1000, options=JobOptions(no_cache=True)) is None


async def test_only_what_was_really_read_is_found_as_a_result(journal: Journal, clock: FakeClock) -> None:
    key = ""
    for cached in (False, True):
        job = await journal.add(a_job(clock, content="same"))
        claim = await claimed(journal, job)
        key = claim.job.content_key or ""
        await journal.finish(claim, completed(job, cached=cached), announce=announce_nothing)
        clock.advance(1)
    found = await journal.find_result(OWNER, key, younger_than_s=60)
    assert found is not None
    assert not found.cached
    assert await journal.find_result("other", key, younger_than_s=60) is None
    await journal.delete(found.request_id, owner=OWNER)
    assert await journal.find_result(OWNER, key, younger_than_s=60) is None


async def test_a_fetched_url_gets_its_content_key_and_flies_alone(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock, source=None, source_url="http://x.test/a.pdf", media_type=""))
    claim = await claimed(journal, job)
    assert claim.job.content_key is None
    source = BlobRef(key=f"jobs/{job.request_id}/source", size_bytes=3, sha256="same")
    known = await journal.set_source(claim, source=source, media_type="image/png", fingerprint=FINGERPRINT)
    assert known is not None
    assert known == await fresh(journal, job)
    assert (known.source, known.media_type) == (source, "image/png")
    assert known.content_key == content_key("same", job.options, FINGERPRINT)
    assert await try_claim(journal, await journal.add(a_job(clock, content="same"))) is None


async def test_a_fetched_url_whose_twin_is_in_flight_reads_for_itself(journal: Journal, clock: FakeClock) -> None:
    url = await journal.add(a_job(clock, source=None, source_url="http://x.test/a.pdf"))
    claim = await claimed(journal, url)
    await claimed(journal, await journal.add(a_job(clock, content="same")))
    source = BlobRef(key="k", size_bytes=3, sha256="same")
    known = await journal.set_source(claim, source=source, media_type="image/png", fingerprint=FINGERPRINT)
    assert known is not None
    assert known.source == source
    assert await journal.finish(claim, completed(url), announce=announce_nothing) is not None


# --- cancel and deadline ---


@pytest.mark.parametrize("was", ["queued", "processing"])
async def test_cancel_holds_at_once(journal: Journal, clock: FakeClock, was: str) -> None:
    job = await journal.add(a_job(clock))
    claim = await claimed(journal, job) if was == "processing" else None
    cancelled = await journal.cancel(job.request_id, owner=OWNER, error=CANCELLED, announce=announce)
    assert cancelled is not None
    assert (cancelled.status, cancelled.error, cancelled.finished_at) == (JobStatus.CANCELLED, CANCELLED, clock.now())
    assert cancelled.claim_no == (2 if claim else 1)
    assert cancelled == await fresh(journal, job)
    assert [delivery.type for delivery in await journal.deliveries(job.request_id)] == ["job.cancelled"]
    assert await try_claim(journal, job) is None
    if claim is not None:
        assert await journal.finish(claim, completed(job), announce=announce) is None
        assert [attempt.ended for attempt in await journal.attempts(job.request_id)] == ["cancelled"]


async def test_a_terminal_job_stays_as_it_is_under_cancel(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    await journal.finish(await claimed(journal, job), completed(job), announce=announce)
    before = await fresh(journal, job)
    assert await journal.cancel(job.request_id, owner=OWNER, error=CANCELLED, announce=announce) == before
    assert len(await journal.deliveries(job.request_id)) == 1


async def test_another_owner_cancels_nothing(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    assert await journal.cancel(job.request_id, owner="other", error=CANCELLED, announce=announce) is None
    assert await fresh(journal, job) == job


async def test_live_jobs_past_their_deadline_are_cancelled_and_announced(journal: Journal, clock: FakeClock) -> None:
    queued = await journal.add(a_job(clock, options=JobOptions(deadline_seconds=5)))
    processing = await journal.add(a_job(clock, options=JobOptions(deadline_seconds=5)))
    claim = await claimed(journal, processing)
    patient = await journal.add(a_job(clock, options=JobOptions(deadline_seconds=6)))
    clock.advance(5)
    late = await journal.overdue(announce=announce)
    assert {job.request_id for job in late} == {queued.request_id, processing.request_id}
    assert {job.error.code for job in late if job.error} == {"deadline_exceeded"}
    assert {job.status for job in late} == {JobStatus.CANCELLED}
    assert (await fresh(journal, patient)).status is JobStatus.QUEUED
    assert await journal.finish(claim, completed(processing), announce=announce) is None
    assert len(await journal.deliveries(processing.request_id)) == 1
    assert await journal.overdue(announce=announce) == []


async def test_overdue_and_dead_leases_take_no_more_than_their_limit(journal: Journal, clock: FakeClock) -> None:
    await journal.register(a_worker(clock, "w2"), lease_s=LEASE_S)
    for _ in range(3):
        await claimed(journal, await journal.add(a_job(clock, options=JobOptions(deadline_seconds=60))), worker_id="w2")
    clock.advance(60)
    assert len(await journal.overdue(announce=announce, limit=1)) == 1
    assert len((await journal.dead_leases(announce=announce, max_lost=10, limit=1))[0]) == 1


async def test_the_deadline_that_passed_first_is_seen_first(journal: Journal, clock: FakeClock) -> None:
    patient = await journal.add(a_job(clock, options=JobOptions(deadline_seconds=20)))
    hasty = await journal.add(a_job(clock, options=JobOptions(deadline_seconds=5)))
    clock.advance(30)
    assert [job.request_id for job in await journal.overdue(announce=announce)] == [hasty.request_id, patient.request_id]


# --- lost leases ---


async def test_jobs_of_a_lost_worker_are_queued_again_at_once(journal: Journal, clock: FakeClock) -> None:
    await journal.register(a_worker(clock, "w2"), lease_s=LEASE_S)
    job = await journal.add(a_job(clock))
    claim = await claimed(journal, job, worker_id="w2")
    clock.advance(LEASE_S - 0.1)
    assert await journal.dead_leases(announce=announce, max_lost=10) == ([], [])
    clock.advance(0.1)
    assert await journal.dead_leases(announce=announce, max_lost=10) == ([job.request_id], [])
    lost = await fresh(journal, job)
    assert (lost.status, lost.due_at, lost.leases_lost, lost.tries_used, lost.claim_no) == (JobStatus.QUEUED, job.due_at, 1, 0, 2)
    assert [attempt.ended for attempt in await journal.attempts(job.request_id)] == ["lease_lost"]
    assert await journal.finish(claim, completed(job), announce=announce) is None
    assert await journal.deliveries(job.request_id) == []


async def test_an_attempt_whose_lease_was_lost_is_not_blamed_for_the_failure_before_it(journal: Journal, clock: FakeClock) -> None:
    await journal.register(a_worker(clock), lease_s=LEASE_S)
    job = await journal.add(a_job(clock))
    await journal.release(await claimed(journal, job), delay_s=0, error=FAILURE, charged=True)
    await claimed(journal, job)
    clock.advance(LEASE_S)
    assert await journal.dead_leases(announce=announce, max_lost=10) == ([job.request_id], [])
    assert [(attempt.ended, attempt.error_code) for attempt in await journal.attempts(job.request_id)] == [
        ("retried", FAILURE.code),
        ("lease_lost", None),
    ]


async def test_a_worker_that_retires_gives_its_jobs_up_at_once(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    await claimed(journal, job)
    await journal.retire("w1")
    assert await journal.dead_leases(announce=announce, max_lost=10) == ([job.request_id], [])


async def test_beyond_the_limit_of_lost_leases_the_job_fails_and_is_dead_lettered(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    for number in range(3):
        await journal.register(a_worker(clock, f"lost{number}"), lease_s=LEASE_S)
        await claimed(journal, job, worker_id=f"lost{number}")
        await journal.retire(f"lost{number}")
        rung, gone = await journal.dead_leases(announce=announce, max_lost=2)
        assert (len(rung), len(gone)) == ((1, 0) if number < 2 else (0, 1))
    (failed_job,) = gone
    assert failed_job == await fresh(journal, job)
    assert (failed_job.status, failed_job.dead_lettered, failed_job.leases_lost) == (JobStatus.FAILED, True, 3)
    assert failed_job.error is not None
    assert failed_job.error.code == "worker_lost"
    assert [delivery.type for delivery in await journal.deliveries(job.request_id)] == ["job.failed"]


async def test_a_worker_that_registers_again_has_lost_its_claims(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    claim = await claimed(journal, job)
    await journal.register(a_worker(clock), lease_s=LEASE_S)
    lost = await fresh(journal, job)
    assert (lost.status, lost.leases_lost) == (JobStatus.QUEUED, 1)
    assert await journal.finish(claim, completed(job), announce=announce) is None


# --- rings, queue ---


async def test_forty_concurrent_read_then_writes_lose_none(journal: Journal, clock: FakeClock) -> None:
    """SQLAlchemy + aiosqlite with default transactions lost 38 of these 40 without an error."""
    job = await journal.add(a_job(clock))
    rung = await asyncio.gather(*(journal.next_ring(job.request_id) for _ in range(40)))
    assert sorted(each.ring_no for each in rung if each is not None) == list(range(1, 41))
    assert (await fresh(journal, job)).ring_no == 40


async def test_only_a_queued_job_is_rung(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    await claimed(journal, job)
    assert await journal.next_ring(job.request_id) is None
    assert await journal.next_ring("nothing") is None


async def test_due_jobs_come_longest_due_first_and_priority_is_a_head_start(journal: Journal, clock: FakeClock) -> None:
    early = await journal.add(a_job(clock))
    clock.advance(PRIORITY_HEAD_START_S - 1)
    urgent = await journal.add(a_job(clock, options=JobOptions(priority=1)))
    late = await journal.add(a_job(clock))
    clock.advance(2)
    later = await journal.add(a_job(clock, options=JobOptions(priority=1)))
    order = [urgent, early, later, late]
    assert [job.request_id for job in await journal.due()] == [job.request_id for job in order]
    assert [await journal.queue_position(job.request_id) for job in order] == [1, 2, 3, 4]
    assert len(await journal.due(limit=2)) == 2


async def test_only_a_queued_job_has_a_position(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    await claimed(journal, job)
    assert await journal.queue_position(job.request_id) is None
    assert await journal.queue_position("nothing") is None


async def test_a_job_and_its_place_are_seen_in_one_look(journal: Journal, clock: FakeClock) -> None:
    first = await journal.add(a_job(clock))
    clock.advance(1)
    second = await journal.add(a_job(clock))
    assert await journal.placed(second.request_id) == Placed(job=second, position=2)
    started = (await claimed(journal, first)).job
    assert await journal.placed(first.request_id) == Placed(job=started, position=None)
    assert await journal.placed("nothing") is None


async def test_the_state_of_the_queue(journal: Journal, clock: FakeClock) -> None:
    empty = await journal.queue_state()
    assert (empty.queued, empty.oldest_due_age_s, empty.drained_per_minute, empty.dead_letters) == (0, 0.0, 0.0, 0)
    done, dead, retried = [await journal.add(a_job(clock)) for _ in range(3)]
    await journal.finish(await claimed(journal, done), completed(done), announce=announce_nothing)
    await journal.finish(await claimed(journal, dead), failed(), announce=announce_nothing)
    await journal.release(await claimed(journal, retried), delay_s=60, error=FAILURE, charged=True)
    await claimed(journal, await journal.add(a_job(clock)))
    await journal.add(a_job(clock, options=JobOptions(priority=9)))
    dropped = await journal.add(a_job(clock))
    await journal.cancel(dropped.request_id, owner=OWNER, error=CANCELLED, announce=announce_nothing)
    clock.advance(20)
    state = await journal.queue_state()
    assert (state.queued, state.queued_due, state.processing, state.dead_letters) == (2, 1, 1, 1)
    assert state.oldest_due_age_s == pytest.approx(20)
    assert state.drained_per_minute == pytest.approx(2 / 5)
    clock.advance(300)
    assert (await journal.queue_state()).drained_per_minute == 0.0


# --- replay ---


async def test_replay_starts_a_new_generation_with_an_outcome_of_its_own(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock, options=JobOptions(deadline_seconds=600)))
    await journal.release(await claimed(journal, job), delay_s=0, error=FAILURE, charged=True)
    claim = await claimed(journal, job)
    await journal.finish(claim, failed(), announce=announce)
    clock.advance(1000)
    again = await journal.replay(job.request_id, owner=OWNER)
    assert again is not None
    assert again == await fresh(journal, job)
    assert (again.status, again.generation, again.tries_used, again.leases_lost, again.attempt) == (JobStatus.QUEUED, 2, 0, 0, 0)
    assert (again.error, again.dead_lettered, again.finished_at, again.expires_at) == (None, False, None, None)
    assert again.deadline_at == clock.now() + timedelta(seconds=600)
    new = await claimed(journal, job)
    assert new.claim_no > claim.claim_no
    assert await journal.finish(claim, completed(job), announce=announce) is None
    await journal.finish(new, completed(job), announce=announce)
    announced = [(delivery.generation, delivery.type) for delivery in await journal.deliveries(job.request_id)]
    assert sorted(announced) == [(1, "job.failed"), (2, "job.completed")]
    assert len({delivery.webhook_id for delivery in await journal.deliveries(job.request_id)}) == 2
    assert [(attempt.generation, attempt.number) for attempt in await journal.attempts(job.request_id)] == [(1, 1), (1, 2), (2, 1)]


async def test_only_a_failed_job_of_the_owner_is_replayed(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    assert await journal.replay(job.request_id, owner=None) is None
    await journal.finish(await claimed(journal, job), failed(), announce=announce_nothing)
    assert await journal.replay(job.request_id, owner="other") is None
    assert await journal.replay("nothing", owner=None) is None
    assert await journal.replay(job.request_id, owner=None) is not None
    assert await journal.replay(job.request_id, owner=None) is None


async def test_of_several_replays_at_once_one_counts(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    await journal.finish(await claimed(journal, job), failed(), announce=announce_nothing)
    answers = await asyncio.gather(*(journal.replay(job.request_id, owner=OWNER) for _ in range(5)))
    assert sum(answer is not None for answer in answers) == 1
    assert (await fresh(journal, job)).generation == 2


# --- tombstones, retention ---


async def test_a_tombstone_keeps_only_id_owner_and_times(journal: Journal, clock: FakeClock) -> None:
    promise = Idempotency(scope="s", key="k", content="c")
    job = await journal.add(a_job(clock, webhook_url="http://r.test/", options=JobOptions(pages="1")), idempotency=promise)
    await journal.finish(await claimed(journal, job), completed(job), announce=announce)
    before = await fresh(journal, job)
    clock.advance(9)
    tombstone = await journal.delete(job.request_id, owner=OWNER)
    assert tombstone is not None
    assert tombstone == await fresh(journal, job)
    assert tombstone.deleted_at == clock.now()
    assert (tombstone.created_at, tombstone.finished_at) == (before.created_at, before.finished_at)
    blank = Job(request_id="", owner="", created_at=clock.now(), due_at=clock.now())
    for name in ("options", "file_name", "media_type", "source", "source_url", "metadata", "webhook_url", "content_key", "worker_id"):
        assert getattr(tombstone, name) == getattr(blank, name), name
    for name in ("result", "result_type", "confidence", "error", "engine", "page_total", "needs_review", "dead_lettered"):
        assert getattr(tombstone, name) == getattr(blank, name), name
    assert await journal.deliveries(job.request_id) == []
    assert await journal.due_deliveries(lease_s=60) == []
    assert await journal.attempts(job.request_id) == []
    assert await journal.existing([job.request_id]) == set()
    assert (await journal.list_jobs(JobQuery(owner=OWNER)))[0] == []
    assert await journal.expired(retention_s=0) == []
    assert (await journal.add(a_job(clock), idempotency=promise)).request_id != job.request_id


async def test_deleting_twice_is_the_same(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    await journal.cancel(job.request_id, owner=OWNER, error=CANCELLED, announce=announce_nothing)
    first = await journal.delete(job.request_id, owner=OWNER)
    clock.advance(5)
    assert await journal.delete(job.request_id, owner=OWNER) == first


async def test_a_live_job_or_that_of_another_owner_is_not_deleted(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    assert await journal.delete(job.request_id, owner=OWNER) is None
    await journal.cancel(job.request_id, owner=OWNER, error=CANCELLED, announce=announce_nothing)
    assert await journal.delete(job.request_id, owner="other") is None
    assert (await fresh(journal, job)).file_name == "paper.pdf"


async def test_a_deleted_job_is_not_replayed(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    await journal.finish(await claimed(journal, job), failed(), announce=announce_nothing)
    await journal.delete(job.request_id, owner=OWNER)
    assert await journal.replay(job.request_id, owner=None) is None
    assert (await journal.queue_state()).dead_letters == 0


async def test_terminal_jobs_expire_after_retention(journal: Journal, clock: FakeClock) -> None:
    done = await journal.add(a_job(clock))
    await journal.finish(await claimed(journal, done), completed(done), announce=announce_nothing)
    await journal.add(a_job(clock))
    clock.advance(100)
    assert await journal.expired(retention_s=100) == []
    clock.advance(1)
    assert [job.request_id for job in await journal.expired(retention_s=100)] == [done.request_id]


async def test_existing_names_jobs_with_data(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    assert await journal.existing([]) == set()
    assert await journal.existing([job.request_id, *(f"x{number}" for number in range(1200))]) == {job.request_id}


# --- lists ---


async def test_lists_are_newest_first_and_paged_without_gaps(journal: Journal, clock: FakeClock) -> None:
    jobs = []
    for number in range(7):
        jobs.append(await journal.add(a_job(clock)))
        clock.advance(number % 2)
    seen: list[str] = []
    cursor = None
    while True:
        page, cursor = await journal.list_jobs(JobQuery(owner=OWNER, limit=3, cursor=cursor))
        seen.extend(job.request_id for job in page)
        if cursor is None:
            break
        await journal.add(a_job(clock))
    assert len(seen) == len(set(seen)) == 7
    assert set(seen) == {job.request_id for job in jobs}
    created = {job.request_id: job.created_at for job in jobs}
    assert [created[request_id] for request_id in seen] == sorted(created.values(), reverse=True)


async def test_a_full_last_page_has_no_cursor(journal: Journal, clock: FakeClock) -> None:
    for _ in range(2):
        await journal.add(a_job(clock))
    page, cursor = await journal.list_jobs(JobQuery(owner=OWNER, limit=2))
    assert (len(page), cursor) == (2, None)


async def test_filters(journal: Journal, clock: FakeClock) -> None:
    timetable = await journal.add(a_job(clock, file_name="Plan_A.pdf", options=JobOptions(document_type=DocumentType.TIMETABLE)))
    clock.advance(10)
    dead = await journal.add(a_job(clock, file_name="planB.pdf"))
    await journal.finish(await claimed(journal, dead), failed(), announce=announce_nothing)
    done = await journal.add(a_job(clock, owner="other", file_name="100%.pdf"))
    await journal.finish(await claimed(journal, done), completed(done), announce=announce_nothing)

    async def found(query: JobQuery) -> set[str]:
        return {job.request_id for job in (await journal.list_jobs(query))[0]}

    assert await found(JobQuery(owner=OWNER)) == {timetable.request_id, dead.request_id}
    assert await found(JobQuery(owner=None)) == {timetable.request_id, dead.request_id, done.request_id}
    assert await found(JobQuery(owner=None, status=JobStatus.FAILED)) == {dead.request_id}
    assert await found(JobQuery(owner=None, document_type="timetable")) == {timetable.request_id}
    assert await found(JobQuery(owner=None, document_type="certificate")) == {done.request_id}
    assert await found(JobQuery(owner=None, created_after=timetable.created_at)) == {dead.request_id, done.request_id}
    assert await found(JobQuery(owner=None, q="PLAN")) == {timetable.request_id, dead.request_id}
    assert await found(JobQuery(owner=None, q="plan_")) == {timetable.request_id}
    assert await found(JobQuery(owner=None, q="%")) == {done.request_id}
    assert await found(JobQuery(owner=None, q=done.request_id[-8:])) == {done.request_id}
    assert await found(JobQuery(owner=None, dead_lettered=True)) == {dead.request_id}
    assert await found(JobQuery(owner=OWNER, dead_lettered=False)) == {timetable.request_id}


@pytest.mark.parametrize("cursor", ["x", "!!!", "bnVsbA", "W10"])
async def test_a_cursor_that_is_none_of_ours_is_refused(journal: Journal, cursor: str) -> None:
    with pytest.raises(InvalidOption):
        await journal.list_jobs(JobQuery(owner=OWNER, cursor=cursor))


# --- outcomes ---


async def test_a_failure_that_is_no_dead_letter(journal: Journal, clock: FakeClock) -> None:
    job = await journal.add(a_job(clock))
    outcome = Outcome(status=JobStatus.FAILED, error=FAILURE)
    ended = await journal.finish(await claimed(journal, job), outcome, announce=announce)
    assert ended is not None
    assert (ended[0].error, ended[0].dead_lettered) == (FAILURE, False)
    assert (await journal.queue_state()).dead_letters == 0


async def test_ping_answers(journal: Journal) -> None:
    await journal.ping()


async def test_a_jobs_trace_goes_with_its_claim_and_is_gone_with_its_data(journal: Journal, clock: FakeClock) -> None:
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    job = await journal.add(a_job(clock, traceparent=traceparent))
    claim = await claimed(journal, job)
    assert claim.job.traceparent == traceparent
    await journal.finish(claim, failed(), announce=announce_nothing)
    tombstone = await journal.delete(job.request_id, owner=OWNER)
    assert tombstone is not None
    assert tombstone.traceparent is None
