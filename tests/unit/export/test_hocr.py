"""What was read as hOCR, parsed as XML."""

from typing import Any
from xml.etree import ElementTree

from doctray.export.hocr import to_hocr
from tests.unit.export.results import TIMETABLE, shown

XHTML = "{http://www.w3.org/1999/xhtml}"


def _all(kind: str, **changes: Any) -> list[ElementTree.Element]:
    tree = ElementTree.fromstring(to_hocr(shown(TIMETABLE, **changes)))
    return [element for element in tree.iter() if element.get("class") == kind]


def test_pages_have_their_image_size_and_number() -> None:
    first, third = _all("ocr_page")
    assert first.get("title") == 'image "pages/1.png"; bbox 0 0 200 100; ppageno 0'
    assert third.get("title") == 'image "pages/3.png"; bbox 0 0 100 100; ppageno 2'


def test_words_have_whole_pixels_and_percent() -> None:
    words = _all("ocrx_word")
    assert [word.text for word in words] == ["Fish", "&\N{REPLACEMENT CHARACTER}", "<Chips>", "below", "aside"]
    assert words[0].get("title") == "bbox 10 10 40 21; x_wconf 91"
    assert words[2].get("title") == "bbox 55 11 91 20; x_wconf 100"


def test_lines_that_stand_below_one_another_are_an_area() -> None:
    first, second = _all("ocr_carea")
    assert first.get("title") == "bbox 10 10 91 31"
    assert [len(list(area.iter(f"{XHTML}span"))) for area in (first, second)] == [2 + 4, 2]
    assert len(_all("ocr_line")) == 3


def test_ids_are_unique_and_the_capabilities_are_told() -> None:
    tree = ElementTree.fromstring(to_hocr(shown(TIMETABLE)))
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    meta = {element.get("name"): element.get("content") for element in tree.iter(f"{XHTML}meta")}
    assert meta["ocr-system"] == "doctray easyocr 1"
    assert "ocrx_word" in (meta["ocr-capabilities"] or "").split()


def test_a_hostile_name_stays_text() -> None:
    text = to_hocr(shown(TIMETABLE, engine={"name": '"><script>', "version": "1"}, pages=[])).decode()
    assert "<script>" not in text
    ElementTree.fromstring(text)
