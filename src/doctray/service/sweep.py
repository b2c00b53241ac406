"""Upkeep: what makes a promise true when a process died, Redis forgot, or a deadline passed. Idempotent, and safe to run anywhere."""

import asyncio
from dataclasses import dataclass

import structlog

from doctray.domain.errors import TemporarilyUnavailable
from doctray.domain.retry import MAX_LEASES_LOST
from doctray.ports import BellUnreachable, BlobStore, JobQueue, Journal, Notices
from doctray.service.announce import Announcer
from doctray.service.bell import ring_again
from doctray.service.reuse import prefix_of
from doctray.service.rollout_guard import RolloutGuard

_log = structlog.get_logger()

ORPHAN_AGE_S = 3600.0
"""Blobs without a job are an upload that never reached the journal; by then no upload is still going on."""

RETENTION_EVERY_S = 60.0
"""How often expired jobs are looked for: the most by which their data outlive their time."""

ORPHANS_EVERY_S = 600.0
"""How often the blob store is looked through for orphans."""

AUDIT_EVERY_S = 3600.0

SWEEP = "sweep"
"""The turn of whoever sweeps: every API and worker wants it every few seconds, so while nobody can have it nobody runs."""

PURGE = "purge"
"""The turn of whoever removes data nobody asked to remove just now. A backup takes it, so that nothing goes while it copies."""

PURGE_S = 60.0
"""How long a purge holds its turn before it has to take it again."""

BATCH = 100

ABANDONED_S = 3600.0
"""A batch that is still being handed in after so long has lost its caller: 100 documents of 50 MiB take 12 minutes at 60 Mbit/s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeper:
    """holder: this process, for the lock. every_s: pause between sweeps; the lock outlives it a little."""

    journal: Journal
    blobs: BlobStore
    queue: JobQueue
    notices: Notices
    announcer: Announcer
    holder: str
    every_s: float
    retention_s: float
    audit_retention_s: float
    guard: RolloutGuard

    async def forever(self) -> None:
        """Sweep until cancelled."""
        duties = (
            ("retention", RETENTION_EVERY_S, self.expire),
            ("orphans", ORPHANS_EVERY_S, self.remove_orphans),
            ("batches", ABANDONED_S / 4, self.close_abandoned),
            ("audit", AUDIT_EVERY_S, self.forget_audit),
        )
        due_at = dict.fromkeys((name for name, _, _ in duties), 0.0)
        now = asyncio.get_running_loop().time
        while True:
            try:
                if await self.journal.take_turn(SWEEP, holder=self.holder, hold_s=self.every_s * 1.5):
                    await self.sweep()
                await self.journal.scrub()
                for name, every_s, duty in duties:
                    if now() >= due_at[name] and await self.journal.take_turn(name, holder=self.holder, hold_s=every_s / 2):
                        due_at[name] = now() + every_s
                        await duty()
                await self.guard.look()
            except TemporarilyUnavailable as error:
                _log.warning("sweep.journal_unreachable", detail=error.detail)
            except Exception as error:  # one of the three outermost loops: upkeep must go on
                _log.exception("sweep.crashed", error=type(error).__name__)
            await asyncio.sleep(self.every_s)

    async def sweep(self) -> None:
        """Deadlines, lost leases, and rings that Redis does not have."""
        for job in await self.journal.overdue(announce=self.announcer.for_job()):
            _log.info("job.cancelled", request_id=job.request_id, by="deadline")
            await self.notices.publish(job.request_id, None)
        requeued, failed = await self.journal.dead_leases(announce=self.announcer.for_job(), max_lost=MAX_LEASES_LOST)
        for request_id in requeued:
            _log.warning("job.lease_lost", request_id=request_id)
            await self.notices.publish(request_id, None)
        for job in failed:
            _log.error("job.finished", request_id=job.request_id, status=job.status.value, code=job.error.code if job.error else None)
            await self.notices.publish(job.request_id, None)
        await ring_again(requeued, journal=self.journal, queue=self.queue, first=True)
        await self._ring_what_is_missing()

    async def _ring_what_is_missing(self) -> None:
        waiting = await self.journal.due()
        try:
            unheard = await self.queue.missing([(job.request_id, job.ring_no) for job in waiting])
        except BellUnreachable:
            return
        rung = await ring_again(unheard, journal=self.journal, queue=self.queue)
        if rung:
            _log.info("sweep.rang", jobs=rung)

    async def expire(self) -> None:
        """Remove the data of jobs whose retention time has passed; a tombstone stays."""
        while await self._may_purge():
            expired = await self.journal.expired(retention_s=self.retention_s, limit=BATCH)
            for job in expired:
                await self.journal.delete(job.request_id, owner=job.owner)
                await self.blobs.delete_prefix(prefix_of(job.request_id))
                _log.info("job.expired", request_id=job.request_id)
            if len(expired) < BATCH:
                while await self.journal.purge_batches(retention_s=self.retention_s, limit=BATCH) == BATCH:
                    pass
                await self._purged()
                return

    async def close_abandoned(self) -> None:
        """Complete batches whose caller broke off while handing them in."""
        for batch_id in await self.journal.close_abandoned_batches(older_than_s=ABANDONED_S):
            _log.info("batch.closed", batch_id=batch_id)

    async def forget_audit(self) -> None:
        """Remove lines of the audit log whose time has passed."""
        while await self.journal.purge_audit(older_than_s=self.audit_retention_s, limit=BATCH) == BATCH:
            pass

    async def remove_orphans(self) -> None:
        """Remove blobs that belong to no job: uploads that broke off, and what was written after a job's deletion."""
        old = [prefix async for prefix in await self.blobs.prefixes_older_than(ORPHAN_AGE_S)]
        for start in range(0, len(old), BATCH):
            if not await self._may_purge():
                return
            batch = old[start : start + BATCH]
            known = await self.journal.existing([_id_of(prefix) for prefix in batch])
            for prefix in batch:
                if _id_of(prefix) not in known:
                    await self.blobs.delete_prefix(prefix)
                    _log.info("blob.orphan_removed", request_id=_id_of(prefix))
        await self._purged()

    async def _may_purge(self) -> bool:
        """False while a backup is made: then another time."""
        return await self.journal.take_turn(PURGE, holder=self.holder, hold_s=PURGE_S)

    async def _purged(self) -> None:
        await self.journal.take_turn(PURGE, holder=self.holder, hold_s=0.0)


def _id_of(prefix: str) -> str:
    return prefix.strip("/").rpartition("/")[2]
