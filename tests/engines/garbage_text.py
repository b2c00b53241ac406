"""An engine that reads nonsense, with characters that have broken things before, and confidences as low as they get."""

from collections.abc import Sequence

from doctray.domain.document import Box, Line, Page, PageImage, PageSource, Word

GARBAGE = ("\x00\x07", "\ufffd\ufffd", "\u202eevil", "𝟙𝟚", "' OR 1=1 --", "<script>", "=cmd|'/c'!A1", "a" * 5000, "́́")


class GarbageTextEngine:
    name = "garbage_text"
    version = "1"

    def read(self, images: Sequence[PageImage]) -> list[Page]:
        return [self._page(image) for image in images]

    def _page(self, image: PageImage) -> Page:
        box = Box(0.0, 0.0, float(image.width), float(image.height))
        lines = tuple(Line(words=(Word(text=text, box=box, confidence=0.0),)) for text in GARBAGE)
        return Page(number=image.number, width=image.width, height=image.height, source=PageSource.OCR, lines=lines, engine=self.name)
