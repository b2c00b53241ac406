"""How sure the values of certificates are: written by `scripts/fit_confidence.py`, not by hand."""

from doctray.extraction.confidence import Calibration

CERTIFICATES = Calibration(
    intercept=2.755,
    weights={
        "agreed": 0.463,
        "distrust": -1.273,
        "doubted": -1.37,
        "family:acord": 1.286,
        "family:freeform": -0.595,
        "family:other": -0.691,
        "field:certificate_number": 0.106,
        "field:effective_date": 0.5,
        "field:expiry_date": 0.139,
        "field:holder_name": -0.055,
        "field:insured_address": 0.038,
        "field:insured_name": 0.113,
        "field:insurer_letter": 0.26,
        "field:issue_date": 0.657,
        "field:issuer_name": -0.723,
        "field:letter": 0.427,
        "field:limits": -0.37,
        "field:naic": 0.625,
        "field:name": 0.381,
        "field:policy_number": 0.312,
        "field:producer_name": -0.534,
        "field:recipient_name": 0.14,
        "field:subject": -1.566,
        "field:title": 0.47,
        "field:type": -0.921,
        "recognised": -0.715,
        "unread": -1.494,
    },
    fitted_on="2998 values of 224 documents, 92.0 % of them right",
)
