"""Habits of makers of papers: marks before names, forms of address to choose from, numbers without labels, labels within lines."""

from typing import Any

import pytest

from doctray.extraction.rules.certificate.document import extract
from tests.unit.extraction.drawing import a_document


def fields(page: str) -> dict[str, Any]:
    return dict(extract(a_document(page)).fields)


WORKSHOP = """
                VAIGAI INSTITUTE OF ENGINEERING
     (Autonomous | Accredited by NAAC with 'A' Grade | Affiliated to Anna University)

                    Certificate of Participation

This is to certify that {name} of III Year ECE has participated in the Workshop on
"Edge Intelligence" organized on 12.09.2025 & 13.09.2025.
"""


@pytest.mark.parametrize(
    ("name", "found"), [("Mr./Ms. S. KAVITHA PRIYA", "S. KAVITHA PRIYA"), ("Mrs. KAVITHA PRIYA", "Mrs. KAVITHA PRIYA")]
)
def test_forms_of_address_to_choose_from_are_no_part_of_a_name(name: str, found: str) -> None:
    assert fields(WORKSHOP.format(name=name))["recipient_name"] == found


def test_who_accredits_a_college_does_not_issue_its_certificates_and_an_event_is_certified_when_it_ended() -> None:
    found = fields(WORKSHOP.format(name="S. KAVITHA"))
    assert (found["issuer_name"], found["issue_date"]) == ("VAIGAI INSTITUTE OF ENGINEERING", "2025-09-13")


def test_who_accredits_a_course_alone_issues_it() -> None:
    found = fields("CERTIFICATE OF COMPLETION\n\nAda Brown\nhas completed First Aid\naccredited by the Royal Safety Council\n")
    assert found["issuer_name"] == "Royal Safety Council"


def test_a_mark_before_an_academys_name_is_no_part_of_it() -> None:
    found = fields("""
</> CodeHarbor Academy

                   CERTIFICATE OF COMPLETION

                      Ximena Ortega
     has successfully completed the online, non-credit program
                Web Development with Python
""")
    assert (found["issuer_name"], found["subject"]) == ("CodeHarbor Academy", "Web Development with Python")


def test_what_an_award_is_for_stands_beneath_the_word_for_it() -> None:
    found = fields('FIRST PLACE AWARD\n\nis presented to\nNadia Feldman\nfor the project\n"Biochar Filters for Stormwater"\n')
    assert found["subject"] == "Biochar Filters for Stormwater"


COVER_NOTE = """
        PERKASA TAKAFUL & INSURANCE BERHAD
            (Company No. 199401022871)
                MOTOR COVER NOTE

COVER NOTE NO   : PK26-0014477
NAME OF INSURED : LIM WEI SHAN
ADDRESS         : 12 JALAN BUKIT INDAH
                  68000 AMPANG SELANGOR
TYPE OF COVER   : COMPREHENSIVE
PERIOD OF COVER : FROM 10/01/2026 TO 09/01/2027
SUM INSURED     : RM 38,000.00
"""


def test_a_column_of_values_after_colons_parts_the_name_from_the_address_and_that_from_what_follows() -> None:
    found = fields(COVER_NOTE)
    assert (found["insured_name"], found["insured_address"]) == ("LIM WEI SHAN", "12 JALAN BUKIT INDAH, 68000 AMPANG SELANGOR")
    assert found["insurers"] == [{"name": "PERKASA TAKAFUL & INSURANCE BERHAD"}]


LABELS = """
CERTIFICATE OF CURRENCY            {number}

Insured          Marchetti Landscapes
Insurer          Wattlebird Insurance Limited
Policy number    WB 62 110 5588
Period           31/01/2026 to 31/01/2027
Limit            Products Liability $20,000,000 any one occurrence and in the aggregate

This is a summary of cover only. {end}
"""


@pytest.mark.parametrize(("number", "found"), [("COI-20250618-0093", "COI-20250618-0093"), ("COI 14", None)])
def test_a_number_that_says_itself_to_be_a_certificates_needs_no_label(number: str, found: str | None) -> None:
    assert fields(LABELS.format(number=number, end=""))["certificate_number"] == found


@pytest.mark.parametrize(
    ("end", "found"),
    [
        ("Broker: Leeuwin Insurance Services Pty Ltd (AFSL 240118)", "Leeuwin Insurance Services Pty Ltd"),
        ("Ask your broker: we help.", None),
    ],
)
def test_a_broker_is_named_after_a_sentence_in_its_line(end: str, found: str | None) -> None:
    assert fields(LABELS.format(number="", end=end))["producer_name"] == found


def test_a_sum_for_each_loss_and_in_the_aggregate_is_a_limit() -> None:
    [policy] = fields(LABELS.format(number="", end=""))["policies"]
    assert list(policy["limits"].values()) == [20_000_000]
