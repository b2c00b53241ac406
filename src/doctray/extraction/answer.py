"""A model's answer: JSON out of whatever surrounds it, values in the form that the schema wants, and what is wrong with the rest."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from doctray.domain.extraction import Fields
from doctray.extraction.json_schema import NotCheckable, fits_format, violations
from doctray.extraction.parse import DateOrder, find_amounts, fold, read_amount, read_date, unfilled
from doctray.extraction.times import clock, find_label_spans

Schema = Mapping[str, Any]

MOST_NAMED = 8
"""Faults that a model is told of at once."""

_NOTHING = frozenset({"", "null", "none", "n a", "na", "not found", "not printed", "not available", "not specified", "unknown", "nil"})


_NEVER_PRINTED = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters and halves of surrogate pairs, which JSON can escape and databases refuse."""


class UnusableAnswer(Exception):
    """The answer is no JSON object, or does not satisfy the schema. The text tells the model why; it may hold keys that the model chose.

    reason: not_json, schema or cut_off, for logs.
    """

    def __init__(self, text: str, reason: str) -> None:
        self.reason = reason
        super().__init__(text)


def read_answer(text: str, schema: Schema, *, order: DateOrder | None) -> Fields:
    """The fields of an answer, tidied and checked. order: how the document writes numeric dates. Raises UnusableAnswer."""
    fields = _tidied(_parsed(text), schema, order)
    if not isinstance(fields, dict):
        raise UnusableAnswer("it is not a JSON object.", "not_json")
    try:
        faults = violations(fields, schema, most=MOST_NAMED)
    except NotCheckable as error:
        raise UnusableAnswer("it cannot be checked against the schema.", "schema") from error
    if faults:
        named = "; ".join(f"at {fault.pointer or 'the top'} {fault.keyword} ({fault.expected}) is not satisfied" for fault in faults)
        raise UnusableAnswer(f"it does not satisfy the schema: {named}.", "schema")
    return fields


def _parsed(text: str) -> Any:
    """The JSON value, without a code fence or words around it. Reasoning between <think> marks is not the answer."""
    body = re.sub(r"^\s*<think>.*?</think>", "", text, count=1, flags=re.DOTALL).strip()
    start = body.find("{")
    if start < 0:
        raise UnusableAnswer("it is not JSON.", "not_json")
    try:
        value, _ = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite).raw_decode(body, start)
    except (ValueError, RecursionError) as error:
        raise UnusableAnswer("it is not JSON, or is cut off.", "not_json") from error
    return value


def _refuse(_word: str) -> None:
    raise ValueError("NaN and Infinity are not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number beyond what can be held")
    return value


def _tidied(value: Any, schema: Schema, order: DateOrder | None) -> Any:
    if isinstance(value, dict):
        children, others = schema.get("properties", {}), schema.get("additionalProperties")
        rest = others if isinstance(others, Mapping) else {}
        return {
            _NEVER_PRINTED.sub("", key): _tidied(item, children.get(key, rest), order)
            for key, item in value.items()
            if _wanted(key, schema)
        }
    if isinstance(value, list):
        items = schema.get("items")
        return [_tidied(item, items if isinstance(items, Mapping) else {}, order) for item in value]
    return _leaf(value, schema, order)


def _wanted(key: str, schema: Schema) -> bool:
    """Whether the schema has a place for the key; what a model adds to a closed object is left out."""
    return key in schema.get("properties", {}) or schema.get("additionalProperties", True) is not False or "patternProperties" in schema


def _leaf(value: Any, schema: Schema, order: DateOrder | None) -> Any:
    kinds, formatted, pattern = _kinds(schema), _keyword(schema, "format"), _keyword(schema, "pattern")
    if isinstance(value, str):
        value = " ".join(_NEVER_PRINTED.sub("", value).split())
        if "null" in kinds and (fold(value) in _NOTHING or unfilled(value) is None):
            return None
        if formatted == "date" and not fits_format("date", value):
            read = read_date(value, order)
            return value if read is None or read.ambiguous else read.value.isoformat()
        if formatted == "time" or (isinstance(pattern, str) and "[0-5]" in pattern and ":" in pattern):
            return _clock(value, exact=fits_format("time", value))
        if "string" not in kinds and kinds & {"number", "integer"}:
            amount = read_amount(value)
            return value if amount is None else amount.value
        if "number" in kinds and (find_amounts(value) or value.isdigit()):
            amount = read_amount(value)
            return value if amount is None else amount.value
        if "string" not in kinds and "boolean" in kinds and fold(value) in ("yes", "true", "no", "false"):
            return fold(value) in ("yes", "true")
        return _choice(value, schema)
    if isinstance(value, float) and value.is_integer() and "integer" in kinds:
        return int(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and "string" in kinds and not kinds & {"number", "integer"}:
        return str(value)
    return value


def _clock(text: str, *, exact: bool) -> str:
    """HH:MM of "9:05"; the text itself where it is a time already, or none, or could be two."""
    spans = () if exact else find_label_spans(text)
    if len(spans) != 1 or spans[0].end is not None:
        return text
    readings = spans[0].start.readings
    return clock(readings[0]) if len(readings) == 1 or re.match(r"0?\d:", text) else text


def _choice(value: str, schema: Schema) -> Any:
    """The choice of an enum that the text means, whatever its case."""
    choices = _keyword(schema, "enum")
    if isinstance(choices, Sequence) and value not in choices:
        return next((choice for choice in choices if isinstance(choice, str) and fold(choice) == fold(value)), value)
    return value


def _kinds(schema: Schema) -> set[str]:
    found: set[str] = set()
    declared = schema.get("type")
    found |= {declared} if isinstance(declared, str) else set(declared or ())
    for option in _options(schema):
        found |= _kinds(option)
    return found


def _keyword(schema: Schema, name: str) -> Any:
    return next((found for part in (schema, *_options(schema)) if (found := part.get(name)) is not None), None)


def _options(schema: Schema) -> list[Schema]:
    return [option for key in ("anyOf", "oneOf") for option in schema.get(key, ()) if isinstance(option, Mapping)]
