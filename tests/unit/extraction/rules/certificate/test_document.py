"""What holds for every certificate, whatever is on its pages."""

from hypothesis import given, settings
from hypothesis import strategies as st

from doctray.domain.extraction import leaves
from doctray.extraction.rules.certificate.document import extract
from tests.unit.extraction.drawing import a_document, drawn
from tests.unit.extraction.rules.papers import FILLED, PRINT, an_acord
from tests.unit.extraction.warned import codes

WORDS = [
    *PRINT,
    "Certificate of Insurance", "Certificate of Completion", "Insured:", "Insurer:", "Policy number", "Policy Type", "Effective", "Expires", "General Liability", "This certifies that",
    "has completed", "Ada Marlow", "Tall Pine Ltd", "12 Mill Street", "Dayton, OH 45402", "01/02/2026", "2027-02-01", "$1,000,000", "GL-1234-56", "12345", "A", "X", "First Name", "Last Name", "[Name]", "Statutory",
    "Included", "£5m", "____", ":", "Date", "Valid until",
]  # fmt: skip
ROWS = st.lists(st.lists(st.tuples(st.sampled_from(WORDS), st.integers(1, 20)), max_size=4), max_size=14)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.booleans())
def test_any_page_gives_fields_whose_every_value_has_its_place(rows: list[list[tuple[str, int]]], ocr: bool) -> None:
    text = "\n".join("".join(f"{word}{' ' * gap}" for word, gap in row) for row in rows)
    extraction = extract(a_document(drawn(text, ocr=ocr)))
    for pointer, value in leaves(extraction.fields):
        assert pointer == "/kind" or pointer in extraction.provenance
        assert isinstance(value, str | int | float | bool)
    assert 0.0 <= extraction.confidence <= 1.0
    assert extraction.document_type == "certificate"


def test_dollars_of_other_countries_are_not_called_american() -> None:
    place = {(12, 8): "Ottawa, ON K1A 0A1"}
    assert "USD" in str(extract(a_document(an_acord())).fields)
    assert "USD" not in str(extract(a_document(an_acord({**FILLED, **place}))).fields)


def test_a_page_of_rules_alone_has_no_text() -> None:
    extraction = extract(a_document(drawn("____")))
    assert codes(extraction) == {"no_text"}
    assert extraction.needs_review
