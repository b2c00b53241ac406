"""What a person says the fields are, beside what was extracted. Every review is kept; the last one counts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from doctray.domain.extraction import Fields
from doctray.domain.job import Job, NewDelivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One review of one job's fields.

    number: from 1, one more for each review of the job. reviewed_by: the caller's word for the person, or the owner.
    fields: all of them as the person leaves them, not only what was changed.
    """

    request_id: str
    number: int
    reviewed_at: datetime
    reviewed_by: str
    # the key that it was sent with; None without keys
    key_id: str | None
    fields: Fields
    note: str | None = None


AnnounceReview = Callable[[Job, Review], NewDelivery | None]
"""Pure: the job and its review as the transaction leaves them → what to post. Runs inside that transaction."""
