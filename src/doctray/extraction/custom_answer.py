"""The last steps of a caller's own fields, whoever took them: the shape that the schema wants, and where it is not satisfied."""

from collections.abc import Mapping
from typing import Any

from doctray.domain.extraction import Fields, Warning
from doctray.extraction.inlining import inlined
from doctray.extraction.json_schema import NotCheckable, violations

Schema = Mapping[str, Any]


def shaped(fields: Fields, schema: Schema) -> Fields:
    """Every property that the schema names: what was not found is null where null is allowed, an empty list where a list is
    required, else left out. Properties keep the schema's order."""
    out = _shaped(fields, inlined(schema))
    return out if isinstance(out, dict) else {}


def misfits(fields: Fields, schema: Schema) -> list[Warning]:
    """A `schema_violation` for each place at which the fields do not satisfy the schema; no value is shown."""
    try:
        found = violations(fields, schema)
    except NotCheckable:
        return [Warning(code="schema_unusable", message="The answer could not be checked against the schema.")]
    return [Warning(code="schema_violation", message=_message(fault.keyword), pointer=fault.pointer) for fault in found]


def allows(schema: Schema, kind: str) -> bool:
    """Whether the schema takes a value of this JSON type, as far as its `type`, `enum` and alternatives say."""
    if any(allows(option, kind) for option in alternatives(schema)):
        return True
    declared = schema.get("type")
    if declared is None:
        return kind == "null" and None in schema.get("enum", ())
    return kind == declared or (isinstance(declared, list) and kind in declared)


def alternatives(schema: Schema) -> list[Schema]:
    return [option for key in ("anyOf", "oneOf") for option in schema.get(key) or () if isinstance(option, Mapping)]


def properties(schema: Schema) -> Mapping[str, Schema]:
    """Properties of an object, those of its `allOf` and of its only object alternative among them."""
    found: dict[str, Schema] = {}
    for part in (schema, *(part for part in schema.get("allOf") or () if isinstance(part, Mapping))):
        own = part.get("properties")
        found |= {name: child for name, child in own.items() if isinstance(child, Mapping)} if isinstance(own, Mapping) else {}
    if not found:
        nested = [option for option in alternatives(schema) if properties(option)]
        return properties(nested[0]) if len(nested) == 1 else {}
    return found


def required(schema: Schema) -> frozenset[str]:
    """Names of properties that must be there."""
    parts = (schema, *(part for part in schema.get("allOf") or () if isinstance(part, Mapping)))
    return frozenset(name for part in parts for name in part.get("required") or () if isinstance(name, str))


def items_of(schema: Schema) -> Schema:
    """Schema of a list's entries."""
    for part in (schema, *alternatives(schema)):
        if isinstance(items := part.get("items"), Mapping):
            return items
    return {}


def is_list(schema: Schema) -> bool:
    return (allows(schema, "array") or "items" in schema) and not allows(schema, "string")


def _shaped(value: Any, schema: Schema) -> Any:
    if isinstance(value, dict):
        known, needed = properties(schema), required(schema)
        out: Fields = {}
        for name, child in known.items():
            made = _shaped(value.get(name), child)
            if made is None and allows(child, "null"):
                out[name] = None
            elif made is None and name in needed and is_list(child):
                out[name] = []
            elif made is not None:
                out[name] = made
        return out | {name: item for name, item in value.items() if name not in known and item is not None}
    if isinstance(value, list):
        made = [_shaped(item, items_of(schema)) for item in value]
        return [item for item in made if item is not None and item != {}]
    if value is None and properties(schema) and not allows(schema, "null"):
        return _shaped({}, schema) or None
    return value


def _message(keyword: str) -> str:
    return "A required field was not found." if keyword == "required" else f"The value does not satisfy the schema's {keyword}."
