"""References of a schema: put in their places, and ended where they would go on for ever."""

from typing import Any

import pytest

from doctray.extraction.inlining import LARGEST, ROUNDS, NotInlinable, inlined

TEXT = {"type": "string"}


@pytest.mark.parametrize("reference", ["#/$defs/party", "#party", "#/$defs/pa%72ty", "#/properties/seller"])
def test_what_a_reference_names_stands_in_its_place(reference: str) -> None:
    schema = {
        "$defs": {"party": {"$anchor": "party", **TEXT}},
        "properties": {"seller": TEXT, "buyer": {"$ref": reference, "title": "Buyer"}},
    }
    assert inlined(schema)["properties"]["buyer"] == {**TEXT, "title": "Buyer"}


@pytest.mark.parametrize("reference", ["#", "#/$defs/node"])
def test_what_refers_to_itself_ends(reference: str) -> None:
    node = {"properties": {"child": {"$ref": reference}, "x": TEXT}}
    flat, depth = inlined({**node, "$defs": {"node": node}}), 0
    while "properties" in flat:
        flat, depth = flat["properties"]["child"], depth + 1
    assert depth in (ROUNDS, ROUNDS + 1)


def test_a_family_tree_is_no_forest() -> None:
    person = {"properties": {"name": TEXT, "mother": {"$ref": "#"}, "father": {"$ref": "#"}, "children": {"items": {"$ref": "#"}}}}
    assert inlined(person)["properties"]["mother"]["properties"]["name"] == TEXT


def test_a_reference_to_true_or_false_allows_all_or_nothing() -> None:
    schema = {"$defs": {"all": True, "none": False}, "properties": {"a": {"$ref": "#/$defs/all"}, "b": {"$ref": "#/$defs/none"}}}
    assert inlined(schema)["properties"] == {"a": {}, "b": {"not": {}}}


def test_true_and_false_in_the_place_of_a_schema_are_written_as_objects() -> None:
    schema = {"properties": {"a": True, "b": {"items": False}, "c": {"anyOf": [True, TEXT]}}, "additionalProperties": False}
    written = {"a": {}, "b": {"items": {"not": {}}}, "c": {"anyOf": [{}, TEXT]}}
    assert inlined(schema) == {"properties": written, "additionalProperties": False}


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {"$ref": "#/$defs/nowhere"}}},
        {"properties": {"a": {"$ref": "#nowhere"}}},
        {"$defs": {"a": "text"}, "$ref": "#/$defs/a"},
        {"properties": {f"p{number}": TEXT for number in range(LARGEST)}},
        {"$defs": {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 4} for n in range(9)} | {"d9": {}}, "$ref": "#/$defs/d0"},
    ],
)
def test_references_that_lead_nowhere_or_to_too_much_are_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(NotInlinable):
        inlined(schema)
