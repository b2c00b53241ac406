"""Which devices there are to read on, found without importing torch: the worker must stay light."""

import os
from importlib import metadata
from pathlib import Path

CPU = "cpu"

_NVIDIA_GPUS = Path("/proc/driver/nvidia/gpus")
_CPU_MAX = Path("/sys/fs/cgroup/cpu.max")
_CPU_INFO = Path("/proc/cpuinfo")
# What decides which precisions a CPU computes in hardware; several of either kind do the same.
_BYTES = frozenset(("avx512_vnni", "avx_vnni"))
_BF16 = frozenset(("avx512_bf16", "amx_bf16"))


def resolve(setting: str, *, gpus: int | None = None) -> tuple[str, ...]:
    """The devices that WORKER_DEVICES names: ("cpu",) or GPU numbers such as ("0", "1").

    auto: every GPU where there are some and torch is built for them, else the CPU. gpus: how many there are, counted when
    None. A GPU that is named is believed: its engine process says so when it cannot be used.
    Raises ValueError for anything else.
    """
    choice = setting.strip().lower()
    if choice == CPU:
        return (CPU,)
    if choice == "auto":
        count = gpu_count() if gpus is None else gpus
        return tuple(str(number) for number in range(count)) or (CPU,)
    numbers = [part.strip() for part in choice.split(",")]
    if not all(part.isascii() and part.isdigit() for part in numbers):
        raise ValueError(f"WORKER_DEVICES is {setting!r}; use auto, cpu, or GPU numbers such as 0,1")
    devices = tuple(str(int(part)) for part in numbers)
    if len(set(devices)) != len(devices):
        raise ValueError(f"WORKER_DEVICES is {setting!r}; it names a GPU twice")
    return devices


def gpu_count() -> int:
    """NVIDIA GPUs that this process may use: those of the driver, narrowed by CUDA_VISIBLE_DEVICES; 0 beside a CPU build of torch."""
    if not _torch_built_for_gpu() or not _NVIDIA_GPUS.is_dir():
        return 0
    present = len(list(_NVIDIA_GPUS.iterdir()))
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return present
    return min(present, len([part for part in visible.split(",") if part.strip() not in ("", "-1")]))


def visible_device(device: str) -> str:
    """What CUDA_VISIBLE_DEVICES must be for a process that may see this device only: "" for the CPU.

    Device numbers count within the CUDA_VISIBLE_DEVICES that this process was given, so that a scheduler's choice holds.
    """
    if device == CPU:
        return ""
    given = [part.strip() for part in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if part.strip()]
    return given[int(device)] if int(device) < len(given) else device


def available_cores() -> int:
    """Cores that this process may use: its affinity, narrowed by the container's quota."""
    cores = len(os.sched_getaffinity(0))
    try:
        quota, period = _CPU_MAX.read_text().split()
    except (OSError, ValueError):
        return cores
    if quota == "max":
        return cores
    return max(1, min(cores, round(int(quota) / int(period))))


def arithmetic(device: str, *, flags: frozenset[str] | None = None) -> str:
    """In what a device computes networks, as `cpu-int8-bf16-fp32` or `gpu-fp16`: what is read depends on it by some characters in a
    thousand, so it is part of a worker's fingerprint.

    Of these the engine takes the quickest (`calibration`). flags: of the CPU; None: those of this one.
    """
    if device != CPU:
        return "gpu-fp16"
    found = cpu_flags() if flags is None else flags
    return "-".join(("cpu", *(["int8"] if found & _BYTES else []), *(["bf16"] if found & _BF16 else []), "fp32"))


def cpu_multiplies_bytes() -> bool:
    """Whether the CPU has dot products of bytes (VNNI). Without them OpenVINO's 8-bit sums of pairs saturate: wrong, and no quicker."""
    return bool(cpu_flags() & _BYTES)


def cpu_flags() -> frozenset[str]:
    """As Linux names them; empty where it does not say."""
    try:
        lines = _CPU_INFO.read_text().splitlines()
    except OSError:
        return frozenset()
    return frozenset(next((line for line in lines if line.startswith("flags")), "").split())


def _torch_built_for_gpu() -> bool:
    try:
        return not metadata.version("torch").endswith("+cpu")
    except metadata.PackageNotFoundError:
        return False
