"""Sections of coverages whose rows hold several labels, limits in lists, and lines of companies after letters."""

from typing import Any

import pytest

from doctray.extraction.rules.certificate.document import extract
from tests.unit.extraction.drawing import a_document


def fields(page: str) -> dict[str, Any]:
    return dict(extract(a_document(page)).fields)


BOXES = """
                   CERTIFICATE OF INSURANCE

Broker/Agent                        Companies affording coverage
Lighthouse Keepers Insurance        A: Granite Coast Mutual Insurance Co.
Rockport, MA 01966                  B: Bay Colony Workers Fund

Insured                             Date issued
Thacher Island Boat Works, LLC      03/14/2026

This is to certify that the policies listed below have been issued to the insured named above.

GENERAL LIABILITY    Company: A
Policy number GCM-771-2026   Effective 02/01/2026   Expires 02/01/2027
Bodily injury, each occurrence: $1,000,000

WORKERS COMPENSATION   Company: B
Policy number BC-00551   Effective 01/01/2026   Expires 01/01/2027
Statutory limits

Certificate holder
Cape Ann Marina Trust
"""


def test_each_box_of_a_coverage_is_a_policy_with_its_insurers_letter() -> None:
    found = fields(BOXES)
    assert [(p["type"], p["insurer_letter"], p["policy_number"], p["effective_date"], p["expiry_date"]) for p in found["policies"]] == [
        ("GENERAL LIABILITY", "A", "GCM-771-2026", "2026-02-01", "2027-02-01"),
        ("WORKERS COMPENSATION", "B", "BC-00551", "2026-01-01", "2027-01-01"),
    ]


def test_companies_after_letters_are_read_though_periods_stand_far_beneath_them() -> None:
    assert [(i["letter"], i["name"]) for i in fields(BOXES)["insurers"]] == [
        ("A", "Granite Coast Mutual Insurance Co."),
        ("B", "Bay Colony Workers Fund"),
    ]


@pytest.mark.parametrize(
    ("row", "number"),
    [
        ("Policy No. CPP 4471 902  Renewal of CPP 4471 901", "CPP 4471 902"),
        ("Policy No. CPP 4471 902 Effective 06/15/2025", "CPP 4471 902"),
        ("Policy No. MX 4471 889 / 02", "MX 4471 889 / 02"),
    ],
)
def test_a_policys_number_ends_where_its_row_goes_on_with_another_matter(row: str, number: str) -> None:
    found = fields(f"""
COMMERCIAL PACKAGE POLICY DECLARATIONS
Great Basin Fire Insurance Company
{row}

Item 1. Named Insured: Elko Feed & Tack, Inc.
Item 2. Policy Period: From 06/15/2025 to 06/15/2026

Coverage part          Limit          Premium
Building               $1,250,000     $4,110
Inland Marine          $75,000        $310
""")
    [policy] = found["policies"]
    assert policy["policy_number"] == number
    assert found["insured_name"] == "Elko Feed & Tack, Inc."
    assert policy["limits"] == {"Building": 1_250_000, "Inland Marine": 75_000}


def test_covers_with_a_word_for_a_sum_are_limits_and_no_headings() -> None:
    found = fields("""
SPECIAL EVENT LIABILITY CERTIFICATE OF COVERAGE

Named insured: Galena Merchants Association
Policy no.: SEL-26-88104
Coverage begins: 09/19/2026
Coverage ends: 09/21/2026
Underwritten by: Valley Specialty Insurance Company

Each Occurrence $1,000,000
Damage to Premises Rented to You $300,000
Liquor Liability Included
""")
    [policy] = found["policies"]
    assert policy["limits"] == {"Each Occurrence": 1_000_000, "Damage to Premises Rented to You": 300_000, "Liquor Liability": "Included"}


def test_an_internship_is_as_what_somebody_served() -> None:
    found = fields("""
INTERNSHIP COMPLETION CERTIFICATE

This is to certify that Ms. Harini Velu has successfully completed her internship as
Data Analyst Intern at Nimbus Grid Technologies Pvt. Ltd. from 01-05-2025 to 28-06-2025.
""")
    assert found["subject"] == "Data Analyst Intern"
