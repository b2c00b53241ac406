"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double()),
        sa.Column("revoked_at", sa.Double()),
        sa.Column("last_used_at", sa.Double()),
        sa.Column("rate_per_minute", sa.Integer()),
        sa.Column("daily_quota", sa.Integer()),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_api_keys")),
    )
    _index("uq_api_keys_key_hash", "api_keys", ["key_hash"], unique=True)
    op.create_table(
        "attempts",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("worker_id", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double()),
        sa.Column("ended", sa.Text()),
        sa.Column("error_code", sa.Text()),
        sa.Column("engine", sa.Text()),
        sa.PrimaryKeyConstraint("request_id", "generation", "number", name=op.f("pk_attempts")),
    )
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("claim_no", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("next_at", sa.Double()),
        sa.Column("tries", sa.Text(), nullable=False),
        sa.Column("tries_before", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_deliveries")),
    )
    _index("ix_deliveries_due", "deliveries", ["next_at"], where="status = 'pending'")
    _index("ix_deliveries_request_id", "deliveries", ["request_id"])
    _index("ix_deliveries_target", "deliveries", ["owner", "url"], where="status = 'pending'")
    _index("uq_deliveries_webhook_id", "deliveries", ["webhook_id"], unique=True)
    op.create_table(
        "flags",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_flags")),
    )
    op.create_table(
        "idempotency",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_idempotency")),
    )
    _index("ix_idempotency_created_at", "idempotency", ["created_at"])
    _index("ix_idempotency_request_id", "idempotency", ["request_id"])
    op.create_table(
        "jobs",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("document_type", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text()),
        sa.Column("source_size", sa.Integer()),
        sa.Column("source_sha256", sa.Text()),
        sa.Column("source_url", sa.Text()),
        sa.Column("metadata", sa.Text(), nullable=False),
        sa.Column("webhook_url", sa.Text()),
        sa.Column("content_key", sa.Text()),
        sa.Column("flight_key", sa.Text()),
        sa.Column("parked", sa.Boolean(), nullable=False),
        sa.Column("cached", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("claim_no", sa.Integer(), nullable=False),
        sa.Column("ring_no", sa.Integer(), nullable=False),
        sa.Column("tries_used", sa.Integer(), nullable=False),
        sa.Column("leases_lost", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("worker_id", sa.Text()),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("started_at", sa.Double()),
        sa.Column("finished_at", sa.Double()),
        sa.Column("expires_at", sa.Double()),
        sa.Column("deadline_at", sa.Double()),
        sa.Column("deleted_at", sa.Double()),
        sa.Column("result_key", sa.Text()),
        sa.Column("result_size", sa.Integer()),
        sa.Column("result_sha256", sa.Text()),
        sa.Column("result_type", sa.Text()),
        sa.Column("confidence", sa.Double()),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("validated", sa.Boolean(), nullable=False),
        sa.Column("error_code", sa.Text()),
        sa.Column("error_detail", sa.Text()),
        sa.Column("dead_lettered", sa.Boolean(), nullable=False),
        sa.Column("engine", sa.Text()),
        sa.Column("page_total", sa.Integer()),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_jobs")),
    )
    _index("ix_jobs_dead_letters", "jobs", ["finished_at"], where="status = 'failed'")
    _index("ix_jobs_deadline", "jobs", ["deadline_at"], where="status IN ('queued', 'processing') AND deadline_at IS NOT NULL")
    _index("ix_jobs_due", "jobs", ["due_at", "request_id"], where="status = 'queued'")
    _index("ix_jobs_finished", "jobs", ["finished_at"], where="finished_at IS NOT NULL")
    _index("ix_jobs_newest", "jobs", ["created_at", "request_id"], where="deleted_at IS NULL")
    _index("ix_jobs_owner_newest", "jobs", ["owner", "created_at", "request_id"], where="deleted_at IS NULL")
    _index("ix_jobs_parked", "jobs", ["owner", "flight_key"], where="status = 'queued' AND flight_key IS NOT NULL")
    _index("ix_jobs_processing", "jobs", ["worker_id"], where="status = 'processing'")
    _index("ix_jobs_result", "jobs", ["owner", "content_key", "finished_at"], where="status = 'completed'")
    _index("uq_jobs_flight", "jobs", ["owner", "flight_key"], where="status = 'processing'", unique=True)
    op.create_table(
        "owners",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_owners")),
    )
    op.create_table(
        "stopped_targets",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("stopped_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "url", name=op.f("pk_stopped_targets")),
    )
    op.create_table(
        "turns",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_turns")),
    )
    op.create_table(
        "webhook_secrets",
        sa.Column("secret_no", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double()),
        sa.PrimaryKeyConstraint("secret_no", name=op.f("pk_webhook_secrets")),
    )
    _index("ix_webhook_secrets_owner", "webhook_secrets", ["owner"])
    op.create_table(
        "workers",
        sa.Column("worker_id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("registered_at", sa.Double(), nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=False),
        sa.Column("running", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("pk_workers")),
    )
    _index("ix_workers_registered_at", "workers", ["registered_at"])


def downgrade() -> None:
    op.drop_table("workers")
    op.drop_table("webhook_secrets")
    op.drop_table("turns")
    op.drop_table("stopped_targets")
    op.drop_table("owners")
    op.drop_table("jobs")
    op.drop_table("idempotency")
    op.drop_table("flags")
    op.drop_table("deliveries")
    op.drop_table("attempts")
    op.drop_table("api_keys")


def _index(name: str, table: str, columns: list[str], *, where: str | None = None, unique: bool = False) -> None:
    condition = sa.text(where) if where else None
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
