"""How attempts under a rollout plan went, and the shadows that are still to be run."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rollout_runs",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("shadow", sa.Boolean(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("arm", sa.Text(), nullable=False),
        sa.Column("percentage", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double()),
        sa.Column("pages", sa.Integer()),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("error_code", sa.Text()),
        sa.Column("blame", sa.Text()),
        sa.Column("good", sa.Boolean()),
        sa.Column("confidence", sa.Double()),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("memory_bytes", sa.BigInteger()),
        sa.Column("cost_usd", sa.Double()),
        sa.Column("agreement", sa.Text()),
        sa.Column("agreement_share", sa.Double()),
        sa.Column("truth", sa.Text()),
        sa.Column("truth_share", sa.Double()),
        sa.PrimaryKeyConstraint("request_id", "kind", "generation", "number", "shadow", name=op.f("pk_rollout_runs")),
    )
    op.create_index("ix_rollout_runs_at", "rollout_runs", ["kind", "arm", "at"])
    compared = sa.text("agreement_share IS NOT NULL OR truth_share IS NOT NULL")
    op.create_index("ix_rollout_runs_compared", "rollout_runs", ["kind", "arm", "at"], sqlite_where=compared, postgresql_where=compared)
    op.create_table(
        "shadow_runs",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("worker_id", sa.Text()),
        sa.Column("claim_no", sa.Integer(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", "kind", name=op.f("pk_shadow_runs")),
    )
    op.create_index("ix_shadow_runs_created_at", "shadow_runs", ["created_at"])


def downgrade() -> None:
    op.drop_table("shadow_runs")
    op.drop_table("rollout_runs")
