"""How much a worker has in flight, from its settings and its device."""

from doctray.config import Worker
from doctray.ocr.batcher import BatchLimits
from doctray.ocr.devices import CPU, available_cores, resolve
from doctray.service.stages import StageLimits

MIB = 1024 * 1024

CPU_IMAGES_MB = 72
"""Two photographs of 4000 x 3000 px (36 MB each), or two A4 scans at 300 dpi and more: the engine reads one while the next one waits, and
rendering takes a tenth of reading. 128 let four large pages wait, and worker and processes together pass 1.5 GB."""

GPU_IMAGES_MB = 768
"""Two full batches, one being read and one waiting."""

RULES_PROCESSES = 2
"""Rules take 10 to 100 ms a document: one process has enough to do for few, and the second goes on when a document keeps the first."""

PAGE_PROCESSES_LEAST = 2
"""So that a document with a text layer is opened while another is being rendered."""

PAGE_PROCESSES_MOST = 16


def stage_limits(worker: Worker, *, device: str) -> StageLimits:
    """device: "cpu" or a GPU's number. Page processes: one a core where nothing is set, at least 2 and at most 16."""
    images_mb = worker.image_memory_mb or (CPU_IMAGES_MB if device == CPU else GPU_IMAGES_MB)
    return StageLimits(
        render=worker.page_processes or max(PAGE_PROCESSES_LEAST, min(PAGE_PROCESSES_MOST, available_cores())),
        image_bytes=images_mb * MIB,
        extract=min(worker.max_extractions, RULES_PROCESSES),
        model=worker.max_extractions,
    )


def gpu_memory_bytes(worker: Worker, *, device: str) -> int | None:
    """What an engine may take of its GPU; None: all there is, or no GPU."""
    return int(worker.gpu_memory_gb * 2**30) if worker.gpu_memory_gb and device != CPU else None


def engine_threads(worker: Worker, *, device: str) -> int:
    """Threads of one engine process: all cores, less what `serve` gives to other workers on the CPU. Beside a GPU all cores."""
    cores = available_cores()
    if worker.engine_threads is not None or device != CPU:
        return worker.engine_threads or cores
    on_cpu = (worker.count or 1) if resolve(worker.devices) == (CPU,) else 1
    return max(1, cores // on_cpu)


def remote_batch_limits(*, requests: int) -> BatchLimits:
    """Of an engine on another machine: as many pages at once as it may be asked about."""
    return BatchLimits(max_pages=requests, max_pixels=requests * 16_000_000, wait_s=0.005)


def batch_limits(*, device: str) -> BatchLimits:
    """What one call of the engine gets.

    On a CPU few pages: each shares the cores with the others, so that company costs a page as much time as it saves the engine. On a GPU
    a second's worth: more pixels than that only make small pages wait.
    """
    if device == CPU:
        return BatchLimits(max_pages=4, max_pixels=4_500_000)
    return BatchLimits(max_pages=32, max_pixels=128_000_000, wait_s=0.005)
