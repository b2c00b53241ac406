"""The machine that a table was measured on: processor, what of it matters to OCR, memory, GPUs, versions, load."""

import os
import platform
import subprocess
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

import psutil

_FLAGS = ("avx2", "f16c", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_bf16", "amx_int8", "asimddp", "bf16", "i8mm")
"""Instruction sets that decide how fast fp32, bf16 and int8 products are, by their names in /proc/cpuinfo."""

_PACKAGES = (
    "arq",
    "easyocr",
    "fastapi",
    "numpy",
    "onnxruntime",
    "onnxruntime-gpu",
    "opencv-python-headless",
    "openvino",
    "pymupdf",
    "rapidocr",
    "torch",
    "uvicorn",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """flags: those of `_FLAGS` that the processor has. cores: those that this process may use. memory_gb: 10^9 bytes."""

    processor: str
    architecture: str
    flags: tuple[str, ...]
    cores: int
    memory_gb: float
    gpus: tuple[str, ...]
    system: str
    python: str
    versions: dict[str, str]

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def this_machine() -> Machine:
    cpu = _cpuinfo()
    present = set((cpu.get("flags") or cpu.get("Features") or "").split())
    return Machine(
        processor=cpu.get("model name") or platform.processor() or "unknown",
        architecture=platform.machine(),
        flags=tuple(flag for flag in _FLAGS if flag in present),
        cores=len(os.sched_getaffinity(0)),
        memory_gb=round(psutil.virtual_memory().total / 1e9, 1),
        gpus=_gpus(),
        system=f"{platform.system()} {platform.release().split('-')[0]}",
        python=platform.python_version(),
        versions=_versions(),
    )


def load_average() -> float:
    """Processes running or waiting to run, over the last minute."""
    return round(os.getloadavg()[0], 2)


def busy_seconds() -> float | None:
    """CPU seconds that all processes of the machine have used since it started; None where the kernel does not say."""
    try:
        fields = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()
    except OSError:
        return None
    user, nice, system, _idle, _iowait, irq, softirq, steal = (int(field) for field in fields[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _cpuinfo() -> dict[str, str]:
    """Of the first processor."""
    try:
        first = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n", 1)[0]
    except OSError:
        return {}
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in first.splitlines())}


def _gpus() -> tuple[str, ...]:
    try:
        import pynvml

        pynvml.nvmlInit()
    except Exception:
        return ()
    handles = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(pynvml.nvmlDeviceGetCount())]
    sizes = [pynvml.nvmlDeviceGetMemoryInfo(handle).total / 2**30 for handle in handles]
    return tuple(f"{pynvml.nvmlDeviceGetName(handle)}, {size:.0f} GiB" for handle, size in zip(handles, sizes, strict=True))


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    try:
        said = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, check=True).stdout
        found["tesseract"] = said.split()[1]
    except (OSError, subprocess.CalledProcessError, IndexError):
        pass
    return found
