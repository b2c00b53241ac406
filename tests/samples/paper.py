"""A made-up paper and the truth about it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What was drawn. document_type: certificate or timetable. pdf: with a text layer. truth: the fields, by the schemas of doctray."""

    name: str
    document_type: str
    pdf: bytes
    truth: dict[str, Any]


def no_certificate_fields() -> dict[str, Any]:
    """Every field of a certificate, absent."""
    names = (
        "title certificate_number issue_date expiry_date issuer_name recipient_name subject "
        "insured_name insured_address producer_name holder_name"
    )
    return {"kind": "other", **dict.fromkeys(names.split()), "insurers": [], "policies": []}
