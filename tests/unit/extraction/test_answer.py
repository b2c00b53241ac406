"""An answer in the form that its schema wants, or what is wrong with it."""

from typing import Any

import pytest

from doctray.domain.errors import ExtractionRejected
from doctray.extraction.answer import UnusableAnswer, read_answer
from doctray.extraction.answer_schema import closed, custom_schema, documents_schema, for_gemini, is_closed
from doctray.extraction.parse import DateOrder

NULLABLE_DAY = {"type": ["string", "null"], "format": "date"}


@pytest.mark.parametrize(
    ("schema", "said", "value"),
    [
        (NULLABLE_DAY, '"2026-02-13"', "2026-02-13"),
        (NULLABLE_DAY, '"13 Feb 2026"', "2026-02-13"),
        (NULLABLE_DAY, '"13/02/2026"', "2026-02-13"),
        (NULLABLE_DAY, '"N/A"', None),
        (NULLABLE_DAY, '""', None),
        (NULLABLE_DAY, '"MM/DD/YYYY"', None),
        ({"type": ["string", "null"]}, '"  a \\n b "', "a b"),
        ({"type": ["string", "null"]}, "12345", "12345"),
        ({"type": "string"}, '"none"', "none"),
        ({"type": ["number", "null"]}, '"1,000,000"', 1_000_000),
        ({"type": ["number", "null"]}, '"$2.5 million"', 2_500_000),
        ({"type": ["number", "string", "null"]}, '"$1,000"', 1000),
        ({"type": ["number", "string", "null"]}, '"Statutory"', "Statutory"),
        ({"type": ["integer", "null"]}, "3.0", 3),
        ({"type": ["boolean", "null"]}, '"Yes"', True),
        ({"anyOf": [{"enum": ["Monday", "Tuesday"]}, {"type": "null"}]}, '"MONDAY"', "Monday"),
        ({"type": ["string", "null"], "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}, '"9:05"', "09:05"),
        ({"type": ["string", "null"], "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}, '"2:30 pm"', "14:30"),
    ],
)
def test_values_are_put_into_the_form_that_the_schema_wants(schema: dict[str, Any], said: str, value: Any) -> None:
    fields = read_answer(f'{{"x": {said}}}', {"properties": {"x": schema}}, order=DateOrder.DAY_FIRST)
    assert fields == {"x": value}


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (NULLABLE_DAY, '"next week"'),
        (NULLABLE_DAY, "20260213"),
        ({"type": "integer"}, '"many"'),
        ({"type": "array"}, '{"a": 1}'),
        ({"enum": ["a"]}, '"b"'),
        ({"type": "string", "maxLength": 3}, '"abcd"'),
    ],
)
def test_what_the_schema_does_not_take_is_named_by_its_place_but_not_shown(schema: dict[str, Any], said: str) -> None:
    with pytest.raises(UnusableAnswer) as unusable:
        read_answer(f'{{"x": {said}}}', {"properties": {"x": schema}}, order=None)
    assert "/x" in str(unusable.value)
    assert said.strip('"') not in str(unusable.value)


def test_a_date_that_can_be_read_both_ways_is_asked_for_again() -> None:
    with pytest.raises(UnusableAnswer):
        read_answer('{"x": "01/02/2026"}', {"properties": {"x": NULLABLE_DAY}}, order=None)


def test_what_no_database_takes_is_left_out() -> None:
    schema = {"type": "object", "properties": {"title": {"type": "string"}}, "additionalProperties": {"type": "string"}}
    text = '{"title": "Award\\u0000 of \\ud800merit", "a\\u0001b": "x\\udfff"}'
    assert read_answer(text, schema, order=None) == {"title": "Award of merit", "ab": "x"}


def test_what_a_closed_schema_has_no_place_for_is_left_out() -> None:
    schema = {"properties": {"a": {"type": "string"}}, "additionalProperties": False}
    assert read_answer('{"a": "x", "note": "I think"}', schema, order=None) == {"a": "x"}


@pytest.mark.parametrize("text", ["", "none", "null", "[]", '"x"', "{", '{"a": NaN}', '{"a": 1e999}', "{" * 5000, '{"a": ' * 3000])
def test_what_is_no_json_object_is_useless(text: str) -> None:
    with pytest.raises(UnusableAnswer):
        read_answer(text, {"type": "object"}, order=None)


# what is asked for


@pytest.mark.parametrize("kind", ["certificate", "timetable"])
def test_an_answer_to_our_own_schema_may_leave_everything_out(kind: str) -> None:
    assert read_answer('{"documents": [{}]}', documents_schema(kind), order=None) == {"documents": [{}]}


@pytest.mark.parametrize("kind", ["certificate", "timetable"])
def test_our_own_schemas_hold_no_references(kind: str) -> None:
    assert "$ref" not in str(documents_schema(kind))
    assert "$ref" not in str(for_gemini(closed(documents_schema(kind))))


def test_a_closed_schema_requires_all_that_it_names() -> None:
    schema = closed({"properties": {"a": {"properties": {"b": {}}}, "c": {"items": {"properties": {"d": {}}}}}})
    assert is_closed(schema)
    assert schema["properties"]["c"]["items"]["required"] == ["d"]
    assert not is_closed({"properties": {"a": {"type": "object"}}, "required": ["a"], "additionalProperties": False})


def test_every_value_of_a_callers_schema_may_be_null_and_none_is_required() -> None:
    schema = {
        "required": ["a"],
        "properties": {
            "a": {"type": "string", "minLength": 3},
            "b": {"enum": [1]},
            "c": {"type": "array", "minItems": 2, "items": {"type": "integer"}},
        },
    }
    answer = custom_schema(schema)
    assert read_answer('{"a": null, "b": null, "c": [null]}', answer, order=None) == {"a": None, "b": None, "c": [None]}
    assert read_answer("{}", answer, order=None) == {}


@pytest.mark.parametrize(("given", "most"), [("date", 10), ("time", 14), ("date-time", 35)])
def test_formats_that_models_run_away_in_are_bounded(given: str, most: int) -> None:
    assert custom_schema({"properties": {"x": {"type": "string", "format": given}}})["properties"]["x"]["maxLength"] == most


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {"$ref": "#/$defs/nowhere"}}},
        {"$defs": {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 4} for n in range(9)} | {"d9": {}}, "$ref": "#/$defs/d0"},
    ],
)
def test_schemas_that_cannot_be_shown_are_rejected(schema: dict[str, Any]) -> None:
    with pytest.raises(ExtractionRejected):
        custom_schema(schema)


def test_gemini_is_told_only_what_it_takes() -> None:
    schema = {
        "type": "object",
        "patternProperties": {},
        "properties": {
            "a": {"type": "string", "pattern": "x", "maxLength": 3, "format": "email"},
            "b": {"oneOf": [{"const": "k"}, {"type": "null"}]},
            "pattern": {"type": "string", "format": "date"},
        },
    }
    assert for_gemini(schema) == {
        "type": "object",
        "properties": {
            "a": {"type": "string"},
            "b": {"anyOf": [{"enum": ["k"]}, {"type": "null"}]},
            "pattern": {"type": "string", "format": "date"},
        },
    }
