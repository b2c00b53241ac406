"""Views for reports, under the names and columns of the systems that doctray replaces; and the fields they show.

A later migration that rebuilds `jobs` on SQLite (batch_alter_table) has to drop these views before and make them again after.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_DOCUMENTS = """
CREATE VIEW documents AS
SELECT request_id AS id, file_name AS filename, source_key AS file_path, media_type AS file_type, source_size AS file_size,
       status, {created_at} AS created_at
FROM jobs
WHERE deleted_at IS NULL
"""

_PROCESSING_JOBS = """
CREATE VIEW processing_jobs AS
SELECT jobs.request_id AS id, jobs.request_id AS document_id, document_type AS job_type, status, confidence,
       {fields} AS result_data,
       CASE WHEN status IN ('failed', 'cancelled') THEN error_detail END AS error_message,
       {created_at} AS created_at
FROM jobs LEFT JOIN result_fields ON result_fields.request_id = jobs.request_id
WHERE deleted_at IS NULL
"""

_TIMETABLES = """
CREATE VIEW timetables AS
SELECT id, id AS document_id, {teacher_name} AS teacher_name, {class_name} AS class_name, {term} AS term, {year} AS year,
       {timeblocks} AS timeblocks, confidence, validated, created_at
FROM (SELECT jobs.request_id AS id, {fields} AS shown, confidence, validated, {created_at} AS created_at
      FROM jobs LEFT JOIN result_fields ON result_fields.request_id = jobs.request_id
      WHERE deleted_at IS NULL AND status = 'completed' AND result_type = 'timetable') AS read
"""

_SQLITE = {
    "created_at": "strftime('%Y-%m-%dT%H:%M:%fZ', created_at, 'unixepoch')",
    "fields": "coalesce(reviewed, fields)",
    "teacher_name": "json_extract(shown, '$.teacher_name')",
    "class_name": "json_extract(shown, '$.class_name')",
    "term": "json_extract(shown, '$.term')",
    "year": "json_extract(shown, '$.year')",
    "timeblocks": "json_extract(shown, '$.timeblocks')",
}
_POSTGRESQL = {
    "created_at": "to_timestamp(created_at)",
    "fields": "coalesce(reviewed, fields)::jsonb",
    "teacher_name": "shown->>'teacher_name'",
    "class_name": "shown->>'class_name'",
    "term": "shown->>'term'",
    # what a person wrote there may be anything
    "year": "CASE WHEN jsonb_typeof(shown->'year') = 'number' AND abs((shown->>'year')::numeric) < 1000000"
    " THEN (shown->>'year')::numeric::integer END",
    "timeblocks": "shown->'timeblocks'",
}


def upgrade() -> None:
    op.create_table(
        "result_fields",
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text()),
        sa.Column("reviewed", sa.Text()),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_result_fields")),
    )
    words = _POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE
    for view in (_DOCUMENTS, _PROCESSING_JOBS, _TIMETABLES):
        op.get_bind().exec_driver_sql(view.format_map(words))


def downgrade() -> None:
    for name in ("timetables", "processing_jobs", "documents"):
        op.get_bind().exec_driver_sql(f"DROP VIEW {name}")
    op.drop_table("result_fields")
