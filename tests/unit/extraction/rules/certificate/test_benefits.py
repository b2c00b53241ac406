"""Lists of benefits with the sums insured beside them."""

from doctray.extraction.rules.certificate.document import extract
from tests.unit.extraction.drawing import a_document

TRAVEL = """
                 CERTIFICATE OF TRAVEL INSURANCE

Policy Number: QTI000374800
Insurer: Quernstone General Insurance Company Limited
Period of Insurance: 02/09/2025 to 31/12/2025

Details of benefits covered:

{heading}
Accidental Death                                     25000
Permanent Invalidity
   Table (B) :                                       15000
Tooth Treatment                                        500
   Deductible : US $ 50
Hijacking                                              750
   Amount Payable Per Day : US $ 100
   Deductible : 12 Hours
Flight Delay                                          1000
Helpdesk Abroad                                   Included
"""


def limits(heading: str) -> object:
    (policy,) = extract(a_document(TRAVEL.format(heading=heading))).fields["policies"]
    return policy["limits"]


def test_every_benefit_is_a_limit_and_what_is_indented_beneath_is_none() -> None:
    assert limits("          Benefits Covered                    Sum Insured (US$)") == {
        "Accidental Death": 25000,
        "Permanent Invalidity": 15000,
        "Tooth Treatment": 500,
        "Hijacking": 750,
        "Flight Delay": 1000,
        "Helpdesk Abroad": "Included",
    }


def test_a_list_of_premiums_has_no_limits() -> None:
    told = limits("          Benefits Covered                    Premium (US$)")
    assert isinstance(told, dict)
    assert "Hijacking" not in told
