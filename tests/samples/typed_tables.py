"""Tables of typed papers: rows of cells between bars, as people draw them in a text file, drawn with rules, fills and merged cells.

    [table widths=10,18,18 rules=grey align=left valign=top size=8]
    | Time  | Monday      | Tuesday |
    | 9:00  | Maths\\nR12  | ^       |
    [end]

A cell that is `<` belongs to the one left of it, `^` to the one above. `\\n` breaks a line; lines too wide for the cell are wrapped. Before
the text: `!` for bold, `~` for text that reads from below, `%3` for the third colour. Widths are in letters of the typed page.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.samples.sheet import ASCENT, Colour, Rect, Sheet, Style, wrapped

COLOURS: tuple[Colour, ...] = (
    (0.85, 0.85, 0.85), (0.78, 0.88, 0.98), (0.99, 0.88, 0.76), (0.83, 0.94, 0.80), (0.97, 0.80, 0.84), (0.90, 0.84, 0.97), (0.99, 0.96, 0.70),
    (0.22, 0.36, 0.56),
)  # fmt: skip
_DARK = 7
_GREY: Colour = (0.72, 0.72, 0.74)
_PAD, _LEADING, _TURNED_LEAST = 2.5, 1.22, 34.0
_HEAD = re.compile(r"\[table(?P<options>(?: \w+=[\w.,]+)*)\]$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    row: int
    column: int
    rows: int
    columns: int
    text: str
    bold: bool
    turned: bool
    colour: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """rules: full, grey, dashed, rows, columns, outer or none. least: height of a row in points at the least."""

    widths: tuple[float, ...]
    rules: str = "full"
    align: str = "centre"
    valign: str = "centre"
    size: float = 8.5
    least: float = 15.0
    indent: float = 0.0
    cells: tuple[_Cell, ...] = field(default=())

    @property
    def letters(self) -> float:
        return self.indent + sum(self.widths)

    def heights(self, fonts: tuple[str, str], pitch: float) -> list[float]:
        """Of the rows, in points: as high as their cells need."""
        rows = [self.least] * max(cell.row + cell.rows for cell in self.cells)
        for cell in sorted(self.cells, key=lambda cell: cell.rows):
            need = self._need(cell, fonts, pitch)
            short = need - sum(rows[cell.row : cell.row + cell.rows])
            if short > 0:
                for row in range(cell.row, cell.row + cell.rows):
                    rows[row] += short / cell.rows
        return rows

    def draw(self, sheet: Sheet, left: float, top: float, *, fonts: tuple[str, str], pitch: float) -> float:
        """Draw with the upper left corner there; give how far down it reaches."""
        across = [left + self.indent * pitch]
        for width in self.widths:
            across.append(across[-1] + width * pitch)
        down = [top]
        for height in self.heights(fonts, pitch):
            down.append(down[-1] + height)
        for cell in self.cells:
            rect = (across[cell.column], down[cell.row], across[cell.column + cell.columns], down[cell.row + cell.rows])
            self._frame(sheet, rect, None if cell.colour is None else COLOURS[cell.colour])
            if not cell.text:
                continue
            style = self._style(cell, fonts)
            if cell.turned:
                sheet.turned(rect, cell.text, style)
            else:
                lines = [(line, style) for line in self._lines(cell, style, pitch)]
                if self.valign == "top":
                    rect = (rect[0], rect[1], rect[2], min(rect[3], rect[1] + self._need(cell, fonts, pitch)))
                sheet.cell(rect, lines, align=self.align, leading=_LEADING, pad=_PAD)
        if self.rules == "outer":
            sheet.box((across[0], down[0], across[-1], down[-1]))
        return down[-1]

    def _frame(self, sheet: Sheet, rect: Rect, fill: Colour | None) -> None:
        left, top, right, bottom = rect
        match self.rules:
            case "full":
                sheet.box(rect, width=0.7, fill=fill)
            case "grey":
                sheet.box(rect, width=0.5, colour=_GREY, fill=fill)
            case "dashed":
                sheet.box(rect, width=0.6, fill=fill, dashes="[3 2] 0")
            case _ if fill:
                sheet.box(rect, width=0, fill=fill)
        if self.rules == "rows":
            sheet.line((left, top), (right, top), width=0.5)
            sheet.line((left, bottom), (right, bottom), width=0.5)
        if self.rules == "columns":
            sheet.line((left, top), (left, bottom), width=0.5)
            sheet.line((right, top), (right, bottom), width=0.5)

    def _style(self, cell: _Cell, fonts: tuple[str, str]) -> Style:
        white: Colour = (1.0, 1.0, 1.0)
        font = fonts[1] if cell.bold else fonts[0]
        return Style(font=font, size=self.size, colour=white) if cell.colour == _DARK else Style(font=font, size=self.size)

    def _lines(self, cell: _Cell, style: Style, pitch: float) -> list[str]:
        room = sum(self.widths[cell.column : cell.column + cell.columns]) * pitch - 2 * _PAD
        return [part for line in cell.text.split("\\n") for part in wrapped(line, style, room)]

    def _need(self, cell: _Cell, fonts: tuple[str, str], pitch: float) -> float:
        style = self._style(cell, fonts)
        if cell.turned:
            return max(_TURNED_LEAST, style.width(cell.text) + 8)
        return len(self._lines(cell, style, pitch)) * self.size * _LEADING + self.size * (ASCENT - 1) + 2 * _PAD + 3


def is_table(line: str) -> bool:
    return _HEAD.match(line.strip()) is not None


def table_of(lines: Sequence[str]) -> Table:
    """The table of its lines, from `[table …]` up to the line before `[end]`."""
    head = _HEAD.match(lines[0].strip())
    assert head is not None, lines[0]
    options = dict(option.split("=", 1) for option in head["options"].split())
    widths = tuple(float(width) for width in options.pop("widths").split(","))
    numbers = {name: float(options.pop(name)) for name in ("size", "least", "indent") if name in options}
    rows = [[cell.strip() for cell in line.strip()[1:-1].split("|")] for line in lines[1:] if line.strip()]
    for row in rows:
        assert len(row) == len(widths), row
    return Table(widths=widths, cells=tuple(_cells(rows)), **numbers, **options)  # type: ignore[arg-type]


def _cells(rows: list[list[str]]) -> list[_Cell]:
    out = []
    for top, row in enumerate(rows):
        for left, text in enumerate(row):
            if text in ("<", "^"):
                continue
            columns = 1 + _run(row[left + 1 :], "<")
            below = 1 + _run([other[left] for other in rows[top + 1 :]], "^")
            bold, turned, colour = False, False, None
            while text[:1] in ("!", "~", "%"):
                if text[0] == "%":
                    colour, text = int(text[1]), text[2:]
                    continue
                bold, turned = bold or text[0] == "!", turned or text[0] == "~"
                text = text[1:]
            out.append(_Cell(row=top, column=left, rows=below, columns=columns, text=text.strip(), bold=bold, turned=turned, colour=colour))
    return out


def _run(cells: Sequence[str], mark: str) -> int:
    return next((index for index, cell in enumerate(cells) if cell != mark), len(cells))
