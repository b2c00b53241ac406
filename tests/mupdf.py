"""PyMuPDF for tests that make and look into documents. Its types are not usable, so this is the border behind which it is `Any`."""

from typing import Any

import pymupdf as _pymupdf

pymupdf: Any = _pymupdf
