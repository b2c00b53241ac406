"""The journal's tables, in SQLAlchemy Core. `migrations` makes them; a test holds the two together.

Times are stored as UTC epoch seconds, so that arithmetic is the same on every database; options and the like are JSON text.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Dialect,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    literal_column,
    text,
)

from doctray.domain.job import JobStatus


class Moment(TypeDecorator[datetime]):
    """Aware UTC datetime, to the microsecond, kept as epoch seconds."""

    impl = Double
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> float | None:  # noqa: ARG002 (SQLAlchemy's signature)
        return None if value is None else value.timestamp()

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        return None if value is None else datetime.fromtimestamp(value, UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

jobs = Table(
    "jobs",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("options", Text, nullable=False),
    # as shown: what it turned out to be, else what was asked for
    Column("document_type", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("source_key", Text),
    Column("source_size", Integer),
    Column("source_sha256", Text),
    Column("source_url", Text),
    Column("metadata", Text, nullable=False),
    Column("webhook_url", Text),
    Column("content_key", Text),
    # the content key it was last claimed under; null for no_cache jobs and while the bytes are unknown
    Column("flight_key", Text),
    # queued, and waiting for the job that is processing under the same flight_key
    Column("parked", Boolean, nullable=False),
    Column("cached", Boolean, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("claim_no", Integer, nullable=False),
    Column("ring_no", Integer, nullable=False),
    Column("tries_used", Integer, nullable=False),
    Column("leases_lost", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("worker_id", Text),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("expires_at", Moment),
    Column("deadline_at", Moment),
    Column("deleted_at", Moment),
    Column("result_key", Text),
    Column("result_size", Integer),
    Column("result_sha256", Text),
    Column("result_type", Text),
    Column("confidence", Double),
    Column("needs_review", Boolean, nullable=False),
    Column("validated", Boolean, nullable=False),
    Column("error_code", Text),
    Column("error_detail", Text),
    Column("dead_lettered", Boolean, nullable=False),
    Column("engine", Text),
    Column("page_total", Integer),
    # the default is for rows that were there before the column (migration 0002)
    Column("review_no", Integer, nullable=False, server_default="0"),
    Column("batch_id", Text),
    Column("traceparent", Text),
    # who a rollout plan gave it to at its last claim, and what its key opted in to (migration 0007)
    Column("arm_wanted", Text),
    Column("assigned_engine", Text),
    Column("assigned_extractor", Text),
    Column("engine_arm", Text),
    Column("extractor_arm", Text),
)


def _index(name: str, *columns: Any, where: str | None = None, unique: bool = False) -> Index:
    # Nothing is created from these: migrations do that, for PostgreSQL too. Naming its option here would load its dialect,
    # which is a tenth of the API's start.
    return Index(name, *columns, unique=unique, sqlite_where=text(where) if where else None)


# Single flight: of one owner's jobs with one content, one is processing.
_index("uq_jobs_flight", jobs.c.owner, jobs.c.flight_key, where="status = 'processing'", unique=True)
_index("ix_jobs_parked", jobs.c.owner, jobs.c.flight_key, where="status = 'queued' AND flight_key IS NOT NULL")
_index("ix_jobs_due", jobs.c.due_at, jobs.c.request_id, where="status = 'queued'")
_index("ix_jobs_processing", jobs.c.worker_id, where="status = 'processing'")
_index("ix_jobs_deadline", jobs.c.deadline_at, where="status IN ('queued', 'processing') AND deadline_at IS NOT NULL")
_index("ix_jobs_result", jobs.c.owner, jobs.c.content_key, jobs.c.finished_at, where="status = 'completed'")
_index("ix_jobs_owner_newest", jobs.c.owner, jobs.c.created_at, jobs.c.request_id, where="deleted_at IS NULL")
_index("ix_jobs_newest", jobs.c.created_at, jobs.c.request_id, where="deleted_at IS NULL")
_index("ix_jobs_finished", jobs.c.finished_at, where="finished_at IS NOT NULL")
_index("ix_jobs_dead_letters", jobs.c.finished_at, where="status = 'failed'")

attempts = Table(
    "attempts",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("worker_id", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended", Text),
    Column("error_code", Text),
    Column("engine", Text),
)


def in_status(status: JobStatus) -> ColumnElement[bool]:
    """Written out, not bound: a partial index serves only a query that states its condition."""
    return jobs.c.status == literal_column(f"'{status.value}'")


LIVE = jobs.c.status.in_([literal_column("'queued'"), literal_column("'processing'")])

deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_id", Text, primary_key=True),
    Column("request_id", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("webhook_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("claim_no", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("next_at", Moment),
    # JSON list of every try
    Column("tries", Text, nullable=False),
    # how many of them came before the last redelivery by hand, and so do not count in its schedule
    Column("tries_before", Integer, nullable=False),
)
_index("uq_deliveries_webhook_id", deliveries.c.webhook_id, unique=True)
_index("ix_deliveries_due", deliveries.c.next_at, where="status = 'pending'")
_index("ix_deliveries_request_id", deliveries.c.request_id)
_index("ix_deliveries_target", deliveries.c.owner, deliveries.c.url, where="status = 'pending'")

PENDING = deliveries.c.status == literal_column("'pending'")

_index("ix_jobs_batch", jobs.c.batch_id, where="batch_id IS NOT NULL")

batches = Table(
    "batches",
    metadata,
    Column("batch_id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("webhook_url", Text),
    Column("metadata", Text, nullable=False),
    Column("total", Integer, nullable=False),
    # jobs that have not ended, and one more while it is being handed in (held)
    Column("open", Integer, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("finished_at", Moment),
)
_index("ix_batches_held", batches.c.created_at, where="held")
_index("ix_batches_finished_at", batches.c.finished_at)

reviews = Table(
    "reviews",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("reviewed_at", Moment, nullable=False),
    Column("reviewed_by", Text, nullable=False),
    Column("key_id", Text),
    # JSON object
    Column("fields", Text, nullable=False),
    Column("note", Text),
)

# For the views: a result's fields as a JSON object. Without a row: results of before this table. Without fields: such, reviewed since.
result_fields = Table(
    "result_fields",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("fields", Text),
    # a person's, once there is a review
    Column("reviewed", Text),
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("form", Text, primary_key=True),
    Column("edition", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("claim_no", Integer, nullable=False),
    Column("claims", Integer, nullable=False),
    Column("tries_used", Integer, nullable=False),
    Column("since", Moment, nullable=False),
    Column("next_at", Moment),
    Column("blob_key", Text),
    Column("blob_size", Integer),
    Column("blob_sha256", Text),
    Column("error_code", Text),
    Column("error_detail", Text),
)
_index("ix_artifacts_due", artifacts.c.next_at, where="status = 'pending'")

# Receivers that answered 410: nothing is posted there until a delivery to it is redelivered by hand.
stopped_targets = Table(
    "stopped_targets",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("url", Text, primary_key=True),
    Column("stopped_at", Moment, nullable=False),
)

owners = Table(
    "owners",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("created_at", Moment, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("key_hash", Text, nullable=False),
    # words parted by spaces
    Column("scopes", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
    Column("last_used_at", Moment),
    Column("rate_per_minute", Integer),
    Column("daily_quota", Integer),
    Column("rollout", Text),
)
_index("uq_api_keys_key_hash", api_keys.c.key_hash, unique=True)

webhook_secrets = Table(
    "webhook_secrets",
    metadata,
    Column("secret_no", Integer, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    # end of its overlap with the secret that replaced it
    Column("expires_at", Moment),
)
_index("ix_webhook_secrets_owner", webhook_secrets.c.owner)

workers = Table(
    "workers",
    metadata,
    Column("worker_id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("device", Text, nullable=False),
    Column("slots", Integer, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("registered_at", Moment, nullable=False),
    Column("lease_until", Moment, nullable=False),
    Column("running", Integer, nullable=False),
    # the default is for rows that were there before the column (migration 0002)
    Column("engine", Text, nullable=False, server_default=""),
    # JSON list of names
    Column("engines", Text, nullable=False, server_default="[]"),
)
_index("ix_workers_registered_at", workers.c.registered_at)

idempotency = Table(
    "idempotency",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("content", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)
_index("ix_idempotency_created_at", idempotency.c.created_at)
_index("ix_idempotency_request_id", idempotency.c.request_id)

audit = Table(
    "audit",
    metadata,
    # sorts by time
    Column("entry_id", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("means", Text, nullable=False),
    Column("key_id", Text),
    Column("name", Text, nullable=False),
    Column("request_id", Text),
    Column("action", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    # JSON object
    Column("detail", Text, nullable=False),
)
_index("ix_audit_at", audit.c.at)

# What servers said of documents that URLs led to. request_id: of the job that holds the document.
downloads = Table(
    "downloads",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("url_sha256", Text, primary_key=True),
    Column("request_id", Text, nullable=False),
    Column("answered_by", Text, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("seen_at", Moment, nullable=False),
)
_index("ix_downloads_request_id", downloads.c.request_id)

flags = Table(
    "flags",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    # null: it was set before the column (migration 0007)
    Column("since", Moment),
)

# plan: JSON; the present one of each kind
rollouts = Table(
    "rollouts",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("plan", Text, nullable=False),
)

rollout_history = Table(
    "rollout_history",
    metadata,
    # sorts by time
    Column("entry_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("means", Text, nullable=False),
    Column("key_id", Text),
    Column("name", Text, nullable=False),
    Column("request_id", Text),
    Column("action", Text, nullable=False),
    Column("from_percentage", Integer),
    Column("to_percentage", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("plan", Text, nullable=False),
)

# One attempt under a rollout plan, or a shadow of it; what was read is never here.
rollout_runs = Table(
    "rollout_runs",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("shadow", Boolean, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("name", Text, nullable=False),
    Column("arm", Text, nullable=False),
    Column("percentage", Integer, nullable=False),
    Column("seconds", Double),
    Column("pages", Integer),
    Column("outcome", Text, nullable=False),
    Column("error_code", Text),
    Column("blame", Text),
    # null: counts neither for the arm nor against it
    Column("good", Boolean),
    Column("confidence", Double),
    Column("needs_review", Boolean, nullable=False),
    Column("memory_bytes", BigInteger),
    Column("cost_usd", Double),
    # JSON object: field → [values that agree, values], with the baseline's result and with a person's
    Column("agreement", Text),
    Column("agreement_share", Double),
    Column("truth", Text),
    Column("truth_share", Double),
)
_index("ix_rollout_runs_at", rollout_runs.c.kind, rollout_runs.c.arm, rollout_runs.c.at)
_index(
    "ix_rollout_runs_compared",
    rollout_runs.c.kind,
    rollout_runs.c.arm,
    rollout_runs.c.at,
    where="agreement_share IS NOT NULL OR truth_share IS NOT NULL",
)

# Completed jobs that a rollout's candidate is to read too. worker_id: who is at it.
shadow_runs = Table(
    "shadow_runs",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("worker_id", Text),
    Column("claim_no", Integer, nullable=False),
    Column("claims", Integer, nullable=False),
)
_index("ix_shadow_runs_created_at", shadow_runs.c.created_at)

turns = Table(
    "turns",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", Moment, nullable=False),
)
