"""A result as Markdown: its fields as tables, what should be looked at, and the text. Reads well raw, rendered, and by a language model."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from doctray.export.shown import Shown
from doctray.export.table import ordered_blocks
from doctray.export.wording import is_list_of_objects, plain, reviewed_by, title

_ACTIVE = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$-])")
"""Whatever could become markup, a link, an image or HTML: text of a document stays text."""

_BLOCK_COLUMNS = ("day", "start", "end", "subject", "room", "teacher", "week", "notes")


def to_markdown(shown: Shown) -> bytes:
    """UTF-8, one table a list of fields."""
    return ("\n".join(_lines(shown)).rstrip() + "\n").encode("utf-8", "replace")


def _lines(shown: Shown) -> Iterator[str]:
    yield f"# {_escaped(shown.file_name or shown.request_id)}"
    yield ""
    yield " · ".join(_headline(shown))
    yield ""
    several = len(shown.documents) > 1
    for number, fields in enumerate(shown.documents, start=1):
        if several:
            yield f"## Document {number}"
            yield ""
        yield from _fields(shown.document_type, fields)
    if shown.warnings:
        yield "## To be checked"
        yield ""
        for warning in shown.warnings:
            place = f" (`{str(warning['pointer']).replace('`', '')}`)" if warning.get("pointer") else ""
            yield f"- {_escaped(warning.get('message') or warning.get('code'))}{place}"
        yield ""
    text = str(shown.result.get("text") or "").strip("\n")
    if text:
        yield "## Text"
        yield ""
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
        yield fence + "text"
        yield text.replace("\f", "\n\n")
        yield fence


def _headline(shown: Shown) -> Iterator[str]:
    yield _escaped(shown.document_type)
    confidence = shown.result.get("confidence")
    if isinstance(confidence, int | float):
        yield f"confidence {confidence:.2f}"
    yield f"{len(shown.pages)} page{'' if len(shown.pages) == 1 else 's'}"
    if shown.review is not None:
        yield _escaped(reviewed_by(shown.review))
    elif shown.result.get("needs_review"):
        yield "needs review"


def _fields(document_type: str, fields: Mapping[str, Any]) -> Iterator[str]:
    once = [(title(name), value) for name, value in _once(fields) if value is not None]
    if once:
        yield from _table(("Field", "Value"), once)
    for name, value in fields.items():
        if not is_list_of_objects(value):
            continue
        yield f"## {_escaped(title(name))}"
        yield ""
        if (document_type, name) == ("timetable", "timeblocks"):
            blocks = ordered_blocks(fields)
            columns: Sequence[str] = [column for column in _BLOCK_COLUMNS if any(block.get(column) is not None for block in blocks)]
            yield from _table([title(column) for column in columns], [[block.get(column) for column in columns] for block in blocks])
        else:
            columns = [
                column
                for column in dict.fromkeys(column for item in value for column in item)
                if any(item.get(column) not in (None, {}, []) for item in value)
            ]
            yield from _table([title(column) for column in columns], [[item.get(column) for column in columns] for item in value])


def _once(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, item in value.items():
        if isinstance(item, Mapping):
            yield from _once(item, f"{prefix}{name} ")
        elif not is_list_of_objects(item) and item != []:
            yield f"{prefix}{name}", item


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    yield f"| {' | '.join(_escaped(cell) for cell in head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(_escaped(plain(cell)) for cell in row)} |"
    yield ""


def _escaped(value: Any) -> str:
    """On one line, printable, and without markup."""
    text = "".join(character if character.isprintable() else " " for character in str(value or ""))
    return _ACTIVE.sub(r"\\\1", " ".join(text.split()))
