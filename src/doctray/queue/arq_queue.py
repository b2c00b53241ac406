"""The doorbell on arq: `doctray.ports.JobQueue`. Carries ids only; losing it loses nothing."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from arq.connections import ArqRedis
from arq.constants import job_key_prefix
from arq.jobs import serialize_job
from arq.utils import timestamp_ms
from redis.asyncio import Redis

from doctray.domain.transition import PRIORITY_HEAD_START_S
from doctray.ports import BellUnreachable
from doctray.queue.redis import UNREACHABLE, Fuse, open_pool
from doctray.queue.together import Together

QUEUE_NAME = "doctray:bell"
TASK_NAME = "wake"

RUNG = "doctray:bell:rung"
"""Channel on which each ring is said aloud, so that idle workers need not wait for their next look at the queue. May be lost."""

RING_EXPIRES_S = 7 * 86400
"""How long a ring outlives its due time; arq's default of a day fails what waits longer (its issue 320). The sweep re-rings anyway."""


# What arq's enqueue_job does in three round trips, in one for several rings, with the scores by the server's clock. arq's keys and
# format: the contract tests ring here and hear with arq's own worker. KEYS: the queue, then a job key for each ring. ARGV: the channel,
# then for each ring its id, its task, ms until it is forgotten, ms until it is due, and 1 where it is said aloud.
_ENQUEUE = """
local time, aloud = redis.call('TIME'), false
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for place = 2, #KEYS do
  local ring, task, kept, later, loud = unpack(ARGV, 5 * place - 8, 5 * place - 4)
  if redis.call('SET', KEYS[place], task, 'NX', 'PX', kept) then
    redis.call('ZADD', KEYS[1], now + later, ring)
    aloud = aloud or loud == '1'
  end
end
if aloud then redis.call('PUBLISH', ARGV[1], '') end
"""


_Ring = tuple[str, bytes, int, int, int]
"""Id, task, ms until it is forgotten, ms until it is due, 1 where it is said aloud."""


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
        # A connection of its own: rings come one group after the other, and taking one out of the pool costs half as much as the call.
        self._bell = Redis(connection_pool=self._redis.connection_pool, single_connection_client=True)
        self._enqueue = self._bell.register_script(_ENQUEUE)
        self._fuse = Fuse()
        self._ring_all = Together(self._enqueue_all)

    async def ring(self, request_id: str, ring_no: int, *, priority: int = 0, delay_s: float = 0.0) -> None:
        ring = f"{request_id}:{ring_no}"
        task = serialize_job(TASK_NAME, (request_id,), {}, None, timestamp_ms(), serializer=to_json)
        expires_ms = round(1000 * (RING_EXPIRES_S + delay_s))
        later_ms = round(1000 * (delay_s - priority * PRIORITY_HEAD_START_S))
        await self._ring_all((ring, task, expires_ms, later_ms, int(delay_s <= 0)))

    async def _enqueue_all(self, rings: Sequence[_Ring]) -> Sequence[None]:
        with self._asked():
            keys = [QUEUE_NAME, *(job_key_prefix + ring for ring, *_ in rings)]
            arguments: list[str | bytes | int] = [RUNG]
            for ring in rings:
                arguments += ring
            await self._enqueue(keys=keys, args=arguments)
        return [None] * len(rings)

    async def missing(self, rings: Sequence[tuple[str, int]]) -> list[str]:
        if not rings:
            return []
        with self._asked():
            scores = await self._redis.zmscore(QUEUE_NAME, [f"{request_id}:{ring_no}" for request_id, ring_no in rings])
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
        await self._ring_all.close()
        await self._bell.aclose(close_connection_pool=False)
        await self._redis.aclose(close_connection_pool=True)
