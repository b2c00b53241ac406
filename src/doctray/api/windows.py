"""Windows that several processes share, counted ahead: a process far from a limit lets in at once what it tells the others later.

A call of redis-py costs as much as the rest of a status poll, so callers who ask hundreds of times a second share a few calls.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from redis.exceptions import RedisError

from doctray.cancellation import end
from doctray.queue.together import Together

AHEAD_S = 0.05
"""For so long after it was told where a window stands, a process may count ahead; and no later it tells what it let in."""

AHEAD_PART = 16
"""It lets in one in so many of what was left at most. One process alone is always exact; of several, each may let in so much more than
it should when the others use up all that is left within AHEAD_S."""

FORGET_FROM = 4096
"""So many windows are remembered before those that are not in use are forgotten."""


@dataclass(frozen=True, slots=True)
class Question:
    """told: requests let in already, which are counted whatever the limit is. asked: whether one more may come in."""

    key: str
    limit: int
    told: int
    asked: bool


@dataclass(frozen=True, slots=True)
class Said:
    """within: whether the one that was asked for may come in; it is counted then. left: by the limit. reset_ms: until there is room."""

    within: bool
    left: int
    reset_ms: int


@dataclass(slots=True)
class _Standing:
    """What is known here of one window: as it was said last, at said_at, and what happened here since.

    untold: let in ahead. asking: callers that wait for their answer. under_way: what calls that are not answered yet may take of left.
    """

    left: int = 0
    reset_ms: int = 0
    said_at: float = float("-inf")
    untold: int = 0
    asking: int = 0
    under_way: int = 0

    @property
    def idle(self) -> bool:
        return not (self.untold or self.asking or self.under_way)


class Windows:
    """`ask` says where windows stand, several in one call and in their order. For one event loop. monotonic: seconds."""

    def __init__(
        self, ask: Callable[[Sequence[Question]], Awaitable[Sequence[Said]]], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._monotonic = monotonic
        self._together = Together(self._ask_all)
        self._standings: dict[tuple[str, int], _Standing] = {}
        self._forget_at = FORGET_FROM
        self._telling: asyncio.Task[None] | None = None

    async def hit(self, key: str, limit: int) -> Said:
        """Count one request, if it is within the limit. Raises what `ask` raises."""
        standing = self._standing(key, limit)
        left = standing.left - standing.untold - standing.asking - standing.under_way
        if self._monotonic() - standing.said_at < AHEAD_S and standing.untold + 1 <= left // AHEAD_PART:
            standing.untold += 1
            if self._telling is None or self._telling.done():
                self._telling = asyncio.create_task(self._tell(), name="tell windows")
            return Said(within=True, left=left - 1, reset_ms=standing.reset_ms)
        standing.asking += 1
        try:
            return await self._together((key, limit, True))
        finally:
            standing.asking -= 1

    @property
    def remembered(self) -> int:
        """How many windows are known."""
        return len(self._standings)

    async def close(self) -> None:
        """What was let in ahead is still told, if that goes."""
        if self._telling is not None:
            await end(self._telling)
        with suppress(RedisError, OSError, TimeoutError):
            await self._tell_now()
        await self._together.close()

    async def _ask_all(self, asked: Sequence[tuple[str, int, bool]]) -> Sequence[Said]:
        standings = [self._standing(key, limit) for key, limit, _ in asked]
        questions = []
        for (key, limit, wanted), standing in zip(asked, standings, strict=True):
            questions.append(Question(key, limit, standing.untold, wanted))
            standing.under_way += standing.untold + wanted
            standing.untold = 0
        answers: Sequence[Said] = ()
        try:
            answers = await self._ask(questions)
        finally:
            for question, standing in zip(questions, standings, strict=True):
                standing.under_way -= question.told + question.asked
        said_at = self._monotonic()
        for standing, said in zip(standings, answers, strict=True):
            standing.left, standing.reset_ms, standing.said_at = said.left, said.reset_ms, said_at
        return answers

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(AHEAD_S)
            if not any(standing.untold for standing in self._standings.values()):
                return
            with suppress(RedisError, OSError, TimeoutError):
                await self._tell_now()

    async def _tell_now(self) -> None:
        owing = [(key, limit, False) for (key, limit), standing in self._standings.items() if standing.untold]
        await asyncio.gather(*(self._together(owed) for owed in owing))

    def _standing(self, key: str, limit: int) -> _Standing:
        standing = self._standings.get((key, limit))
        if standing is None:
            if len(self._standings) >= self._forget_at:
                self._standings = {name: known for name, known in self._standings.items() if not known.idle}
                self._forget_at = max(FORGET_FROM, 2 * len(self._standings))
            standing = self._standings[key, limit] = _Standing()
        return standing
