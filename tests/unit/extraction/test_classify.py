"""Certificate, timetable or other, from words and their shape."""

import pytest

from doctray.domain.document import Page
from doctray.extraction.classify import classify
from tests.unit.extraction.drawing import a_document
from tests.unit.extraction.rules.papers import an_acord

TIMETABLE = """
Class 7B Timetable
          Monday      Tuesday     Wednesday   Thursday    Friday
08:30     Maths       English     Science     Art         Maths
09:20     History     Maths       PE          English     Music
10:10     Break       Break       Break       Break       Break
10:30     Science     Art         Maths       History     English
"""
PERIODS = """
        Mon   Tue   Wed   Thu   Fri
Period 1   MA   EN   SC   AR   MA
Period 2   HI   MA   PE   EN   MU
Period 3   SC   AR   MA   HI   EN
"""


@pytest.mark.parametrize("page", [an_acord(), an_acord({})])
def test_forms_of_insurance_are_certificates(page: Page) -> None:
    kind, sureness = classify(a_document(page))
    assert kind == "certificate"
    assert sureness > 0.8


@pytest.mark.parametrize(
    "text",
    [
        "CERTIFICATE OF COMPLETION\nThis certifies that\nAda Marlow\nhas completed Bookkeeping",
        "Vaccination Record Card\nName  Ada\nVaccine  1st Dose\nDate 1/6/26",
        "CERTIFICATE OF LIVE BIRTH\nChild  Ada Marlow",
        "Certificate of Motor Insurance\nPolicy number 1234\nName of policyholder: Ada",
        "Liability Insurance Identification Card\nInsurer: State\nPolicy Number: 12-34",
        "CERTIFICATE OF ATTENDANCE\nAwarded to Ada Marlow for the course held Monday to Friday 09:00 - 17:00",
    ],
)
def test_certificates_of_all_kinds_are_known(text: str) -> None:
    assert classify(a_document(text))[0] == "certificate"


@pytest.mark.parametrize(
    "text", [TIMETABLE, PERIODS, TIMETABLE.replace("Monday", "Montag").replace("Tuesday", "Dienstag").replace("Wednesday", "Mittwoch")]
)
def test_days_beside_times_or_periods_are_a_timetable(text: str) -> None:
    assert classify(a_document(text))[0] == "timetable"


@pytest.mark.parametrize(
    "text",
    [
        "CORNER SHOP\nTAX INVOICE\nGST ID: 0017\nBread  2.50\nSubtotal  3.70\nCash  5.00\nChange  1.30\n20/11/2025 18:05",
        "Dear Mr Smith,\nthank you for your insurance enquiry of Monday. We will call at 10:30.\nYours sincerely\nA. Marlow",
        "INVOICE No 4471\nBill to: Tall Pine\nQty  Unit price\nTotal amount due $1,200.00",
        "Opening hours\nMonday to Friday 9:00 to 17:00",
        "x",
        "",
    ],
)
def test_receipts_letters_invoices_and_nothing_are_other(text: str) -> None:
    assert classify(a_document(text))[0] == "other"
