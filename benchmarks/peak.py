"""The machine's peak for the networks' kind of arithmetic: large products and CRAFT-like convolutions on the same backends.

python -m benchmarks.peak
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results import Figure, Side, Table
from benchmarks.rounds import arguments, run

_ROOT = Path(__file__).parents[1]
_SIDE = 2048
_CHANNELS, _MAP = 256, 128
_LEAST_S = 0.5

_ABOUT = {
    "gemm": f"a {_SIDE}×{_SIDE}×{_SIDE} product",
    "conv": f"a 3×3 convolution of {_CHANNELS} to {_CHANNELS} channels on a {_MAP}×{_MAP} map",
}
_SIDES = (
    *(f"torch {kind} {precision}" for kind in ("gemm", "conv") for precision in ("fp32", "bf16")),
    "torch gemm int8",
    *(f"openvino {kind} {precision}" for kind in ("gemm", "conv") for precision in ("fp32", "bf16", "int8")),
)

TABLE = Table(
    name="machine-peak",
    title="What this machine's arithmetic reaches",
    command=".venv/bin/python -m benchmarks.peak",
    reference="torch gemm fp32",
    sides=tuple(Side(name=name, about="") for name in _SIDES),
    figures=(Figure(name="gflops", label="GFLOP/s", compared=True, digits=0),),
    code=("benchmarks/peak.py",),
    notes=(f"gemm: {_ABOUT['gemm']}; conv: {_ABOUT['conv']}. A multiplication and an addition are two FLOPs, also in 8 bits.",),
)


def main() -> None:
    if sys.argv[1:] == ["--once"]:
        print(json.dumps({name: _rate(_work(*name.split())) for name in _SIDES}))
        return
    run(TABLE, lambda _: {name: {"gflops": rate} for name, rate in measured_peaks().items()}, arguments(__doc__ or "").parse_args())


def measured_peaks() -> Mapping[str, float]:
    """GFLOP/s by side, measured now in a process of its own (some 10 s)."""
    said = subprocess.run([sys.executable, "-m", "benchmarks.peak", "--once"], cwd=_ROOT, capture_output=True, check=True).stdout
    peaks: dict[str, float] = json.loads(said.splitlines()[-1])
    return peaks


def best(peaks: Mapping[str, float], precision: str) -> float:
    """The highest of a precision."""
    return max(rate for name, rate in peaks.items() if name.endswith(f" {precision}"))


def _rate(work: tuple[Callable[[], object], float]) -> float:
    """GFLOP/s of the quickest of the calls that fit into half a second, three at least."""
    call, flops = work
    call()
    times: list[float] = []
    while sum(times) < _LEAST_S or len(times) < 3:
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return flops / min(times) / 1e9


def _work(library: str, kind: str, precision: str) -> tuple[Callable[[], object], float]:
    """What to call and how many FLOPs one call is."""
    flops = 2.0 * _SIDE**3 if kind == "gemm" else 2.0 * _MAP**2 * 9 * _CHANNELS**2
    return (_torch(kind, precision) if library == "torch" else _openvino(kind, precision)), flops


def _torch(kind: str, precision: str) -> Callable[[], object]:
    import torch

    torch.set_grad_enabled(False)
    if precision == "int8":
        left, right = (torch.randint(-128, 127, (_SIDE, _SIDE), dtype=torch.int8) for _ in range(2))
        return partial(torch._int_mm, left, right)
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    if kind == "gemm":
        return partial(torch.matmul, torch.randn(_SIDE, _SIDE).to(dtype), torch.randn(_SIDE, _SIDE).to(dtype))
    layer: Any = torch.nn.Conv2d(_CHANNELS, _CHANNELS, 3, padding=1, dtype=dtype)
    image = torch.randn(1, _CHANNELS, _MAP, _MAP).to(dtype=dtype, memory_format=torch.channels_last)
    return partial(layer.to(memory_format=torch.channels_last), image)


def _openvino(kind: str, precision: str) -> Callable[[], object]:
    import openvino
    from openvino import opset13 as op

    from doctray.ocr.runtimes import Precision, openvino_network

    rng = np.random.default_rng(1)
    shape, kernel = ((_SIDE, _SIDE), (_SIDE, _SIDE)) if kind == "gemm" else ((1, _CHANNELS, _MAP, _MAP), (_CHANNELS, _CHANNELS, 3, 3))
    given = op.parameter(list(shape), np.float32)
    weight: Any = op.constant(rng.standard_normal(kernel).astype(np.float32))
    x: Any = given
    if precision == "int8":
        x = op.fake_quantize(x, *_bounds(4.0), *_bounds(4.0), 256)
        weight = op.fake_quantize(weight, *_bounds(4.0), *_bounds(4.0), 255)
    product = op.matmul(x, weight, False, False) if kind == "gemm" else op.convolution(x, weight, [1, 1], [1, 1], [1, 1], [1, 1])
    # The mean keeps the result's copy out of the time.
    axes = np.arange(len(shape))
    model = openvino.Model([op.reduce_mean(product, axes)], [given], f"{kind}-{precision}")
    network = openvino_network(model, precision=Precision(precision), threads=_threads())
    batch = rng.standard_normal(shape).astype(np.float32)
    return partial(network, batch)


def _bounds(most: float) -> tuple[Any, Any]:
    return np.array(-most, np.float32), np.array(most, np.float32)


def _threads() -> int:
    from doctray.ocr.devices import available_cores

    return available_cores()


if __name__ == "__main__":
    main()
