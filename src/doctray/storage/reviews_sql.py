"""Reviews: a person's fields beside the machine's, one row for each time."""

import json

from sqlalchemy import RowMapping, delete, insert, select

from doctray.domain import transition
from doctray.domain.errors import ReviewConflict
from doctray.domain.extraction import Fields
from doctray.domain.job import Job, JobStatus
from doctray.domain.review import AnnounceReview, Review
from doctray.storage.deliveries_sql import add_delivery
from doctray.storage.fields_sql import review_fields
from doctray.storage.job_rows import change, job_of, lock
from doctray.storage.rollout_runs_sql import note_truth
from doctray.storage.store import Tx
from doctray.storage.tables import reviews


def add_review(
    tx: Tx,
    request_id: str,
    *,
    owner: str,
    expected: int | None,
    fields: Fields,
    reviewed_by: str,
    key_id: str | None,
    note: str | None,
    announce: AnnounceReview,
) -> tuple[Job, Review] | None:
    row = lock(tx, request_id)
    job = job_of(row) if row is not None and row["owner"] == owner else None
    if job is None or job.status is not JobStatus.COMPLETED or job.deleted_at is not None:
        return None
    if expected not in (None, job.review_no):
        raise ReviewConflict
    after = transition.reviewed(job)
    review = Review(
        request_id=request_id, number=after.review_no, reviewed_at=tx.now, reviewed_by=reviewed_by, key_id=key_id, fields=fields, note=note
    )
    tx.conn.execute(*change(job, after))
    tx.conn.execute(
        insert(reviews).values(
            request_id=request_id,
            number=review.number,
            reviewed_at=review.reviewed_at,
            reviewed_by=reviewed_by,
            key_id=key_id,
            fields=json.dumps(fields),
            note=note,
        )
    )
    review_fields(tx, request_id, fields)
    note_truth(tx, after, fields)
    delivery = announce(after, review)
    if delivery is not None:
        add_delivery(tx, after, delivery)
    return after, review


def reviews_of(tx: Tx, request_id: str) -> list[Review]:
    rows = tx.conn.execute(select(reviews).where(reviews.c.request_id == request_id).order_by(reviews.c.number))
    return [_review_of(row) for row in rows.mappings()]


def drop_reviews(tx: Tx, request_id: str) -> None:
    tx.conn.execute(delete(reviews).where(reviews.c.request_id == request_id))


def _review_of(row: RowMapping) -> Review:
    return Review(**{**row, "fields": json.loads(row["fields"])})
