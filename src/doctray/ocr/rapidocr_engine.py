"""PP-OCRv6 as RapidOCR puts it together, on a schedule of our own and without torch: engine `rapidocr`.

Imports OpenVINO and OpenCV: only engine processes import this module. Nothing is ever downloaded.
"""

import re
from collections.abc import Sequence
from statistics import fmean

import cv2
import numpy as np

from doctray.domain.document import Page, PageImage, PageSource, Word
from doctray.domain.errors import EngineFailure
from doctray.ocr.easyocr_failures import failures_named
from doctray.ocr.models import EngineModel
from doctray.ocr.ppocr_detector import Rgb
from doctray.ocr.ppocr_page import PpocrLine, PpocrPageReader
from doctray.ocr.ppocr_recognizer import PpocrWeights
from doctray.ocr.ppocr_weights import DETECTOR, RECOGNIZER, check_languages, weights_version
from doctray.ocr.second_reader import LineReading, ReadWord
from doctray.ocr.split_words import placed
from doctray.pages.layout import lines_of

_ENGLISH = frozenset(("en",))
# Global.text_score of rapidocr 3.10 (config.yaml): what reads worse is no text.
_LEAST_CONFIDENCE = 0.5


class RapidOcrEngine:
    """`doctray.ports.OcrEngine`. threads: of inference and of OpenCV. It runs on the CPU, whatever else there is. model: whose files are
    used instead of the wheel's, checked before they are.

    Raises EngineFailure when the weights are missing or cannot be loaded.
    """

    def __init__(self, *, threads: int, model: EngineModel | None = None) -> None:
        cv2.setNumThreads(threads)
        self._model = model
        self.name = "rapidocr" if model is None else model.engine
        with failures_named("PP-OCR"):
            self._reader = PpocrPageReader(threads=threads) if model is None else _reader_of(model, threads=threads)
        self.version = weights_version(DETECTOR, RECOGNIZER) if model is None else model.manifest.checksum

    @property
    def backend(self) -> str:
        """Runtime and precision, as `openvino-bf16`."""
        return self._reader.recognizer.backend

    def read(self, images: Sequence[PageImage]) -> list[Page]:
        return [self._page(image) for image in images]

    def _page(self, image: PageImage) -> Page:
        languages = frozenset(image.languages) or _ENGLISH
        if self._model is None:
            check_languages(languages)
        else:
            self._model.check_languages(sorted(languages))
        rgb: Rgb = np.frombuffer(image.rgb, np.uint8).reshape(image.height, image.width, 3)
        with failures_named("PP-OCR"):
            lines, turn = self._reader.upright_lines(rgb, languages=languages)
        width, height = (image.width, image.height) if turn in (0, 180) else (image.height, image.width)
        text = [line for line in lines if line.reading.confidence >= _LEAST_CONFIDENCE]
        return Page(
            number=image.number,
            width=width,
            height=height,
            source=PageSource.OCR,
            lines=lines_of([word for line in text for word in _words(line, width=width, height=height)]),
            rotation=turn,
            engine=self.name,
        )


def _reader_of(model: EngineModel, *, threads: int) -> PpocrPageReader:
    recognizer = None
    if model.has("recognizer"):
        characters = _dictionary(model) if model.has("dictionary") else None
        recognizer = PpocrWeights(path=model.checked_file("recognizer"), characters=characters)
    detector = model.checked_file("detector") if model.has("detector") else None
    return PpocrPageReader(threads=threads, detector=detector, recognizer=recognizer)


def _dictionary(model: EngineModel) -> tuple[str, ...]:
    """One character a line, as PaddleOCR writes them. Raises EngineFailure."""
    try:
        return tuple(line.rstrip("\r") for line in model.checked_file("dictionary").read_text("utf-8").removesuffix("\n").split("\n"))
    except UnicodeDecodeError as error:
        raise EngineFailure(f"model {model.engine}: its dictionary is not UTF-8") from error


def _words(line: PpocrLine, *, width: int, height: int) -> tuple[Word, ...]:
    corners = [(float(x), float(y)) for x, y in line.corners]
    return placed(_split(line.reading), corners, width=width, height=height, angle=line.angle)


def _split(reading: LineReading) -> tuple[ReadWord, ...]:
    """The words of a line; a word is as sure as its characters are on average, which is how RapidOCR counts a line."""
    words = []
    for found in re.finditer(r"\S+", reading.text):
        characters = slice(*found.span())
        spans = reading.spans[characters]
        certainty = fmean(reading.certainties[characters])
        words.append(ReadWord(text=found.group(), confidence=certainty, start=spans[0][0], end=spans[-1][1]))
    return tuple(words)
