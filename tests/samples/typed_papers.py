"""Papers typed as text with their truth beneath: one file a layout, drawn with real fonts into a PDF.

A file of `typed/KIND/` is the page as it looks, a line of `=====`, and the fields that are not null as JSON. Two spaces part what
stands apart; `#` or `##` at the start of a line makes it large or medium print; underscores are a ruled line.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from tests.samples.paper import Paper, no_certificate_fields
from tests.samples.sheet import Sheet, Style

TYPED = Path(__file__).parent / "typed"

PITCH_PT, LEADING_PT, MARGIN_PT = 5.1, 13.0, 40.0
_SIZES = {"": 9.0, "##": 13.0, "#": 18.0}
_FONTS = (("helv", "hebo"), ("tiro", "tibo"), ("helv", "tibo"))
_RUN = re.compile(r"\S+(?: \S+)*")
_PRINTABLE = str.maketrans({"₹": "Rs ", "€": "EUR ", "–": "-", "’": "'"})
"""The fonts that every PDF reader has know Latin-1 only."""


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: float


def names(kind: str) -> list[str]:
    """Of the typed papers of one kind, as `certificates`."""
    return sorted(path.stem for path in (TYPED / kind).glob("*.txt"))


@cache
def typed_paper(kind: str, name: str, *, seed: int = 1) -> Paper:
    """The paper drawn in fonts that the seed chooses. Raises Overflow where a run of words does not fit before the next."""
    drawing, _, truth = (TYPED / kind / f"{name}.txt").read_text(encoding="utf-8").partition("\n=====\n")
    lines = [_line(row) for row in drawing.splitlines()]
    columns = max(len(line.text) for line in lines)
    heights = [LEADING_PT * max(1.0, line.size / 11.0) for line in lines]
    plain, bold = Random(f"{seed}:{name}").choice(_FONTS)
    sheet = Sheet(max(560.0, 2 * MARGIN_PT + columns * PITCH_PT), max(640.0, 2 * MARGIN_PT + sum(heights)))
    top = MARGIN_PT
    for line, height in zip(lines, heights, strict=True):
        top += height
        _write(sheet, line, top, Style(font=plain if line.size < 10 else bold, size=line.size))
    return Paper(name=name, document_type="certificate", pdf=sheet.pdf(), truth=no_certificate_fields() | json.loads(truth))


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
            sheet.write((left, base), run[0].translate(_PRINTABLE), style, room=following - left)
