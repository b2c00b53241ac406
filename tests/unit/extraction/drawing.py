"""Pages drawn as text: a character is 10 px wide and a line 30 px high, so that two spaces part phrases."""

import re

from doctray.domain.document import Box, Document, FormField, Line, Page, PageSource, Segment, Word

CHARACTER, ROW, HEIGHT = 10.0, 30.0, 20.0


def drawn(
    text: str,
    *,
    number: int = 1,
    ocr: bool = False,
    confidence: float = 1.0,
    form_fields: tuple[FormField, ...] = (),
    segments: tuple[Segment, ...] = (),
    slope: float = 0.0,
) -> Page:
    """The page whose words stand where the text shows them. slope: px down a px to the right, as on a skewed scan."""
    rows = text.strip("\n").splitlines()
    lines = []
    for index, row in enumerate(rows):
        words = []
        for match in re.finditer(r"\S+", row):
            left, top = match.start() * CHARACTER, index * ROW + match.start() * CHARACTER * slope
            words.append(Word(text=match[0], box=Box(left, top, left + len(match[0]) * CHARACTER, top + HEIGHT), confidence=confidence))
        if words:
            lines.append(Line(words=tuple(words)))
    return Page(
        number=number,
        width=int(CHARACTER * max([len(row) for row in rows] or [1])) + 20,
        height=int(ROW * max(len(rows), 1)) + 20,
        source=PageSource.OCR if ocr else PageSource.TEXT_LAYER,
        lines=tuple(lines),
        form_fields=form_fields,
        segments=segments,
    )


def a_document(*pages: Page | str) -> Document:
    made = tuple(drawn(page, number=index) if isinstance(page, str) else page for index, page in enumerate(pages, 1))
    return Document(pages=made, page_total=len(made), media_type="application/pdf")
