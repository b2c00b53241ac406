"""The journal's rules about workers' leases, and about turns and flags."""

import asyncio
from datetime import timedelta

from doctray.ports import Journal
from doctray.testing import FakeClock
from tests.contract.builders import LEASE_S, a_job, a_worker, announce, completed


async def test_a_registered_worker_is_living_until_its_lease_ends(journal: Journal, clock: FakeClock) -> None:
    await journal.register(a_worker(clock), lease_s=LEASE_S)
    (worker,) = await journal.workers()
    assert (worker.worker_id, worker.device, worker.slots, worker.running) == ("w1", "cpu", 4, 0)
    assert worker.lease_until == clock.now() + timedelta(seconds=LEASE_S)
    clock.advance(LEASE_S)
    assert await journal.workers() == []


async def test_a_lease_is_extended_while_it_lives(journal: Journal, clock: FakeClock) -> None:
    await journal.register(a_worker(clock), lease_s=LEASE_S)
    clock.advance(LEASE_S - 1)
    assert await journal.extend("w1", lease_s=LEASE_S, running=3)
    clock.advance(LEASE_S - 1)
    assert [(worker.running, worker.engine) for worker in await journal.workers()] == [(3, "")]
    assert await journal.extend("w1", lease_s=1, running=3, engine="easyocr 1.7.2 on openvino-bf16")
    assert [worker.engine for worker in await journal.workers()] == ["easyocr 1.7.2 on openvino-bf16"]
    clock.advance(1)
    assert not await journal.extend("w1", lease_s=LEASE_S, running=3)
    assert await journal.workers() == []


async def test_an_unknown_or_retired_worker_extends_nothing(journal: Journal, clock: FakeClock) -> None:
    assert not await journal.extend("stranger", lease_s=LEASE_S, running=0)
    await journal.register(a_worker(clock), lease_s=LEASE_S)
    await journal.retire("w1")
    assert await journal.workers() == []
    assert not await journal.extend("w1", lease_s=LEASE_S, running=0)
    await journal.retire("stranger")


async def test_a_worker_that_lost_its_lease_may_register_anew(journal: Journal, clock: FakeClock) -> None:
    await journal.register(a_worker(clock), lease_s=LEASE_S)
    clock.advance(LEASE_S)
    await journal.register(a_worker(clock), lease_s=LEASE_S)
    assert await journal.extend("w1", lease_s=LEASE_S, running=0)


async def test_of_several_registrations_of_one_worker_at_once_all_get_through(journal: Journal, clock: FakeClock) -> None:
    """One whose answer was lost is made again while the first is still under way."""
    for _ in range(5):
        await asyncio.gather(*(journal.register(a_worker(clock), lease_s=LEASE_S) for _ in range(8)))
    assert [worker.worker_id for worker in await journal.workers()] == ["w1"]


async def test_what_is_accepted_is_answered_as_the_last_to_register_would(journal: Journal, clock: FakeClock) -> None:
    """Living or not."""
    await journal.register(a_worker(clock, "w2", fingerprint="old"), lease_s=LEASE_S)
    clock.advance(1)
    await journal.register(a_worker(clock, "w1", fingerprint="new"), lease_s=LEASE_S)
    for worker_id, fingerprint in (("w2", "old"), ("w1", "new")):
        job = await journal.add(a_job(clock, content=fingerprint))
        claim = await journal.claim(job.request_id, worker_id=worker_id, fingerprint=fingerprint, cache_ttl_s=0.0)
        assert claim is not None
        await journal.finish(claim, completed(claim.job), announce=announce)
    for _ in range(2):
        again = {name: await journal.accept(a_job(clock, content=name), cache_ttl_s=1e9) for name in ("old", "new")}
        assert {name: accepted.reuse is not None for name, accepted in again.items()} == {"old": False, "new": True}
        clock.advance(10 * LEASE_S)


async def test_a_turn_belongs_to_one_holder_at_a_time(journal: Journal, clock: FakeClock) -> None:
    assert await journal.take_turn("sweep", holder="a", hold_s=3)
    assert not await journal.take_turn("sweep", holder="b", hold_s=3)
    assert await journal.take_turn("upkeep", holder="b", hold_s=3)
    clock.advance(2)
    assert await journal.take_turn("sweep", holder="a", hold_s=3)
    clock.advance(2)
    assert not await journal.take_turn("sweep", holder="b", hold_s=3)
    clock.advance(1)
    assert await journal.take_turn("sweep", holder="b", hold_s=3)
    assert not await journal.take_turn("sweep", holder="a", hold_s=3)


async def test_of_many_that_want_a_turn_one_gets_it(journal: Journal) -> None:
    turns = await asyncio.gather(*(journal.take_turn("sweep", holder=f"h{number}", hold_s=3) for number in range(8)))
    assert sum(turns) == 1


async def test_flags_are_set_changed_and_taken_away(journal: Journal) -> None:
    assert await journal.flag("maintenance") is None
    await journal.set_flag("maintenance", "until noon")
    await journal.set_flag("maintenance", "until one")
    assert await journal.flag("maintenance") == "until one"
    assert await journal.flag("other") is None
    await journal.set_flag("maintenance", None)
    await journal.set_flag("maintenance", None)
    assert await journal.flag("maintenance") is None
