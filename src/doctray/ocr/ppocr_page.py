"""A page read by PP-OCRv6 alone: found, cut out and read, each line the way it stands.

RapidOCR asks a third network which way up every line stands. Here the recogniser itself is asked, and only about lines that may not
stand upright: it reads nothing else surely. Imports OpenVINO and OpenCV: only engine processes import this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from doctray.ocr.page_view import LetterSize
from doctray.ocr.ppocr_detector import PpocrDetector, Quad, Rgb, cut_out
from doctray.ocr.ppocr_recognizer import PpocrRecognizer, PpocrWeights
from doctray.ocr.second_reader import LineReading
from doctray.ocr.upright import best_turn, lies_sideways

# Lines this many times as high as wide may run up or down (RapidOCR turns them all); from the second figure on they surely do, where
# a single narrow letter or digit may still stand.
_MAY_BE_TURNED = 1.5
_IS_TURNED = 2.5
# A line below this is also read upside down. Upright print reads at 0.95 and more, upside down at 0.7 (0016-second-reader.md).
_DOUBTED = 0.85
# A mark or two reads as something either way up.
_LEAST_LETTERS_TO_TURN = 3
# How much better another turn must read to be believed.
_CLEAR_GAIN = 0.1
# A column or row of pixels with fewer of ink is noise. What may be cut off at each end and above and below, in heights of the line.
_INK_PX = 2
_MOST_TRIMMED_ACROSS, _MOST_TRIMMED_DOWN = 0.4, 0.2
# Lines read at every turn to tell which way a page lies.
_PROBES = 8


@dataclass(frozen=True, slots=True)
class PpocrLine:
    """corners: from the top left of the text as it runs, clockwise, in pixels of the page. angle: degrees clockwise (0, 90, 180, 270)
    that the text is turned on the page."""

    corners: Quad
    angle: int
    reading: LineReading


class PpocrPageReader:
    """threads: of inference. letters, detector: see `PpocrDetector`. recognizer: see `PpocrRecognizer`. Raises EngineFailure when the
    weights are missing or cannot be loaded."""

    def __init__(
        self,
        *,
        threads: int,
        letters: LetterSize | None = None,
        detector: Path | None = None,
        recognizer: PpocrWeights | None = None,
    ) -> None:
        self.detector = PpocrDetector(threads=threads, letters=letters, weights=detector)
        self.recognizer = PpocrRecognizer(threads=threads, weights=recognizer)

    def lines(self, page: Rgb, *, languages: frozenset[str]) -> list[PpocrLine]:
        """The lines of a page that lies upright (H x W x 3 RGB), however they stand on it; those that read as nothing are left out."""
        return self._read(page, self.detector.lines(page), languages)

    def release(self) -> None:
        """Give back the memory that only a page needs."""
        self.detector.release()
        self.recognizer.release()

    def upright_lines(self, page: Rgb, *, languages: frozenset[str]) -> tuple[list[PpocrLine], int]:
        """The lines of a page that may lie in any way, on the page once it is upright; and the degrees clockwise to turn it by."""
        quads = self.detector.lines(page)
        if lies_sideways([_size(quad) for quad in quads]):
            turn = self._probe(page, quads, languages)
            if turn:
                return self.lines(_turned(page, turn), languages=languages), turn
        lines = self._read(page, quads, languages)
        if _letters([line for line in lines if line.angle == 180]) > _letters(lines) / 2:
            return self.lines(_turned(page, 180), languages=languages), 180
        return lines, 0

    def _read(self, page: Rgb, quads: Sequence[Quad], languages: frozenset[str]) -> list[PpocrLine]:
        best = self._best_readings(page, [[_as_it_runs(quad, angle) for angle in _likely_angles(quad)] for quad in quads], languages)
        doubted = [place for place, line in enumerate(best) if line.angle == 0 and _is_doubted(line.reading)]
        again = self._best_readings(page, [[_as_it_runs(best[place].corners, 180)] for place in doubted], languages)
        for place, line in zip(doubted, again, strict=True):
            if line.reading.confidence >= best[place].reading.confidence + _CLEAR_GAIN:
                best[place] = line
        return [_trimmed(line, page) for line in best if line.reading.text.strip()]

    def _best_readings(self, page: Rgb, ways: Sequence[Sequence[tuple[Quad, int]]], languages: frozenset[str]) -> list[PpocrLine]:
        """For each line, the surest reading of the ways in which it may run."""
        crops = [cut_out(page, corners) for line in ways for corners, _ in line]
        readings = iter(self.recognizer.read(crops, languages=languages))
        read = [[PpocrLine(corners, angle, next(readings)) for corners, angle in line] for line in ways]
        return [max(line, key=lambda way: way.reading.confidence) for line in read]

    def _probe(self, page: Rgb, quads: Sequence[Quad], languages: frozenset[str]) -> int:
        """Read the largest lines at each turn; the turn at which the page reads clearly best."""
        largest = sorted(quads, key=lambda quad: -_size(quad)[0] * _size(quad)[1])[:_PROBES]
        readings = {}
        # Text that runs down, at 90 degrees, runs right once the page is turned by 270.
        for turn, angle in ((0, 0), (90, 270), (270, 90)):
            crops = [cut_out(page, _as_it_runs(quad, angle)[0]) for quad in largest]
            readings[turn] = [(reading.text, reading.confidence) for reading in self.recognizer.read(crops, languages=languages)]
        return best_turn(readings)


def _likely_angles(quad: Quad) -> tuple[int, ...]:
    width, height = _size(quad)
    if height < _MAY_BE_TURNED * width:
        return (0,)
    return (90, 270) if height >= _IS_TURNED * width else (0, 90, 270)


def _as_it_runs(quad: Quad, angle: int) -> tuple[Quad, int]:
    """An upright quadrilateral from the top left corner of text that is turned clockwise by this angle; and the angle."""
    return np.roll(quad, -angle // 90, axis=0), angle


def _is_doubted(reading: LineReading) -> bool:
    return reading.confidence < _DOUBTED and len(reading.text) >= _LEAST_LETTERS_TO_TURN


def _trimmed(line: PpocrLine, page: Rgb) -> PpocrLine:
    """The line cut down to its ink: the detector grows every line by a third of its height, which brings columns near one another."""
    crop = cut_out(page, line.corners)
    height, width = crop.shape[:2]
    _, dark = cv2.threshold(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    ink = dark if dark.mean() <= 0.5 else 1 - dark
    columns, rows = (np.flatnonzero(np.count_nonzero(ink, axis=axis) >= _INK_PX).tolist() for axis in (0, 1))
    if not (columns and rows):
        return line
    across, down = _MOST_TRIMMED_ACROSS * height, _MOST_TRIMMED_DOWN * height
    left, right = min(across, columns[0]) / width, 1 - min(across, width - 1 - columns[-1]) / width
    top, bottom = min(down, rows[0]) / height, 1 - min(down, height - 1 - rows[-1]) / height
    if right - left < 0.5 or bottom - top < 0.5:
        return line
    reading = line.reading
    spans = tuple((_within(start, left, right), _within(end, left, right)) for start, end in reading.spans)
    corners = np.array([_at(line.corners, x, y) for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))], np.float32)
    return PpocrLine(corners, line.angle, replace(reading, spans=spans))


def _within(at: float, left: float, right: float) -> float:
    return min(1.0, max(0.0, (at - left) / (right - left)))


def _at(corners: Quad, x: float, y: float) -> Quad:
    """The point at parts 0..1 of the quadrilateral's width and height."""
    upper, lower = corners[0] + (corners[1] - corners[0]) * x, corners[3] + (corners[2] - corners[3]) * x
    return np.asarray(upper + (lower - upper) * y, np.float32)


def _turned(page: Rgb, turn: int) -> Rgb:
    return np.ascontiguousarray(np.rot90(page, -turn // 90))


def _size(quad: Quad) -> tuple[float, float]:
    """Width and height in pixels."""
    across, down = quad[1] - quad[0], quad[3] - quad[0]
    return float(np.hypot(*across)), float(np.hypot(*down))


def _letters(lines: Sequence[PpocrLine]) -> int:
    return sum(len(line.reading.text) for line in lines)
