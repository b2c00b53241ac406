"""The jobs that this worker has in flight: claimed, run, and let go when the claim is lost or the worker drains."""

import asyncio
import random
from contextlib import suppress

import structlog

from doctray.cancellation import end, to_the_end
from doctray.domain.errors import TemporarilyUnavailable
from doctray.domain.job import JobStatus
from doctray.ocr.batcher import reading_job, reading_rank
from doctray.ports import Claim
from doctray.service.jobs import clear_up
from doctray.service.process import hand_back, process
from doctray.service.tools import Tools
from doctray.worker.seats import Seat, Seats

_log = structlog.get_logger()

JOURNAL_AWAY_S = 2.0
"""Pause before an end that the journal could not take is tried again."""


class Jobs:
    """At most `slots` jobs that are being read and as many that have been, and a few that pass those (see `Seats`), each in a task of
    its own; arq's task ends with the hand-over."""

    def __init__(self, *, tools: Tools, worker_id: str, slots: int) -> None:
        self._tools = tools
        self._worker_id = worker_id
        self._seats = Seats(reading=slots, read=slots)
        # By claim, not by job: one that was lost may still be unwinding when the job is claimed anew.
        self._running: dict[tuple[str, int], tuple[Claim, asyncio.Task[None]]] = {}
        self._claiming: set[asyncio.Task[None]] = set()
        # Claims that the journal may have granted although its answer was lost.
        self._doubtful: set[str] = set()
        self._draining = False

    @property
    def running(self) -> int:
        return len(self._running)

    def free(self) -> int:
        """How many jobs could be taken now: slots are many, since a job that waits is cheap, but they fill no faster than jobs begin."""
        return 0 if self._draining else min(self._seats.free_to_read, self._tools.stages.room_for_jobs)

    def may_pass(self) -> bool:
        """Whether `pass_by` may be asked: all seats are taken, and what they wait for is the engine."""
        seats = self._seats
        return not self._draining and not seats.free_to_read and seats.free_to_pass > 0 and self._tools.stages.room_for_jobs > 0

    async def hand_over(self, request_id: str) -> None:
        """Wait for a free slot, claim, and start; refused claims are no error. Never raises."""
        await self._take_up(request_id, await self._seats.take())

    async def pass_by(self, request_id: str) -> None:
        """Claim and start a job that needs no engine, beside the slots; nothing when there is no seat left. Never raises."""
        seat = self._seats.take_passing()
        if seat is not None:
            await self._take_up(request_id, seat)

    async def _take_up(self, request_id: str, seat: Seat) -> None:
        # arq cancels its task when Redis goes away: a claim that was granted meanwhile must be taken all the same,
        # or the job would look alive for as long as this worker lives.
        claiming = asyncio.create_task(self._claim_and_start(request_id, seat), name=f"claim {request_id}")
        self._claiming.add(claiming)
        claiming.add_done_callback(self._claiming.discard)
        await asyncio.shield(claiming)

    async def _claim_and_start(self, request_id: str, seat: Seat) -> None:
        claim: Claim | None = None
        try:
            if not self._draining:
                claim = await self._tools.journal.claim(
                    request_id,
                    worker_id=self._worker_id,
                    fingerprint=self._tools.fingerprint,
                    cache_ttl_s=self._tools.cache_ttl_s,
                )
        except TemporarilyUnavailable:
            _log.warning("job.claim_failed", request_id=request_id)
            self._doubtful.add(request_id)
        finally:
            if claim is None:
                seat.leave()
        if claim is not None:
            task = asyncio.create_task(self._run(claim, seat), name=f"job {request_id}")
            self._running[request_id, claim.claim_no] = (claim, task)

    async def _run(self, claim: Claim, seat: Seat) -> None:
        structlog.contextvars.bind_contextvars(request_id=claim.request_id)
        reading_job.set(claim.request_id)
        reading_rank.set(claim.job.due_at.timestamp())
        try:
            while True:
                try:
                    await process(claim, tools=self._tools, on_read=seat.read)
                except TemporarilyUnavailable as error:
                    # The lease lapses if the journal is away for long; then another worker has the job and this one's claim is void.
                    _log.warning("job.store_unreachable", detail=error.detail)
                    await asyncio.sleep(JOURNAL_AWAY_S)
                    if not await self._held(claim):
                        return
                else:
                    return
        except asyncio.CancelledError:
            if self._draining:
                with suppress(TemporarilyUnavailable):
                    # `end` says it again every other second, and the journal may take longer than that.
                    await to_the_end(hand_back(claim, tools=self._tools))
            else:
                # Most likely it was cancelled, perhaps deleted: what was written meanwhile must not outlive it.
                with suppress(TemporarilyUnavailable):
                    await to_the_end(clear_up(claim.request_id, journal=self._tools.journal, blobs=self._tools.blobs))
            raise
        finally:
            del self._running[claim.request_id, claim.claim_no]
            seat.leave()

    async def _held(self, claim: Claim) -> bool:
        try:
            job = await self._tools.journal.get(claim.request_id)
        except TemporarilyUnavailable:
            return True
        return job is not None and job.status is JobStatus.PROCESSING and job.claim_no == claim.claim_no

    async def drop_lost(self) -> None:
        """Stop the work on jobs that were cancelled or given to another worker."""
        for claim, task in list(self._running.values()):
            # Once: a second time would interrupt it clearing up.
            if not task.cancelling() and not await self._held(claim):
                task.cancel()
        for request_id in list(self._doubtful):
            await self._give_back(request_id)

    async def _give_back(self, request_id: str) -> None:
        """Release a claim of this worker that nobody works on."""
        with suppress(TemporarilyUnavailable):
            job = await self._tools.journal.get(request_id)
            ours = job is not None and job.status is JobStatus.PROCESSING and job.worker_id == self._worker_id
            if job is not None and ours and (request_id, job.claim_no) not in self._running:
                await hand_back(Claim(job=job), tools=self._tools)
            self._doubtful.discard(request_id)

    def drop_all(self) -> None:
        """The lease was lost: every claim with it."""
        for _, task in list(self._running.values()):
            if not task.cancelling():
                task.cancel()

    async def poll_journal(self) -> None:
        """Claim due jobs straight from the journal, while Redis does not ring; in random order, so that workers differ."""
        with suppress(TemporarilyUnavailable):
            waiting = await self._tools.journal.due(limit=20)
            random.shuffle(waiting)
            for job in waiting:
                if not self.free():
                    return
                await self.hand_over(job.request_id)

    async def drain(self, *, grace_s: float) -> None:
        """No new claims; running jobs get grace_s to finish, then they are handed back uncharged."""
        self._draining = True
        await asyncio.gather(*self._claiming)
        tasks = [task for _, task in self._running.values()]
        if not tasks:
            return
        _log.info("worker.draining", jobs=len(tasks), grace_s=grace_s)
        _, late = await asyncio.wait(tasks, timeout=grace_s)
        await end(*late)
