"""The journal's rules about reviews: a person's fields beside the machine's, and nobody overwrites another unseen."""

import asyncio

import pytest

from doctray.domain.errors import ReviewConflict
from doctray.domain.job import Job, NewDelivery
from doctray.domain.review import Review
from doctray.ports import Journal
from doctray.testing import FakeClock
from tests.contract.builders import CANCELLED, OWNER, a_job, announce, claimed, completed, failed, fresh

pytestmark = pytest.mark.usefixtures("a_living_worker")

FIELDS = {"kind": "other", "recipient_name": "Ana\x00 \U0001f600 \u0161", "policies": [{"limits": {"EACH": 1000000}}]}


def announce_nothing(_job: Job, _review: Review) -> None:
    return None


def announce_review(job: Job, review: Review) -> NewDelivery:
    kind = "job.reviewed"
    return NewDelivery(
        webhook_id=f"msg_{job.request_id}_{review.number}", type=kind, url="http://receiver.test/hook", body=f"{review.number}"
    )


async def _finished(journal: Journal, clock: FakeClock, **fields: object) -> Job:
    job = await journal.add(a_job(clock))
    ended = await journal.finish(await claimed(journal, job), completed(job, needs_review=True, **fields), announce=announce)
    assert ended is not None
    return ended[0]


async def _review(journal: Journal, job: Job, *, expected: int | None = 0, **changes: object) -> tuple[Job, Review] | None:
    given: dict[str, object] = {
        "owner": OWNER,
        "fields": FIELDS,
        "reviewed_by": "ana",
        "key_id": "k1",
        "note": None,
        "announce": announce_nothing,
        **changes,
    }
    return await journal.add_review(job.request_id, expected=expected, **given)  # type: ignore[arg-type]


async def test_a_review_is_kept_and_validates_the_job(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    assert (job.validated, job.review_no) == (False, 0)
    clock.advance(60)
    kept = await _review(journal, job, note="checked by phone")
    assert kept is not None
    reviewed, review = kept
    assert (reviewed.validated, reviewed.needs_review, reviewed.review_no) == (True, False, 1)
    assert reviewed == await fresh(journal, job)
    assert reviewed.result == job.result
    wanted = Review(
        request_id=job.request_id, number=1, reviewed_at=clock.now(), reviewed_by="ana", key_id="k1", fields=FIELDS, note="checked by phone"
    )
    assert review == wanted
    assert await journal.reviews(job.request_id) == [wanted]


async def test_every_review_stays_and_the_last_one_counts(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    await _review(journal, job)
    await _review(journal, job, expected=1, fields={"kind": "insurance"}, reviewed_by="bo")
    await _review(journal, job, expected=None, fields={}, reviewed_by="cy")
    assert [(review.number, review.reviewed_by, review.fields) for review in await journal.reviews(job.request_id)] == [
        (1, "ana", FIELDS),
        (2, "bo", {"kind": "insurance"}),
        (3, "cy", {}),
    ]
    assert (await fresh(journal, job)).review_no == 3


async def test_a_review_of_an_older_state_is_refused(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    await _review(journal, job)
    for stale in (0, 2):
        with pytest.raises(ReviewConflict):
            await _review(journal, job, expected=stale)
    assert len(await journal.reviews(job.request_id)) == 1


async def test_of_two_who_review_at_once_one_is_refused(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    both = await asyncio.gather(*(_review(journal, job, reviewed_by=name) for name in ("ana", "bo")), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in both) == ["ReviewConflict", "tuple"]
    assert len(await journal.reviews(job.request_id)) == 1


async def test_only_a_completed_job_of_the_owner_can_be_reviewed(journal: Journal, clock: FakeClock) -> None:
    queued = await journal.add(a_job(clock))
    assert await _review(journal, queued) is None
    broken = await journal.add(a_job(clock))
    await journal.finish(await claimed(journal, broken), failed(), announce=announce)
    assert await _review(journal, broken) is None
    finished = await _finished(journal, clock)
    assert await _review(journal, finished, owner="somebody else") is None
    assert (
        await journal.add_review(
            "unknown", owner=OWNER, expected=0, fields={}, reviewed_by="ana", key_id=None, note=None, announce=announce_nothing
        )
        is None
    )
    assert not (await fresh(journal, finished)).validated


async def test_each_review_is_announced_once_under_its_own_id(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    await _review(journal, job, announce=announce_review)
    await _review(journal, job, expected=1, announce=announce_review)
    sent = [delivery for delivery in await journal.deliveries(job.request_id) if delivery.type == "job.reviewed"]
    assert sorted(delivery.body for delivery in sent) == ["1", "2"]


async def test_deletion_takes_the_reviews_along(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    await _review(journal, job)
    await journal.delete(job.request_id, owner=OWNER)
    assert await journal.reviews(job.request_id) == []
    tombstone = await fresh(journal, job)
    assert (tombstone.validated, tombstone.review_no) == (False, 0)
    assert await _review(journal, job, expected=None) is None


async def test_a_copy_from_the_cache_starts_unreviewed(journal: Journal, clock: FakeClock) -> None:
    first = await _finished(journal, clock)
    await _review(journal, first)
    again = await journal.add(a_job(clock, content=first.source.sha256 if first.source else ""))
    claim = await claimed(journal, again)
    assert claim.reuse is not None
    assert claim.reuse.request_id == first.request_id
    ended = await journal.finish(claim, completed(again, cached=True), announce=announce)
    assert ended is not None
    assert (ended[0].validated, ended[0].review_no) == (False, 0)
    assert await journal.reviews(again.request_id) == []
    await journal.cancel(again.request_id, owner=OWNER, error=CANCELLED, announce=announce)
