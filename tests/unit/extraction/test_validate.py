"""Checks between the fields of a certificate."""

from typing import Any

import pytest

from doctray.domain.document import Box
from doctray.domain.extraction import Provenance, Warning
from doctray.extraction.validate import check_certificate, needs_review, sureness


def a_policy(**changes: Any) -> dict[str, Any]:
    return {
        "policy_number": "GL-12",
        "insurer_letter": "A",
        "effective_date": "2026-01-01",
        "expiry_date": "2027-01-01",
        "limits": {},
        **changes,
    }


def codes(**fields: Any) -> list[tuple[str, str]]:
    return [(warning.code, warning.pointer) for warning in check_certificate({"insured_name": "Ada", **fields})]


def test_fields_that_agree_give_no_warning() -> None:
    assert (
        codes(
            insurers=[{"letter": "A", "name": "North", "naic": "23456"}],
            policies=[a_policy()],
            issue_date="2026-01-01",
            expiry_date="2026-01-01",
        )
        == []
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"issue_date": "2026-02-01", "expiry_date": "2026-01-31"}, ("expiry_before_issue", "/expiry_date")),
        ({"policies": [a_policy(expiry_date="2025-01-01")]}, ("expiry_before_effective", "/policies/0/expiry_date")),
        ({"policies": [a_policy(expiry_date="2036-01-01")]}, ("long_policy_period", "/policies/0/expiry_date")),
        ({"policies": [a_policy(policy_number=None)]}, ("policy_number_missing", "/policies/0")),
        ({"insurers": [{"letter": "A", "name": "North", "naic": "2345"}]}, ("naic_digits", "/insurers/0/naic")),
        ({"insurers": [{"letter": "A", "naic": "23456"}]}, ("insurer_without_name", "/insurers/0")),
        ({"insurers": [{"letter": "B", "name": "North"}], "policies": [a_policy()]}, ("insurer_not_listed", "/policies/0/insurer_letter")),
        (
            {"insurers": [{"letter": "B", "name": "North"}], "policies": [a_policy(insurer_letter=None)]},
            ("insurer_letter_missing", "/policies/0"),
        ),
    ],
)
def test_what_cannot_be_right_is_named_with_its_place(fields: dict[str, Any], expected: tuple[str, str]) -> None:
    assert codes(**fields) == [expected]


def test_a_certificate_that_says_nothing_goes_to_a_person() -> None:
    warnings = check_certificate({"kind": "insurance", "title": "CERTIFICATE", "insured_name": None, "policies": []})
    assert [warning.code for warning in warnings] == ["no_fields"]
    assert needs_review(1.0, warnings)


def test_sureness_is_the_mean_over_values_less_for_unplaced_ones() -> None:
    place = Provenance(page=1, box=Box(0, 0, 1, 1), text="x", confidence=0.8)
    doubt = Warning(code="ambiguous_date", message="", pointer="/b")
    assert sureness({"kind": "other", "a": "x", "b": "y", "c": "z", "d": True}, {"/a": place, "/b": place}, [doubt]) == pytest.approx(
        (0.8 + 0.8 + 0.3) / 3, abs=0.001
    )
    assert sureness({"kind": "other"}, {}, []) == 0.0


@pytest.mark.parametrize(
    ("confidence", "found", "review"),
    [(0.9, [], False), (0.5, [], True), (0.9, ["several_documents"], False), (0.9, ["naic_digits"], True)],
)
def test_review_is_asked_for_by_low_confidence_or_any_warning_that_matters(confidence: float, found: list[str], review: bool) -> None:
    assert needs_review(confidence, [Warning(code=code, message="") for code in found]) is review


@pytest.mark.parametrize(
    ("fields", "pointers"),
    [
        ({"kind": "insurance", "holder_name": "Bank"}, ["/insured_name", "/policies"]),
        ({"kind": "other", "title": "DIPLOMA", "issue_date": "2026-01-01"}, ["/recipient_name"]),
        ({"kind": "other", "recipient_name": "Ada"}, []),
    ],
)
def test_a_certificate_without_its_main_field_is_not_taken_for_complete(fields: dict[str, Any], pointers: list[str]) -> None:
    assert [warning.pointer for warning in check_certificate(fields)] == pointers
