"""An engine without models: every page reads `null page <number>`. For load tests and for tests of everything around an engine."""

import time
from collections.abc import Sequence
from itertools import accumulate

from doctray.domain.document import Box, Line, Page, PageImage, PageSource, Word


class NullEngine:
    """`doctray.ports.OcrEngine`. delay_s: time that each page takes."""

    name = "null"
    version = "1"

    def __init__(self, *, delay_s: float = 0.0) -> None:
        self._delay_s = delay_s

    def read(self, images: Sequence[PageImage]) -> list[Page]:
        return [self._page(image) for image in images]

    def _page(self, image: PageImage) -> Page:
        time.sleep(self._delay_s)
        texts = ("null", "page", str(image.number))
        column = image.width / sum(len(text) + 1 for text in texts)
        rights = accumulate((len(text) + 1) * column for text in texts)
        words = tuple(
            Word(text=text, box=Box(right - (len(text) + 1) * column, 0.0, right - column, float(image.height)), confidence=1.0)
            for text, right in zip(texts, rights, strict=True)
        )
        return Page(
            number=image.number,
            width=image.width,
            height=image.height,
            source=PageSource.OCR,
            lines=(Line(words=words),),
            engine=self.name,
        )
