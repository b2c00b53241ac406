"""Fields as rows and columns: what CSV and XLSX hold.

A certificate has a row for each policy, a timetable one for each time block, a caller's own document one for each item of its longest
list; what is said once stands in every row. The columns of certificates and timetables are always the same.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from doctray.export.shown import Shown
from doctray.export.wording import day_order, is_list_of_objects, plain

Cell = str | int | float | bool | None

CERTIFICATE_COLUMNS = (
    "kind",
    "title",
    "certificate_number",
    "issue_date",
    "expiry_date",
    "issuer_name",
    "recipient_name",
    "subject",
    "insured_name",
    "insured_address",
    "producer_name",
    "holder_name",
    "insurers",
)
POLICY_COLUMNS = (
    "type",
    "insurer_letter",
    "policy_number",
    "effective_date",
    "expiry_date",
    "currency",
    "additional_insured",
    "subrogation_waived",
    "limits",
)
TIMETABLE_COLUMNS = ("school_name", "class_name", "teacher_name", "term", "year")
BLOCK_COLUMNS = ("week", "day", "start", "end", "subject", "room", "teacher", "notes")

_STARTS_A_FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH COMMERCIAL AT}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet could take the text for a formula (OWASP, "CSV Injection")."""
    return bool(_STARTS_A_FORMULA.match(text)) or text.startswith(("\t", "\r"))


def main_table(shown: Shown) -> Table:
    """Every document of the file. First request_id and file_name, last whether a person has validated the row."""
    rows = [
        {"document": number, **row, "validated": shown.review is not None and number == 1}
        for number, fields in enumerate(shown.documents, start=1)
        for row in _rows(shown.document_type, fields)
    ]
    inner = _columns(shown.document_type, rows)
    columns = ("request_id", "file_name", "document", *inner, "validated")
    about = {"request_id": shown.request_id, "file_name": shown.file_name}
    return Table(
        name={"certificate": "Policies", "timetable": "Timetable"}.get(shown.document_type, "Fields"),
        columns=columns,
        rows=tuple(tuple((about | row).get(name) for name in columns) for row in rows),
    )


def ordered_blocks(fields: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A timetable's blocks by week, day and time."""
    blocks = [block for block in fields.get("timeblocks") or () if isinstance(block, Mapping)]
    return sorted(blocks, key=lambda block: (plain(block.get("week")), day_order(block.get("day")), plain(block.get("start")) or "~"))


def _rows(document_type: str, fields: Mapping[str, Any]) -> Iterator[dict[str, Cell]]:
    match document_type:
        case "certificate":
            once = {name: _cell(fields.get(name)) for name in CERTIFICATE_COLUMNS} | {"insurers": _insurers(fields)}
            insurers = {insurer.get("letter"): insurer.get("name") for insurer in _objects(fields, "insurers") if insurer.get("letter")}
            for policy in _objects(fields, "policies") or [{}]:
                own = {f"policy.{name}": _cell(policy.get(name)) for name in POLICY_COLUMNS}
                yield once | own | {"policy.insurer_name": _cell(insurers.get(policy.get("insurer_letter")))}
        case "timetable":
            once = {name: _cell(fields.get(name)) for name in TIMETABLE_COLUMNS}
            for block in ordered_blocks(fields) or [{}]:
                yield once | {name: _cell(block.get(name)) for name in BLOCK_COLUMNS}
        case _:
            lists = {name: value for name, value in fields.items() if is_list_of_objects(value)}
            longest = max(lists, key=lambda name: len(lists[name]), default=None)
            once = dict(_flat({name: value for name, value in fields.items() if name != longest}))
            for item in lists[longest] if longest is not None else [{}]:
                yield once | dict(_flat(item, f"{longest}."))


def _columns(document_type: str, rows: list[dict[str, Cell]]) -> tuple[str, ...]:
    match document_type:
        case "certificate":
            policy = [f"policy.{name}" for name in POLICY_COLUMNS]
            policy.insert(2, "policy.insurer_name")
            return (*CERTIFICATE_COLUMNS, *policy)
        case "timetable":
            return (*TIMETABLE_COLUMNS, *BLOCK_COLUMNS)
        case _:
            return tuple(name for name in dict.fromkeys(name for row in rows for name in row) if name not in ("document", "validated"))


def _insurers(fields: Mapping[str, Any]) -> str:
    """A: Northwind Mutual (12345); B: …"""
    worded = []
    for insurer in _objects(fields, "insurers"):
        letter, name, naic = (plain(insurer.get(part)) for part in ("letter", "name", "naic"))
        worded.append(f"{letter}: {name}".strip(": ") + (f" ({naic})" if naic else ""))
    return "; ".join(worded)


def _objects(fields: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [item for item in fields.get(name) or () if isinstance(item, Mapping)]


def _flat(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Cell]]:
    for name, item in value.items():
        if isinstance(item, Mapping):
            yield from _flat(item, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", _cell(item)


def _cell(value: Any) -> Cell:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value if value is None or isinstance(value, str | int | float | bool) else plain(value)
