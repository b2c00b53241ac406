"""An engine whose GPU fails under it and for good, as after an illegal access: torch says so to whoever asks from then on."""

import sys
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from doctray.domain.document import Page, PageImage
from doctray.ocr.null_engine import NullEngine


class LostGpuEngine:
    """Only for an engine process: it puts something else in torch's place. lost_on: page numbers."""

    name = "lost_gpu"
    version = "1"

    def __init__(self, *lost_on: int) -> None:
        self._lost_on = lost_on

    def read(self, images: Sequence[PageImage]) -> list[Page]:
        if any(image.number in self._lost_on for image in images):
            sys.modules["torch"] = SimpleNamespace(cuda=SimpleNamespace(is_initialized=lambda: True, synchronize=_fail))  # type: ignore[assignment]
        if "torch" in sys.modules:
            _fail()
        return NullEngine().read(images)


def _fail() -> Any:
    raise RuntimeError("CUDA error: an illegal memory access was encountered")
