"""Fields as a workbook (Office Open XML): every value with its place and confidence, the table of `doctray.export.table`, the text.

Numbers, dates, times of day and flags are what they are to Excel, to be sorted and counted with; all else is text.

Made by a worker: XlsxWriter is not among what the API needs.
"""

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, time
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from doctray.domain.extraction import leaves
from doctray.export.shown import Shown
from doctray.export.table import Cell, Table, looks_like_formula, main_table
from doctray.export.wording import DAYS, plain, reviewed_by

MOST_CHARACTERS = 32_767
"""Of one cell (Excel's limit)."""

MOST_LINES = 100_000
"""Rows of the sheet Text; Excel takes ten times as many, slowly."""

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_FIRST_DATE = date(1900, 3, 1)
"""Excel counts days from 1900 and believes that year to be a leap year."""

_EXACT_BELOW = 10**15
"""Excel keeps fifteen digits of a number."""

_WIDEST = 60


def to_xlsx(shown: Shown) -> bytes:
    """The same bytes for the same result. Blocks."""
    file = io.BytesIO()
    # Strings stay strings: never a formula, a number or a link, whatever they begin with.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with Workbook(file, options) as book:
        book.set_properties(
            {
                "title": _property(shown.file_name or shown.request_id),
                "comments": _property(
                    reviewed_by(shown.review) if shown.review is not None else "As extracted; no person has reviewed it."
                ),
                "created": shown.changed_at.replace(tzinfo=None),
            }
        )
        pen = _Pen(book)
        for table in _tables(shown):
            pen.write(table)
    return file.getvalue()


def _tables(shown: Shown) -> Iterator[Table]:
    yield _values(shown)
    main = main_table(shown)
    yield Table(name="Rows" if main.name == "Fields" else main.name, columns=main.columns, rows=main.rows)
    if shown.document_type == "timetable":
        yield from _weeks(shown)
    if shown.warnings:
        rows = tuple(
            (plain(warning.get("code")), plain(warning.get("message")), plain(warning.get("pointer"))) for warning in shown.warnings
        )
        yield Table(name="Warnings", columns=("code", "message", "field"), rows=rows)
    lines = ((page.get("page"), line.get("text"), line.get("confidence")) for page in shown.pages for line in page.get("lines") or ())
    yield Table(
        name="Text", columns=("page", "text", "confidence"), rows=tuple(row for row, _ in zip(lines, range(MOST_LINES), strict=False))
    )


def _values(shown: Shown) -> Table:
    """Every value: beside a person's the machine's, and where it was read."""
    reviewed, machine = dict(leaves(dict(shown.fields))), dict(leaves(dict(shown.machine_fields)))
    places: dict[str, Any] = dict(shown.result.get("provenance") or {})
    rows: list[tuple[Cell, ...]] = []
    for pointer in dict.fromkeys((*reviewed, *(machine if shown.review is not None else ()))):
        # A place says where the machine's value stands: nothing about another value.
        place = places.get(pointer, {}) if reviewed.get(pointer) == machine.get(pointer) else {}
        own = (machine.get(pointer),) if shown.review is not None else ()
        rows.append((pointer, reviewed.get(pointer), *own, place.get("confidence"), place.get("page"), place.get("text")))
    columns = ("field", "value", *(("extracted",) if shown.review is not None else ()), "confidence", "page", "as printed")
    return Table(name="Values", columns=columns, rows=tuple(rows))


def _weeks(shown: Shown) -> Iterator[Table]:
    """A grid for each document and each of its weeks: a row a time, a column a day."""
    number = 0
    for fields in shown.documents:
        blocks = [block for block in fields.get("timeblocks") or () if isinstance(block, dict) and block.get("day") in DAYS]
        for week in sorted({plain(block.get("week")) for block in blocks}):
            number += 1
            # Blocks of every week stand in the grid of each.
            of_week = [block for block in blocks if plain(block.get("week")) == week]
            days = [day for day in DAYS if any(block["day"] == day for block in of_week)]
            times = sorted(
                {(plain(block.get("start")), plain(block.get("end"))) for block in of_week}, key=lambda time: (time[0] or "~", time[1])
            )
            rows = tuple((f"{start}–{end}".strip("–"), *(_lessons(of_week, day, start, end) for day in days)) for start, end in times)
            yield Table(name=f"Week {number}", columns=(f"Week {week}" if week else "Time", *days), rows=rows)


def _lessons(blocks: Sequence[dict[str, Any]], day: str, start: str, end: str) -> str:
    there = [block for block in blocks if (block["day"], plain(block.get("start")), plain(block.get("end"))) == (day, start, end)]
    return "\n".join(", ".join(part for part in map(plain, map(block.get, ("subject", "room", "teacher"))) if part) for block in there)


class _Pen:
    """Writes tables into sheets of one workbook."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._head = book.add_format({"bold": True, "bottom": 1})
        self._text = book.add_format({"text_wrap": True, "valign": "top"})
        # Shown as it is, and marked as text: it stays text when somebody edits the cell.
        self._quoted = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
        self._date = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
        self._time = book.add_format({"num_format": "hh:mm", "valign": "top", "align": "left"})

    def write(self, table: Table) -> None:
        sheet = self._book.add_worksheet(table.name)
        for column, name in enumerate(table.columns):
            sheet.write_string(0, column, _within(name), self._head)
        for number, row in enumerate(table.rows, start=1):
            for column, cell in enumerate(row):
                self._cell(sheet, number, column, cell)
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(table.columns):
            longest = max((len(plain(row[column])) for row in table.rows[:200]), default=0)
            sheet.set_column(column, column, min(_WIDEST, max(len(name), longest) + 2))

    def _cell(self, sheet: Worksheet, row: int, column: int, cell: Cell) -> None:
        match cell:
            case None | "":
                return
            case bool():
                sheet.write_boolean(row, column, cell)
            case int() | float() if abs(cell) < _EXACT_BELOW:
                sheet.write_number(row, column, cell)
            case int() | float():
                sheet.write_string(row, column, str(cell), self._text)
            case _ if (day := _day_of(cell)) is not None:
                sheet.write_datetime(row, column, day, self._date)
            case _ if _CLOCK.fullmatch(cell):
                sheet.write_datetime(row, column, time.fromisoformat(cell), self._time)
            case _:
                sheet.write_string(row, column, _within(cell), self._quoted if looks_like_formula(cell) else self._text)


def _day_of(text: str) -> date | None:
    if not _ISO_DATE.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day >= _FIRST_DATE else None


def _property(text: str) -> str:
    """Properties are written as they come, and XML takes no control characters. Excel shows 255 characters."""
    return "".join(character if character.isprintable() else " " for character in text)[:255]


def _within(text: str) -> str:
    told = text.encode("utf-8", "replace").decode().replace("\0", "")
    return told if len(told) <= MOST_CHARACTERS else told[: MOST_CHARACTERS - 1] + "…"
