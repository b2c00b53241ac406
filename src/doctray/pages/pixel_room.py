"""How many pixels page processes may work on at once, all of them together. For the worker's event loop."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator

_Waiting = tuple[int, asyncio.Future[None]]
"""Pixels wanted, and what is done once there is room for them."""


class PixelRoom:
    """Room for so many pixels, given in the order in which it is asked for; a page larger than all of it is alone.

    It is held for one request to one page process, which waits for nothing else meanwhile: no two can wait for each other.
    """

    def __init__(self, pixels: int) -> None:
        self._pixels = pixels
        self._free = pixels
        self._decoded: deque[_Waiting] = deque()
        self._others: deque[_Waiting] = deque()

    @contextlib.asynccontextmanager
    async def hold(self, pixels: int | None, *, decoded: bool) -> AsyncIterator[None]:
        """pixels: None where they are not known, which takes all the room. decoded: of a page that has memory while it waits, and so
        goes before those that have none yet."""
        wanted = self._pixels if pixels is None else min(pixels, self._pixels)
        entered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        (self._decoded if decoded else self._others).append((wanted, entered))
        self._let_in()
        try:
            await entered
            yield
        finally:
            # cancelled with its task, it has got nothing; a task that is cancelled after that has its room
            if not entered.cancelled():
                self._free += wanted
            self._let_in()

    def _let_in(self) -> None:
        while line := self._decoded or self._others:
            wanted, entered = line[0]
            if not entered.done():
                if wanted > self._free:
                    return
                self._free -= wanted
                entered.set_result(None)
            line.popleft()
