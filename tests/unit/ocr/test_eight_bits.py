"""Networks in 8 bits on OpenVINO: what is rounded, and what stays as it is."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from doctray.ocr.devices import cpu_multiplies_bytes
from doctray.ocr.eight_bits import convolutions, in_bytes
from doctray.ocr.runtimes import Precision, openvino_network

openvino = pytest.importorskip("openvino")

RNG = np.random.default_rng(4)
WEIGHTS = RNG.standard_normal((8, 3, 1, 1)).astype(np.float32)
PICTURE = RNG.uniform(-1, 3, (1, 3, 16, 16)).astype(np.float32)


def model() -> Any:
    op = openvino.opset13
    picture = op.parameter([1, 3, -1, -1], np.float32)
    one = op.convolution(picture, op.constant(WEIGHTS), [1, 1], [0, 0], [0, 0], [1, 1], name="one")
    other = op.convolution(picture, op.constant(-WEIGHTS), [1, 1], [0, 0], [0, 0], [1, 1], name="other")
    return openvino.Model([op.concat([one, other], 1)], [picture], "two convolutions")


def run(of: Any, precision: Precision) -> NDArray[np.float32]:
    return openvino_network(of, precision=precision, threads=1)(PICTURE)


def test_what_is_named_is_computed_in_8_bits_and_comes_out_nearly_the_same() -> None:
    if not cpu_multiplies_bytes():
        pytest.skip("this CPU has no dot products of bytes")
    rounded = model()
    in_bytes(rounded, {"one": (-1.0, 3.0), "other": (-1.0, 3.0)})
    exact, found = run(model(), Precision.FP32), run(rounded, Precision.INT8)
    assert not np.array_equal(exact, found)
    assert np.abs(exact - found).max() < 0.02 * np.abs(exact).max()


def test_what_several_convolutions_share_is_rounded_once() -> None:
    rounded = model()
    in_bytes(rounded, {"one": (-1.0, 3.0), "other": (-1.0, 3.0)})
    inputs = {node.input_value(0).get_node().get_friendly_name() for node, _ in convolutions_of(rounded)}
    assert len(inputs) == 1


def test_what_is_not_named_stays_as_it_is() -> None:
    rounded = model()
    in_bytes(rounded, {"one": (-1.0, 3.0)})
    assert [node.get_friendly_name() for node, _ in convolutions(rounded)] == ["other"]


def test_another_network_is_refused_by_the_names_that_it_lacks() -> None:
    with pytest.raises(KeyError, match="third"):
        in_bytes(model(), {"one": (-1.0, 3.0), "third": (0.0, 1.0)})


def convolutions_of(of: Any) -> list[Any]:
    return [(node, None) for node in of.get_ordered_ops() if node.get_type_name() == "Convolution"]
