"""PP-OCRv6's text detector: where the lines of text on a page are, as RapidOCR finds them.

Differentiable binarisation (Liao et al., 2020): the network marks the kernel of every line, which is then grown to the whole line.
Sizes, thresholds and steps are those of rapidocr 3.10 (config.yaml, ch_ppocr_det); what the network sees may be sized to the letters
instead. Imports OpenVINO and OpenCV: only engine processes import this module.
"""

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from doctray.ocr.page_view import LARGE_PX, LetterSize, view_of
from doctray.ocr.ppocr_weights import DETECTOR, weights_file
from doctray.ocr.runtimes import Network, Precision, cpu_precisions, openvino_network

Rgb = NDArray[np.uint8]
Quad = NDArray[np.float32]
"""4 x 2: x and y in pixels of the page of a line's top left, top right, bottom right and bottom left corner, for text that runs right."""

# Global.max_side_len and Global.min_side_len: the page is brought between them before anything else.
_LONGEST_SIDE_PX = 2000
_SHORTEST_SIDE_PX = 30
# Det.limit_side_len with limit_type "min": what the network sees is enlarged until its shorter side has this.
_LEAST_INPUT_SIDE_PX = 736
# Pages with more pixels have a network of their own shape.
_LARGE_PX = 1_500_000
# The network halves five times.
_STRIDE_PX = 32
# Global.width_height_ratio, Global.min_height: a strip gets room above and below, or nothing is found on it.
_STRIP_RATIO = 8
# Det.thresh, Det.box_thresh, Det.unclip_ratio, Det.max_candidates.
_PIXEL_IS_TEXT = 0.3
_LINE_IS_TEXT = 0.5
_GROWTH = 1.6
_MOST_LINES = 1000
_LEAST_KERNEL_PX = 3
_LEAST_LINE_PX = 3
# sorted_boxes: lines whose tops are nearer than this are one row.
_ROW_PX = 10


class PpocrDetector:
    """threads: of inference. precision: None for the CPU's fastest. letters: how large the network sees them, where RapidOCR shows them
    larger; None: always as RapidOCR does. weights: an ONNX file of a network of this kind instead of the wheel's. Raises EngineFailure
    when the weights are missing."""

    def __init__(
        self, *, threads: int, precision: Precision | None = None, letters: LetterSize | None = None, weights: Path | None = None
    ) -> None:
        self._letters = letters
        self._network_for = partial(
            openvino_network, weights or weights_file(DETECTOR), precision=precision or cpu_precisions()[0], threads=threads
        )
        self._of_any_shape: Network = self._network_for()
        self._of_last_shape: tuple[tuple[int, ...], Network] | None = None

    def lines(self, page: Rgb) -> list[Quad]:
        """Lines of text on a page (H x W x 3 RGB), rows from the top and each from left to right; inside the page."""
        if self._letters is None:
            return self._lines_on(page, scale=None)
        view = view_of(np.asarray(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), np.uint8), self._letters)
        if view is None:
            return []
        origin = np.array((view.left, view.top), np.float32)
        return [quad + origin for quad in self._lines_on(page[view.top : view.bottom, view.left : view.right], scale=view.scale)]

    def release(self) -> None:
        """See `Network`."""
        self._of_any_shape.release()

    def _lines_on(self, page: Rgb, *, scale: float | None) -> list[Quad]:
        """scale: at which the network is to see the page at most; None: as RapidOCR shows it."""
        height, width = page.shape[:2]
        seen_height, seen_width = _bounded(height, width)
        if not (seen_height and seen_width):
            return []
        seen = page if (seen_height, seen_width) == (height, width) else np.asarray(cv2.resize(page, (seen_width, seen_height)), np.uint8)
        margin = _strip_margin(seen_height, seen_width)
        if margin:
            seen = np.asarray(cv2.copyMakeBorder(seen, margin, margin, 0, 0, cv2.BORDER_CONSTANT, value=(0, 0, 0)), np.uint8)
        batch = _network_input(seen, most=None if scale is None else scale * width / seen_width)
        if batch is None:
            return []
        kernels = self._kernels(batch)
        if height * width > LARGE_PX:
            self.release()
        quads = _quads(kernels, width=seen.shape[1], height=seen.shape[0])
        back = np.array((width / seen_width, height / seen_height), np.float32)
        onto_page = ((quad - np.array((0, margin), np.float32)) * back for quad in quads)
        limits = np.array((width, height), np.float32)
        return [np.clip(quad, 0, limits).astype(np.float32) for quad in _in_rows(list(onto_page))]

    def _kernels(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """The network's map, H x W.

        A network compiled for one shape shares memory between its layers, 180 MB instead of 420 at the 1984 x 1536 pixels of an A4
        page; compiling it takes 0.4 s, which pages of one document pay once. What its run took goes back before the lines are read.
        """
        if batch[0, 0].size <= _LARGE_PX:
            return np.asarray(self._of_any_shape(batch)[0, 0], np.float32)
        network = self._of_shape(batch.shape)
        kernels = np.asarray(network(batch)[0, 0], np.float32)
        network.release()
        return kernels

    def _of_shape(self, shape: tuple[int, ...]) -> Network:
        if self._of_last_shape is None or self._of_last_shape[0] != shape:
            # The old one goes first: two are more memory than is saved.
            self._of_last_shape = None
            self._of_last_shape = (shape, self._network_for(shape=shape))
        return self._of_last_shape[1]


def cut_out(page: Rgb, quad: Quad) -> Rgb:
    """The line in a rectangle of its own, upright if its quadrilateral is (rapidocr.utils.process_img.get_rotate_crop_image).

    Empty (0 x 0 x 3) where the quadrilateral has no width or height of a pixel.
    """
    top_left, top_right, bottom_right, bottom_left = quad.astype(float)
    width = int(max(math.dist(top_left, top_right), math.dist(bottom_right, bottom_left)))
    height = int(max(math.dist(top_left, bottom_left), math.dist(top_right, bottom_right)))
    if not (width and height):
        return np.zeros((0, 0, 3), np.uint8)
    goal = np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32)
    lens = cv2.getPerspectiveTransform(quad.astype(np.float32), goal)
    return np.asarray(cv2.warpPerspective(page, lens, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _bounded(height: int, width: int) -> tuple[int, int]:
    """Between the shortest and the longest side (resize_image_within_bounds); 0 where rounding leaves nothing."""
    if max(height, width) > _LONGEST_SIDE_PX:
        height, width = _in_strides(height, width, _LONGEST_SIDE_PX / max(height, width))
    if 0 < min(height, width) < _SHORTEST_SIDE_PX:
        height, width = _in_strides(height, width, _SHORTEST_SIDE_PX / min(height, width))
    # A strip that is enlarged so far is no page with text; RapidOCR would run out of memory on it.
    return (height, width) if max(height, width) <= 4 * _LONGEST_SIDE_PX else (0, 0)


def _in_strides(height: int, width: int, ratio: float) -> tuple[int, int]:
    return tuple(round(int(side * ratio) / _STRIDE_PX) * _STRIDE_PX for side in (height, width))  # type: ignore[return-value]


def _strip_margin(height: int, width: int) -> int:
    if height > _SHORTEST_SIDE_PX and width / height <= _STRIP_RATIO:
        return 0
    return abs(max(width // _STRIP_RATIO, _SHORTEST_SIDE_PX) * 2 - height) // 2


def _network_input(page: Rgb, *, most: float | None = None) -> NDArray[np.float32] | None:
    """1 x 3 x H x W in B, G, R order, values -1..1, sides multiples of 32; None where that leaves nothing (or too much) to look at.

    most: the scale beyond which it need not be enlarged, and to which it may be shrunk.
    """
    height, width = page.shape[:2]
    ratio = max(1.0, _LEAST_INPUT_SIDE_PX / min(height, width))
    shrunk = most is not None and most < 1.0
    height, width = _in_strides(height, width, ratio if most is None else min(ratio, most))
    if not (height and width) or height * width > 4 * _LONGEST_SIDE_PX**2:
        return None
    scaled = cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA if shrunk else cv2.INTER_LINEAR)
    batch = np.empty((1, 3, height, width), np.float32)
    batch[0] = scaled[:, :, ::-1].transpose(2, 0, 1)
    batch /= 127.5
    batch -= 1.0
    return batch


def _quads(kernels: NDArray[np.float32], *, width: int, height: int) -> list[Quad]:
    """Lines in pixels of what was looked at (width x height), from the network's map of kernels (DBPostProcess)."""
    mask = cv2.dilate((kernels > _PIXEL_IS_TEXT).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    scale = np.array((width / kernels.shape[1], height / kernels.shape[0]), np.float32)
    found = []
    for contour in contours[:_MOST_LINES]:
        centre, (across, along), angle = cv2.minAreaRect(contour)
        kernel = np.asarray(cv2.boxPoints((centre, (across, along), angle)), np.float32)
        if min(across, along) < _LEAST_KERNEL_PX or _mean_inside(kernels, kernel) < _LINE_IS_TEXT:
            continue
        # Growing a rectangle by a rounded offset and boxing the outcome, as RapidOCR does with pyclipper, is this.
        growth = 2 * across * along * _GROWTH / (2 * (across + along))
        if min(across, along) + growth < _LEAST_KERNEL_PX + 2:
            continue
        grown = cv2.boxPoints((centre, (across + growth, along + growth), angle))
        quad = _clockwise(np.clip(np.round(grown * scale), 0, (width, height)).astype(np.float32))
        quad = np.clip(quad, 0, (width - 1, height - 1)).astype(np.float32)
        if int(math.dist(quad[0], quad[1])) > _LEAST_LINE_PX and int(math.dist(quad[0], quad[3])) > _LEAST_LINE_PX:
            found.append(quad)
    return found


def _mean_inside(kernels: NDArray[np.float32], corners: NDArray[np.float32]) -> float:
    """Mean of the map over a quadrilateral (box_score_fast)."""
    height, width = kernels.shape
    left, top = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, (width - 1, height - 1))
    right, bottom = np.clip(np.ceil(corners.max(axis=0)).astype(int), 0, (width - 1, height - 1))
    inside = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
    cv2.fillPoly(inside, [(corners - (left, top)).astype(np.int32)], 1)
    return float(cv2.mean(kernels[top : bottom + 1, left : right + 1], inside)[0])


def _clockwise(corners: NDArray[np.float32]) -> Quad:
    """From the top left (order_points_clockwise): the two leftmost are the left side, by height."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = by_x[:2], by_x[2:]
    (top_left, bottom_left), (top_right, bottom_right) = left[np.argsort(left[:, 1])], right[np.argsort(right[:, 1])]
    return np.array((top_left, top_right, bottom_right, bottom_left), np.float32)


def _in_rows(quads: Sequence[Quad]) -> list[Quad]:
    """Rows from the top, each from left to right (sorted_boxes)."""
    ordered = sorted(quads, key=lambda quad: float(quad[0, 1]))
    rows: list[list[Quad]] = []
    for quad in ordered:
        if rows and quad[0, 1] - rows[-1][-1][0, 1] < _ROW_PX:
            rows[-1].append(quad)
        else:
            rows.append([quad])
    return [quad for row in rows for quad in sorted(row, key=lambda quad: float(quad[0, 0]))]
