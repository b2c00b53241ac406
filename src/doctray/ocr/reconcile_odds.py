"""How far a reading is to be believed, given what the other reader saw: logistic models fitted on printed text with known words.

The weights come from scripts/fit_second_reader.py, which prints them anew; docs/decisions/0016-second-reader.md says what they were
fitted on and how well they hold on receipts that had no part in it.
"""

import math
from dataclasses import dataclass

Weights = tuple[float, ...]

# A network's certainty of 0.9999 says no more than 0.999: both are as good as it gets.
_NEAREST_TO_SURE = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two readings of the same ink that are not the same.

    first, second: the readers' certainties in [0, 1]. form: 1 where only the second reading has the form of something (a date, an
    amount, a word), -1 where only the first has, else 0. numeric: whether figures are at stake. letters_agree: they differ in nothing
    but case, punctuation and spaces. currency: 1 where the second reads a sign of currency for what is something else in the first,
    -1 the other way round.
    """

    first: float
    second: float
    form: int = 0
    numeric: bool = False
    letters_agree: bool = False
    currency: int = 0

    @property
    def features(self) -> Weights:
        return (1.0, _logit(self.first), _logit(self.second), self.form, self.numeric, self.letters_agree, self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Two readings that are the same but for spaces; certainties and numeric as in `Difference`."""

    first: float
    second: float
    numeric: bool = False

    @property
    def features(self) -> Weights:
        return (1.0, _logit(self.first), _logit(self.second), self.numeric)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lone:
    """A reading where the other reader saw nothing. has_letters: letters or digits, not marks only."""

    certainty: float
    has_letters: bool

    @property
    def features(self) -> Weights:
        return (1.0, _logit(self.certainty), self.has_letters)


# Fitted: `scripts/fit_second_reader.py --lines 2400 --seed 16`, on OpenVINO in bf16.
FIRST_RIGHT: Weights = (-4.03, 0.27, -0.46, -0.55, -0.21, 1.75, -2.26)
SECOND_RIGHT: Weights = (-1.05, 0.09, 0.66, 0.35, 0.22, -0.16, -0.57)
AGREED_RIGHT: Weights = (0.48, 0.14, 0.54, -1.13)
# Set by hand: on drawn lines too few such readings are right (of EasyOCR's, none) to fit anything. What only EasyOCR reads stands at a low
# chance where it is sure of it, because text that is there must not vanish.
ONLY_FIRST_RIGHT: Weights = (-3.0, 0.5, 0.5)
ONLY_SECOND_RIGHT: Weights = (-0.5, 0.6, 0.5)


def chance(weights: Weights, evidence: Difference | Agreement | Lone) -> float:
    """In (0, 1): how often text with such evidence is right."""
    return 1.0 / (1.0 + math.exp(-sum(weight * float(feature) for weight, feature in zip(weights, evidence.features, strict=True))))


def _logit(certainty: float) -> float:
    held = min(1.0 - _NEAREST_TO_SURE, max(_NEAREST_TO_SURE, certainty))
    return math.log(held / (1.0 - held))
