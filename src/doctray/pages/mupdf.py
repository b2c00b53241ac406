"""PyMuPDF, set up once for a page process. Its types are not usable, so this is the border behind which it is `Any`."""

from typing import Any

import pymupdf as _pymupdf

pymupdf: Any = _pymupdf

# small heights: a word's box is as high as its type size, not as its line, so that boxes of neighbouring lines do not overlap
pymupdf.TOOLS.set_small_glyph_heights(True)
# MuPDF would write of damaged files, with pieces of them, to stderr
pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)
