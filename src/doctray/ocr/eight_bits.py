"""Networks in 8 bits, in OpenVINO's notation: values and weights are rounded in the graph, and the CPU plugin computes in bytes between.

Values are rounded where they come out of a stage: what pools, branches and convolves them then moves bytes only. Rounded where they are
used, OpenVINO made a copy in fp32 of every pooled map, which took twice the memory.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Range = tuple[float, float]
"""Least and largest value; what lies beyond is cut off."""

# Of an output without weights: a range needs a width.
_LEAST_BOUND = 1e-12


def rounded(op: Any, x: Any, edges: Range) -> Any:
    """The values of x in 256 levels. op: an operator set of OpenVINO."""
    low, high = (np.array(edge, np.float32) for edge in edges)
    return op.fake_quantize(x, low, high, low, high, 256)


def kernel(op: Any, weight: NDArray[np.float32], x: Any) -> Any:
    """The weights (outputs first) of a convolution of x: in 255 levels for each output where x is in 8 bits, else as they are."""
    constant = op.constant(np.ascontiguousarray(weight, np.float32))
    if not _is_rounded(x):
        return constant
    bound = np.maximum(np.abs(weight).max(axis=(1, 2, 3), keepdims=True), _LEAST_BOUND).astype(np.float32)
    return op.fake_quantize(constant, -bound, bound, -bound, bound, 255)


def in_bytes(model: Any, ranges: Mapping[str, Range]) -> None:
    """Have convolutions of a loaded `openvino.Model` computed in 8 bits, in place: those named, each with the range of what it convolves.

    Raises KeyError, which names them, when the model has no such convolutions.
    """
    from openvino import opset13 as op

    handed_on: dict[str, Any] = {}
    missing = set(ranges)
    for convolution, source in convolutions(model):
        name = convolution.get_friendly_name()
        if name not in ranges:
            continue
        missing.remove(name)
        # What several convolutions share is rounded once.
        at = source.get_node().get_friendly_name()
        if at not in handed_on:
            handed_on[at] = rounded(op, source, _on_grid(ranges[name]))
        x = handed_on[at]
        weight = np.array(convolution.input_value(1).get_node().data, np.float32)
        convolution.input(0).replace_source_output(x.output(0))
        convolution.input(1).replace_source_output(kernel(op, weight, x).output(0))
    if missing:
        raise KeyError(", ".join(sorted(missing)))
    model.validate_nodes_and_infer_types()


def convolutions(model: Any) -> Iterator[tuple[Any, Any]]:
    """The model's convolutions by constant weights, grouped ones left out, each with the value that it convolves."""
    for node in model.get_ordered_ops():
        if node.get_type_name() == "Convolution" and node.input_value(1).get_node().get_type_name() == "Constant":
            source = node.input_value(0)
            while source.get_node().get_type_name() == "Identity":
                source = source.get_node().input_value(0)
            yield node, source


def _on_grid(edges: Range) -> Range:
    """The range moved so that 0 is one of its 256 levels: padding is 0, and must stay so."""
    low, high = min(edges[0], 0.0), max(edges[1], 0.0)
    step = (high - low) / 255
    low = -round(-low / step) * step
    return low, low + 255 * step


def _is_rounded(x: Any) -> bool:
    node = x.get_node() if hasattr(x, "get_node") else x
    while node.get_type_name() == "MaxPool":
        node = node.input_value(0).get_node()
    return bool(node.get_type_name() == "FakeQuantize")
