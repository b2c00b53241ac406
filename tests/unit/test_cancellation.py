"""Tasks that are told to end, and work that a cancelled caller still waits for."""

import asyncio
import gc
from functools import partial
from typing import Any

import pytest

from doctray.cancellation import end, to_the_end


async def _until_begun(task: "asyncio.Task[Any]") -> None:
    """One turn of the loop: the task waits for the work."""
    await asyncio.sleep(0)
    assert not task.done()


async def test_what_the_work_gives_or_raises_is_the_callers() -> None:
    async def broken() -> None:
        raise ZeroDivisionError

    assert await to_the_end(asyncio.sleep(0, "done")) == "done"
    with pytest.raises(ZeroDivisionError):
        await to_the_end(broken())


async def test_a_cancelled_caller_waits_however_often_he_is_cancelled() -> None:
    work: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(to_the_end(work))
    await _until_begun(task)
    for _ in range(3):
        task.cancel()
        await _until_begun(task)

    work.set_result(None)
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_work_hears_that_its_caller_gave_up_and_its_error_is_not_mourned() -> None:
    told: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: told.append(context))

    async def give_up() -> None:
        work: asyncio.Future[None] = loop.create_future()
        task = asyncio.create_task(to_the_end(work, given_up=partial(work.set_exception, ZeroDivisionError())))
        await _until_begun(task)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    await give_up()
    # The turn of the loop that woke us still holds the task.
    await asyncio.sleep(0)
    gc.collect()
    assert told == []


async def test_work_that_is_cancelled_itself_ends_the_wait() -> None:
    work: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(to_the_end(work))
    await _until_begun(task)
    task.cancel()
    await _until_begun(task)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_task_that_swallows_a_cancellation_is_told_again() -> None:
    told = 0

    async def deaf_once() -> None:
        nonlocal told
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                told += 1
                if told > 1:
                    raise

    task = asyncio.create_task(deaf_once())
    await asyncio.sleep(0)
    async with asyncio.timeout(60):
        await end(task)
    assert (told, task.cancelled()) == (2, True)
