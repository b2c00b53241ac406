"""How busy a GPU is while something runs on it, through NVML."""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.sampling import looking

_SAMPLE_S = 0.05


@dataclass(slots=True)
class GpuUsage:
    """busy: percent of each sample's time in which a kernel ran, by NVML. peak_bytes: memory in use on the GPU, whoever's."""

    busy: list[float] = field(default_factory=list)
    peak_bytes: int = 0

    @property
    def mean_busy(self) -> float:
        return statistics.fmean(self.busy) if self.busy else 0.0


@contextmanager
def watched_gpu(device: str) -> Iterator[GpuUsage]:
    """device: the GPU's number as the driver counts. Complete when the context ends. Raises pynvml.NVMLError where there is none."""
    import pynvml

    pynvml.nvmlInit()
    handle = pynvml.nvmlDeviceGetHandleByIndex(int(device))
    usage = GpuUsage()

    def look() -> None:
        usage.busy.append(float(pynvml.nvmlDeviceGetUtilizationRates(handle).gpu))
        usage.peak_bytes = max(usage.peak_bytes, int(pynvml.nvmlDeviceGetMemoryInfo(handle).used))

    with looking(look, every_s=_SAMPLE_S):
        yield usage
