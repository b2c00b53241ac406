"""The real EasyOCR on small printed pages."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from doctray.domain.document import PageImage, Word
from doctray.domain.errors import InvalidOption
from doctray.ocr.devices import cpu_multiplies_bytes
from doctray.ocr.engines import make_engine
from tests.engines.images import a_printed_page, an_image, page_of
from tests.engines.real import easyocr_engine

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {"PYTHONPATH": ":".join((str(ROOT), *sys.path)), "PATH": "/usr/bin:/bin"}
LINES = ("Certificate of Training", "awarded to Maria Keller", "on 14 March 2026", "Course 204 passed")


@pytest.fixture(scope="module")
def printed() -> Image.Image:
    return a_printed_page(*LINES)


def found(words: list[Word], text: str) -> Word:
    (word,) = (word for word in words if word.text == text)
    return word


def test_a_printed_page_is_read_word_by_word(printed: Image.Image) -> None:
    (page,) = easyocr_engine().read([page_of(printed)])
    assert page.text.split() == " ".join(LINES).split()
    assert page.rotation == 0
    assert [line.text for line in page.lines] == list(LINES)
    words = list(page.words)
    assert found(words, "Certificate").box.right <= found(words, "of").box.left
    assert found(words, "Certificate").box.width > 3 * found(words, "of").box.width
    assert min(word.confidence for word in words) > 0.3


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_turned_page_is_put_upright_and_read(printed: Image.Image, turned: int) -> None:
    """The picture lies turned counter-clockwise by so many degrees, so the page is turned clockwise by as many."""
    (page,) = easyocr_engine().read([page_of(printed.rotate(turned, expand=True))])
    assert page.rotation == turned
    assert (page.width, page.height) == printed.size
    assert page.text.split() == " ".join(LINES).split()


@pytest.mark.parametrize(("turned", "angle"), [(90, 270), (270, 90)])
def test_words_that_run_up_or_down_an_upright_page_are_read_where_they_stand(turned: int, angle: int) -> None:
    """Side headings of two words; the picture of each lies turned counter-clockwise by so many degrees."""
    picture = a_printed_page("Mathematics", "Biology", "History", "Geography", width=560)
    heading = a_printed_page("Monday 12", width=200).crop((20, 20, 170, 62)).rotate(turned, expand=True)
    for left in (300, 380, 460):
        picture.paste(heading, (left, 40))
    (page,) = easyocr_engine().read([page_of(picture)])
    assert page.rotation == 0
    words = list(page.words)
    assert {word.text for word in words if word.angle == 0} == {"Mathematics", "Biology", "History", "Geography"}
    assert [word.text for word in words if word.angle == angle] == ["Monday", "12"] * 3
    for day, number in zip([w for w in words if w.text == "Monday"], [w for w in words if w.text == "12"], strict=True):
        assert day.box.height > 2 * day.box.width
        assert (day.box.bottom < number.box.bottom) == (angle == 90)


@pytest.mark.skipif(not cpu_multiplies_bytes(), reason="this CPU has no VNNI")
def test_a_page_reads_the_same_in_8_bits(printed: Image.Image) -> None:
    engine = make_engine("easyocr", "cpu", None, 2, backend="openvino-int8")
    assert [word.text for word in engine.read([page_of(printed)])[0].words] == " ".join(LINES).split()


def test_a_page_larger_than_one_run_of_the_network_is_read_in_bands() -> None:
    """Small letters all over a large page, which is seen in its own scale."""
    line = "Certificate of Training"
    picture = Image.new("RGB", (1000, 1500), "white")
    small = a_printed_page(*[line] * 48, width=400, size=15)
    picture.paste(small.crop((0, 0, 400, 1500)), (300, 0))
    (page,) = easyocr_engine().read([page_of(picture)])
    assert [found.text for found in page.lines].count(line) >= 45


@pytest.mark.filterwarnings("ignore:'pin_memory' argument")
def test_an_operators_weights_may_be_read_by_easyocrs_own_recogniser(printed: Image.Image) -> None:
    """Networks of the first generation are EasyOCR's to read; English stands in for them, whose weights are at hand."""
    from doctray.ocr.easyocr_torch import StockLineReader, stock_readers

    crop = np.asarray(printed.convert("L"))[20:66, 20:300]
    (reading,) = StockLineReader(stock_readers(device="cpu", models_dir=None, threads=2).reader(("en",))).read([crop])
    assert reading.text == LINES[0]


@pytest.mark.filterwarnings("ignore:'pin_memory' argument")
def test_the_stock_engine_reads_the_page_as_well(printed: Image.Image) -> None:
    (page,) = make_engine("easyocr_stock", "cpu", None, 2).read([page_of(printed)])
    assert page.engine == "easyocr_stock"
    assert page.text.split() == " ".join(LINES).split()


def test_reading_english_on_a_cpu_imports_neither_torch_nor_easyocr(printed: Image.Image) -> None:
    code = """
import sys
from doctray.ocr.engines import make_engine
from tests.engines.images import a_printed_page, page_of
(page,) = make_engine("easyocr", "cpu", None, 2, backend="openvino-fp32").read([page_of(a_printed_page("Total 12", width=240))])
assert page.text == "Total 12", page.text
assert not {"torch", "torchvision", "easyocr"} & sys.modules.keys()
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("languages", "detail"),
    [
        (("fr", "en"), r"latin_g2\.pth, which is missing.*MODELS_DIR"),
        (("hi",), r"devanagari\.pth, which is missing.*MODELS_DIR"),
        (("xx",), r"xx not known; use abq, "),
        (("th", "de"), r"de, th cannot be read together"),
    ],
)
def test_a_language_that_cannot_be_read_says_what_is_missing(languages: tuple[str, ...], detail: str) -> None:
    with pytest.raises(InvalidOption, match=detail):
        easyocr_engine().read([an_image(languages=languages)])


def test_weights_that_are_not_easyocrs_are_refused(tmp_path: Path) -> None:
    (tmp_path / "latin_g2.pth").write_bytes(b"not weights")
    engine = make_engine("easyocr", "cpu", tmp_path, 2, backend="openvino-fp32")
    with pytest.raises(InvalidOption, match=r"latin_g2\.pth, which is damaged"):
        engine.read([an_image(languages=("de",))])


def test_nothing_is_written_to_the_home_folder(tmp_path: Path, printed: Image.Image) -> None:
    code = "from doctray.ocr.engines import make_engine; make_engine('easyocr', 'cpu', None, 2, backend='openvino-fp32')"
    environment = {"HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / ".EasyOCR").exists()


def test_pages_of_several_documents_do_not_mix(printed: Image.Image) -> None:
    other = page_of(a_printed_page("Timetable", width=300), number=8)
    blank = PageImage(number=5, width=200, height=100, rgb=b"\xff" * 60_000)
    pages = easyocr_engine().read([blank, other])
    assert [(page.number, page.text) for page in pages] == [(5, ""), (8, "Timetable")]
