"""How sure the values of certificates are: written by `scripts/fit_confidence.py`, not by hand."""

from doctray.extraction.confidence import Calibration

CERTIFICATES = Calibration(
    intercept=2.756,
    weights={
        "agreed": 1.014,
        "distrust": -1.535,
        "doubted": -1.822,
        "family:acord": 1.128,
        "family:freeform": -0.506,
        "family:other": -0.622,
        "field:certificate_number": 0.025,
        "field:effective_date": 0.31,
        "field:expiry_date": -0.068,
        "field:holder_name": -0.029,
        "field:insured_address": 0.289,
        "field:insured_name": 0.218,
        "field:insurer_letter": 0.225,
        "field:issue_date": 0.681,
        "field:issuer_name": -0.633,
        "field:letter": 0.049,
        "field:limits": -0.502,
        "field:naic": 0.48,
        "field:name": 0.539,
        "field:policy_number": 0.505,
        "field:producer_name": -0.418,
        "field:recipient_name": 0.22,
        "field:subject": -1.5,
        "field:title": 0.545,
        "field:type": -0.935,
        "recognised": -0.758,
        "unread": -0.353,
    },
    fitted_on="2067 values of 178 documents, 91.7 % of them right",
)
