"""What an attempt spends on models and hosted engines, added up wherever it is spent within the attempt's task."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Bill:
    """usd: None while nothing that has a price was used."""

    usd: float | None = None

    def add(self, usd: float) -> None:
        self.usd = (self.usd or 0.0) + usd


current_bill: ContextVar[Bill | None] = ContextVar("current_bill", default=None)
"""Set once in the task of an attempt; tasks that it starts charge the same bill."""


def charge(usd: float) -> None:
    """To the attempt that is under way here, if any."""
    bill = current_bill.get()
    if bill is not None:
        bill.add(usd)
