"""Schemas from strangers: what is taken, what is refused, and that no answer takes unbounded work to check."""

from typing import Any

import pytest

from doctray.domain.errors import InvalidSchema
from doctray.extraction.json_pointer import at_pointer
from doctray.extraction.json_schema import MAX_PATTERN, NotCheckable, check_schema, fits_format, matches, violations


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"properties": {"a": {"type": "string"}}},
        {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"},
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"},
        {"type": "object", "properties": {"$ref": {"type": "string"}}},
        {"type": "object", "properties": {"a": {"$ref": "#"}}},
        {
            "$defs": {"x": {"$anchor": "party", "type": "string"}, "any": True},
            "properties": {"a": {"$ref": "#party"}, "b": {"$ref": "#/$defs/any"}},
        },
        {"properties": {"mother": {"$ref": "#"}, "father": {"$ref": "#"}, "name": {"type": "string"}}},
    ],
)
def test_schemas_that_are_taken(schema: dict[str, Any]) -> None:
    check_schema(schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": ["object", "null"]},
        {"type": "nonsense"},
        {"properties": []},
        {"allOf": [{"$ref": "other.json"}]},
        {"$dynamicRef": "https://example.org/x"},
        {"$schema": "https://example.org/own"},
        {"properties": {"a": {"minLength": -1}}},
        {"properties": {"a": {"$ref": "#/$defs/nowhere"}}},
        {"properties": {"a": {"$ref": "#nowhere"}}},
        {"properties": {f"p{number}": {"type": "string"} for number in range(2_001)}},
        {"$ref": "#"},
        {"allOf": [{"$ref": "#"}]},
        {"properties": {"a": {"pattern": "(?=x)"}}},
        {"properties": {"a": {"pattern": r"(a)\1"}}},
        {"properties": {"a": {"pattern": "("}}},
        {"properties": {"a": {"pattern": "a" * (MAX_PATTERN + 1)}}},
        {"patternProperties": {"(?!x)": {}}},
        {"patternProperties": {"x": {}}, "unevaluatedProperties": False},
        {"properties": {"a": {"$schema": "http://json-schema.org/draft-07/schema#"}}},
    ],
)
def test_schemas_that_are_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(InvalidSchema):
        check_schema(schema)


def test_what_looks_like_a_keyword_in_data_is_none() -> None:
    check_schema({"properties": {"pattern": {"type": "string"}, "a": {"const": {"pattern": "(?=x)"}}, "b": {"enum": [{"$ref": "x"}]}}})


def doubling(levels: int) -> dict[str, Any]:
    """References of which each level asks for two of the next: 2 ** levels evaluations of one value."""
    defs: dict[str, Any] = {f"d{level}": {"allOf": [{"$ref": f"#/$defs/d{level + 1}"}] * 2} for level in range(levels)}
    return {"$defs": {**defs, f"d{levels}": {"type": "object"}}, "$ref": "#/$defs/d0"}


def test_references_that_double_are_refused_in_bounded_work() -> None:
    check_schema(doubling(5))
    with pytest.raises(InvalidSchema, match="too much work"):
        check_schema(doubling(40))


def test_an_answer_that_takes_too_many_steps_is_not_checkable() -> None:
    with pytest.raises(NotCheckable):
        violations(["x"] * 100, {"items": {"type": "string"}}, steps=100)
    assert violations(["x"] * 98, {"items": {"type": "string"}}, steps=100) == []


@pytest.mark.parametrize("pattern", ["(a+)+$", "^(a|a)*$", "(a|aa)+$", "(.*a){20}$"])
def test_patterns_are_matched_in_linear_time(pattern: str) -> None:
    """Backtracking would take 2 ** 40 steps on these."""
    text = "a" * 40 + "!"
    assert not matches(pattern, text)
    found = violations(
        {"x": text, text: 1}, {"properties": {"x": {"pattern": pattern}}, "patternProperties": {pattern: {"type": "string"}}}
    )
    assert [violation.pointer for violation in found] == ["/x"]
    assert len(violations({text: 1}, {"patternProperties": {pattern: {}}, "additionalProperties": False})) == 1


def test_keys_matched_by_a_pattern_are_checked_and_are_not_additional() -> None:
    schema = {"patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": {"type": "string"}}
    assert violations({"x-a": 1, "b": "s"}, schema) == []
    assert [violation.pointer for violation in violations({"x-a": "s", "b": 1}, schema)] == ["/b", "/x-a"]


def test_violations_name_place_and_keyword_but_no_value() -> None:
    schema = {"properties": {"a/b": {"items": {"type": "integer"}}, "c": {"maxLength": 2}}, "required": ["d", "e"]}
    found = violations({"a/b": [1, "s3cret"], "c": "s3cret"}, schema)
    assert [(violation.pointer, violation.keyword) for violation in found] == [
        ("/a~1b/1", "type"),
        ("/c", "maxLength"),
        ("/d", "required"),
        ("/e", "required"),
    ]
    assert "s3cret" not in repr(found)


def test_only_so_many_are_named() -> None:
    assert len(violations(["x"] * 90, {"items": {"type": "integer"}}, most=7)) == 7


@pytest.mark.parametrize("schema", [{"type": "nonsense"}, {"$ref": "https://example.invalid/x.json"}, {"minimum": "x"}, {"$ref": "#"}])
def test_schemas_that_cannot_be_evaluated_say_so(schema: dict[str, Any]) -> None:
    with pytest.raises(NotCheckable):
        violations(3, schema)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("date", "2026-02-13", "13/02/2026"),
        ("date", "2024-02-29", "2026-02-29"),
        ("date", "2026-02-13", "20260213"),
        ("time", "09:15", "9:15"),
        ("time", "09:15:30Z", "25:00"),
        ("date-time", "2026-02-13T14:30:00Z", "2026-02-13"),
        ("email", "ada@marlow.example", "ada@marlow"),
        ("uri", "https://marlow.example/x", "marlow.example"),
        ("uuid", "6f9619ff-8b86-d011-b42d-00cf4fc964ff", "6f96"),
        ("ipv4", "10.0.0.1", "10.0.0.256"),
    ],
)
def test_formats_count(name: str, good: str, bad: str) -> None:
    assert violations(good, {"format": name}) == []
    assert [violation.keyword for violation in violations(bad, {"format": name})] == ["format"]


def test_formats_that_are_not_known_take_everything() -> None:
    assert fits_format("colour", "blue")
    assert violations("blue", {"format": "colour"}) == []


@pytest.mark.parametrize(("pointer", "value"), [("", {"a": [{"b/c": 1}]}), ("/a/0/b~1c", 1), ("/a/1", None), ("/x", None), ("/a/x", None)])
def test_pointers_lead_to_what_they_name(pointer: str, value: Any) -> None:
    assert at_pointer({"a": [{"b/c": 1}]}, pointer) == value
