"""The result that a caller gets, as JSON: what was extracted, where it stands, and what was read."""

from collections.abc import Mapping
from typing import Any

from doctray.domain.document import Document, Page
from doctray.domain.extraction import SCHEMA_VERSION, Extraction, Provenance


def result_of(
    document: Document,
    extraction: Extraction,
    *,
    engine: Mapping[str, Any],
    extractor: Mapping[str, Any],
    timings_s: Mapping[str, float],
) -> dict[str, Any]:
    """JSON object of api.md, Result.

    engine: name, version, second_reader. extractor: name, version, model, second_opinion. timings in seconds.
    """
    return {
        "document_type": extraction.document_type,
        "schema_version": SCHEMA_VERSION,
        "fields": extraction.fields,
        "provenance": {pointer: _place(place) for pointer, place in extraction.provenance.items()},
        "confidence": round(extraction.confidence, 4),
        "needs_review": extraction.needs_review,
        "validated": False,
        "warnings": [{"code": warning.code, "message": warning.message, "pointer": warning.pointer} for warning in extraction.warnings],
        "other_documents": list(extraction.other_documents),
        "text": document.text,
        "pages": [_page(page) for page in document.pages],
        "page_total": document.page_total,
        "engine": dict(engine),
        "extractor": dict(extractor),
        "timings": {name: round(seconds, 4) for name, seconds in timings_s.items()},
    }


def _place(place: Provenance) -> dict[str, Any]:
    return {
        "page": place.page,
        "bbox": place.box.as_list(),
        "text": place.text,
        "confidence": round(place.confidence, 4),
    }


def _page(page: Page) -> dict[str, Any]:
    return {
        "page": page.number,
        "width": page.width,
        "height": page.height,
        "rotation": page.rotation,
        "source": page.source.value,
        "placement": None if page.placement is None else [round(value, 6) for value in page.placement],
        "lines": [
            {
                "text": line.text,
                "bbox": line.box.as_list(),
                "confidence": round(line.confidence, 4),
                "words": [
                    {"text": word.text, "bbox": word.box.as_list(), "confidence": round(word.confidence, 4)}
                    | ({"alternatives": list(word.alternatives)} if word.alternatives else {})
                    | ({"angle": word.angle} if word.angle else {})
                    for word in line.words
                ],
            }
            for line in page.lines
        ],
    }
