"""Rollout plans with their history, what they assigned, since when a switch is on, and which engines a worker offers."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ASSIGNED = ("arm_wanted", "assigned_engine", "assigned_extractor", "engine_arm", "extractor_arm")


def upgrade() -> None:
    op.create_table(
        "rollouts",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_rollouts")),
    )
    op.create_table(
        "rollout_history",
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text()),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_percentage", sa.Integer()),
        sa.Column("to_percentage", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_rollout_history")),
    )
    for name in _ASSIGNED:
        op.add_column("jobs", sa.Column(name, sa.Text()))
    op.add_column("api_keys", sa.Column("rollout", sa.Text()))
    op.add_column("flags", sa.Column("since", sa.Double()))
    op.add_column("workers", sa.Column("engines", sa.Text(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("workers", "engines")
    op.drop_column("flags", "since")
    op.drop_column("api_keys", "rollout")
    for name in reversed(_ASSIGNED):
        op.drop_column("jobs", name)
    op.drop_table("rollout_history")
    op.drop_table("rollouts")
