"""What is done to the service while it works, one fault at a time, and how long it takes to get over each."""

import asyncio
import math
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

import psutil

from tests.chaos.house import House, frozen, send
from tests.chaos.ledger import Ledger, Sent
from tests.chaos.load import Load
from tests.chaos.orders import probe, slow
from tests.chaos.receiver import Mood, Receiver

PROBES_FROM = 8000
"""Serial numbers of the nemesis's own submissions."""

LEASE_OUT_S = 17.0
"""A worker that is frozen for this long has lost its lease of 15 s."""

BOUNDS_S = {
    "worker killed": 20.0,
    "worker killed unseen": 20.0,
    "worker frozen": 20.0,
    "power cut": 20.0,
}
"""From the strike until a job that it hit is running again: the promise (p95)."""


@dataclass(slots=True)
class Recoveries:
    """Seconds until recovery of every strike, by what was struck and what is measured; infinite: never."""

    measured: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    def add(self, fault: str, measure: str, seconds: float | None) -> None:
        self.measured.setdefault((fault, measure), []).append(math.inf if seconds is None else seconds)


FAULTS = (
    "worker killed",
    "worker killed unseen",
    "worker frozen",
    "worker replaced",
    "engine killed",
    "engine hung",
    "page process killed",
    "nursery killed",
    "API killed",
    "API replaced",
    "Redis killed",
    "Redis wiped",
    "Redis frozen",
    "receiver answers 500",
    "receiver hangs",
    "receiver refuses",
    "restart",
    "power cut",
    "Redis frozen, worker killed",
    "Redis and API killed",
)

RERUN = "job running again"
THROUGH = "new job done"
ANNOUNCED = "announcements caught up"
HEALTHY = "/health healthy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A job that was running when a worker was struck, on whichever worker."""

    fault: str
    sent: Sent
    attempt: int
    struck: float

    @property
    def again_at(self) -> float | None:
        """When it was first seen running on a later attempt."""
        return next((seen.at for seen in self.sent.seen if seen.attempt > self.attempt and seen.status != "queued"), None)

    @property
    def over(self) -> bool:
        return self.sent.ended or self.again_at is not None


class Nemesis:
    """Strikes and measures. pages: of the documents that are to be met in flight. patience_s: what is not over by then is counted as never."""

    def __init__(
        self,
        house: House,
        *,
        load: Load,
        ledger: Ledger,
        receiver: Receiver,
        random: Random,
        now: Callable[[], float],
        pages: int,
        patience_s: float,
    ) -> None:
        self._house = house
        self._load = load
        self._ledger = ledger
        self._receiver = receiver
        self._random = random
        self._now = now
        self._pages = pages
        self._patience_s = patience_s
        self._hits: list[Hit] = []
        self._serial = PROBES_FROM
        self.recoveries = Recoveries()

    async def strike(self, fault: str) -> None:
        """One of FAULTS; each has the method of its name."""
        strike: Callable[[], Awaitable[None]] = getattr(self, fault.replace(", ", " ").replace(" ", "_").lower())
        await strike()

    def reckon(self) -> None:
        """Add what became of the jobs that were running when workers were struck, once the run has settled.

        One that ended on the same attempt was on another worker.
        """
        for hit in self._hits:
            if hit.again_at is not None:
                self.recoveries.add(hit.fault, RERUN, hit.again_at - hit.struck)
            elif not hit.over:
                self.recoveries.add(hit.fault, RERUN, None)

    async def worker_killed(self) -> None:
        async with self._rerun("worker killed"):
            self._kill(self._house.busiest_worker())

    async def worker_killed_unseen(self) -> None:
        """Without a supervisor that sees it: the lease runs out."""
        with frozen(self._house.supervisor()):
            async with self._rerun("worker killed unseen"):
                self._kill(self._house.busiest_worker())

    async def worker_frozen(self) -> None:
        """It loses its lease, and wakes up believing that its jobs are still its own."""
        async with self._rerun("worker frozen"):
            with frozen(self._house.busiest_worker()):
                await asyncio.sleep(LEASE_OUT_S)
        await self._through("worker frozen")

    async def engine_killed(self) -> None:
        await self._at_work()
        self._kill(self._house.one_of(self._house.engines()))
        await self._through("engine killed")

    async def engine_hung(self) -> None:
        await self._at_work()
        engine = self._house.one_of(self._house.engines())
        if engine is not None:
            send(engine, signal.SIGSTOP)
        await self._through("engine hung")

    async def page_process_killed(self) -> None:
        await self._at_work()
        await self._load.until(lambda: bool(self._house.page_processes()), within_s=5.0)
        self._kill(self._house.one_of(self._house.page_processes()))
        await self._through("page process killed")

    async def nursery_killed(self) -> None:
        await self._at_work()
        self._kill(self._house.one_of(self._house.nurseries()))
        await self._through("nursery killed")

    async def api_killed(self) -> None:
        self._kill(self._house.one_of(self._house.api()))
        await self._through("API killed")

    async def redis_killed(self) -> None:
        struck = self._now()
        self._kill(self._house.one_of(self._house.redis()))
        await self._through("Redis killed")
        await self.healthy_again("Redis killed", since=struck)

    async def redis_wiped(self) -> None:
        await asyncio.to_thread(self._house.wipe_redis)
        await self._through("Redis wiped")

    async def redis_frozen(self) -> None:
        """A new job goes through while it is frozen."""
        with frozen(self._house.one_of(self._house.redis())):
            await self._through("Redis frozen")
        await self.healthy_again("Redis frozen", since=self._now())

    async def receiver_answers_500(self) -> None:
        await self._receiver_fault("receiver answers 500", Mood.ERRORS)

    async def receiver_hangs(self) -> None:
        await self._receiver_fault("receiver hangs", Mood.HANGS)

    async def receiver_refuses(self) -> None:
        await self._receiver_fault("receiver refuses", Mood.REFUSES)

    async def restart(self) -> None:
        struck = self._now()
        status = await self._house.stop()
        if status != 0:
            self._ledger.odd.append(f"serve ended with {status} on SIGTERM")
        await self._house.start()
        self._ledger.down.append((struck, self._now()))
        await self._through("restart", since=struck)

    async def power_cut(self) -> None:
        async with self._rerun("power cut"):
            struck = self._now()
            await self._house.kill_everything()
            await self._house.start()
            self._ledger.down.append((struck, self._now()))
        await self._through("power cut")

    async def redis_frozen_worker_killed(self) -> None:
        with frozen(self._house.one_of(self._house.redis())):
            async with self._rerun("Redis frozen, worker killed"):
                self._kill(self._house.busiest_worker())

    async def redis_and_api_killed(self) -> None:
        self._kill(self._house.one_of(self._house.redis()))
        self._kill(self._house.one_of(self._house.api()))
        await self._through("Redis and API killed")

    async def worker_replaced(self) -> None:
        """SIGTERM: it drains, and serve starts another."""
        await self._replaced("worker replaced", self._house.busiest_worker)

    async def api_replaced(self) -> None:
        await self._replaced("API replaced", lambda: self._house.one_of(self._house.api()))

    async def healthy_again(self, fault: str, *, since: float) -> None:
        """Until /health says healthy."""
        while self._now() - since < self._patience_s:
            said = await self._load.health()
            if said is not None and said["status"] == "healthy":
                self.recoveries.add(fault, HEALTHY, self._now() - since)
                return
            await asyncio.sleep(0.05)
        self.recoveries.add(fault, HEALTHY, None)

    async def latency(self) -> float:
        """Seconds from submitting a small picture to its end."""
        self._serial += 1
        sent = self._load.place(probe(self._serial))
        done = await self._load.until(lambda: sent.ended, within_s=self._patience_s)
        return math.inf if done is None else done

    async def queue_empty(self) -> float | None:
        """Seconds until /health shows neither queued nor processing jobs."""
        started = self._now()
        while self._now() - started < self._patience_s:
            said = await self._load.health()
            if said is not None and said["queue"] is not None and said["queue"]["queued"] == said["queue"]["processing"] == 0:
                return self._now() - started
            await asyncio.sleep(0.05)
        return None

    async def _receiver_fault(self, fault: str, mood: Mood) -> None:
        """For some seconds, while jobs end; then until all that ended meanwhile have been announced."""
        struck = self._now()
        await self._receiver.be(mood)
        await asyncio.sleep(self._random.uniform(3, 6))
        await self._receiver.be(Mood.FINE)
        better = self._now()
        ended = [
            sent
            for sent in self._ledger.accepted
            if sent.order.webhook and not sent.gone and sent.last and sent.last.terminal and struck <= sent.last.at <= better
        ]

        def caught_up() -> bool:
            taken = {post.request_id for post in self._ledger.posts if post.taken}
            return all(sent.gone or sent.request_id in taken for sent in ended)

        self.recoveries.add(fault, ANNOUNCED, await self._load.until(caught_up, within_s=self._patience_s))

    async def _replaced(self, fault: str, pick: Callable[[], psutil.Process | None]) -> None:
        """Until the old process is gone and a new job is done."""
        await self._at_work()
        struck = self._now()
        old = pick()
        if old is None:
            return
        send(old, signal.SIGTERM)
        gone_s = await self._load.until(lambda: not old.is_running(), within_s=self._patience_s)
        self.recoveries.add(fault, "old process gone", gone_s)
        await self._through(fault, since=struck)

    @asynccontextmanager
    async def _rerun(self, fault: str) -> AsyncIterator[None]:
        """Strike inside; then wait until each job that was running runs again, or has ended untouched.

        What is over by then or later is reckoned at the end of the run (`reckon`).
        """
        await self._at_work()
        struck = self._now()
        hits = [Hit(fault=fault, sent=sent, attempt=sent.last.attempt, struck=struck) for sent in self._running() if sent.last]
        yield
        self._hits += hits
        await self._load.until(lambda: all(hit.over for hit in hits), within_s=self._patience_s)

    async def _through(self, fault: str, *, since: float | None = None) -> None:
        """Until a job submitted after the strike is done."""
        since = self._now() if since is None else since
        self._serial += 1
        sent = self._load.place(probe(self._serial, webhook=True))
        done = await self._load.until(lambda: sent.ended, within_s=self._patience_s)
        self.recoveries.add(fault, THROUGH, None if done is None else self._now() - since)

    async def _at_work(self) -> None:
        """Until jobs are running; a few long ones are added, so that a strike meets some."""
        for _ in range(3):
            self._serial += 1
            self._load.place(slow(self._serial, pages=self._pages))
        await self._load.until(lambda: len(self._running()) >= 3, within_s=20.0)

    def _running(self) -> list[Sent]:
        return [sent for sent in self._ledger.live if sent.last is not None and sent.last.status == "processing"]

    @staticmethod
    def _kill(process: psutil.Process | None) -> None:
        if process is not None:
            send(process, signal.SIGKILL)
