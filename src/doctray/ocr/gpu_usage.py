"""How busy a worker's GPU is, asked of the driver through NVML; the worker needs no torch for it."""

from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from doctray.ocr.devices import CPU, visible_device

_log = structlog.get_logger()


class Nvml(Protocol):
    """The functions of `pynvml` (package nvidia-ml-py) that are used here."""

    NVMLError: type[Exception]

    def nvmlInit(self) -> None: ...  # noqa: N802 (NVIDIA's name, as those below)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> Any: ...  # noqa: N802

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> Any: ...  # noqa: N802

    def nvmlDeviceGetUtilizationRates(self, handle: Any) -> Any: ...  # noqa: N802

    def nvmlDeviceGetMemoryInfo(self, handle: Any) -> Any: ...  # noqa: N802

    def nvmlDeviceGetName(self, handle: Any) -> str | bytes: ...  # noqa: N802


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuUsage:
    """busy: part of the last sample period (NVML: up to a second) in which a kernel ran, 0 to 1. Bytes of the whole device, all users."""

    busy: float
    memory_used_bytes: int
    memory_total_bytes: int


class Gpu:
    """One NVIDIA GPU. Asking it takes well under a millisecond."""

    def __init__(self, nvml: Nvml, handle: Any) -> None:
        self._nvml = nvml
        self._handle = handle

    @property
    def name(self) -> str:
        try:
            name = self._nvml.nvmlDeviceGetName(self._handle)
        except self._nvml.NVMLError:
            return ""
        return name.decode("utf-8", "replace") if isinstance(name, bytes) else name

    def usage(self) -> GpuUsage | None:
        """None when the driver does not say, as on some virtual GPUs or after it was reset."""
        try:
            rates = self._nvml.nvmlDeviceGetUtilizationRates(self._handle)
            memory = self._nvml.nvmlDeviceGetMemoryInfo(self._handle)
        except self._nvml.NVMLError:
            return None
        return GpuUsage(busy=rates.gpu / 100, memory_used_bytes=int(memory.used), memory_total_bytes=int(memory.total))


def open_gpu(device: str, *, nvml: Nvml | None = None) -> Gpu | None:
    """The GPU that a worker's device names ("0", "1", …); None for the CPU, and where NVML is not there or does not know it.

    Numbers count within CUDA_VISIBLE_DEVICES, as they do for the engine process; an entry there may be a UUID (GPU-… or MIG-…).
    """
    if device == CPU:
        return None
    visible = visible_device(device)
    try:
        nvml = nvml or _pynvml()
        nvml.nvmlInit()
    except Exception as error:  # no driver, no library: whatever is raised, there are no figures
        _log.warning("gpu.not_watched", device=device, error=type(error).__name__)
        return None
    try:
        handle = nvml.nvmlDeviceGetHandleByIndex(int(visible)) if visible.isdigit() else nvml.nvmlDeviceGetHandleByUUID(visible)
    except nvml.NVMLError as error:
        _log.warning("gpu.not_watched", device=device, error=type(error).__name__)
        return None
    return Gpu(nvml, handle)


def _pynvml() -> Nvml:
    import pynvml

    module: Nvml = pynvml
    return module
