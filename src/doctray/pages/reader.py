"""One open document, read page by page in this process: what the page process does, without the process around it."""

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from doctray.domain.document import FormField, Page, Segment
from doctray.domain.errors import CorruptDocument
from doctray.pages import sniff
from doctray.pages.deskew import LEAST_DEGREES, Rgb, measure_skew, straightened
from doctray.pages.images import ImageDocument
from doctray.pages.judgement import Verdict
from doctray.pages.pdf import PdfDocument
from doctray.pages.placement import Placement
from doctray.pages.ruling import seen_segments

_KEPT_READINGS = 3
"""Pages are read, recognised and finished a few at a time; a page asked for later is read again, with the same outcome. An A4 page
takes 12 MB."""

# measured on a scan and a form: level 1 takes half the time of level 6, for 3 and 6 % more bytes
_PNG_LEVEL = 1

# doctray runs many page processes at once; threads inside each would only take turns
cv2.setNumThreads(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A page as it was read.

    page: None where an engine has to read rgb. placement: points of a PDF page → pixels of rgb. verdict: on a PDF page's text layer.
    """

    rgb: Rgb
    page: Page | None
    placement: Placement | None
    verdict: Verdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What the document adds to a page that an engine has read, in pixels of the image after the page's rotation."""

    segments: tuple[Segment, ...]
    form_fields: tuple[FormField, ...]


class DocumentReader:
    """Pages of a file on this machine. Not for the process of a worker: the file may be hostile."""

    def __init__(self, path: Path, *, media_type: str, max_pixels: int) -> None:
        """Raises EmptyDocument, CorruptDocument, EncryptedDocument, PageTooLarge or UnsupportedMediaType."""
        self._pdf = PdfDocument(path, max_pixels=max_pixels) if media_type == sniff.PDF else None
        self._image = None if self._pdf else ImageDocument(path, media_type=media_type, max_pixels=max_pixels)
        self._readings: OrderedDict[int, Reading] = OrderedDict()
        self._rotations: dict[int, int] = {}

    @property
    def page_total(self) -> int:
        return self._pdf.page_total if self._pdf else self._image.page_total if self._image else 0

    def read(self, number: int) -> Reading:
        """Page `number`, from 1. Raises CorruptDocument or PageTooLarge."""
        reading = self._readings.get(number)
        if reading is None:
            reading = self._readings[number] = self._read(number)
            if len(self._readings) > _KEPT_READINGS:
                self._readings.popitem(last=False)
        return reading

    def finish(self, number: int, *, rotation: int) -> Completion:
        """The rest of a page that an engine has read and found turned: rotation, degrees clockwise that put it upright."""
        self._rotations[number] = rotation
        reading = self.read(number)
        if reading.page is not None:
            return Completion(segments=reading.page.segments, form_fields=reading.page.form_fields)
        fields = self._pdf.form_fields(number, reading.placement.turned(rotation)) if self._pdf and reading.placement else ()
        return Completion(segments=seen_segments(_turned(reading.rgb, rotation)), form_fields=fields)

    def png(self, number: int) -> bytes:
        """The page as it was read, upright once `finish` has been told the rotation."""
        reading = self.read(number)
        rotation = 0 if reading.page is not None else self._rotations.get(number, 0)
        bgr = cv2.cvtColor(_turned(reading.rgb, rotation), cv2.COLOR_RGB2BGR)
        _, encoded = cv2.imencode(".png", bgr, (cv2.IMWRITE_PNG_COMPRESSION, _PNG_LEVEL))
        return encoded.tobytes()

    def _read(self, number: int) -> Reading:
        if self._pdf is None:
            if self._image is None:
                raise CorruptDocument
            return _straight(self._image.rgb(number), None, None)
        page = self._pdf.read(number)
        if page.page is not None:
            return Reading(rgb=page.rgb, page=page.page, placement=page.placement, verdict=page.verdict)
        return _straight(page.rgb, page.placement, page.verdict)


def _straight(rgb: Rgb, placement: Placement | None, verdict: Verdict | None) -> Reading:
    degrees = measure_skew(rgb)
    if abs(degrees) < LEAST_DEGREES:
        return Reading(rgb=rgb, page=None, placement=placement, verdict=verdict)
    straight = straightened(rgb, degrees)
    height, width = straight.rgb.shape[:2]
    moved = placement and placement.then(*straight.affine, width=width, height=height)
    return Reading(rgb=straight.rgb, page=None, placement=moved, verdict=verdict)


def _turned(rgb: Rgb, rotation: int) -> Rgb:
    return np.ascontiguousarray(np.rot90(rgb, -rotation // 90))
