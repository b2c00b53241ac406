"""One limit on each of many short waits, for the price of one timer: chunks of a body mostly lie there already when they are asked for."""

import asyncio
from types import TracebackType


class Patience:
    """A context around each wait of a task, one after the other. Raises TimeoutError when one takes longer than `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Timeout | None = None
        self._since = 0.0
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> None:
        waiting = asyncio.timeout(None)
        await waiting.__aenter__()
        self._waiting = waiting
        self._since = self._loop.time()
        if self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._look)

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        waiting, self._waiting = self._waiting, None
        assert waiting is not None
        await waiting.__aexit__(kind, error, trace)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        if self._waiting is None:
            # The next wait sets it anew.
            return
        left = self._since + self._seconds - self._loop.time()
        if left > 0:
            self._timer = self._loop.call_later(left, self._look)
        else:
            self._waiting.reschedule(self._loop.time())
