"""How often a caller may ask: windows in Redis, shared by all API processes; in memory while Redis is away.

Redis counts and says where the caller stands in one call, and requests that come while one is under way share the next; far from the
limit a process counts ahead (`doctray.api.windows`). The library `limits` takes two calls for each request, of 0.1 ms each
(docs/decisions/0026-front-door.md, 0041-front-door-with-fewer-wake-ups.md).
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

from doctray.api.windows import Question, Said, Windows
from doctray.domain.errors import QuotaExceeded, RateLimited
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
# cost the same however long it is. ARGV: the window, then for each key its limit, how many were let in already, and 1 where one more asks.
_COUNT = """
local time, window, said = redis.call('TIME'), tonumber(ARGV[1]), {}
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for place, key in ipairs(KEYS) do
  local limit, let_in, asked = tonumber(ARGV[3 * place - 1]), tonumber(ARGV[3 * place]), ARGV[3 * place + 1]
  local oldest = redis.call('LINDEX', key, -1)
  while oldest and tonumber(oldest) <= now - window do
    redis.call('RPOP', key)
    oldest = redis.call('LINDEX', key, -1)
  end
  for _ = 1, let_in do
    redis.call('LPUSH', key, now)
  end
  local counted, within = redis.call('LLEN', key), 0
  if asked == '1' and counted < limit then
    redis.call('LPUSH', key, now)
    counted, within = counted + 1, 1
  end
  if let_in > 0 or within == 1 then
    redis.call('PEXPIRE', key, window)
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
        self._shared: Windows | None = None
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
            self._shared = Windows(self._ask_shared)
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
                said = await self._shared.hit(f"{KEY_PREFIX}{name}:{bucket}", per_minute)
            except (RedisError, OSError, TimeoutError):
                pass
            else:
                reset_s = max(1, math.ceil(said.reset_ms / 1000))
                return said.within, Window(name=name, limit=per_minute, left=max(0, said.left), reset_s=reset_s)
        return await _count(self._own, RateLimitItemPerMinute(per_minute), name, bucket)

    async def _ask_shared(self, questions: Sequence[Question]) -> Sequence[Said]:
        if time.monotonic() < self._shared_again_at:
            # Asked while the call before this one waited in vain.
            raise RedisConnectionError("Redis did not answer lately")
        arguments = [WINDOW_S * 1000]
        for question in questions:
            arguments += (question.limit, question.told, int(question.asked))
        try:
            answers = await self._count_shared(keys=[question.key for question in questions], args=arguments)
        except (RedisError, OSError, TimeoutError) as error:
            self._fall_back(error)
            raise
        return [Said(bool(within), left, reset_ms) for within, left, reset_ms in answers]

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
