"""One hostile request, or a few that belong together, and everything that doctray may answer."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.hostile.target import Target
from tests.hostile.wire import Answer

HUNG_UP = "hung up"
"""The connection ended without an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """must: the outcomes that are right, as `Answer.outcome` words them. long: takes seconds; only in the full run.

    bare: a refusal that only browsers see, and need not be a problem object.
    """

    group: str
    name: str
    act: Callable[[Target], Answer]
    must: tuple[str, ...]
    long: bool = False
    bare: bool = False

    @property
    def title(self) -> str:
        return f"{self.group}: {self.name}"
