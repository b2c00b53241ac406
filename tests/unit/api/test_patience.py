"""Each wait has its own limit, although one timer serves them all. The loop's time goes on when a test says so."""

import asyncio
import math
from dataclasses import dataclass

import pytest

from doctray.api.patience import Patience
from tests.settling import settled

LIMIT_S = 10.0


@dataclass
class _Time:
    now_s: float

    async def passes(self, seconds: float) -> None:
        await settled()
        self.now_s += seconds
        await settled()


@pytest.fixture
async def time(monkeypatch: pytest.MonkeyPatch) -> _Time:
    loop = asyncio.get_running_loop()
    # whole seconds, of which sums are exact: a fraction of a nanosecond too little, and a wait would not be ended
    time = _Time(math.ceil(loop.time()))
    monkeypatch.setattr(loop, "time", lambda: time.now_s)
    return time


async def _wait(patience: Patience, until: asyncio.Event) -> None:
    async with patience:
        await until.wait()


async def _is_ended_in_time(patience: Patience, time: _Time) -> None:
    """A wait that begins now is ended at the limit, and no sooner."""
    waiting = asyncio.create_task(_wait(patience, asyncio.Event()))
    await time.passes(LIMIT_S - 1)
    assert not waiting.done()
    await time.passes(1)
    with pytest.raises(TimeoutError):
        await waiting


async def test_a_wait_that_takes_longer_is_ended(time: _Time) -> None:
    await _is_ended_in_time(Patience(LIMIT_S), time)


async def test_the_time_of_one_wait_is_not_counted_to_the_next(time: _Time) -> None:
    patience = Patience(LIMIT_S)
    for _ in range(5):
        came = asyncio.Event()
        waiting = asyncio.create_task(_wait(patience, came))
        await time.passes(LIMIT_S - 1)
        came.set()
        await waiting
    patience.close()


async def test_a_wait_that_begins_late_in_the_timers_time_is_ended_in_its_own(time: _Time) -> None:
    patience = Patience(LIMIT_S)
    async with patience:
        await time.passes(LIMIT_S - 1)
    await _is_ended_in_time(patience, time)


async def test_what_happens_between_two_waits_takes_as_long_as_it_takes(time: _Time) -> None:
    patience = Patience(LIMIT_S)
    async with patience:
        await time.passes(1)
    await time.passes(10 * LIMIT_S)
    await _is_ended_in_time(patience, time)


async def test_who_is_cancelled_in_a_wait_is_cancelled(time: _Time) -> None:
    patience = Patience(LIMIT_S)
    waiting = asyncio.create_task(_wait(patience, asyncio.Event()))
    await time.passes(1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    patience.close()
