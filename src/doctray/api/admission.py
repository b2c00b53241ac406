"""Whether a document may come in at all just now, and how long it will take: maintenance, what is retired, a full queue, a full disk."""

import math
import time
from collections.abc import Mapping
from datetime import datetime

from doctray.domain.errors import Maintenance, QueueFull, StorageFull
from doctray.domain.job import Job, JobOptions, JobStatus, Progress
from doctray.domain.rollout import RolloutKind, retired_flag, retired_refusal
from doctray.ports import MAINTENANCE, BlobStore, Journal, QueueState

FRESH_S = 1.0
"""How long a look at the queue and at the operators' flags is good; what was accepted since is added, so the limit holds in between."""

LONGEST_RETRY_S = 600.0
LEAST_PERCENT = 20
"""Below it the first page has not been read, and stretching the time so far would tell hours."""


class Admission:
    def __init__(self, *, journal: Journal, blobs: BlobStore, max_queue_size: int, min_free_bytes: int) -> None:
        self._journal = journal
        self._blobs = blobs
        self._max_queue_size = max_queue_size
        self._min_free_bytes = min_free_bytes
        self._state: QueueState | None = None
        self._seen_at = 0.0
        # the operators' flags, and when they were looked up
        self._flags: tuple[Mapping[str, str], float] | None = None
        self._accepted_since = 0

    async def check(self, *, coming_bytes: int) -> None:
        """coming_bytes: of the body, as far as the headers tell. Raises Maintenance, QueueFull or StorageFull."""
        reason = (await self._switches()).get(MAINTENANCE)
        if reason is not None:
            raise Maintenance(reason or None)
        state = await self.queue()
        if state.queued + self._accepted_since >= self._max_queue_size:
            state = await self.queue(fresh=True)
            if state.queued >= self._max_queue_size:
                raise QueueFull(retry_after_s=self._room_in_s(state))
        free = await self._blobs.free_bytes()
        if free is not None and free - coming_bytes < self._min_free_bytes:
            raise StorageFull

    async def refuse_retired(self, options: JobOptions) -> None:
        """Raises InvalidOption for an engine or extractor that was switched off for good."""
        for kind, name in ((RolloutKind.ENGINE, options.engine), (RolloutKind.EXTRACTOR, options.extractor)):
            if name is not None and retired_flag(kind, name) in await self._switches():
                raise retired_refusal(kind, name)

    def accepted(self) -> None:
        """One more was accepted."""
        self._accepted_since += 1

    async def queue(self, *, fresh: bool = False) -> QueueState:
        """The queue as of now (fresh) or of at most FRESH_S ago."""
        now = time.monotonic()
        if fresh or self._state is None or now - self._seen_at >= FRESH_S:
            self._accepted_since = 0
            self._state = await self._journal.queue_state()
            self._seen_at = now
        return self._state

    def forget(self) -> None:
        """Look at the flags again: one was changed here."""
        self._flags = None

    async def _switches(self) -> Mapping[str, str]:
        now = time.monotonic()
        if self._flags is None or now - self._flags[1] >= FRESH_S:
            self._flags = (await self._journal.flags(), now)
        return self._flags[0]

    def _room_in_s(self, state: QueueState) -> float | None:
        if state.drained_per_minute <= 0:
            return None
        over = state.queued - self._max_queue_size + 1
        return min(LONGEST_RETRY_S, over / state.drained_per_minute * 60)


def estimated_seconds(job: Job, *, progress: Progress | None, position: int | None, state: QueueState, now: datetime) -> int | None:
    """Whole seconds until the job is likely to end, None when nothing tells.

    Queued: its place over the speed of the last minutes. Processing: the time so far, stretched to 100 percent.
    """
    if job.status is JobStatus.QUEUED and position is not None and state.drained_per_minute > 0:
        return max(1, math.ceil(position / state.drained_per_minute * 60))
    if job.status is JobStatus.PROCESSING and progress is not None and job.started_at is not None and progress.percent >= LEAST_PERCENT:
        elapsed_s = max(0.0, (now - job.started_at).total_seconds())
        return max(1, math.ceil(elapsed_s * (100 - progress.percent) / progress.percent))
    return None
