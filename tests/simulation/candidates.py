"""Readers as a rollout may meet them: how long they take, how often they fail, how sure they are, and how often they are wrong."""

import math
from dataclasses import dataclass
from random import Random

FIELDS = tuple(f"field_{number}" for number in range(12))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """failing: share of attempts that end with `code`. seconds: the median; half as many take half as long or twice as long. sure: mean
    confidence. wrong: share of fields that say something else than the paper. bad_after_s: as `turning` says from then on.
    """

    name: str
    failing: float = 0.005
    code: str = "engine_failure"
    seconds: float = 4.0
    sure: float = 0.93
    wrong: float = 0.02
    bad_after_s: float | None = None
    turning: "Reader | None" = None

    def at(self, since_start_s: float) -> "Reader":
        late = self.bad_after_s is not None and since_start_s >= self.bad_after_s
        return self.turning if late and self.turning is not None else self

    def fails(self, rng: Random) -> bool:
        return rng.random() < self.failing

    def takes_s(self, rng: Random) -> float:
        return self.seconds * math.exp(math.log(2.0) * rng.gauss(0.0, 0.7))

    def confidence(self, rng: Random) -> float:
        return min(1.0, max(0.0, rng.gauss(self.sure, 0.04)))

    def fields(self, rng: Random) -> dict[str, str]:
        return {name: "misread" if rng.random() < self.wrong else f"the {name}" for name in FIELDS}


TRUTH = {name: f"the {name}" for name in FIELDS}
BASELINE = Reader(name="easyocr")

GOOD = Reader(name="good", seconds=1.5, sure=0.95, wrong=0.015)
SLOW = Reader(name="slow", seconds=70.0)
UNSURE = Reader(name="unsure", sure=0.70, wrong=0.25)
SURE_AND_WRONG = Reader(name="sure_and_wrong", sure=0.97, wrong=0.30)
CRASHING = Reader(name="crashing", failing=0.4)
DEAD = Reader(name="dead", failing=1.0)
HANGING = Reader(name="hanging", failing=0.3, code="timeout", seconds=20.0)
LATE = Reader(name="late", bad_after_s=2.0 * 3600, turning=Reader(name="late", failing=0.5))
"""Does well for two hours, and then does not: a licence ran out, a disk filled up."""
