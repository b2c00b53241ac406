"""Puts the answers about the parts of a long document together."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from doctray.domain.extraction import Fields, Warning
from doctray.extraction.json_pointer import escaped
from doctray.extraction.parse import fold


def merged(answers: Sequence[Fields]) -> tuple[Fields, list[Warning]]:
    """One object of several: of values the first that is not null, of lists the entries of all without repeats.

    A `disagreement` warning names each value for which a later part says something else.
    """
    out: Fields = {}
    clashes: list[str] = []
    for answer in answers:
        out = _joined(out, answer, "", clashes)
    message = "Parts of the document give different values; the first one stands."
    return out, [Warning(code="disagreement", message=message, pointer=pointer) for pointer in dict.fromkeys(clashes)]


def merged_documents(answers: Sequence[Sequence[Fields]]) -> tuple[list[Fields], list[Warning]]:
    """The certificates or tables of all parts, in order; one that goes on in the next part is one.

    The first document of a part goes on with the last of the part before, unless a value of it says otherwise. The warnings
    are those of the first document.
    """
    out: list[Fields] = []
    warnings: list[Warning] = []
    for answer in answers:
        documents = [document for document in answer if _says_anything(document)]
        if out and documents and _goes_on(out[-1], documents[0]):
            joined, clashes = merged([out[-1], documents[0]])
            out[-1] = joined
            warnings += clashes if len(out) == 1 else []
            documents = documents[1:]
        out += documents
    return out, warnings


def _joined(one: Any, other: Any, pointer: str, clashes: list[str]) -> Any:
    if one is None or one == {} or one == []:
        return other
    if other is None:
        return one
    if isinstance(one, dict) and isinstance(other, dict):
        keys = [*one, *(key for key in other if key not in one)]
        return {key: _joined(one.get(key), other.get(key), f"{pointer}/{escaped(key)}", clashes) for key in keys}
    if isinstance(one, list) and isinstance(other, list):
        return _listed([*one, *other])
    if not _same(one, other):
        clashes.append(pointer)
    return one


def _listed(entries: Sequence[Any]) -> list[Any]:
    """The entries without repeats. Of two objects of which one says no more than the other, the fuller one stands."""
    out: list[Any] = []
    for entry in entries:
        for index, kept in enumerate(out):
            if _within(entry, kept):
                break
            if _within(kept, entry):
                out[index] = entry
                break
        else:
            out.append(entry)
    return out


def _within(entry: Any, other: Any) -> bool:
    """Whether the other says all that the entry says, and there is something that both say."""
    if not isinstance(entry, dict) or not isinstance(other, dict):
        return _same(entry, other)
    said = {key: value for key, value in entry.items() if _says_anything(value)}
    return bool(said) and all(key in other and _within_value(value, other[key]) for key, value in said.items())


def _within_value(value: Any, other: Any) -> bool:
    if isinstance(value, dict) and isinstance(other, dict):
        return _within(value, other)
    return _same(value, other)


def _goes_on(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether no value of one contradicts the other's. A kind or a title says nothing about which document it is."""
    return all(
        not _says_anything(before.get(key)) or isinstance(value, list | dict) or _same(before[key], value)
        for key, value in after.items()
        if _says_anything(value) and key not in ("kind", "title")
    )


def _says_anything(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_says_anything(item) for key, item in value.items() if key != "kind")
    if isinstance(value, list):
        return any(_says_anything(item) for item in value)
    return value is not None and value != ""


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return fold(one) == fold(other)
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
