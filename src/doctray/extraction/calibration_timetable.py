"""How sure the values of timetables are: fitted by `scripts/fit_confidence.py --kind timetable`.

`distrust`, `doubted` and `failed` stand as judged: the sample has next to no value with them that is wrong, so it says nothing of them.
"""

from doctray.extraction.confidence import Calibration

TIMETABLES = Calibration(
    intercept=7.095,
    weights={
        "distrust": -4.0,
        "doubted": -5.5,
        "failed": -4.0,
        "family:aligned": -0.44,
        "family:list": 0.367,
        "family:ruled": 0.073,
        "field:class_name": 0.155,
        "field:day": 1.275,
        "field:room": -0.378,
        "field:school_name": -0.168,
        "field:subject": -1.083,
        "field:teacher": -1.308,
        "field:teacher_name": 0.008,
        "field:term": 0.138,
        "field:time": 1.223,
        "field:year": 0.138,
        "recognised": -1.748,
        "unread": -8.088,
    },
    fitted_on="15801 values of 98 documents, 99.4 % of them right",
)
