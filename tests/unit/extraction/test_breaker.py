"""When a model is asked, and when it is left alone."""

import asyncio

import pytest

from doctray.domain.errors import ExtractionRejected, ExtractorUnavailable
from doctray.extraction.breaker import Breaker, Circuit
from doctray.testing import FakeClock


class Watched(Breaker):
    def __init__(self, clock: FakeClock) -> None:
        self.changes: list[Circuit] = []
        super().__init__(failures=2, pause_s=30.0, clock=clock, on_change=self.changes.append)

    async def ask(self, error: BaseException | None = None) -> None:
        async with self.guard():
            if error is not None:
                raise error

    async def fail(self) -> None:
        with pytest.raises(ExtractorUnavailable):
            await self.ask(ExtractorUnavailable())


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def breaker(clock: FakeClock) -> Watched:
    return Watched(clock)


async def test_it_opens_after_failures_in_a_row(breaker: Watched) -> None:
    await breaker.fail()
    await breaker.ask()
    await breaker.fail()
    assert breaker.state is Circuit.CLOSED
    await breaker.fail()
    assert breaker.changes == [Circuit.CLOSED, Circuit.OPEN]


async def test_open_it_refuses_at_once_and_says_for_how_long(breaker: Watched, clock: FakeClock) -> None:
    await breaker.fail()
    await breaker.fail()
    clock.advance(10)
    with pytest.raises(ExtractorUnavailable) as refused:
        await breaker.ask()
    assert refused.value.retry_after_s == 20.0


async def test_after_the_pause_one_question_decides(breaker: Watched, clock: FakeClock) -> None:
    await breaker.fail()
    await breaker.fail()
    clock.advance(30)
    async with breaker.guard():
        assert breaker.state is Circuit.HALF_OPEN
        with pytest.raises(ExtractorUnavailable, match="not asked"):
            await breaker.ask()
    assert breaker.changes == [Circuit.CLOSED, Circuit.OPEN, Circuit.HALF_OPEN, Circuit.CLOSED]


async def test_a_look_that_fails_opens_it_for_another_pause(breaker: Watched, clock: FakeClock) -> None:
    await breaker.fail()
    await breaker.fail()
    clock.advance(30)
    await breaker.fail()
    assert breaker.state is Circuit.OPEN
    clock.advance(29)
    with pytest.raises(ExtractorUnavailable, match="not asked"):
        await breaker.ask()


async def test_a_look_that_is_cancelled_leaves_the_look_to_the_next(breaker: Watched, clock: FakeClock) -> None:
    await breaker.fail()
    await breaker.fail()
    clock.advance(30)
    with pytest.raises(asyncio.CancelledError):
        await breaker.ask(asyncio.CancelledError())
    await breaker.ask()
    assert breaker.state is Circuit.CLOSED


async def test_a_useless_answer_is_a_sign_of_life(breaker: Watched) -> None:
    await breaker.fail()
    with pytest.raises(ExtractionRejected):
        await breaker.ask(ExtractionRejected())
    await breaker.fail()
    assert breaker.state is Circuit.CLOSED
