"""A process that writes to a journal; run by `test_processes` as `python -m tests.contract.writer {busy|claimer} NAME DSN …`.

Says `ready`, begins when it is told to, and ends with what it did, as JSON. Any error ends it: `database is locked` among them.
"""

import asyncio
import json
import random
import sys
import time

from doctray.domain.job import Job
from doctray.ports import Claim, Journal
from doctray.storage.journal_sql import SqlJournal, open_store
from doctray.testing import FakeClock
from tests.contract.builders import CACHE_TTL_S, FAILURE, FINGERPRINT, a_job, a_worker, announce, completed, failed

AT_ONCE = 4
"""Tasks of one process that write at the same time."""


class Busy:
    """Adds, claims, finishes, releases and rings for as long as it is told, on jobs of its own and of the others."""

    def __init__(self, journal: Journal, name: str, shared: str) -> None:
        self._journal = journal
        self._name = name
        self._shared = shared
        self._random = random.Random(name)
        self._clock = FakeClock()
        self.added: list[str] = []
        self.ended: list[str] = []
        self.claims = 0
        self.charged = 0
        self.rings = 0

    async def write_until(self, end: float) -> None:
        while time.monotonic() < end:
            job = await self._journal.add(a_job(self._clock))
            self.added.append(job.request_id)
            rung = await self._journal.next_ring(self._shared)
            self.rings += rung is not None
            waiting = await self._journal.due(limit=20)
            # the others want these too
            await self._work_on(self._random.choice(waiting).request_id if waiting else job.request_id)
            await self._work_on(job.request_id)

    async def _work_on(self, request_id: str) -> None:
        if request_id == self._shared:
            return
        claim = await self._journal.claim(request_id, worker_id=self._name, fingerprint=FINGERPRINT, cache_ttl_s=CACHE_TTL_S)
        if claim is None:
            return
        self.claims += 1
        if self._random.random() < 0.3:
            assert await self._journal.release(claim, delay_s=0.0, error=FAILURE, charged=True), "a claim that holds was refused"
            self.charged += 1
            assert await self._journal.release(claim, delay_s=0.0, error=FAILURE, charged=True) is None, "an old claim was taken"
        else:
            outcome = completed(claim.job) if self._random.random() < 0.8 else failed()
            assert await self._journal.finish(claim, outcome, announce=announce), "a claim that holds was refused"
            self.ended.append(request_id)


async def busy(journal: SqlJournal, name: str, shared: str, seconds: float) -> dict[str, object]:
    writer = Busy(journal, name, shared)
    await _go()
    end = time.monotonic() + seconds
    await asyncio.gather(*(writer.write_until(end) for _ in range(AT_ONCE)))
    return {"added": writer.added, "ended": writer.ended, "claims": writer.claims, "charged": writer.charged, "rings": writer.rings}


async def claimer(journal: SqlJournal, name: str) -> dict[str, object]:
    """Claims all that is due in the one order that the other claimer has as well, and finishes what it got."""
    waiting = await journal.due(limit=1000)
    won: list[str] = []
    await _go()

    async def take_each(jobs: list[Job]) -> None:
        for job in jobs:
            claim: Claim | None = await journal.claim(job.request_id, worker_id=name, fingerprint=FINGERPRINT, cache_ttl_s=CACHE_TTL_S)
            if claim is not None:
                won.append(job.request_id)
                assert await journal.finish(claim, completed(job), announce=announce)

    await asyncio.gather(*(take_each(waiting[start::AT_ONCE]) for start in range(AT_ONCE)))
    return {"won": won}


async def _go() -> None:
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)


async def main(kind: str, name: str, dsn: str, *rest: str) -> None:
    async with SqlJournal(open_store(dsn), retention_s=86400.0) as journal:
        await journal.register(a_worker(FakeClock(), name), lease_s=1000.0)
        did = await busy(journal, name, rest[0], float(rest[1])) if kind == "busy" else await claimer(journal, name)
    print(json.dumps(did))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
