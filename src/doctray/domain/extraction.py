"""What was extracted: fields, and for every value where it stands on the page or a flag that it stands nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from doctray.domain.document import Box

SCHEMA_VERSION = "1"
"""Version of the fields of certificate and timetable (`doctray.extraction.schemas`); part of the content key."""

Fields = dict[str, Any]
"""JSON object of extracted values: str, int, float, bool, None, lists and dicts of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a value was read. page: from 1. box: pixels of that page's image. text: as printed. confidence: [0, 1]."""

    page: int
    box: Box
    text: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Warning:
    """Something a person should look at. `code`: stable word, e.g. ungrounded, ambiguous_date, no_fields.

    pointer: JSON Pointer into `fields`, or "" for the whole document. Never holds a field's value.
    """

    code: str
    message: str
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """All fields of one document.

    document_type: certificate, timetable, custom or other. provenance: JSON Pointer into fields → where it stands.
    confidence: [0, 1], of the fields as a whole. needs_review: a person should look before the values are used.
    other_documents: when one file holds several certificates or tables, the fields of those after the first.
    extractors: names of those whose fields these are, the deciding one first; empty: of the one that was asked alone.
    """

    document_type: str
    fields: Fields
    provenance: Mapping[str, Provenance] = field(default_factory=dict)
    confidence: float = 0.0
    needs_review: bool = False
    warnings: Sequence[Warning] = ()
    other_documents: Sequence[Fields] = ()
    extractors: Sequence[str] = ()


def leaves(value: Any, pointer: str = "") -> list[tuple[str, Any]]:
    """(JSON Pointer, value) of every leaf that is not None, in order."""
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in leaves(item, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")]
    if isinstance(value, list | tuple):
        return [leaf for index, item in enumerate(value) for leaf in leaves(item, f"{pointer}/{index}")]
    return [] if value is None else [(pointer, value)]
