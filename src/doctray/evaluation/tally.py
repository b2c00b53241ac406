"""Hits, what was found and what is true, added up; precision, recall and F1. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from doctray.evaluation.judging import Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """right: values that were found as they are. found, true: values on either side."""

    right: int = 0
    found: int = 0
    true: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(right=self.right + other.right, found=self.found + other.found, true=self.true + other.true)

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 0.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def tally(judged: Iterable[Judged]) -> Tally:
    counts = [(each.right, each.found_at is not None, each.truth_at is not None) for each in judged]
    return Tally(
        right=sum(right for right, _, _ in counts), found=sum(found for _, found, _ in counts), true=sum(true for *_, true in counts)
    )


def by_kind(judged: Iterable[Judged]) -> dict[str, Tally]:
    """The true values' kinds; what is found and not true counts under its own."""
    groups: defaultdict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        groups[each.kind].append(each)
    return {kind: tally(group) for kind, group in groups.items()}
