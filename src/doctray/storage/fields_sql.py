"""Fields of results as rows, for the database's own views (`documents`, `processing_jobs`, `timetables`). Results themselves are blobs."""

import json
import math
from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from doctray.domain.extraction import Fields
from doctray.domain.job import Job, JobStatus
from doctray.storage.store import Tx
from doctray.storage.tables import in_status, jobs, result_fields

_KEEP = insert(result_fields)
_REVIEWED = update(result_fields).where(result_fields.c.request_id == bindparam("of"))
_DROP = delete(result_fields).where(result_fields.c.request_id == bindparam("of"))

# What a copied result's twin has: the job of the same owner and content whose result these very bytes are.
_COPY = insert(result_fields).from_select(
    ["request_id", "fields"],
    select(bindparam("to", type_=jobs.c.request_id.type), result_fields.c.fields)
    .join(jobs, jobs.c.request_id == result_fields.c.request_id)
    .where(jobs.c.owner == bindparam("of"), jobs.c.content_key == bindparam("content"), in_status(JobStatus.COMPLETED))
    .where(jobs.c.result_sha256 == bindparam("result"), jobs.c.request_id != bindparam("to"))
    .order_by(jobs.c.finished_at.desc())
    .limit(1),
)


def keep_fields(tx: Tx, job: Job, fields: Mapping[str, Any] | None) -> None:
    """Of a job that has just been completed. fields None: its result was copied, and they are those of its twin."""
    if job.result is None:
        return
    if fields is not None:
        tx.conn.execute(_KEEP, {"request_id": job.request_id, "fields": _text(fields)})
    elif job.content_key is not None:
        tx.conn.execute(_COPY, {"to": job.request_id, "of": job.owner, "content": job.content_key, "result": job.result.sha256})


def review_fields(tx: Tx, request_id: str, fields: Fields) -> None:
    """A person's, which are shown instead. The machine's stay, for copies of the result."""
    if tx.conn.execute(_REVIEWED, {"of": request_id, "reviewed": _text(fields)}).rowcount == 0:
        tx.conn.execute(_KEEP, {"request_id": request_id, "fields": None, "reviewed": _text(fields)})


def drop_fields(tx: Tx, request_id: str) -> None:
    tx.conn.execute(_DROP, {"of": request_id})


def _text(fields: Mapping[str, Any]) -> str:
    return json.dumps(_storable(fields), ensure_ascii=False, allow_nan=False)


def _storable(value: Any) -> Any:
    """Without what is no JSON or PostgreSQL's jsonb refuses, since one such row would fail every query of the view."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {_storable(name): _storable(item) for name, item in value.items()}
    return [_storable(item) for item in value] if isinstance(value, list | tuple) else value
