"""Lays a declared grid out as a Document: words with boxes, and ruling segments where cells are not merged."""

from collections.abc import Sequence
from dataclasses import dataclass

from doctray.domain.document import Box, Document, Line, Page, PageSource, Segment, Word
from doctray.domain.extraction import Extraction

LEFT = "<"
"""A cell that is one with the cell at its left."""

ABOVE = "^"
"""A cell that is one with the cell above it."""

LETTER_PX, TALL_PX, PITCH_PX = 8.0, 16.0, 20.0


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a grid stands and how big its cells are, in pixels."""

    left: float = 60.0
    top: float = 160.0
    wide: float = 150.0
    tall: float = 90.0


LAYOUT = Layout()


def document(*pages: Page) -> Document:
    return Document(pages=pages, page_total=len(pages))


def a_page(words: Sequence[Word], segments: Sequence[Segment] = (), *, number: int = 1) -> Page:
    return Page(
        number=number,
        width=1700,
        height=1600,
        source=PageSource.TEXT_LAYER,
        lines=tuple(Line(words=(word,)) for word in words),
        segments=tuple(segments),
    )


def a_sheet(
    rows: Sequence[Sequence[str]], *, title: Sequence[str] = (), ruled: bool = True, layout: Layout = LAYOUT, number: int = 1
) -> Page:
    """rows: cells as text, `|` parts lines, `~` before a line makes it small; LEFT and ABOVE merge. title: lines above the grid."""
    words = [word for index, line in enumerate(title) for word in text_line(line, left=layout.left, top=20.0 + 30 * index)]
    return a_page([*words, *_words(rows, layout)], _rules(rows, layout) if ruled else (), number=number)


def sides(left: float, top: float, right: float, bottom: float) -> list[Segment]:
    """The rules around a box."""
    return [
        Segment(left, top, right, top), Segment(left, bottom, right, bottom), Segment(left, top, left, bottom), Segment(right, top, right, bottom),
    ]  # fmt: skip


def text_line(text: str, *, left: float, top: float, tall: float = TALL_PX, confidence: float = 1.0) -> list[Word]:
    words, x = [], left
    for part in text.split(" "):
        wide = len(part) * LETTER_PX * tall / TALL_PX
        if part:
            words.append(Word(text=part, box=Box(x, top, x + wide, top + tall), confidence=confidence))
        x += wide + LETTER_PX / 2
    return words


def lesson(extraction: Extraction, day: str, subject: str) -> dict[str, object]:
    """The one block of that day and subject."""
    [block] = [block for block in extraction.fields["timeblocks"] if block["day"] == day and block["subject"] == subject]
    return dict(block)


def times(extraction: Extraction, day: str) -> list[tuple[str, str | None, str | None]]:
    """(subject, start, end) of a day's blocks in order."""
    return [(block["subject"], block["start"], block["end"]) for block in extraction.fields["timeblocks"] if block["day"] == day]


def _words(rows: Sequence[Sequence[str]], layout: Layout) -> list[Word]:
    words = []
    for row, column, right, bottom in _anchors(rows):
        box = Box(*_corner(layout, row, column), *_corner(layout, bottom, right))
        lines = [line for line in rows[row][column].split("|") if line]
        y = box.center_y - PITCH_PX * len(lines) / 2
        for line in lines:
            tall = TALL_PX * 0.6 if line.startswith("~") else TALL_PX
            laid = text_line(line.lstrip("~"), left=0.0, top=y, tall=tall)
            shift = box.center_x - laid[-1].box.right / 2
            words += [
                Word(text=word.text, box=Box(word.box.left + shift, y, word.box.right + shift, y + tall), confidence=1.0) for word in laid
            ]
            y += PITCH_PX
    return words


def _rules(rows: Sequence[Sequence[str]], layout: Layout) -> list[Segment]:
    segments = []
    for row, column, right, bottom in _anchors(rows):
        (x0, y0), (x1, y1) = _corner(layout, row, column), _corner(layout, bottom, right)
        segments += sides(x0, y0, x1, y1)
    return segments


def _anchors(rows: Sequence[Sequence[str]]) -> list[tuple[int, int, int, int]]:
    """(row, column, right, bottom), ends exclusive, of each cell with what is merged into it."""
    found = []
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            if text in (LEFT, ABOVE):
                continue
            right = column + 1
            while right < len(cells) and cells[right] == LEFT:
                right += 1
            bottom = row + 1
            while bottom < len(rows) and rows[bottom][column] == ABOVE:
                bottom += 1
            found.append((row, column, right, bottom))
    return found


def _corner(layout: Layout, row: int, column: int) -> tuple[float, float]:
    return layout.left + layout.wide * column, layout.top + layout.tall * row
