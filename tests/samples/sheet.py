"""A sheet of paper to draw on: text that refuses to overflow its box, rules, boxes and a signature."""

from dataclasses import dataclass
from itertools import pairwise
from random import Random

from tests.mupdf import pymupdf

Point = tuple[float, float]
Rect = tuple[float, float, float, float]
Colour = tuple[float, float, float]

BLACK: Colour = (0.08, 0.08, 0.09)
SMALLEST_OF_ITS_SIZE = 0.75
"""Text may shrink to this part of its size to stay in its box; what still overflows is a mistake of the drawing."""

ASCENT = 0.72
"""Height of a capital over the base line, in font sizes: Helvetica's 0.718 (Adobe Core 14 metrics)."""


class Overflow(Exception):
    """A text does not fit its box."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A font of the PDF base 14 by PyMuPDF's short name (helv, hebo, tiro, tibo, cour, cobo, …), its size in points, its ink."""

    font: str = "helv"
    size: float = 9.0
    colour: Colour = BLACK

    def width(self, text: str) -> float:
        return float(pymupdf.get_text_length(text, fontname=self.font, fontsize=self.size))

    def scaled(self, factor: float) -> "Style":
        return Style(font=self.font, size=self.size * factor, colour=self.colour)


class Sheet:
    """One page, in points, origin top left."""

    def __init__(self, width: float, height: float) -> None:
        self.width = width
        self.height = height
        self._document = pymupdf.open()
        self._page = self._document.new_page(width=width, height=height)

    def line(self, start: Point, end: Point, *, width: float = 0.6, colour: Colour = BLACK) -> None:
        self._page.draw_line(start, end, color=colour, width=width)

    def box(self, rect: Rect, *, width: float = 0.6, colour: Colour = BLACK, fill: Colour | None = None, dashes: str | None = None) -> None:
        """dashes: a PDF dash pattern, as "[3 2] 0"."""
        self._page.draw_rect(pymupdf.Rect(rect), color=colour if width else None, width=width, fill=fill, dashes=dashes)

    def write(self, at: Point, text: str, style: Style, *, room: float | None = None) -> None:
        """Write from the base line's left end; `room`: points to the right that it may take."""
        if room is not None:
            style = fitted(text, style, room)
        self._page.insert_text(at, text, fontname=style.font, fontsize=style.size, color=style.colour)

    def cell(self, rect: Rect, lines: list[tuple[str, Style]], *, align: str = "centre", pad: float = 2.0, leading: float = 1.3) -> None:
        """Lines in the middle of a box, each shrunk a little where that is needed. Raises Overflow."""
        left, top, right, bottom = rect
        fit = [(text, fitted(text, style, right - left - 2 * pad)) for text, style in lines]
        height = fit[0][1].size * ASCENT + sum(style.size * leading for _, style in fit[1:])
        if height > bottom - top - pad:
            raise Overflow(f"{len(lines)} lines of {height:.0f} pt do not fit {bottom - top:.0f} pt")
        base = top + (bottom - top - height) / 2 + fit[0][1].size * ASCENT
        for index, (text, style) in enumerate(fit):
            if index:
                base += style.size * leading
            slack = right - left - 2 * pad - style.width(text)
            x = left + pad + {"left": 0.0, "centre": slack / 2, "right": slack}[align]
            self.write((x, base), text, style)

    def turned(self, rect: Rect, text: str, style: Style) -> None:
        """One line in the middle of a box, reading from below. Raises Overflow."""
        left, top, right, bottom = rect
        style = fitted(text, style, bottom - top - 4)
        x = (left + right) / 2 + style.size * ASCENT / 2
        y = (top + bottom) / 2 + style.width(text) / 2
        self._page.insert_text((x, y), text, fontname=style.font, fontsize=style.size, color=style.colour, rotate=90)

    def new_page(self) -> None:
        """Draw on another page of the same size from here on."""
        self._page = self._document.new_page(width=self.width, height=self.height)

    def paragraph(self, rect: Rect, text: str, style: Style, *, leading: float = 1.18) -> None:
        """Words wrapped from the top of a box. Raises Overflow."""
        left, top, right, bottom = rect
        base = top + style.size * ASCENT
        for line in wrapped(text, style, right - left):
            if base > bottom:
                raise Overflow(f"a paragraph of {len(text)} letters does not fit {bottom - top:.0f} pt")
            self.write((left, base), line, style)
            base += style.size * leading

    def signature(self, at: Point, rng: Random, *, width: float = 90.0, colour: Colour = (0.1, 0.14, 0.45)) -> None:
        """A scribble on a signature line that begins at a point."""
        x, y = at
        stroke = [(x, y - 3.0)]
        while x < at[0] + width:
            x += rng.uniform(4, 11)
            stroke.append((x, y + rng.choice((-1, 1)) * rng.uniform(2, 9) * (1.2 - (x - at[0]) / width) - 3.0))
        for first, second in pairwise(stroke):
            bend = ((first[0] + second[0]) / 2 + rng.uniform(-4, 4), min(first[1], second[1]) - rng.uniform(0, 5))
            self._page.draw_bezier(first, bend, bend, second, color=colour, width=rng.uniform(0.8, 1.3))

    def pdf(self) -> bytes:
        """The sheet as a PDF with a text layer; the same drawing gives the same bytes."""
        return bytes(self._document.tobytes(garbage=3, deflate=True, no_new_id=True))


def fitted(text: str, style: Style, room: float) -> Style:
    """The style, smaller where the text would be wider than `room` points. Raises Overflow."""
    factor = room / max(style.width(text), 0.1)
    if factor >= 1:
        return style
    if factor < SMALLEST_OF_ITS_SIZE:
        raise Overflow(f"{text!r} needs {style.width(text):.0f} pt and has {room:.0f}")
    return style.scaled(factor)


def wrapped(text: str, style: Style, room: float) -> list[str]:
    """The text in lines of at most `room` points."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and style.width(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
