"""The doorbell's and the notices' rules, in memory and on Redis. What is arq's alone stands in tests/integration/queue."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from doctray.domain.job import Progress
from doctray.ports import JobQueue, Notices
from doctray.queue.arq_queue import ArqQueue
from doctray.queue.notices import RedisNotices
from doctray.testing import MemoryNotices, MemoryQueue

PROGRESS = Progress(stage="ocr", pages_done=1, pages_total=3, percent=40)


@pytest.fixture(params=["memory", "redis"])
def redis_dsn(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "memory" else str(request.getfixturevalue("redis_server").dsn)


@pytest.fixture
async def queue(redis_dsn: str | None) -> AsyncIterator[JobQueue]:
    if redis_dsn is None:
        yield MemoryQueue()
        return
    queue = ArqQueue(redis_dsn, timeout_s=5.0)
    yield queue
    await queue.close()


@pytest.fixture
async def notices(redis_dsn: str | None) -> AsyncIterator[Notices]:
    if redis_dsn is None:
        yield MemoryNotices()
        return
    notices = RedisNotices(redis_dsn, timeout_s=5.0)
    yield notices
    await notices.close()


async def test_rings_wait_and_a_repeat_changes_nothing(queue: JobQueue) -> None:
    await queue.ping()
    assert await queue.depth() == 0
    await queue.ring("a", 1)
    await queue.ring("a", 1)
    await queue.ring("b", 1, priority=9, delay_s=60)
    assert await queue.depth() == 2


async def test_missing_names_those_that_are_not_in_the_queue(queue: JobQueue) -> None:
    assert await queue.missing([]) == []
    await queue.ring("a", 1)
    assert await queue.missing([("a", 1), ("a", 2), ("b", 1)]) == ["a", "b"]


async def test_progress_is_what_was_published_last_until_the_status_changes(notices: Notices) -> None:
    assert await notices.progress("a") is None
    await notices.publish("a", Progress(stage="render"))
    await notices.publish("a", PROGRESS)
    assert await notices.progress("a") == PROGRESS
    assert await notices.progress("b") is None
    await notices.publish("a", None)
    assert await notices.progress("a") is None


async def test_a_waiter_hears_of_its_own_job_and_otherwise_gives_up(notices: Notices) -> None:
    waiting = asyncio.create_task(notices.wait("a", timeout_s=60))
    other = asyncio.create_task(notices.wait("b", timeout_s=0.2))
    async with asyncio.timeout(60):
        while not waiting.done():
            await notices.publish("a", PROGRESS)
            await asyncio.sleep(0.01)
    assert await waiting is True
    assert await other is False
