"""A process far from a limit counts ahead: it asks seldom, lets in no more than it may, and tells all that it let in."""

import asyncio
from collections.abc import Sequence

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from doctray.api import windows
from doctray.api.windows import AHEAD_PART, AHEAD_S, Question, Said, Windows

LIMIT = 1600


class _Server:
    """Counts for all processes, exactly."""

    def __init__(self) -> None:
        self.calls = 0
        self.let_in: dict[str, int] = {}
        self.away = False
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def ask(self, questions: Sequence[Question]) -> list[Said]:
        self.calls += 1
        await self.may_answer.wait()
        if self.away:
            raise RedisConnectionError("gone")
        return [self._count(question) for question in questions]

    def _count(self, question: Question) -> Said:
        counted = self.let_in.get(question.key, 0) + question.told
        within = question.asked and counted < question.limit
        self.let_in[question.key] = counted + within
        return Said(within=within, left=question.limit - counted - within, reset_ms=60_000)


class _Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


async def test_far_from_the_limit_only_the_first_asks() -> None:
    server = _Server()
    counted = Windows(server.ask, monotonic=_Clock())
    said = [await counted.hit("a", LIMIT) for _ in range(50)]
    assert all(one.within for one in said)
    assert [one.left for one in said] == list(range(LIMIT - 1, LIMIT - 51, -1))
    assert server.calls == 1
    await counted.close()
    assert server.let_in == {"a": 50}


async def test_what_was_let_in_ahead_is_told_soon_after() -> None:
    server = _Server()
    counted = Windows(server.ask, monotonic=_Clock())
    for _ in range(20):
        await counted.hit("a", LIMIT)
    async with asyncio.timeout(60):
        while server.let_in["a"] < 20:
            await asyncio.sleep(0.005)
    assert server.calls == 2
    await counted.close()


async def test_what_was_said_is_good_for_a_moment_only() -> None:
    server, clock = _Server(), _Clock()
    counted = Windows(server.ask, monotonic=clock)
    await counted.hit("a", LIMIT)
    server.let_in["a"] = LIMIT
    clock.now_s += AHEAD_S
    assert (await counted.hit("a", LIMIT)).within is False
    await counted.close()


async def test_near_the_limit_each_asks() -> None:
    server = _Server()
    counted = Windows(server.ask, monotonic=_Clock())
    said = [await counted.hit("a", AHEAD_PART) for _ in range(AHEAD_PART + 2)]
    assert [one.within for one in said] == [True] * AHEAD_PART + [False] * 2
    assert server.calls == AHEAD_PART + 2
    await counted.close()


@pytest.mark.parametrize("limit", [1, 15, 16, 40, 300])
async def test_one_process_lets_in_exactly_as_many_as_the_limit_says(limit: int) -> None:
    server, clock = _Server(), _Clock()
    counted = Windows(server.ask, monotonic=clock)
    within = 0
    for wave in range(60):
        server.may_answer.clear()
        asking = [asyncio.create_task(counted.hit("a", limit)) for _ in range(wave % 13 + 1)]
        await asyncio.sleep(0)
        clock.now_s += AHEAD_S * (wave % 3) / 2
        server.may_answer.set()
        within += sum(said.within for said in await asyncio.gather(*asking))
    assert within == limit
    await counted.close()
    assert server.let_in["a"] == limit


async def test_a_caller_who_gives_up_leaves_the_count_right() -> None:
    server = _Server()
    counted = Windows(server.ask, monotonic=_Clock())
    server.may_answer.clear()
    asking = [asyncio.create_task(counted.hit("a", 32)) for _ in range(4)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asking[0].cancel()
    server.may_answer.set()
    await asyncio.gather(*asking, return_exceptions=True)
    within = sum([(await counted.hit("a", 32)).within for _ in range(40)])
    await counted.close()
    assert server.let_in["a"] == 32
    assert within == 32 - 4


async def test_windows_do_not_share_what_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    # on a machine that stalls just now, what was let in ahead would be told before the second window is asked about
    monkeypatch.setattr(windows, "AHEAD_S", 3600.0)
    server = _Server()
    counted = Windows(server.ask, monotonic=_Clock())
    for key in ("a", "b"):
        for _ in range(3):
            await counted.hit(key, LIMIT)
    assert server.calls == 2
    await counted.close()
    assert server.let_in == {"a": 3, "b": 3}


async def test_who_has_to_ask_learns_that_nobody_answers() -> None:
    server, clock = _Server(), _Clock()
    counted = Windows(server.ask, monotonic=clock)
    await counted.hit("a", LIMIT)
    server.away = True
    clock.now_s += AHEAD_S
    with pytest.raises(RedisConnectionError):
        await counted.hit("a", LIMIT)
    await counted.close()


async def test_windows_that_nobody_asks_about_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses are callers' to choose."""
    monkeypatch.setattr(windows, "FORGET_FROM", 4)
    server = _Server()
    counted = Windows(server.ask, monotonic=_Clock())
    for number in range(50):
        await counted.hit(f"address {number}", LIMIT)
    assert counted.remembered <= 8
    await counted.close()
