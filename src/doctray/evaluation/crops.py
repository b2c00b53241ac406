"""Places of a document's pages as pictures, with what stands around them. Needs Pillow."""

import io
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

_AROUND_PX = 30
_WIDEST_PX = 900


class PageCrops:
    """Crops of one document's page images, each page decoded once. page_image: a page, from 1, as PNG; None where there is none."""

    def __init__(self, page_image: Callable[[int], bytes | None]) -> None:
        self._page_image = page_image
        self._decoded: dict[int, Any] = {}

    def crop(self, place: Mapping[str, Any] | None) -> bytes | None:
        """The region with what stands around it, as PNG; None without a place, an image or Pillow. place: page, and bbox in its pixels."""
        image = self._image(int(place["page"])) if place is not None else None
        if place is None or image is None:
            return None
        left, top, right, bottom = place["bbox"]
        box = (
            max(0, int(left) - 3 * _AROUND_PX),
            max(0, int(top) - _AROUND_PX),
            min(image.width, int(right) + 3 * _AROUND_PX),
            min(image.height, int(bottom) + _AROUND_PX),
        )
        if box[0] >= box[2] or box[1] >= box[3]:
            return None
        part = image.crop(box)
        part.thumbnail((_WIDEST_PX, _WIDEST_PX))
        drawn = io.BytesIO()
        part.save(drawn, "PNG", optimize=True)
        return drawn.getvalue()

    def _image(self, number: int) -> Any:
        if number not in self._decoded:
            content = self._page_image(number)
            if find_spec("PIL") is None:
                content = None
            self._decoded[number] = _decoded(content) if content else None
        return self._decoded[number]


def _decoded(content: bytes) -> Any:
    """None for what is no picture, or is cut short."""
    from PIL import Image, UnidentifiedImageError

    try:
        return Image.open(io.BytesIO(content)).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError):  # PIL raises SyntaxError for damaged PNG
        return None
