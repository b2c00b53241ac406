"""Fakes of every seam, for tests of doctray and of programs that embed it. In memory, deterministic, no threads, no network."""

import asyncio
import copy
import hashlib
import re
import tempfile
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Generic, TypeVar

from doctray.domain import artifact as artifact_steps
from doctray.domain import transition
from doctray.domain.agreement import compare
from doctray.domain.artifact import Artifact, ArtifactStatus
from doctray.domain.audit import Action, Actor, AuditEntry, AuditOutcome
from doctray.domain.batch import Batch, BatchView, announcement, counts_of
from doctray.domain.document import Document, Page, PageImage
from doctray.domain.download import KnownDownload, Validators
from doctray.domain.errors import (
    DeadlineExceeded,
    IdempotencyMismatch,
    InvalidOption,
    NotFound,
    ReviewConflict,
    RolloutConflict,
    StorageFull,
    TemporarilyUnavailable,
)
from doctray.domain.extraction import Extraction, Fields
from doctray.domain.fairness import fair_share
from doctray.domain.identity import content_key, new_request_id
from doctray.domain.job import (
    Announce,
    Attempt,
    BlobRef,
    Delivery,
    DeliveryStatus,
    DeliveryTry,
    Job,
    JobError,
    JobStatus,
    NewDelivery,
    Outcome,
    Progress,
    announce_nothing,
)
from doctray.domain.keys import ApiKey
from doctray.domain.review import AnnounceReview, Review
from doctray.domain.rollout import Arm, RolloutAction, RolloutChange, RolloutKind, RolloutPlan, put, retired_flag
from doctray.domain.rollout_health import ArmFigures, figures_of
from doctray.domain.rollout_run import Measured, RolloutRun, RunEnd, runs_of, tallied
from doctray.domain.shadow import MAX_BEGUN, STALE_AFTER_S, Shadow, shadows_of, wanted_still
from doctray.domain.transition import PRIORITY_HEAD_START_S
from doctray.ports import (
    DRAIN_WINDOW_S,
    IDEMPOTENCY_S,
    MAINTENANCE,
    Accepted,
    BellUnreachable,
    BlobLink,
    Claim,
    Clock,
    Idempotency,
    JobQuery,
    PageImages,
    Placed,
    QueueState,
    WorkerInfo,
)

T = TypeVar("T")

_NEVER = datetime.min.replace(tzinfo=UTC)
_FOREVER = datetime.max.replace(tzinfo=UTC)

_BLOB_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", re.ASCII)


class FakeClock:
    """`doctray.ports.Clock` that stands still until it is moved."""

    def __init__(self, now: datetime = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) -> None:
        self._start = now
        self._now = now

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start).total_seconds()

    def timestamp(self) -> float:
        """Epoch seconds: what a journal takes as its clock."""
        return self._now.timestamp()

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@dataclass(slots=True)
class _Entry:
    job: Job
    flight_key: str | None = None
    parked: bool = False


@dataclass(slots=True, kw_only=True)
class _Shadowing:
    name: str
    since: datetime
    claim_no: int = 0
    claims: int = 0
    worker_id: str | None = None


@dataclass(slots=True)
class _Sent:
    delivery: Delivery
    # tries made before the last redelivery by hand
    tries_before: int = 0


class MemoryJournal:
    """`doctray.ports.Journal` and `doctray.ports.KeyStore` in dicts, within one event loop. `reachable` False: the store is away.

    Held to the same suite as the SQL journals, so what a test sees here holds there.
    """

    def __init__(self, *, clock: Clock | None = None, retention_s: float = 7 * 86400.0) -> None:
        self.reachable = True
        self._clock = clock or FakeClock()
        self._retention_s = retention_s
        self._jobs: dict[str, _Entry] = {}
        self._attempts: dict[tuple[str, int, int], Attempt] = {}
        self._promises: dict[tuple[str, str], tuple[str, str, datetime]] = {}
        self._sent: dict[str, _Sent] = {}
        self._stopped: set[tuple[str, str]] = set()
        self._reviews: dict[str, list[Review]] = {}
        self._artifacts: dict[tuple[str, str], Artifact] = {}
        self._workers: dict[str, WorkerInfo] = {}
        # when, and under which fingerprint
        self._registered: dict[str, tuple[datetime, str]] = {}
        self._turns: dict[str, tuple[str, datetime]] = {}
        # value, and since when
        self._flags: dict[str, tuple[str, datetime]] = {}
        self._rollouts: dict[RolloutKind, RolloutPlan] = {}
        self._rollout_history: list[RolloutChange] = []
        self._runs: list[RolloutRun] = []
        self._shadows: dict[tuple[str, RolloutKind], _Shadowing] = {}
        # of jobs that a worker has read
        self._fields: dict[str, Fields] = {}
        self._audit: list[AuditEntry] = []
        self._downloads: dict[tuple[str, str], tuple[str, Validators, datetime]] = {}
        self._batches: dict[str, Batch] = {}
        self._keys: dict[str, ApiKey] = {}
        self._secrets: dict[str, list[tuple[bytes, datetime | None]]] = {}

    async def ping(self) -> None:
        self._now()

    # jobs

    async def add(self, job: Job, *, idempotency: Idempotency | None = None, announce: Announce | None = None) -> Job:
        now = self._now()
        new = transition.born(job, now=now, retention_s=self._retention_s)
        if idempotency is not None:
            place = (idempotency.scope, idempotency.key)
            content, request_id, at = self._promises.get(place, ("", "", _NEVER))
            if at > now - timedelta(seconds=IDEMPOTENCY_S):
                if content != idempotency.content:
                    raise IdempotencyMismatch
                return self._jobs[request_id].job
            self._promises[place] = (idempotency.content, job.request_id, now)
        if new.batch_id in self._batches:
            batch = self._batches[new.batch_id]
            self._batches[new.batch_id] = replace(batch, open=batch.open + 1, total=batch.total + 1)
        self._jobs[job.request_id] = _Entry(new)
        if new.status is JobStatus.COMPLETED:
            self._announce(new, announce or announce_nothing, now)
            self._batch_ended(new, now)
        return new

    async def accept(self, job: Job, *, idempotency: Idempotency | None = None, cache_ttl_s: float = 0.0) -> Accepted:
        fingerprint = self._latest_fingerprint()
        if cache_ttl_s > 0 and fingerprint is not None and job.source is not None and not job.options.no_cache:
            assigned = transition.assigned(job, list(self._rollouts.values()))
            same = content_key(job.source.sha256, assigned.effective_options, fingerprint)
            reuse = await self.find_result(job.owner, same, younger_than_s=cache_ttl_s)
            if reuse is not None:
                return Accepted(job=job, reuse=reuse)
        recorded = await self.add(job, idempotency=idempotency)
        if recorded.request_id != job.request_id:
            return Accepted(job=recorded)
        return Accepted(job=recorded, position=await self.queue_position(recorded.request_id))

    async def claim(self, request_id: str, *, worker_id: str, fingerprint: str, cache_ttl_s: float) -> Claim | None:
        now = self._now()
        entry = self._jobs.get(request_id)
        if entry is None or not transition.claimable(entry.job, now=now) or not self._lives(worker_id, now) or MAINTENANCE in self._flags:
            return None
        plans = list(self._rollouts.values())
        job = transition.claimed(entry.job, now=now, worker_id=worker_id, fingerprint=fingerprint, plans=plans)
        entry.flight_key = transition.flight_key(job)
        if self._in_flight(entry):
            entry.job = transition.parked(entry.job, now=now)
            entry.parked = True
            return None
        entry.job, entry.parked = job, False
        attempt = Attempt(request_id=request_id, generation=job.generation, number=job.attempt, worker_id=worker_id, started_at=now)
        self._attempts[request_id, job.generation, job.attempt] = attempt
        reuse = self._result(job.owner, entry.flight_key, now - timedelta(seconds=cache_ttl_s)) if entry.flight_key else None
        return Claim(job=job, reuse=reuse)

    async def extend(self, worker_id: str, *, lease_s: float, running: int, engine: str = "") -> bool:
        now = self._now()
        if not self._lives(worker_id, now):
            return False
        lease_until = now + timedelta(seconds=lease_s)
        self._workers[worker_id] = replace(self._workers[worker_id], lease_until=lease_until, running=running, engine=engine)
        return True

    async def release(
        self, claim: Claim, *, delay_s: float, error: JobError | None, charged: bool, measured: Measured | None = None
    ) -> tuple[Job, tuple[str, ...]] | None:
        now = self._now()
        entry = self._held(claim)
        if entry is None:
            return None
        after = transition.released(entry.job, now=now, delay_s=delay_s, error=error, charged=charged)
        if error is not None:
            self._keep_runs(after, RunEnd.RETRIED, now, error=error, measured=measured)
        return after, self._leave(entry, after, now, ended="retried" if error else "handed_back", error=error)

    async def finish(
        self, claim: Claim, outcome: Outcome, *, announce: Announce, measured: Measured | None = None
    ) -> tuple[Job, tuple[str, ...]] | None:
        now = self._now()
        entry = self._held(claim)
        if entry is None:
            return None
        after = transition.finished(entry.job, outcome, now=now, retention_s=self._retention_s)
        self._announce(after, announce, now)
        twins = self._leave(entry, after, now, ended=outcome.status.value, error=outcome.error, engine=outcome.engine)
        if outcome.fields is not None:
            self._fields[claim.request_id] = copy.deepcopy(dict(outcome.fields))
        if outcome.status is JobStatus.COMPLETED and not outcome.cached:
            self._keep_runs(after, RunEnd.COMPLETED, now, error=None, measured=measured)
            for shadow in shadows_of(after, self._rollouts.values(), measured):
                self._shadows[after.request_id, shadow.kind] = _Shadowing(name=shadow.name, since=now)
        elif outcome.status is JobStatus.FAILED:
            self._keep_runs(after, RunEnd.FAILED, now, error=outcome.error, measured=measured)
        self._batch_ended(after, now)
        return after, twins

    async def cancel(self, request_id: str, *, owner: str, error: JobError, announce: Announce) -> Job | None:
        now = self._now()
        entry = self._jobs.get(request_id)
        if entry is None or entry.job.owner != owner:
            return None
        return entry.job if entry.job.status.terminal else self._cancel(entry, error, announce, now)

    async def overdue(self, *, announce: Announce, limit: int = 100) -> list[Job]:
        now = self._now()
        error = JobError(code=DeadlineExceeded.code, detail=DeadlineExceeded.why)
        late = [entry for entry in self._jobs.values() if not entry.job.status.terminal and (entry.job.deadline_at or _FOREVER) <= now]
        if MAINTENANCE in self._flags:
            late = [entry for entry in late if entry.job.status is JobStatus.PROCESSING]
        late.sort(key=lambda entry: entry.job.deadline_at or _FOREVER)
        return [self._cancel(entry, error, announce, now) for entry in late[:limit]]

    async def set_source(
        self, claim: Claim, *, source: BlobRef, media_type: str, fingerprint: str, validators: Validators | None = None
    ) -> Job | None:
        now = self._now()
        entry = self._held(claim)
        if entry is None:
            return None
        if entry.job.source_url is not None:
            place = (entry.job.owner, entry.job.source_url)
            self._downloads.pop(place, None)
            if validators is not None:
                self._downloads[place] = (entry.job.request_id, validators, now)
        plans = list(self._rollouts.values())
        entry.job = transition.sourced(entry.job, source=source, media_type=media_type, fingerprint=fingerprint, plans=plans)
        entry.flight_key = transition.flight_key(entry.job)
        if self._in_flight(entry):
            entry.flight_key = None
        return entry.job

    async def known_download(self, owner: str, url: str, *, younger_than_s: float) -> KnownDownload | None:
        now = self._now()
        request_id, validators, seen_at = self._downloads.get((owner, url), ("", None, now))
        job = self._jobs[request_id].job if request_id in self._jobs else None
        if validators is None or job is None or job.deleted_at or job.source is None or seen_at <= now - timedelta(seconds=younger_than_s):
            return None
        return KnownDownload(validators=validators, source=job.source, media_type=job.media_type)

    async def get(self, request_id: str) -> Job | None:
        self._now()
        entry = self._jobs.get(request_id)
        return entry.job if entry else None

    async def placed(self, request_id: str) -> Placed | None:
        job = await self.get(request_id)
        return None if job is None else Placed(job=job, position=await self.queue_position(request_id))

    async def list_jobs(self, query: JobQuery) -> tuple[list[Job], str | None]:
        self._now()
        found = sorted((entry.job for entry in self._jobs.values() if _matches(entry.job, query)), key=_newest, reverse=True)
        if query.cursor is not None:
            if not any(_cursor(job) == query.cursor for job in found):
                raise InvalidOption("cursor: not one of this service's; begin again without it.")
            found = found[1 + [_cursor(job) for job in found].index(query.cursor) :]
        page = found[: query.limit]
        return page, _cursor(page[-1]) if len(found) > len(page) and page else None

    async def find_result(self, owner: str, content_key: str, *, younger_than_s: float) -> Job | None:
        return self._result(owner, content_key, self._now() - timedelta(seconds=younger_than_s))

    async def attempts(self, request_id: str) -> list[Attempt]:
        self._now()
        return [attempt for (owner_id, _, _), attempt in sorted(self._attempts.items()) if owner_id == request_id]

    async def dead_leases(self, *, announce: Announce, max_lost: int, limit: int = 100) -> tuple[list[str], list[Job]]:
        now = self._now()
        orphaned = [
            entry
            for _, entry in sorted(self._jobs.items())
            if entry.job.status is JobStatus.PROCESSING and not self._lives(entry.job.worker_id or "", now)
        ]
        to_ring: list[str] = []
        failed: list[Job] = []
        for entry in orphaned[:limit]:
            lost = transition.lease_lost(entry.job, now=now, max_lost=max_lost, retention_s=self._retention_s)
            if lost.status is JobStatus.FAILED:
                self._announce(lost, announce, now)
                failed.append(lost)
            else:
                to_ring.append(lost.request_id)
            error = lost.error if lost.status is JobStatus.FAILED else None
            to_ring.extend(self._leave(entry, lost, now, ended="lease_lost", error=error))
            if lost.status is JobStatus.FAILED:
                self._batch_ended(lost, now)
        return to_ring, failed

    async def due(self, *, limit: int = 100) -> list[Job]:
        now = self._now()
        return [] if MAINTENANCE in self._flags else [job for job in self._queue() if job.due_at <= now][:limit]

    async def next_ring(self, request_id: str) -> Job | None:
        self._now()
        entry = self._jobs.get(request_id)
        if entry is None or entry.job.status is not JobStatus.QUEUED:
            return None
        entry.job = entry.job.evolve(ring_no=entry.job.ring_no + 1)
        return entry.job

    async def replay(self, request_id: str, *, owner: str | None, by: Actor | None = None) -> Job | None:
        now = self._now()
        entry = self._jobs.get(request_id)
        if entry is None or entry.job.status is not JobStatus.FAILED or entry.job.deleted_at or owner not in (None, entry.job.owner):
            self._note(by, Action.JOB_REPLAYED, request_id, done=False)
            return None
        entry.job = transition.replayed(entry.job, now=now)
        if entry.job.batch_id in self._batches:
            batch = self._batches[entry.job.batch_id]
            self._batches[batch.batch_id] = replace(batch, open=batch.open + 1, finished_at=None)
        self._note(by, Action.JOB_REPLAYED, request_id)
        return entry.job

    async def delete(self, request_id: str, *, owner: str, by: Actor | None = None) -> Job | None:
        now = self._now()
        entry = self._jobs.get(request_id)
        if entry is None or entry.job.owner != owner or not entry.job.status.terminal:
            self._note(by, Action.JOB_DELETED, request_id, done=False)
            return None
        self._jobs[request_id] = entry = _Entry(transition.entombed(entry.job, now=now))
        self._attempts = {place: attempt for place, attempt in self._attempts.items() if place[0] != request_id}
        self._promises = {place: promise for place, promise in self._promises.items() if promise[1] != request_id}
        self._sent = {name: sent for name, sent in self._sent.items() if sent.delivery.request_id != request_id}
        self._reviews.pop(request_id, None)
        self._fields.pop(request_id, None)
        self._runs = [run for run in self._runs if run.request_id != request_id]
        self._shadows = {place: shadow for place, shadow in self._shadows.items() if place[0] != request_id}
        self._artifacts = {place: artifact for place, artifact in self._artifacts.items() if place[0] != request_id}
        self._note(by, Action.JOB_DELETED, request_id)
        return entry.job

    async def expired(self, *, retention_s: float, limit: int = 100) -> list[Job]:
        before = self._now() - timedelta(seconds=retention_s)
        ended = [entry.job for entry in self._jobs.values() if entry.job.deleted_at is None]
        return sorted((job for job in ended if (job.finished_at or _FOREVER) < before), key=_ended_first)[:limit]

    async def existing(self, request_ids: Sequence[str]) -> set[str]:
        self._now()
        return {name for name in request_ids if name in self._jobs and self._jobs[name].job.deleted_at is None}

    async def queue_state(self) -> QueueState:
        now = self._now()
        jobs = [entry.job for entry in self._jobs.values()]
        queued = [job for job in jobs if job.status is JobStatus.QUEUED]
        due = [job for job in queued if job.due_at <= now]
        ready = [job.due_at + timedelta(seconds=PRIORITY_HEAD_START_S * job.options.priority) for job in due]
        since = now - timedelta(seconds=DRAIN_WINDOW_S)
        drained = sum(1 for job in jobs if job.finished_at is not None and job.finished_at > since and job.attempt > 0)
        return QueueState(
            queued=len(queued),
            queued_due=len(due),
            processing=sum(1 for job in jobs if job.status is JobStatus.PROCESSING),
            oldest_due_age_s=max(0.0, (now - min(ready)).total_seconds()) if ready else 0.0,
            drained_per_minute=drained * 60.0 / DRAIN_WINDOW_S,
            dead_letters=sum(1 for job in jobs if job.dead_lettered),
        )

    async def take_turn(self, name: str, *, holder: str, hold_s: float) -> bool:
        now = self._now()
        held_by, until = self._turns.get(name, (holder, now))
        if held_by != holder and until > now:
            return False
        self._turns[name] = (holder, now + timedelta(seconds=hold_s))
        return True

    async def flag(self, name: str) -> str | None:
        self._now()
        value, _ = self._flags.get(name, (None, _NEVER))
        return value

    async def flags(self) -> Mapping[str, str]:
        self._now()
        return {name: value for name, (value, _) in self._flags.items()}

    async def set_flag(self, name: str, value: str | None, *, by: Actor | None = None) -> None:
        now = self._now()
        self._note(by, Action.SWITCH_CLEARED if value is None else Action.SWITCH_SET, name)
        if value is not None:
            self._flags[name] = (value, self._flags.get(name, ("", now))[1])
            return
        _, since = self._flags.pop(name, ("", now))
        if name == MAINTENANCE:
            for entry in self._jobs.values():
                entry.job = transition.maintained(entry.job, since=since, now=now)

    async def scrub(self) -> None:
        self._now()

    async def queue_position(self, request_id: str) -> int | None:
        self._now()
        waiting = [job.request_id for job in self._queue()]
        return waiting.index(request_id) + 1 if request_id in waiting else None

    # deliveries

    async def due_deliveries(
        self, *, lease_s: float, limit: int = 20, per_target: int = 20, busy: Mapping[str, int] | None = None
    ) -> list[Delivery]:
        now = self._now()
        due = [sent for sent in self._sent.values() if sent.delivery.status is DeliveryStatus.PENDING]
        due = sorted((sent for sent in due if (sent.delivery.next_at or now) <= now), key=lambda sent: sent.delivery.next_at or now)
        due = fair_share(((sent, sent.delivery.url) for sent in due), limit=limit, per_target=per_target, busy=busy or {})
        for sent in due:
            sent.delivery = replace(sent.delivery, claim_no=sent.delivery.claim_no + 1, next_at=now + timedelta(seconds=lease_s))
        return [replace(sent.delivery, tries=sent.delivery.tries[sent.tries_before :]) for sent in due]

    async def record_delivery(self, delivery: Delivery, *, attempt: DeliveryTry, status: DeliveryStatus, next_in_s: float | None) -> bool:
        now = self._now()
        sent = self._sent.get(delivery.delivery_id)
        if sent is None or sent.delivery.claim_no != delivery.claim_no or sent.delivery.status is not DeliveryStatus.PENDING:
            return False
        next_at = now + timedelta(seconds=next_in_s or 0.0) if status is DeliveryStatus.PENDING else None
        sent.delivery = replace(sent.delivery, tries=(*sent.delivery.tries, attempt), status=status, next_at=next_at)
        if status is DeliveryStatus.STOPPED:
            target = (delivery.owner, delivery.url)
            self._stopped.add(target)
            for other in self._sent.values():
                if other.delivery.status is DeliveryStatus.PENDING and (other.delivery.owner, other.delivery.url) == target:
                    other.delivery = replace(other.delivery, status=DeliveryStatus.STOPPED, next_at=None)
        return True

    async def deliveries(self, request_id: str) -> list[Delivery]:
        self._now()
        return [sent.delivery for sent in self._sent.values() if sent.delivery.request_id == request_id]

    async def redeliver(self, delivery_id: str, *, owner: str, by: Actor | None = None) -> Delivery | None:
        now = self._now()
        sent = self._sent.get(delivery_id)
        found = sent is not None and sent.delivery.owner == owner
        self._note(by, Action.DELIVERY_REPEATED, delivery_id, done=found)
        if sent is None or not found:
            return None
        sent.tries_before = len(sent.delivery.tries)
        sent.delivery = replace(sent.delivery, status=DeliveryStatus.PENDING, claim_no=sent.delivery.claim_no + 1, next_at=now)
        self._stopped.discard((owner, sent.delivery.url))
        return sent.delivery

    async def add_delivery(self, job: Job, delivery: NewDelivery) -> None:
        self._announce(job, lambda _job: delivery, self._now())

    # reviews

    async def add_review(
        self,
        request_id: str,
        *,
        owner: str,
        expected: int | None,
        fields: Fields,
        reviewed_by: str,
        key_id: str | None,
        note: str | None,
        announce: AnnounceReview,
    ) -> tuple[Job, Review] | None:
        now = self._now()
        entry = self._completed(request_id)
        if entry is None or entry.job.owner != owner:
            return None
        if expected not in (None, entry.job.review_no):
            raise ReviewConflict
        job = transition.reviewed(entry.job)
        review = Review(
            request_id=request_id,
            number=job.review_no,
            reviewed_at=now,
            reviewed_by=reviewed_by,
            key_id=key_id,
            fields=copy.deepcopy(fields),
            note=note,
        )
        self._announce(job, lambda reviewed: announce(reviewed, review), now)
        entry.job = job
        self._reviews.setdefault(request_id, []).append(review)
        if request_id in self._fields:
            tally = tallied(compare(fields, self._fields[request_id], job.document_type))
            self._runs = [
                replace(run, truth=tally)
                if not run.shadow and (run.request_id, run.generation, run.number) == (request_id, job.generation, job.attempt)
                else run
                for run in self._runs
            ]
        return job, review

    async def reviews(self, request_id: str) -> list[Review]:
        self._now()
        return list(self._reviews.get(request_id, ()))

    # artifacts

    async def artifact(self, request_id: str, form: str) -> Artifact | None:
        self._now()
        return self._artifacts.get((request_id, form))

    async def want_artifact(self, request_id: str, *, form: str, edition: str, lost: str | None = None) -> Artifact | None:
        now = self._now()
        if self._completed(request_id) is None:
            return None
        before = self._artifacts.get((request_id, form))
        after = artifact_steps.wanted(before, request_id=request_id, form=form, edition=edition, lost=lost, now=now)
        self._artifacts[request_id, form] = after
        return after

    async def due_artifacts(self, *, lease_s: float, limit: int) -> list[Artifact]:
        now = self._now()
        pending = [(each.next_at or now, each) for each in self._artifacts.values() if each.status is ArtifactStatus.PENDING]
        longest_due = sorted((pair for pair in pending if pair[0] <= now), key=lambda pair: pair[0])[:limit]
        begun = [artifact_steps.claimed(each, now=now, lease_s=lease_s) for _, each in longest_due]
        self._artifacts.update({(each.request_id, each.form): each for each in begun})
        return [each for each in begun if each.status is ArtifactStatus.PENDING]

    async def hold_artifact(self, artifact: Artifact, *, lease_s: float) -> bool:
        now = self._now()
        there = self._held_artifact(artifact)
        if there is None:
            return False
        self._artifacts[there.request_id, there.form] = artifact_steps.held(there, now=now, lease_s=lease_s)
        return True

    async def record_artifact(
        self, artifact: Artifact, *, blob: BlobRef | None = None, error: JobError | None = None, next_in_s: float | None = None
    ) -> bool:
        now = self._now()
        there = self._held_artifact(artifact)
        if there is None:
            return False
        self._artifacts[there.request_id, there.form] = artifact_steps.recorded(there, blob=blob, error=error, next_in_s=next_in_s, now=now)
        return True

    # workers

    async def register(self, worker: WorkerInfo, *, lease_s: float) -> None:
        now = self._now()
        for entry in self._jobs.values():
            if entry.job.status is JobStatus.PROCESSING and entry.job.worker_id == worker.worker_id:
                lost = transition.lease_lost(entry.job, now=now, max_lost=None, retention_s=self._retention_s)
                self._leave(entry, lost, now, ended="lease_lost")
        self._workers[worker.worker_id] = replace(worker, lease_until=now + timedelta(seconds=lease_s))
        self._registered[worker.worker_id] = (now, worker.fingerprint)

    async def retire(self, worker_id: str) -> None:
        now = self._now()
        if self._lives(worker_id, now):
            self._workers[worker_id] = replace(self._workers[worker_id], lease_until=now)

    async def workers(self) -> list[WorkerInfo]:
        now = self._now()
        return [worker for worker in self._workers.values() if self._lives(worker.worker_id, now)]

    def _latest_fingerprint(self) -> str | None:
        last = max(((at, worker_id) for worker_id, (at, _) in self._registered.items()), default=None)
        return self._registered[last[1]][1] if last else None

    # batches

    async def open_batch(self, batch: Batch, *, idempotency: Idempotency | None = None) -> Batch:
        now = self._now()
        if idempotency is not None:
            place = (idempotency.scope, idempotency.key)
            _, batch_id, at = self._promises.get(place, ("", "", _NEVER))
            if at > now - timedelta(seconds=IDEMPOTENCY_S) and batch_id in self._batches:
                return self._batches[batch_id]
            self._promises[place] = (idempotency.content, batch.batch_id, now)
        self._batches[batch.batch_id] = Batch(
            batch_id=batch.batch_id, owner=batch.owner, created_at=now, webhook_url=batch.webhook_url, metadata=batch.metadata
        )
        return self._batches[batch.batch_id]

    async def close_batch(self, batch_id: str) -> None:
        now = self._now()
        if batch_id in self._batches and self._batches[batch_id].held:
            self._batches[batch_id] = replace(self._batches[batch_id], held=False)
            self._count_down(batch_id, now)

    async def close_abandoned_batches(self, *, older_than_s: float, limit: int = 100) -> list[str]:
        since = self._now() - timedelta(seconds=older_than_s)
        found = [batch.batch_id for batch in self._batches.values() if batch.held and batch.created_at <= since][:limit]
        for batch_id in found:
            await self.close_batch(batch_id)
        return found

    async def batch(self, batch_id: str) -> BatchView | None:
        self._now()
        if batch_id not in self._batches:
            return None
        members = sorted((entry.job for entry in self._jobs.values() if entry.job.batch_id == batch_id), key=lambda job: job.request_id)
        return BatchView(batch=self._batches[batch_id], jobs=tuple(members))

    async def purge_batches(self, *, retention_s: float, limit: int = 100) -> int:
        since = self._now() - timedelta(seconds=retention_s)
        gone = [batch.batch_id for batch in self._batches.values() if batch.finished_at is not None and batch.finished_at < since][:limit]
        self._batches = {name: batch for name, batch in self._batches.items() if name not in gone}
        self._sent = {name: sent for name, sent in self._sent.items() if sent.delivery.request_id not in gone}
        return len(gone)

    # rollouts

    async def rollout(self, kind: RolloutKind) -> RolloutPlan | None:
        self._now()
        return self._rollouts.get(kind)

    async def set_rollout(
        self,
        plan: RolloutPlan,
        *,
        expected_revision: int | None,
        action: RolloutAction,
        reason: str,
        by: Actor,
        retire: str | None = None,
    ) -> RolloutPlan:
        now = self._now()
        before = self._rollouts.get(plan.kind)
        if expected_revision not in (None, before.revision if before else 0):
            raise RolloutConflict
        after = put(plan, before=before, now=now)
        self._rollouts[plan.kind] = after
        if retire is not None:
            self._flags.setdefault(retired_flag(plan.kind, retire), (reason, now))
        change = RolloutChange(
            entry_id=new_request_id(now),
            kind=plan.kind,
            at=now,
            actor=by,
            action=action,
            from_percentage=before.percentage if before else None,
            to_percentage=after.percentage,
            reason=reason,
            plan=after,
        )
        self._rollout_history.append(change)
        detail = {"action": action.value, "from_percentage": change.from_percentage, "to_percentage": after.percentage}
        self._note(by, Action.ROLLOUT_CHANGED, plan.kind.value, detail={**detail, "revision": after.revision})
        return after

    async def rollout_history(self, kind: RolloutKind | None = None, *, limit: int = 50) -> Sequence[RolloutChange]:
        self._now()
        return [change for change in reversed(self._rollout_history) if kind in (None, change.kind)][:limit]

    async def rollout_runs(self, kind: RolloutKind, *, since: datetime, limit: int) -> Sequence[RolloutRun]:
        self._now()
        found = [run for run in self._runs if run.kind is kind and run.at >= since]
        return sorted(found, key=lambda run: (run.at, run.request_id, run.number, run.shadow), reverse=True)[:limit]

    async def rollout_figures(self, plan: RolloutPlan) -> Mapping[Arm, ArmFigures]:
        return figures_of(self._runs, plan, now=self._now())

    async def due_shadows(self, worker_id: str, *, limit: int) -> Sequence[Shadow]:
        now = self._now()
        taken: list[Shadow] = []
        for (request_id, kind), there in sorted(self._shadows.items(), key=lambda item: (item[1].since, item[0])):
            shadow = Shadow(job=self._jobs[request_id].job, kind=kind, name=there.name, claim_no=there.claim_no + 1)
            stale = there.claims >= MAX_BEGUN or there.since < now - timedelta(seconds=STALE_AFTER_S)
            others = there.worker_id not in (None, worker_id) and self._lives(there.worker_id or "", now)
            if stale or not wanted_still(shadow, self._rollouts.get(kind)):
                del self._shadows[request_id, kind]
            elif not others and len(taken) < limit and MAINTENANCE not in self._flags:
                there.claim_no, there.claims, there.worker_id = shadow.claim_no, there.claims + 1, worker_id
                taken.append(shadow)
        return taken

    async def record_shadow(self, shadow: Shadow, run: RolloutRun) -> bool:
        now = self._now()
        place = (shadow.job.request_id, shadow.kind)
        there = self._shadows.get(place)
        if there is None or there.claim_no != shadow.claim_no:
            return False
        del self._shadows[place]
        plan = self._rollouts.get(shadow.kind)
        self._runs.append(replace(run, at=now, percentage=plan.percentage if plan else 0))
        return True

    async def release_shadow(self, shadow: Shadow) -> None:
        self._now()
        there = self._shadows.get((shadow.job.request_id, shadow.kind))
        if there is not None and there.claim_no == shadow.claim_no:
            there.worker_id, there.claims = None, there.claims - 1

    async def shadows_waiting(self) -> int:
        self._now()
        return len(self._shadows)

    # keys

    async def add_key(self, key: ApiKey, *, by: Actor | None = None) -> None:
        self._now()
        rights = {"owner": key.owner, "name": key.name, "scopes": sorted(key.scopes)}
        self._note(by, Action.KEY_CREATED, key.key_id, detail=rights)
        self._keys[key.key_id] = key

    async def find_key(self, key_hash: str) -> ApiKey | None:
        self._now()
        return next((key for key in self._keys.values() if key.key_hash == key_hash), None)

    async def touch_key(self, key_id: str) -> None:
        self._keys[key_id] = replace(self._keys[key_id], last_used_at=self._now())

    async def keys(self) -> list[ApiKey]:
        self._now()
        return sorted(self._keys.values(), key=lambda key: (key.created_at, key.key_id))

    async def revoke_key(self, key_id: str, *, by: Actor | None = None) -> bool:
        now = self._now()
        key = self._keys.get(key_id)
        done = key is not None and key.revoked_at is None
        self._note(by, Action.KEY_REVOKED, key_id, done=done)
        if key is None or not done:
            return False
        self._keys[key_id] = replace(key, revoked_at=now)
        return True

    async def set_key_rollout(self, key_id: str, arm: Arm | None, *, by: Actor | None = None) -> bool:
        now = self._now()
        key = self._keys.get(key_id)
        done = key is not None and key.usable(now)
        self._note(by, Action.KEY_ROLLOUT_SET, key_id, done=done, detail={"rollout": arm})
        if key is None or not done:
            return False
        self._keys[key_id] = replace(key, rollout=arm)
        return True

    async def rotate_key(self, key_id: str, successor: ApiKey, *, overlap_s: float, by: Actor | None = None) -> bool:
        now = self._now()
        key = self._keys.get(key_id)
        done = key is not None and key.usable(now)
        self._note(by, Action.KEY_ROTATED, key_id, done=done, detail={"successor": successor.key_id, "overlap_s": overlap_s})
        if key is None or not done:
            return False
        end = now + timedelta(seconds=overlap_s)
        self._keys[key_id] = replace(key, expires_at=min(end, key.expires_at or end))
        self._keys[successor.key_id] = successor
        return True

    async def has_keys(self) -> bool:
        now = self._now()
        return any(key.usable(now) for key in self._keys.values())

    async def webhook_secrets(self, owner: str) -> list[bytes]:
        now = self._now()
        return [sealed for sealed, until in reversed(self._secrets.get(owner, [])) if until is None or until > now]

    async def audit_log(self, *, before: str | None = None, limit: int = 50) -> list[AuditEntry]:
        self._now()
        found = sorted(self._audit, key=lambda entry: entry.entry_id, reverse=True)
        return [entry for entry in found if before is None or entry.entry_id < before][:limit]

    async def note(self, action: Action, target: str, *, by: Actor, detail: Mapping[str, object] | None = None) -> None:
        self._note(by, action, target, detail=detail)

    async def purge_audit(self, *, older_than_s: float, limit: int = 100) -> int:
        oldest = self._now() - timedelta(seconds=older_than_s)
        old = [entry for entry in self._audit if entry.at < oldest][:limit]
        self._audit = [entry for entry in self._audit if entry not in old]
        return len(old)

    def _note(
        self, by: Actor | None, action: Action, target: str, *, done: bool = True, detail: Mapping[str, object] | None = None
    ) -> None:
        if by is None:
            return
        now = self._now()
        outcome = AuditOutcome.DONE if done else AuditOutcome.NOTHING
        entry_id = new_request_id(now)
        self._audit.append(
            AuditEntry(entry_id=entry_id, at=now, actor=by, action=action, target=target, outcome=outcome, detail=detail or {})
        )

    async def add_webhook_secret(self, owner: str, sealed: bytes, *, overlap_s: float, by: Actor | None = None) -> None:
        self._note(by, Action.SECRET_ROTATED, owner)
        end = self._now() + timedelta(seconds=overlap_s)
        held = self._secrets.get(owner, [])
        self._secrets[owner] = [*((old, min(until or end, end)) for old, until in held), (sealed, None)]

    async def add_first_webhook_secret(self, owner: str, sealed: bytes) -> bytes:
        held = await self.webhook_secrets(owner)
        if held:
            return held[0]
        self._secrets[owner] = [(sealed, None)]
        return sealed

    def _now(self) -> datetime:
        if not self.reachable:
            raise TemporarilyUnavailable
        return self._clock.now()

    def _lives(self, worker_id: str, now: datetime) -> bool:
        worker = self._workers.get(worker_id)
        return worker is not None and worker.lease_until is not None and worker.lease_until > now

    def _completed(self, request_id: str) -> _Entry | None:
        """The entry of a completed job with data."""
        entry = self._jobs.get(request_id)
        return entry if entry and entry.job.status is JobStatus.COMPLETED and entry.job.deleted_at is None else None

    def _held_artifact(self, claimed: Artifact) -> Artifact | None:
        there = self._artifacts.get((claimed.request_id, claimed.form))
        return there if there and there.claim_no == claimed.claim_no and there.status is ArtifactStatus.PENDING else None

    def _held(self, claim: Claim) -> _Entry | None:
        entry = self._jobs.get(claim.request_id)
        if entry is None or entry.job.status is not JobStatus.PROCESSING or entry.job.claim_no != claim.claim_no:
            return None
        return entry

    def _in_flight(self, entry: _Entry) -> bool:
        """Whether a twin of the entry is processing."""
        return any(
            other is not entry
            and other.job.status is JobStatus.PROCESSING
            and other.job.owner == entry.job.owner
            and other.flight_key == entry.flight_key
            for other in self._jobs.values()
            if other.flight_key is not None
        )

    def _leave(
        self, entry: _Entry, after: Job, now: datetime, *, ended: str, error: JobError | None = None, engine: str | None = None
    ) -> tuple[str, ...]:
        before, entry.job, entry.parked = entry.job, after, False
        if ended == RunEnd.LEASE_LOST.value:
            self._keep_runs(before, RunEnd.LEASE_LOST, now, error=None, measured=None)
        if before.status is not JobStatus.PROCESSING:
            return ()
        place = (before.request_id, before.generation, before.attempt)
        self._attempts[place] = replace(
            self._attempts[place], ended_at=now, ended=ended, error_code=error.code if error else None, engine=engine
        )
        twins = [
            other
            for other in self._jobs.values()
            if other.parked and other.job.owner == before.owner and other.flight_key == entry.flight_key
        ]
        for twin in twins:
            twin.job, twin.parked = twin.job.evolve(due_at=now), False
        return tuple(sorted(twin.job.request_id for twin in twins))

    def _cancel(self, entry: _Entry, error: JobError, announce: Announce, now: datetime) -> Job:
        after = transition.cancelled(entry.job, error, now=now, retention_s=self._retention_s)
        self._announce(after, announce, now)
        self._leave(entry, after, now, ended="cancelled", error=error)
        self._batch_ended(after, now)
        return after

    def _keep_runs(self, job: Job, ended: RunEnd, now: datetime, *, error: JobError | None, measured: Measured | None) -> None:
        shares = {kind: plan.percentage for kind, plan in self._rollouts.items()}
        self._runs.extend(runs_of(job, at=now, ended=ended, error=error, measured=measured, percentages=shares))

    def _announce(self, job: Job, announce: Announce, now: datetime) -> None:
        new = announce(job)
        if new is None or any(sent.delivery.webhook_id == new.webhook_id for sent in self._sent.values()):
            return
        stopped = (job.owner, new.url) in self._stopped
        delivery = Delivery(
            delivery_id=f"dlv_{len(self._sent)}_{new.webhook_id}",
            request_id=job.request_id,
            owner=job.owner,
            generation=job.generation,
            webhook_id=new.webhook_id,
            type=new.type,
            url=new.url,
            body=new.body,
            status=DeliveryStatus.STOPPED if stopped else DeliveryStatus.PENDING,
            claim_no=0,
            created_at=now,
            next_at=None if stopped else now,
        )
        self._sent[delivery.delivery_id] = _Sent(delivery)

    def _batch_ended(self, job: Job, now: datetime) -> None:
        """Announce the batch of a job that has ended, if it was the last of it."""
        if job.batch_id in self._batches:
            self._count_down(job.batch_id, now)

    def _count_down(self, batch_id: str, now: datetime) -> None:
        batch = self._batches[batch_id]
        batch = replace(batch, open=batch.open - 1, finished_at=now if batch.open == 1 else batch.finished_at)
        self._batches[batch_id] = batch
        if batch.open == 0:
            counts = counts_of(Counter(entry.job.status for entry in self._jobs.values() if entry.job.batch_id == batch_id))
            stand_in = Job(request_id=batch_id, owner=batch.owner, created_at=now, due_at=now)
            self._announce(stand_in, lambda _job: announcement(batch, counts), now)

    def _result(self, owner: str, content_key: str, since: datetime) -> Job | None:
        found = [
            entry.job
            for entry in self._jobs.values()
            if entry.job.owner == owner
            and entry.job.content_key == content_key
            and entry.job.status is JobStatus.COMPLETED
            and not entry.job.cached
            and (entry.job.finished_at or _NEVER) > since
        ]
        return max(found, key=_ended_first, default=None)

    def _queue(self) -> list[Job]:
        """All that are queued, first come first."""
        queued = (entry.job for entry in self._jobs.values() if entry.job.status is JobStatus.QUEUED)
        return sorted(queued, key=lambda job: (job.due_at, job.request_id))


def _matches(job: Job, query: JobQuery) -> bool:
    return (
        job.deleted_at is None
        and query.owner in (None, job.owner)
        and query.status in (None, job.status)
        and query.document_type in (None, job.document_type)
        and query.dead_lettered in (None, job.dead_lettered)
        and (query.created_after is None or job.created_at > query.created_after)
        and (not query.q or query.q.lower() in job.file_name.lower() or query.q.lower() in job.request_id)
    )


def _newest(job: Job) -> tuple[datetime, str]:
    return job.created_at, job.request_id


def _ended_first(job: Job) -> datetime:
    return job.finished_at or _FOREVER


def _cursor(last: Job) -> str:
    return f"{int(last.created_at.timestamp() * 1_000_000)}-{last.request_id}"


class MemoryBlobs:
    """`doctray.ports.BlobStore` in a dict. capacity_bytes: beyond it puts raise StorageFull."""

    def __init__(self, *, clock: FakeClock | None = None, capacity_bytes: int | None = None) -> None:
        self._clock = clock or FakeClock()
        self._capacity_bytes = capacity_bytes
        self._blobs: dict[str, tuple[bytes, datetime]] = {}

    @property
    def keys(self) -> list[str]:
        return sorted(self._blobs)

    async def put(self, key: str, chunks: AsyncIterable[bytes]) -> BlobRef:
        _check_key(key)
        data = b"".join([chunk async for chunk in chunks])
        free = await self.free_bytes()
        if free is not None and len(data) > free:
            raise StorageFull
        self._blobs[key] = (data, self._clock.now())
        return BlobRef(key=key, size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())

    async def read(self, ref: BlobRef) -> AsyncIterator[bytes]:
        data = self._data(ref)
        for start in range(0, len(data), 65536):
            yield data[start : start + 65536]

    @asynccontextmanager
    async def local(self, ref: BlobRef) -> AsyncIterator[Path]:
        data = self._data(ref)
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            yield Path(file.name)

    async def copy(self, source: BlobRef, key: str) -> BlobRef:
        _check_key(key)
        data = self._data(source)
        self._blobs[key] = (data, self._clock.now())
        return BlobRef(key=key, size_bytes=len(data), sha256=source.sha256)

    async def delete_prefix(self, prefix: str) -> int:
        _check_key(prefix.removesuffix("/"))
        doomed = [key for key in self._blobs if key.startswith(prefix)]
        for key in doomed:
            del self._blobs[key]
        return len(doomed)

    async def keys_under(self, prefix: str) -> list[str]:
        _check_key(prefix.removesuffix("/"))
        return [key for key in self.keys if key.startswith(prefix)]

    async def free_bytes(self) -> int | None:
        if self._capacity_bytes is None:
            return None
        return self._capacity_bytes - sum(len(data) for data, _ in self._blobs.values())

    async def ping(self) -> None:
        """Memory is always there."""

    async def link(self, ref: BlobRef) -> BlobLink | None:  # noqa: ARG002 (the port's signature)
        return None

    async def prefixes_older_than(self, age_s: float) -> AsyncIterator[str]:
        newest: dict[str, datetime] = {}
        for key, (_, at) in self._blobs.items():
            prefix = "/".join(key.split("/")[:2]) + "/"
            newest[prefix] = max(at, newest.get(prefix, at))
        before = self._clock.now() - timedelta(seconds=age_s)
        return _each(sorted(prefix for prefix, at in newest.items() if at < before))

    def _data(self, ref: BlobRef) -> bytes:
        try:
            return self._blobs[ref.key][0]
        except KeyError as error:
            raise NotFound from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    request_id: str
    ring_no: int
    priority: int
    delay_s: float


class MemoryQueue:
    """`doctray.ports.JobQueue` that keeps its rings until they are answered. `reachable` False: Redis is away."""

    def __init__(self) -> None:
        self.rings: list[Ring] = []
        self.reachable = True

    async def ring(self, request_id: str, ring_no: int, *, priority: int = 0, delay_s: float = 0.0) -> None:
        self._reach()
        if (request_id, ring_no) not in self._waiting():
            self.rings.append(Ring(request_id=request_id, ring_no=ring_no, priority=priority, delay_s=delay_s))

    async def missing(self, rings: Sequence[tuple[str, int]]) -> list[str]:
        self._reach()
        waiting = self._waiting()
        return [request_id for request_id, ring_no in rings if (request_id, ring_no) not in waiting]

    async def depth(self) -> int:
        self._reach()
        return len(self.rings)

    async def ping(self) -> None:
        self._reach()

    def answer(self) -> list[Ring]:
        """Take every ring, as a worker would."""
        taken, self.rings = self.rings, []
        return taken

    def _waiting(self) -> set[tuple[str, int]]:
        return {(ring.request_id, ring.ring_no) for ring in self.rings}

    def _reach(self) -> None:
        if not self.reachable:
            raise BellUnreachable


class MemoryNotices:
    """`doctray.ports.Notices` within one event loop. `published`: everything so far, oldest first."""

    def __init__(self) -> None:
        self.published: list[tuple[str, Progress | None]] = []
        self._progress: dict[str, Progress] = {}
        self._waiters: dict[str, set[asyncio.Event]] = {}

    async def publish(self, request_id: str, progress: Progress | None) -> None:
        self.published.append((request_id, progress))
        if progress is None:
            self._progress.pop(request_id, None)
        else:
            self._progress[request_id] = progress
        for waiter in self._waiters.get(request_id, ()):
            waiter.set()

    async def progress(self, request_id: str) -> Progress | None:
        return self._progress.get(request_id)

    async def wait(self, request_id: str, *, timeout_s: float) -> bool:
        heard = asyncio.Event()
        waiters = self._waiters.setdefault(request_id, set())
        waiters.add(heard)
        try:
            async with asyncio.timeout(timeout_s):
                await heard.wait()
        except TimeoutError:
            return False
        finally:
            waiters.discard(heard)
        return True


class ScriptedReader:
    """`doctray.ports.PageReader` that answers from a script: in order, the last answer for ever; an exception is raised.

    A function is given the image. Answers keep the number and size of the image that was asked for.
    """

    def __init__(self, *answers: Page | Exception | Callable[[PageImage], Page]) -> None:
        self._answers = _Script(answers)
        self.images: list[PageImage] = []

    async def read(self, image: PageImage, *, engine: str | None = None) -> Page:
        self.images.append(image)
        answer = self._answers.next()
        if isinstance(answer, Exception):
            raise answer
        page = answer if isinstance(answer, Page) else answer(image)
        return page.evolve(number=image.number, width=image.width, height=image.height, engine=engine or page.engine)


class ScriptedExtractor:
    """`doctray.ports.Extractor` that answers from a script: in order, the last answer for ever; an exception is raised."""

    def __init__(self, *answers: Extraction | Exception, name: str = "scripted", version: str = "1", model: str | None = None) -> None:
        self._answers = _Script(answers)
        self.name = name
        self.version = version
        self.model = model
        self.documents: list[Document] = []

    async def extract(
        self,
        document: Document,
        *,
        document_type: str,  # noqa: ARG002 (the port's)
        schema: str | None,  # noqa: ARG002
        images: PageImages | None = None,  # noqa: ARG002
    ) -> Extraction:
        self.documents.append(document)
        answer = self._answers.next()
        if isinstance(answer, Exception):
            raise answer
        return answer


class _Script(Generic[T]):
    """Answers in order; the last one is repeated."""

    def __init__(self, answers: Sequence[T]) -> None:
        if not answers:
            raise ValueError("a script needs an answer")
        self._answers = list(answers)

    def next(self) -> T:
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def _check_key(key: str) -> None:
    if not _BLOB_KEY.fullmatch(key):
        raise ValueError("not a blob key")


async def _each(items: Iterable[str]) -> AsyncIterator[str]:
    for item in items:
        yield item
