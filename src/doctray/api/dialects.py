"""How callers of earlier systems word a submission, put into ours. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from doctray.domain.job import DocumentType

_TYPES = {
    "string": "string",
    "str": "string",
    "text": "string",
    "date": "string",
    "number": "number",
    "float": "number",
    "integer": "integer",
    "int": "integer",
    "boolean": "boolean",
    "bool": "boolean",
    "array": "array",
    "list": "array",
    "object": "object",
    "dict": "object",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """renamed: their name → ours, for options, sources and the part that holds the file. lenient: names that we do not know are passed
    over, since those callers cannot be asked to leave them out. flat_schema: a `schema` may be a map of name → type, and needs no
    document_type beside it. submits_per_minute: a limit of the route's own, whatever the key's is."""

    renamed: Mapping[str, str] = field(default_factory=dict)
    lenient: bool = False
    flat_schema: bool = False
    submits_per_minute: int | None = None

    def name(self, given: str) -> str:
        return self.renamed.get(given, given)

    def members(self, given: Mapping[str, Any], *, known: frozenset[str]) -> dict[str, Any]:
        """Members of a JSON body under our names; where ours and theirs are both there, ours stands. null: not there."""
        ours = {name: value for name, value in given.items() if name not in self.renamed and value is not None}
        theirs = {self.renamed[name]: value for name, value in given.items() if name in self.renamed and value is not None}
        members = {**theirs, **ours}
        if self.lenient:
            members = {name: value for name, value in members.items() if name in known}
        return self.options(members)

    def options(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Options with a flat schema written out."""
        options = dict(given)
        schema = options.get("schema")
        if self.flat_schema and isinstance(schema, dict):
            options["schema"] = properties_of(schema)
            if options.get("document_type") is None:
                options["document_type"] = DocumentType.CUSTOM.value
        return options


PLAIN = Dialect()

ECOSTEPS = Dialect(renamed={"image_url": "url", "s3_url": "url", "image": "file"}, lenient=True, submits_per_minute=10)
"""`{"image_url", "webhook_url"?, "metadata"?}` of the Laravel-driven OCR API, whose older callers say s3_url; ten a minute as before."""

UPLOAD = Dialect(renamed={"document": "file"}, lenient=True)
"""The timetable platform's upload."""

PIPELINE = Dialect(lenient=True, flat_schema=True)
"""`{"url", "schema", "strategy"?}` of the lightweight API + worker."""


def properties_of(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A flat map such as {"title": "string", "tags": ["string"]} as a JSON Schema; what is one already comes back as it is."""
    if schema.get("type") == "object" or any(word in schema for word in ("properties", "$ref", "$schema", "allOf", "anyOf", "oneOf")):
        return dict(schema)
    return {"type": "object", "properties": {name: _property(shape) for name, shape in schema.items()}}


def _property(shape: Any) -> Any:
    match shape:
        case "date":
            return {"type": "string", "format": "date"}
        case str() if shape.strip().lower() in _TYPES:
            return {"type": _TYPES[shape.strip().lower()]}
        case str():
            # Not a type but words for the reader: such callers describe the field there.
            return {"type": "string", "description": shape}
        case [item]:
            return {"type": "array", "items": _property(item)}
        case {"type": str() | list(), **_rest}:
            return shape
        case dict():
            return properties_of(shape)
        case _:
            return shape
