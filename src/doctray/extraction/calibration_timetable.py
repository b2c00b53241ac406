"""Weights of how sure the values of timetables are; see `confidence`."""

from doctray.extraction.confidence import Calibration

TIMETABLES = Calibration(
    intercept=4.0,
    weights={"recognised": -0.7, "unread": -3.0, "distrust": -4.0, "doubted": -1.5, "failed": -1.5, "agreed": 0.7},
    fitted_on="nothing: a guess until a calibration is fitted",
)
