"""The doorbell on arq: `doctray.ports.JobQueue`. Carries ids only; losing it loses nothing."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from arq.connections import ArqRedis
from arq.constants import job_key_prefix
from arq.jobs import serialize_job
from arq.utils import timestamp_ms

from doctray.domain.transition import PRIORITY_HEAD_START_S
from doctray.ports import BellUnreachable
from doctray.queue.redis import UNREACHABLE, Fuse, open_pool

QUEUE_NAME = "doctray:bell"
TASK_NAME = "wake"

RUNG = "doctray:bell:rung"
"""Channel on which each ring is said aloud, so that idle workers need not wait for their next look at the queue. May be lost."""

RING_EXPIRES_S = 7 * 86400
"""How long a ring outlives its due time; arq's default of a day fails what waits longer (its issue 320). The sweep re-rings anyway."""


# What arq's enqueue_job does in three round trips, in one, with the scores by the server's clock. arq's keys and format: the contract
# tests ring here and hear with arq's own worker.
_ENQUEUE = """
if redis.call('SET', KEYS[1], ARGV[2], 'NX', 'PX', ARGV[3]) then
  local now = redis.call('TIME')
  redis.call('ZADD', KEYS[2], now[1] * 1000 + math.floor(now[2] / 1000) + ARGV[4], ARGV[1])
  if ARGV[6] == '1' then redis.call('PUBLISH', ARGV[5], '') end
end
"""


def to_json(value: dict[str, Any]) -> bytes:
    """arq pickles by default; a queue that others can reach must not carry pickles."""
    return json.dumps(value).encode()


def from_json(value: bytes) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(value)
    return loaded


def open_arq(dsn: str, *, timeout_s: float, retries: int = 1) -> ArqRedis:
    """A client with our own pool: arq's has no socket timeout."""
    return ArqRedis(
        open_pool(dsn, timeout_s=timeout_s, retries=retries),
        job_serializer=to_json,
        job_deserializer=from_json,
        default_queue_name=QUEUE_NAME,
    )


class ArqQueue:
    """Rings through arq. timeout_s: how long a caller waits for Redis before BellUnreachable."""

    def __init__(self, dsn: str, *, timeout_s: float = 0.5) -> None:
        self._redis = open_arq(dsn, timeout_s=timeout_s)
        self._enqueue = self._redis.register_script(_ENQUEUE)
        self._fuse = Fuse()

    async def ring(self, request_id: str, ring_no: int, *, priority: int = 0, delay_s: float = 0.0) -> None:
        ring = f"{request_id}:{ring_no}"
        task = serialize_job(TASK_NAME, (request_id,), {}, None, timestamp_ms(), serializer=to_json)
        expires_ms = round(1000 * (RING_EXPIRES_S + delay_s))
        later_ms = round(1000 * (delay_s - priority * PRIORITY_HEAD_START_S))
        with self._asked():
            await self._enqueue(keys=[job_key_prefix + ring, QUEUE_NAME], args=[ring, task, expires_ms, later_ms, RUNG, int(delay_s <= 0)])

    async def missing(self, rings: Sequence[tuple[str, int]]) -> list[str]:
        if not rings:
            return []
        with self._asked():
            async with self._redis.pipeline(transaction=False) as pipe:
                for request_id, ring_no in rings:
                    pipe.zscore(QUEUE_NAME, f"{request_id}:{ring_no}")
                scores = await pipe.execute()
        return [request_id for (request_id, _), score in zip(rings, scores, strict=True) if score is None]

    async def depth(self) -> int:
        with self._asked():
            return int(await self._redis.zcard(QUEUE_NAME))

    async def ping(self) -> None:
        with self._asked():
            await self._redis.ping()

    @contextmanager
    def _asked(self) -> Iterator[None]:
        try:
            with self._fuse.guard():
                yield
        except UNREACHABLE as error:
            raise BellUnreachable from error

    async def close(self) -> None:
        await self._redis.aclose(close_connection_pool=True)
