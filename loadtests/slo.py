"""Holds the figures of a run against its targets. The run's exit status hangs on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from loadtests.figures import Figures
from loadtests.scenarios import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One line of the table. value None: not measured, and so not met."""

    target: Target
    value: float | None

    @property
    def met(self) -> bool:
        return self.value is not None and self.target.met(self.value)


def judge(figures: Figures, targets: Sequence[Target]) -> tuple[Verdict, ...]:
    return tuple(Verdict(target=target, value=getattr(figures, target.figure)) for target in targets)


def passed(verdicts: Sequence[Verdict], figures: Figures) -> bool:
    """A run without a single submission has shown nothing."""
    return figures.submits > 0 and all(verdict.met for verdict in verdicts)
