"""Our way with PP-OCRv6's networks against RapidOCR's own, on the same weights in fp32."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from doctray.ocr.ppocr_detector import PpocrDetector, cut_out
from doctray.ocr.ppocr_recognizer import PpocrRecognizer
from doctray.ocr.ppocr_weights import DETECTOR, LANGUAGES, RECOGNIZER, weights_version
from doctray.ocr.runtimes import Precision
from tests.engines.images import a_printed_page

pytestmark = [
    pytest.mark.slow,
    # omegaconf, which only RapidOCR itself imports, calls what Python 3.12 will not have.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

LINES = ("Invoice 2041 of 03/14/2026", "General aggregate $2,000,000", "Renée Müller, Room B-12", "a")


@cache
def theirs() -> Any:
    rapidocr = pytest.importorskip("rapidocr", reason="the dev extra has onnxruntime")
    return rapidocr.RapidOCR(params={"Global.log_level": "error"})


@cache
def page() -> NDArray[np.uint8]:
    return np.array(a_printed_page(*LINES, width=640))


@cache
def ours() -> tuple[PpocrDetector, PpocrRecognizer]:
    return PpocrDetector(threads=2, precision=Precision.FP32), PpocrRecognizer(threads=2, precision=Precision.FP32)


def bgr(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(rgb[:, :, ::-1])


@pytest.mark.parametrize("scale", [0.5, 1.0, 4.0], ids=["enlarged", "as it is", "shrunk"])
def test_the_detector_finds_the_same_lines(scale: float) -> None:
    picture = a_printed_page(*LINES, width=int(640 * scale), size=max(12, int(26 * scale)))
    rgb = np.array(picture)
    expected = theirs()(bgr(rgb), use_cls=False, use_rec=False).boxes
    found = ours()[0].lines(rgb)
    assert len(found) == len(expected)
    allowed = 2 * max(1.0, max(rgb.shape) / 2000)
    for quad, box in zip(found, expected, strict=True):
        assert np.abs(quad - box).max() <= allowed + 1


def test_the_recognizer_reads_the_same_text_with_the_same_confidence() -> None:
    detector, recognizer = ours()
    crops = [cut_out(page(), quad) for quad in detector.lines(page())]
    # Half of a lone letter is none.
    crops += [crop[:, : crop.shape[1] // 2] for crop in crops if crop.shape[1] > 2 * crop.shape[0]]
    for crop, reading in zip(crops, recognizer.read(crops), strict=True):
        expected = theirs().recognize_txt([bgr(crop)])
        assert reading.text == expected.txts[0]
        # They pad to 320 pixels at least, and their softmax shares a little with ideographs.
        assert reading.confidence == pytest.approx(expected.scores[0], abs=0.05)


def test_a_crop_reads_the_same_in_any_company() -> None:
    detector, recognizer = ours()
    crops = [cut_out(page(), quad) for quad in detector.lines(page())]
    together = recognizer.read(crops * 3)
    assert [reading.text for reading in together] == [recognizer.read([crop])[0].text for crop in crops] * 3


def test_characters_have_places_and_certainties() -> None:
    detector, recognizer = ours()
    for reading in recognizer.read([cut_out(page(), quad) for quad in detector.lines(page())]):
        assert len(reading.spans) == len(reading.certainties) == len(reading.text)
        assert reading.spans[0][0] == 0
        assert reading.spans[-1][1] == 1
        assert all(0 <= start <= end <= 1 for start, end in reading.spans)
        assert all(0 <= certainty <= 1 for certainty in reading.certainties)


def test_ideographs_are_read_where_the_languages_have_them_and_nowhere_else() -> None:
    _, recognizer = ours()
    characters = set(recognizer.read([cut_out(page(), ours()[0].lines(page())[0])], languages=frozenset(("ch_sim",)))[0].text)
    assert {"I", "2"} <= characters
    assert max(recognizer.readable(frozenset(("en",)))) < "\u3000" <= max(recognizer.readable(frozenset(("en", "ch_sim"))))


def test_the_alphabets_of_the_languages_are_in_the_dictionary() -> None:
    readable = ours()[1].readable(frozenset(LANGUAGES - {"ch_sim", "ch_tra", "ja"}))
    samples = {
        "de": "äöüßÄÖÜ",
        "fr": "éèêëàâçîïôùûœ",
        "pl": "ąćęłńóśźż",
        "cs": "áčďéěíňóřšťúůýž",
        "tr": "çğıİöşü",
        "ro": "ăâîșț",
        "es": "ñ¿",
        "lv": "āčēģīķļņšūž",
    }
    assert {language: set(letters) - readable for language, letters in samples.items()} == {language: set() for language in samples}


@pytest.mark.parametrize(("width", "height"), [(0, 0), (1, 1), (2, 40), (40, 2), (9000, 5), (3, 900)])
def test_crops_that_hold_no_letter_read_as_nothing_or_without_complaint(width: int, height: int) -> None:
    (reading,) = ours()[1].read([np.full((height, width, 3), 255, np.uint8)])
    assert reading.text.strip() == ""


def test_no_crops_no_readings() -> None:
    assert ours()[1].read([]) == []


def test_the_version_names_the_wheel_and_the_weights() -> None:
    both, one = weights_version(DETECTOR, RECOGNIZER), weights_version(RECOGNIZER)
    assert both.split("+")[0] == one.split("+")[0]
    assert both != one
