"""What the makers of exports and the deliverers of webhooks have in common: looking for what is due, and ending in time."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Any

import structlog

from doctray.domain.errors import TemporarilyUnavailable

_log = structlog.get_logger()


async def look_forever(start_due: Callable[[], Awaitable[Any]], *, again: asyncio.Event, every_s: float, unreachable: str) -> None:
    """Start what is due every every_s, and when `again` is set; until cancelled. unreachable: what is logged while the journal is away."""
    while True:
        again.clear()
        try:
            await start_due()
        except TemporarilyUnavailable:
            _log.warning(unreachable)
        with suppress(TimeoutError):
            async with asyncio.timeout(every_s):
                await again.wait()


async def end_within(grace_s: float, tasks: Collection[asyncio.Task[None]]) -> None:
    """Let them end by themselves, then cancel the late ones and wait for those."""
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=grace_s)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
