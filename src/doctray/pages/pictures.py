"""Pages of image files as pictures that a PDF can hold. Runs in the page process only."""

from dataclasses import dataclass

import cv2
import numpy as np

from doctray.pages.deskew import Rgb
from doctray.pages.images import ImageDocument

_JPEG_QUALITY = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """content: a JPEG or PNG file. width, height: in the pixels that boxes refer to (the file may have more). *_pt: as printed."""

    content: bytes
    width: int
    height: int
    width_pt: float
    height_pt: float


def stored_picture(image: ImageDocument, number: int) -> Picture:
    """The picture upright as the file has it; a JPEG as it is, else encoded anew, without a loss where the file had none.

    Raises CorruptDocument or PageTooLarge.
    """
    rgb = image.rgb(number)
    content = image.as_stored() or (_png(rgb) if image.is_lossless else _jpeg(rgb))
    return _picture(content, rgb, image.long_side_pt(number))


def read_picture(rgb: Rgb, long_side_pt: float) -> Picture:
    """The page as an engine read it, for one that no longer has the shape of its file's picture (see `keystone`)."""
    return _picture(_jpeg(rgb), rgb, long_side_pt)


def _picture(content: bytes, rgb: Rgb, long_side_pt: float) -> Picture:
    height, width = rgb.shape[:2]
    scale = long_side_pt / max(width, height)
    return Picture(content=content, width=width, height=height, width_pt=width * scale, height_pt=height * scale)


def _jpeg(rgb: Rgb) -> bytes:
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), (cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY))
    return encoded.tobytes()


def _png(rgb: Rgb) -> bytes:
    """Gray where it has no colour, in one bit where it has no gray."""
    is_gray = bool(np.array_equal(rgb[..., 0], rgb[..., 1]) and np.array_equal(rgb[..., 0], rgb[..., 2]))
    pixels = rgb[..., 0] if is_gray else cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    bilevel = is_gray and bool(np.isin(pixels, (0, 255)).all())
    _, encoded = cv2.imencode(".png", pixels, (cv2.IMWRITE_PNG_BILEVEL, 1) if bilevel else ())
    return encoded.tobytes()
