"""The journal on SQLite and PostgreSQL: `doctray.ports.Journal` and `doctray.ports.KeyStore` over a store of operations."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import TypeVar

from sqlalchemy import text

from doctray.domain.artifact import Artifact
from doctray.domain.audit import Action, Actor, AuditEntry
from doctray.domain.batch import Batch, BatchView
from doctray.domain.download import KnownDownload, Validators
from doctray.domain.extraction import Fields
from doctray.domain.job import Announce, Attempt, BlobRef, Delivery, DeliveryStatus, DeliveryTry, Job, JobError, NewDelivery, Outcome
from doctray.domain.keys import ApiKey
from doctray.domain.review import AnnounceReview, Review
from doctray.domain.rollout import Arm, RolloutAction, RolloutChange, RolloutKind, RolloutPlan
from doctray.domain.rollout_health import ArmFigures
from doctray.domain.rollout_run import Measured, RolloutRun
from doctray.domain.shadow import Shadow
from doctray.domain.statistics import Statistics
from doctray.ports import Accepted, Claim, Idempotency, JobQuery, Placed, QueueState, WorkerInfo
from doctray.storage import (
    artifacts_sql,
    audit_sql,
    batches_sql,
    claims_sql,
    deliveries_sql,
    downloads_sql,
    imports_sql,
    jobs_sql,
    keys_sql,
    lists_sql,
    queue_sql,
    reviews_sql,
    rollout_runs_sql,
    rollouts_sql,
    statistics_sql,
    switches_sql,
    workers_sql,
)
from doctray.storage.current_store import CurrentStore
from doctray.storage.job_rows import load
from doctray.storage.schema_version import EXPECTED_VERSION, schema_version
from doctray.storage.store import Op, Store, Tx

T = TypeVar("T")


class SqlJournal:
    """Opened by making it, closed by `aclose` or by leaving its context. The tables must be there: see `current`.

    retention_s: how long after its end a job's data are kept (sets expires_at).
    """

    def __init__(self, store: Store, *, retention_s: float) -> None:
        self._tables = store
        self._store = CurrentStore(store)
        self._retention_s = retention_s
        # Deletions of an earlier run of this process may have left traces.
        self._left_traces = True

    async def __aenter__(self) -> "SqlJournal":
        return self

    async def __aexit__(self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._store.aclose()

    async def current(self) -> bool:
        """Whether the tables are those that this code expects; when not, someone has to run `doctray upgrade`."""
        return await self._tables.read(schema_version) == EXPECTED_VERSION

    async def ping(self) -> None:
        await self._store.read(lambda tx: tx.conn.execute(text("SELECT 1")).scalar())

    # jobs

    async def add(self, job: Job, *, idempotency: Idempotency | None = None, announce: Announce | None = None) -> Job:
        return await self._store.write(
            lambda tx: jobs_sql.add(tx, job, promise=idempotency, announce=announce, retention_s=self._retention_s)
        )

    async def accept(self, job: Job, *, idempotency: Idempotency | None = None, cache_ttl_s: float = 0.0) -> Accepted:
        return await self._store.write(
            lambda tx: jobs_sql.accept(tx, job, promise=idempotency, cache_ttl_s=cache_ttl_s, retention_s=self._retention_s)
        )

    async def claim(self, request_id: str, *, worker_id: str, fingerprint: str, cache_ttl_s: float) -> Claim | None:
        return await self._store.write(
            lambda tx: claims_sql.claim(tx, request_id, worker_id=worker_id, fingerprint=fingerprint, cache_ttl_s=cache_ttl_s)
        )

    async def extend(self, worker_id: str, *, lease_s: float, running: int, engine: str = "") -> bool:
        return await self._store.write(lambda tx: workers_sql.extend(tx, worker_id, lease_s=lease_s, running=running, engine=engine))

    async def release(
        self, claim: Claim, *, delay_s: float, error: JobError | None, charged: bool, measured: Measured | None = None
    ) -> tuple[Job, tuple[str, ...]] | None:
        return await self._store.write(
            lambda tx: claims_sql.release(tx, claim, delay_s=delay_s, error=error, charged=charged, measured=measured)
        )

    async def finish(
        self, claim: Claim, outcome: Outcome, *, announce: Announce, measured: Measured | None = None
    ) -> tuple[Job, tuple[str, ...]] | None:
        return await self._store.write(
            lambda tx: claims_sql.finish(tx, claim, outcome, announce=announce, retention_s=self._retention_s, measured=measured)
        )

    async def cancel(self, request_id: str, *, owner: str, error: JobError, announce: Announce) -> Job | None:
        return await self._store.write(
            lambda tx: claims_sql.cancel(tx, request_id, owner=owner, error=error, announce=announce, retention_s=self._retention_s)
        )

    async def overdue(self, *, announce: Announce, limit: int = 100) -> list[Job]:
        return await self._store.write(lambda tx: claims_sql.overdue(tx, announce=announce, limit=limit, retention_s=self._retention_s))

    async def set_source(
        self, claim: Claim, *, source: BlobRef, media_type: str, fingerprint: str, validators: Validators | None = None
    ) -> Job | None:
        return await self._store.write(
            lambda tx: claims_sql.set_source(
                tx, claim, source=source, media_type=media_type, fingerprint=fingerprint, validators=validators
            )
        )

    async def known_download(self, owner: str, url: str, *, younger_than_s: float) -> KnownDownload | None:
        return await self._store.read(lambda tx: downloads_sql.known(tx, owner, url, younger_than_s=younger_than_s))

    async def get(self, request_id: str) -> Job | None:
        return await self._store.read(lambda tx: load(tx, request_id))

    async def placed(self, request_id: str) -> Placed | None:
        return await self._store.read(lambda tx: queue_sql.placed(tx, request_id))

    async def list_jobs(self, query: JobQuery) -> tuple[list[Job], str | None]:
        return await self._store.read(lambda tx: lists_sql.list_jobs(tx, query))

    async def find_result(self, owner: str, content_key: str, *, younger_than_s: float) -> Job | None:
        return await self._store.read(lambda tx: jobs_sql.find_result(tx, owner, content_key, younger_than_s=younger_than_s))

    async def attempts(self, request_id: str) -> list[Attempt]:
        return await self._store.read(lambda tx: jobs_sql.attempts_of(tx, request_id))

    async def dead_leases(self, *, announce: Announce, max_lost: int, limit: int = 100) -> tuple[list[str], list[Job]]:
        return await self._store.write(
            lambda tx: claims_sql.dead_leases(tx, announce=announce, max_lost=max_lost, limit=limit, retention_s=self._retention_s)
        )

    async def due(self, *, limit: int = 100) -> list[Job]:
        return await self._store.read(lambda tx: queue_sql.due(tx, limit=limit))

    async def next_ring(self, request_id: str) -> Job | None:
        return await self._store.write(lambda tx: queue_sql.next_ring(tx, request_id))

    async def replay(self, request_id: str, *, owner: str | None, by: Actor | None = None) -> Job | None:
        return await self._store.write(_noted(lambda tx: jobs_sql.replay(tx, request_id, owner=owner), by, Action.JOB_REPLAYED, request_id))

    async def delete(self, request_id: str, *, owner: str, by: Actor | None = None) -> Job | None:
        tombstone = await self._store.write(
            _noted(lambda tx: jobs_sql.entomb(tx, request_id, owner=owner), by, Action.JOB_DELETED, request_id)
        )
        self._left_traces = True
        return tombstone

    async def expired(self, *, retention_s: float, limit: int = 100) -> list[Job]:
        return await self._store.read(lambda tx: jobs_sql.expired(tx, retention_s=retention_s, limit=limit))

    async def bring_in(self, job: Job, *, attempts: Sequence[Attempt], fields: Fields | None) -> bool:
        return await self._store.write(
            lambda tx: imports_sql.bring_in(tx, job, tries=attempts, fields=fields, retention_s=self._retention_s)
        )

    async def existing(self, request_ids: Sequence[str]) -> set[str]:
        return await self._store.read(lambda tx: jobs_sql.existing(tx, request_ids))

    async def queue_state(self) -> QueueState:
        return await self._store.read(queue_sql.queue_state)

    async def statistics(self, *, days: int) -> Statistics:
        """What came in the last days, and what became of it; reads every job of them, so it is for reports, not for polls."""
        return await self._store.read(lambda tx: statistics_sql.statistics(tx, days=days))

    async def take_turn(self, name: str, *, holder: str, hold_s: float) -> bool:
        return await self._store.write(lambda tx: switches_sql.take_turn(tx, name, holder=holder, hold_s=hold_s))

    async def flag(self, name: str) -> str | None:
        return await self._store.read(lambda tx: switches_sql.flag(tx, name))

    async def set_flag(self, name: str, value: str | None, *, by: Actor | None = None) -> None:
        action = Action.SWITCH_CLEARED if value is None else Action.SWITCH_SET
        await self._store.write(_done(lambda tx: switches_sql.set_flag(tx, name, value), by, action, name))

    async def flags(self) -> Mapping[str, str]:
        return await self._store.read(switches_sql.flags_of)

    async def scrub(self) -> None:
        if self._left_traces:
            self._left_traces = False
            self._left_traces = not await self._store.scrub() or self._left_traces

    async def queue_position(self, request_id: str) -> int | None:
        return await self._store.read(lambda tx: queue_sql.queue_position(tx, request_id))

    # deliveries

    async def due_deliveries(
        self, *, lease_s: float, limit: int = 20, per_target: int = 20, busy: Mapping[str, int] | None = None
    ) -> list[Delivery]:
        return await self._store.write(
            lambda tx: deliveries_sql.due_deliveries(tx, lease_s=lease_s, limit=limit, per_target=per_target, busy=busy or {})
        )

    async def record_delivery(self, delivery: Delivery, *, attempt: DeliveryTry, status: DeliveryStatus, next_in_s: float | None) -> bool:
        return await self._store.write(
            lambda tx: deliveries_sql.record_delivery(tx, delivery, attempt=attempt, status=status, next_in_s=next_in_s)
        )

    async def deliveries(self, request_id: str) -> list[Delivery]:
        return await self._store.read(lambda tx: deliveries_sql.deliveries_of(tx, request_id))

    async def redeliver(self, delivery_id: str, *, owner: str, by: Actor | None = None) -> Delivery | None:
        return await self._store.write(
            _noted(lambda tx: deliveries_sql.redeliver(tx, delivery_id, owner=owner), by, Action.DELIVERY_REPEATED, delivery_id)
        )

    async def add_delivery(self, job: Job, delivery: NewDelivery) -> None:
        await self._store.write(lambda tx: deliveries_sql.add_delivery(tx, job, delivery))

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
        return await self._store.write(
            lambda tx: reviews_sql.add_review(
                tx,
                request_id,
                owner=owner,
                expected=expected,
                fields=fields,
                reviewed_by=reviewed_by,
                key_id=key_id,
                note=note,
                announce=announce,
            )
        )

    async def reviews(self, request_id: str) -> list[Review]:
        return await self._store.read(lambda tx: reviews_sql.reviews_of(tx, request_id))

    # artifacts

    async def artifact(self, request_id: str, form: str) -> Artifact | None:
        return await self._store.read(lambda tx: artifacts_sql.artifact(tx, request_id, form))

    async def want_artifact(self, request_id: str, *, form: str, edition: str, lost: str | None = None) -> Artifact | None:
        return await self._store.write(lambda tx: artifacts_sql.want(tx, request_id, form=form, edition=edition, lost=lost))

    async def due_artifacts(self, *, lease_s: float, limit: int) -> list[Artifact]:
        return await self._store.write(lambda tx: artifacts_sql.due(tx, lease_s=lease_s, limit=limit))

    async def hold_artifact(self, artifact: Artifact, *, lease_s: float) -> bool:
        return await self._store.write(lambda tx: artifacts_sql.hold(tx, artifact, lease_s=lease_s))

    async def record_artifact(
        self, artifact: Artifact, *, blob: BlobRef | None = None, error: JobError | None = None, next_in_s: float | None = None
    ) -> bool:
        return await self._store.write(lambda tx: artifacts_sql.record(tx, artifact, blob=blob, error=error, next_in_s=next_in_s))

    # workers

    async def register(self, worker: WorkerInfo, *, lease_s: float) -> None:
        await self._store.write(lambda tx: workers_sql.register(tx, worker, lease_s=lease_s))

    async def retire(self, worker_id: str) -> None:
        await self._store.write(lambda tx: workers_sql.retire(tx, worker_id))

    async def workers(self) -> list[WorkerInfo]:
        return await self._store.read(workers_sql.living)

    # batches

    async def open_batch(self, batch: Batch, *, idempotency: Idempotency | None = None) -> Batch:
        return await self._store.write(lambda tx: batches_sql.open_batch(tx, batch, promise=idempotency))

    async def close_batch(self, batch_id: str) -> None:
        await self._store.write(lambda tx: batches_sql.close_batch(tx, batch_id))

    async def close_abandoned_batches(self, *, older_than_s: float, limit: int = 100) -> list[str]:
        return await self._store.write(lambda tx: batches_sql.close_abandoned(tx, older_than_s=older_than_s, limit=limit))

    async def batch(self, batch_id: str) -> BatchView | None:
        return await self._store.read(lambda tx: batches_sql.batch_of(tx, batch_id))

    async def purge_batches(self, *, retention_s: float, limit: int = 100) -> int:
        return await self._store.write(lambda tx: batches_sql.purge_batches(tx, retention_s=retention_s, limit=limit))

    # rollouts

    async def rollout(self, kind: RolloutKind) -> RolloutPlan | None:
        return await self._store.read(lambda tx: rollouts_sql.rollout(tx, kind))

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
        return await self._store.write(
            lambda tx: rollouts_sql.set_rollout(
                tx, plan, expected_revision=expected_revision, action=action, reason=reason, by=by, retire=retire
            )
        )

    async def rollout_history(self, kind: RolloutKind | None = None, *, limit: int = 50) -> Sequence[RolloutChange]:
        return await self._store.read(lambda tx: rollouts_sql.history(tx, kind, limit=limit))

    # audit

    async def audit_log(self, *, before: str | None = None, limit: int = 50) -> list[AuditEntry]:
        return await self._store.read(lambda tx: audit_sql.entries(tx, before=before, limit=limit))

    async def note(self, action: Action, target: str, *, by: Actor, detail: Mapping[str, object] | None = None) -> None:
        await self._store.write(lambda tx: audit_sql.note(tx, by, action, target, detail=detail or {}))

    async def purge_audit(self, *, older_than_s: float, limit: int = 100) -> int:
        return await self._store.write(lambda tx: audit_sql.purge(tx, older_than_s=older_than_s, limit=limit))

    async def rollout_runs(self, kind: RolloutKind, *, since: datetime, limit: int) -> list[RolloutRun]:
        return await self._store.read(lambda tx: rollout_runs_sql.runs(tx, kind, since=since, limit=limit))

    async def rollout_figures(self, plan: RolloutPlan) -> Mapping[Arm, ArmFigures]:
        return await self._store.read(lambda tx: rollout_runs_sql.figures(tx, plan))

    async def due_shadows(self, worker_id: str, *, limit: int) -> list[Shadow]:
        return await self._store.write(lambda tx: rollout_runs_sql.due_shadows(tx, worker_id, limit=limit))

    async def record_shadow(self, shadow: Shadow, run: RolloutRun) -> bool:
        return await self._store.write(lambda tx: rollout_runs_sql.record_shadow(tx, shadow, run))

    async def release_shadow(self, shadow: Shadow) -> None:
        await self._store.write(lambda tx: rollout_runs_sql.release_shadow(tx, shadow))

    async def shadows_waiting(self) -> int:
        return await self._store.read(rollout_runs_sql.shadows_waiting)

    # keys

    async def add_key(self, key: ApiKey, *, by: Actor | None = None) -> None:
        rights = {"owner": key.owner, "name": key.name, "scopes": sorted(key.scopes)}
        await self._store.write(_done(lambda tx: keys_sql.add_key(tx, key), by, Action.KEY_CREATED, key.key_id, **rights))

    async def find_key(self, key_hash: str) -> ApiKey | None:
        return await self._store.read(lambda tx: keys_sql.find_key(tx, key_hash))

    async def touch_key(self, key_id: str) -> None:
        await self._store.write(lambda tx: keys_sql.touch_key(tx, key_id))

    async def keys(self) -> list[ApiKey]:
        return await self._store.read(keys_sql.keys)

    async def revoke_key(self, key_id: str, *, by: Actor | None = None) -> bool:
        return await self._store.write(_noted(lambda tx: keys_sql.revoke_key(tx, key_id), by, Action.KEY_REVOKED, key_id))

    async def set_key_rollout(self, key_id: str, arm: Arm | None, *, by: Actor | None = None) -> bool:
        return await self._store.write(
            _noted(lambda tx: keys_sql.set_key_rollout(tx, key_id, arm), by, Action.KEY_ROLLOUT_SET, key_id, rollout=arm)
        )

    async def rotate_key(self, key_id: str, successor: ApiKey, *, overlap_s: float, by: Actor | None = None) -> bool:
        return await self._store.write(
            _noted(
                lambda tx: keys_sql.rotate_key(tx, key_id, successor, overlap_s=overlap_s),
                by,
                Action.KEY_ROTATED,
                key_id,
                successor=successor.key_id,
                overlap_s=overlap_s,
            )
        )

    async def has_keys(self) -> bool:
        return await self._store.read(keys_sql.has_keys)

    async def webhook_secrets(self, owner: str) -> list[bytes]:
        return await self._store.read(lambda tx: keys_sql.secrets_of(tx, owner))

    async def add_webhook_secret(self, owner: str, sealed: bytes, *, overlap_s: float, by: Actor | None = None) -> None:
        await self._store.write(
            _done(lambda tx: keys_sql.add_secret(tx, owner, sealed, overlap_s=overlap_s), by, Action.SECRET_ROTATED, owner)
        )

    async def add_first_webhook_secret(self, owner: str, sealed: bytes) -> bytes:
        return await self._store.write(lambda tx: keys_sql.add_first_secret(tx, owner, sealed))


def _noted(op: Op[T], by: Actor | None, action: Action, target: str, **detail: object) -> Op[T]:
    """The operation with its line in the audit log; an answer that is None or False means that there was nothing to do."""

    def run(tx: Tx) -> T:
        done = op(tx)
        audit_sql.note(tx, by, action, target, detail=detail, done=bool(done))
        return done

    return run


def _done(op: Op[None], by: Actor | None, action: Action, target: str, **detail: object) -> Op[None]:
    """An operation that always does what it says, with its line in the audit log."""

    def run(tx: Tx) -> None:
        op(tx)
        audit_sql.note(tx, by, action, target, detail=detail)

    return run


def open_store(dsn: str, *, now: Callable[[], float] | None = None, connections: int = 10) -> Store:
    """The store behind a SQLAlchemy URL: sqlite+pysqlite or postgresql+asyncpg. Connects when it is first used.

    now: epoch seconds, for tests; unset, the store's own clock (SQLite: the host's, PostgreSQL: the server's).
    connections: to PostgreSQL, at most.
    """
    if dsn.startswith("sqlite"):
        from doctray.storage.sqlite_store import SqliteStore

        return SqliteStore(dsn, now=now)
    from doctray.storage.postgres_store import PostgresStore

    return PostgresStore(dsn, now=now, connections=connections)
