"""Neural networks as functions of a batch of images, on the runtime and in the precision that suit the device.

Imports numpy only; OpenVINO is imported by the builder that needs it, in engine processes. Those on torch are in `torch_network`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from doctray.ocr.devices import cpu_multiplies_bytes

# Compiled layers that OpenVINO keeps for a network; a shape that is met takes as many as there are layers. Its default of 5,000 grows for
# thousands of pages of many sizes; 256 held 0.1 GB more than 32 for a detector.
_LAYERS_KEPT = 128
LAYERS_OF_FEW_SHAPES = 2048
"""For a recogniser: its thirty or so shapes (`batches`) are all kept."""


class Precision(StrEnum):
    """What a network computes in; its input and output are float32 in every case."""

    FP32 = "fp32"
    BF16 = "bf16"
    FP16 = "fp16"
    INT8 = "int8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """A runtime with a precision; `name` as in "openvino-bf16", "torch-bf16-channels-last", "torch-fp32", "cuda-fp16"."""

    runtime: str
    precision: Precision
    channels_last: bool = False

    @property
    def name(self) -> str:
        return f"{self.runtime}-{self.precision}" + ("-channels-last" if self.channels_last else "")

    @classmethod
    def of(cls, name: str) -> "Backend":
        """The backend of that name. Raises ValueError when it names none."""
        runtime, _, rest = name.partition("-")
        precision, _, layout = rest.partition("-")
        if runtime not in ("openvino", "torch", "cuda") or layout not in ("", "channels-last"):
            raise ValueError(f"no such backend: {name}")
        return cls(runtime=runtime, precision=Precision(precision), channels_last=bool(layout))


class Network(Protocol):
    """A loaded network. Not to be called from two threads at once, but on a GPU."""

    backend: str
    batch_sizes: Sequence[int]
    """Numbers of crops in a batch that it takes well, the largest first, the last of them 1; see `doctray.ocr.batches`."""
    crop_px: int
    """Pixels of width, over all its crops, that a batch may have."""

    def __call__(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        """The output for a batch in the layout and type of the network's input (NCHW float32 unless it says otherwise); safe to keep."""
        ...

    def each(self, batches: Iterable[NDArray[Any]]) -> Iterator[NDArray[np.float32]]:
        """The output for each batch, in order. Where it pays the network is ahead of its caller: it takes, and computes, the next batches
        while the caller looks at this one's output."""
        ...

    def release(self) -> None:
        """Give back the memory that only a run needs, so that peaks of several networks do not add up; the next run takes it anew."""
        ...


class OpenVinoNetwork:
    """`Network` on OpenVINO's CPU plugin."""

    batch_sizes: Sequence[int] = (4, 1)
    # Larger batches are no quicker (35 us a pixel from 1,024 on) and take more memory.
    crop_px: int = 4096

    def __init__(self, compiled: Any, *, backend: str) -> None:
        self.backend = backend
        self._compiled = compiled
        self._request = compiled.create_infer_request()

    def __call__(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        found = self._request.infer([np.ascontiguousarray(batch)], share_inputs=True, share_outputs=True)
        return np.array(found[0], np.float32)

    def each(self, batches: Iterable[NDArray[Any]]) -> Iterator[NDArray[np.float32]]:
        """One after the other: a batch has all cores to itself."""
        return map(self, batches)

    def release(self) -> None:
        self._compiled.release_memory()


@cache
def openvino_core() -> Any:
    """The one `openvino.Core` of this process. Raises ImportError where OpenVINO is not installed."""
    import openvino

    return openvino.Core()


def cpu_precisions(*, with_bytes: bool = False) -> tuple[Precision, ...]:
    """What this CPU computes in hardware under OpenVINO, quickest first: floating point, and with_bytes 8 bits before it."""
    in_floats = (Precision.BF16, Precision.FP32) if _has_bf16() else (Precision.FP32,)
    return (Precision.INT8, *in_floats) if with_bytes and cpu_multiplies_bytes() else in_floats


def openvino_network(
    model: Any | Path,
    *,
    precision: Precision,
    threads: int,
    shape: Sequence[int] | None = None,
    cache_dir: Path | None = None,
    layers_kept: int = _LAYERS_KEPT,
) -> OpenVinoNetwork:
    """An `openvino.Model`, or an ONNX or IR file, compiled for the CPU.

    shape: of its only input, -1 where it varies; None leaves the model's own. threads: that inference may use. cache_dir: keeps
    the compiled network for later starts. layers_kept: for the shapes that it met. Call it with few different shapes: one that was
    not met of late is prepared anew (some 25 ms). Raises RuntimeError when the model cannot be compiled.
    """
    core = openvino_core()
    if isinstance(model, Path):
        model = core.read_model(model)
    if shape is not None:
        model.reshape(list(shape))
    options: dict[str, Any] = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "CPU_RUNTIME_CACHE_CAPACITY": layers_kept,
        # Pinned threads fight with every other process for the same cores.
        "ENABLE_CPU_PINNING": False,
        "INFERENCE_PRECISION_HINT": "bf16" if precision in (Precision.BF16, Precision.INT8) and _has_bf16() else "f32",
    }
    if cache_dir is not None:
        options["CACHE_DIR"] = str(cache_dir)
    backend = Backend(runtime="openvino", precision=precision)
    return OpenVinoNetwork(core.compile_model(model, "CPU", options), backend=backend.name)


def _has_bf16() -> bool:
    return "BF16" in openvino_core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
