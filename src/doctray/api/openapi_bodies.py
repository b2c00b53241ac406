"""Request bodies for /openapi.json, given by hand because the routes read them as streams. They say exactly what is accepted."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from doctray.api.dialects import PIPELINE, PLAIN, Dialect
from doctray.api.options import (
    ENGINE_PATTERN,
    ENGINES,
    EXTRACTORS,
    LANGUAGES,
    MAX_DEADLINE_S,
    MAX_LANGUAGES,
    MAX_URL,
    PAGES_PATTERN,
    WORDS_OF_FALSE,
    WORDS_OF_TRUE,
)
from doctray.domain.batch import MAX_DOCUMENTS
from doctray.domain.job import HIGHEST_PRIORITY, DocumentType
from doctray.service.forms import Form

Shape = dict[str, Any]

TINY_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mP4DwABAQEAHLCMmQAAAABJRU5ErkJggg=="
"""A white pixel: an example that can be sent as it is."""

_WEB = f"^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20\\x7f]{{1,{MAX_URL - 8}}}$"
_ASKABLE = [kind.value for kind in DocumentType if kind is not DocumentType.OTHER]
_FIELDS_WANTED: Shape = {"type": "object", "properties": {"title": {"type": "string"}}}

_OPTIONS: Mapping[str, Shape] = {
    "document_type": {"type": "string", "enum": _ASKABLE, "default": "auto", "description": "what it is; custom needs schema"},
    "schema": {
        "type": "object",
        "description": "JSON Schema (object) of the fields wanted, for custom; at most 64 KiB, refers only within itself",
        "examples": [_FIELDS_WANTED],
    },
    "priority": {
        "type": "integer",
        "minimum": 0,
        "maximum": HIGHEST_PRIORITY,
        "default": 0,
        "description": "higher starts sooner, nobody starves",
    },
    "engine": {
        "type": "string",
        "pattern": f"^({ENGINE_PATTERN})$",
        "description": f"OCR engine instead of the default: {', '.join(ENGINES)}, or a model of the operator's as name@version; "
        "google_documentai and models only where every worker has them",
        "examples": ["rapidocr"],
    },
    "extractor": {
        "type": "string",
        "enum": list(EXTRACTORS),
        "description": "extractor instead of the default: rules, or a model where one is configured",
    },
    "languages": {
        "type": "array",
        "items": {"type": "string", "enum": sorted(LANGUAGES)},
        "maxItems": MAX_LANGUAGES,
        "description": "EasyOCR language codes, such as en, de",
        "examples": [["en"]],
    },
    "pages": {"type": "string", "pattern": f"^{PAGES_PATTERN}$", "description": "which pages to read, from 1", "examples": ["1-3,5"]},
    "webhook_url": {
        "type": "string",
        "pattern": _WEB,
        "description": "where the outcome is posted: http or https, no private address unless the operator allows it",
    },
    "metadata": {"type": "object", "description": "at most 4 KiB, echoed in status and webhook", "examples": [{"order": 4711}]},
    "no_cache": {"type": "boolean", "default": False, "description": "do not read the result cache"},
    "deadline_seconds": {
        "type": "number",
        "exclusiveMinimum": 0,
        "maximum": MAX_DEADLINE_S,
        "description": "give up (cancelled, deadline_exceeded) when not finished by then",
    },
    "file_name": {"type": "string", "description": "shown in lists; for uploads the part's own name is taken"},
}

_SOURCES: Mapping[str, Shape] = {
    "file_path": {"type": "string", "minLength": 1, "description": "a file inside DOCUMENTS_DIR"},
    "url": {"type": "string", "pattern": _WEB, "description": "downloaded by a worker"},
    "content_base64": {
        "type": "string",
        "pattern": "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
        "contentEncoding": "base64",
        "description": "the document itself; line breaks are passed over",
    },
}

_URL_EXAMPLE = "https://example.org/certificate.pdf"
_HEADERS: tuple[Shape, ...] = (
    {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,255}$"},
        "description": "the same key with the same content within 24 hours answers the first job again",
    },
    {
        "name": "Prefer",
        "in": "header",
        "required": False,
        "schema": {"type": "string", "pattern": "^[\\x20-\\x7e\\x80-\\xff]*$"},
        "example": "wait=10",
        "description": "wait=N: answer 200 with the status and result if the job ends within N seconds, at most WAIT_MAX_SECONDS",
    },
)


BINARY: Shape = {"type": "string", "format": "binary"}

IF_MATCH: Shape = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": "^[\\x20-\\x7e]*$"},
    "description": "the ETag of the review or of the result that was looked at; *: whatever there is; without it: there is no review yet",
}

ROLLOUT_IF_MATCH: Shape = {
    **IF_MATCH,
    "description": "the ETag of the plan that the change was made from; *: whatever stands; without it: there is no plan yet",
}


def shape_of(form: Form) -> Shape:
    """The media type object of a result's form."""
    return {"schema": {"type": "string"} if form.media_type.startswith("text/") else BINARY}


def submission_extra(*, preset: str | None = None, dialect: Dialect = PLAIN) -> Shape:
    """openapi_extra of a route that takes a document. preset: the document_type that the route stands for. dialect: its callers' words."""
    options = _options_of(preset)
    return {
        "parameters": [dict(header) for header in _HEADERS],
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": _form(options, dialect),
                "application/json": _document(options, dialect),
            },
        },
    }


def pipeline_extra() -> Shape:
    """openapi_extra of the lightweight API's submissions."""
    extra = submission_extra(dialect=PIPELINE)
    for content in extra["requestBody"]["content"].values():
        content["schema"]["properties"] |= {
            "schema": {"type": "object", "description": "the fields wanted: JSON Schema, or a flat map of name → type"},
            "strategy": {"type": "string", "description": "passed over"},
        }
    as_json = extra["requestBody"]["content"]["application/json"]
    as_json["schema"] = _nullable_members(as_json["schema"], ("schema",))
    as_json["schema"]["properties"]["strategy"] = {"description": "passed over, whatever it is"}
    as_json["examples"] = {
        "address": {"value": {"url": _URL_EXAMPLE, "schema": {"title": "string", "price": "number"}, "strategy": "auto"}},
    }
    return extra


def batch_extra() -> Shape:
    """openapi_extra of the submission of a batch."""
    options = _options_of(None)
    form = _form({name: shape for name, shape in options.items() if name != "file_name"}, PLAIN)
    files = {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1, "maxItems": MAX_DOCUMENTS}
    form["schema"]["properties"] = {**form["schema"]["properties"], "file": files}
    # What is wrong with one of them is said in its place, so a source is not bound here.
    named = {**_SOURCES, "file_name": options["file_name"]}
    source = {
        "type": "object",
        "properties": {name: {"description": shape["description"]} for name, shape in named.items()},
        "description": f"exactly one of {', '.join(_SOURCES)}; what is wrong with one is told in its place",
    }
    members = {name: _nullable(name, shape) for name, shape in options.items() if name != "file_name"}
    schema = {
        "type": "object",
        "properties": {"sources": {"type": "array", "items": source, "minItems": 1, "maxItems": MAX_DOCUMENTS}, **members},
        "required": ["sources"],
        "additionalProperties": False,
    }
    sources = [{"content_base64": TINY_PNG, "file_name": "pixel.png"}, {"url": _URL_EXAMPLE}]
    return {
        "parameters": [dict(_HEADERS[0])],
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": form,
                "application/json": {"schema": schema, "examples": {"sources": {"value": {"sources": sources, "document_type": "auto"}}}},
            },
        },
    }


def body_extra(model: type[BaseModel]) -> Shape:
    """openapi_extra of a route that reads a small JSON body by hand."""
    schema = model.model_json_schema()
    # Where this is put, nothing else can be referred to by name.
    whole = _written_out(schema, schema.pop("$defs", {}))
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": whole}}}}


def _written_out(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """The schema with what it refers to in its place; shapes that hold themselves are not ours."""
    if isinstance(schema, list):
        return [_written_out(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    name = schema.get("$ref", "").removeprefix("#/$defs/")
    members = {**definitions[name], **{key: value for key, value in schema.items() if key != "$ref"}} if name in definitions else schema
    return {key: _written_out(value, definitions) for key, value in members.items()}


def _options_of(preset: str | None) -> dict[str, Shape]:
    if preset is None:
        return {name: dict(shape) for name, shape in _OPTIONS.items()}
    options = {name: dict(shape) for name, shape in _OPTIONS.items() if name != "schema"}
    return {**options, "document_type": {**options["document_type"], "enum": [preset], "default": preset}}


def _form(options: Mapping[str, Shape], dialect: Dialect) -> Shape:
    described = "the document: PDF, PNG, JPEG, TIFF, WebP, BMP, GIF or HEIC"
    for theirs in (theirs for theirs, ours in dialect.renamed.items() if ours == "file"):
        described += f"; under the name {theirs} as well"
    fields = {name: _blank_or(shape) for name, shape in options.items()}
    schema: Shape = {"type": "object", "properties": {"file": {**BINARY, "description": described}, **fields}, "required": ["file"]}
    if not dialect.lenient:
        schema["additionalProperties"] = False
    return {"schema": schema}


def _document(options: Mapping[str, Shape], dialect: Dialect) -> Shape:
    sources = {name: dict(shape) for name, shape in _SOURCES.items()}
    choices: list[Shape] = []
    for name, shape in _SOURCES.items():
        theirs = [given for given, ours in dialect.renamed.items() if ours == name]
        sources |= {given: {**shape, "description": f"the same as {name}"} for given in theirs}
        choices.append({"anyOf": [_given(each) for each in (name, *theirs)]} if theirs else _given(name))
    members = {name: _nullable(name, shape) for name, shape in options.items()}
    schema: Shape = {
        "type": "object",
        "properties": {**{name: {**shape, "type": ["string", "null"]} for name, shape in sources.items()}, **members},
        "oneOf": choices,
    }
    if not dialect.lenient:
        schema["additionalProperties"] = False
    address = next((theirs for theirs, ours in dialect.renamed.items() if ours == "url"), "url")
    return {
        "schema": schema,
        "examples": {
            "content": {"summary": "the document itself", "value": {"content_base64": TINY_PNG, "file_name": "pixel.png"}},
            "address": {"summary": "an address to download from", "value": {address: _URL_EXAMPLE, "metadata": {"order": 4711}}},
            "path": {"summary": "a file inside DOCUMENTS_DIR", "value": {"file_path": "certificate.pdf", "priority": 5}},
        },
    }


def _given(name: str) -> Shape:
    """The member is there and not null."""
    return {"required": [name], "properties": {name: {"type": "string"}}}


def _blank_or(shape: Shape) -> Shape:
    """As a form's field, where browsers and PHP send an empty text for "not given"."""
    widened = dict(shape)
    if "items" in shape:
        widened["items"] = _blank_or(shape["items"])
    elif shape["type"] == "boolean":
        widened |= {"type": ["boolean", "string"], "enum": [True, False, *WORDS_OF_TRUE, *WORDS_OF_FALSE]}
    elif "enum" in shape:
        widened["enum"] = [*shape["enum"], ""]
    elif "pattern" in shape:
        widened["pattern"] = f"^$|{shape['pattern']}"
    return widened


def _nullable(name: str, shape: Shape) -> Shape:
    """As a JSON member, where null means "not given" and PHP's json_encode writes an empty object as []."""
    widened: Shape = {**shape, "type": [shape["type"], "null"]}
    if "enum" in shape:
        widened["enum"] = [*shape["enum"], None]
    if name in ("schema", "metadata"):
        widened["type"] = [*widened["type"], "array"]
        widened["maxItems"] = 0
    if name == "languages":
        widened = {"anyOf": [widened, {"type": "string", "pattern": "^[A-Za-z_, ]*$", "description": "the same by commas"}]}
        widened["description"] = shape["description"]
    return widened


def _nullable_members(schema: Shape, names: tuple[str, ...]) -> Shape:
    properties = {name: _nullable(name, shape) if name in names else shape for name, shape in schema["properties"].items()}
    return {**schema, "properties": properties}
