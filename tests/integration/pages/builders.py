"""Documents made on the spot, with PyMuPDF and Pillow."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from tests.mupdf import pymupdf

LETTER = (612, 792)
PARAGRAPH = (
    "This certificate is issued as a matter of information only and confers no rights",
    "upon the certificate holder. It does not affirmatively or negatively amend, extend",
    "or alter the coverage afforded by the policies below. This certificate of insurance",
    "does not constitute a contract between the issuing insurer and the holder of it.",
)


def a_pdf(*draw: Callable[[Any], None], size: tuple[float, float] = LETTER) -> Any:
    """A document with a page for each function that draws one."""
    document = pymupdf.open()
    for one in draw:
        one(document.new_page(width=size[0], height=size[1]))
    return document


def saved(document: Any, path: Path, **options: Any) -> Path:
    document.save(path, **options)
    document.close()
    return path


def paragraphs(page: Any, *, lines: int = 20, top: float = 80, **options: Any) -> None:
    """Running text down the page, 11 points."""
    for row in range(lines):
        page.insert_text((60, top + 18 * row), PARAGRAPH[row % len(PARAGRAPH)], fontsize=11, **options)


def blank(_page: Any) -> None:
    """Nothing is drawn."""


def scan_of(draw: Callable[[Any], None], *, dpi: int = 150) -> bytes:
    """What a scanner makes of the page, as PNG."""
    document = a_pdf(draw)
    png: bytes = document[0].get_pixmap(dpi=dpi).tobytes("png")
    document.close()
    return png


def with_scan(page: Any, draw: Callable[[Any], None] = paragraphs) -> None:
    page.insert_image(page.rect, stream=scan_of(draw))


def picture(width: int = 600, height: int = 400) -> Image.Image:
    """An RGB picture that is different whichever way it is turned or mirrored, in large areas that survive lossy coding."""
    rows = np.full((height, width, 3), 255, dtype=np.uint8)
    rows[: height // 4, : width // 3] = (200, 30, 30)
    rows[height // 2 :, width // 2 :] = (20, 20, 160)
    rows[height // 8 : height // 3, 3 * width // 4 :] = (0, 0, 0)
    return Image.fromarray(rows)


def encoded(image: Image.Image, image_format: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises so many pixels, with a few bytes of them."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def difference(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> float:
    """Mean difference in levels of two images of the same size."""
    assert one.shape == other.shape
    return float(np.abs(one.astype(int) - other.astype(int)).mean())
