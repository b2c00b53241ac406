"""Tasks that are told to end, and work that a cancelled caller waits for all the same."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")

CANCEL_AGAIN_S = 2.0
"""How long a cancelled task may take to end before it is told again."""


async def to_the_end(work: Awaitable[T], *, given_up: Callable[[], None] = lambda: None) -> T:
    """Await work that takes effect whether or not anybody waits for it: a thread, or a request that is on its way.

    A caller who is cancelled meanwhile waits for it all the same, however often he is cancelled: it must not take effect behind what
    comes after it. What the work itself came to is then dropped. given_up: called before that wait, so that the work can end early.
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


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel the tasks until they have ended, and drop their errors.

    Once is not enough: asyncio.wait_for of Python 3.11, through which redis-py sends and SQLAlchemy waits for a connection, swallows a
    cancellation that comes just as it is done.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_S)
    await asyncio.gather(*tasks, return_exceptions=True)
