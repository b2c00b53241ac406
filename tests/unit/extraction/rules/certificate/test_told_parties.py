"""Who sentences and the subject lines of letters say is insured, with whom, and for what."""

from typing import Any

import pytest

from doctray.extraction.classify import CERTIFICATE, classify
from doctray.extraction.rules.certificate.document import extract
from doctray.extraction.rules.certificate.told_parties import insured_in_words, insurer_in_words
from doctray.extraction.rules.reading import sheets_of
from tests.unit.extraction.drawing import a_document


def fields(page: str) -> dict[str, Any]:
    return dict(extract(a_document(page)).fields)


@pytest.mark.parametrize(
    ("lines", "insured", "address"),
    [
        (
            "This is to certify that Te Awa Civil Limited of 88 Ruakura Road, Hamilton 3214 is insured as follows:",
            "Te Awa Civil Limited",
            "88 Ruakura Road, Hamilton 3214",
        ),
        (
            "We confirm that our client Oakfield Joinery Ltd\nis currently insured with Aldersgate Insurance plc.",
            "Oakfield Joinery Ltd",
            None,
        ),
        ("We confirm that the policy is insured against fire.", None, None),
        ("It is certified that any vehicle is covered by the policy.", None, None),
    ],
)
def test_a_sentence_says_who_is_insured(lines: str, insured: str | None, address: str | None) -> None:
    found = [None if part is None else part.value for part in insured_in_words(sheets_of(a_document(lines)))]
    assert found == [insured, address]


@pytest.mark.parametrize(
    ("lines", "insurer"),
    [
        ("our client is insured with Protea Commercial Insurance Ltd under\npolicy number PCI-0091", "Protea Commercial Insurance Ltd"),
        ("The above is insured by Quayside Underwriting Agency.", "Quayside Underwriting Agency"),
        ("The goods are insured against all risks.", None),
        ("The car is covered by the policy for thirty days.", None),
    ],
)
def test_a_sentence_says_with_whom(lines: str, insurer: str | None) -> None:
    found = insurer_in_words(sheets_of(a_document(lines)))
    assert (None if found is None else found.value) == insurer


LETTER = """
KAROO RISK SERVICES (PTY) LTD

15 July 2025

The Procurement Manager
Breede Valley Municipality
30 Baring Street
Worcester
6850

Dear Sir / Madam

CONFIRMATION OF COVER: OVERBERG ELECTRICAL CC

We confirm that our abovementioned client is insured with Protea Commercial Insurance Ltd under
policy number PCI-0091-44721 for the period 01/07/2025 to 30/06/2026 in respect of:

     Public Liability - limit of indemnity R5 000 000
     Employers Liability - limit of indemnity R2 500 000

Yours faithfully
"""


def test_a_letter_names_the_insured_after_the_colon_of_its_subject_line_and_its_covers_before_dashes() -> None:
    found = fields(LETTER)
    assert (found["title"], found["insured_name"]) == ("CONFIRMATION OF COVER", "OVERBERG ELECTRICAL CC")
    assert (found["holder_name"], found["insurers"]) == ("Breede Valley Municipality", [{"name": "Protea Commercial Insurance Ltd"}])
    assert [(p["type"], p["policy_number"], p["expiry_date"], p["limits"]) for p in found["policies"]] == [
        ("Public Liability", "PCI-0091-44721", "2026-06-30", {"limit of indemnity": 5_000_000}),
        ("Employers Liability", "PCI-0091-44721", "2026-06-30", {"limit of indemnity": 2_500_000}),
    ]


def test_a_line_with_a_number_after_its_colon_is_no_subject_line() -> None:
    found = fields(
        "CERTIFICATE\n\nPolicyholder: Ada Brown\nConfirmation of insurance: 7719024\nInsurer: Aldersgate plc\nPolicy number: AG/1\n"
    )
    assert found["title"] != "Confirmation of insurance"


def test_numbered_sections_are_policies_of_their_own_sums() -> None:
    found = fields("""
EVIDENCE OF INSURANCE

The Insured            Corrib Events Ltd
Policy Number          SSI/CL/118844/25
Cover commences        12/05/2025
Renewal date           12/05/2026

SECTION 1: EMPLOYERS' LIABILITY
Limit of Indemnity     €13,000,000 any one occurrence

2. Public Liability
Limit of Indemnity     €6,500,000 any one occurrence
Excess                 €1,500
""")
    assert [(p["type"], p["policy_number"], list(p["limits"].values())) for p in found["policies"]] == [
        ("EMPLOYERS' LIABILITY", "SSI/CL/118844/25", [13_000_000]),
        ("Public Liability", "SSI/CL/118844/25", [6_500_000, 1_500]),
    ]


def test_headings_in_two_languages_head_columns_and_fields() -> None:
    found = fields("""
        CERTIFICATE OF INSURANCE / ATTESTATION D'ASSURANCE

Broker / Courtier                 Date of issue / Date d'émission (YYYY-MM-DD)
Assurances Lemay Tessier inc.     2025-11-03

Named insured / Assuré désigné
Déneigement Boréal inc.

Type of insurance / Genre d'assurance   Policy number / N° de police   Effective / Entrée en vigueur   Expiry / Expiration   Limits / Montants
Automobile Liability                    AUT-4402-872                   2025-11-01                      2026-11-01            2 000 000 $
""")
    assert (found["producer_name"], found["issue_date"]) == ("Assurances Lemay Tessier inc.", "2025-11-03")
    assert [(p["policy_number"], p["effective_date"], p["expiry_date"], list(p["limits"].values())) for p in found["policies"]] == [
        ("AUT-4402-872", "2025-11-01", "2026-11-01", [2_000_000])
    ]


def test_a_binder_is_an_insurance_paper_with_its_number() -> None:
    document = a_document("""
        TEMPORARY INSURANCE BINDER

BINDER #          COMPANY                          EXPIRATION DATE
B-260117-3        Four Corners Fire & Casualty     03/18/2026

INSURED           EFFECTIVE DATE
Animas LLC        01/17/2026

Property          $780,000
""")
    found = extract(document).fields
    assert classify(document)[0] == CERTIFICATE
    assert (found["kind"], found["title"]) == ("insurance", "TEMPORARY INSURANCE BINDER")
    assert [policy["policy_number"] for policy in found["policies"]] == ["B-260117-3"]
