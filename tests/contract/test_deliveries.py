"""The journal's rules about deliveries: claims with a lease, fences, schedules, receivers that answered 410."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from doctray.domain.fairness import target_of
from doctray.domain.job import Delivery, DeliveryStatus, DeliveryTry, Job, NewDelivery
from doctray.ports import Journal
from doctray.testing import FakeClock
from tests.contract.builders import OWNER, a_job, announce, claimed, completed

pytestmark = pytest.mark.usefixtures("a_living_worker")

LEASE_S = 60.0


async def _finished(journal: Journal, clock: FakeClock, **fields: object) -> Job:
    job = await journal.add(a_job(clock, **fields))  # type: ignore[arg-type]
    ended = await journal.finish(await claimed(journal, job), completed(job), announce=announce)
    assert ended is not None
    return ended[0]


async def _due(journal: Journal) -> Delivery:
    (delivery,) = await journal.due_deliveries(lease_s=LEASE_S)
    return delivery


def _try(clock: FakeClock, number: int = 1, status_code: int | None = 500) -> DeliveryTry:
    return DeliveryTry(number=number, at=clock.now(), status_code=status_code, error=None if status_code else "timeout", seconds=0.25)


async def test_a_due_delivery_is_claimed_under_a_lease(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    delivery = await _due(journal)
    assert (delivery.request_id, delivery.owner, delivery.claim_no, delivery.tries) == (job.request_id, OWNER, 1, ())
    assert delivery.next_at == clock.now() + timedelta(seconds=LEASE_S)
    assert await journal.due_deliveries(lease_s=LEASE_S) == []
    clock.advance(LEASE_S)
    assert (await _due(journal)).claim_no == 2


async def test_of_several_deliverers_each_delivery_goes_to_one(journal: Journal, clock: FakeClock) -> None:
    for _ in range(6):
        await _finished(journal, clock)
    taken = await asyncio.gather(*(journal.due_deliveries(lease_s=LEASE_S, limit=2) for _ in range(6)))
    ids = [delivery.delivery_id for batch in taken for delivery in batch]
    ids += [delivery.delivery_id for delivery in await journal.due_deliveries(lease_s=LEASE_S)]
    assert len(ids) == len(set(ids)) == 6


async def test_a_try_is_recorded_and_the_next_one_is_due_later(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    attempt = _try(clock)
    assert await journal.record_delivery(await _due(journal), attempt=attempt, status=DeliveryStatus.PENDING, next_in_s=5)
    clock.advance(4.9)
    assert await journal.due_deliveries(lease_s=LEASE_S) == []
    clock.advance(0.2)
    delivery = await _due(journal)
    assert delivery.tries == (attempt,)
    second = _try(clock, 2, 204)
    assert await journal.record_delivery(delivery, attempt=second, status=DeliveryStatus.DELIVERED, next_in_s=None)
    (done,) = await journal.deliveries(job.request_id)
    assert (done.status, done.next_at, done.tries) == (DeliveryStatus.DELIVERED, None, (attempt, second))
    clock.advance(1e6)
    assert await journal.due_deliveries(lease_s=LEASE_S) == []


async def test_a_deliverer_that_was_too_slow_records_nothing(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    slow = await _due(journal)
    clock.advance(LEASE_S)
    quick = await _due(journal)
    assert not await journal.record_delivery(slow, attempt=_try(clock), status=DeliveryStatus.FAILED, next_in_s=None)
    assert await journal.record_delivery(quick, attempt=_try(clock, 1, 200), status=DeliveryStatus.DELIVERED, next_in_s=None)
    assert not await journal.record_delivery(quick, attempt=_try(clock), status=DeliveryStatus.FAILED, next_in_s=None)
    (delivery,) = await journal.deliveries(job.request_id)
    assert (delivery.status, len(delivery.tries)) == (DeliveryStatus.DELIVERED, 1)


async def test_redelivery_is_due_at_once_with_a_fresh_schedule_and_the_same_id(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    first = await _due(journal)
    old = _try(clock)
    await journal.record_delivery(first, attempt=old, status=DeliveryStatus.FAILED, next_in_s=None)
    again = await journal.redeliver(first.delivery_id, owner=OWNER)
    assert again is not None
    assert (again.webhook_id, again.status, again.next_at) == (first.webhook_id, DeliveryStatus.PENDING, clock.now())
    due = await _due(journal)
    assert due.tries == (), "a claimed delivery counts the tries of its present schedule"
    new = _try(clock, 1, 200)
    await journal.record_delivery(due, attempt=new, status=DeliveryStatus.DELIVERED, next_in_s=None)
    (delivery,) = await journal.deliveries(job.request_id)
    assert delivery.tries == (old, new)


async def test_redelivery_takes_a_delivery_from_whoever_is_at_it(journal: Journal, clock: FakeClock) -> None:
    await _finished(journal, clock)
    held = await _due(journal)
    assert await journal.redeliver(held.delivery_id, owner=OWNER) is not None
    assert not await journal.record_delivery(held, attempt=_try(clock), status=DeliveryStatus.FAILED, next_in_s=None)
    assert (await _due(journal)).delivery_id == held.delivery_id


async def test_another_owner_redelivers_nothing(journal: Journal, clock: FakeClock) -> None:
    await _finished(journal, clock)
    delivery = await _due(journal)
    assert await journal.redeliver(delivery.delivery_id, owner="other") is None
    assert await journal.redeliver("nothing", owner=OWNER) is None


async def test_a_receiver_that_answered_410_gets_nothing_more_until_redelivery(journal: Journal, clock: FakeClock) -> None:
    url = "http://gone.test/hook"
    await _finished(journal, clock, webhook_url=url)
    first = await _due(journal)
    waiting = await _finished(journal, clock, webhook_url=url)
    elsewhere = await _finished(journal, clock, webhook_url="http://here.test/hook")
    others = await _finished(journal, clock, webhook_url=url, owner="other")
    assert await journal.record_delivery(first, attempt=_try(clock, 1, 410), status=DeliveryStatus.STOPPED, next_in_s=None)
    later = await _finished(journal, clock, webhook_url=url)
    for job in (waiting, later):
        assert [delivery.status for delivery in await journal.deliveries(job.request_id)] == [DeliveryStatus.STOPPED]
    due = await journal.due_deliveries(lease_s=LEASE_S)
    assert {delivery.request_id for delivery in due} == {elsewhere.request_id, others.request_id}
    assert await journal.redeliver(first.delivery_id, owner=OWNER) is not None
    assert (await _due(journal)).delivery_id == first.delivery_id
    fresh = await _finished(journal, clock, webhook_url=url)
    assert (await _due(journal)).request_id == fresh.request_id


async def test_an_announcement_beside_the_outcome_is_added_once(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    review = NewDelivery(webhook_id="msg_review", type="job.reviewed", url="http://r.test/", body="{}")
    await journal.add_delivery(job, review)
    await journal.add_delivery(job, review)
    types = sorted(delivery.type for delivery in await journal.deliveries(job.request_id))
    assert types == ["job.completed", "job.reviewed"]


async def test_a_targets_backlog_is_passed_over_once_it_has_its_share(journal: Journal, clock: FakeClock) -> None:
    """More wait for the first target than are looked at for fairness in one go."""
    crowd = ["http://crowded.test/a", "HTTP://crowded.test?b", "http://crowded.test#c", "http://crowded.test"]
    for number in range(520):
        await journal.add_delivery(a_job(clock), _to(crowd[number % 4], number))
    clock.advance(1)
    for number, url in enumerate(["http://crowded.test:8080/", "http://crowded.test.other/", "http://b.test/x"]):
        await journal.add_delivery(a_job(clock), _to(url, 1000 + number))
    busy: Counter[str] = Counter()
    for _ in range(2):
        found = await journal.due_deliveries(lease_s=LEASE_S, limit=50, per_target=3, busy=busy)
        busy.update(target_of(delivery.url) for delivery in found)
    assert busy == {"http://crowded.test": 3, "http://crowded.test:8080": 1, "http://crowded.test.other": 1, "http://b.test": 1}
    assert await journal.due_deliveries(lease_s=LEASE_S, limit=50, per_target=3, busy=busy) == []
    assert len(await journal.due_deliveries(lease_s=LEASE_S, limit=50, per_target=3, busy=busy - Counter(["http://crowded.test"]))) == 1


def _to(url: str, number: int) -> NewDelivery:
    return NewDelivery(webhook_id=f"msg_{number}", type="job.reviewed", url=url, body="{}")
