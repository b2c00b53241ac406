"""Questions share calls, and nobody's answer depends on another caller."""

import asyncio
from collections.abc import Sequence

import pytest

from doctray.queue.together import GROUP_LIMIT, Together


class _Server:
    """Answers with the double, once it is let."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.may_answer = asyncio.Event()
        self.error: Exception | None = None

    async def ask(self, questions: Sequence[int]) -> list[int]:
        self.asked.append(list(questions))
        await self.may_answer.wait()
        if self.error is not None:
            raise self.error
        return [2 * question for question in questions]


async def test_what_comes_while_one_call_is_under_way_shares_the_next() -> None:
    server = _Server()
    together = Together(server.ask)
    first = asyncio.create_task(together(1))
    await _until_asked(server, 1)
    others = [asyncio.create_task(together(number)) for number in (2, 3, 4)]
    await asyncio.sleep(0)
    server.may_answer.set()
    assert await first == 2
    assert await asyncio.gather(*others) == [4, 6, 8]
    assert server.asked == [[1], [2, 3, 4]]


async def test_a_call_carries_so_many_at_most() -> None:
    server = _Server()
    server.may_answer.set()
    together = Together(server.ask)
    answers = await asyncio.gather(*(together(number) for number in range(GROUP_LIMIT + 1)))
    assert answers == [2 * number for number in range(GROUP_LIMIT + 1)]
    assert [len(group) for group in server.asked] == [GROUP_LIMIT, 1]


async def test_a_cancelled_caller_takes_nobody_with_it() -> None:
    server = _Server()
    together = Together(server.ask)
    gone, stays = asyncio.create_task(together(1)), asyncio.create_task(together(2))
    await _until_asked(server, 1)
    gone.cancel()
    server.may_answer.set()
    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_an_error_reaches_each_caller_and_the_next_call_is_made_all_the_same() -> None:
    server = _Server()
    server.may_answer.set()
    server.error = ConnectionError("away")
    together = Together(server.ask)
    assert [type(error) for error in await asyncio.gather(together(1), together(2), return_exceptions=True)] == [ConnectionError] * 2
    server.error = None
    assert await together(3) == 6


async def test_closing_cancels_whoever_waits() -> None:
    server = _Server()
    together = Together(server.ask)
    waiting = [asyncio.create_task(together(number)) for number in (1, 2)]
    await _until_asked(server, 1)
    late = asyncio.create_task(together(3))
    await asyncio.sleep(0)
    await together.close()
    answers = await asyncio.gather(*waiting, late, return_exceptions=True)
    assert [type(answer) for answer in answers] == [asyncio.CancelledError] * 3


async def _until_asked(server: _Server, calls: int) -> None:
    async with asyncio.timeout(60):
        while len(server.asked) < calls:
            await asyncio.sleep(0)
