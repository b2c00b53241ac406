"""Lists of jobs, newest first, page by page."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, or_, select

from doctray.domain.errors import InvalidOption
from doctray.domain.job import Job
from doctray.ports import CURSOR, JobQuery
from doctray.storage.job_rows import job_of
from doctray.storage.store import Tx
from doctray.storage.tables import in_status, jobs

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


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
    return f"{(last.created_at - _EPOCH) // _MICROSECOND}-{last.request_id}"


def _position(cursor: str) -> tuple[datetime, str]:
    found = CURSOR.fullmatch(cursor)
    if found is None:
        raise InvalidOption("cursor: not one of this service's; begin again without it.")
    return _EPOCH + int(found.group(1)) * _MICROSECOND, found.group(2)
