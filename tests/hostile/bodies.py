"""JSON and JSON Schemas from strangers: deep, wide, ambiguous, unprintable, endless to check."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from tests.hostile.case import Case
from tests.hostile.target import PDF, Target
from tests.hostile.wire import Answer

REFUSED = ("400 malformed_request",)
BAD_OPTION = ("422 invalid_option",)
URL = '"url": "http://example.invalid/a.pdf"'

TEXTS: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "nothing": (b"", REFUSED),
    "a list": (b"[]", REFUSED),
    "a number": (b"1", REFUSED),
    "a hundred thousand lists": (b"[" * 100_000, REFUSED),
    "a hundred thousand objects": (b'{"a":' * 100_000, REFUSED),
    "900 objects, closed": (b'{"metadata":' * 900 + b"1" + b"}" * 900, (*BAD_OPTION, *REFUSED)),
    "NaN": (b'{%s, "priority": NaN}' % URL.encode(), REFUSED),
    "Infinity": (b'{%s, "deadline_seconds": Infinity}' % URL.encode(), REFUSED),
    "minus Infinity in metadata": (b'{%s, "metadata": {"a": -Infinity}}' % URL.encode(), REFUSED),
    "1e999": (b'{%s, "deadline_seconds": 1e999}' % URL.encode(), BAD_OPTION),
    "a number of 10,000 digits": (b'{%s, "priority": %s}' % (URL.encode(), b"9" * 10_000), (*REFUSED, *BAD_OPTION)),
    "a name twice": (b'{"file_path": "good.pdf", "file_path": "../outside.pdf"}', REFUSED),
    "a name twice, once escaped": (b'{"file_path": "good.pdf", "file\\u005fpath": "../outside.pdf"}', REFUSED),
    "invalid UTF-8": (b'{"file_path": "\xff\xfe"}', REFUSED),
    "overlong UTF-8": (b'{"file_path": "\xc0\xae\xc0\xae/outside.pdf"}', REFUSED),
    "UTF-16": (json.dumps({"file_path": "../outside.pdf"}).encode("utf-16"), (*REFUSED, "422 path_outside_documents")),
    "a byte order mark": (b"\xef\xbb\xbf{}", REFUSED),
    "single quotes": (b"{'file_path': 'good.pdf'}", REFUSED),
    "a comment": (b'{/* */ "file_path": "good.pdf"}', REFUSED),
    "more behind it": (b'{"file_path": "good.pdf"} {"file_path": "good.pdf"}', REFUSED),
    "half a surrogate pair in metadata": (b'{%s, "metadata": {"a": "\\ud800"}}' % URL.encode(), BAD_OPTION),
    "NUL in metadata": (b'{%s, "metadata": {"a": "\\u0000"}}' % URL.encode(), BAD_OPTION),
    "half a surrogate pair in a file name": (b'{"file_path": "good.pdf", "file_name": "\\udfff.pdf"}', ("202",)),
    "metadata of 5 KB": (b'{%s, "metadata": {"a": "%s"}}' % (URL.encode(), b"a" * 5000), BAD_OPTION),
    "metadata 40 deep": (b'{%s, "metadata": %s1%s}' % (URL.encode(), b'{"a":' * 40, b"}" * 40), BAD_OPTION),
    "metadata that is a list": (b'{%s, "metadata": [1]}' % URL.encode(), BAD_OPTION),
    "a hundred thousand names": (b"{" + b",".join(b'"n%d":1' % n for n in range(100_000)) + b"}", (*REFUSED, *BAD_OPTION)),
    "a prototype": (b'{%s, "__proto__": {"admin": true}}' % URL.encode(), BAD_OPTION),
    "an operator of a database": (b'{%s, "owner": {"$ne": null}}' % URL.encode(), BAD_OPTION),
    "an owner of one's own choice": (b'{%s, "owner": "alice"}' % URL.encode(), BAD_OPTION),
    "base64 that is none": (b'{"content_base64": "!!!!"}', REFUSED),
    "base64 with stray padding": (b'{"content_base64": "JVBE=Ri0="}', REFUSED),
    "base64 of nothing": (b'{"content_base64": ""}', (*REFUSED, "422 empty_document")),
    "base64 beyond the limit": (b'{"content_base64": "' + b"JVBERi0x" * 450_000 + b'"}', ("413 too_large",)),
    "a priority beyond the highest": (b'{%s, "priority": 10}' % URL.encode(), BAD_OPTION),
    "a priority that is true": (b'{%s, "priority": true}' % URL.encode(), BAD_OPTION),
    "pages without end": (b'{%s, "pages": "1-999999999999"}' % URL.encode(), BAD_OPTION),
    "pages a million times": (b'{%s, "pages": "%s1"}' % (URL.encode(), b"1," * 100_000), BAD_OPTION),
    "a language that is a path": (b'{%s, "languages": ["../../models/x"]}' % URL.encode(), BAD_OPTION),
    "an engine that is a module": (b'{%s, "engine": "os.system"}' % URL.encode(), BAD_OPTION),
    "an extractor that is not configured": (b'{%s, "extractor": "gemini"}' % URL.encode(), BAD_OPTION),
    "a deadline of nothing": (b'{%s, "deadline_seconds": 0}' % URL.encode(), BAD_OPTION),
    "a deadline of a year": (b'{%s, "deadline_seconds": 31536000}' % URL.encode(), BAD_OPTION),
}


def _nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


def _doubling(levels: int) -> dict[str, Any]:
    defs: dict[str, Any] = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(levels)}
    defs[f"d{levels}"] = {"type": "object"}
    return {"type": "object", "$defs": defs, "$ref": "#/$defs/d0"}


BAD_SCHEMA = ("422 invalid_schema",)
SCHEMAS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "a reference to a web page": ({"$ref": "http://169.254.169.254/schema.json"}, BAD_SCHEMA),
    "a reference to a file": ({"type": "object", "properties": {"a": {"$ref": "file:///etc/passwd"}}}, BAD_SCHEMA),
    "a reference to a relative file": ({"type": "object", "properties": {"a": {"$ref": "other.json"}}}, BAD_SCHEMA),
    "a dynamic reference outside": ({"type": "object", "$dynamicRef": "https://example.com/#a"}, BAD_SCHEMA),
    "a base that leads outside": (
        {"type": "object", "$id": "http://169.254.169.254/", "properties": {"a": {"$ref": "b.json"}}},
        BAD_SCHEMA,
    ),
    "a reference to nothing": ({"type": "object", "properties": {"a": {"$ref": "#/$defs/none"}}}, BAD_SCHEMA),
    "a reference to itself": ({"type": "object", "$ref": "#"}, BAD_SCHEMA),
    "references in a circle": (
        {"type": "object", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"},
        BAD_SCHEMA,
    ),
    "references that double 40 times": (_doubling(25), (*BAD_SCHEMA, *BAD_OPTION)),
    "a pattern that backtracks": ({"type": "object", "properties": {"a": {"type": "string", "pattern": "(a+)+(b+)+$"}}}, ("202",)),
    "a pattern that looks around": ({"type": "object", "properties": {"a": {"pattern": "(?=(a+))\\1"}}}, BAD_SCHEMA),
    "a pattern that is not valid": ({"type": "object", "properties": {"a": {"pattern": "("}}}, BAD_SCHEMA),
    "a pattern that needs gigabytes": ({"type": "object", "properties": {"a": {"pattern": "((a{1,100}){1,100}){1,100}"}}}, BAD_SCHEMA),
    "a pattern of 2,000 characters": ({"type": "object", "properties": {"a": {"pattern": "a" * 2000}}}, BAD_SCHEMA),
    "a name's pattern that looks around": ({"type": "object", "patternProperties": {"(?<!a)b": {}}}, BAD_SCHEMA),
    "no object": ({"type": "array"}, BAD_SCHEMA),
    "no schema": ({"type": "object", "properties": 1}, BAD_SCHEMA),
    "a type that there is not": ({"type": "object", "properties": {"a": {"type": "exec"}}}, BAD_SCHEMA),
    "an unknown draft": ({"$schema": "http://evil.example/draft", "type": "object"}, BAD_SCHEMA),
    "a draft further down": ({"type": "object", "properties": {"a": {"$schema": "http://evil.example/draft"}}}, BAD_SCHEMA),
    "40 deep": (_nested(40), BAD_OPTION),
    "70 KB": ({"type": "object", "description": "a" * 70_000}, BAD_OPTION),
    "ten thousand properties": ({"type": "object", "properties": {f"p{n}": {} for n in range(10_000)}}, BAD_OPTION),
    "a name that is code": (
        {"type": "object", "properties": {"__class__": {"type": "string"}, "constructor": {"type": "string"}}},
        ("202",),
    ),
    "a list": ([1], BAD_OPTION),
    "a text": ("{}", BAD_OPTION),
}


def cases() -> Iterator[Case]:
    for name, (text, must) in TEXTS.items():
        yield Case(group="JSON", name=name, act=partial(_text, text), must=must)
    for name, (schema, must) in SCHEMAS.items():
        yield Case(group="schemas", name=name, act=partial(_schema, schema), must=must)
    yield Case(group="schemas", name="as a form field, not JSON", act=partial(_as_field, "{"), must=BAD_OPTION)
    yield Case(group="schemas", name="as a form field, out by reference", act=partial(_as_field, '{"$ref": "http://a/"}'), must=BAD_SCHEMA)
    yield Case(group="schemas", name="with a preset route", act=_preset, must=BAD_OPTION)


def _text(text: bytes, target: Target) -> Answer:
    return target.post_json("/v1/jobs", text)


def _schema(schema: object, target: Target) -> Answer:
    return target.post_json("/v1/jobs", {"file_path": "good.pdf", "document_type": "custom", "schema": schema})


def _as_field(text: str, target: Target) -> Answer:
    return target.upload(PDF, document_type="custom", schema=text)


def _preset(target: Target) -> Answer:
    return target.post_json("/process-timetable", {"file_path": "good.pdf", "schema": {"type": "object"}})
