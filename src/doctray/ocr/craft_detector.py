"""CRAFT over pages: the part with ink, scaled to its letters and padded for the network; the network's maps made boxes.

On a CPU a page is seen by itself, in bands; on a GPU pages of like shape are seen together.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby

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


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBatches:
    """How pages are seen together.

    quantum_px: to whose multiples both sides of every input are padded, in any company, so that pages of like size have one shape and a
    page reads the same beside others. most_px: pixels of one run; a page that has more is seen alone.
    """

    quantum_px: int = 128
    most_px: int = 4_000_000


@dataclass(frozen=True, slots=True)
class _Input:
    """A page as the network is to see it. pixels: H x W x 3, padded to multiples of 32. origin: of what is seen, on the page."""

    pixels: Rgb
    scale: float
    origin: tuple[int, int]

    def boxes(self, scores: NDArray[np.float32]) -> list[Polygon]:
        return text_polygons(scores, scale=self.scale, origin=self.origin)


class CraftDetector:
    """network: N x H x W x 3 uint8 to N x H/2 x W/2 x 2. letters: how large it sees them; None: all of the page as EasyOCR shows it.

    together: how pages are seen together; None: one by one. With it several threads may call at once.
    """

    def __init__(self, network: Network, *, letters: LetterSize | None = ALONE, together: PageBatches | None = None) -> None:
        self._network = network
        self._letters = letters
        self._together = together
        # One thread's runs at a time fill a GPU, and take the memory of one.
        self._running = None if together is None else ThreadPoolExecutor(1, "detector")

    def find(self, page: Rgb, grey: NDArray[np.uint8]) -> list[Polygon]:
        """Text boxes on the page (H x W x 3, and the same in grey); none on a blank one or one too small for a letter."""
        (polygons,) = self.find_all([(page, grey)])
        return polygons

    def find_all(self, pages: Sequence[tuple[Rgb, NDArray[np.uint8]]]) -> list[list[Polygon]]:
        """The same of each page."""
        if self._together is None or self._running is None:
            return [self._found_alone(page, grey) for page, grey in pages]
        inputs = [self._input(page, grey) for page, grey in pages]
        seen = [(number, given) for number, given in enumerate(inputs) if given is not None]
        found: list[list[Polygon]] = [[] for _ in pages]
        maps = self._running.submit(_maps_together, self._network, [given.pixels for _, given in seen], self._together).result()
        for (number, given), scores in zip(seen, maps, strict=True):
            found[number] = given.boxes(scores)
        return found

    def release(self) -> None:
        """See `Network`."""
        self._network.release()

    def _found_alone(self, page: Rgb, grey: NDArray[np.uint8]) -> list[Polygon]:
        given = self._input(page, grey)
        if given is None:
            return []
        pixels = given.pixels
        scores = np.concatenate(list(self._bands(pixels))) if self._letters is not None else self._network(pixels[None])[0]
        if grey.size > LARGE_PX:
            self._network.release()
        return given.boxes(scores)

    def _input(self, page: Rgb, grey: NDArray[np.uint8]) -> _Input | None:
        height, width = grey.shape
        sized = self._letters is not None
        view = View(left=0, top=0, right=width, bottom=height, scale=None) if self._letters is None else view_of(grey, self._letters)
        if view is None:
            return None
        scale = min(view.scale or 1.0, LONGEST_PX / max(height, width), 1.0)
        pixels = network_input(page[view.top : view.bottom, view.left : view.right], scale=scale, exact=not sized)
        return None if pixels is None else _Input(pixels, scale, (view.left, view.top))

    def _bands(self, pixels: Rgb) -> Iterator[NDArray[np.float32]]:
        """The maps from top to bottom, band by band."""
        height, width = pixels.shape[:2]
        for start, end in bands(height, width):
            top, bottom = max(0, start - _SHARED_PX), min(height, end + _SHARED_PX)
            yield self._network(pixels[None, top:bottom])[0, (start - top) // SCALE : (end - top) // SCALE]


def _maps_together(network: Network, pages: Sequence[Rgb], how: PageBatches) -> list[NDArray[np.float32]]:
    """The maps of each page, in order, of the page's own size."""
    plan = list(page_batches([page.shape[:2] for page in pages], how))
    found = network.each(_stacked([pages[number] for number in numbers], shape) for numbers, shape in plan)
    maps: dict[int, NDArray[np.float32]] = {}
    for (numbers, _), scores in zip(plan, found, strict=True):
        for number, of_page in zip(numbers, scores, strict=True):
            height, width = pages[number].shape[:2]
            maps[number] = np.ascontiguousarray(of_page[: height // SCALE, : width // SCALE])
    return [maps[number] for number in range(len(pages))]


def page_batches(sizes: Sequence[tuple[int, int]], how: PageBatches) -> Iterator[tuple[list[int], tuple[int, int]]]:
    """Numbers of pages that are seen together, and the shape that they are padded to; every page once. sizes: height and width."""
    shapes = [(_rounded(height, how.quantum_px), _rounded(width, how.quantum_px)) for height, width in sizes]
    for shape, group in groupby(sorted(range(len(shapes)), key=lambda number: shapes[number]), key=lambda number: shapes[number]):
        alike = list(group)
        count = max(1, how.most_px // (shape[0] * shape[1]))
        for start in range(0, len(alike), count):
            yield alike[start : start + count], shape


def _stacked(pages: Sequence[Rgb], shape: tuple[int, int]) -> Rgb:
    """Pages on black, as EasyOCR pads them."""
    batch = np.zeros((len(pages), *shape, 3), np.uint8)
    for room, page in zip(batch, pages, strict=True):
        room[: page.shape[0], : page.shape[1]] = page
    return batch


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


def _rounded(side: int, quantum: int = STRIDE) -> int:
    return -(-side // quantum) * quantum
