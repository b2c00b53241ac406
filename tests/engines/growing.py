"""An engine that keeps memory with every page, as a leak in native code does."""

from collections.abc import Sequence

from doctray.domain.document import Page, PageImage
from doctray.ocr.null_engine import NullEngine


class GrowingEngine:
    """grow_bytes: kept for each page but the warm-up's."""

    name = "growing"
    version = "1"

    def __init__(self, *, grow_bytes: int) -> None:
        self._grow_bytes = grow_bytes
        self._kept: list[bytes] = []

    def read(self, images: Sequence[PageImage]) -> list[Page]:
        self._kept += [b"\x01" * self._grow_bytes for image in images if image.number > 1]
        return NullEngine().read(images)
