"""The offline extractor: classifies where asked to, then hands the document to the rules of its kind."""

import asyncio
from collections.abc import Callable

from doctray.domain.document import Document
from doctray.domain.extraction import Extraction, Warning
from doctray.extraction.classify import CERTIFICATE, OTHER, TIMETABLE, classify
from doctray.extraction.json_schema import parsed_schema
from doctray.extraction.rules.certificate import document as certificate
from doctray.extraction.rules.custom import document as custom
from doctray.ports import PageImages


class RulesExtractor:
    """Deterministic and offline. Needs no model, so it can always take over from one that fails."""

    name = "rules"
    version = "1"
    model: str | None = None

    async def extract(
        self,
        document: Document,
        *,
        document_type: str,
        schema: str | None,
        images: PageImages | None = None,  # noqa: ARG002 (the port's)
    ) -> Extraction:
        """See `ports.Extractor`. The work is done in a thread; it takes well under a second a page.

        Raises ExtractionRejected for a custom schema that is no JSON object.
        """
        return await asyncio.to_thread(_extract, document, document_type, schema)


def _extract(document: Document, document_type: str, schema: str | None) -> Extraction:
    if document_type == "custom":
        return custom.extract(document, parsed_schema(schema))
    if document_type == "auto":
        document_type, sureness = classify(document)
        return _reader(document_type)(document) if sureness >= 0.55 else _doubting(_reader(document_type)(document))
    return _reader(document_type)(document)


def _reader(document_type: str) -> Callable[[Document], Extraction]:
    if document_type == CERTIFICATE:
        return certificate.extract
    if document_type == TIMETABLE:
        from doctray.extraction.rules.timetable import document as timetable

        return timetable.extract
    return _other


def _other(_document: Document) -> Extraction:
    """A paper of no known kind: its text stays with the result, and a person decides."""
    warning = Warning(code="unknown_document", message="The document is neither a certificate nor a timetable; only its text was read.")
    return Extraction(document_type=OTHER, fields={}, confidence=0.0, needs_review=True, warnings=(warning,))


def _doubting(extraction: Extraction) -> Extraction:
    if extraction.document_type == OTHER:
        return extraction
    warning = Warning(code="uncertain_type", message="The kind of document was chosen with little certainty.")
    return Extraction(
        document_type=extraction.document_type,
        fields=extraction.fields,
        provenance=extraction.provenance,
        confidence=round(extraction.confidence * 0.8, 3),
        needs_review=True,
        warnings=(*extraction.warnings, warning),
        other_documents=extraction.other_documents,
    )
