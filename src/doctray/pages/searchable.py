"""A PDF with words laid invisibly where they are printed, through PyMuPDF. Runs in the page process only."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from doctray.domain.document import Affine, Line
from doctray.pages.glyphless import ASCENT, DESCENT, UNITS, glyph_map, to_unicode, truetype
from doctray.pages.invisible import Typesetting, text_layer
from doctray.pages.mupdf import pymupdf
from doctray.pages.pdf import damage_told
from doctray.pages.pictures import Picture

FONT = "DoctrayUnseen"

_INVISIBLE = 3
"""Render mode of text that is not painted (ISO 32000-1, table 106)."""

_FOLDED = re.compile(r"\W+")


class SearchablePdf:
    """A PDF being made. Pages in any order, then `assemble`."""

    def __init__(self, path: Path | None) -> None:
        """path: of the original PDF, which is not changed; None: of an image, whose pages `add_picture` gives. Raises CorruptDocument."""
        self._typesetting = Typesetting()
        self._fonts: dict[int, int] = {}
        with damage_told():
            self._document = pymupdf.open(path, filetype="pdf") if path is not None else pymupdf.open()

    def add_picture(self, picture: Picture, *, rotation: int) -> Affine:
        """The next page, of an image; pixels of the picture → the page's points, y downwards. rotation: degrees clockwise to show it at."""
        with damage_told():
            page = self._document.new_page(width=picture.width_pt, height=picture.height_pt)
            page.insert_image(page.rect, stream=picture.content, keep_proportion=False)
            page.set_rotation(rotation)
        return picture.width_pt / picture.width, 0.0, 0.0, picture.height_pt / picture.height, 0.0, 0.0

    def lay(self, number: int, lines: Sequence[Line], to_page: Affine) -> None:
        """Lay words on page `number` (from 1). to_page: pixels of their page image → points of the page before its /Rotate, y downwards.

        A text layer that nobody sees, someone else's reading, is taken out; words that the page already says where we would lay them
        are left out.
        """
        with damage_told():
            self._drop_invisible(number)
            page = self._document[number - 1]
            turned = page.rotation
            # PyMuPDF tells where a page's own coordinates lie only while it is not turned.
            page.set_rotation(0)
            try:
                upwards = pymupdf.Matrix(*to_page) * ~page.transformation_matrix
                said = _Said(page)
                new = [kept for line in lines if (kept := said.without(line, to_page)) is not None]
                content = text_layer(new, tuple(upwards), font=FONT, typesetting=self._typesetting)
                if content:
                    self._append(page, content)
            finally:
                page.set_rotation(turned)

    def assemble(self) -> bytes:
        """The whole file, once. Encryption and permissions stay those of the original."""
        with damage_told():
            self._finish_fonts()
            return bytes(self._document.tobytes(garbage=0, use_objstms=1, encryption=pymupdf.PDF_ENCRYPT_KEEP))

    def _append(self, page: Any, content: bytes) -> None:
        document = self._document
        # What the page leaves set (a clip, a matrix) must not act on the layer.
        page.wrap_contents()
        xref = document.get_new_xref()
        document.update_object(xref, "<<>>")
        document.update_stream(xref, content)
        streams = [*page.get_contents(), xref]
        document.xref_set_key(page.xref, "Contents", f"[{' '.join(f'{each} 0 R' for each in streams)}]")
        for advance in self._typesetting.advances:
            _add_font(page, f"{FONT}{advance}", self._font(advance))

    def _drop_invisible(self, number: int) -> None:
        """Take out text that is not painted. Annotations, links and fields are put aside meanwhile: redaction would take them too."""
        document = self._document
        page = document[number - 1]
        if not any(span["type"] == _INVISIBLE for span in page.get_texttrace()):
            return
        xref = page.xref
        _, annotations = document.xref_get_key(xref, "Annots")
        document.xref_set_key(xref, "Annots", "null")
        page = document.reload_page(page)
        page.add_redact_annot(page.rect)
        page.apply_redactions(
            images=pymupdf.PDF_REDACT_IMAGE_NONE, graphics=pymupdf.PDF_REDACT_LINE_ART_NONE, text=pymupdf.PDF_REDACT_TEXT_REMOVE_INVISIBLE
        )
        document.xref_set_key(xref, "Annots", annotations)
        document.reload_page(page)

    def _font(self, advance: int) -> int:
        if advance not in self._fonts:
            self._fonts[advance] = self._object("<<>>")
        return self._fonts[advance]

    def _finish_fonts(self) -> None:
        """Their maps, which they share, can be written only once all characters are known."""
        if not self._fonts:
            return
        characters = self._typesetting.characters
        program = self._stream(truetype(), f"/Length1 {len(truetype())}")
        glyphs = self._stream(glyph_map(len(characters)))
        meanings = self._stream(to_unicode(characters))
        descriptor = self._object(
            f"<</Type/FontDescriptor/FontName/{FONT}/Flags 5/FontBBox[0 {DESCENT} {UNITS} {ASCENT}]/ItalicAngle 0/Ascent {ASCENT}"
            f"/Descent {DESCENT}/CapHeight {ASCENT}/StemV 80/FontFile2 {program} 0 R>>"
        )
        for advance, xref in self._fonts.items():
            descendant = self._object(
                f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{FONT}/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
                f"/FontDescriptor {descriptor} 0 R/DW {advance}/CIDToGIDMap {glyphs} 0 R>>"
            )
            self._document.update_object(
                xref,
                f"<</Type/Font/Subtype/Type0/BaseFont/{FONT}/Encoding/Identity-H/DescendantFonts[{descendant} 0 R]"
                f"/ToUnicode {meanings} 0 R>>",
            )

    def _object(self, text: str) -> int:
        xref = int(self._document.get_new_xref())
        self._document.update_object(xref, text)
        return xref

    def _stream(self, content: bytes, entries: str = "") -> int:
        xref = self._object(f"<<{entries}>>")
        self._document.update_stream(xref, content)
        return xref


class _Said:
    """What a page says already, to search and copy."""

    def __init__(self, page: Any) -> None:
        self._places: dict[str, list[Any]] = {}
        for left, top, right, bottom, text, *_ in page.get_text("words"):
            self._places.setdefault(_folded(text), []).append(pymupdf.Rect(left, top, right, bottom))

    def without(self, line: Line, to_page: Affine) -> Line | None:
        """The line without the words that stand in their place already; None when none is left."""
        if not self._places:
            return line
        matrix = pymupdf.Matrix(*to_page)
        words = tuple(
            word
            for word in line.words
            if not any(
                pymupdf.Point(word.box.center_x, word.box.center_y) * matrix in rect for rect in self._places.get(_folded(word.text), ())
            )
        )
        return Line(words=words) if words else None


def _folded(text: str) -> str:
    return _FOLDED.sub("", text).casefold() or text


def _add_font(page: Any, font: str, xref: int) -> None:
    """Into the page's own resources or those that it inherits."""
    mupdf = pymupdf.mupdf
    pdf_page = mupdf.pdf_page_from_fz_page(page.this)
    document, name = pdf_page.doc(), mupdf.pdf_new_name
    resources = mupdf.pdf_dict_get_inheritable(pdf_page.obj(), name("Resources"))
    if not mupdf.pdf_is_dict(resources):
        resources = mupdf.pdf_dict_put_dict(pdf_page.obj(), name("Resources"), 1)
    fonts = mupdf.pdf_dict_get(resources, name("Font"))
    if not mupdf.pdf_is_dict(fonts):
        fonts = mupdf.pdf_dict_put_dict(resources, name("Font"), 1)
    mupdf.pdf_dict_put(fonts, name(font), mupdf.pdf_new_indirect(document, xref, 0))
