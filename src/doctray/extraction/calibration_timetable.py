"""How sure the values of timetables are: fitted by `scripts/fit_confidence.py --kind timetable`.

Fitted on real timetables alone, as they came out at their first reading: typed ones are read far better than those of the world, and with
them in the fit a tenth of what was sure on real ones was wrong. Some weights stand as judged. `recognised`: so that nothing that an engine
read is at 0.9, since of days and times of pictures 0.89 were right, and what is wrong with them is the table and not the word. `distrust`,
`doubted`, `failed` and `unread`: the sample has next to no value with them that is wrong, so it says little of them. `list`: what was
told in lists is not surer than what was drawn, however the sample fell out. `week`: most truths do not state it, so it has no weight.
"""

from doctray.extraction.confidence import Calibration

TIMETABLES = Calibration(
    intercept=2.08,
    weights={
        "distrust": -2.0,
        "doubted": -2.5,
        "failed": -3.0,
        "family:aligned": -0.56,
        "family:ruled": -0.395,
        "field:class_name": -0.29,
        "field:day": 1.781,
        "field:notes": -2.801,
        "field:room": -0.925,
        "field:school_name": 0.203,
        "field:subject": -0.037,
        "field:teacher": 0.553,
        "field:teacher_name": -0.528,
        "field:term": 0.328,
        "field:time": 1.358,
        "field:year": 0.359,
        "recognised": -1.4,
        "unread": -1.5,
    },
    fitted_on="3424 values of 33 documents, 83.6 % of them right",
)
