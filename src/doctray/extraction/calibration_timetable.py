"""How sure the values of timetables are: fitted by `scripts/fit_confidence.py --kind timetable`.

Some weights stand as judged. `distrust`, `doubted`, `failed`, `recognised` and `unread`: the sample has next to no value with them that is
wrong, so it says nothing of them. `class_name` and `room`: half of what was wrong with them at the first reading were two conventions
(Class 1 or 1, Room 4 or 4) that the rules follow since. `week`: most truths do not state it, so it has no weight. `aligned`: what was
not drawn is not surer than what was, however the sample fell out. `subject`: as sure as subjects of drawn tables were right at the first
reading of all typed papers, 0.91. `notes`: no truth states them, so that none is sure.
"""

from doctray.extraction.confidence import Calibration

TIMETABLES = Calibration(
    intercept=2.885,
    weights={
        "distrust": -3.0,
        "doubted": -4.0,
        "failed": -3.0,
        "family:aligned": -0.8,
        "family:list": 0.011,
        "family:ruled": -0.581,
        "field:class_name": -0.6,
        "field:day": 2.475,
        "field:notes": -1.0,
        "field:room": -0.5,
        "field:school_name": -0.278,
        "field:subject": 0.0,
        "field:teacher": 0.788,
        "field:teacher_name": -0.092,
        "field:term": 0.176,
        "field:time": 2.688,
        "field:year": 0.461,
        "recognised": -0.5,
        "unread": -4.0,
    },
    fitted_on="7057 values of 45 documents, 97.6 % of them right",
)
