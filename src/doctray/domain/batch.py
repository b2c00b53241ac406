"""Documents that were handed in together: one set of options, one announcement when the last of them has ended."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from doctray.domain.identity import webhook_id
from doctray.domain.job import Job, JobStatus, NewDelivery
from doctray.domain.moments import iso_time

MAX_DOCUMENTS = 100
"""Of one batch (api.md)."""

EVENT = "batch.completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """total: jobs that were accepted into it. open: of these, the ones that have not ended, and one more while it is being handed in."""

    batch_id: str
    owner: str
    created_at: datetime
    # where its completion is announced; None: nowhere
    webhook_url: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    total: int = 0
    open: int = 1
    # still being handed in: more jobs may come
    held: bool = True
    # when the last job ended
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchView:
    """A batch and its jobs, in the order in which they were handed in; of deleted ones only the id is left."""

    batch: Batch
    jobs: tuple[Job, ...]


def counts_of(statuses: Mapping[JobStatus, int]) -> dict[str, int]:
    """How many jobs are in each status, all of them named."""
    return {status.value: statuses.get(status, 0) for status in JobStatus}


def batch_view(batch: Batch, counts: Mapping[str, int]) -> dict[str, Any]:
    """The batch as callers see it, in answers and in its announcement."""
    return {
        "batch_id": batch.batch_id,
        "status": "open" if batch.finished_at is None else "completed",
        "total": batch.total,
        "counts": dict(counts),
        "metadata": dict(batch.metadata),
        "created_at": iso_time(batch.created_at),
        "finished_at": iso_time(batch.finished_at),
    }


def announcement(batch: Batch, counts: Mapping[str, int]) -> NewDelivery | None:
    """What is posted once the last job has ended; None where nobody is to be told."""
    if batch.webhook_url is None:
        return None
    data = {**batch_view(batch, counts), "batch_url": f"/v1/batches/{batch.batch_id}"}
    return NewDelivery(
        webhook_id=webhook_id(batch.batch_id, 1, EVENT),
        type=EVENT,
        url=batch.webhook_url,
        body=json.dumps({"type": EVENT, "timestamp": iso_time(batch.finished_at), "data": data}, separators=(",", ":")),
    )
