"""Papers typed as text with their truth beneath: one file a layout, drawn with real fonts into a PDF.

A file of `typed/KIND/` is the page as it looks, a line of `=====`, and what is true: for a certificate the fields that are not null as
JSON, for a timetable lines (`typed_weeks`). Two spaces part what stands apart; `#` or `##` at the start of a line makes it large or medium
print; underscores are a ruled line; `[table …]` begins a table (`typed_tables`); `[page]` begins another page.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from tests.samples.paper import Paper, no_certificate_fields
from tests.samples.sheet import Sheet, Style
from tests.samples.typed_tables import Table, is_table, table_of
from tests.samples.typed_weeks import week_of

TYPED = Path(__file__).parent / "typed"

PITCH_PT, LEADING_PT, MARGIN_PT = 5.1, 13.0, 40.0
_LEAST_PT = {"certificates": (560.0, 640.0), "timetables": (560.0, 400.0)}
"""Width and height of a page at the least."""

_SIZES = {"": 9.0, "##": 13.0, "#": 18.0}
_FONTS = (("helv", "hebo"), ("tiro", "tibo"), ("helv", "tibo"))
_RUN = re.compile(r"\S+(?: \S+)*")
_PRINTABLE = str.maketrans({"₹": "Rs", "€": "EUR ", "–": "-", "’": "'"})
"""The fonts that every PDF reader has know Latin-1 only."""


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: float

    @property
    def letters(self) -> float:
        return max((run.start() + len(run[0]) * max(1.0, self.size / 11.0) for run in _RUN.finditer(self.text)), default=0.0)


_Part = _Line | Table


def names(kind: str) -> list[str]:
    """Of the typed papers of one kind, as `certificates`."""
    return sorted(path.stem for path in (TYPED / kind).glob("*.txt"))


@cache
def typed_paper(kind: str, name: str, *, seed: int = 1) -> Paper:
    """The paper drawn in fonts that the seed chooses. Raises Overflow where a run of words does not fit before the next."""
    return paper_of(kind, name, (TYPED / kind / f"{name}.txt").read_text(encoding="utf-8"), seed=seed)


def paper_of(kind: str, name: str, typed: str, *, seed: int = 1) -> Paper:
    """The paper of a file's text."""
    drawing, _, truth = typed.partition("\n=====\n")
    pages = [list(_parts(page.splitlines())) for page in re.split(r"^\[page\]\n", drawing, flags=re.MULTILINE)]
    fonts = Random(f"{seed}:{name}").choice(_FONTS)
    heights = [[_height(part, fonts) for part in page] for page in pages]
    wide = max(part.letters for page in pages for part in page)
    least_width, least_height = _LEAST_PT[kind]
    sheet = Sheet(max(least_width, 2 * MARGIN_PT + wide * PITCH_PT), max(least_height, 2 * MARGIN_PT + max(map(sum, heights))))
    for index, page in enumerate(pages):
        if index:
            sheet.new_page()
        top = MARGIN_PT
        for part, height in zip(page, heights[index], strict=True):
            if isinstance(part, Table):
                part.draw(sheet, MARGIN_PT, top, fonts=fonts, pitch=PITCH_PT)
            else:
                _write(sheet, part, top + height, Style(font=fonts[0] if part.size < 10 else fonts[1], size=part.size))
            top += height
    if kind == "timetables":
        return Paper(name=name, document_type="timetable", pdf=sheet.pdf(), truth=week_of(truth))
    return Paper(name=name, document_type="certificate", pdf=sheet.pdf(), truth=no_certificate_fields() | json.loads(truth))


def _parts(rows: Sequence[str]) -> Iterator[_Part]:
    table: list[str] | None = None
    for row in rows:
        row = row.translate(_PRINTABLE)
        if is_table(row):
            table = [row]
        elif table is None:
            yield _line(row)
        elif row.strip() == "[end]":
            yield table_of(table)
            table = None
        else:
            table.append(row)


def _height(part: _Part, fonts: tuple[str, str]) -> float:
    return sum(part.heights(fonts, PITCH_PT)) if isinstance(part, Table) else LEADING_PT * max(1.0, part.size / 11.0)


def _line(row: str) -> _Line:
    mark = re.match(r"#{1,2}(?!#)", row)
    return _Line(row if mark is None else row.replace("#", " ", len(mark[0])), _SIZES["" if mark is None else mark[0]])


def _write(sheet: Sheet, line: _Line, base: float, style: Style) -> None:
    runs = list(_RUN.finditer(line.text))
    for index, run in enumerate(runs):
        left = MARGIN_PT + run.start() * PITCH_PT
        following = runs[index + 1].start() * PITCH_PT + MARGIN_PT - 1.2 * style.size if index + 1 < len(runs) else sheet.width - 8
        if set(run[0]) == {"_"}:
            sheet.line((left, base), (left + len(run[0]) * PITCH_PT, base))
        else:
            sheet.write((left, base), run[0], style, room=following - left)
