"""PP-OCRv6 as the second reader of what EasyOCR reads: `doctray.ocr.second_reader.SecondReader`."""

from collections.abc import Sequence

import numpy as np

from doctray.ocr.easyocr_failures import failures_named
from doctray.ocr.ppocr_detector import Rgb, cut_out
from doctray.ocr.ppocr_page import PpocrPageReader
from doctray.ocr.ppocr_weights import LANGUAGES, second_reader_version
from doctray.ocr.reconcile import reconcile
from doctray.ocr.reconcile_places import Assignment, assigned
from doctray.ocr.second_reader import LineReading, ReadLine, ReadWord, SettledLine


class PpocrSecondReader:
    """threads: of inference. Raises EngineFailure when the weights are missing or cannot be loaded."""

    name = "ppocr"

    def __init__(self, *, threads: int) -> None:
        with failures_named("PP-OCR"):
            self._reader = PpocrPageReader(threads=threads)
        self.version = second_reader_version()

    @property
    def backend(self) -> str:
        return self._reader.recognizer.backend

    def covers(self, languages: Sequence[str]) -> bool:
        return LANGUAGES.issuperset(languages)

    def read(self, crops: Sequence[Rgb], *, languages: Sequence[str] = ("en",)) -> list[LineReading]:
        with failures_named("PP-OCR"):
            return self._reader.recognizer.read(crops, languages=frozenset(languages))

    def reconcile(self, first: LineReading, second: LineReading) -> tuple[ReadWord, ...]:
        return reconcile(first, second)

    def settle(self, page: Rgb, lines: Sequence[ReadLine], *, languages: Sequence[str] = ("en",)) -> list[SettledLine]:
        with failures_named("PP-OCR"):
            seen = self._reader.lines(page, languages=frozenset(languages))
        second = [
            ReadLine(corners=[(float(x), float(y)) for x, y in line.corners], reading=line.reading, angle=line.angle) for line in seen
        ]
        assignment = assigned(lines, second)
        return [*_seen_by_both(assignment), *self._seen_by_the_first(page, assignment, languages)]

    def _seen_by_the_first(self, page: Rgb, assignment: Assignment, languages: Sequence[str]) -> list[SettledLine]:
        """What only the first reader found, read again where it found it."""
        crops = [cut_out(page, np.array(line.corners, np.float32)) for line in assignment.alone]
        looks = self.read(crops, languages=languages)
        return [
            SettledLine(corners=line.corners, angle=line.angle, words=words)
            for line, look in zip(assignment.alone, looks, strict=True)
            if (words := reconcile(line.reading, look))
        ]


def _seen_by_both(assignment: Assignment) -> list[SettledLine]:
    return [
        SettledLine(corners=line.corners, angle=line.angle, words=words)
        for line, first in assignment.shared
        if (words := reconcile(first, line.reading))
    ]
