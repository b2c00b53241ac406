"""CRAFT, EasyOCR's text detector, as an OpenVINO model built from its weights: no torch, no export.

The arithmetic is EasyOCR's, in another order where that is exact but for rounding: normalisation happens inside, batch norms are folded
into the convolutions before them, and the 1x1 convolution of an upsampled and a skipped map is taken of each alone and summed, since
it commutes with bilinear upsampling.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from doctray.ocr.easyocr_weights import StateDict
from doctray.ocr.eight_bits import Range, kernel, rounded

# ImageNet's, as easyocr.imgproc.normalizeMeanVariance has them.
MEAN = np.array((0.485, 0.456, 0.406), np.float32) * 255
DEVIATION = np.array((0.229, 0.224, 0.225), np.float32) * 255
# Both sides of an input are multiples of this, and so is what the network sees of the page at its coarsest.
STRIDE = 32
# Maps come out at half the input's size.
SCALE = 2
_BATCH_NORM_EPSILON = 1e-5

# VGG-16's convolutions by the names that torchvision numbers them with; "pool" halves.
_TRUNK: Sequence[tuple[str, ...]] = (
    ("slice1.0", "slice1.3", "pool", "slice1.7", "slice1.10"),
    ("pool", "slice2.14", "slice2.17"),
    ("slice3.20", "pool", "slice3.24", "slice3.27"),
    ("slice4.30", "pool", "slice4.34", "slice4.37"),
)


def craft_model(weights: StateDict, ranges: Mapping[str, Range] | None = None, *, taps: dict[str, Any] | None = None) -> Any:
    """An `openvino.Model`: N x H x W x 3 uint8 RGB to N x H/2 x W/2 x 2 float32, region score and link score.

    ranges: least and largest value that comes out of each stage; those named are handed on in 8 bits, and what takes nothing else is
    computed in 8 bits. taps: is given the node that comes out of each stage, by name. Raises KeyError when weights are missing.
    """
    import openvino
    from openvino import opset13 as op

    net = _Builder(op, weights, ranges or {}, taps if taps is not None else {})
    image = op.parameter([-1, -1, -1, 3], np.uint8, name="image")
    colour = op.divide(op.subtract(op.convert(image, np.float32), MEAN), DEVIATION)
    x = net.handed_on(op.transpose(colour, np.array([0, 3, 1, 2], np.int64)), "image")
    skipped = []
    for number, stage in enumerate(_TRUNK, start=1):
        for step in stage:
            if step == "pool":
                x = net.pool(x, side=2, stride=2, padding=0)
            else:
                index = int(step.partition(".")[2])
                # The skips are taken after the ReLU, which torchvision does in place; the last stage has none at its end.
                x = net.conv(x, f"basenet.{step}", f"basenet.slice{number}.{index + 1}", padding=1, relu=step != "slice4.37")
        skipped.append(x)
    x = net.pool(x, side=3, stride=1, padding=1)
    x = net.conv(x, "basenet.slice5.1", None, padding=6, dilation=6, relu=False)
    x = net.conv(x, "basenet.slice5.2", None, relu=False)
    for number, skip in enumerate(reversed(skipped), start=1):
        x = net.merged(x, skip, f"upconv{number}.conv.0", f"upconv{number}.conv.1", upsampled=number > 1)
        x = net.conv(x, f"upconv{number}.conv.3", f"upconv{number}.conv.4", padding=1, relu=True)
    for name, padding in (("conv_cls.0", 1), ("conv_cls.2", 1), ("conv_cls.4", 1), ("conv_cls.6", 0)):
        x = net.conv(x, name, None, padding=padding, relu=True)
    x = net.conv(x, "conv_cls.8", None, relu=False)
    scores = op.transpose(x, np.array([0, 2, 3, 1], np.int64))
    return openvino.Model([scores], [image], "craft")


class _Builder:
    def __init__(self, op: Any, weights: StateDict, ranges: Mapping[str, Range], taps: dict[str, Any]) -> None:
        self._op = op
        self._weights = weights
        self._ranges = ranges
        self._taps = taps

    def handed_on(self, x: Any, name: str) -> Any:
        """The output of a stage, in 8 bits where its range is known."""
        self._taps[name] = x
        return rounded(self._op, x, self._ranges[name]) if name in self._ranges else x

    def conv(self, x: Any, name: str, norm: str | None, *, padding: int = 0, dilation: int = 1, relu: bool) -> Any:
        weight, bias = self._folded(name, norm)
        x = self._op.add(self._convolved(x, weight, padding=padding, dilation=dilation), bias.reshape(1, -1, 1, 1))
        return self.handed_on(self._op.relu(x) if relu else x, name)

    def pool(self, x: Any, *, side: int, stride: int, padding: int) -> Any:
        pads, sides = [padding] * 2, [side] * 2
        return self._op.max_pool(x, [stride] * 2, [1, 1], pads, pads, sides).output(0)

    def merged(self, below: Any, skip: Any, name: str, norm: str, *, upsampled: bool) -> Any:
        """ReLU of the 1x1 convolution of the map from below, brought to the skip's size, and the skip."""
        op = self._op
        weight, bias = self._folded(name, norm)
        split = weight.shape[1] - int(skip.get_output_partial_shape(0)[1].get_length())
        lower = self._convolved(below, weight[:, :split], padding=0, dilation=1)
        if upsampled:
            height_width = op.gather(op.shape_of(skip), np.array([2, 3]), np.array(0))
            lower = op.interpolate(
                lower,
                height_width,
                "linear_onnx",
                "sizes",
                axes=np.array([2, 3]),
                coordinate_transformation_mode="half_pixel",
            )
        upper = self._convolved(skip, weight[:, split:], padding=0, dilation=1)
        return self.handed_on(op.relu(op.add(op.add(upper, bias.reshape(1, -1, 1, 1)), lower)), name)

    def _folded(self, name: str, norm: str | None) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Weight and bias with the batch norm taken into them."""
        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        if norm is None:
            return weight, bias
        gain = self._weights[f"{norm}.weight"] / np.sqrt(self._weights[f"{norm}.running_var"] + _BATCH_NORM_EPSILON)
        shift = self._weights[f"{norm}.bias"] - self._weights[f"{norm}.running_mean"] * gain
        return (weight * gain[:, None, None, None]).astype(np.float32), (bias * gain + shift).astype(np.float32)

    def _convolved(self, x: Any, weight: NDArray[np.float32], *, padding: int, dilation: int) -> Any:
        pads = [padding] * 2
        return self._op.convolution(x, kernel(self._op, weight, x), [1, 1], pads, pads, [dilation] * 2)
