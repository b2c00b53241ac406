"""Keeping a turn of the journal's for as long as a piece of work takes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from doctray.cancellation import end
from doctray.domain.errors import TemporarilyUnavailable
from doctray.ports import Journal


@asynccontextmanager
async def keeping_turn(journal: Journal, name: str, *, holder: str, hold_s: float) -> AsyncIterator[None]:
    """Take a turn that `holder` has just got for `hold_s` seconds anew until the end of the block, and give it back then."""

    async def keep() -> None:
        while True:
            await asyncio.sleep(hold_s / 4)
            # Three more tries come before it ends.
            with suppress(TemporarilyUnavailable):
                await journal.take_turn(name, holder=holder, hold_s=hold_s)

    keeping = asyncio.create_task(keep(), name=f"keep turn {name}")
    try:
        yield
    finally:
        await end(keeping)
        with suppress(TemporarilyUnavailable):
            await journal.take_turn(name, holder=holder, hold_s=0.0)
