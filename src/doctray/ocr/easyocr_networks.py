"""Loads EasyOCR's networks on the backend that suits the device."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from doctray.domain.errors import EngineFailure
from doctray.ocr import craft_ranges, crnn_ranges
from doctray.ocr.craft_graph import craft_model
from doctray.ocr.crnn_graph import crnn_model
from doctray.ocr.crnn_reader import CrnnReader
from doctray.ocr.easyocr_models import detector_weights, recogniser_model, recogniser_weights
from doctray.ocr.easyocr_weights import read_state_dict
from doctray.ocr.runtimes import LAYERS_OF_FEW_SHAPES, Backend, Network, Precision, openvino_network, torch_network
from doctray.ocr.second_reader import LineReading

if TYPE_CHECKING:
    from doctray.ocr.crnn_crops import Grey


class LineReader(Protocol):
    def read(self, crops: "Sequence[Grey]") -> list[LineReading]:
        """One reading for each crop (grey, upright, of any size), in order."""
        ...


class Networks:
    """backend: what computes them. device: "cpu" or "cuda". models_dir: an operator's EasyOCR weights for languages other than English."""

    def __init__(self, *, backend: Backend, device: str, models_dir: Path | None, threads: int) -> None:
        self._backend = backend
        self._device = device
        self._models_dir = models_dir
        self._threads = threads
        self._stock: Any = None

    @property
    def backend(self) -> str:
        return self._backend.name

    def detector(self) -> Network:
        """CRAFT: N x H x W x 3 uint8 to N x H/2 x W/2 x 2. Raises EngineFailure."""
        path = detector_weights()
        if self._backend.runtime == "openvino":
            ranges = craft_ranges.RANGES if self._backend.precision is Precision.INT8 else None
            return openvino_network(craft_model(read_state_dict(path), ranges), precision=self._backend.precision, threads=self._threads)
        from doctray.ocr.easyocr_torch import craft_module

        return torch_network(craft_module(path), backend=self._backend, device=self._device, threads=self._threads)

    def line_reader(self, languages: tuple[str, ...]) -> LineReader:
        """The recogniser for a set of languages. Raises InvalidOption (see `easyocr_models`) or EngineFailure."""
        model = recogniser_model(languages)
        path = recogniser_weights(model, languages, self._models_dir)
        if not model.second_generation:
            return self._stock_reader(languages)
        if self._backend.runtime == "openvino":
            try:
                in_bytes = self._backend.precision is Precision.INT8 and model.file == crnn_ranges.FILE
                graph = crnn_model(read_state_dict(path), crnn_ranges.RANGES if in_bytes else None)
            except (KeyError, ValueError) as error:
                raise EngineFailure(f"{path.name} cannot be used: it does not hold EasyOCR's network") from error
            network: Network = openvino_network(
                graph, precision=self._backend.precision, threads=self._threads, layers_kept=LAYERS_OF_FEW_SHAPES
            )
        else:
            from doctray.ocr.easyocr_torch import crnn_module

            module = crnn_module(path, classes=len(model.characters) + 1)
            network = torch_network(module, backend=self._backend, device=self._device, threads=self._threads)
        return CrnnReader(network, characters=model.characters, ignored=model.ignored)

    def _stock_reader(self, languages: tuple[str, ...]) -> LineReader:
        """EasyOCR's own recogniser: those of the first generation are other networks."""
        from doctray.ocr.easyocr_torch import StockLineReader, stock_readers

        if self._stock is None:
            self._stock = stock_readers(device=self._device, models_dir=self._models_dir, threads=self._threads)
        return StockLineReader(self._stock.reader(languages))
