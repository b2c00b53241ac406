"""What kind of value a field holds, for the rows of the table. Pure."""

import re
from typing import Any

KINDS = ("date", "amount", "number", "name", "id", "flag", "block", "place", "text")

_DATE = re.compile(r"(?:^|_)date$|^date$")
_NAME = re.compile(r"(?:^|_)name$|^teacher$|^holder$|^insured$|^producer$")
_ID = re.compile(r"number$|^naic$|letter$|^id$|_id$|^reference$")
_PLACE = re.compile(r"address$|^room$|^place$")


def kind_of(pointer: str, value: Any) -> str:
    """One of KINDS, by the field's name, else by its value. A time block is one value, and its pointer is /timeblocks/N."""
    parts = pointer.strip("/").split("/")
    if parts[0] == "timeblocks" and len(parts) == 2:
        return "block"
    if "limits" in parts[:-1]:
        return "amount"
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", next((part for part in reversed(parts) if not part.isdigit()), "")).lower()
    if isinstance(value, bool):
        return "flag"
    for kind, pattern in (("date", _DATE), ("id", _ID), ("name", _NAME), ("place", _PLACE)):
        if pattern.search(name):
            return kind
    return "number" if isinstance(value, int | float) else "text"
