"""A worker's life: it registers, keeps its lease, takes jobs with all that goes on beside them, and drains when it is told to stop."""

import asyncio

import structlog

from doctray.cancellation import end
from doctray.config import Settings
from doctray.domain.errors import TemporarilyUnavailable
from doctray.ocr.engine_process import EngineProcess
from doctray.ports import WorkerInfo
from doctray.queue.arq_worker import ArqWorker
from doctray.service.artifacts import ArtifactMaker
from doctray.service.deliver import POSTS_END_S, Deliverer
from doctray.service.shadow import ShadowReader
from doctray.service.sweep import Sweeper
from doctray.storage.journal_sql import SqlJournal
from doctray.worker.look_ahead import LookAhead
from doctray.worker.tasks import Jobs

_log = structlog.get_logger()

JOURNAL_RETRY_S = 1.0
ARTIFACTS_EVERY_S = 1.0
"""How soon a searchable PDF is begun that somebody asks for: one indexed query."""

SHADOWS_EVERY_S = 1.0
"""How often an idle worker looks for shadows: one read, and without a plan nothing else."""

LOST_CLAIMS_EVERY_S = 1.0
LOST_CLAIMS_JOBS = 16
LOST_CLAIMS_LONGEST_S = 5.0
"""How soon a worker notices that a job was cancelled: it asks the journal about each of its jobs every second, and about more than
16 as much more rarely, so that asking stays a small part of its work. The contract allows ten seconds."""


class Worker:
    """Of what `worker.main` opened. run: once, until it is told to stop or one of its parts fails for good."""

    def __init__(
        self,
        *,
        settings: Settings,
        journal: SqlJournal,
        engine: EngineProcess,
        second_reader: str | None,
        jobs: Jobs,
        look_ahead: LookAhead,
        shadows: ShadowReader,
        sweeper: Sweeper,
        deliverer: Deliverer,
        maker: ArtifactMaker,
        info: WorkerInfo,
    ) -> None:
        self._settings = settings.worker
        self._dsn = settings.redis_dsn
        self._journal = journal
        self._engine = engine
        self._second_reader = second_reader
        self._jobs = jobs
        self._look_ahead = look_ahead
        self._shadows = shadows
        self._sweeper = sweeper
        self._deliverer = deliverer
        self._maker = maker
        self._info = info

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; running jobs have drain_seconds then. Raises what a part that must not end has failed with."""
        if not await self._registered_before(stop):
            return
        arq = ArqWorker(
            self._dsn,
            hand_over=self._jobs.hand_over,
            free=self._jobs.free,
            unreachable=self._jobs.poll_journal,
            slots=self._info.slots,
            poll_s=self._settings.poll_interval_s,
        )
        upkeep = [
            asyncio.create_task(self._warm_up(), name="engine"),
            asyncio.create_task(self._keep_lease(), name="lease"),
            asyncio.create_task(self._drop_lost(), name="lost claims"),
            asyncio.create_task(self._look_ahead.forever(), name="look ahead"),
            asyncio.create_task(self._shadows.forever(every_s=SHADOWS_EVERY_S), name="shadows"),
            asyncio.create_task(self._sweeper.forever(), name="sweep"),
            asyncio.create_task(self._deliverer.forever(every_s=self._settings.sweep_seconds), name="deliveries"),
            asyncio.create_task(self._maker.forever(every_s=ARTIFACTS_EVERY_S), name="artifacts"),
        ]
        hearing = asyncio.create_task(arq.run(), name="bell")
        stopping = asyncio.create_task(stop.wait(), name="stop")
        try:
            done, _ = await asyncio.wait([stopping, hearing, *upkeep], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                task.result()  # none of these ends by itself: let its error end the worker, and the supervisor start another
        finally:
            await end(hearing)
            await self._jobs.drain(grace_s=self._settings.drain_seconds)
            await end(*upkeep, stopping)
            await asyncio.gather(self._deliverer.drain(grace_s=POSTS_END_S), self._maker.drain(grace_s=POSTS_END_S))
            await self._retire()

    async def _warm_up(self) -> None:
        """Load the engine while jobs with a text layer go through already. An engine that cannot load ends the worker."""
        await self._engine.start()
        _log.info("engine.ready", engine=self._reading, device=self._info.device)
        await asyncio.Event().wait()

    async def _registered_before(self, stop: asyncio.Event) -> bool:
        """False when it was told to stop while it waited for the journal or for an upgrade."""
        registering, stopping = asyncio.create_task(self._register(), name="register"), asyncio.create_task(stop.wait(), name="stop")
        await asyncio.wait([registering, stopping], return_when=asyncio.FIRST_COMPLETED)
        registered = registering.done()
        await end(registering, stopping)
        if registered:
            registering.result()
        else:
            _log.info("worker.stopped", worker=self._info.worker_id)
        return registered

    async def _register(self) -> None:
        while True:
            try:
                if not await self._journal.current():
                    _log.warning("journal.schema_not_current", mend="run `doctray upgrade`")
                    await asyncio.sleep(JOURNAL_RETRY_S)
                    continue
                await self._journal.register(self._info, lease_s=self._settings.lease_seconds)
            except TemporarilyUnavailable as error:
                _log.warning("journal.unreachable", detail=error.detail)
                await asyncio.sleep(JOURNAL_RETRY_S)
            else:
                _log.info("worker.registered", worker=self._info.worker_id, device=self._info.device, slots=self._info.slots)
                return

    async def _keep_lease(self) -> None:
        """A loop that does not tick renews nothing, so a stuck worker loses its lease, as it should."""
        while True:
            await asyncio.sleep(self._settings.heartbeat_seconds)
            try:
                held = await self._journal.extend(
                    self._info.worker_id, lease_s=self._settings.lease_seconds, running=self._jobs.running, engine=self._reading
                )
            except TemporarilyUnavailable:
                _log.warning("lease.not_renewed")
                continue
            if not held:
                _log.error("lease.lost", worker=self._info.worker_id, jobs=self._jobs.running)
                self._jobs.drop_all()
                await self._register()

    @property
    def _reading(self) -> str:
        """What reads here, for people; empty while it is loading."""
        if not self._engine.ready:
            return ""
        told = f"{self._settings.engine} {self._engine.engine_version}"
        if self._engine.backend:
            told += f" on {self._engine.backend}"
        return f"{told}, second reader {self._second_reader}" if self._second_reader else told

    async def _drop_lost(self) -> None:
        while True:
            crowd = max(1.0, self._jobs.running / LOST_CLAIMS_JOBS)
            await asyncio.sleep(min(LOST_CLAIMS_LONGEST_S, LOST_CLAIMS_EVERY_S * crowd))
            await self._jobs.drop_lost()

    async def _retire(self) -> None:
        try:
            await self._journal.retire(self._info.worker_id)
        except TemporarilyUnavailable:
            _log.warning("lease.not_ended")
        _log.info("worker.stopped", worker=self._info.worker_id)
