"""Jobs that ended elsewhere, brought into the journal as they are."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import insert

from doctray.domain import transition
from doctray.domain.extraction import Fields
from doctray.domain.job import Attempt, Job
from doctray.storage.fields_sql import keep_fields
from doctray.storage.job_rows import insert_job, load
from doctray.storage.store import Tx
from doctray.storage.tables import attempts


def bring_in(tx: Tx, job: Job, *, tries: Sequence[Attempt], fields: Fields | None, retention_s: float) -> bool:
    if load(tx, job.request_id) is not None:
        return False
    ended = transition.brought_in(job, now=tx.now, retention_s=retention_s)
    insert_job(tx, ended)
    for attempt in tries:
        tx.conn.execute(insert(attempts), asdict(attempt))
    keep_fields(tx, ended, fields)
    return True
