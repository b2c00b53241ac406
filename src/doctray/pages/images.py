"""Image files as RGB pages, through Pillow. Runs in the page process only.

Of animations (GIF, APNG, WebP) and of phones' multi-picture files (MPO, HEIC) only the first picture is a page: what follows repeats
or moves it. Only TIFF holds pages.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import ExifTags, Image, UnidentifiedImageError

from doctray.domain.errors import CorruptDocument, EmptyDocument, PageTooLarge, UnsupportedMediaType
from doctray.pages import sniff
from doctray.pages.deskew import Rgb

_FORMATS: dict[str, tuple[str, ...]] = {
    sniff.PNG: ("PNG",),
    sniff.JPEG: ("JPEG",),
    sniff.TIFF: ("TIFF",),
    sniff.WEBP: ("WEBP",),
    sniff.BMP: ("BMP",),
    sniff.GIF: ("GIF",),
    sniff.HEIC: ("HEIF",),
}
"""Which of Pillow's decoders may touch a file of each media type: no other one is ever tried on it."""

_LONGEST_PX = 4000
"""A longer side is scaled down: A4 at 300 dpi is 3508 px, and no engine looks at more than that."""

_START_OF_SCAN = b"\xff\xda"
_MOST_SCANS = 1000
"""A progressive JPEG has about ten, with its thumbnails some more. Each costs a pass over all blocks however few bytes it has: 20,000
scans of 16 megapixels fit in 700 kB and take minutes."""

_LIKELY_DPI = (100, 1200)
"""Of a scan. Cameras and screenshots say 72 or 96, which means nothing."""

_OBLONG = (1.5, 3.0)
"""How many times denser a fax may be across than down: a standard one has 204 x 98 dots an inch, a fine one 204 x 196 (ITU-T T.4)."""

_A4_LONG_PT = 842.0

_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, RuntimeError, struct.error, zlib.error)
"""What Pillow's decoders raise on damaged files."""

_REDUCING_GAP = 2.0
_SEE_THROUGH = ("LA", "RGBA")

_STRIP_PX = 256
"""Rows that are brought into their final form at once: beside Pillow's pixels, of 4 bytes each, there is never another copy of them all."""

_AS_STORED: dict[int, Callable[[Rgb], Rgb]] = {
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: np.rot90(upright),
    7: lambda upright: upright[::-1, ::-1].swapaxes(0, 1),
    8: lambda upright: np.rot90(upright, -1),
}
"""EXIF orientation → a view of the upright pixels as the camera wrote them (EXIF 2.32, 4.6.4, Orientation)."""

_LYING = (5, 6, 7, 8)
"""Orientations that swap width and height."""

# page processes are many; threads in each would only take turns
pillow_heif.options.DECODE_THREADS = 1
pillow_heif.register_heif_opener(thumbnails=False)
Image.init()
# we refuse by our own limit before decoding, with our own error
Image.MAX_IMAGE_PIXELS = None


class ImageDocument:
    """An open image file. Nothing is decoded before `rgb` is called."""

    def __init__(self, path: Path, *, media_type: str, max_pixels: int) -> None:
        """Raises EmptyDocument, CorruptDocument, PageTooLarge or UnsupportedMediaType."""
        formats = _FORMATS.get(media_type)
        if formats is None:
            raise UnsupportedMediaType
        content = path.read_bytes()
        if not content:
            raise EmptyDocument
        if media_type == sniff.JPEG and content.count(_START_OF_SCAN) > _MOST_SCANS:
            raise CorruptDocument("The JPEG has more scans than any program writes.")
        self._max_pixels = max_pixels
        self._content = content
        self._formats = formats
        with _damage_told():
            # never decoded, but where it holds many pages
            self._image = self._opened()
            self._check_size()
            self.page_total = int(getattr(self._image, "n_frames", 1)) if media_type == sniff.TIFF else 1

    def rgb(self, number: int) -> Rgb:
        """Page `number` (from 1), upright by its EXIF orientation, on white where it is see-through, at most 4000 px long.

        The dots of a standard fax, twice as high as they are wide, become square.
        Raises CorruptDocument or PageTooLarge.
        """
        with _damage_told():
            self._image.seek(number - 1)
            self._check_size()
            # what an image has decoded goes with it; a TIFF with many pages is kept, as its directories are gone through from the first
            image = self._image if self.page_total > 1 else self._opened()
            if image.format in ("JPEG", "MPO"):
                # decodes at a half, quarter or eighth where that is still large enough
                image.draft("RGB", (_LONGEST_PX, _LONGEST_PX))
            image.load()
            size = _shown_size(image)
            # read after loading: decoders that turn the picture themselves (TIFF, HEIC) take the tag out when they do
            return _upright(_eight_bits(image), image.getexif().get(ExifTags.Base.Orientation, 1), size)

    def size(self, number: int) -> tuple[int, int]:
        """About the width and height of `rgb`, the turn by EXIF left out. Raises CorruptDocument or PageTooLarge."""
        with _damage_told():
            self._image.seek(number - 1)
            self._check_size()
            return _shown_size(self._image)

    def long_side_pt(self, number: int) -> float:
        """How long the picture is printed, in points: by its resolution where it names a likely one, else as A4 is."""
        with _damage_told():
            self._image.seek(number - 1)
            dpi = self._image.info.get("dpi", (0, 0))[0]
            longer = max(self._image.width, self._image.height * _denser_across(self._image))
            return longer / float(dpi) * 72 if _LIKELY_DPI[0] <= dpi <= _LIKELY_DPI[1] else _A4_LONG_PT

    def as_stored(self) -> bytes | None:
        """The file itself where it is one JPEG picture that stands upright, so that it can be shown as it is without a loss."""
        plain = self._image.format == "JPEG" and self._image.mode in ("L", "RGB")
        return self._content if plain and self._image.getexif().get(ExifTags.Base.Orientation, 1) == 1 else None

    @property
    def is_lossless(self) -> bool:
        return self._image.format in ("PNG", "TIFF", "BMP", "GIF")

    def _opened(self) -> Image.Image:
        return Image.open(io.BytesIO(self._content), formats=self._formats)

    def _check_size(self) -> None:
        width, height = self._image.size
        if width * height > self._max_pixels:
            raise PageTooLarge(f"The image has {width} x {height} pixels; at most {self._max_pixels // 1_000_000} megapixels are read.")


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            # Pillow warns of odd metadata (EXIF, TIFF tags) in files that it reads all the same
            warnings.simplefilter("ignore")
            yield
    except UnidentifiedImageError as error:
        raise CorruptDocument("The image's header cannot be read.") from error
    except _DAMAGE as error:
        raise CorruptDocument("The image is cut short or damaged.") from error


def _eight_bits(image: Image.Image) -> Image.Image:
    """The image in L, LA, RGB, RGBA or CMYK."""
    if image.mode.startswith("I") or image.mode == "F":
        levels = np.asarray(image)
        if levels.dtype.itemsize == 2:
            return Image.fromarray((levels >> 8).astype(np.uint8))
        high = float(levels.max(initial=0))
        # 16-bit gray is stored in wider modes too; what fits 8 bits is taken as it is
        full = 255.0 if high <= 255 else 65535.0 if high <= 65535 else high
        return Image.fromarray(np.clip(levels * np.float32(255.0 / full), 0, 255).astype(np.uint8))
    if "transparency" in image.info and image.mode in ("1", "L", "P", "RGB"):
        return image.convert("RGBA")
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK"):
        return image
    if image.mode == "1":
        return image.convert("L")
    return image.convert("RGBA" if image.mode in ("PA", "La", "RGBa") else "RGB")


def _upright(image: Image.Image, orientation: int, size: tuple[int, int]) -> Rgb:
    width, height = size
    upright = np.empty((width, height, 3) if orientation in _LYING else (height, width, 3), dtype=np.uint8)
    as_stored = _AS_STORED[orientation](upright) if orientation in _AS_STORED else upright
    for top, strip in _strips(image, size):
        as_stored[top : top + strip.height] = np.asarray(_on_white(strip))
    return upright


def _strips(image: Image.Image, size: tuple[int, int]) -> Iterator[tuple[int, Image.Image]]:
    """The image scaled to `size`, from the top down: the row at which a strip begins, and the strip."""
    if size != image.size and image.mode in _SEE_THROUGH:
        # Pillow weighs colours by how opaque they are, for which it copies the whole image each time
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP)
    width, height = size
    scale = image.height / height
    for top in range(0, height, _STRIP_PX):
        bottom = min(height, top + _STRIP_PX)
        if size == image.size:
            yield top, image.crop((0, top, width, bottom))
        else:
            rows = (0.0, top * scale, float(image.width), min(float(image.height), bottom * scale))
            yield top, image.resize((width, bottom - top), Image.Resampling.LANCZOS, box=rows, reducing_gap=_REDUCING_GAP)


def _shown_size(image: Image.Image) -> tuple[int, int]:
    """Width and height of the picture with square dots, at most 4000 px long."""
    width, height = image.size
    high = height * _denser_across(image)
    scale = min(1.0, _LONGEST_PX / max(width, high))
    return max(1, round(width * scale)), max(1, round(high * scale))


def _denser_across(image: Image.Image) -> float:
    """How many times more dots an inch a fax has across than down; 1 for all other pictures, whose resolution is often made up."""
    across, down = image.info.get("dpi", (1, 1)) if image.format == "TIFF" else (1, 1)
    denser = float(across) / float(down) if down else 1.0
    return denser if _OBLONG[0] <= denser <= _OBLONG[1] else 1.0


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in _SEE_THROUGH:
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    return image.convert("RGB")
