"""A page as plain text that keeps its look: columns stay apart by spaces, so that a model sees which value stands under which label."""

import re
from collections.abc import Sequence
from statistics import median

from doctray.domain.document import Page, Word
from doctray.extraction.rules.reading import Phrase, Sheet, sheet_of

WIDEST = 180
"""Columns of text at most. A line of 8 pt on A4 has about 130 characters."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""Signs that are not seen on a page, but that could rearrange or hide text."""


def page_text(page: Page) -> str:
    """The page's words and what is filled into its form fields, line by line. Text that is not upright comes last, without its place."""
    sheet = sheet_of(page)
    pitch = _pitch(sheet)
    lines: list[str] = []
    bottom: float | None = None
    for row in sheet.rows():
        if bottom is not None and row[0].box.top - bottom > row[0].height:
            lines.append("")
        lines.append(_line(row, pitch))
        bottom = max(phrase.box.bottom for phrase in row)
    turned = [_clean(" ".join(word.text for word in words)) for words in _turned(page)]
    return "\n".join([*lines, *([""] if turned and lines else []), *turned])


def _line(row: Sequence[Phrase], pitch: float) -> str:
    out = ""
    for phrase in row:
        column = min(WIDEST, round(phrase.box.left / pitch))
        # Two spaces at least between phrases: one would make them a single one.
        out = out.ljust(max(column, len(out) + 2 if out else 0)) + _clean(phrase.text)
    return out.rstrip()


def _pitch(sheet: Sheet) -> float:
    """Pixels of the page to a column of text: the width of a character, or more where that would make lines too long."""
    widths = [word.box.width / len(word.text) for word in sheet.words if word.box.width > 0]
    return max(1.0, median(widths) if widths else 1.0, sheet.width / WIDEST)


def _turned(page: Page) -> list[list[Word]]:
    found = ([word for word in line.words if word.angle != 0 and word.text.strip()] for line in page.lines)
    return [words for words in found if words]


def _clean(text: str) -> str:
    return _CONTROL.sub("", text)
