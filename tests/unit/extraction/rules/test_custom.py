"""A caller's own schema, filled by labels."""

import json
from typing import Any

from doctray.domain.extraction import Extraction
from doctray.extraction.rules.custom import extract
from tests.unit.extraction.drawing import a_document

PAPER = """
SERVICE REPORT
Order No:        SR-20931
Customer name:   Tall Pine Carpentry Inc
Visit date:      13/02/2026
Total due:       $1,250.50
Engineers:       Ada Marlow, Tom Aldous and Noor Haddad
Passed:          Yes
Hours on site:   3
Street:          12 Mill Street
Town:            Dayton
Priority:        high
"""


def read(properties: dict[str, Any], **more: Any) -> Extraction:
    return extract(a_document(PAPER), {"type": "object", "properties": properties, **more})


def test_properties_are_found_by_name_title_or_description_and_typed() -> None:
    fields = read(
        {
            "order_number": {"type": "string"},
            "customerName": {"type": "string"},
            "when": {"type": "string", "format": "date", "title": "Visit date"},
            "sum": {"type": "number", "description": "Total due, with tax"},
            "passed": {"type": "boolean"},
            "hours_on_site": {"type": "integer"},
            "priority": {"enum": ["low", "high"]},
        }
    ).fields
    assert fields == {
        "order_number": "SR-20931",
        "customerName": "Tall Pine Carpentry Inc",
        "when": "2026-02-13",
        "sum": 1250.5,
        "passed": True,
        "hours_on_site": 3,
        "priority": "high",
    }


def test_objects_and_lists_are_filled() -> None:
    extraction = read(
        {
            "address": {"type": "object", "properties": {"street": {"type": "string"}, "town": {"type": "string"}}},
            "engineers": {"type": "array", "items": {"type": "string"}},
            "visits": {"type": "array", "items": {"type": "object", "properties": {"visit_date": {"type": "string", "format": "date"}}}},
        }
    )
    assert extraction.fields == {
        "address": {"street": "12 Mill Street", "town": "Dayton"},
        "engineers": ["Ada Marlow", "Tom Aldous", "Noor Haddad"],
        "visits": [{"visit_date": "2026-02-13"}],
    }
    assert extraction.provenance["/engineers/1"].text == "Tom Aldous"
    assert not extraction.needs_review


def test_what_is_not_printed_is_null_where_the_schema_allows_it_and_missing_where_it_does_not() -> None:
    extraction = read({"colour": {"type": ["string", "null"]}, "weight": {"type": "number"}}, required=["weight"])
    assert extraction.fields == {"colour": None}
    assert {(w.code, w.pointer) for w in extraction.warnings} == {("schema_mismatch", ""), ("no_fields", "")}
    assert extraction.needs_review


def test_a_value_that_the_schema_refuses_is_named_but_not_shown() -> None:
    extraction = read({"priority": {"type": "string", "maxLength": 2}})
    warning = next(w for w in extraction.warnings if w.code == "schema_mismatch")
    assert warning.pointer == "/priority"
    assert "high" not in warning.message


def test_a_choice_that_is_printed_without_a_label_is_found_when_it_is_the_only_one() -> None:
    assert read({"kind": {"enum": ["Service Report", "Delivery note"]}}).fields == {"kind": "Service Report"}


def test_an_unusable_schema_gives_a_warning_not_an_error() -> None:
    outside = read({"priority": {"type": "string", "$ref": "https://example.invalid/x.json"}})
    assert outside.fields == {"priority": "high"}
    assert "schema_unusable" in [w.code for w in outside.warnings]
    assert "schema_unusable" in [w.code for w in read({"passed": {"type": "nonsense"}}).warnings]


def test_patterns_that_could_run_for_ever_are_not_run_on_the_way() -> None:
    assert read({"order_number": {"type": "string", "title": "Order No", "pattern": r"^SR-\d+$"}}).fields == {"order_number": "SR-20931"}
    assert read({"order_number": {"type": "string", "title": "Order No", "pattern": r"^\d+$"}}).fields == {}


def test_deep_schemas_end() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(40):
        schema = {"type": "object", "properties": {"a": schema}}
    assert json.dumps(extract(a_document(PAPER), schema).fields)
