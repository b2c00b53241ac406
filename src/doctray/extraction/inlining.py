"""A JSON Schema without references: what each of them names stands in its place, and what refers to itself ends after a few rounds.

Decoders that follow a schema letter by letter, and the rules, take a schema as a tree.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from doctray.extraction.json_pointer import at_pointer

Schema = Mapping[str, Any]

DEEPEST = 12
"""Levels of a schema that are shown. Gemini refuses deep ones (undocumented limit), llama.cpp slows down."""

ROUNDS = 2
"""How often what refers to itself is put in its place: a person with a parent, whose own parent may be anything."""

LARGEST = 2_000
"""Sub-schemas after references are put in their places."""

LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_MAPS = ("properties",)
_SINGLE = ("items", "additionalProperties", "not", "if", "then", "else", "contains")
_NOISE = ("$schema", "$id", "$defs", "definitions", "$anchor", "$comment", "examples", "default", "deprecated", "readOnly", "writeOnly")


class NotInlinable(Exception):
    """The references lead nowhere, or to too much. The text says which; it holds nothing of the schema."""


def inlined(schema: Schema) -> dict[str, Any]:
    """The schema with every `#/…` reference replaced by what it names; beyond DEEPEST levels and ROUNDS rounds anything is allowed.

    What is true or false in the place of the schema of a property, an item or an alternative is written as an object. Raises NotInlinable.
    """
    return _Inliner(schema).schema(schema, 0, ("#",))


def mapped(schema: Schema, change: Callable[[Schema], Any]) -> dict[str, Any]:
    """The schema with every sub-schema changed."""
    out: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _MAPS and isinstance(value, Mapping):
            out[key] = {name: change(child) if isinstance(child, Mapping) else child for name, child in value.items()}
        elif key in LISTS and isinstance(value, list):
            out[key] = [change(child) if isinstance(child, Mapping) else child for child in value]
        elif key in _SINGLE and isinstance(value, Mapping):
            out[key] = change(value)
        else:
            out[key] = value
    return out


_BOOLEANS: Mapping[bool, Schema] = {True: {}, False: {"not": {}}}


def _worded(key: str, value: Any) -> Any:
    """What a keyword says, without true and false in the places of schemas. `additionalProperties` is read as it is."""
    if key in _MAPS and isinstance(value, Mapping):
        return {name: _BOOLEANS[child] if isinstance(child, bool) else child for name, child in value.items()}
    if key in LISTS and isinstance(value, list):
        return [_BOOLEANS[child] if isinstance(child, bool) else child for child in value]
    return _BOOLEANS[value] if key == "items" and isinstance(value, bool) else value


def named_by(root: Schema, reference: str) -> Any:
    """What a reference within the schema names, as #, #/$defs/party or #party (an anchor); None where there is nothing."""
    name = unquote(reference.removeprefix("#"))
    if not name or name.startswith("/"):
        return at_pointer(root, name)
    waiting: list[Any] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            if node.get("$anchor") == name or node.get("$id") == f"#{name}":
                return node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return None


class _Inliner:
    def __init__(self, root: Schema) -> None:
        self._root = root
        self._made = 0

    def schema(self, schema: Schema, depth: int, within: tuple[str, ...]) -> dict[str, Any]:
        """within: the references that led here, the root itself among them."""
        self._made += 1
        if self._made > LARGEST:
            raise NotInlinable(f"The schema has more than {LARGEST} parts once its references are put in their places.")
        if depth > DEEPEST:
            return {}
        target = schema.get("$ref")
        if isinstance(target, str):
            if within.count(target) >= ROUNDS:
                return {}
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            return self.schema({**self._resolved(target), **beside}, depth + 1, (*within, target))
        kept = {key: _worded(key, value) for key, value in schema.items() if key not in _NOISE}
        return mapped(kept, lambda child: self.schema(child, depth + 1, within))

    def _resolved(self, target: str) -> Schema:
        found = named_by(self._root, target)
        if isinstance(found, bool):
            return _BOOLEANS[found]
        if not isinstance(found, Mapping):
            raise NotInlinable("The schema refers to a part of itself that does not exist.")
        return found
