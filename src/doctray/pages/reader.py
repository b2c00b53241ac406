"""One open document, read page by page in this process: what the page process does, without the process around it."""

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from doctray.domain.document import Page
from doctray.domain.errors import CorruptDocument
from doctray.pages import sniff
from doctray.pages.deskew import LEAST_DEGREES, Rgb, measure_skew, straightened
from doctray.pages.images import ImageDocument
from doctray.pages.judgement import Verdict
from doctray.pages.keystone import measure_keystone, rectified
from doctray.pages.pdf import PdfDocument, PdfPage
from doctray.pages.placement import Placement
from doctray.pages.ruling import seen_segments
from doctray.ports import PageExtras

# measured on a scan and a form: level 1 takes half the time of level 6, for 3 and 6 % more bytes
_PNG_LEVEL = 1

# doctray runs many page processes at once; threads inside each would only take turns
cv2.setNumThreads(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A page as it was read.

    page: None where an engine has to read rgb. placement: the source (see `Page.placement`) → pixels of rgb; None where no affine map
    says that. verdict: on a PDF page's text layer.
    """

    rgb: Rgb
    page: Page | None
    placement: Placement | None
    verdict: Verdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToRead:
    """A page that an engine has to read. width, height: of its image, about (deskewing adds some). verdict: on its text layer."""

    width: int
    height: int
    verdict: Verdict | None


class DocumentReader:
    """Pages of a file on this machine. Not for the process of a worker: the file may be hostile."""

    def __init__(self, path: Path, *, media_type: str, max_pixels: int) -> None:
        """Raises EmptyDocument, CorruptDocument, EncryptedDocument, PageTooLarge or UnsupportedMediaType."""
        self.path = path
        self._pdf = PdfDocument(path, max_pixels=max_pixels) if media_type == sniff.PDF else None
        self._image = None if self._pdf else ImageDocument(path, media_type=media_type, max_pixels=max_pixels)
        # pages are finished one after the other; one asked for again later is read again, with the same outcome
        self._last: tuple[int, Reading] | None = None
        self._rotations: dict[int, int] = {}
        # pages whose text layer does not do, with the verdict on it where this process has judged it
        self._unread: dict[int, Verdict | None] = {}

    @property
    def page_total(self) -> int:
        return self._pdf.page_total if self._pdf else self._image.page_total if self._image else 0

    @property
    def image_file(self) -> ImageDocument | None:
        """None for a PDF."""
        return self._image

    def look(self, number: int) -> Reading | ToRead:
        """Page `number`, from 1, where no engine is needed; else what is known of the image that one has to read, which is not made yet.

        Raises CorruptDocument or PageTooLarge.
        """
        if self._pdf is None or number in self._unread:
            return self._to_read(number)
        reading = self._kept(number)
        if reading is None:
            judged = self._pdf.judged(number)
            if not isinstance(judged, PdfPage):
                self._unread[number] = judged
                return self._to_read(number)
            reading = Reading(rgb=judged.rgb, page=judged.page, placement=judged.placement, verdict=judged.verdict)
            self._last = number, reading
        return reading

    def image(self, number: int) -> Reading:
        """The page for an engine, whatever its text layer is worth. Raises CorruptDocument or PageTooLarge."""
        self._unread.setdefault(number, None)
        return self.read(number)

    def read(self, number: int) -> Reading:
        """The page from its text layer, or for an engine where `look` or `image` has said so. Raises CorruptDocument or PageTooLarge."""
        reading = self._kept(number)
        if reading is None:
            reading = self._read(number)
            self._last = number, reading
        return reading

    def extras(self, number: int, *, rotation: int) -> PageExtras:
        """See `doctray.ports.PageSession.extras`."""
        self._rotations[number] = rotation
        reading = self.image(number)
        placement = reading.placement and reading.placement.turned(rotation)
        fields = self._pdf.form_fields(number, placement) if self._pdf and placement else ()
        segments = seen_segments(_turned(reading.rgb, rotation))
        return PageExtras(segments=segments, form_fields=fields, placement=placement.affine if placement else None)

    def png(self, number: int) -> memoryview:
        """The page as it was read, upright once `extras` has been told the rotation."""
        reading = self.read(number)
        rotation = 0 if reading.page is not None else self._rotations.get(number, 0)
        return encoded(_turned(reading.rgb, rotation))

    def _kept(self, number: int) -> Reading | None:
        """The page where it is the last one read; else None, and room for another."""
        if self._last is not None and self._last[0] == number:
            return self._last[1]
        self._last = None
        return None

    def _to_read(self, number: int) -> ToRead:
        width, height = self._pdf.rendered_size(number) if self._pdf else self._opened_image.size(number)
        return ToRead(width=width, height=height, verdict=self._unread.setdefault(number, None))

    @property
    def _opened_image(self) -> ImageDocument:
        if self._image is None:
            raise CorruptDocument
        return self._image

    def _read(self, number: int) -> Reading:
        if self._pdf is None:
            return _photographed(self._opened_image.rgb(number))
        page = self._pdf.rendered(number, self._unread[number]) if number in self._unread else self._pdf.read(number)
        if page.page is not None:
            return Reading(rgb=page.rgb, page=page.page, placement=page.placement, verdict=page.verdict)
        return _straight(page.rgb, page.placement, page.verdict)


def _photographed(rgb: Rgb) -> Reading:
    """An image file's page, straightened; where a camera looked at it askew, as seen from straight above.

    Pages of PDFs keep their shape: their form fields and their searchable copies are placed by an affine map, which this is not.
    """
    straight = _straight_image(rgb)
    # as it was it is 36 MB, and straightening has made as many
    del rgb
    keystone = measure_keystone(straight.rgb)
    return straight if keystone is None else replace(straight, rgb=rectified(straight.rgb, keystone), placement=None)


def _straight_image(rgb: Rgb) -> Reading:
    return _straight(rgb, Placement.of_image(rgb.shape[1], rgb.shape[0]), None)


def _straight(rgb: Rgb, placement: Placement | None, verdict: Verdict | None) -> Reading:
    degrees = measure_skew(rgb)
    if abs(degrees) < LEAST_DEGREES:
        return Reading(rgb=rgb, page=None, placement=placement, verdict=verdict)
    straight = straightened(rgb, degrees)
    height, width = straight.rgb.shape[:2]
    moved = placement and placement.then(*straight.affine, width=width, height=height)
    return Reading(rgb=straight.rgb, page=None, placement=moved, verdict=verdict)


def encoded(rgb: Rgb) -> memoryview:
    """As PNG; of one channel where the page has no colour, which takes a third of the time and of the bytes."""
    is_gray = np.array_equal(rgb[..., 0], rgb[..., 1]) and np.array_equal(rgb[..., 1], rgb[..., 2])
    pixels = np.ascontiguousarray(rgb[..., 0]) if is_gray else cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    _, png = cv2.imencode(".png", pixels, (cv2.IMWRITE_PNG_COMPRESSION, _PNG_LEVEL))
    return png.data.cast("B")


def _turned(rgb: Rgb, rotation: int) -> Rgb:
    return np.ascontiguousarray(np.rot90(rgb, -rotation // 90))
