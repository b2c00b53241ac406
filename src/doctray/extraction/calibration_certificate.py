"""How sure the values of certificates are: written by `scripts/fit_confidence.py`, not by hand."""

from doctray.extraction.confidence import Calibration

CERTIFICATES = Calibration(
    intercept=2.803,
    weights={
        "agreed": 0.659,
        "distrust": -1.598,
        "doubted": -1.464,
        "family:acord": 1.253,
        "family:freeform": -0.552,
        "family:other": -0.701,
        "field:certificate_number": -0.026,
        "field:effective_date": 0.417,
        "field:expiry_date": 0.044,
        "field:holder_name": -0.157,
        "field:insured_address": 0.196,
        "field:insured_name": 0.282,
        "field:insurer_letter": 0.346,
        "field:issue_date": 0.719,
        "field:issuer_name": -0.724,
        "field:letter": 0.188,
        "field:limits": -0.452,
        "field:naic": 0.572,
        "field:name": 0.533,
        "field:policy_number": 0.231,
        "field:producer_name": -0.528,
        "field:recipient_name": 0.291,
        "field:subject": -1.507,
        "field:title": 0.474,
        "field:type": -0.899,
        "recognised": -0.792,
        "unread": -0.393,
    },
    fitted_on="2546 values of 198 documents, 92.3 % of them right",
)
