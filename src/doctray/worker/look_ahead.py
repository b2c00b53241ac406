"""Documents with a text layer pass a backlog of scans: a worker whose seats are all taken looks into what waits behind them."""

import asyncio

import structlog

from doctray.domain.errors import DoctrayError, EngineFailure, NotFound, TemporarilyUnavailable, TimedOut
from doctray.domain.job import Job
from doctray.pages.sniff import PDF
from doctray.ports import Unread
from doctray.service.tools import Tools
from doctray.worker.tasks import Jobs

_log = structlog.get_logger()

EVERY_S = 0.5
REST = 10
"""Of looking around: so many times as long as the last round took goes by before the next, beside EVERY_S."""

STEP = 64
DEEPEST = 2000
"""How far into the queue is looked: as far as rings are read (`queue.arq_worker.READ_LIMIT`)."""

PAGES = 8
"""Pages that are looked at: a longer document whose first pages need no engine hardly ever needs one at all, and if it does it waits."""


class LookAhead:
    """Looks at each waiting document once, one after the other, without claiming it, and has those that need no engine claimed.

    Documents behind a url are not known before somebody has them; those wait for their turn.
    """

    def __init__(self, *, tools: Tools, jobs: Jobs) -> None:
        self._tools = tools
        self._jobs = jobs
        # jobs of the queue's head that wait for an engine
        self._seen: set[str] = set()

    async def forever(self) -> None:
        now = self._tools.clock.monotonic
        while True:
            started = now()
            try:
                await self.look()
            except TemporarilyUnavailable as error:
                _log.warning("look_ahead.store_unreachable", detail=error.detail)
            except Exception as error:  # what waits has its turn all the same
                _log.exception("look_ahead.crashed", error=type(error).__name__)
            await asyncio.sleep(max(EVERY_S, REST * (now() - started)) if self._seen else EVERY_S)

    async def look(self) -> None:
        """One round, from the head of the queue on. Nothing where jobs are taken in their order anyway."""
        if not self._jobs.may_pass():
            self._seen.clear()
            return
        waiting = await self._tools.journal.due(limit=min(DEEPEST, len(self._seen) + STEP))
        self._seen &= {job.request_id for job in waiting}
        for job in waiting:
            if not self._jobs.may_pass():
                return
            if job.request_id in self._seen:
                continue
            if await self._needs_engine(job):
                self._seen.add(job.request_id)
            else:
                _log.info("job.passes", request_id=job.request_id)
                await self._jobs.pass_by(job.request_id)

    async def _needs_engine(self, job: Job) -> bool:
        """Whether a page asks for one. A document that cannot be read ends at once, so that it may pass."""
        # pictures have no text layer
        if job.source is None or job.media_type != PDF:
            return True
        tools, options = self._tools, job.options
        try:
            async with (
                tools.blobs.local(job.source) as path,
                tools.stages.render.hold(job.due_at.timestamp()),
                tools.pages.open(path, media_type=PDF, pages=options.pages, languages=options.languages) as session,
            ):
                for number in session.opened.page_numbers[:PAGES]:
                    if isinstance(await session.page(number), Unread):
                        return True
        except (NotFound, TimedOut, EngineFailure):
            # gone, or one that costs more than a look
            return True
        except TemporarilyUnavailable:
            raise
        except DoctrayError:
            return False
        return False
