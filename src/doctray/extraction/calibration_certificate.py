"""How sure the values of certificates are: written by `scripts/fit_confidence.py`, not by hand."""

from doctray.extraction.confidence import Calibration

CERTIFICATES = Calibration(
    intercept=2.564,
    weights={
        "agreed": 0.304,
        "distrust": -1.101,
        "doubted": -1.527,
        "family:acord": 1.135,
        "family:freeform": -0.511,
        "family:other": -0.624,
        "field:certificate_number": 0.032,
        "field:effective_date": 0.703,
        "field:expiry_date": 0.407,
        "field:holder_name": -0.291,
        "field:insured_address": -0.056,
        "field:insured_name": -0.131,
        "field:insurer_letter": 0.559,
        "field:issue_date": 0.861,
        "field:issuer_name": -0.965,
        "field:letter": -0.075,
        "field:limits": -0.162,
        "field:naic": 0.782,
        "field:name": 0.195,
        "field:policy_number": 0.482,
        "field:producer_name": -0.691,
        "field:recipient_name": 0.227,
        "field:subject": -1.614,
        "field:title": 0.568,
        "field:type": -0.832,
        "recognised": -0.764,
        "unread": -1.196,
    },
    fitted_on="3825 values of 302 documents, 90.8 % of them right",
)
