"""PP-OCRv6's recogniser: crops of text lines in, characters with their places and confidences out.

The same weights and preprocessing as RapidOCR's own TextRecognizer, on a better schedule: crops of like width travel together, padded
by some pixels (RapidOCR: to 320 at least, and to the widest of six), in the CPU's fastest precision, and of the output layer,
18,710 characters wide, only the columns that the page's languages can need are computed.

Imports OpenVINO and OpenCV: only engine processes import this module.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from doctray.domain.errors import EngineFailure
from doctray.ocr import ppocr_ranges
from doctray.ocr.batches import batches_alike
from doctray.ocr.eight_bits import in_bytes
from doctray.ocr.ppocr_weights import IDEOGRAPHIC_LANGUAGES, RECOGNIZER, weights_file
from doctray.ocr.runtimes import LAYERS_OF_FEW_SHAPES, Network, Precision, cpu_precisions, openvino_core, openvino_network
from doctray.ocr.second_reader import LineReading

Rgb = NDArray[np.uint8]

# What the network takes: 48 pixels high (its only fixed side), one step of its output for 8 pixels of width.
_HEIGHT_PX = 48
_STEP_PX = 8
# Widths up to the first figure are rounded up to the second, so that pages meet few shapes.
_WIDTH_QUANTA_PX = ((256, 32), (1024, 64))
_WIDEST_QUANTUM_PX = 256
_LEAST_WIDTH_PX = 96
# A line of 200 characters of usual width; what is longer is squeezed into it, as RapidOCR does with what is wider than its batch.
_GREATEST_WIDTH_PX = 4800
# Pixels of width in a batch; activations take some 6 kB a pixel.
_BATCH_WIDTH_PX = 4096
# The reader is not asked about strips so narrow that no letter is in them.
_LEAST_SIDE_PX = 3

_OF_ANOTHER_ALPHABET = "install the version of rapidocr that constraints.txt names, or pack the model with its own dictionary"

_BLANK = 0
# Beyond ASCII and the letters of European languages: quotes, dashes, bullets, signs of currency and trade.
_LATIN_SIGNS = "‘’“”„‚–—•…‰€£™℠°"
_LAST_LATIN_LETTER = "\u024f"


@dataclass(frozen=True, slots=True)
class _OutputLayer:
    """The columns of the network's last layer for some alphabet. weights: 120 x K; bias: K; characters: K, the first one blank."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    characters: tuple[str, ...]

    def only(self, columns: Sequence[int]) -> "_OutputLayer":
        return _OutputLayer(
            np.ascontiguousarray(self.weights[:, columns]),
            np.ascontiguousarray(self.bias[columns]),
            tuple(self.characters[column] for column in columns),
        )


class _Alphabet:
    """An output layer as a network of its own, compiled when it is first asked.

    In numpy it would be two lines, after which OpenBLAS's threads spin for longer than all networks of a page take.
    """

    def __init__(self, layer: _OutputLayer, *, threads: int) -> None:
        self.characters = layer.characters
        self._layer = layer
        self._threads = threads

    def most_likely(self, features: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """For each crop and step the likeliest column and its probability (softmax). features: N x T x 120."""
        found = self._network(features)
        return found[..., 0].astype(np.intp), found[..., 1]

    @cached_property
    def _network(self) -> Network:
        import openvino
        from openvino import opset13 as op

        features = op.parameter([-1, -1, self._layer.weights.shape[0]], np.float32)
        scores = op.add(op.matmul(features, op.constant(self._layer.weights), False, False), self._layer.bias)
        best = op.topk(scores, np.array(1), -1, "max", "none")
        total = op.reduce_sum(op.exp(op.subtract(scores, best.output(0))), np.array([-1]), True)
        # Numbers of columns are whole in float32 too, up to 2 ** 24.
        answer = op.concat([op.convert(best.output(1), np.float32), op.divide(np.float32(1), total)], -1)
        return openvino_network(openvino.Model([answer], [features], "ppocr_alphabet"), precision=Precision.FP32, threads=self._threads)


@dataclass(frozen=True, slots=True, kw_only=True)
class PpocrWeights:
    """An ONNX file of a recogniser of this kind (48 pixels high, CTC) instead of the wheel's. characters: of its classes between the blank
    and the space, all of which can be read whatever the language; None: it says so itself, and languages choose among them."""

    path: Path
    characters: tuple[str, ...] | None = None


class PpocrRecognizer:
    """threads: of inference. precision: None for the CPU's fastest. weights: see `PpocrWeights`. Not to be called from two threads at once.

    Raises EngineFailure when the weights are missing or cannot be loaded.
    """

    def __init__(self, *, threads: int, precision: Precision | None = None, weights: "PpocrWeights | None" = None) -> None:
        own = weights is not None
        precision = precision or cpu_precisions(with_bytes=not own)[0]
        path, characters = (weights.path, weights.characters) if weights is not None else (weights_file(RECOGNIZER), None)
        features, layer = _parts(openvino_core().read_model(path), path.name, characters)
        self._latin_apart = characters is None
        if precision is Precision.INT8:
            try:
                in_bytes(features, ppocr_ranges.RANGES)
            except KeyError as error:
                raise EngineFailure(_other_network(path.name)) from error
        self._every_character = _Alphabet(layer, threads=threads)
        self._latin = _Alphabet(layer.only(_latin_columns(layer.characters)), threads=threads)
        self._network: Network = openvino_network(features, precision=precision, threads=threads, layers_kept=LAYERS_OF_FEW_SHAPES)

    @property
    def backend(self) -> str:
        return self._network.backend

    def release(self) -> None:
        """See `Network`."""
        self._network.release()

    def readable(self, languages: frozenset[str]) -> frozenset[str]:
        """The characters that can come out for these languages."""
        return frozenset("".join(self._alphabet(languages).characters))

    def read(self, crops: Sequence[Rgb], *, languages: frozenset[str] = frozenset(("en",))) -> list[LineReading]:
        """One reading for each crop, in order. crops: lines of upright text without padding, H x W x 3 RGB, of any size.

        languages: decide which characters can be read; see `ppocr_weights.LANGUAGES`. Confidence is the mean of the characters', as
        in RapidOCR; a crop without text reads "" at 0.
        """
        alphabet = self._alphabet(languages)
        readings = [LineReading(text="", confidence=0.0)] * len(crops)
        for members, batch in batches_of(crops, self._network.batch_sizes):
            best, certainty = alphabet.most_likely(self._network(batch))
            for place, member in enumerate(members):
                width = _text_width(crops[member])
                readings[member] = _decoded(best[place], certainty[place], alphabet.characters, width_px=width)
        return readings

    def _alphabet(self, languages: frozenset[str]) -> "_Alphabet":
        return self._latin if self._latin_apart and not languages & IDEOGRAPHIC_LANGUAGES else self._every_character


def batches_of(crops: Sequence[Rgb], sizes: Sequence[int]) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
    """The crops as the network takes them, N x 3 x 48 x W, each batch with the numbers of its crops; those that can hold no letter are in
    none. sizes: see `batches_alike`."""
    for members, width in batches_alike([_padded(_text_width(crop)) for crop in crops], sizes=sizes, most_px=_BATCH_WIDTH_PX):
        batch = np.zeros((len(members), 3, _HEIGHT_PX, width), np.float32)
        for room, member in zip(batch, members, strict=True):
            _put(crops[member], room)
        yield members, batch


def features_of(core: Any) -> Any:
    """The network up to its last layer, as an `openvino.Model` of N x 3 x 48 x W to N x W/8 x 120. Raises EngineFailure."""
    return _parts(core.read_model(weights_file(RECOGNIZER)), RECOGNIZER, None)[0]


def _parts(model: Any, file: str, characters: Sequence[str] | None) -> tuple[Any, _OutputLayer]:
    """The network up to its last layer, and that layer. characters: None: those of the ONNX file's metadata.

    The layer is computed apart, in fp32: fewer bits have no room between 0.99 and 1 for confidences.
    """
    import openvino
    from openvino import opset13

    try:
        matmul = [node for node in model.get_ordered_ops() if node.get_type_name() == "MatMul"][-1]
        addition = next(iter(matmul.output(0).get_target_inputs())).get_node()
        weights = np.array(matmul.input_value(1).get_node().data, np.float32)
        bias = np.array(addition.input_value(1).get_node().data, np.float32)
        # CTC's blank comes before the characters of the file, a space after them (rapidocr.ch_ppocr_rec.utils).
        told = model.get_rt_info()["framework"]["character"].value.splitlines() if characters is None else characters
        every = ("", *told, " ")
        bias = bias.reshape(-1)
    except (AttributeError, IndexError, KeyError, RuntimeError, StopIteration) as error:
        raise EngineFailure(_other_network(file)) from error
    if weights.shape[1:] != bias.shape or bias.shape != (len(every),):
        raise EngineFailure(f"{file} has {bias.size} outputs for {len(every)} characters; {_OF_ANOTHER_ALPHABET}")
    features = openvino.Model([opset13.result(matmul.input_value(0))], model.get_parameters(), "ppocr_features")
    return features, _OutputLayer(weights, bias, every)


def _other_network(file: str) -> str:
    return f"{file} is not the network that was expected; {_OF_ANOTHER_ALPHABET}"


def _latin_columns(characters: Sequence[str]) -> list[int]:
    readable = (number for number, char in enumerate(characters) if char and (char <= _LAST_LATIN_LETTER or char in _LATIN_SIGNS))
    return [_BLANK, *readable]


def _text_width(crop: Rgb) -> int:
    """Pixels of width at the network's height; 0 for what cannot hold a letter."""
    height, width = int(crop.shape[0]), int(crop.shape[1])
    if min(height, width) < _LEAST_SIDE_PX:
        return 0
    return min(_GREATEST_WIDTH_PX, math.ceil(_HEIGHT_PX * width / height))


def _padded(width: int) -> int:
    """The width that a crop is padded to, one of few; 0 for none."""
    if not width:
        return 0
    quantum = next((quantum for end, quantum in _WIDTH_QUANTA_PX if width <= end), _WIDEST_QUANTUM_PX)
    return max(_LEAST_WIDTH_PX, math.ceil(width / quantum) * quantum)


def _put(crop: Rgb, room: NDArray[np.float32]) -> None:
    """Scale a crop into its 3 x 48 x W place, values -1..1 in B, G, R order as RapidOCR feeds them, zeros right of it."""
    width = _text_width(crop)
    scaled = cv2.resize(crop, (width, _HEIGHT_PX), interpolation=cv2.INTER_LINEAR)
    room[:, :, :width] = scaled[:, :, ::-1].transpose(2, 0, 1)
    room[:, :, :width] /= 127.5
    room[:, :, :width] -= 1.0


def _decoded(best: NDArray[np.intp], certainty: NDArray[np.float32], characters: Sequence[str], *, width_px: int) -> LineReading:
    """Greedy CTC: a run of equal steps is one character, as sure as its first step; blanks are none (rapidocr.ch_ppocr_rec.utils)."""
    starts = np.flatnonzero(np.concatenate(([True], best[1:] != best[:-1])))
    ends = np.append(starts[1:], len(best))
    runs = [(int(start), int(end)) for start, end in zip(starts, ends, strict=True) if best[start] != _BLANK]
    if not runs:
        return LineReading(text="", confidence=0.0)
    text = "".join(characters[best[start]] for start, _ in runs)
    certainties = tuple(float(certainty[start]) for start, _ in runs)
    centres = [(start + end) / 2 * _STEP_PX / width_px for start, end in runs]
    return LineReading(text=text, confidence=sum(certainties) / len(certainties), spans=_spans(centres), certainties=certainties)


def _spans(centres: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """Characters meet halfway between their centres; the first begins and the last ends with the crop, which was cut out tightly."""
    inner = [min(1.0, (one + other) / 2) for one, other in pairwise(centres)]
    edges = [0.0, *inner, 1.0]
    return tuple(pairwise(edges))
