"""One way to reach Redis: short timeouts, a retry on a dropped connection, and one exception for "it does not answer"."""

from redis.asyncio import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import BusyLoadingError, RedisError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

UNREACHABLE: tuple[type[BaseException], ...] = (RedisError, OSError, TimeoutError)
"""What redis-py raises when the server is away, frozen, loading or refuses; OSError is not one of its own (arq issue 498)."""


def open_pool(dsn: str, *, timeout_s: float, max_connections: int = 32) -> BlockingConnectionPool:
    """Connections to the server of a redis://, rediss:// or unix:// URL.

    timeout_s bounds each read and connect: without it a frozen Redis hangs the caller for ever (queue-on-arq.md).
    One retry covers a connection that the server closed while it lay idle. Raises ValueError for other URLs.
    """
    return BlockingConnectionPool.from_url(
        dsn,
        max_connections=max_connections,
        timeout=timeout_s,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        health_check_interval=15,
        retry=Retry(ConstantBackoff(0.02), 1),
        retry_on_error=[RedisConnectionError, RedisTimeoutError, BusyLoadingError, OSError],
        **({"socket_keepalive": True} if not dsn.startswith("unix:") else {}),
    )
