"""Neural networks as functions of a batch of images, on the runtime and in the precision that suit the device.

Imports numpy only; OpenVINO and torch are imported by the builders that need them, in engine processes.
"""

from collections.abc import Sequence
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
    """A loaded network. Not to be called from two threads at once."""

    backend: str
    batch_sizes: Sequence[int]
    """Numbers of crops in a batch that it takes well, the largest first, the last of them 1; see `doctray.ocr.batches`."""

    def __call__(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        """The output for a batch in the layout and type of the network's input (NCHW float32 unless it says otherwise); safe to keep."""
        ...

    def release(self) -> None:
        """Give back the memory that only a run needs, so that peaks of several networks do not add up; the next run takes it anew."""
        ...


class OpenVinoNetwork:
    """`Network` on OpenVINO's CPU plugin."""

    batch_sizes: Sequence[int] = (4, 1)

    def __init__(self, compiled: Any, *, backend: str) -> None:
        self.backend = backend
        self._compiled = compiled
        self._request = compiled.create_infer_request()

    def __call__(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        found = self._request.infer([np.ascontiguousarray(batch)], share_inputs=True, share_outputs=True)
        return np.array(found[0], np.float32)

    def release(self) -> None:
        self._compiled.release_memory()


class TorchNetwork:
    """`Network` on torch: the CPU, or the only GPU that this process sees (device "cuda")."""

    batch_sizes: Sequence[int] = (64, 16, 4, 1)

    def __init__(self, module: Any, *, backend: Backend, device: str) -> None:
        import torch

        self.backend = backend.name
        self._torch = torch
        self._device = torch.device(device)
        self._on_gpu = self._device.type == "cuda"
        dtype = {Precision.FP32: torch.float32, Precision.BF16: torch.bfloat16, Precision.FP16: torch.float16}[backend.precision]
        # On a GPU the weights are cast once. On a CPU autocast keeps in fp32 what loses most by less, LSTMs among them.
        self._weights = dtype if self._on_gpu else torch.float32
        self._autocast = None if self._weights == dtype else dtype
        self._layout = torch.channels_last if backend.channels_last else torch.contiguous_format
        self._module = module.eval().to(device=self._device, dtype=self._weights, memory_format=self._layout)

    def __call__(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        torch = self._torch
        host = torch.from_numpy(np.ascontiguousarray(batch))
        with torch.inference_mode(), torch.autocast(self._device.type, dtype=self._autocast, enabled=self._autocast is not None):
            # Bytes go over as bytes; the network casts them where it is.
            tensor = (host.pin_memory() if self._on_gpu else host).to(self._device, non_blocking=True)
            if tensor.is_floating_point():
                tensor = tensor.to(self._weights).contiguous(memory_format=self._layout)
            found = self._module(tensor)
        return np.array(found.float().cpu().numpy(), np.float32)

    def release(self) -> None:
        """Nothing: torch's allocators serve all networks of the process."""


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


def torch_network(module: Any, *, backend: Backend, threads: int, device: str = "cpu") -> TorchNetwork:
    """A `torch.nn.Module` of one input and one output. threads: of all of torch in this process. Raises RuntimeError when the device
    cannot hold it."""
    import torch

    torch.set_num_threads(threads)
    return TorchNetwork(module, backend=backend, device=device)


def _has_bf16() -> bool:
    return "BF16" in openvino_core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
