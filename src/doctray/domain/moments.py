"""Times as the world outside reads them."""

from datetime import UTC, datetime


def iso_time(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC to the millisecond, ending in Z; None stays None. moment: aware."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
