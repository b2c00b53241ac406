"""Waits of tests: for what is bound to come, not for time to pass."""

import asyncio
from collections.abc import Callable

WITHIN_S = 60.0
"""Machines that run tests stall for seconds."""


async def settled() -> None:
    """Every task has gone as far as it can, where each waits only for the others."""
    for _ in range(10):
        await asyncio.sleep(0)


async def until(condition: Callable[[], object]) -> None:
    """It holds now. Raises TimeoutError when it does not come to hold in time."""
    async with asyncio.timeout(WITHIN_S):
        while not condition():
            await asyncio.sleep(0.002)
