"""Small sound documents, one or two of each format, from which the malformed ones are made."""

import io
import struct
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image, ImageDraw

from tests.mupdf import pymupdf

EXTENSIONS: Mapping[str, str] = {
    "pdf": "pdf",
    "scanned pdf": "pdf",
    "png": "png",
    "jpeg": "jpg",
    "progressive jpeg": "jpg",
    "tiff": "tiff",
    "fax tiff": "tif",
    "webp": "webp",
    "lossless webp": "webp",
    "bmp": "bmp",
    "gif": "gif",
    "heic": "heic",
}


def picture(width: int = 240, height: int = 160, mode: str = "RGB") -> Image.Image:
    """Lines of marks on white, like a small scan."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for row in range(10, height - 10, 14):
        for column in range(10, width - 10, 9):
            draw.rectangle((column, row, column + 2 + (row * column) % 5, row + 6), fill=(row % 90, column % 120, 20))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def heic(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(image).save(buffer, quality=60)
    return buffer.getvalue()


def _pdf() -> bytes:
    with pymupdf.open() as document:
        for number in (1, 2):
            page = document.new_page(width=300, height=200)
            for row in range(6):
                page.insert_text((20, 30 + 24 * row), f"Certificate of training, page {number}, line {row}", fontsize=11)
        # MuPDF makes up an /ID at each call without this
        content: bytes = document.tobytes(deflate=True, no_new_id=True)
    return content


def _scanned_pdf() -> bytes:
    with pymupdf.open() as document:
        page = document.new_page(width=300, height=200)
        page.insert_image(page.rect, stream=encoded(picture(), "JPEG"))
        content: bytes = document.tobytes(deflate=True, use_objstms=1, no_new_id=True)
    return content


@cache
def sound(kind: str) -> bytes:
    """kind: of EXTENSIONS."""
    makers: Mapping[str, Callable[[], bytes]] = {
        "pdf": _pdf,
        "scanned pdf": _scanned_pdf,
        "png": lambda: encoded(picture(), "PNG"),
        "jpeg": lambda: encoded(picture(), "JPEG", exif=_exif()),
        "progressive jpeg": lambda: encoded(picture(), "JPEG", progressive=True),
        "tiff": lambda: encoded(picture(), "TIFF", compression="tiff_lzw", save_all=True, append_images=[picture(mode="L")]),
        "fax tiff": lambda: encoded(picture(mode="1"), "TIFF", compression="group4"),
        "webp": lambda: encoded(picture(), "WEBP"),
        "lossless webp": lambda: encoded(picture(mode="RGBA"), "WEBP", lossless=True),
        "bmp": lambda: encoded(picture(80, 60), "BMP"),
        "gif": lambda: encoded(picture(mode="P"), "GIF", save_all=True, append_images=[picture(mode="L"), picture(mode="P")]),
        "heic": lambda: heic(picture()),
    }
    return makers[kind]()


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a small scan"
    return exif


def gradient(width: int, height: int) -> np.ndarray[Any, Any]:
    return np.linspace(0, 1, width * height, dtype=np.float32).reshape(height, width)


def be32(value: int) -> bytes:
    return struct.pack(">I", value)
