"""Work that takes effect whether or not anybody waits for it: a thread, or a request that is on its way."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def to_the_end(work: Awaitable[T], *, given_up: Callable[[], None] = lambda: None) -> T:
    """Await the work. A caller who is cancelled meanwhile waits for it all the same: it must not take effect behind what comes after it.

    However often he is cancelled; what the work itself came to is then dropped. given_up: called before that wait, so that the work can
    end early.
    """
    working = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        given_up()
        while not working.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([working])
        if not working.cancelled():
            # Looked at, or asyncio complains that nobody did.
            working.exception()
        raise
