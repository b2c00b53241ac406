"""Reaching a Redis that does not answer."""

import asyncio
import signal

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from doctray.queue.redis import ASKING_S, AWAY_S, UNREACHABLE, Fuse, open_pool
from tests.conftest import RedisServer


async def test_a_connection_that_lay_idle_gives_up_on_a_frozen_server(own_redis: RedisServer) -> None:
    """redis-py's health checks would open connection after connection here, without end."""
    async with Redis(connection_pool=open_pool(own_redis.dsn, timeout_s=1.0)) as client:
        await client.ping()
        connection = client.connection_pool._available_connections[-1]
        connection.next_health_check = -1.0  # as after a long time
        own_redis.signal(signal.SIGSTOP)
        try:
            async with asyncio.timeout(60):
                with pytest.raises(UNREACHABLE):
                    await client.ping()
        finally:
            own_redis.signal(signal.SIGCONT)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def failing(fuse: Fuse, clock: Clock, *, after_s: float) -> None:
    def call() -> None:
        clock.now += after_s
        raise OSError

    with pytest.raises(OSError), fuse.guard():
        call()


def test_a_refusal_costs_nothing_and_is_no_reason_to_wait() -> None:
    clock = Clock()
    fuse = Fuse(monotonic=clock)
    failing(fuse, clock, after_s=0.01)
    with fuse.guard():
        pass


def test_after_a_call_in_vain_nobody_asks_for_a_while_and_then_one_does() -> None:
    clock = Clock()
    fuse = Fuse(monotonic=clock)
    failing(fuse, clock, after_s=1)
    clock.now += AWAY_S - 0.1
    with pytest.raises(RedisConnectionError), fuse.guard():
        pytest.fail("asked too soon")
    clock.now += 0.2
    with fuse.guard(), pytest.raises(RedisConnectionError), fuse.guard():
        pytest.fail("a second one asked meanwhile")
    with fuse.guard():
        pass


def test_an_asker_that_never_comes_back_is_not_waited_for() -> None:
    clock = Clock()
    fuse = Fuse(monotonic=clock)
    failing(fuse, clock, after_s=1)
    clock.now += AWAY_S
    with pytest.raises(asyncio.CancelledError), fuse.guard():
        raise asyncio.CancelledError
    clock.now += ASKING_S
    with fuse.guard():
        pass
