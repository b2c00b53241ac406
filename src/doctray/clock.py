"""The real clock, given to everything below the entry points."""

import time
from datetime import UTC, datetime


class SystemClock:
    """`doctray.ports.Clock` on the host's clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()
