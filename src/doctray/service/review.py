"""A person's fields beside the machine's: kept as reviews, announced, and shown with the result."""

from typing import Any

import structlog

from doctray.domain.errors import Expired
from doctray.domain.extraction import Fields, leaves
from doctray.domain.job import Job
from doctray.domain.review import Review
from doctray.ports import BlobStore, Journal, Notices
from doctray.service.announce import Announcer
from doctray.service.stored import stored_result
from doctray.service.views import review_view

_log = structlog.get_logger()


async def add_review(
    job: Job,
    *,
    fields: Fields,
    reviewed_by: str,
    key_id: str | None,
    note: str | None,
    expected: int | None,
    journal: Journal,
    notices: Notices,
    announcer: Announcer,
) -> tuple[Job, Review]:
    """Keep a person's fields, which have been checked. expected: the review_no that the person has seen; None: whatever it is.

    Raises ReviewConflict when somebody else was faster, Expired when the job was deleted meanwhile.
    """
    kept = await journal.add_review(
        job.request_id,
        owner=job.owner,
        expected=expected,
        fields=fields,
        reviewed_by=reviewed_by,
        key_id=key_id,
        note=note,
        announce=announcer.for_review,
    )
    if kept is None:
        raise Expired
    _log.info("job.reviewed", request_id=job.request_id, review_no=kept[1].number)
    await notices.publish(job.request_id, None)
    return kept


async def shown_result(job: Job, *, journal: Journal, blobs: BlobStore) -> dict[str, Any]:
    """The result as it is shown: the machine's, with the last review beside it. Raises NotFound when the blob is gone.

    Parses the whole of it: for documents of many pages a matter of tenths of a second, so the parsing is in a thread.
    """
    if job.result is None:
        raise Expired
    result = await stored_result(job.result, blobs=blobs)
    reviews = await journal.reviews(job.request_id) if job.review_no else []
    return with_review(result, reviews[-1]) if reviews else result


def with_review(result: dict[str, Any], review: Review) -> dict[str, Any]:
    """The machine's fields stay in `fields`; the person's stand in `review`, with the pointers to what they say otherwise.

    What the machine doubted is settled.
    """
    shown = {**result, "validated": True, "needs_review": False}
    before, after = dict(leaves(result.get("fields") or {})), dict(leaves(review.fields))
    changed = sorted(pointer for pointer in before.keys() | after.keys() if before.get(pointer) != after.get(pointer))
    shown["review"] = review_view(review) | {"changed": changed}
    return shown
