"""PDF files as pages, through PyMuPDF: rendered, with their text layer judged. Runs in the page process only."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from doctray.domain.document import FormField, Page, PageSource, Segment, Word, rotate_box
from doctray.domain.errors import CorruptDocument, EmptyDocument, EncryptedDocument, PageTooLarge
from doctray.pages.deskew import Rgb
from doctray.pages.drawings import drawn_segments
from doctray.pages.form import form_fields, with_values
from doctray.pages.judgement import Verdict, judge
from doctray.pages.layout import lines_of
from doctray.pages.mupdf import pymupdf
from doctray.pages.placement import Placement
from doctray.pages.text_layer import Painted, UnreadableLayer, evidence_of, read_text_layer

_POINTS_PER_INCH = 72

TEXT_DPI = 150
"""Pixel space of pages that are read from their text layer: 6-point type is still legible when a person looks a value up."""

_TEXT_LONGEST_PX = 4000

OCR_DPI = 200
_OCR_LONGEST_PX = 2600
"""EasyOCR scales a page to at most 2560 px before it looks (canvas_size), so more pixels cost time and are thrown away; 200 dpi puts
A4 (2339 px) and Letter (2200 px) just below."""

_OCR_SMALL_PX = 1600
"""A small page (a card, a receipt) whose image has more pixels than 200 dpi shows is rendered up to this long side."""

_LOST_CONTENT = re.compile(r"error|corrupt|premature|truncated|cannot find|not a stream", re.IGNORECASE)
"""What MuPDF notes when it skips content that it cannot decode. A page that then shows nothing is not blank, but damaged."""

_MANY_DRAWINGS = 20_000
"""A map or a plan: its strokes are no form's rules, and listing them takes seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfPage:
    """A rendered page. `page`: set where its text layer is sound (or the page is blank). placement: page points → pixels of rgb.

    verdict: None where the layer was judged before, by another process.
    """

    rgb: Rgb
    placement: Placement
    verdict: Verdict | None
    page: Page | None


class PdfDocument:
    """An open PDF."""

    def __init__(self, path: Path, *, max_pixels: int) -> None:
        """Raises EmptyDocument, CorruptDocument or EncryptedDocument."""
        self._max_pixels = max_pixels
        try:
            self._document = pymupdf.open(path, filetype="pdf")
        except pymupdf.EmptyFileError as error:
            raise EmptyDocument from error
        except (pymupdf.FileDataError, RuntimeError, ValueError) as error:
            raise CorruptDocument from error
        if self._document.needs_pass:
            raise EncryptedDocument
        with damage_told():
            self.page_total = int(self._document.page_count)
            repaired = bool(self._document.is_repaired)
        if repaired and (self.page_total == 0 or _is_cut_short(path)):
            raise CorruptDocument("The PDF is cut short: its end is missing.")
        if self.page_total == 0 and self._document.xref_get_key(-1, "Root/Pages/Kids")[0] == "array":
            raise EmptyDocument("The PDF holds no page.")
        if self.page_total == 0:
            raise CorruptDocument("The PDF's pages cannot be found.")

    def read(self, number: int) -> PdfPage:
        """Page `number`, from 1: judged, and rendered for an engine where its text layer does not do. Raises as those do."""
        judged = self.judged(number)
        return judged if isinstance(judged, PdfPage) else self.rendered(number, judged)

    def judged(self, number: int) -> PdfPage | Verdict:
        """The page where its text layer is sound or it is blank; else why it must be read from its image.

        Raises CorruptDocument or PageTooLarge.
        """
        with damage_told():
            pymupdf.TOOLS.reset_mupdf_warnings()
            page = self._page(number)
            painted = page.get_bboxlog()
            judged = self._judged(page, number, painted) if _says_something(painted) else Verdict.NO_TEXT
            if any(kind.startswith("fill-im") for kind, *_ in painted):
                _forget_pictures()
            return self._undamaged(judged, number) if isinstance(judged, PdfPage) else judged

    def rendered(self, number: int, verdict: Verdict | None) -> PdfPage:
        """The page's image for an engine. verdict: of `judged`, where it is known. Raises CorruptDocument or PageTooLarge."""
        with damage_told():
            pymupdf.TOOLS.reset_mupdf_warnings()
            page = self._page(number)
            rgb, placement = self._rendered(page, self._ocr_scale(page))
            _forget_pictures()
            return self._undamaged(PdfPage(rgb=rgb, placement=placement, verdict=verdict, page=None), number)

    def rendered_size(self, number: int) -> tuple[int, int]:
        """Width and height of `rendered`, give or take a pixel. Raises CorruptDocument or PageTooLarge."""
        with damage_told():
            page = self._page(number)
            scale = self._ocr_scale(page)
            return max(1, round(page.rect.width * scale)), max(1, round(page.rect.height * scale))

    def form_fields(self, number: int, placement: Placement) -> tuple[FormField, ...]:
        with damage_told():
            return form_fields(self._page(number), placement)

    def _page(self, number: int) -> Any:
        page = self._document[number - 1]
        turned = pymupdf.mupdf.pdf_to_int(
            pymupdf.mupdf.pdf_dict_get_inheritable(
                pymupdf.mupdf.pdf_page_from_fz_page(page.this).obj(), pymupdf.mupdf.pdf_new_name("Rotate")
            )
        )
        if not 0 <= turned < 360:
            # PyMuPDF takes 360 off again and again, each time that it is asked
            page.set_rotation(turned % 360 // 90 * 90)
        return page

    def _undamaged(self, read: PdfPage, number: int) -> PdfPage:
        if int(read.rgb.max()) == int(read.rgb.min()) and _LOST_CONTENT.search(pymupdf.TOOLS.mupdf_warnings(reset=True)):
            raise CorruptDocument(f"Page {number} is damaged: its content cannot be read.")
        return read

    def _judged(self, page: Any, number: int, painted: Painted) -> PdfPage | Verdict:
        rgb, placement = self._rendered(page, _scale(page, TEXT_DPI, _TEXT_LONGEST_PX, self._max_pixels))
        gray = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
        try:
            layer = read_text_layer(page, placement, gray, painted)
        except UnreadableLayer:
            return Verdict.GARBAGE
        verdict = judge(evidence_of(layer, gray, painted))
        if verdict not in (Verdict.SOUND, Verdict.BLANK):
            return verdict
        rotation = _to_upright(layer.words)
        words = _turned(layer.words, rotation, placement) if rotation else layer.words
        placement = placement.turned(rotation)
        fields = form_fields(page, placement)
        rgb = np.ascontiguousarray(np.rot90(rgb, -rotation // 90))
        segments = _segments(page, placement, rgb, painted)
        upright = Page(
            number=number,
            width=placement.width,
            height=placement.height,
            source=PageSource.TEXT_LAYER,
            lines=lines_of(with_values(words, fields), segments=segments),
            rotation=rotation,
            segments=segments,
            form_fields=fields,
            engine="pymupdf",
            placement=placement.affine,
        )
        return PdfPage(rgb=rgb, placement=placement, verdict=verdict, page=upright)

    def _rendered(self, page: Any, scale: float) -> tuple[Rgb, Placement]:
        pixmap = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csRGB, alpha=False)
        rows = np.frombuffer(pixmap.samples_mv, dtype=np.uint8).reshape(pixmap.height, pixmap.stride)
        # a copy: the samples are MuPDF's and go with the pixmap
        rgb = np.array(rows[:, : pixmap.width * 3].reshape(pixmap.height, pixmap.width, 3), copy=True)
        to_pixels = page.rotation_matrix * pymupdf.Matrix(scale, scale)
        a, b, c, d, e, f = to_pixels
        return rgb, Placement(a, b, c, d, e - pixmap.x, f - pixmap.y, pixmap.width, pixmap.height)

    def _ocr_scale(self, page: Any) -> float:
        scale = _scale(page, OCR_DPI, _OCR_LONGEST_PX, self._max_pixels)
        long_pt = max(page.rect.width, page.rect.height)
        finest = max(
            (max(image["width"], image["height"]) for image in page.get_image_info() if _fills(image["bbox"], page.rect)), default=0
        )
        return max(scale, min(finest, _OCR_SMALL_PX) / float(long_pt))


def _forget_pictures() -> None:
    """MuPDF keeps up to 256 MB of what it has decoded (`FZ_STORE_DEFAULT`), in case that it is shown again: a scan is not."""
    pymupdf.TOOLS.store_shrink(100)


def _scale(page: Any, dpi: int, longest_px: int, max_pixels: int) -> float:
    """Pixels a point, lowered where a page as large as it says would have too many."""
    width, height = page.rect.width, page.rect.height
    if not (0 < width < float("inf") and 0 < height < float("inf")):
        raise CorruptDocument("A page has no size.")
    scale = min(dpi / _POINTS_PER_INCH, longest_px / max(width, height), (max_pixels / (width * height)) ** 0.5)
    if min(width, height) * scale < 1:
        raise PageTooLarge(f"A page is {width / _POINTS_PER_INCH:.0f} x {height / _POINTS_PER_INCH:.0f} inches.")
    return float(scale)


def _fills(bbox: tuple[float, float, float, float], rect: Any) -> bool:
    return bool((bbox[2] - bbox[0]) * (bbox[3] - bbox[1]) >= 0.5 * rect.width * rect.height)


def _says_something(painted: Painted) -> bool:
    """False for print without any text, which needs no rendering of its own to be judged."""
    return not painted or any(kind.endswith("-text") for kind, *_ in painted)


def _to_upright(words: Any) -> int:
    """Degrees clockwise that make most of the letters stand upright."""
    letters: Counter[int] = Counter()
    for word in words:
        letters[word.angle] += len(word.text)
    angle, most = letters.most_common(1)[0] if letters else (0, 0)
    return (360 - angle) % 360 if 3 * most > 2 * letters.total() else 0


def _turned(words: Iterable[Word], rotation: int, placement: Placement) -> list[Word]:
    return [
        replace(
            word,
            box=rotate_box(word.box, rotation, width=placement.width, height=placement.height),
            angle=(word.angle + rotation) % 360,
        )
        for word in words
    ]


def _segments(page: Any, placement: Placement, rgb: Rgb, painted: Painted) -> tuple[Segment, ...]:
    paths = sum(kind in ("fill-path", "stroke-path") for kind, *_ in painted)
    if paths > _MANY_DRAWINGS:
        return ()
    return drawn_segments(page.get_cdrawings(), placement, np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8))


def _is_cut_short(path: Path) -> bool:
    """Whether a file whose cross-reference table had to be rebuilt lacks its end: objects, and after them no end-of-file mark.

    Damage elsewhere, and whatever was appended after a whole file (mail footers, padding), does not count.
    """
    content = path.read_bytes()
    return b" obj" in content[content.rfind(b"%%EOF") + 1 :]


@contextmanager
def damage_told() -> Iterator[None]:
    """Whatever MuPDF and PyMuPDF raise on damaged files, as CorruptDocument; a lack of memory as MemoryError."""
    try:
        yield
    except MemoryError:
        raise
    except (
        pymupdf.FileDataError,
        pymupdf.mupdf.FzErrorBase,
        RuntimeError,
        SystemError,
        ValueError,
        IndexError,
        KeyError,
        TypeError,
    ) as error:
        if "malloc" in str(error) or "out of memory" in str(error).lower():
            raise MemoryError(str(error)) from error
        raise CorruptDocument("The PDF is damaged.") from error
