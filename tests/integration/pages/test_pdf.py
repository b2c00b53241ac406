from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from doctray.domain.document import Box, Page, PageSource
from doctray.domain.errors import CorruptDocument, EmptyDocument, EncryptedDocument
from doctray.pages.judgement import Verdict
from doctray.pages.pdf import PdfDocument, PdfPage
from tests.integration.pages.builders import PARAGRAPH, a_pdf, blank, paragraphs, saved, scan_of, with_scan
from tests.mupdf import pymupdf

MAX_PIXELS = 120_000_000
TEXT_PX = 150 / 72


def opened(document: Any, folder: Path, **options: Any) -> PdfDocument:
    return PdfDocument(saved(document, folder / "document.pdf", **options), max_pixels=MAX_PIXELS)


def only_page(document: Any, folder: Path, **options: Any) -> PdfPage:
    return opened(document, folder, **options).read(1)


def text_page(document: Any, folder: Path, **options: Any) -> Page:
    read = only_page(document, folder, **options)
    assert read.page is not None, read.verdict
    assert read.rgb.shape == (read.page.height, read.page.width, 3)
    return read.page


def ink_in(read: PdfPage, box: Box) -> bool:
    return bool(read.rgb[int(box.top) : int(box.bottom) + 1, int(box.left) : int(box.right) + 1].min() < 128)


def test_words_come_from_the_text_layer_in_pixels_of_the_rendered_page(tmp_path: Path) -> None:
    read = only_page(a_pdf(paragraphs), tmp_path)
    page = read.page
    assert page is not None
    assert page.source is PageSource.TEXT_LAYER
    assert (page.width, page.height, page.rotation) == (1275, 1650, 0)
    assert [line.text for line in page.lines[:4]] == list(PARAGRAPH)
    words = list(page.words)
    assert all(ink_in(read, word.box) and word.confidence == 1.0 for word in words)
    assert words[0].box.left == pytest.approx(60 * TEXT_PX, abs=2)
    assert words[0].box.bottom == pytest.approx(80 * TEXT_PX, abs=8)


def test_a_blank_page_needs_no_engine(tmp_path: Path) -> None:
    read = only_page(a_pdf(blank), tmp_path)
    assert read.verdict is Verdict.BLANK
    assert read.page is not None
    assert read.page.lines == ()


def hidden_above_a_scan(page: Any) -> None:
    with_scan(page)
    paragraphs(page, render_mode=3)


def hidden_below_a_scan(page: Any) -> None:
    paragraphs(page)
    with_scan(page)


def stamp_over_a_scan(page: Any) -> None:
    with_scan(page)
    page.insert_text((250, 780), "Received 12 May 2025", fontsize=9)


def only_a_scan(page: Any) -> None:
    with_scan(page)


@pytest.mark.parametrize(
    ("draw", "verdict"),
    [
        (only_a_scan, Verdict.NO_TEXT),
        (hidden_above_a_scan, Verdict.HIDDEN),
        (hidden_below_a_scan, Verdict.HIDDEN),
        (stamp_over_a_scan, Verdict.PARTIAL),
    ],
)
def test_a_scan_is_left_to_the_engine_whatever_text_comes_with_it(draw: Any, verdict: Verdict, tmp_path: Path) -> None:
    read = only_page(a_pdf(draw), tmp_path)
    assert (read.verdict, read.page) == (verdict, None)
    assert read.rgb.shape == (2200, 1700, 3)


def test_letters_drawn_as_outlines_are_left_to_the_engine(tmp_path: Path) -> None:
    outlines = a_pdf(paragraphs)[0].get_svg_image(text_as_path=True)
    document = pymupdf.open("pdf", pymupdf.open("svg", outlines.encode()).convert_to_pdf())
    assert only_page(document, tmp_path).verdict is Verdict.NO_TEXT


def test_outlines_with_a_little_text_are_left_to_the_engine(tmp_path: Path) -> None:
    outlines = a_pdf(paragraphs)[0].get_svg_image(text_as_path=True)
    document = pymupdf.open("pdf", pymupdf.open("svg", outlines.encode()).convert_to_pdf())
    document[0].insert_text((60, 60), "Page 1 of 1")
    assert only_page(document, tmp_path).verdict is Verdict.PARTIAL


def test_a_text_layer_that_maps_to_other_letters_is_left_to_the_engine(tmp_path: Path) -> None:
    document = a_pdf(paragraphs)
    to_unicode = document.get_new_xref()
    document.update_object(to_unicode, "<<>>")
    document.update_stream(
        to_unicode,
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def 1 begincodespacerange <00> <ff> endcodespacerange "
        b"1 beginbfrange <21> <7e> <e021> endbfrange endcmap end end",
    )
    document.xref_set_key(document.get_page_fonts(0)[0][0], "ToUnicode", f"{to_unicode} 0 R")
    assert only_page(document, tmp_path).verdict is Verdict.GARBAGE


def test_a_logo_or_photo_beside_the_text_changes_nothing(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        paragraphs(page)
        page.insert_image((400, 500, 560, 700), stream=scan_of(lambda one: one.insert_text((60, 100), "LOGO", fontsize=60), dpi=50))

    assert only_page(a_pdf(draw), tmp_path).verdict is Verdict.SOUND


def test_text_over_a_decorated_background_is_kept(tmp_path: Path) -> None:
    def frame(page: Any) -> None:
        for inset in range(10, 40, 6):
            page.draw_rect((inset, inset, 612 - inset, 792 - inset), color=(0.6, 0.5, 0.2), width=2)

    def draw(page: Any) -> None:
        page.insert_image(page.rect, stream=scan_of(frame))
        paragraphs(page, lines=8, top=300)

    assert only_page(a_pdf(draw), tmp_path).verdict is Verdict.SOUND


def test_words_that_cannot_be_seen_are_left_out(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        paragraphs(page)
        page.insert_text((60, 500), "PaintedOver", fontsize=12)
        page.draw_rect((55, 485, 200, 505), fill=(0, 0, 0))
        page.insert_text((60, 550), "WhiteOnWhite", fontsize=12, color=(1, 1, 1))
        page.insert_text((60, 600), "RenderedInvisibly", fontsize=12, render_mode=3)
        page.insert_text((60, 620), "TooSmallToSee", fontsize=1)
        page.insert_text((60, 660), "SmallTurned", fontsize=1, rotate=90)
        page.insert_text((60, 640), "FinePrint", fontsize=3)

    text = text_page(a_pdf(draw), tmp_path).text
    assert not any(word in text for word in ("PaintedOver", "WhiteOnWhite", "RenderedInvisibly", "TooSmallToSee", "SmallTurned"))
    assert "FinePrint" in text


def test_a_word_printed_twice_to_look_bold_is_one_word(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        for shift in (0, 0.4, 0.8):
            page.insert_text((60 + shift, 100), "INVOICE NN 11 11", fontsize=14)

    assert text_page(a_pdf(draw), tmp_path).text == "INVOICE NN 11 11"


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_the_rotation_that_the_file_notes_is_applied(rotation: int, tmp_path: Path) -> None:
    document = a_pdf(lambda page: paragraphs(page, rotate=0))
    document[0].set_rotation(rotation)
    read = only_page(document, tmp_path)
    page = read.page
    assert page is not None
    # text that lies on its side as the file shows it is put upright
    assert [line.text for line in page.lines[:4]] == list(PARAGRAPH)
    assert {word.angle for word in page.words} == {0}
    assert page.rotation == (360 - rotation) % 360
    assert (page.width, page.height) == (1275, 1650)
    assert all(ink_in(read, word.box) for word in page.words)


def test_words_that_run_up_the_page_say_so(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        paragraphs(page)
        page.insert_text((40, 700), "Registration", rotate=90)
        page.insert_text((580, 500), "Storytime", rotate=270)

    page = text_page(a_pdf(draw), tmp_path)
    assert {word.text: word.angle for word in page.words if word.text in ("Registration", "Storytime", "certificate")} == {
        "Registration": 270,
        "Storytime": 90,
        "certificate": 0,
    }


def a_form(page: Any) -> None:
    page.insert_text((60, 95), "Insured")
    fields = (
        ("insured", pymupdf.PDF_WIDGET_TYPE_TEXT, "Harbor Light Bakery LLC", (150, 80, 400, 100)),
        ("empty", pymupdf.PDF_WIDGET_TYPE_TEXT, "", (150, 110, 400, 130)),
        ("ticked", pymupdf.PDF_WIDGET_TYPE_CHECKBOX, True, (150, 140, 164, 154)),
        ("unticked", pymupdf.PDF_WIDGET_TYPE_CHECKBOX, False, (150, 170, 164, 184)),
    )
    for name, kind, value, rect in fields:
        widget = pymupdf.Widget()
        widget.field_name, widget.field_type, widget.field_value, widget.rect = name, kind, value, pymupdf.Rect(rect)
        page.add_widget(widget)


def test_form_fields_have_their_values_and_places(tmp_path: Path) -> None:
    page = text_page(a_pdf(a_form), tmp_path)
    assert {field.name: (field.kind, field.value) for field in page.form_fields} == {
        "insured": ("text", "Harbor Light Bakery LLC"),
        "empty": ("text", ""),
        "ticked": ("checkbox", "on"),
        "unticked": ("checkbox", "off"),
    }
    box = next(field.box for field in page.form_fields if field.name == "insured")
    assert box.as_list() == pytest.approx([value * TEXT_PX for value in (150, 80, 400, 100)], abs=1.5)


@pytest.mark.parametrize("appearance", ["drawn", "missing"])
def test_each_filled_value_is_among_the_words_exactly_once(appearance: str, tmp_path: Path) -> None:
    document = a_pdf(a_form)
    if appearance == "missing":
        for widget in document[0].widgets():
            document.xref_set_key(widget.xref, "AP", "null")
    page = text_page(document, tmp_path)
    assert sorted(word.text for word in page.words) == ["Bakery", "Harbor", "Insured", "LLC", "Light", "X"]
    value = next(line for line in page.lines if "Harbor" in line.text)
    assert "Harbor Light Bakery LLC" in value.text
    assert value.box.bottom == pytest.approx(95 * TEXT_PX, abs=16)


def test_rules_are_found_however_they_are_drawn_and_only_where_they_show(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        paragraphs(page, lines=2)
        page.draw_line((60, 200), (540, 200))
        page.draw_rect((60, 220, 540, 221), color=None, fill=(0, 0, 0))
        page.draw_polyline([(60, 240), (540, 240), (540, 240.8), (60, 240.8), (60, 240)], color=None, fill=(0, 0, 0))
        page.draw_rect((60, 300, 540, 400))
        page.draw_rect((60, 500, 540, 550), color=None, fill=(0.8, 0.8, 0.9))
        page.draw_line((300, 600), (300, 760))
        page.draw_rect((200, 640, 400, 700), color=None, fill=(1, 1, 1))
        page.draw_line((60, 450), (540, 480))

    page = text_page(a_pdf(draw), tmp_path)
    found = sorted(
        (round(s.left / TEXT_PX), round(s.top / TEXT_PX), round(s.right / TEXT_PX), round(s.bottom / TEXT_PX)) for s in page.segments
    )
    expected = [
        (60, 200, 540, 200),
        (60, 220, 540, 220),
        (60, 240, 540, 240),
        *((60, y, 540, y) for y in (300, 400, 500, 550)),
        *((x, 300, x, 400) for x in (60, 540)),
        *((x, 500, x, 550) for x in (60, 540)),
        (300, 600, 300, 640),
        (300, 700, 300, 760),
    ]
    assert len(found) == len(expected)
    assert np.abs(np.array(found) - np.array(sorted(expected))).max() <= 2


def test_a_page_as_large_as_a_wall_is_rendered_within_bounds(tmp_path: Path) -> None:
    read = only_page(a_pdf(paragraphs, size=(14_400, 14_400)), tmp_path)
    assert max(read.rgb.shape) <= 4000
    scan = only_page(a_pdf(only_a_scan, size=(100_000, 700)), tmp_path)
    assert max(scan.rgb.shape) <= 2600


def test_a_small_card_is_rendered_as_finely_as_its_image(tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        page.insert_image(page.rect, stream=scan_of(paragraphs, dpi=250), keep_proportion=False)

    read = only_page(a_pdf(draw, size=(153, 243)), tmp_path)
    assert max(read.rgb.shape) == pytest.approx(1600, abs=2)


def test_a_password_that_must_be_known_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncryptedDocument):
        opened(a_pdf(paragraphs), tmp_path, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="secret", owner_pw="more secret")


def test_a_password_for_the_owner_alone_is_no_obstacle(tmp_path: Path) -> None:
    page = text_page(a_pdf(paragraphs), tmp_path, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="", owner_pw="secret")
    assert page.lines[0].text == PARAGRAPH[0]


def read_all(content: bytes, folder: Path) -> None:
    path = folder / "damaged.pdf"
    path.write_bytes(content)
    document = PdfDocument(path, max_pixels=MAX_PIXELS)
    for number in range(1, document.page_total + 1):
        document.read(number)


@pytest.mark.parametrize("part", [0.02, 0.3, 0.5, 0.8, 0.98])
@pytest.mark.parametrize("draw", [paragraphs, only_a_scan], ids=["text", "scan"])
def test_a_pdf_that_is_cut_short_is_corrupt(draw: Any, part: float, tmp_path: Path) -> None:
    content = a_pdf(draw, draw, draw).tobytes()
    with pytest.raises(CorruptDocument):
        read_all(content[: int(len(content) * part)], tmp_path)


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.4\nthis is a text file called .pdf\n", b"%PDF-1.4\n" + b"\x00\xff" * 5000])
def test_a_header_with_nothing_behind_it_is_corrupt(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(CorruptDocument):
        read_all(content, tmp_path)


def test_a_pdf_with_a_wrong_cross_reference_table_is_read_all_the_same(tmp_path: Path) -> None:
    content = a_pdf(paragraphs).tobytes()
    at = content.rindex(b"startxref")
    path = tmp_path / "document.pdf"
    path.write_bytes(content[:at] + b"startxref\n17\n%%EOF\n" + b"<html>appended by a mail gateway</html>")
    page = PdfDocument(path, max_pixels=MAX_PIXELS).read(1).page
    assert page is not None
    assert page.lines[0].text == PARAGRAPH[0]


def test_a_page_whose_content_cannot_be_decoded_is_corrupt_and_not_blank(tmp_path: Path) -> None:
    document = a_pdf(paragraphs, blank)
    document[0].clean_contents()
    (contents,) = document[0].get_contents()
    document.update_stream(contents, b"neither deflated nor PDF " * 20, compress=0)
    document.xref_set_key(contents, "Filter", "/FlateDecode")
    damaged = opened(document, tmp_path)
    assert damaged.read(2).verdict is Verdict.BLANK
    with pytest.raises(CorruptDocument):
        damaged.read(1)


def test_a_pdf_without_pages_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "document.pdf"
    body = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    offset = len(body)
    body += b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    xref = len(body)
    body += b"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n%010d 00000 n \n" % offset
    path.write_bytes(body + b"trailer<</Size 3/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % xref)
    with pytest.raises(EmptyDocument):
        PdfDocument(path, max_pixels=MAX_PIXELS)


def test_an_empty_file_is_an_empty_document(tmp_path: Path) -> None:
    path = tmp_path / "document.pdf"
    path.touch()
    with pytest.raises(EmptyDocument):
        PdfDocument(path, max_pixels=MAX_PIXELS)


def test_the_wall_of_one_low_row_is_a_rule(tmp_path: Path) -> None:
    """Its ends are lost to the rules that it stands between, which must not make a rest of it that is too short to count."""

    def table(page: Any) -> None:
        paragraphs(page)
        for row in range(6):
            top = 500 + 15 * row
            edges = (100, 300, 500) if row == 4 else (100, 500)
            for left, right in pairwise(edges):
                page.draw_rect(pymupdf.Rect(left, top, right, top + 15), width=0.7)

    walls = [s for s in text_page(a_pdf(table), tmp_path).segments if not s.horizontal and abs(s.left - 300 * TEXT_PX) < 3]
    assert len(walls) == 1
    assert walls[0].bottom - walls[0].top == pytest.approx(15 * TEXT_PX, abs=3)


def test_a_soft_hyphen_that_is_drawn_is_a_hyphen(tmp_path: Path) -> None:
    """Some generators write every hyphen so (BLOCK-B); without it the words of an address run into one another."""

    def with_hyphens(page: Any) -> None:
        paragraphs(page)
        page.insert_text((60, 700), "BLOCK\xadB, CHENNAI \xad 600042", fontsize=11)

    assert text_page(a_pdf(with_hyphens), tmp_path).lines[-1].text == "BLOCK-B, CHENNAI - 600042"
