"""Loads EasyOCR's networks on the backend that suits the device."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from doctray.domain.errors import EngineFailure
from doctray.ocr import craft_ranges, crnn_ranges
from doctray.ocr.craft_detector import PageBatches
from doctray.ocr.craft_graph import craft_model
from doctray.ocr.crnn_graph import crnn_model
from doctray.ocr.crnn_reader import CrnnReader
from doctray.ocr.devices import CPU
from doctray.ocr.easyocr_models import detector_weights, model_characters, recogniser_model, recogniser_weights
from doctray.ocr.easyocr_weights import read_state_dict
from doctray.ocr.models import EngineModel
from doctray.ocr.runtimes import LAYERS_OF_FEW_SHAPES, Backend, Network, Precision, openvino_network
from doctray.ocr.second_reader import LineReading

if TYPE_CHECKING:
    from doctray.ocr.crnn_crops import Grey


# CRAFT in 16 bits: two maps of 64 channels in the input's size, and as much again for what convolutions lay aside. Of the GPU's memory the
# detector gets half: recognition, on several streams, has the rest.
_DETECTOR_BYTES_A_PX, _DETECTORS_SHARE = 600, 0.5
_MOST_PAGE_PX = 16_000_000


class LineReader(Protocol):
    def read(self, crops: "Sequence[Grey]") -> list[LineReading]:
        """One reading for each crop (grey, upright, of any size), in order."""
        ...

    def release(self) -> None:
        """Give back the memory that only a page needs."""
        ...


class Networks:
    """backend: what computes them. device: "cpu" or "cuda". models_dir: an operator's EasyOCR weights for languages other than English.

    model: whose files are used instead of EasyOCR's, checked before they are. They are computed in 8 bits only where EasyOCR's own are,
    whose ranges are known.
    """

    def __init__(self, *, backend: Backend, device: str, models_dir: Path | None, threads: int, model: EngineModel | None = None) -> None:
        self._backend = backend
        self._device = device
        self._models_dir = models_dir
        self._threads = threads
        self._model = model
        self._stock: Any = None

    @property
    def backend(self) -> str:
        return self._backend.name

    @property
    def side_by_side(self) -> bool:
        """Whether several threads may use them at once, as they may on a GPU."""
        return self._backend.runtime == "cuda"

    def pages_together(self) -> PageBatches | None:
        """How the detector is to see pages; None: one by one. Ask when it is loaded: what is left of the GPU's memory decides."""
        if not self.side_by_side:
            return None
        if self._device == CPU:
            return PageBatches()
        from doctray.ocr.torch_network import gpu_memory_bytes

        return PageBatches(most_px=min(_MOST_PAGE_PX, int(gpu_memory_bytes() * _DETECTORS_SHARE / _DETECTOR_BYTES_A_PX)))

    def detector(self) -> Network:
        """CRAFT: N x H x W x 3 uint8 to N x H/2 x W/2 x 2. Raises EngineFailure."""
        own = self._model is not None and self._model.has("detector")
        path = self._model.checked_file("detector") if self._model is not None and own else detector_weights()
        if self._backend.runtime == "openvino":
            ranges = craft_ranges.RANGES if self._backend.precision is Precision.INT8 and not own else None
            with _network_expected(path):
                graph = craft_model(read_state_dict(path), ranges)
            return openvino_network(graph, precision=self._backend.precision, threads=self._threads)
        from doctray.ocr.easyocr_torch import craft_module
        from doctray.ocr.torch_network import torch_network

        return torch_network(craft_module(path), backend=self._backend, device=self._device, threads=self._threads)

    def line_reader(self, languages: tuple[str, ...]) -> LineReader:
        """The recogniser for a set of languages. Raises InvalidOption (see `easyocr_models`, `EngineModel`) or EngineFailure."""
        if self._model is not None:
            self._model.check_languages(languages)
            if self._model.has("recognizer"):
                path = self._model.checked_file("recognizer")
                return self._second_generation(path, model_characters(self._model, path), ignored=(), in_bytes=False)
        model = recogniser_model(languages)
        path = recogniser_weights(model, languages, self._models_dir)
        if not model.second_generation:
            return self._stock_reader(languages)
        return self._second_generation(path, model.characters, ignored=model.ignored, in_bytes=model.file == crnn_ranges.FILE)

    def _second_generation(self, path: Path, characters: str, *, ignored: Sequence[int], in_bytes: bool) -> LineReader:
        """in_bytes: whether its ranges are known."""
        if self._backend.runtime == "openvino":
            with _network_expected(path):
                ranges = crnn_ranges.RANGES if in_bytes and self._backend.precision is Precision.INT8 else None
                graph = crnn_model(read_state_dict(path), ranges)
            network: Network = openvino_network(
                graph, precision=self._backend.precision, threads=self._threads, layers_kept=LAYERS_OF_FEW_SHAPES
            )
        else:
            from doctray.ocr.easyocr_torch import crnn_module
            from doctray.ocr.torch_network import torch_network

            module = crnn_module(path, classes=len(characters) + 1)
            network = torch_network(module, backend=self._backend, device=self._device, threads=self._threads)
        return CrnnReader(network, characters=characters, ignored=ignored)

    def _stock_reader(self, languages: tuple[str, ...]) -> LineReader:
        """EasyOCR's own recogniser: those of the first generation are other networks."""
        from doctray.ocr.easyocr_torch import StockLineReader, stock_readers

        if self._stock is None:
            self._stock = stock_readers(device=self._device, models_dir=self._models_dir, threads=self._threads)
        return StockLineReader(self._stock.reader(languages))


@contextmanager
def _network_expected(path: Path) -> Iterator[None]:
    try:
        yield
    except (KeyError, ValueError) as error:
        raise EngineFailure(f"{path.name} cannot be used: it does not hold EasyOCR's network") from error
