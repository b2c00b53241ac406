"""Networks in 8 bits, in OpenVINO's notation: values and weights are rounded in the graph, and the CPU plugin computes in bytes between.

Values are rounded where they come out of a stage: what pools, branches and convolves them then moves bytes only. Rounded where they are
used, OpenVINO made a copy in fp32 of every pooled map, which took twice the memory.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Range = tuple[float, float]
"""Least and largest value; what lies beyond is cut off."""


def rounded(op: Any, x: Any, edges: Range) -> Any:
    """The values of x in 256 levels. op: an operator set of OpenVINO."""
    low, high = (np.array(edge, np.float32) for edge in edges)
    return op.fake_quantize(x, low, high, low, high, 256)


def kernel(op: Any, weight: NDArray[np.float32], x: Any) -> Any:
    """The weights (outputs first) of a convolution of x: in 255 levels for each output where x is in 8 bits, else as they are."""
    constant = op.constant(np.ascontiguousarray(weight, np.float32))
    if not _is_rounded(x):
        return constant
    bound = np.abs(weight).max(axis=(1, 2, 3), keepdims=True).astype(np.float32)
    return op.fake_quantize(constant, -bound, bound, -bound, bound, 255)


def _is_rounded(x: Any) -> bool:
    node = x.get_node() if hasattr(x, "get_node") else x
    while node.get_type_name() == "MaxPool":
        node = node.input_value(0).get_node()
    return bool(node.get_type_name() == "FakeQuantize")
