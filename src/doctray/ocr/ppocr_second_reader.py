"""PP-OCRv6 as the second reader of what EasyOCR reads: `doctray.ocr.second_reader.SecondReader`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doctray.domain.document import Box
from doctray.ocr.easyocr_failures import failures_named
from doctray.ocr.lone_ink import LoneInk, lone_ink
from doctray.ocr.page_view import LINES
from doctray.ocr.ppocr_detector import Rgb, cut_out
from doctray.ocr.ppocr_page import PpocrPageReader
from doctray.ocr.ppocr_weights import LANGUAGES, second_reader_version
from doctray.ocr.reconcile import reconcile
from doctray.ocr.reconcile_places import Assignment, assigned
from doctray.ocr.second_reader import LineReading, ReadLine, ReadWord, SettledLine
from doctray.ocr.split_words import placed

_CROSSES = frozenset("Xx")
# A box with ink in it that does not read as a cross: a tick, a blot, a cross that touches the sides.
_TICKED_OTHERWISE = 0.6
# Lines that overlap both read the ends of words in between: so much of a word at most.
_LONGEST_ECHO = 3
# A speck reads as a letter too, but not surely.
_SURE_OF_A_LETTER = 0.8


class PpocrSecondReader:
    """threads: of inference. Raises EngineFailure when the weights are missing or cannot be loaded."""

    name = "ppocr"

    def __init__(self, *, threads: int) -> None:
        with failures_named("PP-OCR"):
            self._reader = PpocrPageReader(threads=threads, letters=LINES)
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

    def look(self, page: Rgb, *, languages: Sequence[str] = ("en",)) -> list[ReadLine]:
        with failures_named("PP-OCR"):
            seen = self._reader.lines(page, languages=frozenset(languages))
        return [ReadLine(corners=[(float(x), float(y)) for x, y in line.corners], reading=line.reading, angle=line.angle) for line in seen]

    def release(self) -> None:
        self._reader.release()

    def settle(
        self, page: Rgb, lines: Sequence[ReadLine], *, seen: Sequence[ReadLine] | None = None, languages: Sequence[str] = ("en",)
    ) -> list[SettledLine]:
        assignment = assigned(lines, self.look(page, languages=languages) if seen is None else seen)
        settled = [*_seen_by_both(assignment), *self._seen_by_the_first(page, assignment, languages)]
        placed_lines = [_Placed(line, _boxes(line, page)) for line in settled]
        with failures_named("PP-OCR"):
            ink = lone_ink(page, [box for line in placed_lines for box in line.boxes])
        kept = [rest for place in range(len(settled)) if (rest := _without_echoes(place, placed_lines, ink)).words]
        return [*kept, *self._crosses(ink, languages), *self._letters(ink, languages)]

    def _seen_by_the_first(self, page: Rgb, assignment: Assignment, languages: Sequence[str]) -> list[SettledLine]:
        """What only the first reader found, read again where it found it."""
        crops = [cut_out(page, np.array(line.corners, np.float32)) for line in assignment.alone]
        looks = self.read(crops, languages=languages)
        return [
            SettledLine(corners=line.corners, angle=line.angle, words=words)
            for line, look in zip(assignment.alone, looks, strict=True)
            if (words := reconcile(line.reading, look))
        ]

    def _crosses(self, ink: LoneInk, languages: Sequence[str]) -> list[SettledLine]:
        """A ticked box reads X, however it was ticked, and is surer where the recogniser reads so too."""
        looks = self.read([inside for _, inside in ink.ticked], languages=languages)
        return [
            _alone(box, "X", look.confidence if look.text.strip() in _CROSSES else _TICKED_OTHERWISE)
            for (box, _), look in zip(ink.ticked, looks, strict=True)
        ]

    def _letters(self, ink: LoneInk, languages: Sequence[str]) -> list[SettledLine]:
        looks = self.read([cutting for _, cutting in ink.letters], languages=languages)
        return [
            _alone(box, look.text.strip(), look.confidence)
            for (box, _), look in zip(ink.letters, looks, strict=True)
            if look.confidence >= _SURE_OF_A_LETTER and look.text.strip().isalnum()
        ]


def _seen_by_both(assignment: Assignment) -> list[SettledLine]:
    return [
        SettledLine(corners=line.corners, angle=line.angle, words=words)
        for line, first in assignment.shared
        if (words := reconcile(first, line.reading))
    ]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line with the upright box of each of its words."""

    line: SettledLine
    boxes: tuple[Box, ...]


def _boxes(line: SettledLine, page: Rgb) -> tuple[Box, ...]:
    height, width = page.shape[:2]
    return tuple(word.box for word in placed(line.words, line.corners, width=width, height=height, angle=line.angle))


def _without_echoes(place: int, lines: Sequence[_Placed], ink: LoneInk) -> SettledLine:
    """The line without what is read better elsewhere: the cross of a ticked box, and ends of lines that overlap this one."""
    line = lines[place]
    words = tuple(
        word
        for word, box in zip(line.line.words, line.boxes, strict=True)
        if len(word.text) > _LONGEST_ECHO or not (_is_cross(word, box, ink) or _is_echo(word, box, place, lines))
    )
    return SettledLine(corners=line.line.corners, angle=line.line.angle, words=words)


def _is_cross(word: ReadWord, box: Box, ink: LoneInk) -> bool:
    return len(word.text) == 1 and any(_holds(ticked, box) for ticked, _ in ink.ticked)


def _is_echo(word: ReadWord, box: Box, place: int, lines: Sequence[_Placed]) -> bool:
    """Whether another line has a longer word on the same ink, or an earlier one has one as long."""
    return any(
        (len(other.text), -elsewhere) > (len(word.text), -place) and _holds(beside, box)
        for elsewhere, line in enumerate(lines)
        if elsewhere != place
        for other, beside in zip(line.line.words, line.boxes, strict=True)
    )


def _holds(box: Box, other: Box) -> bool:
    return box.left <= other.center_x <= box.right and box.top <= other.center_y <= box.bottom


def _alone(box: Box, text: str, confidence: float) -> SettledLine:
    corners = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))
    return SettledLine(corners=corners, words=(ReadWord(text=text, confidence=confidence, start=0.0, end=1.0),))
