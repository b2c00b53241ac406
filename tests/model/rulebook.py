"""What each step does, said once more from docs/state_machine.md and the ports: a picture before, and what must have changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from doctray.domain.identity import content_key
from doctray.domain.job import Job, JobOptions, JobStatus, Outcome
from tests.model.sides import CACHE_TTL_S, MAX_LOST, RETENTION_S, Picture

QUEUED, PROCESSING, COMPLETED, FAILED, CANCELLED = (
    JobStatus.QUEUED,
    JobStatus.PROCESSING,
    JobStatus.COMPLETED,
    JobStatus.FAILED,
    JobStatus.CANCELLED,
)

Facts = dict[str, object]


@dataclass(slots=True)
class Expected:
    """answer: in the short form of `machine.short`. changes: facts by job; every other fact stays."""

    answer: object
    changes: dict[str, Facts] = field(default_factory=dict)

    def check(self, before: Picture, now: Picture) -> None:
        assert now.jobs.keys() == before.jobs.keys() | self.changes.keys(), "a job came or went"
        for request_id in now.jobs:
            expected = (
                facts(before, request_id) | self.changes.get(request_id, {}) if request_id in before.jobs else self.changes[request_id]
            )
            found = facts(now, request_id)
            wrong = {name: (found[name], value) for name, value in expected.items() if found[name] != value}
            assert not wrong, f"{request_id} (found, by the rules): {wrong}"


def facts(picture: Picture, request_id: str) -> Facts:
    """What the rules speak of. What has no meaning in a state is left out of it."""
    job = picture.jobs[request_id]
    live = not job.status.terminal
    return {
        "status": job.status,
        "generation": job.generation,
        "claim_no": job.claim_no,
        "attempt": job.attempt,
        "tries_used": job.tries_used,
        "leases_lost": job.leases_lost,
        "worker_id": job.worker_id if live else None,
        "due_at": job.due_at if job.status is QUEUED else None,
        "deadline_at": job.deadline_at if live else None,
        "finished_at": job.finished_at,
        "deleted": job.deleted_at is not None,
        "cached": job.cached,
        "dead_lettered": job.dead_lettered,
        "code": job.error.code if job.error else None,
        "content_key": job.content_key,
        "parked": request_id in picture.parked,
        "flight_key": picture.flight_keys[request_id],
    }


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules at one moment, before a step."""

    picture: Picture
    now: datetime

    def submit(self, request_id: str, *, owner: str, content: str | None, options: JobOptions, hook: bool, key: str | None) -> Expected:
        first = self.picture.promises.get((f"{owner} documents", key or ""))
        if first is not None and self.now < first[1] + timedelta(days=1):
            job = self.picture.jobs[first[0]]
            same = (
                job.options == options
                and (job.webhook_url is not None) == hook
                and (job.source_url is None) == (content is not None)
                and (content is None or (job.source is not None and job.source.sha256 == content))
            )
            return Expected((job.status, job.generation) if same else "idempotency_mismatch")
        born: Facts = {
            "generation": 1,
            "claim_no": 0,
            "attempt": 0,
            "tries_used": 0,
            "leases_lost": 0,
            "worker_id": None,
            "deleted": False,
            "dead_lettered": False,
            "code": None,
            "parked": False,
            "flight_key": None,
        }
        fingerprint = self.picture.fingerprint
        if content is not None and fingerprint is not None and not options.no_cache:
            known = content_key(content, options, fingerprint)
            if self._result(owner, known) is not None:
                born |= {"status": COMPLETED, "cached": True, "finished_at": self.now, "content_key": known, "due_at": None}
                return Expected((COMPLETED, 1), {request_id: born})
        born |= {"status": QUEUED, "cached": False, "finished_at": None, "content_key": None, **self._waiting(options)}
        return Expected((QUEUED, 1), {request_id: born})

    def cancel(self, request_id: str, owner: str) -> Expected:
        job = self._own(request_id, owner)
        if job is None:
            return Expected("not_found")
        if job.status.terminal:
            return Expected((job.status, job.generation))
        return Expected((CANCELLED, job.generation), self._cancelled(job, "cancelled_by_caller"))

    def delete(self, request_id: str, owner: str) -> Expected:
        job = self._own(request_id, owner)
        if job is None:
            return Expected("not_found")
        changes = {} if job.status.terminal else self._cancelled(job, "cancelled_by_caller")
        return Expected(None, _merged(changes, {request_id: _TOMB}))

    def replay(self, request_id: str, owner: str | None) -> Expected:
        job = self.picture.jobs.get(request_id)
        if job is None or job.status is not FAILED or job.deleted_at is not None or owner not in (None, job.owner):
            return Expected("not_found")
        fresh: Facts = {
            "status": QUEUED,
            "generation": job.generation + 1,
            "attempt": 0,
            "tries_used": 0,
            "leases_lost": 0,
            "finished_at": None,
            "dead_lettered": False,
            "code": None,
            **self._waiting(job.options),
        }
        return Expected((QUEUED, job.generation + 1), {request_id: fresh})

    def claim(self, request_id: str, worker_id: str, fingerprint: str) -> Expected:
        job = self.picture.jobs.get(request_id)
        if job is None or job.status is not QUEUED or job.due_at > self.now or worker_id not in self.picture.living:
            return Expected(None)
        if job.deadline_at is not None and job.deadline_at <= self.now:
            return Expected(None)
        key = content_key(job.source.sha256, job.options, fingerprint) if job.source else None
        flight_key = None if job.options.no_cache else key
        if self._in_flight(job.owner, flight_key):
            parked: Facts = {"parked": True, "flight_key": flight_key, "due_at": self.now + timedelta(seconds=10)}
            return Expected(None, {request_id: parked})
        taken: Facts = {
            "status": PROCESSING,
            "claim_no": job.claim_no + 1,
            "attempt": job.attempt + 1,
            "worker_id": worker_id,
            "due_at": None,
            "content_key": key,
            "flight_key": flight_key,
            "parked": False,
        }
        reuse = self._result(job.owner, flight_key) if flight_key else None
        return Expected((job.claim_no + 1, reuse), {request_id: taken})

    def finish(self, request_id: str, claim_no: int, outcome: Outcome) -> Expected:
        job = self._held(request_id, claim_no)
        if job is None:
            return Expected(None)
        changes = self._left(
            job,
            {
                "status": outcome.status,
                "finished_at": self.now,
                "dead_lettered": outcome.dead_lettered,
                "code": outcome.error.code if outcome.error else None,
                "deadline_at": None,
            },
        )
        return Expected(((outcome.status, job.generation), _others(changes, job)), changes)

    def release(self, request_id: str, claim_no: int, *, delay_s: float, charged: bool) -> Expected:
        job = self._held(request_id, claim_no)
        if job is None:
            return Expected(None)
        due_at = self.now + timedelta(seconds=delay_s) if delay_s else job.due_at
        back: Facts = {"status": QUEUED, "due_at": due_at, "tries_used": job.tries_used + charged}
        if charged:
            back["code"] = "engine_failure"
        changes = self._left(job, back)
        return Expected(((QUEUED, job.generation), _others(changes, job)), changes)

    def set_source(self, request_id: str, claim_no: int, content: str, fingerprint: str) -> Expected:
        job = self._held(request_id, claim_no)
        if job is None:
            return Expected(None)
        key = content_key(content, job.options, fingerprint)
        flight_key = None if job.options.no_cache or self._in_flight(job.owner, key, but=request_id) else key
        return Expected((PROCESSING, job.generation), {request_id: {"content_key": key, "flight_key": flight_key}})

    def register(self, worker_id: str) -> Expected:
        changes: dict[str, Facts] = {}
        for job in self._processing():
            if job.worker_id == worker_id:
                changes = _merged(changes, self._lost(job, max_lost=None))
        return Expected(None, changes)

    def extend(self, worker_id: str) -> Expected:
        return Expected(worker_id in self.picture.living)

    def sweep(self) -> Expected:
        """Deadlines first; then leases."""
        changes: dict[str, Facts] = {}
        late = [job for job in self.picture.jobs.values() if not job.status.terminal and job.deadline_at and job.deadline_at <= self.now]
        for job in late:
            changes = _merged(changes, self._cancelled(job, "deadline_exceeded"))
        for job in late:  # whoever was woken by one and is late as well
            changes[job.request_id] |= {"status": CANCELLED, "parked": False, "due_at": None}
        for job in self._processing():
            if job not in late and job.worker_id not in self.picture.living:
                woken = self._lost(job, max_lost=MAX_LOST)
                changes = _merged(changes, {name: facts for name, facts in woken.items() if name not in {each.request_id for each in late}})
        return Expected(None, changes)

    def upkeep(self) -> Expected:
        before = self.now - timedelta(seconds=RETENTION_S)
        old = (job for job in self.picture.jobs.values() if job.deleted_at is None and job.finished_at and job.finished_at < before)
        return Expected(None, {job.request_id: dict(_TOMB) for job in old})

    def _own(self, request_id: str, owner: str) -> Job | None:
        job = self.picture.jobs.get(request_id)
        return job if job is not None and job.owner == owner and job.deleted_at is None else None

    def _held(self, request_id: str, claim_no: int) -> Job | None:
        job = self.picture.jobs[request_id]
        return job if job.status is PROCESSING and job.claim_no == claim_no else None

    def _processing(self) -> list[Job]:
        return [job for job in self.picture.jobs.values() if job.status is PROCESSING]

    def _waiting(self, options: JobOptions) -> Facts:
        """Priority is a head start of half a minute a step; a deadline counts from now."""
        deadline_s = options.deadline_seconds
        return {
            "due_at": self.now - timedelta(seconds=30 * options.priority),
            "deadline_at": None if deadline_s is None else self.now + timedelta(seconds=deadline_s),
        }

    def _in_flight(self, owner: str, flight_key: str | None, *, but: str = "") -> bool:
        return flight_key is not None and any(
            job.owner == owner and self.picture.flight_keys[job.request_id] == flight_key and job.request_id != but
            for job in self._processing()
        )

    def _result(self, owner: str, key: str) -> str | None:
        """The newest that was really read within the cache's time."""
        since = self.now - timedelta(seconds=CACHE_TTL_S)
        found = [
            (job.finished_at, job.request_id)
            for job in self.picture.jobs.values()
            if job.status is COMPLETED
            and job.owner == owner
            and job.content_key == key
            and not job.cached
            and job.deleted_at is None
            and job.finished_at
            and job.finished_at > since
        ]
        return max(found)[1] if found else None

    def _left(self, job: Job, change: Facts) -> dict[str, Facts]:
        """It leaves `processing`, and the copies that were parked for it are due."""
        flight_key = self.picture.flight_keys[job.request_id]
        twins = [
            name
            for name in self.picture.parked
            if flight_key is not None and self.picture.flight_keys[name] == flight_key and self.picture.jobs[name].owner == job.owner
        ]
        woken: dict[str, Facts] = {name: {"parked": False, "due_at": self.now} for name in twins}
        return {job.request_id: {"worker_id": None, **change}, **woken}

    def _cancelled(self, job: Job, code: str) -> dict[str, Facts]:
        change: Facts = {
            "status": CANCELLED,
            "claim_no": job.claim_no + 1,
            "finished_at": self.now,
            "code": code,
            "worker_id": None,
            "due_at": None,
            "deadline_at": None,
            "parked": False,
        }
        return self._left(job, change) if job.status is PROCESSING else {job.request_id: change}

    def _lost(self, job: Job, *, max_lost: int | None) -> dict[str, Facts]:
        change: Facts = {"claim_no": job.claim_no + 1, "leases_lost": job.leases_lost + 1}
        if max_lost is None or job.leases_lost < max_lost:
            return self._left(job, change | {"status": QUEUED, "due_at": job.due_at})
        over: Facts = {"status": FAILED, "finished_at": self.now, "code": "worker_lost", "dead_lettered": True, "deadline_at": None}
        return self._left(job, change | over)


_TOMB: Facts = {
    "deleted": True,
    "tries_used": 0,
    "leases_lost": 0,
    "cached": False,
    "dead_lettered": False,
    "code": None,
    "content_key": None,
    "flight_key": None,
    "parked": False,
}


def _merged(changes: Mapping[str, Facts], more: Mapping[str, Facts]) -> dict[str, Facts]:
    return {name: {**changes.get(name, {}), **more.get(name, {})} for name in changes.keys() | more.keys()}


def _others(changes: Mapping[str, Facts], job: Job) -> tuple[str, ...]:
    return tuple(sorted(changes.keys() - {job.request_id}))
