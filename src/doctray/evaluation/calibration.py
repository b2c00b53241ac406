"""Whether a confidence is worth what it says: of the values at 0.9, nine in ten should be right. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from doctray.evaluation.judging import Judged

EDGES = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
SURE = 0.9
"""From this confidence on at least 95 % of the values should be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Values whose confidence is in [low, high), the last one closed. right: how many of them are."""

    low: float
    high: float
    count: int
    right: int
    mean_confidence: float

    @property
    def share(self) -> float:
        return self.right / self.count if self.count else 0.0


Sample = tuple[float, bool]
"""Confidence of a value that was found, and whether it is right."""


def samples_of(judged: Iterable[Judged], provenance: Mapping[str, Any]) -> list[Sample]:
    """Of the values that have a confidence. A time block has that of the least sure of its parts."""
    samples: list[Sample] = []
    for each in judged:
        if each.found_at is None:
            continue
        confidence = _confidence(each.found_at, provenance)
        if confidence is not None:
            samples.append((confidence, each.right))
    return samples


def bins_of(samples: Sequence[Sample]) -> list[Bin]:
    """Without the empty ones."""
    bins: list[Bin] = []
    for low, high in pairwise(EDGES):
        last = high == EDGES[-1]
        inside = [(confidence, right) for confidence, right in samples if low <= confidence < high or (last and confidence == high)]
        if inside:
            mean = sum(confidence for confidence, _ in inside) / len(inside)
            bins.append(Bin(low=low, high=high, count=len(inside), right=sum(right for _, right in inside), mean_confidence=mean))
    return bins


def sure_share(samples: Sequence[Sample]) -> tuple[int, int]:
    """(right, all) of the values at SURE or above."""
    sure = [right for confidence, right in samples if confidence >= SURE]
    return sum(sure), len(sure)


def expected_error(samples: Sequence[Sample]) -> float:
    """Expected calibration error: how far confidence and share lie apart, weighted by the values in each bin."""
    bins = bins_of(samples)
    total = sum(each.count for each in bins)
    return sum(each.count * abs(each.share - each.mean_confidence) for each in bins) / total if total else 0.0


def _confidence(pointer: str, provenance: Mapping[str, Any]) -> float | None:
    told = [
        place.get("confidence")
        for at, place in provenance.items()
        if isinstance(place, Mapping) and (at == pointer or at.startswith(f"{pointer}/"))
    ]
    known = [float(confidence) for confidence in told if isinstance(confidence, int | float)]
    return min(known, default=None)
