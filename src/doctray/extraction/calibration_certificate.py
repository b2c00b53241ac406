"""How sure the values of certificates are: written by `scripts/fit_confidence.py`, not by hand."""

from doctray.extraction.confidence import Calibration

CERTIFICATES = Calibration(
    intercept=3.203,
    weights={
        "agreed": 0.696,
        "distrust": -3.093,
        "doubted": -0.736,
        "family:acord": 0.156,
        "family:freeform": 0.304,
        "family:other": -0.46,
        "field:certificate_number": -0.135,
        "field:effective_date": 0.358,
        "field:expiry_date": 0.271,
        "field:holder_name": -0.259,
        "field:insured_address": 0.027,
        "field:insured_name": -0.211,
        "field:insurer_letter": 0.158,
        "field:issue_date": 0.475,
        "field:issuer_name": -0.359,
        "field:letter": 0.106,
        "field:limits": -0.009,
        "field:naic": 0.157,
        "field:name": 0.255,
        "field:policy_number": 0.538,
        "field:producer_name": 0.125,
        "field:recipient_name": 0.248,
        "field:subject": -1.141,
        "field:title": 0.072,
        "field:type": -0.677,
        "recognised": -0.048,
        "unread": -5.317,
    },
    fitted_on="886 values of 85 documents, 95.0 % of them right",
)
