"""Confidence means what it says: it is fitted on first readings, and what is nine tenths sure of these is right 95 times in a hundred."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from scripts.fit_confidence import SURE, Judged, fit, left_out, stored

from doctray.extraction.calibration_certificate import CERTIFICATES
from doctray.extraction.calibration_timetable import TIMETABLES
from doctray.extraction.confidence import Calibration, probability

READINGS = Path(__file__).parents[2] / "samples" / "typed"
REAL_TIMETABLES = READINGS / "first_reading_timetables_public.jsonl"


def judged(*names: str) -> list[Judged]:
    return [value for name in names for value in stored(READINGS / name)]


def share_of_the_sure(told: Sequence[tuple[Judged, float]]) -> tuple[float, float]:
    """(share of all values that are sure, share of those that are right)"""
    sure = [value.right for value, confidence in told if confidence >= SURE]
    return len(sure) / len(told), sum(sure) / len(sure)


def test_the_weights_of_timetables_are_those_of_their_first_readings() -> None:
    fitted = fit(judged(REAL_TIMETABLES.name), "timetable")
    assert fitted.fitted_on == TIMETABLES.fitted_on
    assert fitted.intercept == pytest.approx(TIMETABLES.intercept, abs=0.01)
    assert dict(fitted.weights) == pytest.approx(dict(TIMETABLES.weights), abs=0.01)


@pytest.mark.parametrize(
    ("calibration", "names", "least"),
    [
        (TIMETABLES, ["first_reading_timetables_public.jsonl"], 0.5),
        (TIMETABLES, ["first_reading_timetables.jsonl"], 0.5),
        (CERTIFICATES, ["first_reading_public.jsonl"], 0.7),
        (CERTIFICATES, ["first_reading.jsonl"], 0.45),  # hardly an ACORD form among them: makes that were read badly, typed because of it
    ],
    ids=["real timetables", "typed timetables", "real certificates", "typed certificates"],
)
def test_what_is_sure_of_first_readings_is_right(calibration: Calibration, names: list[str], least: float) -> None:
    many, right = share_of_the_sure([(value, probability(value.evidence, calibration)) for value in judged(*names)])
    assert many >= least
    assert right >= 0.95


@pytest.mark.full
def test_what_is_sure_of_a_timetable_is_right_by_what_the_others_taught() -> None:
    many, right = share_of_the_sure(left_out(judged(REAL_TIMETABLES.name), "timetable"))
    assert many >= 0.5
    assert right >= 0.95
