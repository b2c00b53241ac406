"""How far a measured share, mean or quantile can be trusted: intervals that hold it in 95 of 100 samples. Pure."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Z_95 = statistics.NormalDist().inv_cdf(0.975)

Interval = tuple[float, float]
"""Low and high end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A measured number. count: of what it was measured on (documents, runs)."""

    value: float
    low: float
    high: float
    count: int


def wilson(right: float, total: float, *, z: float = Z_95) -> Interval:
    """Wilson's score interval of a share (E. B. Wilson, 1927). (0, 1) when there is nothing to go by."""
    if total <= 0:
        return 0.0, 1.0
    share = right / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return (0.0 if right <= 0 else max(0.0, middle - half)), (1.0 if right >= total else min(1.0, middle + half))


def share_of(flags: Iterable[bool]) -> Estimate | None:
    """Of independent yes and no. None without any."""
    told = [*flags]
    if not told:
        return None
    low, high = wilson(sum(told), len(told))
    return Estimate(value=sum(told) / len(told), low=low, high=high, count=len(told))


def clustered_share(tallies: Iterable[tuple[int, int]]) -> Estimate | None:
    """Of values that come in documents: (right, all) of each document. None without any value.

    Values of one document are right or wrong together, so they tell less than as many of different documents: Wilson's interval is
    taken at the number of values divided by the design effect (the ratio estimator's variance over that of independent values; W. G.
    Cochran, Sampling Techniques, 1977, chapter 2). Where that cannot be told, each document counts as one value.
    """
    told = [(right, of) for right, of in tallies if of > 0]
    if not told:
        return None
    documents, values, right = len(told), sum(of for _, of in told), sum(right for right, _ in told)
    share = right / values
    effective = float(documents)
    if documents > 1 and 0 < share < 1:
        spread = sum((right - share * of) ** 2 for right, of in told)
        if spread > 0:
            variance = documents / (documents - 1) * spread / values**2
            effective = min(float(values), max(1.0, share * (1 - share) / variance))
    low, high = wilson(share * effective, effective)
    return Estimate(value=share, low=low, high=high, count=documents)


def mean_of(values: Iterable[float]) -> Estimate | None:
    """Student's interval. None without values; of one value it is as wide as can be."""
    told = [*values]
    if not told:
        return None
    mean = statistics.fmean(told)
    if len(told) == 1:
        return Estimate(value=mean, low=-math.inf, high=math.inf, count=1)
    half = student_t(len(told) - 1) * statistics.stdev(told, mean) / math.sqrt(len(told))
    return Estimate(value=mean, low=mean - half, high=mean + half, count=len(told))


def quantile_of(values: Iterable[float], of: float) -> Estimate | None:
    """By nearest rank, with the order statistics whose ranks hold it by the binomial distribution (its normal approximation)."""
    told = sorted(values)
    if not told:
        return None
    half = Z_95 * math.sqrt(len(told) * of * (1 - of))
    low, at, high = (_rank(told, rank) for rank in (len(told) * of - half, len(told) * of, len(told) * of + half + 1))
    return Estimate(value=at, low=low, high=high, count=len(told))


def nearest_rank(values: Iterable[float], of: float) -> float:
    """The least of the values, in any order, that so large a share of them do not exceed. At least one is needed."""
    told = sorted(values)
    return _rank(told, len(told) * of)


def student_t(degrees: int) -> float:
    """The 97.5 % quantile of Student's t, from 1 degree of freedom on.

    Expansion about the normal quantile (Abramowitz and Stegun, 26.7.5), within 0.01 from 4 degrees on; below, tabled.
    """
    tabled = {1: 12.706, 2: 4.303, 3: 3.182}
    if degrees in tabled:
        return tabled[degrees]
    z, n = Z_95, float(degrees)
    return (
        z + (z**3 + z) / (4 * n) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2) + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
    )


def _rank(told: Sequence[float], rank: float) -> float:
    return told[min(len(told), max(1, math.ceil(rank))) - 1]
