"""Limits counted in a real Redis: shared between processes, and quick to do without it."""

import asyncio
import signal
from collections.abc import Callable

import pytest

from doctray.api import limits
from doctray.api.limits import Limiter
from doctray.domain.keys import Scope
from tests.conftest import RedisServer
from tests.integration.api.door import PDF, Door


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that stalls while Redis answers would count in memory."""
    monkeypatch.setattr(limits, "REDIS_TIMEOUT_S", 5.0)


async def test_two_processes_share_one_window(redis_server: RedisServer) -> None:
    one, two = Limiter(redis_server.dsn), Limiter(redis_server.dsn)
    try:
        within = [(await limiter.hit("submit", "key:a", per_minute=3))[0] for limiter in (one, two, one, two)]
        assert within == [True, True, True, False]
        assert (await two.hit("submit", "key:b", per_minute=3))[0] is True
    finally:
        await one.close()
        await two.close()


async def test_what_a_process_counted_ahead_counts_for_the_others_too(redis_server: RedisServer) -> None:
    one, two = Limiter(redis_server.dsn), Limiter(redis_server.dsn)
    try:
        for _ in range(60):
            assert (await one.hit("read", "key:ahead", per_minute=1000))[0] is True
        await one.close()
        _, window = await two.hit("read", "key:ahead", per_minute=1000)
        assert window.left == 1000 - 61
    finally:
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
        async with asyncio.timeout(60):
            within = [(await limiter.hit("submit", "key:a", per_minute=2))[0] for _ in range(3)]
        assert within == [True, True, False]
    finally:
        await limiter.close()


async def test_a_daily_quota_counts_what_was_accepted_and_says_when_the_day_ends(door: Door) -> None:
    key = await door.make_key(Scope.SUBMIT, Scope.READ, daily_quota=2)
    headers = {"x-api-key": key}
    refused = await door.client.post("/v1/jobs", files={"file": ("a.exe", b"MZ not a document" * 9)}, headers=headers)
    assert refused.status_code == 415
    for _ in range(2):
        await door.submit(headers=headers)
    answer = await door.client.post("/v1/jobs", files={"file": ("a.pdf", PDF)}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (429, "quota_exceeded")
    assert 0 < int(answer.headers["retry-after"]) <= 86400
    assert (await door.client.get("/v1/jobs", headers=headers)).status_code == 200


async def test_a_repeat_under_an_idempotency_key_costs_no_quota(door: Door) -> None:
    key = await door.make_key(Scope.SUBMIT, daily_quota=2)
    headers = {"x-api-key": key, "idempotency-key": "one"}
    for _ in range(3):
        await door.submit(headers=headers)
    await door.submit(headers={"x-api-key": key})
