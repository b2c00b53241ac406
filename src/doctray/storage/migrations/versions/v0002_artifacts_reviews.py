"""Forms of results that workers make on request; reviews; what a worker reads with."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("review_no", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("workers", sa.Column("engine", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "artifacts",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("claim_no", sa.Integer(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("tries_used", sa.Integer(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("next_at", sa.Double()),
        sa.Column("blob_key", sa.Text()),
        sa.Column("blob_size", sa.Integer()),
        sa.Column("blob_sha256", sa.Text()),
        sa.Column("error_code", sa.Text()),
        sa.Column("error_detail", sa.Text()),
        sa.PrimaryKeyConstraint("request_id", "form", name=op.f("pk_artifacts")),
    )
    pending = sa.text("status = 'pending'")
    op.create_index("ix_artifacts_due", "artifacts", ["next_at"], sqlite_where=pending, postgresql_where=pending)
    op.create_table(
        "reviews",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reviewed_at", sa.Double(), nullable=False),
        sa.Column("reviewed_by", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text()),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.PrimaryKeyConstraint("request_id", "number", name=op.f("pk_reviews")),
    )


def downgrade() -> None:
    op.drop_table("reviews")
    op.drop_table("artifacts")
    with op.batch_alter_table("workers") as workers:
        workers.drop_column("engine")
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_column("review_no")
