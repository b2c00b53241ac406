"""EasyOCR's second-generation recogniser (VGG, two bidirectional LSTMs, CTC) as an OpenVINO model built from its weights."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from doctray.ocr.easyocr_weights import StateDict
from doctray.ocr.eight_bits import Range, kernel, rounded

HEIGHT = 64
"""Pixels: what every crop is scaled to; the network was trained on nothing else."""

STEP_PX = 4
"""Pixels of width that one CTC step moves on by: two poolings halve the width."""

_BATCH_NORM_EPSILON = 1e-5


def crnn_model(weights: StateDict, ranges: Mapping[str, Range] | None = None, *, taps: dict[str, Any] | None = None) -> Any:
    """An `openvino.Model`: N x 64 x W uint8 grey to N x (W/4 - 1) x characters float32, scores before the softmax.

    ranges: least and largest value that comes out of each convolution; those named are handed on in 8 bits, and what takes nothing else is
    computed in 8 bits. taps: is given the node that comes out of each. Raises KeyError when the weights are those of another network.
    """
    import openvino
    from openvino import opset13 as op

    net = _Builder(op, weights, ranges or {}, taps if taps is not None else {})
    grey = op.parameter([-1, HEIGHT, -1], np.uint8, name="grey")
    # torchvision's ToTensor, then (x - 0.5) / 0.5, as easyocr.recognition.NormalizePAD does.
    x = op.subtract(op.divide(op.convert(grey, np.float32), np.float32(127.5)), np.float32(1))
    x = op.unsqueeze(x, np.array(1))
    x = net.pool(net.conv(x, "0", None), (2, 2))
    x = net.pool(net.conv(x, "3", None), (2, 2))
    x = net.conv(net.conv(x, "6", None), "8", None)
    x = net.conv(net.pool(x, (2, 1)), "11", "12")
    x = net.conv(x, "14", "15")
    x = net.conv(net.pool(x, (2, 1)), "18", None, padding=0)
    # AdaptiveAvgPool2d((None, 1)) over what is left of the height; then N x steps x features.
    x = op.transpose(op.reduce_mean(x, np.array([2])), np.array([0, 2, 1]))
    for layer in ("SequenceModeling.0", "SequenceModeling.1"):
        x = net.linear(net.lstm(x, f"{layer}.rnn"), f"{layer}.linear")
    return openvino.Model([net.linear(x, "Prediction")], [grey], "crnn")


class _Builder:
    def __init__(self, op: Any, weights: StateDict, ranges: Mapping[str, Range], taps: dict[str, Any]) -> None:
        self._op = op
        self._weights = weights
        self._ranges = ranges
        self._taps = taps

    def conv(self, x: Any, number: str, norm: str | None, *, padding: int = 1) -> Any:
        prefix = "FeatureExtraction.ConvNet."
        weight = self._weights[f"{prefix}{number}.weight"]
        if norm is None:
            bias = self._weights[f"{prefix}{number}.bias"]
        else:
            gain = self._weights[f"{prefix}{norm}.weight"] / np.sqrt(self._weights[f"{prefix}{norm}.running_var"] + _BATCH_NORM_EPSILON)
            weight = weight * gain[:, None, None, None]
            bias = self._weights[f"{prefix}{norm}.bias"] - self._weights[f"{prefix}{norm}.running_mean"] * gain
        pads = [padding] * 2
        x = self._op.convolution(x, kernel(self._op, weight, x), [1, 1], pads, pads, [1, 1])
        x = self._op.relu(self._op.add(x, bias.astype(np.float32).reshape(1, -1, 1, 1)))
        self._taps[number] = x
        return rounded(self._op, x, self._ranges[number]) if number in self._ranges else x

    def pool(self, x: Any, sides: tuple[int, int]) -> Any:
        return self._op.max_pool(x, list(sides), [1, 1], [0, 0], [0, 0], list(sides)).output(0)

    def linear(self, x: Any, name: str) -> Any:
        weight = self._op.constant(self._weights[f"{name}.weight"])
        return self._op.add(self._op.matmul(x, weight, False, True), self._weights[f"{name}.bias"])

    def lstm(self, x: Any, name: str) -> Any:
        """A bidirectional LSTM over all steps of N x steps x features, both directions' outputs side by side."""
        op = self._op
        hidden = self._weights[f"{name}.weight_hh_l0"].shape[1]
        inputs, recurrent, biases = (np.stack(part) for part in zip(*(self._gates(name, way) for way in ("", "_reverse")), strict=True))
        sizes = op.shape_of(x)
        count = op.gather(sizes, np.array([0]), np.array(0))
        steps = op.gather(sizes, np.array([1]), np.array(0))
        start = op.broadcast(np.float32(0), op.concat([count, np.array([2, hidden])], 0))
        lengths = op.broadcast(steps, count)
        found = op.lstm_sequence(x, start, start, lengths, inputs, recurrent, biases, hidden, "bidirectional")
        # N x 2 x steps x hidden to N x steps x 2 * hidden.
        return op.reshape(op.transpose(found.output(0), np.array([0, 2, 1, 3])), np.array([0, 0, 2 * hidden]), True)

    def _gates(self, name: str, way: str) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Weights of one direction with the gates in OpenVINO's order (forget, input, cell, output); torch's is i, f, c, o."""
        bias = self._weights[f"{name}.bias_ih_l0{way}"] + self._weights[f"{name}.bias_hh_l0{way}"]
        parts = (self._weights[f"{name}.weight_ih_l0{way}"], self._weights[f"{name}.weight_hh_l0{way}"], bias)
        reordered = []
        for part in parts:
            i, f, c, o = np.split(part, 4)
            reordered.append(np.concatenate((f, i, c, o)))
        return reordered[0], reordered[1], reordered[2]
