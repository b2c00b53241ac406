"""Counts what networks compute while a reader reads: multiplications with additions (MACs), by the shapes that are really met.

Convolutions, matrix products and LSTMs count; all else (pooling, resampling, activations) is under 1 % of these networks' work. Padding
that a convolution multiplies counts, as it does in FLOP counts everywhere. Watch before the reader is made.
"""

import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from unittest import mock


@dataclass(slots=True)
class Work:
    """By network. seconds: of wall time inside it. shapes: of its inputs, each with how often it was met."""

    macs: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    shapes: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))

    def add(self, network: str, *, macs: float, seconds: float, shape: Sequence[int]) -> None:
        self.macs[network] += macs
        self.seconds[network] += seconds
        self.shapes[network]["x".join(map(str, shape))] += 1

    def clear(self) -> None:
        for kept in (self.macs, self.seconds, self.shapes):
            kept.clear()

    def as_json(self) -> dict[str, Any]:
        return {"macs": dict(self.macs), "seconds": dict(self.seconds), "shapes": {name: dict(met) for name, met in self.shapes.items()}}


@contextmanager
def watched_openvino() -> Iterator[Work]:
    """Of every network that `doctray.ocr.runtimes` compiles and runs on OpenVINO."""
    import openvino

    from doctray.ocr.runtimes import OpenVinoNetwork

    work, models = Work(), {}
    compile_model, call = openvino.Core.compile_model, OpenVinoNetwork.__call__

    def compiled(core: Any, model: Any, *args: Any, **options: Any) -> Any:
        done = compile_model(core, model, *args, **options)
        models[id(done)] = (model.get_friendly_name(), model.clone(), done)
        return done

    def called(network: Any, batch: Any) -> Any:
        started = time.perf_counter()
        found = call(network, batch)
        seconds = time.perf_counter() - started
        name, model, _ = models[id(network._compiled)]
        work.add(name, macs=openvino_macs(model, batch.shape), seconds=seconds, shape=batch.shape)
        return found

    with mock.patch.object(openvino.Core, "compile_model", compiled), mock.patch.object(OpenVinoNetwork, "__call__", called):
        yield work


def watch_torch(modules: dict[str, Any], work: Work) -> None:
    """Add what torch modules, by name, do from now on."""
    for name, module in modules.items():
        _watch_module(name, module, work)


def openvino_macs(model: Any, shape: Sequence[int]) -> float:
    """Of one call of an `openvino.Model` of one input, at that shape; remembered by it."""
    known: dict[tuple[str, tuple[int, ...]], float] = openvino_macs.__dict__.setdefault("known", {})
    key = (model.get_friendly_name(), tuple(shape))
    if key not in known:
        model.reshape(list(shape))
        known[key] = float(sum(_openvino_op(op) for op in model.get_ordered_ops()))
    return known[key]


def _openvino_op(op: Any) -> float:
    kind = op.get_type_name()
    if kind not in ("Convolution", "GroupConvolution", "MatMul", "LSTMSequence"):
        return 0.0
    first, second = (list(op.get_input_shape(index)) for index in (0, 1))
    out = math.prod(op.get_output_shape(0))
    match kind:
        case "Convolution":  # weight: out, in, kernel
            return float(out * math.prod(second[1:]))
        case "GroupConvolution":  # weight: groups, out, in, kernel
            return float(out * math.prod(second[2:]))
        case "MatMul":
            return float(out * first[-2 if op.get_attributes()["transpose_a"] else -1])
        case _:  # input: batch, steps, size; output: batch, directions, steps, hidden
            hidden = op.get_output_shape(0)[-1]
            return float(out * 4 * (first[-1] + hidden))


def _watch_module(name: str, module: Any, work: Work) -> None:
    """Each leaf counts its own MACs; the module around them measures the time."""
    found: list[float] = []
    for leaf in module.modules():
        count = _torch_counter(leaf)
        if count is not None:
            leaf.register_forward_hook(lambda _, inputs, output, count=count: found.append(count(inputs[0], output)))
    forward: Callable[..., Any] = module.forward

    @wraps(forward)
    def timed(image: Any, *rest: Any, **named: Any) -> Any:
        found.clear()
        started = time.perf_counter()
        answer = forward(image, *rest, **named)
        work.add(name, macs=sum(found), seconds=time.perf_counter() - started, shape=image.shape)
        return answer

    module.forward = timed


def _torch_counter(leaf: Any) -> Callable[[Any, Any], float] | None:
    """From a leaf's input and output to its MACs; None for a leaf without products. Quantised layers bear the same class names."""
    match type(leaf).__name__:
        case "Conv2d":
            per_output = math.prod(leaf.kernel_size) * leaf.in_channels // leaf.groups
            return lambda _, output: float(output.numel() * per_output)
        case "Linear":
            return lambda _, output: float(output.numel() * leaf.in_features)
        case "LSTM":
            return lambda given, output: float(output[0].numel() * 4 * (given.shape[-1] + leaf.hidden_size))
        case _:
            return None
