"""Starting a process of our own, given up at every moment of it."""

import asyncio
import gc
import warnings
from contextlib import suppress

import psutil
import pytest

from doctray.socket_child import SocketChild, launch

ENVIRONMENT: dict[str, str] = {}


async def given_up_after(turns: int) -> None:
    """Start a child and give up after so many turns of the event loop."""
    starting = asyncio.create_task(launch("doctray.extraction.child", environment=ENVIRONMENT))
    for _ in range(turns):
        await asyncio.sleep(0)
    starting.cancel()
    with suppress(asyncio.CancelledError):
        await (await starting).end()


@pytest.mark.parametrize("turns", range(12))
async def test_a_start_that_is_given_up_leaves_no_process(turns: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await given_up_after(turns)
        gc.collect()
    assert [child for child in psutil.Process().children() if "doctray.extraction.child" in child.cmdline()] == []


async def test_a_child_that_died_by_itself_keeps_its_exit_status() -> None:
    for _ in range(5):
        child: SocketChild = await launch("doctray.extraction.child", environment=ENVIRONMENT)
        psutil.Process(child.process.pid).kill()
        assert await child.end() == -9
