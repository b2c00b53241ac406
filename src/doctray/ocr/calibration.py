"""Which backend is the quickest on this machine: measured at the first start, then remembered.

Only OpenVINO's precisions are compared on a CPU: torch computes the same networks there 1.2 (bf16) to 1.7 times (fp32) more slowly, and
costs 0.4 GB to import (docs/decisions/0015-own-inference-path.md).
"""

import hashlib
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import metadata
from pathlib import Path

import numpy as np

from doctray.domain.errors import EngineFailure
from doctray.ocr.devices import CPU, cpu_multiplies_bytes
from doctray.ocr.runtimes import Backend, Network, Precision, cpu_precisions

# Less precision has to earn this much time, else the more precise backend stays.
_WORTH_IT = 0.85
_SIDE_PX = 384
_ROUNDS = 5
_CPU_INFO = Path("/proc/cpuinfo")


def best_backend(*, device: str, threads: int, cache_dir: Path | None, detector: Callable[[Backend], Network]) -> Backend:
    """The backend for the device: fp16 on a GPU, the quickest on a CPU.

    detector: loads the network that is timed, CRAFT. cache_dir: where what was found is kept, under the CPU, the versions and the number of
    threads that it holds for; None: measured anew. Raises EngineFailure (no such GPU).
    """
    if device != CPU:
        import torch

        if not torch.cuda.is_available():
            raise EngineFailure(f"GPU {device} cannot be used: torch sees no CUDA device; set WORKER_DEVICES=cpu or install torch for CUDA")
        return Backend(runtime="cuda", precision=Precision.FP16, channels_last=True)
    precisions = [*reversed(cpu_precisions()), *([Precision.INT8] if cpu_multiplies_bytes() else [])]
    candidates = [Backend(runtime="openvino", precision=precision) for precision in precisions]
    if len(candidates) == 1:
        return candidates[0]
    kept_in = None if cache_dir is None else cache_dir / f"ocr-backend-{_key(candidates, threads)}.json"
    seconds = _kept(kept_in)
    if seconds is None or not seconds.keys() >= {backend.name for backend in candidates}:
        seconds = {backend.name: _seconds(detector(backend)) for backend in candidates}
        if kept_in is not None:
            _keep(kept_in, seconds)
    return quickest(candidates, seconds)


def quickest(candidates: list[Backend], seconds: dict[str, float]) -> Backend:
    """candidates: the most precise first; one with less precision must be clearly quicker. seconds: by name, a run of each."""
    best = candidates[0]
    for backend in candidates[1:]:
        if seconds[backend.name] < _WORTH_IT * seconds[best.name]:
            best = backend
    return best


def _seconds(network: Network) -> float:
    """Processor time of the quickest of some runs; the first one, which prepares, does not count.

    Wall time would tell what else the machine does meanwhile: workers often start together.
    """
    tile = np.full((1, _SIDE_PX, _SIDE_PX, 3), 255, np.uint8)
    # Something to see: a network of zeros runs no slower, but denormals would.
    tile[:, ::8, ::3] = 0
    network(tile)
    times = []
    for _ in range(_ROUNDS):
        started = time.process_time()
        network(tile)
        times.append(time.process_time() - started)
    return min(times)


def _key(candidates: list[Backend], threads: int) -> str:
    cpu = next((line for line in _cpu_info() if line.startswith(("model name", "Model"))), platform.processor())
    facts = [cpu, metadata.version("openvino"), metadata.version("doctray"), str(threads), *(backend.name for backend in candidates)]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]


def _cpu_info() -> list[str]:
    try:
        return _CPU_INFO.read_text().splitlines()
    except OSError:
        return []


def _kept(path: Path | None) -> dict[str, float] | None:
    if path is None:
        return None
    try:
        found = json.loads(path.read_text())
        return {str(name): float(value) for name, value in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return None


def _keep(path: Path, seconds: dict[str, float]) -> None:
    """All or nothing; a folder that cannot be written only costs the next start its time."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(handle, "w") as file:
            json.dump(seconds, file)
        Path(draft).replace(path)
