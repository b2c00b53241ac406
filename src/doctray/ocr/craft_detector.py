"""CRAFT over a page: the part with ink, scaled to its letters and padded for the network; the network's maps made boxes."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from doctray.ocr.craft_boxes import Polygon, text_polygons
from doctray.ocr.craft_graph import SCALE, STRIDE
from doctray.ocr.page_view import ALONE, LARGE_PX, LetterSize, View, view_of
from doctray.ocr.runtimes import Network

Rgb = NDArray[np.uint8]

LONGEST_PX = 2560
"""EasyOCR's own limit (canvas_size): a page is shrunk for detection until its long side is at most this."""

# Of one run, in pixels: 0.27 GB of maps in 8 bits, 0.35 GB in bf16. What is larger is seen in bands.
_MOST_PX = 1_000_000
# Bands see so much of their neighbours; a word's score hardly depends on what is farther away.
_SHARED_PX = 64


class CraftDetector:
    """network: N x H x W x 3 uint8 to N x H/2 x W/2 x 2. letters: how large it sees them; None: all of the page as EasyOCR shows it."""

    def __init__(self, network: Network, *, letters: LetterSize | None = ALONE) -> None:
        self._network = network
        self._letters = letters

    def find(self, page: Rgb, grey: NDArray[np.uint8]) -> list[Polygon]:
        """Text boxes on the page (H x W x 3, and the same in grey); none on a blank one or one too small for a letter."""
        height, width = grey.shape
        sized = self._letters is not None
        view = View(left=0, top=0, right=width, bottom=height, scale=None) if self._letters is None else view_of(grey, self._letters)
        if view is None:
            return []
        scale = min(view.scale or 1.0, LONGEST_PX / max(height, width), 1.0)
        pixels = network_input(page[view.top : view.bottom, view.left : view.right], scale=scale, exact=not sized)
        if pixels is None:
            return []
        scores = np.concatenate(list(self._maps(pixels))) if sized else self._network(pixels[None])[0]
        if height * width > LARGE_PX:
            self._network.release()
        return text_polygons(scores, scale=scale, origin=(view.left, view.top))

    def release(self) -> None:
        """See `Network`."""
        self._network.release()

    def _maps(self, pixels: Rgb) -> Iterator[NDArray[np.float32]]:
        """The maps from top to bottom, band by band."""
        height, width = pixels.shape[:2]
        for start, end in bands(height, width):
            top, bottom = max(0, start - _SHARED_PX), min(height, end + _SHARED_PX)
            yield self._network(pixels[None, top:bottom])[0, (start - top) // SCALE : (end - top) // SCALE]


def bands(height: int, width: int) -> list[tuple[int, int]]:
    """First and last row (exclusive) of the bands of an input of that size, all about as high; both multiples of 32."""
    count = -(-height * width // _MOST_PX)
    step = _rounded(-(-height // count))
    return [(start, min(height, start + step)) for start in range(0, height, step)]


def network_input(page: Rgb, *, scale: float, exact: bool = False) -> Rgb | None:
    """The page scaled, on black to multiples of 32; None when no pixel would be left of a side. exact: resampled as EasyOCR does it."""
    height, width = page.shape[:2]
    inner_height, inner_width = int(height * scale), int(width * scale)
    if min(inner_height, inner_width) < 1:
        return None
    pixels = np.zeros((_rounded(inner_height), _rounded(inner_width), 3), np.uint8)
    inner = pixels[:inner_height, :inner_width]
    if scale == 1.0:
        inner[:] = page
    else:
        # EasyOCR's bilinear sampling skips pixels when it shrinks by more than half, and thin strokes with them.
        inner[:] = cv2.resize(page, (inner_width, inner_height), interpolation=cv2.INTER_LINEAR if exact else cv2.INTER_AREA)
    return pixels


def _rounded(side: int) -> int:
    return -(-side // STRIDE) * STRIDE
