"""One way to reach Redis: short timeouts, a retry on a dropped connection, and one exception for "it does not answer"."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from redis.asyncio import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import BusyLoadingError, RedisError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

UNREACHABLE: tuple[type[BaseException], ...] = (RedisError, OSError, TimeoutError)
"""What redis-py raises when the server is away, frozen, loading or refuses; OSError is not one of its own (arq issue 498)."""


AWAY_S = 2.0
"""How long Redis is not asked again after it left a call unanswered."""

SLOW_S = 0.1
"""A failure that comes sooner than this, such as a refused connection, costs nobody anything: Redis may be asked again at once."""

ASKING_S = 5.0
"""How long others go on doing without it while one caller finds out whether it is back; above what an unanswered call takes."""


def open_pool(dsn: str, *, timeout_s: float, retries: int = 1, max_connections: int = 32) -> BlockingConnectionPool:
    """Connections to the server of a redis://, rediss:// or unix:// URL.

    timeout_s bounds each read and connect: without it a frozen Redis hangs the caller for ever (queue-on-arq.md).
    One retry covers a connection that the server closed while it lay idle. No health checks: redis-py 5.3 makes one on each
    new connection too, and against a frozen server each of them opens the next, for ever. Raises ValueError for other URLs.
    """
    return BlockingConnectionPool.from_url(
        dsn,
        max_connections=max_connections,
        timeout=timeout_s,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=Retry(ConstantBackoff(0.02), retries),
        retry_on_error=[RedisConnectionError, RedisTimeoutError, BusyLoadingError, OSError],
        **({"socket_keepalive": True} if not dsn.startswith("unix:") else {}),
    )


class Fuse:
    """Once Redis has kept a call waiting in vain, callers do without it for AWAY_S; then one of them asks again.

    Else each page of each job and each submission would wait for a frozen server anew. monotonic: seconds.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._open_until: float | None = None

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Around a call. Raises ConnectionError of redis-py instead of making it, while Redis is known to be away."""
        started = self._monotonic()
        if self._open_until is not None:
            if started < self._open_until:
                raise RedisConnectionError("Redis did not answer lately")
            self._open_until = started + ASKING_S
        try:
            yield
        except UNREACHABLE:
            now = self._monotonic()
            self._open_until = now + AWAY_S if now - started >= SLOW_S else None
            raise
        self._open_until = None
