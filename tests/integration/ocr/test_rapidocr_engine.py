"""The engine `rapidocr` on small printed pages."""

import subprocess
import sys

import pytest
from PIL import Image

from doctray.domain.errors import InvalidOption
from tests.engines.images import a_printed_page, an_image, page_of
from tests.engines.real import rapidocr_engine

pytestmark = pytest.mark.slow

LINES = ("Certificate of Training", "awarded to Maria Keller", "on 14 March 2026", "Course 204 passed")


@pytest.fixture(scope="module")
def printed() -> Image.Image:
    return a_printed_page(*LINES)


def test_a_printed_page_is_read_word_by_word(printed: Image.Image) -> None:
    (page,) = rapidocr_engine().read([page_of(printed)])
    assert [line.text for line in page.lines] == list(LINES)
    assert page.rotation == 0
    certificate, of = list(page.words)[:2]
    assert (certificate.text, of.text) == ("Certificate", "of")
    assert certificate.box.right <= of.box.left
    assert min(word.confidence for word in page.words) > 0.8


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_turned_page_is_put_upright_and_read(printed: Image.Image, turned: int) -> None:
    """The picture lies turned counter-clockwise by so many degrees, so the page is turned clockwise by as many."""
    (page,) = rapidocr_engine().read([page_of(printed.rotate(turned, expand=True))])
    assert page.rotation == turned
    assert (page.width, page.height) == printed.size
    assert page.text.split() == " ".join(LINES).split()


@pytest.mark.parametrize(("turned", "angle"), [(90, 270), (270, 90)], ids=["upwards", "downwards"])
def test_vertical_words_of_an_upright_page_are_read_where_they_stand(turned: int, angle: int) -> None:
    picture = a_printed_page("Mathematics", "Biology", "History", "Geography", width=560)
    picture.paste(a_printed_page("Monday", width=150).crop((20, 20, 140, 60)).rotate(turned, expand=True), (400, 60))
    (page,) = rapidocr_engine().read([page_of(picture)])
    assert page.rotation == 0
    (monday,) = (word for word in page.words if word.angle)
    assert (monday.text, monday.angle) == ("Monday", angle)
    assert monday.box.height > 2 * monday.box.width
    assert 390 < monday.box.center_x < 450


def test_a_lone_upright_digit_is_not_laid_on_its_side() -> None:
    (page,) = rapidocr_engine().read([page_of(a_printed_page("Items", "1", "7", width=300))])
    assert [(word.text, word.angle) for word in page.words] == [("Items", 0), ("1", 0), ("7", 0)]


def test_a_language_of_another_script_is_refused_with_what_to_do() -> None:
    with pytest.raises(InvalidOption, match=r"ru cannot be read by the rapidocr engine; use engine=easyocr"):
        rapidocr_engine().read([an_image(languages=("en", "ru"))])


def test_neither_torch_nor_easyocr_nor_onnxruntime_is_loaded() -> None:
    script = """
import sys
from doctray.domain.document import PageImage
from doctray.ocr.engines import make_engine
make_engine("rapidocr", "cpu", None, 1).read([PageImage(number=1, width=64, height=64, rgb=b"\\xff" * 12288)])
print([name for name in ("torch", "easyocr", "onnxruntime", "rapidocr") if name in sys.modules])
"""
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120)
    assert answer.stdout.strip() == "[]"
