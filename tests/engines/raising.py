"""An engine that raises an error of the tree for every batch with certain pages in it: what a crash or a hang looks like to the worker."""

from collections.abc import Sequence

from doctray.domain.document import Page, PageImage
from doctray.ocr.null_engine import NullEngine


class RaisingEngine:
    name = "raising"
    version = "1"

    def __init__(self, error: Exception, *raise_on: int) -> None:
        self._error = error
        self._raise_on = raise_on

    def read(self, images: Sequence[PageImage]) -> list[Page]:
        if any(image.number in self._raise_on for image in images):
            raise self._error
        return NullEngine().read(images)
