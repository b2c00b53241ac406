"""Lets the tasks of a test go on without waiting for any time to pass."""

import asyncio


async def settled() -> None:
    """Every task has gone as far as it can, where each waits only for the others."""
    for _ in range(10):
        await asyncio.sleep(0)
