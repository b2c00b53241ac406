"""The supervised arq worker: hears rings, hands ids over, and survives Redis being away, frozen or wiped.

Nothing of ours runs inside an arq task for longer than the hand-over, so arq's timeouts, aborts and tries do not matter.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import structlog
from arq.worker import Function, Worker, func
from redis.asyncio import Redis

from doctray.cancellation import end
from doctray.queue.arq_queue import QUEUE_NAME, RUNG, TASK_NAME, from_json, open_arq, to_json
from doctray.queue.redis import UNREACHABLE

_log = structlog.get_logger()

HAND_OVER_S = 5
"""arq's timeout for our task. arq holds an id it gave to a worker that died for this and ten seconds more."""

REBUILD_S = 0.5
"""Pause before a worker that Redis threw out is built anew."""

READ_LIMIT = 2000
"""arq reads this many ids at the head of the queue; running ids stay there, so it must exceed the whole fleet's slots."""

POLL_TIMEOUT_S = 2.0
"""How long a poll waits for a frozen Redis before the connection is given up."""

HEAR_S = 1.0
"""How long the listener for rings waits at a time; a dead connection shows at the next look at the queue."""

REACH_S = 1.0
"""How long a new connection may take, its first answer included; meanwhile nobody looks into the journal."""


class ArqWorker:
    """Calls `hand_over(request_id)` for each ring, for at most `free()` of them at once.

    It looks into the queue when it hears a ring, and every poll_s besides, since what is said aloud may be lost.
    hand_over: returns as soon as the job is in the worker's own hands (or refused); must not raise.
    unreachable: awaited about once a second while Redis is away, to look into the journal instead.
    """

    def __init__(
        self,
        dsn: str,
        *,
        hand_over: Callable[[str], Awaitable[None]],
        free: Callable[[], int],
        unreachable: Callable[[], Awaitable[None]],
        slots: int,
        poll_s: float,
    ) -> None:
        self._dsn = dsn
        self._hand_over = hand_over
        self._free = free
        self._unreachable = unreachable
        self._slots = slots
        self._poll_s = poll_s
        self._rung = asyncio.Event()
        self.connected = False

    async def run(self) -> None:
        """For ever; cancel it to stop hearing rings."""
        while True:
            # No retries: a connection that was lost is noticed at once, and a new one is made here.
            redis = open_arq(self._dsn, timeout_s=POLL_TIMEOUT_S, retries=0)
            worker: Worker | None = None
            hearing = asyncio.create_task(self._hear(redis), name="rings")
            try:
                async with asyncio.timeout(REACH_S):
                    await redis.ping()
                worker = self._build(redis)
                self._mark(connected=True)
                await worker.async_run()
            except UNREACHABLE as error:
                self._mark(connected=False, error=type(error).__name__)
                await self._unreachable()
                await asyncio.sleep(REBUILD_S)
            finally:
                await end(hearing)
                if worker is not None:
                    await _stop(worker)
                with suppress(*UNREACHABLE):
                    await redis.aclose(close_connection_pool=True)

    async def _hear(self, redis: Redis) -> None:
        """Until cancelled. Without it pick-up takes poll_s longer at most."""
        while True:
            with suppress(*UNREACHABLE):
                async with redis.pubsub() as rings:
                    await rings.subscribe(RUNG)
                    while True:
                        if await rings.get_message(ignore_subscribe_messages=True, timeout=HEAR_S) is not None:
                            self._rung.set()
            await asyncio.sleep(REBUILD_S)

    def _mark(self, *, connected: bool, error: str | None = None) -> None:
        if connected and not self.connected:
            _log.info("bell.connected")
        if not connected and self.connected:
            _log.warning("bell.lost", error=error)
        self.connected = connected

    def _build(self, redis: Any) -> Worker:
        async def wake(_ctx: dict[Any, Any], request_id: str) -> None:
            await self._hand_over(request_id)

        task: Function = func(wake, name=TASK_NAME, timeout=HAND_OVER_S, keep_result=0, max_tries=1_000_000)  # type: ignore[arg-type]
        return _GatedWorker(
            free=self._free,
            rung=self._rung,
            poll_s=self._poll_s,
            functions=[task],
            queue_name=QUEUE_NAME,
            redis_pool=redis,
            handle_signals=False,
            max_jobs=self._slots,
            job_timeout=HAND_OVER_S,
            keep_result=0,
            poll_delay=0,
            queue_read_limit=READ_LIMIT,
            job_serializer=to_json,
            job_deserializer=from_json,
            log_results=False,
            allow_abort_jobs=False,
        )


class _GatedWorker(Worker):
    """Takes no more rings than this worker has free slots, and leaves the others in the queue, for other workers.

    Between two looks at the queue it waits for a ring, poll_s at most.
    """

    def __init__(self, *, free: Callable[[], int], rung: asyncio.Event, poll_s: float, **options: Any) -> None:
        super().__init__(**options)
        self._free = free
        self._rung = rung
        self._poll_s = poll_s

    async def _poll_iteration(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._poll_s):
                await self._rung.wait()
        self._rung.clear()
        # arq starts tasks up to max_jobs; each of them is about to take one of the free slots.
        self.max_jobs = self._free()
        await super()._poll_iteration()


async def _stop(worker: Worker) -> None:
    # Those that have ended are gathered too: their errors say again that Redis is away.
    await end(*(task for task in (worker.main_task, *worker.tasks.values()) if task is not None))
