"""Lists of jobs, newest first, page by page."""

import base64
import binascii
import json
from datetime import UTC, datetime

from sqlalchemy import func, or_, select

from doctray.domain.errors import InvalidOption
from doctray.domain.job import Job
from doctray.ports import JobQuery
from doctray.storage.job_rows import job_of
from doctray.storage.store import Tx
from doctray.storage.tables import in_status, jobs


def list_jobs(tx: Tx, query: JobQuery) -> tuple[list[Job], str | None]:
    found = select(jobs).where(jobs.c.deleted_at.is_(None))
    if query.owner is not None:
        found = found.where(jobs.c.owner == query.owner)
    if query.status is not None:
        found = found.where(in_status(query.status))
    if query.document_type is not None:
        found = found.where(jobs.c.document_type == query.document_type)
    if query.created_after is not None:
        found = found.where(jobs.c.created_at > query.created_after)
    if query.dead_lettered is not None:
        found = found.where(jobs.c.dead_lettered == query.dead_lettered)
    if query.q:
        part = query.q.lower()
        found = found.where(
            or_(func.lower(jobs.c.file_name).contains(part, autoescape=True), jobs.c.request_id.contains(part, autoescape=True))
        )
    if query.cursor is not None:
        created_at, request_id = _position(query.cursor)
        found = found.where(or_(jobs.c.created_at < created_at, (jobs.c.created_at == created_at) & (jobs.c.request_id < request_id)))
    found = found.order_by(jobs.c.created_at.desc(), jobs.c.request_id.desc()).limit(query.limit + 1)
    page = [job_of(row) for row in tx.conn.execute(found).mappings()]
    more = len(page) > query.limit
    page = page[: query.limit]
    return page, _cursor(page[-1]) if more and page else None


def _cursor(last: Job) -> str:
    return base64.urlsafe_b64encode(json.dumps([last.created_at.timestamp(), last.request_id]).encode()).decode().rstrip("=")


def _position(cursor: str) -> tuple[datetime, str]:
    try:
        seconds, request_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return datetime.fromtimestamp(float(seconds), UTC), str(request_id)
    except (binascii.Error, ValueError, TypeError, OverflowError, OSError) as error:
        raise InvalidOption("cursor: not one of this service's; begin again without it.") from error
