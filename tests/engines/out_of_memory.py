"""An engine that has memory for so many pages at a time."""

from collections.abc import Sequence

from doctray.domain.document import Page, PageImage
from doctray.domain.errors import EngineOutOfMemory
from doctray.ocr.null_engine import NullEngine


class OutOfMemoryEngine:
    """At 0 `most_pages`, not even one page fits; the warm-up page 1 always does. Keeps the sizes of the batches it was given."""

    name = "out_of_memory"
    version = "1"

    def __init__(self, *, most_pages: int) -> None:
        self._most_pages = most_pages
        self.batches: list[int] = []

    def read(self, images: Sequence[PageImage]) -> list[Page]:
        self.batches.append(len(images))
        if len(images) > self._most_pages and images[0].number != 1:
            raise EngineOutOfMemory
        return NullEngine().read(images)
