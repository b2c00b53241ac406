"""CRAFT over a page: the page scaled and padded for the network, the network's maps made boxes."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from doctray.ocr.craft_boxes import Polygon, text_polygons
from doctray.ocr.craft_graph import STRIDE
from doctray.ocr.runtimes import Network

Rgb = NDArray[np.uint8]

LONGEST_PX = 2560
"""EasyOCR's own limit (canvas_size): a page is shrunk for detection until its long side is at most this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized:
    """A page as the network sees it. pixels: H x W x 3, both sides multiples of 32, black beyond the page. scale: its pixels for one of
    the page."""

    pixels: Rgb
    scale: float


class CraftDetector:
    """network: N x H x W x 3 uint8 to N x H/2 x W/2 x 2."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def find(self, page: Rgb, *, longest_px: int = LONGEST_PX) -> list[Polygon]:
        """Text boxes on the page (H x W x 3); none on one too small for a letter. longest_px: what its long side is shrunk to."""
        sized = sized_page(page, longest_px=longest_px)
        if sized is None:
            return []
        scores = self._network(sized.pixels[None])
        return text_polygons(scores[0], scale=sized.scale)


def sized_page(page: Rgb, *, longest_px: int) -> Sized | None:
    """The page with its long side at most so long; None when no pixel would be left of its short side."""
    height, width = page.shape[:2]
    scale = min(1.0, longest_px / max(height, width))
    inner_height, inner_width = int(height * scale), int(width * scale)
    if min(inner_height, inner_width) < 1:
        return None
    pixels = np.zeros((_rounded(inner_height), _rounded(inner_width), 3), np.uint8)
    inner = pixels[:inner_height, :inner_width]
    if scale == 1.0:
        inner[:] = page
    else:
        # EasyOCR's own resampling at its own size; below that it would skip pixels, and thin strokes with them.
        way = cv2.INTER_LINEAR if longest_px == LONGEST_PX else cv2.INTER_AREA
        inner[:] = cv2.resize(page, (inner_width, inner_height), interpolation=way)
    return Sized(pixels=pixels, scale=scale)


def _rounded(side: int) -> int:
    return -(-side // STRIDE) * STRIDE
