"""How sure a value is: the probability that it is right, by what is known of how it was read.

One logistic model for each kind of document. Its weights are fitted by `scripts/fit_confidence.py` on documents with truth and stand
in a module of their own (`calibration_certificate.CERTIFICATE`); the measure of them is taken leaving one document out.

For the rules of any kind: collect an `Evidence` for each value while its words are at hand, run the checks, then call
`probability(evidence, calibration)` and store the answer as `Provenance.confidence`. Evidence can be weakened afterwards with
`dataclasses.replace(evidence, failed=True)` when a check finds fault with the value.
"""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

LEAST, MOST = 0.02, 0.99
"""No value of a machine is certain, and none that stands on the page is impossible."""

_SUREST_OCR = 0.999


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of one value.

    field: its name without the place in lists, as `policy_number`, or `limits` for every limit. family: the rules that read it, as
    `acord`, `freeform`. ocr: least confidence of its words in [0, 1], None where they come from a text layer. trust: of the rule that
    chose the words, in [0, 1]. doubted: something was put right or guessed. failed: a check found fault with it. agreed: further places
    of the document that say the same. against: what speaks against all values of its part of the document, as of a table that may be
    misread: name → share in [0, 1]. A name holds no colon.
    """

    field: str
    family: str
    ocr: float | None = None
    trust: float = 1.0
    doubted: bool = False
    failed: bool = False
    agreed: int = 0
    against: Mapping[str, float] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Weights of a logistic model in log-odds. weights: name of a feature (see `features`) → weight; one that is missing counts nothing.

    fitted_on: how many values of how many documents, in words.
    """

    intercept: float
    weights: Mapping[str, float] = field(default_factory=dict)
    fitted_on: str = ""


UNFITTED = Calibration(
    intercept=3.0,
    weights={"recognised": -0.7, "unread": -2.5, "distrust": -4.0, "doubted": -1.5, "failed": -2.0, "agreed": 0.7},
    fitted_on="nothing: a guess until a calibration is fitted",
)


def features(evidence: Evidence) -> dict[str, float]:
    """Inputs of the model by name, each nothing for a value of which nothing special is known.

    recognised: 1 for words that an engine read. unread: how far the engine is from certain, in [0, 1]. distrust: 1 - trust.
    agreed: log2(1 + places), at most 2. field:NAME and family:NAME: 1 for the value's own. Each of `against` under its own name.
    """
    found = {f"field:{evidence.field}": 1.0, f"family:{evidence.family}": 1.0, **evidence.against}
    if evidence.ocr is not None:
        found["recognised"] = 1.0
        found["unread"] = 1.0 - min(max(evidence.ocr, 0.0), _SUREST_OCR)
    if evidence.trust < 1.0:
        found["distrust"] = 1.0 - max(evidence.trust, 0.0)
    if evidence.doubted:
        found["doubted"] = 1.0
    if evidence.failed:
        found["failed"] = 1.0
    if evidence.agreed:
        found["agreed"] = min(2.0, math.log2(1 + evidence.agreed))
    return found


def probability(evidence: Evidence, calibration: Calibration) -> float:
    """How likely the value is right, in [LEAST, MOST]; to three places."""
    odds = calibration.intercept + sum(calibration.weights.get(name, 0.0) * amount for name, amount in features(evidence).items())
    return round(min(MOST, max(LEAST, 1.0 / (1.0 + math.exp(-odds)))), 3)
