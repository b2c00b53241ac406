"""The real EasyOCR on small printed pages."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from doctray.domain.document import PageImage, Word
from doctray.domain.errors import InvalidOption
from doctray.ocr.engines import make_engine
from tests.engines.images import a_printed_page, an_image, page_of
from tests.engines.real import easyocr_engine

pytestmark = pytest.mark.slow

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


def test_a_page_with_some_vertical_words_stays_as_it_is() -> None:
    picture = a_printed_page("Mathematics", "Biology", "History", "Geography", width=560)
    column = a_printed_page("Monday", width=150).crop((20, 20, 140, 60)).rotate(90, expand=True)
    for left in (300, 360, 420):
        picture.paste(column, (left, 60))
    (page,) = easyocr_engine().read([page_of(picture)])
    assert page.rotation == 0
    assert {"Mathematics", "Biology", "History", "Geography"} <= {word.text for word in page.words}


@pytest.mark.filterwarnings("ignore:'pin_memory' argument")
def test_boxes_and_texts_are_those_of_easyocrs_own_readtext(printed: Image.Image, tmp_path: Path) -> None:
    engine = easyocr_engine()
    import easyocr  # only after the engine has seen to torchvision
    from easyocr_en_models import model_dir

    tilted = printed.convert("L").rotate(-8, expand=True, fillcolor=255)
    path = tmp_path / "page.png"
    tilted.save(path)
    reader = easyocr.Reader(
        ["en"],
        gpu=False,
        quantize=False,
        download_enabled=False,
        verbose=False,
        model_storage_directory=model_dir(),
        user_network_directory=model_dir(),
    )
    stock = reader.readtext(str(path), batch_size=16, paragraph=False)
    ours, turn = engine._read_upright(engine._reader(("en",)), np.asarray(tilted.convert("RGB")))  # type: ignore[attr-defined]
    assert turn == 0
    assert [(np.asarray(box).tolist(), text, sure) for box, text, sure in ours] == [
        (np.asarray(box).tolist(), text, sure) for box, text, sure in stock
    ]
    assert len(stock) >= len(LINES)


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
    engine = make_engine("easyocr", "cpu", tmp_path, 2)
    with pytest.raises(InvalidOption, match=r"latin_g2\.pth, which is damaged"):
        engine.read([an_image(languages=("de",))])


def test_nothing_is_written_to_the_home_folder(tmp_path: Path, printed: Image.Image) -> None:
    code = "from doctray.ocr.engines import make_engine; make_engine('easyocr', 'cpu', None, 2)"
    environment = {"HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / ".EasyOCR").exists()


def test_pages_of_several_documents_do_not_mix(printed: Image.Image) -> None:
    other = page_of(a_printed_page("Timetable", width=300), number=8)
    blank = PageImage(number=5, width=200, height=100, rgb=b"\xff" * 60_000)
    pages = easyocr_engine().read([blank, other])
    assert [(page.number, page.text) for page in pages] == [(5, ""), (8, "Timetable")]
