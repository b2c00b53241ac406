"""An engine that hangs on some pages."""

import time
from collections.abc import Sequence

from doctray.domain.document import Page, PageImage
from doctray.ocr.null_engine import NullEngine


class SlowEngine:
    """slow_on: page numbers that take `seconds` each, which is for ever as far as a test is concerned."""

    name = "slow"
    version = "1"

    def __init__(self, *slow_on: int, seconds: float = 3600.0) -> None:
        self._slow_on = slow_on
        self._seconds = seconds

    def read(self, images: Sequence[PageImage]) -> list[Page]:
        for image in images:
            if image.number in self._slow_on:
                time.sleep(self._seconds)
        return NullEngine().read(images)
