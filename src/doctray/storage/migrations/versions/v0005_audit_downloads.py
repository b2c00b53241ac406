"""The audit log, and what is known of downloads."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_REFUSAL = "the audit log is never rewritten"

_SQLITE_TRIGGER = f"""
CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, '{_REFUSAL}');
END
"""

_POSTGRESQL_FUNCTION = f"""
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{_REFUSAL}';
END
$$
"""

_POSTGRESQL_TRIGGER = """
CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()
"""


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text()),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_table(
        "downloads",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("url_sha256", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "url_sha256", name=op.f("pk_downloads")),
    )
    op.create_index("ix_downloads_request_id", "downloads", ["request_id"])
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in (_POSTGRESQL_FUNCTION, _POSTGRESQL_TRIGGER) if on_postgresql else (_SQLITE_TRIGGER,):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.drop_table("downloads")
    op.drop_table("audit")
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql("DROP FUNCTION audit_is_append_only()")
