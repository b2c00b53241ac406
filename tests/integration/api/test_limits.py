"""Limits counted in a real Redis: shared between processes, and quick to do without it."""

import signal
import time
from collections.abc import Callable

import pytest

from doctray.api.limits import Limiter
from tests.conftest import RedisServer


async def test_two_processes_share_one_window(redis_server: RedisServer) -> None:
    one, two = Limiter(redis_server.dsn), Limiter(redis_server.dsn)
    try:
        within = [(await limiter.hit("submit", "key:a", per_minute=3))[0] for limiter in (one, two, one, two)]
        assert within == [True, True, True, False]
        assert (await two.hit("submit", "key:b", per_minute=3))[0] is True
    finally:
        await one.close()
        await two.close()


async def test_the_window_says_how_much_is_left(redis_server: RedisServer) -> None:
    limiter = Limiter(redis_server.dsn)
    try:
        _, window = await limiter.hit("read", "key:a", per_minute=10)
        assert (window.limit, window.left) == (10, 9)
        assert 1 <= window.reset_s <= 60
    finally:
        await limiter.close()


@pytest.mark.parametrize("harm", [lambda redis: redis.stop(), lambda redis: redis.signal(signal.SIGSTOP)], ids=["gone", "frozen"])
async def test_without_redis_memory_counts_after_a_moment(own_redis: RedisServer, harm: Callable[[RedisServer], None]) -> None:
    limiter = Limiter(own_redis.dsn)
    try:
        assert (await limiter.hit("submit", "key:a", per_minute=2))[0] is True
        harm(own_redis)
        started = time.monotonic()
        within = [(await limiter.hit("submit", "key:a", per_minute=2))[0] for _ in range(3)]
        assert within == [True, True, False]
        assert time.monotonic() - started < 2
    finally:
        await limiter.close()
