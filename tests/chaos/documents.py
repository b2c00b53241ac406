"""Documents that carry a number of their own, so that a result that stands under another's id is seen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.mupdf import pymupdf


class Kind(StrEnum):
    TEXT = "text"  # a PDF whose pages all have a text layer: no engine takes part
    MIXED = "mixed"  # a PDF with one page of text, the others are pictures
    IMAGE = "image"  # a PNG, whose size in pixels is its number
    BROKEN = "broken"  # a PDF cut off in the middle


MARK = re.compile(r"DOC(\d{6})")

_PDF_PAGE = (300, 200)
_SCAN_PAGE = (240, 160)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One document's bytes. Its number is printed in it as DOC000123; of an image it is the size as well."""

    number: int
    kind: Kind
    pages: int
    content: bytes

    @property
    def file_name(self) -> str:
        return f"{self.number}.{'png' if self.kind is Kind.IMAGE else 'pdf'}"

    def stranger(self, result: Mapping[str, Any]) -> str | None:
        """What shows that this result was read from another document; None when nothing does."""
        others = {int(number) for number in MARK.findall(result["text"])} - {self.number}
        pages = [(page["width"], page["height"]) for page in result["pages"]]
        if others:
            return f"it holds the number of {sorted(others)}"
        if len(pages) != self.pages:
            return f"it has {len(pages)} pages, not {self.pages}"
        if self.kind is Kind.IMAGE and pages[0] != image_size(self.number):
            return f"its page is {pages[0]}, not {image_size(self.number)}"
        if self.kind in (Kind.TEXT, Kind.MIXED) and not MARK.search(result["text"]):
            return "it lacks the document's number"
        return None


def image_size(number: int) -> tuple[int, int]:
    """Width and height in pixels, of this number only."""
    return 320 + number % 160, 200 + number // 160


def make_paper(number: int, kind: Kind, *, pages: int) -> Paper:
    """pages: of a PDF; an image has one."""
    match kind:
        case Kind.TEXT:
            content = _pdf(number, text_pages=pages, scans=0)
        case Kind.MIXED:
            content = _pdf(number, text_pages=1, scans=pages - 1)
        case Kind.IMAGE:
            content, pages = _png(number, *image_size(number)), 1
        case Kind.BROKEN:
            whole = _pdf(number, text_pages=pages, scans=0)
            content = whole[: len(whole) // 3]
    return Paper(number=number, kind=kind, pages=pages, content=content)


def _pdf(number: int, *, text_pages: int, scans: int) -> bytes:
    with pymupdf.open() as document:
        for page_number in range(1, text_pages + 1):
            page = document.new_page(width=_PDF_PAGE[0], height=_PDF_PAGE[1])
            page.insert_text((20, 50), "Certificate of Training", fontsize=14)
            page.insert_text((20, 80), f"Document number DOC{number:06d}, page {page_number} of {text_pages}", fontsize=10)
        scan = _png(number, *_SCAN_PAGE)
        for _ in range(scans):
            page = document.new_page(width=_SCAN_PAGE[0], height=_SCAN_PAGE[1])
            page.insert_image(page.rect, stream=scan)
        content: bytes = document.tobytes()
        return content


def _png(number: int, width: int, height: int) -> bytes:
    with pymupdf.open() as document:
        page = document.new_page(width=width, height=height)
        page.insert_text((20, 60), f"DOC{number:06d}", fontsize=26)
        page.draw_rect((20, 90, width / 2, height - 20))
        content: bytes = page.get_pixmap(dpi=72).tobytes("png")
        return content
