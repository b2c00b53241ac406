"""How sure a value is: the model's inputs, its bounds, and that doubt never helps."""

from dataclasses import replace
from typing import Any

import pytest

from doctray.extraction.calibration_certificate import CERTIFICATES
from doctray.extraction.confidence import LEAST, MOST, UNFITTED, Calibration, Evidence, features, probability

PLAIN = Evidence(field="policy_number", family="acord")


def test_a_plain_value_has_its_field_and_family_and_nothing_else() -> None:
    assert features(PLAIN) == {"field:policy_number": 1.0, "family:acord": 1.0}


@pytest.mark.parametrize(
    ("change", "feature", "amount"),
    [
        ({"ocr": 0.75}, "unread", 0.25),
        ({"ocr": 0.75}, "recognised", 1.0),
        ({"trust": 0.6}, "distrust", 0.4),
        ({"doubted": True}, "doubted", 1.0),
        ({"failed": True}, "failed", 1.0),
        ({"agreed": 1}, "agreed", 1.0),
        ({"agreed": 1000}, "agreed", 2.0),
    ],
)
def test_each_thing_known_is_one_input(change: dict[str, Any], feature: str, amount: float) -> None:
    assert features(replace(PLAIN, **change))[feature] == pytest.approx(amount)


@pytest.mark.parametrize("calibration", [UNFITTED, CERTIFICATES], ids=["unfitted", "certificates"])
@pytest.mark.parametrize("worse", [{"ocr": 0.3}, {"trust": 0.3}, {"doubted": True}, {"failed": True}])
def test_doubt_never_makes_surer_and_agreement_never_less_sure(calibration: Calibration, worse: dict[str, Any]) -> None:
    assert probability(replace(PLAIN, **worse), calibration) <= probability(PLAIN, calibration)
    assert probability(replace(PLAIN, agreed=2), calibration) >= probability(PLAIN, calibration)


def test_nothing_is_certain_and_nothing_impossible() -> None:
    assert probability(PLAIN, Calibration(intercept=500.0)) == MOST
    assert probability(PLAIN, Calibration(intercept=-500.0)) == LEAST
    assert probability(PLAIN, Calibration(intercept=0.0)) == 0.5


def test_an_input_that_the_calibration_does_not_know_counts_nothing() -> None:
    assert probability(PLAIN, Calibration(intercept=1.0, weights={"field:title": -9.0})) == probability(PLAIN, Calibration(intercept=1.0))
