"""Stops asking a model that does not answer, and looks again after a while with one document at a time."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import StrEnum

from doctray.domain.errors import ExtractorUnavailable
from doctray.ports import Clock


class Circuit(StrEnum):
    """Whether the model is asked."""

    CLOSED = "closed"  # asked; opens after so many failures in a row
    HALF_OPEN = "half_open"  # asked for one document, whose fate closes or opens it
    OPEN = "open"  # not asked; half open once the pause is over


class Breaker:
    """One for each model. Not for use by several event loops.

    failures: in a row, after which it opens. pause_s: until the next look. on_change: told of every change, and once at the start.
    """

    def __init__(self, *, failures: int, pause_s: float, clock: Clock, on_change: Callable[[Circuit], None]) -> None:
        self._limit = failures
        self._pause_s = pause_s
        self._clock = clock
        self._on_change = on_change
        self._failed = 0
        self._opened_at = 0.0
        self._state = Circuit.CLOSED
        on_change(self._state)

    @property
    def state(self) -> Circuit:
        return self._state

    @asynccontextmanager
    async def guard(self) -> AsyncIterator[None]:
        """Ask within it. Raises ExtractorUnavailable at once while the circuit is open.

        ExtractorUnavailable raised inside is a failure. A useless answer is none: the model is there. Cancelled, the question
        says nothing, and the next one is the look.
        """
        self._admit()
        try:
            yield
        except ExtractorUnavailable:
            self._failed += 1
            if self._state is Circuit.HALF_OPEN or self._failed >= self._limit:
                self._open()
            raise
        except Exception:
            self._close()
            raise
        except BaseException:
            if self._state is Circuit.HALF_OPEN:
                self._change(Circuit.OPEN)
            raise
        else:
            self._close()

    def _admit(self) -> None:
        if self._state is Circuit.CLOSED:
            return
        left_s = self._opened_at + self._pause_s - self._clock.monotonic()
        if self._state is Circuit.HALF_OPEN or left_s > 0:
            raise ExtractorUnavailable(
                "The model failed several times in a row and is not asked for a while.", retry_after_s=max(0.0, left_s)
            )
        self._change(Circuit.HALF_OPEN)

    def _open(self) -> None:
        self._opened_at = self._clock.monotonic()
        self._change(Circuit.OPEN)

    def _close(self) -> None:
        self._failed = 0
        self._change(Circuit.CLOSED)

    def _change(self, state: Circuit) -> None:
        if state is not self._state:
            self._state = state
            self._on_change(state)
