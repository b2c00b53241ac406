"""EasyOCR's networks on torch: on a GPU, and on a CPU where OpenVINO is not the quicker one. Imports torch and easyocr."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from doctray.ocr.craft_graph import DEVIATION, MEAN
from doctray.ocr.crnn_crops import Grey
from doctray.ocr.easyocr_stock import RECOGNISER_SIZES, StockReaders
from doctray.ocr.easyocr_weights import StateDict, read_state_dict
from doctray.ocr.second_reader import LineReading


class _CraftModule(torch.nn.Module):
    """uint8 in the order of the page, as the OpenVINO model takes it: a quarter of the bytes to a GPU."""

    mean: torch.Tensor
    deviation: torch.Tensor

    def __init__(self, net: torch.nn.Module) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("mean", torch.from_numpy(MEAN).reshape(1, 3, 1, 1))
        self.register_buffer("deviation", torch.from_numpy(DEVIATION).reshape(1, 3, 1, 1))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        pixels = image.permute(0, 3, 1, 2).to(self.mean.dtype)
        scores: torch.Tensor = self.net((pixels - self.mean) / self.deviation)[0]
        return scores


class _CrnnModule(torch.nn.Module):
    middle: torch.Tensor

    def __init__(self, net: torch.nn.Module) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("middle", torch.tensor(127.5))

    def forward(self, grey: torch.Tensor) -> torch.Tensor:
        pixels = grey.unsqueeze(1).to(self.middle.dtype) / self.middle - 1
        scores: torch.Tensor = self.net(pixels, None)
        return scores


def craft_module(path: Path) -> torch.nn.Module:
    """CRAFT from its released file: N x H x W x 3 uint8 to N x H/2 x W/2 x 2."""
    from easyocr.craft import CRAFT

    return _CraftModule(_loaded(CRAFT(), read_state_dict(path)))


def crnn_module(path: Path, *, classes: int) -> torch.nn.Module:
    """A recogniser of the second generation: N x 64 x W uint8 to N x steps x classes."""
    from easyocr.model.vgg_model import Model

    return _CrnnModule(_loaded(Model(num_class=classes, **RECOGNISER_SIZES), read_state_dict(path)))


def _loaded(net: Any, weights: StateDict) -> Any:
    net.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    return net.eval()


def stock_readers(*, device: str, models_dir: Path | None, threads: int) -> StockReaders:
    torch.set_num_threads(threads)
    return StockReaders(device=device, models_dir=models_dir)


class StockLineReader:
    """`LineReader` over an `easyocr.Reader`: for the networks of its first generation."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def read(self, crops: Sequence[Grey]) -> list[LineReading]:
        return [self._reading(np.ascontiguousarray(crop)) for crop in crops]

    def release(self) -> None:
        """Nothing: torch's allocators serve all networks of the process."""

    def _reading(self, crop: Grey) -> LineReading:
        height, width = crop.shape
        ((_, text, confidence),) = self._reader.recognize(crop, [[0, width, 0, height]], [], reformat=False)
        return LineReading(text=text, confidence=float(confidence))
