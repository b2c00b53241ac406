"""Insurance papers in the wordings and languages of other countries, and layouts that word processors and generators make of them."""

from typing import Any

import pytest

from doctray.extraction.rules.certificate import extract
from tests.unit.extraction.drawing import a_document
from tests.unit.extraction.timetable_sheet import a_page, document, text_line


def fields(page: str) -> dict[str, Any]:
    return dict(extract(a_document(page)).fields)


def test_a_policy_is_a_section_where_the_kind_of_insurance_is_labelled_anew() -> None:
    found = fields("""
CERTIFICATE OF INSURANCE

INSURED
Name: Copper Kettle Catering LLC

COVERAGE 1
Type of Insurance: General Liability
Policy Number: CKC-100-GL
Policy Period: 2026-03-01 to 2027-03-01
Each Occurrence Limit: $1,000,000

COVERAGE 2
Type of Insurance: Liquor Liability
Policy Number: CKC-200-LL
Policy Period: 2026-04-01 to 2027-04-01
Aggregate Limit: $500,000
""")
    assert [(p["type"], p["policy_number"], p["effective_date"], p["limits"]) for p in found["policies"]] == [
        ("General Liability", "CKC-100-GL", "2026-03-01", {"Each Occurrence Limit": 1_000_000}),
        ("Liquor Liability", "CKC-200-LL", "2026-04-01", {"Aggregate Limit": 500_000}),
    ]


def test_the_words_of_the_form_without_letters_of_insurers_are_read_by_their_labels() -> None:
    found = fields("""
                CERTIFICATE OF LIABILITY INSURANCE

Certificate No.: COI-2026-7            Issued: February 11, 2026

Producer
Blue Harbor Insurance Agency

Named Insured
Evergreen Electrical Inc.
3318 Pacific Avenue, Tacoma, WA 98418

Insurer
Cascadia Fire & Casualty Company (NAIC 20443)

Type of Insurance            Policy Number    Policy Eff     Policy Exp      Limits
Commercial General Liability    CFC-771204    01/15/2026     01/15/2027      Each Occurrence: $1,000,000
Automobile Liability            CFC-771205    01/15/2026     01/15/2027      Combined Single Limit: $1,000,000
Workers Compensation            CFC-771206    01/15/2026     01/15/2027      Statutory

Description of Operations: electrical work

Certificate Holder
City of Puyallup

Cancellation: 30 days' notice      Authorized Representative: Marisol Vega
""")
    assert found["insured_name"] == "Evergreen Electrical Inc."
    assert found["certificate_number"] == "COI-2026-7"
    assert found["insurers"] == [{"name": "Cascadia Fire & Casualty Company", "naic": "20443"}]
    assert [policy["policy_number"] for policy in found["policies"]] == ["CFC-771204", "CFC-771205", "CFC-771206"]


@pytest.mark.parametrize(
    ("page", "insured", "number", "start", "end"),
    [
        (
            """
      CERTIFICADO DE SEGURO DE RESPONSABILIDAD CIVIL
Tomador del seguro:      Instalaciones Pardo, S.L.
Número de póliza:        0412-8837710
Efecto:                  01/07/2025
Vencimiento:             30/06/2026
R.C. Explotación         600.000 EUR
""",
            "Instalaciones Pardo, S.L.",
            "0412-8837710",
            "2025-07-01",
            "2026-06-30",
        ),
        (
            """
      ATTESTATION D'ASSURANCE RESPONSABILITÉ CIVILE
Souscripteur :           Menuiserie Lefort SARL
Numéro de contrat :      RC 55 201 884
Date d'effet :           01/01/2026
Date d'échéance :        31/12/2026
Garantie dommages corporels    8.000.000 EUR
""",
            "Menuiserie Lefort SARL",
            "RC 55 201 884",
            "2026-01-01",
            "2026-12-31",
        ),
        (
            """
      VERSICHERUNGSBESTÄTIGUNG HAFTPFLICHTVERSICHERUNG
Versicherungsnehmer:     Malerbetrieb Ohlsen GmbH
Versicherungsscheinnummer:   HV-88120-7
Versicherungsbeginn:     01.03.2026
Versicherungsablauf:     01.03.2027
Deckungssumme Sachschäden    3.000.000 EUR
""",
            "Malerbetrieb Ohlsen GmbH",
            "HV-88120-7",
            "2026-03-01",
            "2027-03-01",
        ),
    ],
    ids=["Spanish", "French", "German"],
)
def test_papers_in_other_languages_are_insurance_with_the_same_fields(page: str, insured: str, number: str, start: str, end: str) -> None:
    found = fields(page)
    assert (found["kind"], found["insured_name"]) == ("insurance", insured)
    [policy] = found["policies"]
    assert (policy["policy_number"], policy["effective_date"], policy["expiry_date"]) == (number, start, end)
    assert len(policy["limits"]) == 1


def test_a_label_and_its_translation_are_one_label() -> None:
    found = fields("""
   Motor Vehicle Liability Insurance Card
Insurance Company / Compagnie d'assurance
TRILLIUM NORTH INSURANCE COMPANY

Name and Address of Insured / Nom et adresse de l'assuré
GRAHAM T. WESTON
61 LAKESHORE DR
BRACEBRIDGE ON P1L 1A1

Effective Date / Date d'entrée en vigueur          Expiry Date / Date d'expiration
2025-09-18                                         2026-09-18

Policy Number / Numéro de police
TNA 7712094
""")
    assert (found["insured_name"], found["policies"][0]["effective_date"]) == ("GRAHAM T. WESTON", "2025-09-18")


def test_a_broker_s_letter_says_when_all_policies_end_and_names_the_broker_over_its_trade() -> None:
    found = fields("""
FERNHILL & STOUT LIMITED
Insurance Brokers
19 Colmore Gate, Birmingham B3 2QD                       11th September 2025

TO WHOM IT MAY CONCERN

Our client: Arden Steel Erectors Limited

We confirm that the following insurances are in force:

Class                    Insurer                   Policy No        Limit of Indemnity
Employers Liability      Mercian Insurance plc     MI/CL/4482       GBP 10,000,000
Public Liability         Mercian Insurance plc     MI/CL/4483       GBP 5,000,000

All policies expire on 31st August 2026.

Yours faithfully
""")
    assert (found["producer_name"], found["insured_name"]) == ("FERNHILL & STOUT LIMITED", "Arden Steel Erectors Limited")
    assert found["issue_date"] == "2025-09-11"
    assert {(p["effective_date"], p["expiry_date"]) for p in found["policies"]} == {(None, "2026-08-31")}


def test_premiums_are_no_limits() -> None:
    found = fields("""
   PRIVATE CAR PACKAGE POLICY SCHEDULE
Insured Name:  Sandeep Kulkarni         Policy No.:  3101/2025/PC/0098
Period of Insurance:  06/03/2025 to 25/03/2026

Schedule of Premium
Basic Third Party Liability      3,416.00
Own Damage Cover                 8,210.00
Final Premium Payable            11,626.00
""")
    assert [policy["limits"] for policy in found["policies"]] == [{}]


def test_a_period_that_wraps_beside_its_label_is_read_whole() -> None:
    lines = {
        (300.0, 20.0): "MOTOR INSURANCE SCHEDULE",
        (40.0, 100.0): "Insured Name",
        (400.0, 100.0): "Sandeep Kulkarni",
        (40.0, 140.0): "Policy Number",
        (400.0, 140.0): "3101/2025/PC/0098",
        (400.0, 180.0): "From 00:00 Hrs of 16/03/2025 To Midnight of",
        (40.0, 190.0): "Period of Insurance",
        (400.0, 200.0): "15/03/2026",
    }
    page = a_page([word for (left, top), text in lines.items() for word in text_line(text, left=left, top=top)])
    [policy] = extract(document(page)).fields["policies"]
    assert (policy["effective_date"], policy["expiry_date"]) == ("2025-03-16", "2026-03-15")


@pytest.mark.parametrize("beside", ["LOAN NUMBER CML-0099213", "NAIC NO: 19941", "ACORD 28 (2016/03)"])
def test_print_of_the_form_is_nobody_s_name(beside: str) -> None:
    found = fields(f"""
   EVIDENCE OF PROPERTY INSURANCE
NAMED INSURED AND ADDRESS          {beside}
Casco Bay Lofts LLC
210 Commercial St
Portland, ME 04101

EFFECTIVE DATE: 06/01/2025     EXPIRATION DATE: 06/01/2026
POLICY NUMBER: PMF-CP-551882
""")
    assert found["insured_name"] == "Casco Bay Lofts LLC"


def test_a_sum_that_answers_a_question_has_the_name_of_what_was_asked() -> None:
    found = fields("""
   EVIDENCE OF PROPERTY INSURANCE
NAMED INSURED: Casco Bay Lofts LLC
POLICY NUMBER: PMF-CP-551882
EFFECTIVE DATE: 06/01/2025     EXPIRATION DATE: 06/01/2026
Dwelling coverage         $4,850,000
FLOOD            X        If YES, LIMIT: $500,000
""")
    assert found["policies"][0]["limits"]["FLOOD"] == 500_000
