"""JSON Pointers (RFC 6901): the names of places in fields and schemas."""

from collections.abc import Mapping
from typing import Any


def at_pointer(value: Any, pointer: str) -> Any:
    """What stands at a JSON Pointer; None where nothing does."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, Mapping) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def escaped(key: object) -> str:
    """A key as it stands in a JSON Pointer (RFC 6901)."""
    return str(key).replace("~", "~0").replace("/", "~1")
