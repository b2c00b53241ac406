"""Results for people: fields as names and values, policies and lessons as tables, and what needs a look."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TEXT_LINES = 12
# Amounts are grouped, years are not.
_GROUPED_FROM = 10_000
_TITLES = {"naic": "NAIC"}


def print_job(console: Console, job: Mapping[str, Any]) -> None:
    """A job as the service describes it: with its fields when completed, with the reason when not."""
    name = _safe(job.get("file_name") or job["request_id"])
    if job["status"] == "completed" and job.get("result"):
        console.print(result_view(job["result"], title=name, cached=bool(job.get("cached"))))
        return
    line = Text.assemble((name, "bold"), "  ", str(job["status"]))
    error = job.get("error")
    if error:
        line.append(f": {_safe(error.get('detail', ''))} ({_safe(error.get('code', ''))})", style="red")
    console.print(line)


def result_view(result: Mapping[str, Any], *, title: str = "", cached: bool = False) -> RenderableType:
    """A result as /v1/jobs/{id}/result gives it."""
    fields = result.get("fields") or {}
    document_type = str(result.get("document_type", ""))
    parts: list[RenderableType] = [_headline(result, title=title, cached=cached)]
    scalars = {name: value for name, value in fields.items() if not isinstance(value, dict | list) and value is not None}
    if scalars:
        parts.append(_names_and_values(scalars))
    for name, value in fields.items():
        if isinstance(value, dict | list) and value:
            parts.append(Text(_title(name), style="bold"))
            parts.append(
                _lessons(value) if isinstance(value, list) and (document_type, name) == ("timetable", "timeblocks") else _nested(value)
            )
    if not scalars and len(parts) == 1:
        parts.append(_first_lines(str(result.get("text") or "")))
    others = result.get("other_documents") or ()
    if others:
        parts.append(Text(f"The file holds {len(others)} more of its kind (other_documents).", style="yellow"))
    parts.extend(_warnings(result.get("warnings") or ()))
    return Group(*(parts[:1] + [Padding(part, (0, 0, 0, 2), expand=False) for part in parts[1:]]))


def _headline(result: Mapping[str, Any], *, title: str, cached: bool) -> Text:
    line = Text.assemble((_safe(title), "bold"), "  ", str(result.get("document_type", "")))
    confidence = result.get("confidence")
    if isinstance(confidence, int | float):
        line.append(f"  confidence {confidence:.2f}")
    pages = result.get("pages")
    if pages:
        line.append(f"  {len(pages)} page" + ("s" if len(pages) != 1 else ""))
    if cached:
        line.append("  from the cache", style="dim")
    if result.get("needs_review"):
        line.append("  needs review", style="yellow")
    return line


def _names_and_values(values: Mapping[str, Any]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in values.items():
        table.add_row(Text(_title(name)), Text(_shown(value)))
    return table


def _nested(value: Any) -> RenderableType:
    if isinstance(value, dict):
        return _names_and_values(value)
    if all(isinstance(item, dict) for item in value):
        deep = any(isinstance(part, dict) and part for item in value for part in item.values())
        return _paragraphs(value) if deep else _rows(value)
    return Text("\n".join(_shown(item) for item in value))


def _paragraphs(items: Sequence[Mapping[str, Any]]) -> RenderableType:
    """One paragraph an object: its plain values on a line or two, then its inner objects name by name. Fits 80 columns."""
    shown: list[RenderableType] = []
    for item in items:
        plain = {name: value for name, value in item.items() if not isinstance(value, dict | list) and value is not None}
        line = Text()
        for name, value in plain.items():
            line.append(("   " if line else "") + _title(name) + " ", style="cyan").append(_shown(value))
        shown.append(line)
        shown.extend(
            Padding(
                Text("\n".join(f"{label}: {_shown(part)}" for label, part in value.items() if part is not None)), (0, 0, 0, 4), expand=False
            )
            for value in item.values()
            if isinstance(value, dict) and value
        )
    return Group(*shown)


def _rows(items: Sequence[Mapping[str, Any]]) -> Table:
    """One row an object; columns in the order in which they are met, those that are empty everywhere left out."""
    names = [
        name
        for name in dict.fromkeys(name for item in items for name in item)
        if any(item.get(name) not in (None, {}, []) for item in items)
    ]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in names:
        table.add_column(Text(_title(name)), overflow="fold")
    for item in items:
        table.add_row(*(Text(_shown(item.get(name))) for name in names))
    return table


def _lessons(blocks: Sequence[Mapping[str, Any]]) -> Table:
    """The week in order: a section a day, within it by start time; columns that are empty everywhere left out."""
    optional = [name for name in ("week", "room", "teacher", "notes") if any(block.get(name) for block in blocks)]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("Day", "Time", "Subject", *map(_title, optional)):
        table.add_column(name, overflow="fold")
    for day in sorted({str(block.get("day")) for block in blocks}, key=_day_order):
        of_day = sorted((block for block in blocks if str(block.get("day")) == day), key=lambda block: str(block.get("start") or "~"))
        for index, block in enumerate(of_day):
            cells = [day if index == 0 else "", _time(block), block.get("subject"), *(block.get(name) for name in optional)]
            table.add_row(*(Text(_shown(cell)) for cell in cells), end_section=index == len(of_day) - 1)
    return table


def _time(block: Mapping[str, Any]) -> str:
    start, end = block.get("start"), block.get("end")
    return f"{start or ''}–{end or ''}" if start or end else ""


def _day_order(day: str) -> int:
    return _DAYS.index(day) if day in _DAYS else len(_DAYS)


def _first_lines(text: str) -> Text:
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return Text("No fields and no text were found.", style="yellow")
    more = f"\n… {len(lines) - _TEXT_LINES} more lines" if len(lines) > _TEXT_LINES else ""
    return Text("\n".join(_safe(line) for line in lines[:_TEXT_LINES]) + more, style="dim")


def _warnings(warnings: Iterable[Mapping[str, Any]]) -> list[RenderableType]:
    return [
        Text(f"! {_safe(warning.get('message') or warning.get('code') or '')}" + _at(warning.get("pointer")), style="yellow")
        for warning in warnings
    ]


def _at(pointer: Any) -> str:
    return f"  [{_safe(pointer)}]" if pointer else ""


def _title(name: str) -> str:
    return _TITLES.get(name) or _safe(name).replace("_", " ").capitalize()


def _shown(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return _shown(int(value))
        case int() if abs(value) >= _GROUPED_FROM:
            return f"{value:,}"
        case dict():
            return "\n".join(f"{_safe(name)}: {_shown(item)}" for name, item in value.items())
        case list():
            return ", ".join(_shown(item) for item in value)
        case _:
            return _safe(value)


def _safe(value: object) -> str:
    """Printable characters only: a document must not send control sequences to a terminal."""
    return "".join(character if character.isprintable() or character == "\n" else "\N{REPLACEMENT CHARACTER}" for character in str(value))
