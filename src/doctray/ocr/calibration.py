"""Which backend is the quickest on this machine."""

from pathlib import Path

from doctray.domain.errors import EngineFailure
from doctray.ocr.devices import CPU
from doctray.ocr.runtimes import Backend, Precision, cpu_precisions


def best_backend(*, device: str, threads: int, cache_dir: Path | None) -> Backend:  # noqa: ARG001
    """Of those that the device can run."""
    if device != CPU:
        import torch

        if not torch.cuda.is_available():
            raise EngineFailure(f"GPU {device} cannot be used: torch sees no CUDA device; set WORKER_DEVICES=cpu or install torch for CUDA")
        return Backend(runtime="cuda", precision=Precision.FP16, channels_last=True)
    return Backend(runtime="openvino", precision=cpu_precisions()[0])
