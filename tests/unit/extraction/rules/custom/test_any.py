"""Any schema, any paper, any answer of a model: the fields satisfy the schema, or each place at which they do not is named."""

import json
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from doctray.domain.errors import ExtractionRejected, InvalidSchema
from doctray.domain.extraction import Extraction
from doctray.extraction.answer import UnusableAnswer, read_answer
from doctray.extraction.answer_schema import custom_schema, for_gemini
from doctray.extraction.custom_answer import misfits, shaped
from doctray.extraction.json_schema import NotCheckable, check_schema, violations
from doctray.extraction.rules.custom.document import extract
from tests.unit.extraction.drawing import a_document

PAPER = a_document("""
ACME Tools Ltd                           INVOICE
12 Mill Street                           Invoice no:   INV-2024/0031
                                         Date:         3 April 2024
Bill to:                                 Due date:     30 April 2024
Jane Doe                                 Paid at:      14:30
5 Oak Road                               Gift wrap:    Yes

Description      Qty    Unit price    Amount
Hammer           2      12.50         25.00
Saw              1      19.99         19.99

                        Subtotal      44.99
                        Total         GBP 53.99
""")
NAMES = st.sampled_from(
    [
        "total", "date", "dueDate", "invoiceNumber", "description", "qty", "amount", "vendor", "billTo", "name", "address", "email", "items",
        "giftWrap", "currency", "a/b", "~t", "type", "properties", "$ref", "",
    ]
)  # fmt: skip
LEAVES: list[Any] = [
    True, False, {}, {"type": "string"}, {"type": "number"}, {"type": ["integer", "null"]}, {"type": "boolean"}, {"type": "null"},
    {"enum": ["GBP", "EUR", None]}, {"enum": [1, 53.99, True]}, {"const": {"a": 1}}, {"type": "string", "format": "date"},
    {"type": "string", "format": "date-time"}, {"type": "string", "format": "email"}, {"type": "string", "format": "unheard-of"},
    {"type": "string", "pattern": "^INV"}, {"type": "string", "minLength": 3, "maxLength": 9}, {"type": "number", "multipleOf": 7},
    {"type": "number", "minimum": 20, "exclusiveMaximum": 50}, {"type": "array", "items": {"type": "string"}, "minItems": 1},
    {"type": "array", "items": True, "uniqueItems": True}, {"$ref": "#/$defs/own"},
]  # fmt: skip


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"type": st.sampled_from(["object", ["object", "null"]]), "properties": st.dictionaries(NAMES, inner, min_size=1, max_size=4)},
        optional={
            "required": st.lists(NAMES, max_size=3, unique=True),
            "additionalProperties": st.sampled_from([False, True, {"type": "string"}]),
            "minProperties": st.just(2),
            "not": st.just({"required": ["total"]}),
        },
    )


def _deeper(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        _objects(inner),
        st.builds(lambda items: {"type": "array", "items": items}, inner),
        st.builds(lambda word, options: {word: options}, st.sampled_from(["anyOf", "oneOf", "allOf"]), several),
    )


PARTS = st.recursive(st.sampled_from(LEAVES), _deeper, max_leaves=6)
SCHEMAS = st.builds(lambda whole, own: {**whole, "type": "object", "$defs": {"own": own}}, _objects(PARTS), PARTS)
ANSWERS = st.recursive(
    st.sampled_from([None, True, 0, 53.99, 10**30, "", "N/A", "GBP 53.99", "30 April 2024", "2024-04-30", "14:30", "INV-2024/0031"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)


COMMON = settings(derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


def taken(schema: dict[str, Any]) -> None:
    """Goes on with schemas that the door takes."""
    try:
        check_schema(schema)
    except InvalidSchema:
        assume(False)


def assert_told(fields: dict[str, Any], schema: dict[str, Any], warnings: Any) -> None:
    try:
        faults = violations(fields, schema)
    except NotCheckable:
        assert "schema_unusable" in {warning.code for warning in warnings}
        return
    named = {warning.pointer for warning in warnings if warning.code == "schema_violation"}
    assert {fault.pointer for fault in faults} <= named
    json.dumps(fields, allow_nan=False)


@settings(COMMON, max_examples=60)
@given(schema=SCHEMAS)
def test_rules_fill_any_schema_or_say_where_not(schema: dict[str, Any]) -> None:
    taken(schema)
    found: Extraction = extract(PAPER, schema)
    assert_told(found.fields, schema, found.warnings)


@settings(COMMON, max_examples=100)
@given(schema=SCHEMAS, answer=st.dictionaries(NAMES, ANSWERS, max_size=5))
def test_what_a_model_answers_fits_any_schema_or_is_said_not_to(schema: dict[str, Any], answer: dict[str, Any]) -> None:
    taken(schema)
    try:
        wanted = custom_schema(schema)
        for_gemini(wanted)
        fields = shaped(read_answer(json.dumps(answer), wanted, order=None), schema)
    except (ExtractionRejected, UnusableAnswer):
        return
    assert_told(fields, schema, misfits(fields, schema))
