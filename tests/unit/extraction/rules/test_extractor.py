"""The offline extractor as its port describes it."""

import json

import pytest

from doctray.domain.errors import ExtractionRejected
from doctray.extraction.rules.extractor import RulesExtractor
from tests.unit.extraction.drawing import a_document

CERTIFICATE = (
    "CERTIFICATE OF COMPLETION\nThis certifies that\nAda Marlow\nhas successfully completed\nAdvanced Bookkeeping\nDate: 13 May 2026"
)
RECEIPT = "CORNER SHOP\nTAX INVOICE\nBread      2.50\nMilk       1.20\nSubtotal   3.70\nCash       5.00\nChange     1.30"


async def test_auto_reads_a_certificate_as_one() -> None:
    extraction = await RulesExtractor().extract(a_document(CERTIFICATE), document_type="auto", schema=None)
    assert (extraction.document_type, extraction.fields["recipient_name"]) == ("certificate", "Ada Marlow")
    assert not extraction.needs_review


async def test_a_paper_of_no_known_kind_has_no_fields_and_goes_to_a_person() -> None:
    extraction = await RulesExtractor().extract(a_document(RECEIPT), document_type="auto", schema=None)
    assert (extraction.document_type, extraction.fields, extraction.needs_review) == ("other", {}, True)


async def test_the_kind_that_the_caller_names_is_taken() -> None:
    extraction = await RulesExtractor().extract(a_document(RECEIPT), document_type="certificate", schema=None)
    assert extraction.document_type == "certificate"
    assert extraction.needs_review


async def test_custom_fills_the_callers_schema() -> None:
    schema = json.dumps({"type": "object", "properties": {"date": {"type": "string", "format": "date"}}})
    extraction = await RulesExtractor().extract(a_document(CERTIFICATE), document_type="custom", schema=schema)
    assert extraction.fields == {"date": "2026-05-13"}


@pytest.mark.parametrize("schema", [None, "", "{", "[]", "3"])
async def test_a_schema_that_is_no_object_is_refused(schema: str | None) -> None:
    with pytest.raises(ExtractionRejected):
        await RulesExtractor().extract(a_document(CERTIFICATE), document_type="custom", schema=schema)


def test_it_needs_no_model() -> None:
    assert (RulesExtractor.name, RulesExtractor.model) == ("rules", None)
