"""Says in the log why callers are told to come back: a line for each cause, and no more than one in a while however many are refused."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from doctray.domain.errors import DoctrayError

_log = structlog.get_logger()

QUIET_S = 10.0
"""After a line about a cause, the next ones of the same cause are only counted for so long: an outage is told without filling a disk."""

_WORDS = ("sqlite_errorname", "sqlstate")
"""Where drivers keep the word for what happened; their messages may quote what callers sent, and are left out."""


@dataclass(slots=True)
class _Told:
    at_s: float
    since: int = 0


class RefusalLog:
    """now_s: a steady clock."""

    def __init__(self, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._told: dict[tuple[str, ...], _Told] = {}

    def note(self, error: DoctrayError) -> None:
        """One caller was refused. `unlogged` of the line: how many others were, for the same reason, since the line before."""
        causes = _causes_of(error)
        reason = (error.code, *causes)
        told = self._told.get(reason)
        now_s = self._now_s()
        if told is not None and now_s - told.at_s < QUIET_S:
            told.since += 1
            return
        self._told[reason] = _Told(now_s)
        _log.warning("request.refused", code=error.code, causes=list(causes), detail=error.detail, unlogged=told.since if told else 0)


def _causes_of(error: BaseException) -> tuple[str, ...]:
    """The errors that it was raised from, nearest first, by their classes and the driver's word."""
    causes: list[str] = []
    cause = error.__cause__
    while cause is not None:
        words = [word for name in _WORDS if isinstance(word := getattr(cause, name, None), str)]
        causes.append(" ".join([f"{type(cause).__module__}.{type(cause).__qualname__}", *words]))
        cause = cause.__cause__
    return tuple(causes)
