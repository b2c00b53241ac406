"""EasyOCR's detector and recogniser behind `doctray.ports.OcrEngine`, on an inference path of our own: the default engine.

Boxes and texts are those of `Reader.readtext` (in fp32 and at its size of detection, exactly); the work is not. On a CPU, with a
recogniser of the second generation, neither torch nor easyocr is imported. Only engine processes import this module. Nothing is ever
downloaded.
"""

import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np

from doctray.domain.document import Page, PageImage, PageSource
from doctray.ocr.calibration import best_backend
from doctray.ocr.cell_borders import parted_at_borders
from doctray.ocr.craft_boxes import Polygon
from doctray.ocr.craft_detector import CraftDetector, Rgb
from doctray.ocr.crnn_crops import Grey, cut_out
from doctray.ocr.devices import CPU
from doctray.ocr.easyocr_failures import failures_named
from doctray.ocr.easyocr_lines import TextLine, text_lines
from doctray.ocr.easyocr_models import ENGLISH, model_version
from doctray.ocr.easyocr_networks import LineReader, Networks
from doctray.ocr.easyocr_vertical import best_ways, parted, ways_of
from doctray.ocr.models import EngineModel
from doctray.ocr.page_view import ALONE, LARGE_PX, SECONDED
from doctray.ocr.runtimes import Backend, Network
from doctray.ocr.second_reader import LineReading, ReadLine, SecondReader, SettledLine
from doctray.ocr.second_readers import make_second_reader
from doctray.ocr.split_words import placed, split_words
from doctray.ocr.upright import best_turn, is_doubtful, lies_sideways
from doctray.pages.layout import lines_of

# Recognisers kept at once, one a set of languages: 15 to 70 MB each.
_READERS_KEPT = 2
# Boxes read both ways to tell which way up a page is.
_PROBES = 8
# On a GPU pages go in groups side by side, so that while some are on it the others are made ready for it or made words: so many in a group,
# and a group for every so many cores, but no more groups than fill a batch of the worker's.
_GROUP_PAGES, _CORES_A_GROUP, _MOST_GROUPS = 4, 2, 8


@dataclass(slots=True)
class _Sheet:
    """A page on its way: as it was turned so far, what was found on it and what that says."""

    number: int
    languages: tuple[str, ...]
    rgb: Rgb
    turn: int = 0
    polygons: list[Polygon] = field(default_factory=list)
    lines: list[TextLine] = field(default_factory=list)
    readings: list[LineReading] = field(default_factory=list)
    # of each line, what it reads the other way up where both were tried
    upended: list[tuple[TextLine, LineReading] | None] = field(default_factory=list)

    grey: Grey = field(init=False)

    def __post_init__(self) -> None:
        self.grey = _grey(self.rgb)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as it lies now."""
        return self.rgb.shape[1], self.rgb.shape[0]

    def turn_by(self, degrees: int) -> None:
        """Clockwise. What was found on it is forgotten."""
        self.rgb = np.ascontiguousarray(np.rot90(self.rgb, -degrees // 90))
        self.grey = _grey(self.rgb)
        self.turn = degrees
        self.polygons, self.lines, self.readings, self.upended = [], [], [], []


class EasyOcrEngine:
    """`doctray.ports.OcrEngine`. Loads the detector and English at once, other recognisers when they are first asked for.

    networks: where the weights run. second_reader: reads every page of its languages again; None: EasyOCR's word stands. model: whose
    files the networks use, and whose languages are loaded at once.
    """

    def __init__(
        self, networks: Networks, *, threads: int, second_reader: SecondReader | None = None, model: EngineModel | None = None
    ) -> None:
        self.name = "easyocr" if model is None else model.engine
        cv2.setNumThreads(threads)
        self._networks = networks
        self._second_reader = second_reader
        # The second reader looks at pages beside the first: what one leaves of the cores between its networks, the other takes.
        self._beside = ThreadPoolExecutor(1, "second-reader")
        groups = max(2, min(_MOST_GROUPS, threads // _CORES_A_GROUP))
        self._groups = ThreadPoolExecutor(groups, "pages") if networks.side_by_side else None
        self._readers: OrderedDict[tuple[str, ...], LineReader] = OrderedDict()
        self._loading = threading.Lock()
        with failures_named():
            network = networks.detector()
            letters = ALONE if second_reader is None else SECONDED
            self._detector = CraftDetector(network, letters=letters, together=networks.pages_together())
            self._reader(ENGLISH if model is None or "en" in model.manifest.languages else tuple(sorted(model.manifest.languages)))
        self.version = model_version() if model is None else model.manifest.checksum
        self.backend = networks.backend

    def read(self, images: Sequence[PageImage]) -> list[Page]:
        with failures_named():
            for languages in {_languages(image) for image in images}:
                self._reader(languages)
            if self._groups is not None:
                return self._read_side_by_side(images, self._groups)
            sheets = [_sheet(image) for image in images]
            if any(math.prod(sheet.size) > LARGE_PX for sheet in sheets):
                return self._read_sparingly(sheets)
            return self._read_doubly(sheets)

    def _read_side_by_side(self, images: Sequence[PageImage], groups: ThreadPoolExecutor) -> list[Page]:
        """In groups, all at once. If one fails, when all have come to an end: nothing goes on behind the next read."""
        starts = range(0, len(images), _GROUP_PAGES)
        reading = [groups.submit(self._read_group, images[start : start + _GROUP_PAGES]) for start in starts]
        wait(reading)
        return [page for group in reading for page in group.result()]

    def _read_group(self, images: Sequence[PageImage]) -> list[Page]:
        return self._read_doubly([_sheet(image) for image in images])

    def _read_doubly(self, sheets: Sequence[_Sheet]) -> list[Page]:
        """Both readers at once."""
        looking = [self._begin_look(sheet) for sheet in sheets]
        try:
            self._read_first(sheets)
        finally:
            wait([look for look in looking if look is not None])
        return [
            # what was seen of a page before it was turned is of no use
            self._page(sheet, seen=None if look is None or sheet.turn else look.result())
            for sheet, look in zip(sheets, looking, strict=True)
        ]

    def _read_sparingly(self, sheets: Sequence[_Sheet]) -> list[Page]:
        """One reader after the other, each giving its memory back: on a large page either needs some hundred megabytes."""
        self._release()
        self._read_first(sheets)
        self._release()
        pages = [self._page(sheet) for sheet in sheets]
        self._release()
        return pages

    def _release(self) -> None:
        self._detector.release()
        for reader in self._readers.values():
            reader.release()
        if self._second_reader is not None:
            self._second_reader.release()

    def _begin_look(self, sheet: _Sheet) -> "Future[list[ReadLine]] | None":
        second = self._second_reader
        if second is None or not second.covers(sheet.languages):
            return None
        return self._beside.submit(second.look, sheet.rgb, languages=sheet.languages)

    def _read_first(self, sheets: Sequence[_Sheet]) -> None:
        """All that the first reader does, until every page stands upright and is read."""
        self._find(sheets)
        for sheet in sheets:
            self._put_on_feet(sheet)
        self._find([sheet for sheet in sheets if sheet.turn])
        self._read_lines(sheets)
        doubtful = [sheet for sheet in sheets if not sheet.turn and self._stands_on_head(sheet)]
        for sheet in doubtful:
            sheet.turn_by(180)
        self._find(doubtful)
        self._read_lines(doubtful)

    def _find(self, sheets: Sequence[_Sheet]) -> None:
        found = self._detector.find_all([(sheet.rgb, sheet.grey) for sheet in sheets])
        for sheet, polygons in zip(sheets, found, strict=True):
            sheet.polygons = polygons

    def _put_on_feet(self, sheet: _Sheet) -> None:
        """Turn a page that lies on its side; what was found on it is then forgotten."""
        if lies_sideways([_size(polygon) for polygon in sheet.polygons]):
            turn = self._probe(sheet, turns=(0, 90, 270))
            if turn:
                sheet.turn_by(turn)

    def _stands_on_head(self, sheet: _Sheet) -> bool:
        return is_doubtful([(reading.text, reading.confidence) for reading in sheet.readings]) and self._probe(sheet, turns=(0, 180)) == 180

    def _probe(self, sheet: _Sheet, *, turns: Sequence[int]) -> int:
        """Read the largest boxes at each turn; the turn at which the page reads clearly best."""
        reader = self._reader(sheet.languages)
        crops = [crop for polygon in _largest(sheet.polygons) if (crop := _around(polygon, sheet.grey)).size]
        read = {turn: reader.read([np.ascontiguousarray(np.rot90(crop, -turn // 90)) for crop in crops]) for turn in turns}
        return best_turn({turn: [(reading.text, reading.confidence) for reading in readings] for turn, readings in read.items()})

    def _read_lines(self, sheets: Sequence[_Sheet]) -> None:
        """Read everything that was found on the pages, all together, with the recogniser of each page's languages."""
        for languages in sorted({sheet.languages for sheet in sheets}):
            alike = [sheet for sheet in sheets if sheet.languages == languages]
            ways = [_lines_each_way(sheet) for sheet in alike]
            crops = [cut_out(sheet.grey, line) for sheet, lines in zip(alike, ways, strict=True) for way in lines for line in way]
            readings = iter(self._reader(languages).read(crops))
            for sheet, lines in zip(alike, ways, strict=True):
                read = [[(line, next(readings)) for line in way] for way in lines]
                chosen = _best(read)
                sheet.lines = [line for (line, _), _ in chosen]
                sheet.readings = [reading for (_, reading), _ in chosen]
                sheet.upended = [other for _, other in chosen]

    def _settled(self, sheet: _Sheet, seen: Sequence[ReadLine] | None) -> list[SettledLine]:
        """The lines of a page in words, as both readers see them where there is a second one for its languages."""
        lines = [
            replace(_read_line(line, reading), upended=None if other is None else _read_line(*other))
            for line, reading, other in zip(sheet.lines, sheet.readings, sheet.upended, strict=True)
        ]
        second = self._second_reader
        if second is None or not second.covers(sheet.languages):
            return [SettledLine(corners=line.corners, angle=line.angle, words=split_words(line.reading)) for line in lines]
        # in the thread in which it looks: it is not to be asked from two at once
        return self._beside.submit(second.settle, sheet.rgb, lines, seen=seen, languages=sheet.languages).result()

    def _page(self, sheet: _Sheet, *, seen: Sequence[ReadLine] | None = None) -> Page:
        width, height = sheet.size
        return Page(
            number=sheet.number,
            width=width,
            height=height,
            source=PageSource.OCR,
            lines=lines_of(
                [
                    word
                    for line in self._settled(sheet, seen)
                    for word in placed(line.words, line.corners, width=width, height=height, angle=line.angle)
                ]
            ),
            rotation=sheet.turn,
            engine=self.name,
        )

    def _reader(self, languages: tuple[str, ...]) -> LineReader:
        """The recogniser for a set of languages, loaded once; the one unused for longest goes. Raises InvalidOption."""
        with self._loading:
            reader = self._readers.pop(languages, None) or self._networks.line_reader(languages)
            self._readers[languages] = reader
            if len(self._readers) > _READERS_KEPT:
                self._readers.popitem(last=False)
            return reader


def _sheet(image: PageImage) -> _Sheet:
    rgb = np.frombuffer(image.rgb, np.uint8).reshape(image.height, image.width, 3)
    return _Sheet(number=image.number, languages=_languages(image), rgb=rgb)


def _languages(image: PageImage) -> tuple[str, ...]:
    return tuple(sorted(set(image.languages))) or ENGLISH


def _grey(rgb: Rgb) -> Grey:
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def _lines_each_way(sheet: _Sheet) -> list[tuple[TextLine, ...]]:
    """The lines of a page, each as often as there are ways to read it."""
    width, height = sheet.size
    upright, turned = parted(sheet.polygons)
    across = parted_at_borders(text_lines(upright, width=width, height=height), sheet.grey)
    lines: list[tuple[TextLine, ...]] = [(line,) for line in across]
    return lines + ways_of(turned, width=width, height=height)


_Way = tuple[TextLine, LineReading]


def _best(read: Sequence[Sequence[_Way]]) -> list[tuple[_Way, _Way | None]]:
    """Of each line the way that reads best; and the other way up where that is turned."""
    several = [ways for ways in read if len(ways) > 1]
    best = iter(best_ways([[reading for _, reading in ways] for ways in several]))
    chosen: list[tuple[_Way, _Way | None]] = []
    for ways in read:
        number = next(best) if len(ways) > 1 else 0
        chosen.append((ways[number], ways[3 - number] if number else None))
    return chosen


def _read_line(line: TextLine, reading: LineReading) -> ReadLine:
    return ReadLine(corners=line.corners, angle=line.angle, reading=reading)


def _size(polygon: Polygon) -> tuple[float, float]:
    xs, ys = polygon[0::2], polygon[1::2]
    return float(xs.max() - xs.min()), float(ys.max() - ys.min())


def _largest(polygons: Sequence[Polygon]) -> list[Polygon]:
    return sorted(polygons, key=lambda polygon: math.prod(_size(polygon)), reverse=True)[:_PROBES]


def _around(polygon: Polygon, grey: Grey) -> Grey:
    """What lies in the upright box around a text box; empty when that is beyond the page."""
    xs, ys = polygon[0::2], polygon[1::2]
    return grey[max(0, ys.min()) : max(0, ys.max()), max(0, xs.min()) : max(0, xs.max())]


def load(
    *,
    device: str,
    models_dir: Path | None,
    threads: int,
    second_reader: str,
    cache_dir: Path | None,
    backend: str | None,
    model: EngineModel | None = None,
) -> EasyOcrEngine:
    """See `engines.make_engine`."""

    def on(chosen: Backend, model: EngineModel | None = None) -> Networks:
        return Networks(backend=chosen, device=CPU if device == CPU else "cuda", models_dir=models_dir, threads=threads, model=model)

    def detector(candidate: Backend) -> Network:
        return on(candidate).detector()

    with failures_named():
        networks = on(
            Backend.of(backend)
            if backend is not None
            else best_backend(device=device, threads=threads, cache_dir=cache_dir, detector=detector),
            model,
        )
    return EasyOcrEngine(networks, threads=threads, second_reader=make_second_reader(second_reader, threads=threads), model=model)
