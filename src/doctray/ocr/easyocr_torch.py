"""EasyOCR's networks on torch: on a GPU, and on a CPU where OpenVINO is not the quicker one. Imports torch and easyocr."""

import threading
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn.utils.fusion import fuse_conv_bn_eval

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

    def __init__(self, net: Any) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("middle", torch.tensor(127.5))

    def forward(self, grey: torch.Tensor) -> torch.Tensor:
        """As EasyOCR's `Model.forward`, whose LSTMs lay their weights out anew in each call: under another thread's feet on a GPU."""
        net = self.net
        features = net.FeatureExtraction(grey.unsqueeze(1).to(self.middle.dtype) / self.middle - 1)
        steps = net.AdaptiveAvgPool(features.permute(0, 3, 1, 2)).squeeze(3)
        for layer in net.SequenceModeling:
            steps = layer.linear(layer.rnn(steps)[0])
        scores: torch.Tensor = net.Prediction(steps.contiguous())
        return scores


def craft_module(path: Path) -> torch.nn.Module:
    """CRAFT from its released file: N x H x W x 3 uint8 to N x H/2 x W/2 x 2."""
    from easyocr.craft import CRAFT

    return _CraftModule(_folded(_loaded(CRAFT(), read_state_dict(path))))


def crnn_module(path: Path, *, classes: int) -> torch.nn.Module:
    """A recogniser of the second generation: N x 64 x W uint8 to N x steps x classes."""
    from easyocr.model.vgg_model import Model

    return _CrnnModule(_folded(_loaded(Model(num_class=classes, **RECOGNISER_SIZES), read_state_dict(path))))


def _loaded(net: Any, weights: StateDict) -> Any:
    net.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    return net.eval()


def _folded(net: Any) -> Any:
    """Batch norms taken into the convolutions before them: the same but for rounding, and a pass over each map less."""
    for stage in net.modules():
        if isinstance(stage, torch.nn.Sequential):
            for place, (conv, norm) in enumerate(pairwise(list(stage))):
                if isinstance(conv, torch.nn.Conv2d) and isinstance(norm, torch.nn.BatchNorm2d):
                    stage[place], stage[place + 1] = fuse_conv_bn_eval(conv, norm), torch.nn.Identity()
    return net


def stock_readers(*, device: str, models_dir: Path | None, threads: int) -> StockReaders:
    torch.set_num_threads(threads)
    return StockReaders(device=device, models_dir=models_dir)


class StockLineReader:
    """`LineReader` over an `easyocr.Reader`: for the networks of its first generation. One thread at a time reads."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self._turn = threading.Lock()

    def read(self, crops: Sequence[Grey]) -> list[LineReading]:
        with self._turn:
            return [self._reading(np.ascontiguousarray(crop)) for crop in crops]

    def release(self) -> None:
        """Nothing: torch's allocators serve all networks of the process."""

    def _reading(self, crop: Grey) -> LineReading:
        height, width = crop.shape
        ((_, text, confidence),) = self._reader.recognize(crop, [[0, width, 0, height]], [], reformat=False)
        return LineReading(text=text, confidence=float(confidence))
