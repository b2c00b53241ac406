"""The journal, its lease and its sweep under hypothesis: every step on the database and on two oracles, and then they must agree."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from doctray.domain.job import BlobRef, Delivery, DeliveryStatus, Job, JobOptions, JobStatus
from doctray.domain.transition import PARKED_S
from doctray.ports import Claim, Idempotency, Journal
from doctray.service.stored import in_one_chunk
from doctray.testing import FakeClock
from tests.model import history, sides
from tests.model.rulebook import Expected, Rulebook
from tests.model.sides import CANCELLED, CONTENTS, FAILURE, FINGERPRINTS, KEYS, OWNERS, WORKERS, MemorySide, Picture, Side, SqlSide

MOST_JOBS = 9

SLOT = st.integers(0, 23)
"""Which of what there is. Draws must not depend on what a race decided, or hypothesis could not repeat them: so it is taken modulo."""

SOMEBODY = st.sampled_from(WORKERS)
OWNER = st.sampled_from((OWNERS[0], OWNERS[0], OWNERS[1]))
CONTENT = st.sampled_from((CONTENTS[0], CONTENTS[0], CONTENTS[1]))
RARELY = st.sampled_from((False, False, False, True))
FINGERPRINT = st.sampled_from((FINGERPRINTS[0], FINGERPRINTS[0], FINGERPRINTS[1]))
FATE = st.sampled_from(("waits", "is claimed", "completes", "is retried and fails"))
KEY = st.sampled_from((None, None, *KEYS))
OPTIONS = st.builds(
    JobOptions,
    priority=st.sampled_from((0, 0, 0, 9)),
    no_cache=RARELY,
    deadline_seconds=st.sampled_from((None, None, None, 12.0, 120.0)),
)

TICK_S = 0.001

Step = Callable[[Side], Coroutine[Any, Any, object]]
Rules = Callable[[Rulebook], Expected]


@dataclass(frozen=True, slots=True)
class Act:
    """One transaction of a race. swept: it passes over what another transaction holds, and has to be repeated."""

    name: str
    on: Callable[[Journal], Awaitable[object]]
    swept: bool = False


@dataclass(kw_only=True)
class Bench:
    """What the examples share: a database is opened once and emptied before each. lax: see `Machine._race`."""

    runner: asyncio.Runner
    clock: FakeClock
    sql: SqlSide
    lax: bool

    def run(self, call: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(call)


class Machine(RuleBasedStateMachine):
    """Rules are steps of callers, workers, upkeep, receivers and of time."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self.bench = bench
        self.clock = bench.clock
        self.sql = bench.sql
        self.memory = sides.memory_side(self.clock)
        self.claims: list[Claim] = []
        self.taken: list[Delivery] = []
        self.ids = 0
        bench.run(self.sql.empty())
        self.picture: Picture = bench.run(self.sql.picture())

    @initialize(fingerprint=FINGERPRINT, papers=st.lists(st.tuples(OWNER, CONTENT, OPTIONS, KEY, FATE), min_size=3, max_size=6))
    def begin(self, fingerprint: str, papers: list[tuple[str, str, JobOptions, str | None, str]]) -> None:
        """Workers, and jobs that are on their way or have ended; from nothing, most steps would be idle."""
        for worker_id in WORKERS:
            self._register(worker_id, fingerprint)
        for number, (owner, content, options, key, fate) in enumerate(papers):
            request_id = self._submit(owner, content, options, hook=True, key=key)
            tries = {"waits": 0, "is retried and fails": 2}.get(fate, 1)
            for _ in range(tries):
                self._claim(request_id, WORKERS[number % len(WORKERS)], fingerprint)
                claim = self.claims[-1] if self.claims and self.claims[-1].request_id == request_id else None
                if claim is None or not self._holds(claim) or fate == "is claimed":
                    break
                if claim.job.attempt < tries:
                    self._release(claim, delay_s=0.0, handed_back=False)
                else:
                    self._finish(claim, good=fate == "completes", dead_lettered=True)

    # callers

    @rule(
        owner=OWNER,
        content=CONTENT,
        by_url=RARELY,
        options=OPTIONS,
        hook=st.sampled_from((True, True, False)),
        key=KEY,
    )
    def submit(self, owner: str, content: str, by_url: bool, options: JobOptions, hook: bool, key: str | None) -> None:
        self._submit(owner, None if by_url else content, options, hook=hook, key=key)

    @rule(slot=SLOT, stranger=RARELY)
    def cancel(self, slot: int, stranger: bool) -> None:
        live = [job.request_id for job in self.picture.jobs.values() if not job.status.terminal]
        request_id = live[slot % len(live)] if live and slot % 4 else self._job(slot)
        owner = self._owner(request_id, stranger=stranger)
        self._step(lambda side: side.cancel(request_id, owner), lambda book: book.cancel(request_id, owner))

    @rule(slot=SLOT, stranger=RARELY)
    def delete(self, slot: int, stranger: bool) -> None:
        request_id = self._job(slot)
        owner = self._owner(request_id, stranger=stranger)
        self._step(lambda side: side.delete(request_id, owner), lambda book: book.delete(request_id, owner))

    @rule(slot=SLOT, whose=st.sampled_from(("own", "own", "any", "stranger")), failed_one=st.sampled_from((True, True, True, False)))
    def replay(self, slot: int, whose: str, failed_one: bool) -> None:
        failed = [job.request_id for job in self.picture.jobs.values() if job.status is JobStatus.FAILED and job.deleted_at is None]
        request_id = failed[slot % len(failed)] if failed_one and failed else self._job(slot)
        owner = None if whose == "any" else self._owner(request_id, stranger=whose == "stranger")
        self._step(lambda side: side.replay(request_id, owner), lambda book: book.replay(request_id, owner))

    # workers

    @rule(worker_id=SOMEBODY, fingerprint=FINGERPRINT, what=st.sampled_from(("register", "extend", "extend", "retire")))
    def a_worker(self, worker_id: str, fingerprint: str, what: str) -> None:
        match what:
            case "register":
                self._register(worker_id, fingerprint)
            case "extend":
                self._step(lambda side: side.extend(worker_id), lambda book: book.extend(worker_id))
            case _:
                self._step(lambda side: side.retire(worker_id), lambda _: Expected(None))

    @rule(fingerprint=FINGERPRINT)
    def all_workers_again(self, fingerprint: str) -> None:
        for worker_id in WORKERS:
            if worker_id not in self.picture.living:
                self._register(worker_id, fingerprint)

    @rule(slot=SLOT, again=st.booleans())
    def a_worker_dies(self, slot: int, again: bool) -> None:
        """With a job; the sweep takes it away, and another worker may have it at once."""
        claim = self._claimed(slot, old=False)
        if claim is None:
            return
        dead = claim.job.worker_id or ""
        self._step(lambda side: side.retire(dead), lambda _: Expected(None))
        self.sweep()
        if again:
            other = WORKERS[(WORKERS.index(dead) + 1) % len(WORKERS)]
            self._register(other, FINGERPRINTS[0])
            self._claim(claim.request_id, other, FINGERPRINTS[0])

    @rule(slot=SLOT, worker_id=SOMEBODY, fingerprint=FINGERPRINT)
    def claim(self, slot: int, worker_id: str, fingerprint: str) -> None:
        self._claim(self._waiting(slot), worker_id, fingerprint)

    @rule(slot=SLOT, worker_id=SOMEBODY, fingerprint=FINGERPRINT)
    def answer_a_ring(self, slot: int, worker_id: str, fingerprint: str) -> None:
        """A ring is taken from Redis, whether or not its job can be claimed."""
        rings = self.sql.queue.rings
        if not rings:
            return
        taken = rings[slot % len(rings)]
        self.sql.queue.rings.remove(taken)
        self.memory.queue.rings.remove(taken)
        self._claim(taken.request_id, worker_id, fingerprint)

    @rule(slot=SLOT, old=RARELY, good=st.booleans(), dead_lettered=st.booleans())
    def finish(self, slot: int, old: bool, good: bool, dead_lettered: bool) -> None:
        claim = self._claimed(slot, old=old)
        if claim is None:
            return
        self._finish(claim, good=good, dead_lettered=dead_lettered)

    @rule(slot=SLOT, old=RARELY, delay_s=st.sampled_from((0.0, 2.0, 9.0)), handed_back=st.booleans())
    def release(self, slot: int, old: bool, delay_s: float, handed_back: bool) -> None:
        claim = self._claimed(slot, old=old)
        if claim is None:
            return
        self._release(claim, delay_s=delay_s, handed_back=handed_back)

    @rule(slot=SLOT, old=RARELY, content=CONTENT, fingerprint=FINGERPRINT)
    def fetch(self, slot: int, old: bool, content: str, fingerprint: str) -> None:
        """A worker learns the bytes behind a url."""
        claim = self._claimed(slot, old=old)
        if claim is None or claim.job.source_url is None:
            return
        self._step(
            lambda side: side.set_source(claim, content, fingerprint),
            lambda book: book.set_source(claim.request_id, claim.claim_no, content, fingerprint),
            nothing=not self._holds(claim),
        )

    # upkeep, Redis and time

    @rule()
    def sweep(self) -> None:
        self._step(lambda side: side.sweeper().sweep(), lambda book: book.sweep(), lost=tuple(self.picture.jobs))
        history.check_swept(
            self.picture,
            at=self.clock.now(),
            rung={(ring.request_id, ring.ring_no) for ring in self.sql.queue.rings},
            redis=self.sql.queue.reachable,
        )

    @rule(what=st.sampled_from(("comes", "goes", "is wiped", "is wiped")))
    def redis(self, what: str) -> None:
        for side in (self.sql, self.memory):
            side.queue.reachable = what != "goes"
            if what == "is wiped":
                side.queue.answer()

    @rule(seconds=st.sampled_from((0.5, 1.0, 3.0, 10.0, 10.0, 16.0, 70.0, -2.0)))
    def time_passes(self, seconds: float) -> None:
        """Or steps back."""
        self.clock.advance(seconds)
        self._see()

    @rule(hours=st.sampled_from((1.5, 25.0, 200.0)), sure=RARELY)
    def much_time_passes(self, hours: float, sure: bool) -> None:
        """Cached results grow old, then idempotency keys, then all of it."""
        if sure:
            self.clock.advance(hours * 3600.0)
            self._see()
            self._step(lambda side: side.upkeep(), lambda book: book.upkeep())

    # receivers

    @rule(slot=SLOT, status=st.sampled_from(list(DeliveryStatus)), old=RARELY)
    def deliver(self, slot: int, status: DeliveryStatus, old: bool) -> None:
        """All that is due is taken, and one try is recorded; or one by a deliverer that may have been too slow."""
        if not old:
            self._take_deliveries()
        if not self.taken:
            return
        taken = self.taken[slot % len(self.taken)] if old else self.taken[-1]
        current = self.picture.deliveries.get(taken.webhook_id)
        holds = current is not None and current.claim_no == taken.claim_no and current.status is DeliveryStatus.PENDING
        self._step(lambda side: side.record(taken, status), lambda _: Expected(holds), nothing=not holds)

    @rule(slot=SLOT, stranger=RARELY)
    def redeliver(self, slot: int, stranger: bool) -> None:
        """One that was tried, if there is one."""
        posted = sorted(self.picture.deliveries.values(), key=lambda delivery: (not delivery.tries, delivery.webhook_id))
        if posted:
            tried = sum(bool(delivery.tries) for delivery in posted) or len(posted)
            again = posted[slot % tried]
            owner = self._owner(again.request_id, stranger=stranger)
            self._step(lambda side: side.redeliver(again, owner), lambda _: Expected(None if stranger else True), nothing=stranger)

    # two at the same moment

    @rule(
        kinds=st.tuples(st.integers(0, 15), st.integers(0, 15)),
        slots=st.tuples(SLOT, SLOT),
        owner=OWNER,
        worker_id=SOMEBODY,
        linger=st.integers(0, 2),
    )
    def race(self, kinds: tuple[int, int], slots: tuple[int, int], owner: str, worker_id: str, linger: int) -> None:
        """Two transactions at once end as if one had come after the other."""
        one, other = (self._act(kind, slot, owner, worker_id) for kind, slot in zip(kinds, slots, strict=True))
        if one is not None and other is not None:
            self._race(one, other, linger)

    @rule(slot=SLOT, workers=st.permutations(WORKERS), linger=st.integers(0, 2))
    def two_claimers(self, slot: int, workers: list[str], linger: int) -> None:
        """Want the same job at once: at most one has it."""
        request_id = self._waiting(slot)
        before = len(self.claims)
        self._race(self._claiming(request_id, workers[0]), self._claiming(request_id, workers[1]), linger)
        assert len(self.claims) - before <= 1

    @rule(slots=st.tuples(SLOT, SLOT), worker_id=SOMEBODY, linger=st.integers(0, 2))
    def an_end_and_a_claim(self, slots: tuple[int, int], worker_id: str, linger: int) -> None:
        """Of twins, for instance."""
        end = self._act(2, slots[0], OWNERS[0], worker_id)
        if end is not None:
            self._race(end, self._claiming(self._waiting(slots[1]), worker_id), linger)

    def _act(self, kind: int, slot: int, owner: str, worker_id: str) -> Act | None:
        request_id = self._job(slot)
        claim = self._claimed(slot, old=False)
        nothing = sides.ANNOUNCER.for_job()
        match kind:
            case 0 | 1:
                return self._claiming(self._waiting(slot), worker_id)
            case 2 | 3 if claim is not None:
                outcome = sides.completed(claim.request_id, claim.claim_no) if kind == 2 else sides.failed(dead_lettered=True)
                for side in (self.sql, self.memory):
                    self.bench.run(side.blobs.put(outcome.result.key, in_one_chunk(b"{}")) if outcome.result else asyncio.sleep(0))
                return Act("finish", lambda journal: journal.finish(claim, outcome, announce=nothing))
            case 4 if claim is not None:
                return Act("release", lambda journal: journal.release(claim, delay_s=0.0, error=None, charged=False))
            case 5 if claim is not None and claim.job.source_url is not None:
                return Act("set_source", lambda journal: _sourced(journal, claim))
            case 6:
                return Act("cancel", lambda journal: journal.cancel(request_id, owner=owner, error=CANCELLED, announce=nothing))
            case 7:
                return Act("delete", lambda journal: journal.delete(request_id, owner=owner))
            case 8:
                return Act("replay", lambda journal: journal.replay(request_id, owner=None))
            case 9:
                return Act("retire", lambda journal: journal.retire(worker_id))
            case 10:
                return Act("extend", lambda journal: journal.extend(worker_id, lease_s=sides.LEASE_S, running=0))
            case 11:
                return Act("register", lambda journal: _registered(journal, worker_id, self.clock))
            case 12:
                return Act("dead_leases", lambda journal: journal.dead_leases(announce=nothing, max_lost=sides.MAX_LOST), swept=True)
            case 13:
                return Act("overdue", lambda journal: journal.overdue(announce=nothing), swept=True)
            case 14:
                return Act("next_ring", lambda journal: journal.next_ring(request_id))
            case 15 if len(self.picture.jobs) < MOST_JOBS - 2:
                return self._adding(owner, slot)
        return None

    def _claiming(self, request_id: str, worker_id: str) -> Act:
        async def claim(journal: Journal) -> object:
            won = await journal.claim(request_id, worker_id=worker_id, fingerprint=FINGERPRINTS[0], cache_ttl_s=sides.CACHE_TTL_S)
            return won and (won, won.reuse and won.reuse.request_id)

        return Act("claim", claim)

    def _adding(self, owner: str, slot: int) -> Act:
        """Two of these in one race have one key, and content that may differ."""
        request_id = self._new_id()
        promise = Idempotency(scope=f"{owner} race", key=KEYS[0], content=CONTENTS[slot // 12])
        job = Job(request_id=request_id, owner=owner, created_at=self.clock.now(), due_at=self.clock.now(), ring_no=1)

        async def add(journal: Journal) -> object:
            return await sides.said(journal.add(job, idempotency=promise))

        return Act("add", add)

    def _race(self, one: Act, other: Act, linger: int) -> None:
        """lax: PostgreSQL runs them truly side by side. A copy may then be parked just as its twin ends, and wait its ten seconds
        (ports.Journal.claim); and a sweep leaves to the next one what another transaction holds."""
        acts, bench, before = (one, other), self.bench, self.picture
        self.clock.advance(TICK_S)
        self.sql.linger(linger)
        said = bench.run(sides.at_once(_call(one, self.sql, 0), _call(other, self.sql, 1)))
        self.sql.linger(0)
        sweeps = [act for act in acts if act.swept]
        for act in sweeps:
            bench.run(_call(act, self.sql, 0))
        after: Picture = bench.run(self.sql.picture())
        tried: list[str] = []
        for order in ((0, 1), (1, 0)):
            for missed in (False, True) if bench.lax else (False,):
                fork = self.memory.fork()
                answers: list[object] = [None, None]
                stages = [before]
                for index in order:
                    answers[index] = bench.run(_call(acts[index], fork, 0))
                    stages.append(bench.run(fork.picture()))
                for act in sweeps:
                    bench.run(_call(act, fork, 0))
                if missed:
                    self._miss_the_end(fork, after)
                expected = bench.run(fork.picture())
                same_answers = missed or bool(sweeps) or tuple(answers) == said
                if same_answers and expected == after:
                    self._settle(fork, [*stages, after], acts, said)
                    return
                tried.append(f"{[acts[index].name for index in order]}: {answers}; {difference(after, expected)}")
        raise AssertionError(f"no order explains {one.name} and {other.name}, which said {said}:\n" + "\n".join(tried))

    def _miss_the_end(self, fork: MemorySide, after: Picture) -> None:
        for request_id in after.parked:
            job = after.jobs[request_id]
            if request_id not in self.picture.parked and job.due_at == self.clock.now() + timedelta(seconds=PARKED_S):
                fork.miss_the_end(request_id, job.due_at)

    def _settle(self, fork: MemorySide, stages: list[Picture], acts: tuple[Act, Act], said: tuple[object, object]) -> None:
        self.memory = fork
        for act, answer in zip(acts, said, strict=True):
            if act.name == "claim" and answer is not None:
                assert isinstance(answer, tuple)
                self._won(answer[0])
        self.picture = stages[-1]
        history.check_picture(self.picture)
        for earlier, later in pairwise(stages):
            history.check_step(earlier, later, lost=tuple(later.jobs))

    # one step

    def _step(self, step: Step, rules: Rules, *, charged: tuple[str, ...] = (), lost: tuple[str, ...] = (), nothing: bool = False) -> Any:
        before = self.picture
        # No two moments are the same.
        self.clock.advance(TICK_S)
        # Leases may have ended since.
        living = frozenset(worker.worker_id for worker in self.bench.run(self.memory.journal.workers()))
        expected = rules(Rulebook(replace(before, living=living), self.clock.now()))
        said, other = self._on_both(step)
        assert said == other, f"the database said {said}, the fake {other}"
        assert short(said) == expected.answer, f"the database said {said}, the rules {expected.answer}"
        self._agree(charged=charged, lost=lost)
        expected.check(before, self.picture)
        if nothing:
            history.check_untouched(before, self.picture)
        return said

    def _on_both(self, step: Step) -> tuple[Any, Any]:
        return self.bench.run(step(self.sql)), self.bench.run(step(self.memory))

    def _agree(self, *, charged: tuple[str, ...] = (), lost: tuple[str, ...] = ()) -> None:
        before = self.picture
        self._see()
        history.check_step(before, self.picture, charged=charged, lost=lost)
        assert sorted(self.sql.queue.rings, key=repr) == sorted(self.memory.queue.rings, key=repr), "other rings"
        assert self.sql.blobs.keys == self.memory.blobs.keys, "other blobs"

    def _see(self) -> None:
        self.picture = self.bench.run(self.sql.picture())
        expected = self.bench.run(self.memory.picture())
        assert self.picture == expected, difference(self.picture, expected)
        history.check_picture(self.picture)

    def _take_deliveries(self) -> None:
        self.clock.advance(TICK_S)
        before = self.picture
        said, expected = self._on_both(lambda side: side.take_deliveries())
        assert said.keys() == expected.keys()
        for webhook_id, delivery in said.items():
            was = before.deliveries[webhook_id]
            assert (was.status, delivery.claim_no) == (DeliveryStatus.PENDING, was.claim_no + 1)
            assert was.next_at is not None
            assert was.next_at <= self.clock.now()
            assert delivery.tries == expected[webhook_id].tries
            self.taken.append(delivery)
        self._agree()

    def _submit(self, owner: str, content: str | None, options: JobOptions, *, hook: bool, key: str | None) -> str:
        """The new job's id, or that of one there is, when there are enough."""
        if len(self.picture.jobs) >= MOST_JOBS:
            return self._job(0)
        request_id = self._new_id()
        self._step(
            lambda side: side.submit(request_id, owner=owner, content=content, options=options, hook=hook, key=key),
            lambda book: book.submit(request_id, owner=owner, content=content, options=options, key=key, hook=hook),
        )
        return request_id

    def _register(self, worker_id: str, fingerprint: str) -> None:
        lost = tuple(job.request_id for job in self.picture.jobs.values() if job.worker_id == worker_id)
        self._step(lambda side: side.register(worker_id, fingerprint), lambda book: book.register(worker_id), lost=lost)

    def _release(self, claim: Claim, *, delay_s: float, handed_back: bool) -> None:
        error = None if handed_back else FAILURE
        self._step(
            lambda side: side.release(claim, delay_s=delay_s, error=error, charged=not handed_back),
            lambda book: book.release(claim.request_id, claim.claim_no, delay_s=delay_s, charged=not handed_back),
            charged=() if handed_back else (claim.request_id,),
            nothing=not self._holds(claim),
        )

    def _finish(self, claim: Claim, *, good: bool, dead_lettered: bool) -> None:
        outcome = sides.completed(claim.request_id, claim.claim_no) if good else sides.failed(dead_lettered=dead_lettered)
        self._step(
            lambda side: side.finish(claim, outcome),
            lambda book: book.finish(claim.request_id, claim.claim_no, outcome),
            nothing=not self._holds(claim),
        )

    def _claim(self, request_id: str, worker_id: str, fingerprint: str) -> None:
        claim = self._step(
            lambda side: side.claim(request_id, worker_id, fingerprint), lambda book: book.claim(request_id, worker_id, fingerprint)
        )
        if claim is not None:
            self._won(claim)

    def _won(self, claim: Claim) -> None:
        earlier = [old.claim_no for old in self.claims if old.request_id == claim.request_id]
        assert claim.claim_no > max(earlier, default=0), "a claim was given twice"
        self.claims.append(claim)

    def _new_id(self) -> str:
        self.ids += 1
        return f"job{self.ids:03}"

    # which one

    def _job(self, slot: int) -> str:
        known = sorted(self.picture.jobs)
        return known[slot % len(known)] if known else "job"

    def _waiting(self, slot: int) -> str:
        """One that is due, if there is one."""
        waiting = [job for job in self.picture.jobs.values() if job.status is JobStatus.QUEUED]
        due = [job for job in waiting if job.due_at <= self.clock.now()]
        queued = sorted(job.request_id for job in due or waiting)
        return queued[slot % len(queued)] if queued else self._job(slot)

    def _claimed(self, slot: int, *, old: bool) -> Claim | None:
        """One that holds, taken now if there is none; or, for old, any that was ever given."""
        if not old and not any(self._holds(claim) for claim in self.claims):
            self._claim(self._waiting(slot), WORKERS[slot % len(WORKERS)], FINGERPRINTS[0])
        held = [claim for claim in self.claims if self._holds(claim)]
        now_by_another = [claim for claim in self.claims if not self._holds(claim) and self._is_processing(claim.request_id)]
        among = (now_by_another or self.claims) if old else held or self.claims
        return among[slot % len(among)] if among else None

    def _is_processing(self, request_id: str) -> bool:
        return self.picture.jobs[request_id].status is JobStatus.PROCESSING

    def _owner(self, request_id: str, *, stranger: bool) -> str:
        job = self.picture.jobs.get(request_id)
        own = job.owner if job else OWNERS[0]
        return next(owner for owner in OWNERS if owner != own) if stranger else own

    def _holds(self, claim: Claim) -> bool:
        job = self.picture.jobs[claim.request_id]
        return job.status is JobStatus.PROCESSING and job.claim_no == claim.claim_no


def short(said: object) -> object:
    """An answer as the rulebook gives it."""
    match said:
        case Claim():
            return said.claim_no, said.reuse.request_id if said.reuse else None
        case Job():
            return said.status, said.generation
        case (Job() as job, tuple() as twins):
            return short(job), twins
        case Delivery():
            return True
    return said


def difference(found: Picture, expected: Picture) -> str:
    """Where two pictures part; the database's first."""
    parts = []
    for each in fields(Picture):
        one, other = getattr(found, each.name), getattr(expected, each.name)
        if one != other:
            if isinstance(one, dict):
                parts += [
                    f"{each.name}[{key}]: {one.get(key)} / {other.get(key)}"
                    for key in one.keys() | other.keys()
                    if one.get(key) != other.get(key)
                ]
            else:
                parts.append(f"{each.name}: {one} / {other}")
    return "; ".join(parts)


async def _call(act: Act, side: Side, by: int) -> object:
    return await act.on(side.journals[by])


async def _sourced(journal: Journal, claim: Claim) -> object:
    blob = BlobRef(key=f"jobs/{claim.request_id}/source", size_bytes=1, sha256=CONTENTS[0])
    return await journal.set_source(claim, source=blob, media_type="application/pdf", fingerprint=FINGERPRINTS[0])


async def _registered(journal: Journal, worker_id: str, clock: FakeClock) -> None:
    await journal.register(sides.worker(worker_id, FINGERPRINTS[0], clock), lease_s=sides.LEASE_S)
