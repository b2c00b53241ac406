"""The JSON Schema that a model's answer must satisfy, made from the schema of the fields.

A model must be able to say "not printed" everywhere, so every value may be null; and decoders that follow a schema letter by
letter know little of JSON Schema, so it has no `$ref` and, for our own kinds, closed objects.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from doctray.domain.errors import ExtractionRejected
from doctray.extraction.inlining import LISTS, NotInlinable, inlined, mapped

Schema = Mapping[str, Any]

LONGEST_TEXT = 1_000
"""Characters of one value. A model that repeats itself is stopped by the decoder there, not at the end of its tokens.
llama.cpp refuses grammars with more than 2,000 repetitions."""

_LONGEST = {"date": 10, "time": 14, "date-time": 35}
"""Characters of a value of these formats (RFC 3339), where small models are seen to run away."""

_GEMINI = frozenset(
    {
        "type", "format", "title", "description", "enum", "items", "prefixItems", "minItems", "maxItems", "minimum", "maximum", "anyOf",
        "oneOf", "properties", "additionalProperties", "required", "propertyOrdering",
    }
)  # fmt: skip
"""What generateContent's responseJsonSchema documents (types.GenerateContentConfig.response_json_schema of google-genai 3.4)."""


@cache
def fields_schema(document_type: str) -> Schema:
    """The published schema of a certificate's or timetable's fields, references put in their places."""
    text = resources.files("doctray.extraction.schemas").joinpath(f"{document_type}.schema.json").read_text(encoding="utf-8")
    loaded: Schema = inlined(json.loads(text))
    return loaded


@cache
def documents_schema(document_type: str) -> Schema:
    """An answer for a file that may hold several certificates or timetables: {"documents": [fields, …]}. Nothing is required."""
    return {
        "type": "object",
        "properties": {"documents": {"type": "array", "items": _nullable_leaves(fields_schema(document_type))}},
    }


def custom_schema(schema: Schema) -> Schema:
    """An answer for a caller's schema: the same, but every value may be null and nothing is required. Raises ExtractionRejected."""
    try:
        return _nullable_leaves(inlined(schema))
    except NotInlinable as error:
        raise ExtractionRejected(str(error)) from error


def is_closed(schema: Schema) -> bool:
    """Whether every object in it lists its properties, requires them all and allows no others, as OpenAI's strict mode wants."""
    if _is_object(schema) and (
        schema.get("additionalProperties") is not False or set(schema.get("required", ())) != set(schema.get("properties", ()))
    ):
        return False
    children: list[Any] = [*schema.get("properties", {}).values(), schema.get("items")]
    for key in LISTS:
        children += schema.get(key, ())
    return all(is_closed(child) for child in children if isinstance(child, Mapping))


def for_gemini(schema: Schema) -> dict[str, Any]:
    """The schema in the words that Gemini takes; the rest is checked on the answer."""
    kept = {key: value for key, value in schema.items() if key in _GEMINI}
    if "oneOf" in kept:
        kept.setdefault("anyOf", kept.pop("oneOf"))
    if "const" in schema and "enum" not in kept:
        kept["enum"] = [schema["const"]]
    if kept.get("format") not in (None, "date", "date-time", "time", "enum"):
        del kept["format"]
    if "enum" in kept and not all(isinstance(value, str | int | float) and not isinstance(value, bool) for value in kept["enum"]):
        del kept["enum"]
    return mapped(kept, for_gemini)


def _nullable_leaves(schema: Schema) -> dict[str, Any]:
    """The schema with null allowed for every value, lengths bounded, and nothing required."""
    out = mapped({key: value for key, value in schema.items() if key != "required"}, _nullable_leaves)
    if _is_object(schema) or _is_array(schema):
        for key in ("minItems", "minProperties", "contains", "minContains"):
            out.pop(key, None)
        return out
    if "enum" in out or "const" in out:
        return out if None in out.get("enum", ()) else {"anyOf": [out, {"type": "null"}]}
    kind = out.get("type")
    if kind is None:
        return out
    kinds = [kind] if isinstance(kind, str) else list(kind)
    out["type"] = kinds if "null" in kinds else [*kinds, "null"]
    if "string" in kinds:
        out["maxLength"] = min(out.get("maxLength", LONGEST_TEXT), _LONGEST.get(str(out.get("format")), LONGEST_TEXT))
        out.pop("minLength", None)
    return out


def closed(schema: Schema) -> dict[str, Any]:
    """The schema with every property required and no others allowed, so that a decoder that follows it leaves nothing out."""
    out = mapped(schema, closed)
    if "properties" in out:
        out["required"] = list(out["properties"])
        out["additionalProperties"] = False
    return out


def _is_object(schema: Schema) -> bool:
    return "properties" in schema or schema.get("type") == "object"


def _is_array(schema: Schema) -> bool:
    return schema.get("type") == "array"
