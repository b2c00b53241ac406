"""Hours of a service under a rollout, in seconds: the journal's own assignments and records, the guard itself, and a clock that jumps.

What is made up is the readers (`candidates`) and when jobs come; who reads what, what is kept of it, and what follows is production's.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from random import Random

from doctray.domain.agreement import compare
from doctray.domain.audit import Actor, Means
from doctray.domain.errors import catalogue
from doctray.domain.job import BlobRef, Job, JobError, JobOptions, JobStatus, Outcome, announce_nothing
from doctray.domain.retry import GiveUp, decide
from doctray.domain.rollout import Arm, RolloutAction, RolloutChange, RolloutKind, RolloutPlan
from doctray.domain.rollout_run import Measured, RolloutRun, RunEnd, speaks_for, tallied
from doctray.domain.shadow import Shadow
from doctray.ports import Claim, Journal, WorkerInfo
from doctray.service.rollout_guard import RolloutGuard
from doctray.testing import FakeClock
from tests.simulation.candidates import BASELINE, TRUTH, Reader

LOOK_S = 30.0
"""Between two looks of the guard: fifteen times as rarely as in production, so that what is shown here is the worse case."""

WORKER = "w1"
OPERATOR = Actor(means=Means.CLI, name="operator")
KEPT = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What became of a candidate, until it stood at 0 % or at 100 %.

    jobs: all that came. touched: those that it began to read for a caller while it was bad (a good one: all that it read).
    """

    candidate: str
    percentage: int
    jobs: int
    touched: int
    seconds: float
    reason: str
    stages: tuple[int, ...]

    @property
    def share(self) -> float:
        return self.touched / max(1, self.jobs)


@dataclass(slots=True, kw_only=True)
class World:
    """gap_s: mean time between jobs. reviewed: share of completed jobs whose fields a person corrects at once."""

    journal: Journal
    clock: FakeClock
    candidate: Reader
    plan: RolloutPlan
    rng: Random
    gap_s: float = 2.0
    reviewed: float = 0.0
    touched: set[str] = field(default_factory=set)
    _events: list[tuple[float, int, Callable[[], object]]] = field(default_factory=list)
    _order: count = field(default_factory=count)  # type: ignore[type-arg]
    _jobs: int = 0

    async def play(self, *, most_jobs: int) -> Story:
        """Until the candidate reads everything, or has been rolled back to 0 %, or so many jobs have come."""
        worker = WorkerInfo(worker_id=WORKER, host="h", pid=1, device="cpu", slots=64, fingerprint="f", started_at=self.clock.now())
        await self.journal.register(worker, lease_s=1e9)
        await self.journal.set_rollout(self.plan, expected_revision=0, action=RolloutAction.PLANNED, reason="begun", by=OPERATOR)
        guard = RolloutGuard(journal=self.journal, clock=self.clock, holder=WORKER)
        self._later(0.0, self._arrive)
        self._later(LOOK_S, lambda: self._look(guard))
        while self._events and self._jobs < most_jobs:
            at, _, event = heapq.heappop(self._events)
            self.clock.advance(max(0.0, at - self.clock.monotonic()))
            await event()  # type: ignore[misc]
            plan = await self.journal.rollout(self.plan.kind)
            assert plan is not None
            if plan.percentage == 100 or (plan.percentage == 0 and plan.revision > 1):
                break
        return await self._story()

    def _later(self, delay_s: float, event: Callable[[], object]) -> None:
        heapq.heappush(self._events, (self.clock.monotonic() + delay_s, next(self._order), event))

    async def _arrive(self) -> None:
        self._jobs += 1
        now = self.clock.now()
        request_id = f"job-{self._jobs:06}"
        job = Job(
            request_id=request_id,
            owner="acme",
            options=JobOptions(no_cache=True),
            source=BlobRef(key=f"jobs/{request_id}/source", size_bytes=1, sha256=f"{self.rng.getrandbits(256):064x}"),
            created_at=now,
            due_at=now,
        )
        await self.journal.add(job)
        await self._begin(request_id)
        self._later(self.rng.expovariate(1.0 / self.gap_s), self._arrive)

    async def _begin(self, request_id: str) -> None:
        claim = await self.journal.claim(request_id, worker_id=WORKER, fingerprint="f", cache_ttl_s=0.0)
        assert claim is not None
        if claim.job.engine_arm is Arm.CANDIDATE and self.clock.monotonic() >= (self.candidate.bad_after_s or 0.0):
            self.touched.add(request_id)
        reader = self._reader(claim.job.engine_arm)
        seconds = reader.takes_s(self.rng)
        self._later(seconds, lambda: self._end(claim, reader, seconds))

    async def _end(self, claim: Claim, reader: Reader, seconds: float) -> None:
        measured = Measured(seconds=seconds, engine_pages=1, extracting=True)
        if not reader.fails(self.rng):
            await self._complete(claim, reader, measured)
            return
        error = JobError(code=reader.code, detail="It went wrong.")
        decision = decide(claim.job, catalogue()[reader.code](), jitter=self.rng.random())
        if isinstance(decision, GiveUp):
            outcome = Outcome(status=JobStatus.FAILED, error=error, dead_lettered=decision.dead_lettered)
            await self.journal.finish(claim, outcome, announce=announce_nothing, measured=measured)
            return
        await self.journal.release(claim, delay_s=decision.delay_s, error=error, charged=decision.charged, measured=measured)
        self._later(decision.delay_s, lambda: self._begin(claim.request_id))

    async def _complete(self, claim: Claim, reader: Reader, measured: Measured) -> None:
        outcome = Outcome(
            status=JobStatus.COMPLETED,
            result=BlobRef(key=f"jobs/{claim.request_id}/result.json", size_bytes=1, sha256="r"),
            result_type="certificate",
            confidence=reader.confidence(self.rng),
            engine=reader.name,
            page_total=1,
            fields=reader.fields(self.rng),
        )
        await self.journal.finish(claim, outcome, announce=announce_nothing, measured=measured)
        if self.rng.random() < self.reviewed:
            await self.journal.add_review(
                claim.request_id,
                owner="acme",
                expected=None,
                fields=dict(TRUTH),
                reviewed_by="ana",
                key_id=None,
                note=None,
                announce=lambda _job, _review: None,
            )

    async def _look(self, guard: RolloutGuard) -> None:
        for shadow in await self.journal.due_shadows(WORKER, limit=5):
            await self.journal.record_shadow(shadow, self._shadowed(shadow))
        await guard.look()
        self._later(LOOK_S, lambda: self._look(guard))

    def _shadowed(self, shadow: Shadow) -> RolloutRun:
        reader = self._reader(Arm.CANDIDATE)
        failed = reader.fails(self.rng)
        outcome, code = (RunEnd.FAILED, reader.code) if failed else (RunEnd.COMPLETED, None)
        agreement = tallied(compare(BASELINE.fields(self.rng), reader.fields(self.rng), "certificate"))
        return RolloutRun(
            kind=shadow.kind,
            name=shadow.name,
            arm=Arm.CANDIDATE,
            request_id=shadow.job.request_id,
            generation=shadow.job.generation,
            number=shadow.job.attempt,
            shadow=True,
            at=self.clock.now(),
            percentage=0,
            seconds=3 * reader.takes_s(self.rng),
            pages=1,
            outcome=outcome,
            error_code=code,
            blame="service" if failed else None,
            good=speaks_for(shadow.kind, outcome, code),
            confidence=None if failed else reader.confidence(self.rng),
            agreement=None if failed else agreement,
        )

    def _reader(self, arm: Arm | None) -> Reader:
        return self.candidate.at(self.clock.monotonic()) if arm is Arm.CANDIDATE else BASELINE

    async def _story(self) -> Story:
        history = list(reversed(await self.journal.rollout_history(self.plan.kind, limit=50)))
        return Story(
            candidate=self.candidate.name,
            percentage=history[-1].to_percentage,
            jobs=self._jobs,
            touched=len(self.touched),
            seconds=self.clock.monotonic(),
            reason=_why(history),
            stages=tuple(change.to_percentage for change in history),
        )


def _why(history: list[RolloutChange]) -> str:
    last = history[-1]
    return last.reason if last.actor.means is Means.SERVICE else "nothing happened"


def engine_plan(candidate: Reader, **changes: object) -> RolloutPlan:
    """Begun by hand at the first stage, going on by itself."""
    plan = RolloutPlan(kind=RolloutKind.ENGINE, baseline=BASELINE.name, candidate=candidate.name, percentage=5, auto_advance_after_s=1800.0)
    return plan.evolve(**changes)


def new_clock() -> FakeClock:
    return FakeClock(datetime(2026, 3, 2, 8, tzinfo=UTC))
