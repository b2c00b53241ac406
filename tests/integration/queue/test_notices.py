"""Progress and changes over a real Redis."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from doctray.domain.job import Progress
from doctray.queue.notices import RedisNotices
from tests.conftest import RedisServer


@contextlib.asynccontextmanager
async def notices_on(server: RedisServer) -> AsyncIterator[RedisNotices]:
    notices = RedisNotices(server.dsn, timeout_s=5.0)
    try:
        yield notices
    finally:
        await notices.close()


async def published_until_heard(notices: RedisNotices, waiting: asyncio.Task[bool], request_id: str, progress: Progress | None) -> None:
    """The subscription of a first waiter takes a moment; publishing is repeatable."""
    async with asyncio.timeout(60):
        while not waiting.done():
            await notices.publish(request_id, progress)
            await asyncio.sleep(0.02)


async def test_a_waiter_hears_of_its_job_and_reads_the_progress(redis_server: RedisServer) -> None:
    progress = Progress(stage="ocr", pages_done=1, pages_total=3, percent=40)
    async with notices_on(redis_server) as api, notices_on(redis_server) as worker:
        waiting = asyncio.create_task(api.wait("a", timeout_s=60))
        await published_until_heard(worker, waiting, "a", progress)
        assert await waiting is True
        assert await api.progress("a") == progress


async def test_an_end_clears_the_progress(redis_server: RedisServer) -> None:
    async with notices_on(redis_server) as notices:
        await notices.publish("a", Progress(stage="ocr", percent=10))
        await notices.publish("a", None)
        assert await notices.progress("a") is None


async def test_a_waiter_does_not_hear_of_other_jobs(redis_server: RedisServer) -> None:
    async with notices_on(redis_server) as notices:
        mine = asyncio.create_task(notices.wait("mine", timeout_s=60))
        other = asyncio.create_task(notices.wait("other", timeout_s=60))
        await published_until_heard(notices, other, "other", None)
        assert not mine.done()
        mine.cancel()
        await asyncio.gather(mine, return_exceptions=True)


async def test_many_waiters_share_one_subscription(redis_server: RedisServer) -> None:
    async with notices_on(redis_server) as notices:
        waiting = [asyncio.create_task(notices.wait(str(number), timeout_s=60)) for number in range(50)]
        for number, waiter in enumerate(waiting):
            await published_until_heard(notices, waiter, str(number), None)
        assert await asyncio.gather(*waiting) == [True] * 50
        assert await notices._redis.pubsub_numpat() == 1


async def test_everything_is_silent_without_redis(own_redis: RedisServer) -> None:
    async with notices_on(own_redis) as notices:
        own_redis.stop()
        await notices.publish("a", None)
        assert await notices.progress("a") is None
        assert await notices.wait("a", timeout_s=0.2) is False
