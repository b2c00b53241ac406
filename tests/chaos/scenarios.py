"""The runs: a storm of faults, and single situations with a bound of their own. Each starts a service, ends it, and reports."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Protocol

from doctray.domain.intervals import nearest_rank
from tests.chaos.checker import DEADLINE_GRACE_S, check
from tests.chaos.house import House
from tests.chaos.ledger import Ledger
from tests.chaos.load import Load
from tests.chaos.nemesis import BOUNDS_S, HEALTHY, RERUN, Nemesis
from tests.chaos.orders import orders
from tests.chaos.receiver import SECRET, Receiver
from tests.chaos.table import Measured, Report

Faults = Sequence[tuple[str, int]]
"""Names of faults, and how often each strikes."""

SETTLED_WITHIN_S = 240.0
"""After the last fault, until everything accepted has ended."""

ANNOUNCED_BY_ITSELF_S = 75.0
"""Then, until what is not announced yet is redelivered by hand. A webhook that a killed worker was posting is tried again when
its lease of 60 s runs out; later gaps of the schedule are minutes long."""

ANNOUNCED_WITHIN_S = 30.0

BACK_TO_IDLE_S = 10.0
"""After the last job of a flood has ended, until the queue is empty and a job takes no longer than before."""

SHORT: Faults = (
    ("worker killed", 3),
    ("worker killed unseen", 1),
    ("engine killed", 1),
    ("page process killed", 1),
    ("nursery killed", 1),
    ("API killed", 1),
    ("Redis killed", 1),
    ("Redis wiped", 1),
    ("Redis frozen", 1),
    ("receiver answers 500", 1),
    ("restart", 1),
)
LONG: Faults = (
    ("worker killed", 12),
    ("worker killed unseen", 4),
    ("worker frozen", 3),
    ("engine killed", 5),
    ("engine hung", 2),
    ("page process killed", 6),
    ("nursery killed", 3),
    ("API killed", 5),
    ("Redis killed", 4),
    ("Redis wiped", 3),
    ("Redis frozen", 3),
    ("receiver answers 500", 2),
    ("receiver hangs", 2),
    ("receiver refuses", 2),
    ("restart", 3),
    ("power cut", 3),
    ("Redis frozen, worker killed", 2),
    ("Redis and API killed", 2),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What an engine can stand. per_s: submissions a second, as long as fewer than `live` are in flight. longest: pages of a document.

    struck_pages: of the documents that a strike is to meet. page_budget_s: PAGE_BUDGET_SECONDS. patience_s: what is not over by then is
    counted as never.
    """

    engine: str
    workers: int
    per_s: float
    live: int
    longest: int
    struck_pages: int
    page_budget_s: float
    patience_s: float

    def stretched(self, times: float) -> "Pace":
        """The same load with more time for everything."""
        return replace(self, page_budget_s=self.page_budget_s * times, patience_s=self.patience_s * times)


QUICK = Pace(engine="null", workers=2, per_s=5.0, live=30, longest=12, struck_pages=10, page_budget_s=10.0, patience_s=90.0)
READING_PACE = Pace(engine="easyocr", workers=1, per_s=0.7, live=3, longest=2, struck_pages=2, page_budget_s=120.0, patience_s=300.0)
"""Two busy cores read a page in seconds."""

READING: Faults = (("worker killed", 3), ("engine killed", 2), ("restart", 1))


class Run(Protocol):
    """A scenario: its service lives in `home`. leniency: how many times as long everything may take, on a machine that does other things."""

    async def __call__(self, home: Path, *, seed: int, leniency: float = 1.0) -> Report: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A running service and everything around it."""

    house: House
    load: Load
    ledger: Ledger
    receiver: Receiver
    nemesis: Nemesis
    random: Random
    started: float
    leniency: float

    def now(self) -> float:
        return time.monotonic() - self.started


async def storm(home: Path, *, seed: int, faults: Faults = SHORT, pace: Pace = QUICK, leniency: float = 1.0) -> Report:
    """Mixed load while faults strike in random order."""
    async with world(home, seed=seed, pace=pace, leniency=leniency) as here:
        enough = asyncio.Event()
        source = orders(Random(seed), longest=pace.longest)
        busy = asyncio.create_task(here.load.keep_busy(source, per_s=pace.per_s, live=pace.live, enough=enough))
        schedule = [fault for fault, count in faults for _ in range(count)]
        here.random.shuffle(schedule)
        for fault in schedule:
            await here.nemesis.strike(fault)
            await asyncio.sleep(here.random.uniform(0.2, 1.0))
        enough.set()
        await busy
        notes = await settle(here)
        bounds = {(fault, RERUN): bound for fault, bound in BOUNDS_S.items()}
        return report(here, f"storm on {pace.engine}, seed {seed}", bounds=bounds, notes=notes)


async def reading(home: Path, *, seed: int, leniency: float = 1.0) -> Report:
    """A storm on EasyOCR."""
    return await storm(home, seed=seed, faults=READING, pace=READING_PACE, leniency=leniency)


async def rolling(home: Path, *, seed: int, rounds: int = 2, leniency: float = 1.0) -> Report:
    """Under load every worker and the API are replaced in turn, each by SIGTERM."""
    async with world(home, seed=seed, leniency=leniency) as here:
        enough = asyncio.Event()
        busy = asyncio.create_task(here.load.keep_busy(orders(Random(seed)), per_s=QUICK.per_s, live=QUICK.live, enough=enough))
        for _ in range(rounds):
            for fault in ("worker replaced", "worker replaced", "API replaced"):
                await here.nemesis.strike(fault)
        enough.set()
        await busy
        lost = sum(seen.attempt > 1 for sent in here.ledger.accepted if (seen := sent.last) is not None)
        notes = [*await settle(here), f"handed back  {lost} jobs needed a second attempt"]
        return report(here, f"rolling restart under load, seed {seed}", bounds={}, notes=notes)


async def redis_restarts(home: Path, *, seed: int, times: int = 3, leniency: float = 1.0) -> Report:
    """Redis is killed and started empty by serve: /health is healthy within 10 s."""
    async with world(home, seed=seed, leniency=leniency) as here:
        enough = asyncio.Event()
        busy = asyncio.create_task(here.load.keep_busy(orders(Random(seed)), per_s=3.0, live=15, enough=enough))
        for _ in range(times):
            await here.nemesis.strike("Redis killed")
        enough.set()
        await busy
        notes = await settle(here)
        return report(here, f"Redis restarted, seed {seed}", bounds={("Redis killed", HEALTHY): 10.0}, notes=notes)


async def workers_back(home: Path, *, seed: int, waiting: int = 20, leniency: float = 1.0) -> Report:
    """No worker for a while: jobs are accepted and deadlines kept; the first worker that comes has one done within 30 s."""
    async with world(home, seed=seed, leniency=leniency, status="degraded", WORKER_ENABLED="false") as here:
        source = orders(Random(seed))
        workers = [here.house.start_worker() for _ in range(2)]
        try:
            await here.nemesis.healthy_again("workers started", since=here.now())
            await stopped(workers)
            for _ in range(waiting):
                here.load.place(replace(next(source), cancel_after_s=None, delete_after_s=None, deadline_s=None))
            late = here.load.place(replace(next(source), cancel_after_s=None, delete_after_s=None, deadline_s=2.0, no_cache=True))
            here.nemesis.recoveries.add(
                "no worker", "deadline of 2 s kept", await here.load.until(lambda: late.ended, within_s=60 * leniency)
            )
            said = await here.load.health()
            if said is None or (said["code"], said["status"]) != (200, "degraded"):
                here.ledger.odd.append(f"/health without workers: {said}")
            queued = here.ledger.live
            workers = [here.house.start_worker() for _ in range(2)]
            working_s = await here.load.until(lambda: any(sent.ended for sent in queued), within_s=60 * leniency)
            here.nemesis.recoveries.add("workers started", "a waiting job done", working_s)
            notes = await settle(here)
        finally:
            await stopped(workers)
        bounds = {("workers started", "a waiting job done"): 30.0, ("no worker", "deadline of 2 s kept"): 12.0}
        return report(here, f"all workers stopped, then started, seed {seed}", bounds=bounds, notes=notes)


async def flood(home: Path, *, seed: int, jobs: int = 300, leniency: float = 1.0) -> Report:
    """More at once than the queue takes; after the last has ended, queue and latency are back at their idle values."""
    async with world(home, seed=seed, leniency=leniency, MAX_QUEUE_SIZE="150") as here:
        idle_s = [await here.nemesis.latency() for _ in range(12)]
        source = orders(Random(seed), longest=3)
        for _ in range(jobs):
            here.load.place(replace(next(source), cancel_after_s=None, delete_after_s=None, deadline_s=None, webhook=False))
        drained_s = await here.load.until(lambda: here.load.idle, within_s=SETTLED_WITHIN_S * leniency)
        since = here.now()
        recoveries = here.nemesis.recoveries
        recoveries.add("flood", "all ended", drained_s)
        recoveries.add("flood", "queue empty after the last end", await here.nemesis.queue_empty())
        normal_s = max(2 * nearest_rank(idle_s, 0.95), nearest_rank(idle_s, 0.95) + 0.3)
        while (after_s := await here.nemesis.latency()) > normal_s and here.now() - since < BACK_TO_IDLE_S * 3 * leniency:
            pass
        recoveries.add("flood", "latency as when idle", here.now() - since if after_s <= normal_s else None)
        refused = here.ledger.answers["POST /v1/jobs", 503]
        notes = [
            *await settle(here),
            f"latency      {nearest_rank(idle_s, 0.5):.2f} s idle (p95 {nearest_rank(idle_s, 0.95):.2f}), {after_s:.2f} s after",
            f"queue full   {refused} submissions were told to come again and did",
        ]
        bounds = {("flood", "queue empty after the last end"): BACK_TO_IDLE_S, ("flood", "latency as when idle"): BACK_TO_IDLE_S}
        return report(here, f"flood of {jobs}, seed {seed}", bounds=bounds, notes=notes)


async def stopped(workers: Sequence[subprocess.Popen[bytes]]) -> None:
    for worker in workers:
        worker.terminate()
    for worker in workers:
        try:
            await asyncio.to_thread(worker.wait, 60)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


async def settle(here: World) -> list[str]:
    """Let everything end and be announced, then read it all again."""
    ended_s = await here.load.until(lambda: here.load.idle, within_s=SETTLED_WITHIN_S * here.leniency)
    if await here.load.until(lambda: _all_announced(here.ledger), within_s=ANNOUNCED_BY_ITSELF_S * here.leniency) is None:
        await here.load.redeliver_what_waits()
        await here.load.until(lambda: _all_announced(here.ledger), within_s=ANNOUNCED_WITHIN_S * here.leniency)
    await here.load.read_again()
    ended = "never" if ended_s is None else f"{ended_s:.1f} s"
    return [f"settled      all ended {ended} after the last fault"]


def report(here: World, scenario: str, *, bounds: Mapping[tuple[str, str], float], notes: Sequence[str] = ()) -> Report:
    here.nemesis.reckon()
    measured = here.nemesis.recoveries.measured
    lenient = {key: bound_s * here.leniency for key, bound_s in bounds.items()}
    rows = [
        Measured(fault=key[0], measure=key[1], seconds=tuple(seconds), bound_s=lenient.get(key))
        for key, seconds in sorted(measured.items())
    ]
    breaches = check(here.ledger, grace_s=DEADLINE_GRACE_S * here.leniency)
    return Report(scenario=scenario, seconds=here.now(), rows=tuple(rows), ledger=here.ledger, breaches=tuple(breaches), notes=tuple(notes))


@asynccontextmanager
async def world(home: Path, *, seed: int, leniency: float, pace: Pace = QUICK, status: str = "healthy", **env: str) -> AsyncIterator[World]:
    """A started service, its callers and its receiver; all ended after. status: what /health says of a start."""
    started = time.monotonic()
    pace = pace.stretched(leniency)
    random = Random(seed * 7919)

    def now() -> float:
        return time.monotonic() - started

    ledger = Ledger()
    receiver = Receiver(ledger, now=now)
    await receiver.start()
    house = House(home, _settings(pace) | env, random=random)
    load = Load(house.service.url, ledger=ledger, receiver=receiver, random=random, now=now)
    nemesis = Nemesis(
        house, load=load, ledger=ledger, receiver=receiver, random=random, now=now, pages=pace.struck_pages, patience_s=pace.patience_s
    )
    try:
        await house.start(status=status)
        yield World(
            house=house, load=load, ledger=ledger, receiver=receiver, nemesis=nemesis, random=random, started=started, leniency=leniency
        )
    finally:
        await load.close()
        house.service.kill()
        await receiver.close()


def _settings(pace: Pace) -> dict[str, str]:
    return {
        "OCR_ENGINE": pace.engine,
        "NULL_ENGINE_DELAY_MS": "80",
        "PAGE_BUDGET_SECONDS": f"{pace.page_budget_s:g}",
        "WORKER_COUNT": str(pace.workers),
        "WORKER_DEVICES": "cpu",
        "OUTBOUND_ALLOW": "127.0.0.1",
        "WEBHOOK_SECRET": SECRET,
        "API_RATE_LIMIT_PER_MINUTE": "100000",
        "API_READ_LIMIT_PER_MINUTE": "1000000",
    }


def _all_announced(ledger: Ledger) -> bool:
    taken = {post.request_id for post in ledger.posts if post.taken}
    return all(sent.gone or sent.request_id in taken for sent in ledger.accepted if sent.order.webhook)
