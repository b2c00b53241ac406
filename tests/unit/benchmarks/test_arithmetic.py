"""MACs counted by hand against MACs counted from a graph."""

import numpy as np
from benchmarks.arithmetic import openvino_macs


def test_convolutions_products_and_lstms_are_counted_at_the_shape_given() -> None:
    import openvino
    from openvino import opset13 as op

    image = op.parameter([-1, 3, -1, -1], np.float32)
    convolved = op.convolution(image, op.constant(np.zeros((8, 3, 3, 3), np.float32)), [1, 1], [1, 1], [1, 1], [1, 1])
    steps = op.transpose(op.reduce_mean(convolved, np.array([2])), np.array([0, 2, 1]))
    product = op.matmul(steps, op.constant(np.zeros((5, 8), np.float32)), False, True)
    model = openvino.Model([product], [image], "counted")
    convolution, dense = 2 * 8 * 16 * 24 * 3 * 9, 2 * 24 * 5 * 8
    assert openvino_macs(model, (2, 3, 16, 24)) == convolution + dense


def test_an_lstm_has_four_gates_on_input_and_state() -> None:
    import openvino
    from openvino import opset13 as op

    batch, steps, size, hidden = 2, 7, 6, 4
    given = op.parameter([batch, steps, size], np.float32)
    start = op.constant(np.zeros((batch, 2, hidden), np.float32))
    weights = (op.constant(np.zeros((2, 4 * hidden, inner), np.float32)) for inner in (size, hidden))
    lengths, bias = op.constant(np.full(batch, steps, np.int32)), op.constant(np.zeros((2, 4 * hidden), np.float32))
    found = op.lstm_sequence(given, start, start, lengths, *weights, bias, hidden, "bidirectional")
    model = openvino.Model([found.output(0)], [given], "lstm")
    assert openvino_macs(model, (batch, steps, size)) == batch * 2 * steps * hidden * 4 * (size + hidden)
