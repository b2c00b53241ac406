"""Live progress and changes of jobs over Redis: `doctray.ports.Notices`. One subscription a process, not one a waiter."""

import asyncio
import json
from collections import defaultdict
from contextlib import suppress

import structlog
from redis.asyncio import Redis

from doctray.cancellation import end
from doctray.domain.job import Progress
from doctray.queue.redis import UNREACHABLE, Fuse, open_pool

_log = structlog.get_logger()

CHANNEL = "doctray:job:"
PROGRESS = "doctray:progress:"

PROGRESS_KEPT_S = 3600
"""Progress of a job that nobody reads on is forgotten by then."""

RESUBSCRIBE_S = 1.0


class RedisNotices:
    """Publishes and waits; silent while Redis is away (waiters then run into their timeout and read the journal)."""

    def __init__(self, dsn: str, *, timeout_s: float = 0.5) -> None:
        self._dsn = dsn
        self._redis: Redis = Redis(connection_pool=open_pool(dsn, timeout_s=timeout_s))
        self._fuse = Fuse()
        self._waiters: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._listener: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    async def publish(self, request_id: str, progress: Progress | None) -> None:
        with suppress(*UNREACHABLE), self._fuse.guard():
            async with self._redis.pipeline(transaction=False) as pipe:
                if progress is None:
                    pipe.delete(PROGRESS + request_id)
                else:
                    pipe.set(PROGRESS + request_id, json.dumps(progress.as_dict()), ex=PROGRESS_KEPT_S)
                pipe.publish(CHANNEL + request_id, "")
                await pipe.execute()

    async def progress(self, request_id: str) -> Progress | None:
        try:
            with self._fuse.guard():
                raw = await self._redis.get(PROGRESS + request_id)
        except UNREACHABLE:
            return None
        return None if raw is None else Progress(**json.loads(raw))

    async def wait(self, request_id: str, *, timeout_s: float) -> bool:
        event = asyncio.Event()
        self._waiters[request_id].add(event)
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen(), name="notices")
        try:
            async with asyncio.timeout(timeout_s):
                await event.wait()
        except TimeoutError:
            return False
        else:
            return True
        finally:
            waiters = self._waiters[request_id]
            waiters.discard(event)
            if not waiters:
                del self._waiters[request_id]

    async def _listen(self) -> None:
        # Its own connection without a read timeout: a quiet channel is no error. Keepalive finds a dead peer.
        while True:
            client = Redis.from_url(self._dsn, socket_connect_timeout=2.0, health_check_interval=5)
            try:
                async with client.pubsub() as pubsub:
                    await pubsub.psubscribe(CHANNEL + "*")
                    while True:
                        message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=5.0)
                        if message is not None:
                            self._wake(message["channel"].decode().removeprefix(CHANNEL))
            except UNREACHABLE:
                _log.warning("notices.lost", retry_in_s=RESUBSCRIBE_S)
                await asyncio.sleep(RESUBSCRIBE_S)
            finally:
                with suppress(*UNREACHABLE):
                    await client.aclose()

    def _wake(self, request_id: str) -> None:
        for event in self._waiters.get(request_id, ()):
            event.set()

    async def close(self) -> None:
        if self._listener is not None:
            await end(self._listener)
        await self._redis.aclose(close_connection_pool=True)
