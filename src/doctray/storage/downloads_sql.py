"""What is known of fetched URLs. The URL itself is not kept, only its hash: it may hold a signature."""

from sqlalchemy import delete, insert, select

from doctray.domain.download import KnownDownload, Validators, url_digest
from doctray.domain.job import BlobRef, Job
from doctray.storage.store import Tx
from doctray.storage.tables import downloads, jobs


def remember(tx: Tx, job: Job, validators: Validators | None) -> None:
    """Replace what was known of the job's URL; validators None: nothing can be asked about it."""
    if job.source_url is None:
        return
    key = url_digest(job.source_url)
    tx.conn.execute(delete(downloads).where(downloads.c.owner == job.owner, downloads.c.url_sha256 == key))
    if validators is None:
        return
    # Another job of the owner may be at the same URL just now; either's knowledge will do.
    tx.attempt(
        insert(downloads).values(
            owner=job.owner,
            url_sha256=key,
            request_id=job.request_id,
            answered_by=validators.answered_by,
            etag=validators.etag,
            last_modified=validators.last_modified,
            seen_at=tx.now,
        )
    )


def known(tx: Tx, owner: str, url: str, *, younger_than_s: float) -> KnownDownload | None:
    """Of the owner's jobs that still have their document."""
    query = (
        select(downloads, jobs.c.source_key, jobs.c.source_size, jobs.c.source_sha256, jobs.c.media_type)
        .join(jobs, jobs.c.request_id == downloads.c.request_id)
        .where(
            downloads.c.owner == owner,
            downloads.c.url_sha256 == url_digest(url),
            downloads.c.seen_at > tx.ago(younger_than_s),
            jobs.c.deleted_at.is_(None),
            jobs.c.source_key.is_not(None),
        )
    )
    row = tx.conn.execute(query).mappings().one_or_none()
    if row is None:
        return None
    return KnownDownload(
        validators=Validators(answered_by=row["answered_by"], etag=row["etag"], last_modified=row["last_modified"]),
        source=BlobRef(key=row["source_key"], size_bytes=row["source_size"], sha256=row["source_sha256"]),
        media_type=row["media_type"],
    )


def drop_downloads(tx: Tx, request_id: str) -> None:
    tx.conn.execute(delete(downloads).where(downloads.c.request_id == request_id))
