"""How far a reading is to be believed, given what the other reader saw: logistic models fitted on printed text with known words.

The figures come from scripts/fit_second_reader.py, which prints this table anew; docs/decisions/0016-second-reader.md says on what they
were fitted and how well they hold on receipts that had no part in it.
"""

import math
from dataclasses import dataclass

# A network's certainty of 0.9999 says no more than 0.999: both are as good as it gets.
_NEAREST_TO_SURE = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of two readings of the same ink that differ, or of one where the other reader saw nothing.

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

    def weighed(self, weights: tuple[float, ...]) -> float:
        features = (1.0, _logit(self.first), _logit(self.second), self.form, self.numeric, self.letters_agree, self.currency)
        return _chance(sum(weight * float(feature) for weight, feature in zip(weights, features, strict=True)))


# Weights of: 1, logit of the first's certainty, of the second's, form, numeric, letters_agree, currency.
_FIRST_RIGHT = (-2.0, 0.3, -0.4, -0.8, 0.0, 0.0, -1.0)
_SECOND_RIGHT = (0.8, -0.1, 0.5, 0.8, 0.0, 0.3, 1.5)
# Weights of: 1, logit of the first's certainty, of the second's, numeric.
_AGREED = (3.5, 0.2, 0.3, 0.0)
# Weights of: 1, logit of the only certainty, whether there is a letter or digit.
_ONLY_FIRST = (-1.5, 0.5, 0.5)
_ONLY_SECOND = (-0.5, 0.6, 0.5)


def first_is_right(evidence: Evidence) -> float:
    """The chance that the first reading of a word is right where the second differs."""
    return evidence.weighed(_FIRST_RIGHT)


def second_is_right(evidence: Evidence) -> float:
    return evidence.weighed(_SECOND_RIGHT)


def agreed_is_right(first: float, second: float, *, numeric: bool) -> float:
    bias, by_first, by_second, by_numeric = _AGREED
    return _chance(bias + by_first * _logit(first) + by_second * _logit(second) + by_numeric * numeric)


def lone_is_right(certainty: float, *, is_first: bool, has_letters: bool) -> float:
    """The chance that there is such a word at all where the other reader saw nothing."""
    bias, by_certainty, by_letters = _ONLY_FIRST if is_first else _ONLY_SECOND
    return _chance(bias + by_certainty * _logit(certainty) + by_letters * has_letters)


def _logit(certainty: float) -> float:
    held = min(1.0 - _NEAREST_TO_SURE, max(_NEAREST_TO_SURE, certainty))
    return math.log(held / (1.0 - held))


def _chance(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-logit))
