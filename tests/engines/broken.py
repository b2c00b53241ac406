"""An engine that raises what an engine must not: an error of a library, whose message may quote the document."""

from collections.abc import Sequence

from doctray.domain.document import Page, PageImage
from doctray.ocr.null_engine import NullEngine


class BrokenEngine:
    """Fails on every page but the first."""

    name = "broken"
    version = "1"

    def read(self, images: Sequence[PageImage]) -> list[Page]:
        if any(image.number > 1 for image in images):
            raise LookupError("policy number 12-345 is not in the alphabet")
        return NullEngine().read(images)
