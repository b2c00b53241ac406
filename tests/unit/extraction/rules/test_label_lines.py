"""Labels that do not stand alone with their value: several in a line, in two languages, wrapped, alternating with values."""

import pytest

from doctray.extraction.rules.certificate.vocabulary import INSURANCE, INSURANCE_STOPS
from doctray.extraction.rules.labels import Labelled
from doctray.extraction.rules.reading import sheets_of
from tests.unit.extraction.drawing import a_document


def first(text: str, key: str) -> str | None:
    paper = Labelled.of(list(sheets_of(a_document(text))), INSURANCE, stops=INSURANCE_STOPS)
    return next((phrase.text for _, phrase in paper.values(key, lambda value: True)), None)


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("LOAN NUMBER: 90018827 POLICY NUMBER: HO3-5520917", "policy_number", "HO3-5520917"),
        ("Versicherungsnehmer / Policyholder:   Falkenberg GmbH", "insured", "Falkenberg GmbH"),
        ("Insured / Assuré\nMenuiserie Boréale Inc.", "insured", "Menuiserie Boréale Inc."),
        ("2. Name and Address of the Entity Requesting Proof\nof Coverage\nTown of Malta", "holder", "Town of Malta"),
        ("Policyholder   Mr Owen   Period of cover   25 March 2026\nOther   14 Heol", "insured", "Mr Owen"),
        ("Named Insured   Policy Number\nCopperline Inc   CP-1", "insured", "Copperline Inc"),
    ],
)
def test_the_value_of_a_label(text: str, key: str, value: str) -> None:
    assert first(text, key) == value
