"""How often a caller may ask: windows in Redis, shared by all API processes; in memory while Redis is away.

Redis counts and says where the caller stands in one call, and requests that come while one is under way share the next: the library
`limits` takes two calls for each request, of 0.1 ms each (docs/decisions/0026-front-door.md).
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute, WindowStats
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter
from redis.asyncio import ConnectionPool, Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from doctray.domain.errors import QuotaExceeded, RateLimited
from doctray.queue.together import Together
from doctray.telemetry import metrics

_log = structlog.get_logger()

REDIS_TIMEOUT_S = 0.2
"""A frozen Redis costs a request this much once, then memory counts for MEMORY_ONLY_S (architecture.md, decision 5)."""

MEMORY_ONLY_S = 5.0
WINDOW_S = 60

PAUSE_S = 0.25
"""A caller beyond the limit waits so long for the refusal. Whoever asks again as soon as there is an answer, as floods and guesses at
keys do, asks four times a second on each connection then, and not hundreds of times."""

MOST_PAUSING = 256
"""Beyond it refusals come at once: each that waits holds a connection and its request's state."""

KEY_PREFIX = "doctray:limit:"

# A moving window for each key: a list of the times of what was let in, newest first, by the server's clock in ms. Both ends of a list
# cost the same however long it is. ARGV: the window, then a limit for each key.
_COUNT = """
local time, window, said = redis.call('TIME'), tonumber(ARGV[1]), {}
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for place, key in ipairs(KEYS) do
  local oldest = redis.call('LINDEX', key, -1)
  while oldest and tonumber(oldest) <= now - window do
    redis.call('RPOP', key)
    oldest = redis.call('LINDEX', key, -1)
  end
  local counted, limit, within = redis.call('LLEN', key), tonumber(ARGV[place + 1]), 0
  if counted < limit then
    redis.call('LPUSH', key, now)
    redis.call('PEXPIRE', key, window)
    counted, within = counted + 1, 1
  end
  said[place] = {within, limit - counted, (oldest or now) + window - now}
end
return said
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Where a caller stands. name: submit or read. left: requests left. reset_s: until the window has room again."""

    name: str
    limit: int
    left: int
    reset_s: int

    def headers(self) -> tuple[tuple[str, str], ...]:
        """RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers)."""
        return (
            ("RateLimit-Policy", f'"{self.name}";q={self.limit};w={WINDOW_S}'),
            ("RateLimit", f'"{self.name}";r={self.left};t={self.reset_s}'),
        )


class Limiter:
    """Counts requests. dsn: of Redis; None: memory of this process only."""

    def __init__(self, dsn: str | None) -> None:
        self._pool: ConnectionPool | None = None
        self._shared: Together[tuple[str, int], tuple[int, int, int]] | None = None
        # A counter for the day: a moving window would keep every document's time.
        self._shared_day: FixedWindowRateLimiter | None = None
        if dsn is not None:
            self._pool = ConnectionPool.from_url(dsn, socket_timeout=REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S)
            # With a pool given, the address in this URL only names the kind of server.
            storage: Storage = RedisStorage(
                "async+redis://pool:0",
                implementation="redispy",
                key_prefix="doctray:limit",
                connection_pool=self._pool,  # type: ignore[arg-type]
            )
            self._count_shared = Redis(connection_pool=self._pool).register_script(_COUNT)
            self._shared = Together(self._ask_shared)
            self._shared_day = FixedWindowRateLimiter(storage)
        own = MemoryStorage()
        self._own = MovingWindowRateLimiter(own)
        self._own_day = FixedWindowRateLimiter(own)
        self._shared_again_at = 0.0
        self._pausing = 0

    async def hit(self, name: str, bucket: str, *, per_minute: int) -> tuple[bool, Window]:
        """Count one request; whether it is within the limit, and where the caller stands now."""
        if self._shared is not None and time.monotonic() >= self._shared_again_at:
            try:
                within, left, reset_ms = await self._shared((f"{KEY_PREFIX}{name}:{bucket}", per_minute))
            except (RedisError, OSError, TimeoutError):
                pass
            else:
                return bool(within), Window(name=name, limit=per_minute, left=max(0, left), reset_s=max(1, math.ceil(reset_ms / 1000)))
        return await _count(self._own, RateLimitItemPerMinute(per_minute), name, bucket)

    async def _ask_shared(self, questions: Sequence[tuple[str, int]]) -> Sequence[tuple[int, int, int]]:
        if time.monotonic() < self._shared_again_at:
            # Asked while the call before this one waited in vain.
            raise RedisConnectionError("Redis did not answer lately")
        try:
            keys = [key for key, _ in questions]
            answers: list[tuple[int, int, int]] = await self._count_shared(
                keys=keys, args=[WINDOW_S * 1000, *(limit for _, limit in questions)]
            )
        except (RedisError, OSError, TimeoutError) as error:
            self._fall_back(error)
            raise
        return answers

    async def enforce(self, name: str, bucket: str, *, per_minute: int, tell: Callable[[Window], None]) -> None:
        """Count one request and tell where the caller stands. Raises RateLimited."""
        within, window = await self.hit(name, bucket, per_minute=per_minute)
        tell(window)
        if not within:
            await self._pause()
            raise RateLimited(f"More than {per_minute} requests of the kind {name} in a minute.", retry_after_s=window.reset_s)

    async def _pause(self) -> None:
        if self._pausing >= MOST_PAUSING:
            return
        self._pausing += 1
        try:
            await asyncio.sleep(PAUSE_S)
        finally:
            self._pausing -= 1

    async def room_in_quota(self, bucket: str, *, per_day: int) -> None:
        """Whether the day has room for one document more. Raises QuotaExceeded. What is refused later costs nothing."""
        item = RateLimitItemPerDay(per_day)
        left, reset_s = await self._quota(lambda day: day.get_window_stats(item, "quota", bucket))
        if left <= 0:
            raise QuotaExceeded(f"The key's {per_day} documents for this day are used up.", retry_after_s=reset_s)

    async def spend_quota(self, bucket: str, *, per_day: int, documents: int = 1) -> None:
        """Count documents that were accepted."""
        item = RateLimitItemPerDay(per_day)
        await self._quota(lambda day: _spend(day, item, bucket, documents))

    async def _quota(self, ask: Callable[[FixedWindowRateLimiter], Awaitable[WindowStats]]) -> tuple[int, int]:
        """(documents left, seconds until the day ends)."""
        stats: WindowStats | None = None
        if self._shared_day is not None and time.monotonic() >= self._shared_again_at:
            try:
                stats = await ask(self._shared_day)
            except (RedisError, OSError, TimeoutError) as error:
                self._fall_back(error)
        if stats is None:
            stats = await ask(self._own_day)
        return stats.remaining, max(1, math.ceil(stats.reset_time - time.time()))

    def _fall_back(self, error: Exception) -> None:
        self._shared_again_at = time.monotonic() + MEMORY_ONLY_S
        metrics.RATE_LIMIT_FALLBACKS.inc()
        _log.warning("rate_limit.fell_back", error=type(error).__name__, for_s=MEMORY_ONLY_S)

    async def close(self) -> None:
        if self._shared is not None:
            await self._shared.close()
        if self._pool is not None:
            await self._pool.disconnect()


async def _spend(day: FixedWindowRateLimiter, item: RateLimitItem, bucket: str, documents: int) -> WindowStats:
    await day.hit(item, "quota", bucket, cost=documents)
    return await day.get_window_stats(item, "quota", bucket)


async def _count(limiter: MovingWindowRateLimiter, item: RateLimitItemPerMinute, name: str, bucket: str) -> tuple[bool, Window]:
    within = await limiter.hit(item, name, bucket)
    stats = await limiter.get_window_stats(item, name, bucket)
    reset_s = max(1, math.ceil(stats.reset_time - time.time()))
    return within, Window(name=name, limit=item.amount, left=max(0, stats.remaining), reset_s=min(reset_s, WINDOW_S))
