"""Searchable copies, read back: every word is found where it is printed, and nothing else about the file has changed."""

import io
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from doctray.domain.document import Box, Line, Page, PageSource, Word
from doctray.domain.errors import EngineFailure
from doctray.pages import sniff
from doctray.pages.placement import Placement
from doctray.pages.reader import DocumentReader
from doctray.pages.searchable_copy import SearchableCopy
from tests.integration.pages.builders import a_pdf, encoded, paragraphs, saved
from tests.mupdf import pymupdf

SIZE = (420, 320)
TEXT = (
    "Certificate of Training",
    "awarded to Maria Gonzalez",
    "on 12 March 2024 for safety",
    "Number AB-12345 valid three years",
    "further lines of text, to measure",
    "the slope of this page with care,",
    "so that deskewing has letters enough",
    "and rows to be certain of itself",
)


def printed(page: Any) -> None:
    for row, line in enumerate(TEXT):
        page.insert_text((40, 40 + 32 * row), line, fontsize=14)


def printed_words(draw: Callable[[Any], None] = printed, size: tuple[float, float] = SIZE) -> list[tuple[str, Any]]:
    """(text, rectangle in points) of what `draw` prints."""
    document = a_pdf(draw, size=size)
    words = [(word[4], pymupdf.Rect(word[:4])) for word in document[0].get_text("words")]
    document.close()
    return words


def picture_of(draw: Callable[[Any], None] = printed, *, dpi: int = 200, degrees: float = 0.0) -> Image.Image:
    """What a scanner sees, turned clockwise by so many degrees about its middle."""
    document = a_pdf(draw, size=SIZE)
    pixmap = document[0].get_pixmap(dpi=dpi)
    image = Image.frombytes("RGB", (pixmap.width, pixmap.height), pixmap.samples)
    return image.rotate(-degrees, resample=Image.Resampling.BICUBIC, fillcolor="white") if degrees else image


def png(image: Image.Image) -> bytes:
    return encoded(image, "PNG")


def turned(rect: Any, degrees: float) -> Any:
    """A rectangle on the page of SIZE, turned clockwise about its middle: the rectangle around it."""
    middle = pymupdf.Point(SIZE[0] / 2, SIZE[1] / 2)
    matrix = pymupdf.Matrix(1, 0, 0, 1, -middle.x, -middle.y) * pymupdf.Matrix(degrees) * pymupdf.Matrix(1, 0, 0, 1, middle.x, middle.y)
    return rect.quad.transform(matrix).rect


def read(reader: DocumentReader, words: Sequence[tuple[str, Any]], *, rotation: int = 0, number: int = 1) -> Page:
    """The page as an engine that reads perfectly would read it: words whose rectangles in the source are known.

    rotation: what the engine found to put the page upright.
    """
    reading = reader.image(number)
    assert reading.placement is not None
    place = reading.placement.turned(rotation)
    lines = []
    for text, rect in words:
        box = place.box(tuple(rect))
        assert box is not None, text
        lines.append(Line(words=(Word(text=text, box=box, confidence=0.9),)))
    return Page(
        number=number,
        width=place.width,
        height=place.height,
        source=PageSource.OCR,
        lines=tuple(lines),
        rotation=rotation,
        placement=reader.extras(number, rotation=rotation).placement,
    )


def copy_of(reader: DocumentReader, *pages: Page) -> Any:
    copy = SearchableCopy(reader)
    for page in pages:
        copy.lay(page)
    first = copy.part(0, 1000)
    return pymupdf.open(stream=first + copy.part(1000, 10**9), filetype="pdf")


def assert_found(page: Any, words: Sequence[tuple[str, Any]], *, overlap: float = 0.6) -> None:
    """Each word is found, and one of the hits is where it is printed (in the page's coordinates before its /Rotate)."""
    for text, rect in words:
        hits = page.search_for(text)
        assert hits, f"{text} is not found"
        # Characters that combine are several hits.
        best = max((hit & rect).get_area() / (hit | rect).get_area() for hit in (*hits, _around(hits)))
        assert best >= overlap, f"{text} is found elsewhere: {hits}, not {rect}"


def _around(rects: Sequence[Any]) -> Any:
    around = pymupdf.Rect(rects[0])
    for rect in rects[1:]:
        around |= rect
    return around


def pixels(document: Any, number: int = 0) -> Any:
    pixmap = document[number].get_pixmap(dpi=72)
    return np.frombuffer(pixmap.samples, dtype=np.uint8)


@pytest.fixture
def scanned(tmp_path: Path) -> Callable[..., tuple[DocumentReader, Any]]:
    """Makes a PDF of one scanned page; its reader, and the document as it was."""

    def make(
        *, rotate: int = 0, degrees: float = 0.0, offset: float = 0.0, draw: Callable[[Any], None] | None = None
    ) -> tuple[DocumentReader, Any]:
        document = pymupdf.open()
        page = document.new_page(width=SIZE[0] + 2 * offset, height=SIZE[1] + 3 * offset)
        area = pymupdf.Rect(offset, 2 * offset, offset + SIZE[0], 2 * offset + SIZE[1])
        page.insert_image(area, stream=png(picture_of(degrees=degrees)))
        if draw is not None:
            draw(page)
        if offset:
            page.set_cropbox(area)
        page.set_rotation(rotate)
        path = saved(document, tmp_path / "scan.pdf", deflate=True)
        return DocumentReader(path, media_type=sniff.PDF, max_pixels=10**8), pymupdf.open(path)

    return make


@pytest.mark.parametrize(("rotate", "offset"), [(0, 0.0), (0, 30.0), (90, 30.0), (180, 0.0), (270, 30.0)])
def test_words_of_a_scan_are_found_where_they_are_printed(scanned: Any, rotate: int, offset: float) -> None:
    """Whichever way the page is shown, and wherever its visible part lies."""
    reader, before = scanned(rotate=rotate, offset=offset)
    after = copy_of(reader, read(reader, printed_words(), rotation=-rotate % 360))
    assert after[0].rotation == rotate
    assert_found(after[0], printed_words())
    assert np.array_equal(pixels(before), pixels(after)), "nothing is to be seen of the layer"


@pytest.mark.parametrize("degrees", [-3.0])
def test_words_of_a_page_that_was_straightened_are_mapped_back(scanned: Any, degrees: float) -> None:
    reader, _ = scanned(degrees=degrees)
    reading = reader.image(1)
    assert reading.placement is not None
    assert abs(math.degrees(math.atan2(reading.placement.b, reading.placement.a)) + degrees) < 0.2, "it was straightened"
    upright = printed_words()
    # What the engine sees on the straight page is the print turned back; in the file it stands aslant.
    middle = turned(pymupdf.Rect(0, 0, *SIZE), degrees)
    assert middle.width > SIZE[0]
    seen = [(text, turned(rect, degrees)) for text, rect in upright]
    page = read(reader, seen)
    words = [Line(words=(Word(text=text, box=_unslanted(reading.placement, rect, degrees), confidence=0.9),)) for text, rect in upright]
    after = copy_of(reader, page.evolve(lines=tuple(words)))
    assert_found(after[0], seen, overlap=0.5)


def _unslanted(place: Placement, rect: Any, degrees: float) -> Box:
    """The box on the straightened page image of a word that was printed straight, then scanned aslant."""
    middle = turned_point((rect.x0 + rect.x1) / 2, (rect.y0 + rect.y1) / 2, degrees)
    x, y = place.point(*middle)
    scale = math.hypot(place.a, place.b)
    return Box(x - rect.width * scale / 2, y - rect.height * scale / 2, x + rect.width * scale / 2, y + rect.height * scale / 2)


def turned_point(x: float, y: float, degrees: float) -> tuple[float, float]:
    rect = turned(pymupdf.Rect(x - 0.01, y - 0.01, x + 0.01, y + 0.01), degrees)
    return (rect.x0 + rect.x1) / 2, (rect.y0 + rect.y1) / 2


def test_any_script_is_found(scanned: Any) -> None:
    reader, _ = scanned()
    scripts = ("Příliš", "Ελληνικά", "Москва", "日本語", "한국어", "हिन्दी", "ภาษาไทย", "עברית", "العربية", "😀x")
    words = [(text, pymupdf.Rect(100, 20 + 28 * row, 180, 36 + 28 * row)) for row, text in enumerate(scripts)]
    after = copy_of(reader, read(reader, words))
    assert_found(after[0], words)
    assert after[0].get_text().split() == list(scripts)


def test_words_of_a_line_are_parted_by_spaces(scanned: Any) -> None:
    """So that a phrase is found, and copied as it reads."""
    reader, _ = scanned()
    page = read(reader, printed_words())
    words = [word for line in page.lines for word in line.words]
    lines = (Line(words=tuple(words[:3])), Line(words=tuple(words[3:7])))
    after = copy_of(reader, page.evolve(lines=lines))
    assert after[0].get_text().split("\n")[:2] == ["Certificate of Training", "awarded to Maria Gonzalez"]
    assert len(after[0].search_for("to Maria")) == 1


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_words_that_run_otherwise_are_found_too(scanned: Any, angle: int) -> None:
    reader, _ = scanned()
    rect = pymupdf.Rect(200, 100, 214, 190) if angle % 180 else pymupdf.Rect(200, 100, 290, 114)
    page = read(reader, [("Wednesday", rect)])
    word = page.lines[0].words[0]
    turned_word = Word(text=word.text, box=word.box, confidence=1, angle=angle)
    after = copy_of(reader, page.evolve(lines=(Line(words=(turned_word,)),)))
    # PyMuPDF places its reduced boxes of text that stands on its head beside the text.
    pymupdf.TOOLS.set_small_glyph_heights(False)
    try:
        assert_found(after[0], [("Wednesday", rect)])
    finally:
        pymupdf.TOOLS.set_small_glyph_heights(True)
    (line,) = [line for block in after[0].get_text("dict")["blocks"] for line in block.get("lines", ())]
    wanted = {90: (0, 1), 180: (-1, 0), 270: (0, -1)}[angle]
    assert [round(part) for part in line["dir"]] == list(wanted)


def test_a_hidden_layer_of_someone_elses_is_replaced(scanned: Any) -> None:
    def hidden(page: Any) -> None:
        page.insert_text((40, 40), "Ceritfcate 0f Trainlng", fontsize=14, render_mode=3)
        page.insert_link({"kind": pymupdf.LINK_URI, "from": pymupdf.Rect(40, 40, 100, 60), "uri": "http://example.com/"})
        box = pymupdf.Widget()
        box.field_name, box.field_type, box.rect, box.field_value = "f", pymupdf.PDF_WIDGET_TYPE_TEXT, pymupdf.Rect(300, 20, 380, 40), "x"
        page.add_widget(box)

    reader, before = scanned(draw=hidden)
    assert before[0].search_for("Ceritfcate")
    after = copy_of(reader, read(reader, printed_words()))
    assert not after[0].search_for("Ceritfcate")
    assert_found(after[0], printed_words())
    assert len(after[0].get_links()) == 1
    assert [widget.field_value for widget in after[0].widgets()] == ["x"]
    assert len(after[0].get_images()) == 1


def test_what_the_page_says_itself_is_not_laid_again(scanned: Any) -> None:
    """A footer in letters over a scan stays as it is, and is found once."""
    reader, _ = scanned(draw=lambda page: page.insert_text((40, 310), "Footer", fontsize=10))
    rect = pymupdf.Rect(40, 301, 72, 312)
    after = copy_of(reader, read(reader, [*printed_words(), ("Footer", rect)]))
    assert len(after[0].search_for("Footer")) == 1


def test_pages_that_are_not_laid_are_left_alone(tmp_path: Path) -> None:
    document = a_pdf(paragraphs, size=SIZE)
    page = document.new_page(width=SIZE[0], height=SIZE[1])
    page.insert_image(page.rect, stream=png(picture_of()))
    before = document[0].read_contents()
    path = saved(document, tmp_path / "mixed.pdf", deflate=True)
    reader = DocumentReader(path, media_type=sniff.PDF, max_pixels=10**8)
    after = copy_of(reader, read(reader, printed_words(), number=2))
    assert after[0].read_contents() == before
    assert_found(after[1], printed_words())
    assert not after[0].search_for("Maria")


def test_resources_that_pages_share_are_extended_once(tmp_path: Path) -> None:
    """A page without resources of its own has those of the page tree."""
    document = pymupdf.open()
    for _ in range(2):
        page = document.new_page(width=SIZE[0], height=SIZE[1])
        page.insert_image(page.rect, stream=png(picture_of()))
    resources = document.xref_get_key(document[0].xref, "Resources")
    tree = int(document.xref_get_key(document[0].xref, "Parent")[1].split()[0])
    document.xref_set_key(tree, "Resources", resources[1])
    for page in document:
        document.xref_set_key(page.xref, "Resources", "null")
    path = saved(document, tmp_path / "shared.pdf")
    reader = DocumentReader(path, media_type=sniff.PDF, max_pixels=10**8)
    after = copy_of(reader, *(read(reader, printed_words(), number=number) for number in (1, 2)))
    for page in after:
        assert_found(page, printed_words())


def test_a_file_with_permissions_keeps_them(tmp_path: Path) -> None:
    document = pymupdf.open()
    page = document.new_page(width=SIZE[0], height=SIZE[1])
    page.insert_image(page.rect, stream=png(picture_of()))
    path = saved(
        document, tmp_path / "owned.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="secret", permissions=pymupdf.PDF_PERM_PRINT
    )
    reader = DocumentReader(path, media_type=sniff.PDF, max_pixels=10**8)
    after = copy_of(reader, read(reader, printed_words()))
    assert after.metadata["encryption"] is not None
    assert not after.permissions & pymupdf.PDF_PERM_COPY
    assert_found(after[0], printed_words())


def image_reader(path: Path, content: bytes, media_type: str) -> DocumentReader:
    path.write_bytes(content)
    return DocumentReader(path, media_type=media_type, max_pixels=10**8)


def pixel_words(dpi: int = 200) -> list[tuple[str, Any]]:
    scale = pymupdf.Matrix(dpi / 72, dpi / 72)
    return [(text, rect * scale) for text, rect in printed_words()]


def test_an_image_becomes_a_pdf_of_one_page(tmp_path: Path) -> None:
    reader = image_reader(tmp_path / "scan.png", encoded(picture_of(), "PNG", dpi=(200, 200)), sniff.PNG)
    after = copy_of(reader, read(reader, pixel_words()))
    assert after.page_count == 1
    assert [round(side) for side in after[0].rect[2:]] == list(SIZE), "as large as it was printed"
    assert_found(after[0], printed_words())


def test_a_jpeg_is_held_as_it_is(tmp_path: Path) -> None:
    content = encoded(picture_of(), "JPEG", quality=80)
    reader = image_reader(tmp_path / "photo.jpg", content, sniff.JPEG)
    after = copy_of(reader, read(reader, pixel_words()))
    (image,) = after[0].get_images()
    assert after.xref_stream_raw(image[0]) == content
    assert max(after[0].rect[2:]) == pytest.approx(842), "no resolution is named: as long as A4"


def test_a_photo_that_lies_on_its_side_is_shown_upright(tmp_path: Path) -> None:
    """Turned by its EXIF orientation where it has one, else by what the engine found."""
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways = picture_of().transpose(Image.Transpose.ROTATE_90)
    by_exif = image_reader(tmp_path / "exif.jpg", encoded(sideways, "JPEG", quality=90, exif=exif, dpi=(200, 200)), sniff.JPEG)
    after = copy_of(by_exif, read(by_exif, pixel_words()))
    assert after[0].rect.width > after[0].rect.height
    assert_found(after[0], printed_words())

    by_engine = image_reader(tmp_path / "plain.jpg", encoded(sideways, "JPEG", quality=90, dpi=(200, 200)), sniff.JPEG)
    laid_down = [
        (text, pymupdf.Rect(rect.y0, SIZE[0] - rect.x1, rect.y1, SIZE[0] - rect.x0) * pymupdf.Matrix(200 / 72, 200 / 72))
        for text, rect in printed_words()
    ]
    after = copy_of(by_engine, read(by_engine, laid_down, rotation=90))
    assert after[0].rotation == 90
    assert after[0].rect.width > after[0].rect.height
    assert_found(after[0], [(text, rect * pymupdf.Matrix(72 / 200, 72 / 200)) for text, rect in laid_down])


def test_every_page_of_a_tiff_is_there_read_or_not(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    pages = [picture_of().convert("1"), Image.new("1", (300, 200), 1), picture_of().convert("L")]
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:], dpi=(200, 200))
    reader = image_reader(tmp_path / "fax.tif", buffer.getvalue(), sniff.TIFF)
    unread = Page(number=2, width=1, height=1, source=PageSource.OCR)
    after = copy_of(reader, read(reader, pixel_words()), unread, read(reader, pixel_words(), number=3))
    assert after.page_count == 3
    assert_found(after[0], printed_words())
    assert after[1].get_text() == ""
    assert_found(after[2], printed_words())
    (bilevel,) = after[0].get_images()
    assert bilevel[4] == 1, "a fax stays one bit a pixel"


def test_a_photo_seen_from_straight_above_is_shown_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No affine map leads back to the file's picture: the copy shows the page that was read."""
    reader = image_reader(tmp_path / "photo.png", encoded(picture_of(), "PNG", dpi=(200, 200)), sniff.PNG)
    page = read(reader, pixel_words()).evolve(placement=None)
    after = copy_of(reader, page)
    assert_found(after[0], printed_words())


def test_a_page_whose_size_has_changed_is_refused(tmp_path: Path) -> None:
    reader = image_reader(tmp_path / "photo.png", png(picture_of()), sniff.PNG)
    page = read(reader, pixel_words()).evolve(placement=None, width=7)
    with pytest.raises(EngineFailure):
        SearchableCopy(reader).lay(page)


def test_a_pdf_page_without_a_placement_is_refused(scanned: Any) -> None:
    reader, _ = scanned()
    with pytest.raises(EngineFailure):
        SearchableCopy(reader).lay(read(reader, printed_words()).evolve(placement=None))
