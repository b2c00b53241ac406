"""Pages behind an ACORD form that add insurers and policies to it."""

from dataclasses import replace

from doctray.domain.document import Document, Page
from doctray.domain.extraction import Extraction
from doctray.extraction.rules.certificate.document import extract
from tests.unit.extraction.drawing import a_document
from tests.unit.extraction.rules.papers import an_acord

FORM = an_acord()


def read(*behind: str) -> Extraction:
    """What comes of a filled form with pages behind it."""
    pages: list[Page] = [FORM, *(page for text in behind for page in a_document(text).pages)]
    numbered = tuple(replace(page, number=number) for number, page in enumerate(pages, 1))
    return extract(Document(pages=numbered, page_total=len(numbered), media_type="application/pdf"))


ALONE = read().fields

REMARKS = """
                              AGENCY CUSTOMER ID: REDBARN-01
       ADDITIONAL REMARKS SCHEDULE                              Page 1 of 1
AGENCY                                    NAMED INSURED
Harbour Lane Brokers                      Red Barn Roofing LLC
ADDITIONAL REMARKS
THIS ADDITIONAL REMARKS FORM IS A SCHEDULE TO ACORD FORM,
FORM NUMBER: ACORD 25     FORM TITLE: CERTIFICATE OF LIABILITY INSURANCE

Contractors Equipment
Policy #: KIM-7781
Policy Period: 04/01/2025 - 04/01/2026
Limit: $250,000
Deductible: $1,000

Greenfield Estates Inc is an additional insured where required by written contract under policy #: KIM-7781.
"""


def test_a_policy_that_the_remarks_list_is_added() -> None:
    fields = read(REMARKS).fields
    assert fields["policies"][:-1] == ALONE["policies"]
    added = fields["policies"][-1]
    assert (added["type"], added["policy_number"]) == ("Contractors Equipment", "KIM-7781")
    assert (added["effective_date"], added["expiry_date"]) == ("2025-04-01", "2026-04-01")
    assert added["limits"] == {"Limit": 250000, "Deductible": 1000}


def test_remarks_about_policies_of_the_form_add_none() -> None:
    number = ALONE["policies"][0]["policy_number"]
    assert number
    remarks = (
        REMARKS.partition("Contractors Equipment")[0] + f"\nGeneral liability\nPolicy #: {number}\nAll operations of the named insured.\n"
    )
    assert read(remarks).fields["policies"] == ALONE["policies"]


TABLE = """
ADDITIONAL INFORMATION
INSR                                                    POLICY EFFECTIVE    POLICY EXPIRATION
LTR     TYPE OF INSURANCE         POLICY NUMBER         DATE (MM/DD/YY)     DATE (MM/DD/YY)         LIMITS
A     Earthquake                  EQ-862075             04/01/2025          04/01/2026            $5,000,000
CERTIFICATE HOLDER
"""


def test_a_second_table_goes_on_with_the_rows_of_the_first() -> None:
    fields = read(TABLE).fields
    added = [policy for policy in fields["policies"] if policy not in ALONE["policies"]]
    assert [(policy["type"], policy["insurer_letter"], policy["policy_number"]) for policy in added] == [("Earthquake", "A", "EQ-862075")]


def test_pages_of_terms_behind_the_form_add_nothing() -> None:
    assert read("IMPORTANT\n\nIf the certificate holder is an additional insured, the policies must be endorsed.").fields == ALONE
