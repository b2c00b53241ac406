"""From a job's end to a receiver's door: real journal, real signature, real HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import accumulate
from pathlib import Path
from random import Random

import pytest

from doctray.client import verify_webhook
from doctray.clock import SystemClock
from doctray.domain.identity import new_request_id
from doctray.domain.job import Delivery, DeliveryStatus, Job, JobError
from doctray.domain.keys import DEFAULT_OWNER
from doctray.domain.retry import WEBHOOK_GAPS_S
from doctray.outbound.guard import OutboundGuard, allow_entry_of
from doctray.outbound.pinned import Timeouts
from doctray.outbound.sealing import Sealer
from doctray.outbound.send import HttpSender
from doctray.ports import Clock
from doctray.service.announce import Announcer
from doctray.service.deliver import HELD, LEASE_S, Deliverer, signing_secrets
from doctray.storage.journal_sql import SqlJournal, open_store
from doctray.storage.migrate import upgrade
from doctray.testing import FakeClock
from tests.integration.outbound.servers import Answering, Seen, answering, hanging_up, never, serving

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SEALER = Sealer(b"k" * 32)
SILENT_S = 2.0
"""How long a receiver may say nothing where one says nothing; a request reaches it in less, on a machine that stalls as well."""


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[SqlJournal]:
    dsn = f"sqlite+pysqlite:///{tmp_path / 'journal.sqlite3'}"
    upgrade(dsn)
    async with SqlJournal(open_store(dsn), retention_s=86400) as opened:
        yield opened


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def clocked_journal(tmp_path: Path, clock: FakeClock) -> AsyncIterator[SqlJournal]:
    """Its time is the clock's."""
    dsn = f"sqlite+pysqlite:///{tmp_path / 'clocked.sqlite3'}"
    upgrade(dsn)
    async with SqlJournal(open_store(dsn, now=clock.timestamp), retention_s=7 * 86400) as opened:
        yield opened


async def cancelled(
    journal: SqlJournal, *, url: str | None, owner: str = DEFAULT_OWNER, default_url: str | None = None, clock: Clock | None = None
) -> Job:
    """The shortest way to a job with an announcement: queued, then cancelled."""
    now = (clock or SystemClock()).now()
    job = Job(request_id=new_request_id(now), owner=owner, webhook_url=url, metadata={"order": 7}, created_at=now, due_at=now)
    announcer = Announcer(default_url=default_url)
    await journal.add(job)
    error = JobError(code="cancelled_by_caller", detail="Cancelled.")
    ended = await journal.cancel(job.request_id, owner=owner, error=error, announce=announcer.for_job())
    assert ended is not None
    return ended


async def deliver(
    journal: SqlJournal,
    *,
    allow: tuple[str, ...] = ("127.0.0.1",),
    laravel: tuple[str, str | None] | None = None,
    clock: Clock | None = None,
    total_s: float = 60.0,
) -> int:
    deliverer = Deliverer(
        journal=journal,
        keys=journal,
        sender=HttpSender(OutboundGuard(allow), clock=SystemClock(), timeouts=Timeouts(connect=30, read=total_s, total=total_s)),
        sealer=SEALER,
        clock=clock or SystemClock(),
        default_secret=SECRET,
        laravel=laravel,
        rng=Random(1),
    )
    started = await deliverer.start_due()
    await deliverer.drain(grace_s=60)
    return started


async def the_delivery(journal: SqlJournal, job: Job) -> Delivery:
    (delivery,) = await journal.deliveries(job.request_id)
    return delivery


async def test_the_receiver_gets_a_signed_event_once(journal: SqlJournal) -> None:
    async with serving(answering(200)) as receiver:
        job = await cancelled(journal, url=receiver.url("/hook"))
        assert await deliver(journal) == 1
        assert await deliver(journal) == 0
    (seen,) = receiver.seen
    event = verify_webhook(seen.headers, seen.body, SECRET)
    assert event["type"] == "job.cancelled"
    assert (event["data"]["request_id"], event["data"]["metadata"]) == (job.request_id, {"order": 7})
    assert event["data"]["error"]["code"] == "cancelled_by_caller"
    delivery = await the_delivery(journal, job)
    assert delivery.status is DeliveryStatus.DELIVERED
    assert [attempt.status_code for attempt in delivery.tries] == [200]


async def test_what_is_held_back_waits_and_uses_up_no_try(journal: SqlJournal) -> None:
    async with serving(answering(200)) as receiver:
        job = await cancelled(journal, url=receiver.url())
        await journal.set_flag(HELD, "the receiver moves")
        assert await deliver(journal) == 0
        assert (await the_delivery(journal, job)).tries == ()
        await journal.set_flag(HELD, None)
        assert await deliver(journal) == 1
    assert len(receiver.seen) == 1


async def test_every_owner_signs_with_a_secret_of_its_own(journal: SqlJournal) -> None:
    async with serving(answering(200)) as receiver:
        await cancelled(journal, url=receiver.url("/acme"), owner="acme")
        await cancelled(journal, url=receiver.url("/other"), owner="other")
        assert await deliver(journal) == 2
    for seen in receiver.seen:
        owner = seen.path.strip("/")
        (secret,) = await signing_secrets(owner, keys=journal, sealer=SEALER, default_secret=SECRET)
        assert secret.startswith("whsec_")
        assert verify_webhook(seen.headers, seen.body, secret)
    assert SECRET not in await signing_secrets("acme", keys=journal, sealer=SEALER, default_secret=SECRET)


async def test_a_receiver_that_fails_is_tried_again_under_the_same_id(clocked_journal: SqlJournal, clock: FakeClock) -> None:
    journal = clocked_journal
    async with serving(answering(500)) as receiver:
        job = await cancelled(journal, url=receiver.url(), clock=clock)
        await deliver(journal, clock=clock)
        delivery = await the_delivery(journal, job)
        assert (delivery.status, len(delivery.tries)) == (DeliveryStatus.PENDING, 1)
        assert delivery.next_at is not None
        assert 4 < (delivery.next_at - clock.now()).total_seconds() < 6
        assert await deliver(journal, clock=clock) == 0
        assert await journal.redeliver(delivery.delivery_id, owner=DEFAULT_OWNER)
        assert await deliver(journal, clock=clock) == 1
    first, second = receiver.seen
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


async def test_a_receiver_that_is_gone_gets_nothing_more(journal: SqlJournal) -> None:
    async with serving(answering(410)) as receiver:
        first = await cancelled(journal, url=receiver.url())
        await deliver(journal)
        later = await cancelled(journal, url=receiver.url())
        assert await deliver(journal) == 0
    assert len(receiver.seen) == 1
    assert [(await the_delivery(journal, job)).status for job in (first, later)] == [DeliveryStatus.STOPPED] * 2


@pytest.mark.parametrize(("answer", "error"), [(never, "timeout"), (answering(302, location="/elsewhere"), None)])
async def test_what_is_no_success_waits_for_the_next_try(journal: SqlJournal, answer: Answering, error: str | None) -> None:
    async with serving(answer) as receiver:
        job = await cancelled(journal, url=receiver.url())
        await deliver(journal, total_s=SILENT_S if answer is never else 60)
    delivery = await the_delivery(journal, job)
    assert (delivery.status, delivery.tries[0].error) == (DeliveryStatus.PENDING, error)
    assert len(receiver.seen) == 1


async def test_a_target_inside_is_never_connected_to(journal: SqlJournal) -> None:
    async with serving(answering(200)) as inside:
        job = await cancelled(journal, url=inside.url())
        await deliver(journal, allow=("10.0.0.1",))
    assert inside.connections == 0
    assert (await the_delivery(journal, job)).tries[0].error == "unsafe_url"


async def test_jobs_that_name_no_target_go_to_laravel_with_its_key(journal: SqlJournal) -> None:
    async with serving(answering(200)) as laravel, serving(answering(200)) as other:
        url = laravel.url("/webhooks/in")
        await cancelled(journal, url=None, default_url=url)
        await cancelled(journal, url=other.url(), default_url=url)
        assert await deliver(journal, allow=(allow_entry_of(url), allow_entry_of(other.url())), laravel=(url, "laravel-key")) == 2
    assert [seen.headers.get("x-api-key") for seen in laravel.seen] == ["laravel-key"]
    assert [seen.headers.get("x-api-key") for seen in other.seen] == [None]
    assert json.loads(laravel.seen[0].body)["type"] == "job.cancelled"


async def test_a_receiver_that_is_down_for_days_gets_ten_tries_of_one_webhook_and_more_by_hand(
    clocked_journal: SqlJournal, clock: FakeClock
) -> None:
    journal, started = clocked_journal, clock.now()
    answers: list[Answering] = [answering(500), hanging_up, never, answering(503), answering(302, location="/"), answering(404)]
    seen_at: list[float] = []

    async def down(seen: Seen, writer: asyncio.StreamWriter) -> None:
        seen_at.append((clock.now() - started).total_seconds())
        await answers[len(seen_at) % len(answers)](seen, writer)

    async with serving(down) as receiver:
        job = await cancelled(journal, url=receiver.url(), clock=clock)
        for number in range(1, len(WEBHOOK_GAPS_S) + 1):
            silent = answers[number % len(answers)] is never
            assert await deliver(journal, clock=clock, total_s=SILENT_S if silent else 60) == 1
            assert await deliver(journal, clock=clock) == 0
            delivery = await the_delivery(journal, job)
            if delivery.next_at is not None:
                clock.advance((delivery.next_at - clock.now()).total_seconds())
        assert (delivery.status, len(delivery.tries)) == (DeliveryStatus.FAILED, 10)
        clock.advance(30 * 86400)
        assert await deliver(journal, clock=clock) == 0, "the tenth was the last"
        for elapsed, expected in zip(seen_at, accumulate(WEBHOOK_GAPS_S), strict=True):
            assert expected <= elapsed <= expected * 1.1
        assert 44 * 3600 < seen_at[-1] < 50 * 3600

        receiver.answer = answering(204)
        assert await journal.redeliver(delivery.delivery_id, owner=DEFAULT_OWNER) is not None
        assert await deliver(journal, clock=clock) == 1
        delivery = await the_delivery(journal, job)
        assert (delivery.status, len(delivery.tries)) == (DeliveryStatus.DELIVERED, 11)
    assert len({(seen.headers["webhook-id"], seen.body) for seen in receiver.seen}) == 1
    stamps = [int(seen.headers["webhook-timestamp"]) for seen in receiver.seen]
    assert stamps == sorted(set(stamps)), "every try is signed anew"


async def test_a_try_cut_off_by_a_crash_is_made_again_under_the_same_id(clocked_journal: SqlJournal, clock: FakeClock) -> None:
    """At least once: what was claimed and never recorded is due again when its lease has run out."""
    journal = clocked_journal
    async with serving(answering(200)) as receiver:
        job = await cancelled(journal, url=receiver.url(), clock=clock)
        assert len(await journal.due_deliveries(lease_s=LEASE_S)) == 1  # and its worker dies
        assert await deliver(journal, clock=clock) == 0
        clock.advance(LEASE_S)
        assert await deliver(journal, clock=clock) == 1
        assert (await the_delivery(journal, job)).status is DeliveryStatus.DELIVERED
