"""Each wait has its own limit, although one timer serves them all. The loop's time goes on when a test says so."""

import asyncio
from dataclasses import dataclass

import pytest

from doctray.api.patience import Patience

LIMIT_S = 10.0


@dataclass
class _Time:
    now_s: float

    async def passes(self, seconds: float) -> None:
        await self._settled()
        self.now_s += seconds
        await self._settled()

    async def _settled(self) -> None:
        """Whatever can go on has gone on."""
        for _ in range(10):
            await asyncio.sleep(0)


@pytest.fixture
async def time(monkeypatch: pytest.MonkeyPatch) -> _Time:
    loop = asyncio.get_running_loop()
    time = _Time(loop.time())
    monkeypatch.setattr(loop, "time", lambda: time.now_s)
    return time


async def _wait(patience: Patience, until: asyncio.Event) -> None:
    async with patience:
        await until.wait()


async def test_a_wait_that_takes_longer_is_ended(time: _Time) -> None:
    waiting = asyncio.create_task(_wait(Patience(LIMIT_S), asyncio.Event()))
    await time.passes(LIMIT_S - 1)
    assert not waiting.done()
    await time.passes(1)
    with pytest.raises(TimeoutError):
        await waiting


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
    waiting = asyncio.create_task(_wait(patience, asyncio.Event()))
    await time.passes(LIMIT_S - 1)
    assert not waiting.done()
    await time.passes(1)
    with pytest.raises(TimeoutError):
        await waiting


async def test_what_happens_between_two_waits_takes_as_long_as_it_takes(time: _Time) -> None:
    patience = Patience(LIMIT_S)
    async with patience:
        await time.passes(1)
    await time.passes(10 * LIMIT_S)
    waiting = asyncio.create_task(_wait(patience, asyncio.Event()))
    await time.passes(LIMIT_S - 1)
    assert not waiting.done()
    await time.passes(1)
    with pytest.raises(TimeoutError):
        await waiting


async def test_who_is_cancelled_in_a_wait_is_cancelled(time: _Time) -> None:
    patience = Patience(LIMIT_S)
    waiting = asyncio.create_task(_wait(patience, asyncio.Event()))
    await time.passes(1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    patience.close()
