"""A job's time budget, in which waiting for its turn does not count."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType


class Budget:
    """Use it around the work, as an async context manager; raises TimeoutError there once `spend` has run for `seconds` in all.

    The clock runs while at least one `spend` is open.
    """

    def __init__(self, seconds: float) -> None:
        self._whole = seconds
        self._left = seconds
        self._spending = 0
        self._since = 0.0
        self._timeout = asyncio.timeout(None)

    async def __aenter__(self) -> "Budget":
        await self._timeout.__aenter__()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        await self._timeout.__aexit__(kind, error, traceback)

    @property
    def spent_s(self) -> float:
        """Seconds of work so far; what is under way counts up to now."""
        running = asyncio.get_running_loop().time() - self._since if self._spending else 0.0
        return self._whole - self._left + running

    @contextmanager
    def spend(self) -> Iterator[None]:
        now = asyncio.get_running_loop().time
        self._spending += 1
        if self._spending == 1:
            self._since = now()
            self._expire_at(self._since + self._left)
        try:
            yield
        finally:
            self._spending -= 1
            if self._spending == 0:
                self._left -= now() - self._since
                self._expire_at(None)

    def _expire_at(self, when: float | None) -> None:
        # one that has expired is on its way out already
        if not self._timeout.expired():
            self._timeout.reschedule(when)
