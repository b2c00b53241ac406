"""To whom letters about insurance are written."""

import pytest

from doctray.domain.extraction import Fields
from doctray.extraction.rules.certificate.document import extract
from tests.unit.extraction.drawing import a_document

LETTER = """
MARLOW & PIKE INSURANCE BROKERS

3 March 2026

{addressed}

{salutation}

Proof of Insurance

{said}

Insurer:           Aire Valley Insurance SE
Policy Number:     AV/PL/90012
Period:            1 October 2025 to 30 September 2026
Limit of Indemnity:    £5,000,000
"""
COUNCIL = "Calderdale Council\nAttn: Procurement\n14 Market Street\nHalifax HX1 1TS"


def read(addressed: str, said: str, salutation: str = "Dear Sirs,") -> Fields:
    return extract(a_document(LETTER.format(addressed=addressed, said=said, salutation=salutation))).fields


def test_whom_a_letter_about_another_is_written_to_is_the_holder() -> None:
    fields = read(COUNCIL, "Our client:    Brackenfield Scaffolding Ltd")
    assert (fields["insured_name"], fields["holder_name"]) == ("Brackenfield Scaffolding Ltd", "Calderdale Council")


@pytest.mark.parametrize(
    ("addressed", "salutation"),
    [
        ("Elektro Hartmann GmbH\nGartenweg 4\n53113 Bonn", "Sehr geehrte Damen und Herren,"),
        ("Elektro Hartmann GmbH\n53113 Bonn", "Dear Sirs"),
    ],
)
def test_whom_a_letter_about_nobody_else_is_written_to_is_the_insured(addressed: str, salutation: str) -> None:
    fields = read(addressed, "we confirm that you are insured as follows:", salutation)
    assert (fields["insured_name"], fields["holder_name"]) == ("Elektro Hartmann GmbH", None)
    assert fields["insured_address"].endswith("53113 Bonn")


def test_the_insured_or_the_broker_is_not_the_holder_of_a_letter_to_itself() -> None:
    assert read("Brackenfield Scaffolding Ltd\n1 Mill Row\nLeeds LS1 2AB", "Insured:   Brackenfield Scaffolding Ltd")["holder_name"] is None


def test_without_a_salutation_nobody_is_written_to() -> None:
    assert read(COUNCIL, "Our client:    Brackenfield Scaffolding Ltd", "The following is in force:")["holder_name"] is None


def test_a_block_without_an_address_is_no_addressee() -> None:
    assert read("All our clients\nand their advisers", "Our client:    Brackenfield Scaffolding Ltd")["holder_name"] is None
