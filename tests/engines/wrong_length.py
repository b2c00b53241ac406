"""An engine that loses a page: one answer too few for every batch of more than one."""

from collections.abc import Sequence

from doctray.domain.document import Page, PageImage
from doctray.ocr.null_engine import NullEngine


class WrongLengthEngine:
    name = "wrong_length"
    version = "1"

    def read(self, images: Sequence[PageImage]) -> list[Page]:
        pages = NullEngine().read(images)
        return pages[1:] if len(pages) > 1 else pages
