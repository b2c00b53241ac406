"""What follows a job's end within the transaction that ends it."""

from doctray.domain.job import Announce, Job
from doctray.storage.batches_sql import count_down
from doctray.storage.deliveries_sql import announce_outcome
from doctray.storage.store import Tx


def record_outcome(tx: Tx, job: Job, announce: Announce) -> None:
    """Announce a job that has just ended, and its batch if it was the last of it."""
    announce_outcome(tx, job, announce)
    if job.batch_id is not None:
        count_down(tx, job.batch_id)
