"""Asks a busy model again: after the pause it names or a growing one with jitter, and never beyond the time there is."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import TypeVar

import structlog

from doctray.extraction.language_model import ModelBusy
from doctray.ports import Clock

_log = structlog.get_logger()
T = TypeVar("T")

ATTEMPTS = 5
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 20.0


def pause_s(attempt: int, *, named_s: float | None, jitter: float) -> float:
    """Seconds to wait after the attempt-th failure (from 1). named_s: Retry-After; then jitter only adds, up to a fifth.

    jitter: [0, 1). Without Retry-After the pause doubles and is taken from its upper half, so that many clients spread out.
    """
    if named_s is not None:
        return named_s * (1 + 0.2 * jitter) + 0.1 * jitter
    whole: float = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (attempt - 1))
    return whole * (0.5 + 0.5 * jitter)


async def asked_again(ask: Callable[[], Awaitable[T]], *, until: float, clock: Clock, random: Random, name: str) -> T:
    """The first answer that is not ModelBusy. until: on clock.monotonic().

    Raises the last ModelBusy once the attempts are used up, or at once when the next one would come too late.
    """
    attempt = 0
    while True:
        attempt += 1
        try:
            return await ask()
        except ModelBusy as busy:
            wait_s = pause_s(attempt, named_s=busy.retry_after_s, jitter=random.random())
            if attempt >= ATTEMPTS or clock.monotonic() + wait_s >= until:
                raise
            _log.info("model.busy", extractor=name, attempt=attempt, wait_s=round(wait_s, 2))
            await asyncio.sleep(wait_s)
