"""The driver's library is not there in tests: its functions are given, as `pynvml` has them."""

from types import SimpleNamespace
from typing import Any

import pytest

from doctray.ocr.gpu_usage import GpuUsage, open_gpu


class NvmlError(Exception):
    pass


class FakeNvml:
    NVMLError: type[Exception] = NvmlError

    def __init__(self, *, gpus: int = 2, silent: bool = False, broken: bool = False) -> None:
        self.gpus = gpus
        self.silent = silent
        self.broken = broken
        self.asked: list[object] = []

    def nvmlInit(self) -> None:  # noqa: N802
        if self.broken:
            raise NvmlError

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:  # noqa: N802
        if index >= self.gpus:
            raise NvmlError
        self.asked.append(index)
        return index

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> int:  # noqa: N802
        self.asked.append(uuid)
        return 0

    def nvmlDeviceGetUtilizationRates(self, handle: int) -> Any:  # noqa: N802
        if self.silent:
            raise NvmlError
        return SimpleNamespace(gpu=73, memory=12)

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> Any:  # noqa: N802
        return SimpleNamespace(total=80 * 2**30, used=3 * 2**30, free=77 * 2**30)

    def nvmlDeviceGetName(self, handle: int) -> bytes:  # noqa: N802
        return b"H100"


@pytest.fixture(autouse=True)
def _all_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def test_what_the_driver_says_in_base_units() -> None:
    gpu = open_gpu("1", nvml=FakeNvml())
    assert gpu is not None
    assert gpu.usage() == GpuUsage(busy=0.73, memory_used_bytes=3 * 2**30, memory_total_bytes=80 * 2**30)
    assert gpu.name == "H100"


@pytest.mark.parametrize(("visible", "device", "asked"), [("3,1", "0", 3), ("GPU-aa,GPU-bb", "1", "GPU-bb")])
def test_numbers_count_within_the_visible_devices(visible: str, device: str, asked: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    nvml = FakeNvml(gpus=4)
    assert open_gpu(device, nvml=nvml) is not None
    assert nvml.asked == [asked]


def test_a_cpu_has_no_gpu() -> None:
    assert open_gpu("cpu", nvml=FakeNvml()) is None


@pytest.mark.parametrize("nvml", [FakeNvml(broken=True), FakeNvml(gpus=0)])
def test_without_a_driver_or_the_device_there_are_no_figures(nvml: FakeNvml) -> None:
    assert open_gpu("0", nvml=nvml) is None


def test_a_driver_that_does_not_say_is_no_error() -> None:
    gpu = open_gpu("0", nvml=FakeNvml(silent=True))
    assert gpu is not None
    assert gpu.usage() is None
