"""Lines of text cut out of a page as EasyOCR's recogniser wants them: grey and 64 pixels high.

What `easyocr.utils.get_image_list` and `easyocr.recognition.AlignCollate` do, resampling included: texts depend on it.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from doctray.ocr.crnn_graph import HEIGHT
from doctray.ocr.easyocr_lines import Corners, TextLine, sides

Grey = NDArray[np.uint8]
Pixels = NDArray[np.uint8]

# easyocr.recognition.adjust_contrast_grey, as Reader.readtext calls it.
_TARGET_CONTRAST = 0.5


def cut_out(page: Pixels, line: TextLine) -> Pixels:
    """The line, upright, in the page's own resolution, grey or colour as the page is."""
    if line.level is None:
        return _straightened(page, line.corners)
    box = line.level
    return np.rot90(page, line.angle // 90)[box.top : box.bottom, box.left : box.right]


def _straightened(page: Pixels, corners: Corners) -> Pixels:
    width, height = sides(corners)
    goal = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], np.float32)
    matrix = cv2.getPerspectiveTransform(np.array(corners, np.float32), goal)
    return np.asarray(cv2.warpPerspective(page, matrix, (width, height)), np.uint8)


def scaled(crop: Grey, *, contrasted: bool = False) -> Grey:
    """The crop 64 pixels high, its shape kept; one taller than wide is brought to a width of 64 on the way, as EasyOCR does it.

    contrasted: with its contrast stretched where it is low, as EasyOCR reads again what it is unsure of.
    """
    height, width = crop.shape
    level = width >= height
    size = (int(HEIGHT * (width / height)), HEIGHT) if level else (HEIGHT, int(HEIGHT * (height / width)))
    resized = np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    if contrasted:
        resized = _contrasted(resized)
    return resized if level else _squashed(resized)


def _squashed(tall: Grey) -> Grey:
    width = math.ceil(HEIGHT * (HEIGHT / tall.shape[0]))
    return np.asarray(Image.fromarray(tall).resize((width, HEIGHT), Image.Resampling.BICUBIC), np.uint8)


def _contrasted(crop: Grey) -> Grey:
    high, low = float(np.percentile(crop, 90)), float(np.percentile(crop, 10))
    if (high - low) / max(10.0, high + low) >= _TARGET_CONTRAST:
        return crop
    stretched = (crop.astype(np.float64) - low + 25) * (200.0 / max(10.0, high - low))
    return np.clip(stretched, 0, 255).astype(np.uint8)


def padded_width(crop: Grey) -> int:
    """How wide EasyOCR pads a crop that it reads alone: the next multiple of 64."""
    return int(-(-crop.shape[1] // HEIGHT) * HEIGHT)


def batch_of(crops: list[Grey], width: int) -> NDArray[np.uint8]:
    """N x 64 x width; narrower crops go on with their last column."""
    batch = np.empty((len(crops), HEIGHT, width), np.uint8)
    for row, crop in zip(batch, crops, strict=True):
        row[:, : crop.shape[1]] = crop
        row[:, crop.shape[1] :] = crop[:, -1:]
    return batch
