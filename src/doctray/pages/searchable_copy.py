"""The searchable copy of an open document: the original with an invisible text layer where an engine has read it.

A PDF keeps all that it has, and pages whose own text layer was found sound are not touched. An image becomes a PDF of its pages, in
order. Runs in the page process only.
"""

import numpy as np

from doctray.domain.document import Affine, Page
from doctray.domain.errors import CorruptDocument, EngineFailure
from doctray.pages.pictures import read_picture, stored_picture
from doctray.pages.reader import DocumentReader
from doctray.pages.searchable import SearchablePdf


class SearchableCopy:
    """Pages as they were read are laid one by one; those of an image all, in order, read or not."""

    def __init__(self, reader: DocumentReader) -> None:
        """Raises CorruptDocument."""
        self._reader = reader
        self._made = SearchablePdf(reader.path if reader.image_file is None else None)
        self._whole: bytes | None = None

    def lay(self, page: Page) -> None:
        """page: as it was read, with its placement; without lines: unread. Raises CorruptDocument, PageTooLarge or EngineFailure."""
        if self._reader.image_file is not None:
            to_page = self._pictured(page)
        elif page.placement is not None:
            to_page = inverse(page.placement)
        else:
            raise EngineFailure("It is not known where the words of a page stand in the PDF.")
        self._made.lay(page.number, page.lines, to_page)

    def part(self, offset: int, size: int) -> bytes:
        """Of the finished copy; empty at its end."""
        if self._whole is None:
            self._whole = self._made.assemble()
        return self._whole[offset : offset + size]

    def _pictured(self, page: Page) -> Affine:
        """Add the page's picture; pixels of the page image → the new page's points."""
        image = self._reader.image_file
        assert image is not None
        if page.placement is not None or not page.lines:
            to_points = self._made.add_picture(stored_picture(image, page.number), rotation=page.rotation)
            return followed(inverse(page.placement), to_points) if page.placement is not None else to_points
        # Seen from straight above: no affine map leads back to the photo, so the copy shows the page as it was read.
        rgb = np.ascontiguousarray(np.rot90(self._reader.image(page.number).rgb, -page.rotation // 90))
        if (rgb.shape[1], rgb.shape[0]) != (page.width, page.height):
            raise EngineFailure("The page is straightened otherwise now than when it was read.")
        return self._made.add_picture(read_picture(rgb, image.long_side_pt(page.number)), rotation=0)


def inverse(affine: Affine) -> Affine:
    """Raises CorruptDocument where there is none."""
    a, b, c, d, e, f = affine
    determinant = a * d - b * c
    if abs(determinant) < 1e-9:
        raise CorruptDocument("A page has no size.")
    return (
        d / determinant,
        -b / determinant,
        -c / determinant,
        a / determinant,
        (c * f - d * e) / determinant,
        (b * e - a * f) / determinant,
    )


def followed(first: Affine, then: Affine) -> Affine:
    """One map for two in turn."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return p * a + r * b, q * a + s * b, p * c + r * d, q * c + s * d, p * e + r * f + t, q * e + s * f + u
