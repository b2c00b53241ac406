"""arq as a doorbell, on a real Redis: every behaviour of arq 0.28.0 that we rely on (queue-on-arq.md)."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Callable
from statistics import median

import pytest
import redis

from doctray.cancellation import end
from doctray.ports import BellUnreachable
from doctray.queue.arq_queue import QUEUE_NAME, ArqQueue
from doctray.queue.arq_worker import ArqWorker
from tests.conftest import RedisServer
from tests.settling import until


@contextlib.asynccontextmanager
async def queue_on(server: RedisServer) -> AsyncIterator[ArqQueue]:
    queue = ArqQueue(server.dsn)
    try:
        yield queue
    finally:
        await queue.close()


@contextlib.asynccontextmanager
async def hearing(
    server: RedisServer,
    heard: list[str],
    *,
    free: Callable[[], int] = lambda: 4,
    unreachable: list[float] | None = None,
) -> AsyncIterator[ArqWorker]:
    async def hand_over(request_id: str) -> None:
        heard.append(request_id)

    async def away() -> None:
        if unreachable is not None:
            unreachable.append(time.monotonic())

    worker = ArqWorker(server.dsn, hand_over=hand_over, free=free, unreachable=away, slots=4, poll_s=0.01)
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        await end(task)


async def test_a_ring_reaches_a_worker_once(redis_server: RedisServer) -> None:
    heard: list[str] = []
    async with queue_on(redis_server) as queue, hearing(redis_server, heard):
        await queue.ring("a", 1)
        await until(lambda: heard)
        async with asyncio.timeout(60):
            while await queue.depth():
                await asyncio.sleep(0.01)
    assert heard == ["a"]


async def test_each_ring_needs_a_new_number_and_the_same_number_is_harmless(redis_server: RedisServer) -> None:
    async with queue_on(redis_server) as queue:
        await queue.ring("a", 1)
        await queue.ring("a", 1)
        assert await queue.depth() == 1
        await queue.ring("a", 2)
        assert await queue.depth() == 2


async def test_missing_tells_which_rings_redis_has_forgotten(redis_server: RedisServer) -> None:
    async with queue_on(redis_server) as queue:
        await queue.ring("a", 1)
        assert await queue.missing([("a", 1), ("a", 2), ("b", 1)]) == ["a", "b"]
        assert await queue.missing([]) == []
        redis_server.flush()
        assert await queue.missing([("a", 1)]) == ["a"]


async def test_a_delayed_ring_waits_and_a_priority_goes_first(redis_server: RedisServer) -> None:
    heard: list[str] = []
    async with queue_on(redis_server) as queue:
        await queue.ring("later", 1, delay_s=3600)
        await queue.ring("plain", 1)
        await queue.ring("urgent", 1, priority=9)
        async with hearing(redis_server, heard):
            await until(lambda: len(heard) == 2)
        assert heard == ["urgent", "plain"]
        assert await queue.missing([("later", 1)]) == []


async def test_the_queue_carries_ids_as_json_and_no_pickle(redis_server: RedisServer) -> None:
    async with queue_on(redis_server) as queue:
        await queue.ring("a", 1)
    with redis.Redis(unix_socket_path=str(redis_server.socket)) as client:
        assert client.get("arq:job:a:1") is not None
        assert client.get("arq:job:a:1").startswith(b"{")
        assert client.zcard(QUEUE_NAME) == 1


async def test_a_worker_without_a_free_slot_leaves_rings_to_others(redis_server: RedisServer) -> None:
    full: list[str] = []
    free: list[str] = []
    async with queue_on(redis_server) as queue, hearing(redis_server, full, free=lambda: 0) as worker:
        await until(lambda: worker.connected)
        await queue.ring("a", 1)
        async with hearing(redis_server, free):
            await until(lambda: free)
    assert (full, free) == ([], ["a"])


async def test_no_more_rings_are_taken_than_there_are_free_slots(redis_server: RedisServer) -> None:
    free, heard = 2, []

    async def hold(request_id: str) -> None:
        nonlocal free
        free -= 1
        heard.append(request_id)

    async def away() -> None: ...

    async with queue_on(redis_server) as queue:
        for number in range(6):
            await queue.ring(str(number), 1)
        task = asyncio.create_task(
            ArqWorker(redis_server.dsn, hand_over=hold, free=lambda: free, unreachable=away, slots=4, poll_s=0.01).run()
        )
        try:
            await until(lambda: len(heard) == 2)
            async with asyncio.timeout(60):
                while await queue.depth() != 4:
                    await asyncio.sleep(0.01)
            assert sorted(heard) == ["0", "1"]
        finally:
            await end(task)


async def test_a_frozen_redis_costs_the_caller_its_timeout_and_no_more(own_redis: RedisServer) -> None:
    async with queue_on(own_redis) as queue:
        await queue.ping()
        own_redis.signal(signal.SIGSTOP)
        try:
            with pytest.raises(BellUnreachable):
                async with asyncio.timeout(60):
                    await queue.ring("a", 1)
        finally:
            own_redis.signal(signal.SIGCONT)


async def test_a_frozen_redis_is_not_waited_for_again_and_again(own_redis: RedisServer) -> None:
    async with queue_on(own_redis) as queue:
        own_redis.signal(signal.SIGSTOP)
        try:
            with pytest.raises(BellUnreachable):
                await queue.ping()
            # Each by itself would wait for half a second.
            async with asyncio.timeout(60):
                for number in range(200):
                    with pytest.raises(BellUnreachable):
                        await queue.ring(str(number), 1)
        finally:
            own_redis.signal(signal.SIGCONT)
        async with asyncio.timeout(60):
            while True:
                with contextlib.suppress(BellUnreachable):
                    await queue.ping()
                    break
                await asyncio.sleep(0.05)


async def test_a_worker_looks_into_the_journal_every_other_second_while_redis_is_frozen(own_redis: RedisServer) -> None:
    away: list[float] = []
    async with hearing(own_redis, [], unreachable=away) as worker:
        await until(lambda: worker.connected)
        own_redis.signal(signal.SIGSTOP)
        frozen_at = time.monotonic()
        try:
            await until(lambda: len(away) >= 4)
        finally:
            own_redis.signal(signal.SIGCONT)
        await until(lambda: worker.connected)
    gaps = [later - earlier for earlier, later in zip([frozen_at, *away], away, strict=False)]
    # The most of them: one may fall into a stall of the machine.
    assert median(gaps) < 5.0, gaps


async def test_a_worker_survives_redis_stopped_and_started_empty(own_redis: RedisServer) -> None:
    heard: list[str] = []
    away: list[float] = []
    async with queue_on(own_redis) as queue, hearing(own_redis, heard, unreachable=away) as worker:
        await until(lambda: worker.connected)
        own_redis.stop()
        await until(lambda: away)
        with pytest.raises(BellUnreachable):
            await queue.ring("lost", 1)
        own_redis.start()
        await until(lambda: worker.connected)
        await queue.ring("b", 1)
        await until(lambda: heard)
    assert heard == ["b"]
