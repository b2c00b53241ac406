"""EasyOCR as its authors ship it, behind `doctray.ports.OcrEngine`: the same boxes and texts as `Reader.readtext(path, batch_size=16)`.

For comparison with `easyocr_engine`, which reads the same with less work, and the recogniser of the languages that one leaves to it.
Imports torch, cv2 and numpy: only engine processes import this module. Nothing is ever downloaded.
"""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from doctray.domain.document import Box, Page, PageImage, PageSource, rotate_box
from doctray.domain.errors import EngineFailure
from doctray.ocr.devices import CPU
from doctray.ocr.easyocr_failures import failures_named
from doctray.ocr.easyocr_models import (
    ENGLISH,
    detector_weights,
    model_characters,
    model_version,
    recogniser_model,
    recogniser_weights,
)
from doctray.ocr.easyocr_weights import read_state_dict
from doctray.ocr.models import EngineModel
from doctray.ocr.second_reader import LineReading
from doctray.ocr.split_words import Point, placed, split_words
from doctray.ocr.torchvision_shim import import_torchvision
from doctray.ocr.upright import best_turn, is_doubtful, lies_sideways
from doctray.pages.layout import lines_of

import_torchvision()
import easyocr  # noqa: E402  (imports torchvision)
from easyocr.craft import CRAFT  # noqa: E402
from easyocr.detection import get_detector, get_textbox  # noqa: E402
from easyocr.model.vgg_model import Model as RecogniserNetwork  # noqa: E402
from easyocr.utils import CTCLabelConverter, group_text_box  # noqa: E402

Rgb = NDArray[np.uint8]
Grey = NDArray[np.uint8]
Corners = Sequence[Point]
Reading = tuple[Corners, str, float]
# A text box as CRAFT gives it: x and y of its four corners, clockwise from the top left.
Polygon = NDArray[np.int32]

RECOGNISER_SIZES = {"input_channel": 1, "output_channel": 256, "hidden_size": 256}
"""Of every recogniser of the second generation; easyocr.Reader has them."""

# Crops recognised at a time on a GPU; on a CPU EasyOCR itself reads one by one, which spares padding to the widest crop.
_BATCH_SIZE = 16
# EasyOCR's own limit: a page is shrunk for detection until its long side is at most this.
_CANVAS_PX = 2560
# Below this no letter is left; after shrinking a strip may have less, which EasyOCR's resize cannot take.
_MIN_SIDE_PX = 4
_MIN_SHRUNK_SIDE_PX = 1
# Defaults of Reader.readtext.
_DETECTION = {"text_threshold": 0.7, "link_threshold": 0.4, "low_text": 0.4, "mag_ratio": 1.0, "poly": False}
_GROUPING = {"slope_ths": 0.1, "ycenter_ths": 0.5, "height_ths": 0.5, "width_ths": 0.5, "add_margin": 0.1}
_MIN_BOX_PX = 20
# Recognisers kept at once, one a set of languages: 15 to 70 MB each.
_READERS_KEPT = 2
# Boxes read both ways to tell which way up a page is.
_PROBES = 8


class StockReaders:
    """`easyocr.Reader`s without a detector, one a set of languages, loaded when first asked for; the one unused for longest goes.

    device: "cpu" or "cuda". models_dir: an operator's EasyOCR weights for languages other than English. model: see `Networks`.
    """

    def __init__(self, *, device: str, models_dir: Path | None, model: EngineModel | None = None) -> None:
        self._device = device
        self._model = model
        self._models_dir = models_dir
        self._readers: OrderedDict[tuple[str, ...], Any] = OrderedDict()

    def reader(self, languages: tuple[str, ...]) -> Any:
        """Raises InvalidOption (see `easyocr_models`) or EngineFailure."""
        if languages in self._readers:
            self._readers.move_to_end(languages)
            return self._readers[languages]
        if self._model is not None:
            self._model.check_languages(languages)
        if self._model is not None and self._model.has("recognizer"):
            with failures_named():
                reader = self._reader_of(self._model)
        else:
            reader = self._released_reader(languages)
        self._readers[languages] = reader
        if len(self._readers) > _READERS_KEPT:
            self._readers.popitem(last=False)
        return reader

    def _released_reader(self, languages: tuple[str, ...]) -> Any:
        weights = recogniser_weights(recogniser_model(languages), languages, self._models_dir)
        with failures_named():
            return easyocr.Reader(
                list(languages),
                gpu=self._device if self._device != CPU else False,
                detector=False,
                # int8 is slower than fp32 here (1.65 s against 1.28 s for 61 boxes on 2 cores) and reads the same.
                quantize=False,
                download_enabled=False,
                verbose=False,
                model_storage_directory=str(weights.parent),
                # EasyOCR creates its folders when they are missing, so it gets one that exists.
                user_network_directory=str(weights.parent),
            )

    def _reader_of(self, model: EngineModel) -> Any:
        """EasyOCR wants the network's code beside the weights, and unpickles these whatever they hold; so it gets both from here."""
        path = model.checked_file("recognizer")
        characters = model_characters(model, path)
        folder = str(path.parent)
        reader = easyocr.Reader(
            list(ENGLISH),
            gpu=self._device if self._device != CPU else False,
            detector=False,
            recognizer=False,
            download_enabled=False,
            verbose=False,
            model_storage_directory=folder,
            user_network_directory=folder,
        )
        network = RecogniserNetwork(num_class=len(characters) + 1, **RECOGNISER_SIZES)
        network.load_state_dict({name: torch.from_numpy(value) for name, value in read_state_dict(path).items()})
        reader.recognizer = network.eval().to(self._device)
        reader.converter = CTCLabelConverter(characters)
        reader.character, reader.lang_char = characters, list(characters)
        return reader


class EasyOcrStockEngine:
    """`doctray.ports.OcrEngine`. Loads the detector at once and a recogniser for each set of languages when it is first met.

    device: "cpu", or anything else for the GPU that this process sees. models_dir: see StockReaders. threads: of torch and OpenCV. model:
    see `EasyOcrEngine`. Raises EngineFailure when the weights or the device cannot be used.
    """

    def __init__(self, *, device: str, models_dir: Path | None, threads: int, model: EngineModel | None = None) -> None:
        self.name = "easyocr_stock" if model is None else model.engine
        torch.set_num_threads(threads)
        cv2.setNumThreads(threads)
        self._device = CPU if device == CPU else "cuda"
        if self._device != CPU and not torch.cuda.is_available():
            raise EngineFailure(f"GPU {device} cannot be used: torch sees no CUDA device; set WORKER_DEVICES=cpu or install torch for CUDA")
        self._readers = StockReaders(device=self._device, models_dir=models_dir, model=model)
        with failures_named():
            self._detector = self._detector_of(model)
        self._readers.reader(ENGLISH if model is None or "en" in model.manifest.languages else tuple(sorted(model.manifest.languages)))
        self.version = model_version() if model is None else model.manifest.checksum

    def _detector_of(self, model: EngineModel | None) -> Any:
        if model is None or not model.has("detector"):
            return get_detector(str(detector_weights()), device=self._device, quantize=False)
        network = CRAFT()
        weights = read_state_dict(model.checked_file("detector"))
        network.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
        return network.eval().to(self._device)

    def read(self, images: Sequence[PageImage]) -> list[Page]:
        return [self._page(image) for image in images]

    def _page(self, image: PageImage) -> Page:
        reader = self._readers.reader(tuple(sorted(set(image.languages))) or ENGLISH)
        rgb: Rgb = np.frombuffer(image.rgb, np.uint8).reshape(image.height, image.width, 3)
        readings: list[Reading] = []
        turn = 0
        if _can_hold_text(image):
            with failures_named():
                readings, turn = self._read_upright(reader, rgb)
        width, height = (image.width, image.height) if turn in (0, 180) else (image.height, image.width)
        words = [
            word
            for corners, text, sure in readings
            for word in placed(split_words(LineReading(text=text, confidence=float(sure))), corners, width=width, height=height)
        ]
        return Page(
            number=image.number,
            width=width,
            height=height,
            source=PageSource.OCR,
            lines=lines_of(words),
            rotation=turn,
            engine=self.name,
        )

    def _read_upright(self, reader: Any, rgb: Rgb) -> tuple[list[Reading], int]:
        """What is on the page, and the degrees clockwise that it had to be turned to be read."""
        grey = _grey(rgb)
        polygons = self._detect(rgb)
        boxes = [_box_around(polygon) for polygon in polygons]
        if lies_sideways([(box.width, box.height) for box in boxes]):
            turn = _probe(reader, grey, boxes, turns=(0, 90, 270))
            if turn:
                return self._read_turned(reader, rgb, turn), turn
        readings = self._recognise(reader, grey, polygons)
        if is_doubtful([(text, sure) for _, text, sure in readings]):
            turn = _probe(reader, grey, boxes, turns=(0, 180))
            if turn:
                return self._read_turned(reader, rgb, turn), turn
        return readings, 0

    def _read_turned(self, reader: Any, rgb: Rgb, turn: int) -> list[Reading]:
        turned = np.ascontiguousarray(np.rot90(rgb, -turn // 90))
        return self._recognise(reader, _grey(turned), self._detect(turned))

    def _detect(self, rgb: Rgb) -> list[Polygon]:
        found: list[list[Polygon]] = get_textbox(self._detector, rgb, canvas_size=_CANVAS_PX, device=self._device, **_DETECTION)
        return found[0]

    def _recognise(self, reader: Any, grey: Grey, polygons: Sequence[Polygon]) -> list[Reading]:
        """What `Reader.readtext` does with the detector's boxes: join neighbours on a line, drop specks, read."""
        if not polygons:
            return []
        straight, tilted = group_text_box(polygons, sort_output=True, **_GROUPING)
        height, width = grey.shape
        straight = [box for box in straight if max(box[1] - box[0], box[3] - box[2]) > _MIN_BOX_PX and _is_inside(box, width, height)]
        tilted = [box for box in tilted if max(_extent(box, axis=0), _extent(box, axis=1)) > _MIN_BOX_PX]
        if not straight and not tilted:
            return []
        readings: list[Reading] = reader.recognize(grey, straight, tilted, batch_size=_BATCH_SIZE, reformat=False)
        return readings


def _can_hold_text(image: PageImage) -> bool:
    shortest, longest = sorted((image.width, image.height))
    shrunk = shortest * min(1.0, _CANVAS_PX / longest)
    return shortest >= _MIN_SIDE_PX and shrunk >= _MIN_SHRUNK_SIDE_PX


def _grey(rgb: Rgb) -> Grey:
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def _box_around(polygon: Polygon) -> Box:
    xs, ys = polygon[0::2], polygon[1::2]
    return Box(float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))


def _is_inside(box: Sequence[int], width: int, height: int) -> bool:
    """Whether a pixel is left of left, right, top, bottom once cut to the page; EasyOCR divides by what is left."""
    left, right, top, bottom = box
    return min(right, width) > max(0, left) and min(bottom, height) > max(0, top)


def _extent(corners: Corners, *, axis: int) -> float:
    values = [corner[axis] for corner in corners]
    return max(values) - min(values)


def _probe(reader: Any, grey: Grey, boxes: Sequence[Box], *, turns: Sequence[int]) -> int:
    """Read the largest boxes at each turn; the turn at which the page reads clearly best."""
    height, width = grey.shape
    largest = sorted(boxes, key=lambda box: box.width * box.height, reverse=True)[:_PROBES]
    readings = {}
    for turn in turns:
        turned = np.ascontiguousarray(np.rot90(grey, -turn // 90))
        crops = [rotate_box(box, turn, width=width, height=height) for box in largest]
        rectangles = [[int(box.left), int(box.right), int(box.top), int(box.bottom)] for box in crops]
        found = reader.recognize(turned, rectangles, [], batch_size=_BATCH_SIZE, reformat=False)
        readings[turn] = [(text, float(sure)) for _, text, sure in found]
    return best_turn(readings)
