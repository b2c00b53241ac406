"""Batches: documents handed in together."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("batch_id", sa.Text()))
    batched = sa.text("batch_id IS NOT NULL")
    op.create_index("ix_jobs_batch", "jobs", ["batch_id"], sqlite_where=batched, postgresql_where=batched)
    op.create_table(
        "batches",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("webhook_url", sa.Text()),
        sa.Column("metadata", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("finished_at", sa.Double()),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_batches")),
    )
    held = sa.text("held")
    op.create_index("ix_batches_held", "batches", ["created_at"], sqlite_where=held, postgresql_where=held)
    op.create_index("ix_batches_finished_at", "batches", ["finished_at"])


def downgrade() -> None:
    op.drop_table("batches")
    op.drop_index("ix_jobs_batch", "jobs")
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_column("batch_id")
