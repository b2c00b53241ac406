"""Neural networks on torch: on a GPU, and on a CPU where OpenVINO is not the quicker one. Imports torch.

On a GPU nothing waits for anything else's sake: a batch goes over from pinned memory on a stream of its own while the one before it is
computed on a second stream, the answer before that comes back on a third, and the caller looks at the one before that. On a CPU the same
lines run, and its streams are torch's own that do nothing.
"""

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from doctray.ocr.runtimes import Backend, Precision

# Batches given to the device before the first answer is waited for: one is computed, the next one goes over.
_AHEAD = 2
_DTYPES = {Precision.FP32: torch.float32, Precision.BF16: torch.bfloat16, Precision.FP16: torch.float16}


@dataclass(frozen=True, slots=True)
class _Flight:
    """An answer on its way. held: what the device still uses until it has landed; freed before, another stream could overwrite it."""

    landed: Any
    answer: torch.Tensor
    held: tuple[torch.Tensor, ...]


class _Lane:
    """The streams of one thread, on which batches go over, are computed and come back."""

    def __init__(self, queues: Any) -> None:
        self.over, self.computing, self.back = queues.Stream(), queues.Stream(), queues.Stream()


class TorchNetwork:
    """`doctray.ocr.runtimes.Network` on torch. device: "cpu", or "cuda" for the only GPU that this process sees.

    With a backend of runtime `cuda` the weights are cast to its precision once, and several threads may call at once, each on streams of
    its own; with `torch` autocast keeps in fp32 what loses most by less, LSTMs among them. A batch that the GPU's memory does not hold is
    computed in halves, and so are later ones as large. Raises torch.OutOfMemoryError for a single image that it does not hold, RuntimeError
    when the device fails.
    """

    batch_sizes: Sequence[int]
    crop_px: int

    def __init__(self, module: torch.nn.Module, *, backend: Backend, device: str) -> None:
        self.backend = backend.name
        self._device = torch.device(device)
        self._on_gpu = self._device.type == "cuda"
        self._queues: Any = torch.cuda if self._on_gpu else torch.cpu
        cast = backend.runtime == "cuda"
        # A GPU fills up with many crops; on a CPU more are no quicker.
        self.batch_sizes, self.crop_px = ((256, 64, 16, 4, 1), 32_768) if cast else ((64, 16, 4, 1), 4096)
        dtype = _DTYPES[backend.precision]
        weights = dtype if cast else torch.float32
        self._autocast = None if weights == dtype else dtype
        layout = torch.channels_last if backend.channels_last else torch.contiguous_format
        self._module = module.eval().to(device=self._device, dtype=weights)
        self._module = self._module.to(memory_format=layout)  # type: ignore[call-overload]
        if backend.precision is Precision.FP32:
            # A GPU's fp32 would have the 10 bits of TF32.
            torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
        self._threads = threading.local()
        self._too_large: int | None = None
        # The weights went over on a stream that the lanes do not wait for.
        self._queues.synchronize()

    def __call__(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        return next(self.each([batch]))

    def each(self, batches: Iterable[NDArray[Any]]) -> Iterator[NDArray[np.float32]]:
        """See `Network`."""
        flights: deque[_Flight] = deque()
        for batch in batches:
            flight = self._launched(batch)
            if flight is not None:
                flights.append(flight)
                if len(flights) > _AHEAD:
                    yield _landed(flights.popleft())
                continue
            # What is in flight holds memory, so it comes back first.
            while flights:
                yield _landed(flights.popleft())
            yield self._in_halves(batch)
        while flights:
            yield _landed(flights.popleft())

    def release(self) -> None:
        """Nothing: torch's allocators serve all networks of the process."""

    @property
    def _lane(self) -> _Lane:
        if not hasattr(self._threads, "lane"):
            self._threads.lane = _Lane(self._queues)
        lane: _Lane = self._threads.lane
        return lane

    def _launched(self, batch: NDArray[Any]) -> _Flight | None:
        """The batch given to the device; None where it is known, or turns out, not to fit. A single image is always tried."""
        if len(batch) > 1 and self._too_large is not None and batch.size >= self._too_large:
            return None
        try:
            return self._launch(batch)
        except torch.OutOfMemoryError:
            # Left at once: the error's frames hold what was computed so far.
            self._too_large = min(batch.size, self._too_large or batch.size)
            return None

    def _in_halves(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        if self._on_gpu:
            torch.cuda.empty_cache()
        if len(batch) == 1:
            return _landed(self._launch(batch))
        middle = len(batch) // 2
        return np.concatenate([self(batch[:middle]), self(batch[middle:])])

    def _launch(self, batch: NDArray[Any]) -> _Flight:
        lane, queues = self._lane, self._queues
        host = torch.from_numpy(np.ascontiguousarray(batch))
        with torch.inference_mode(), torch.autocast(self._device.type, dtype=self._autocast, enabled=self._autocast is not None):
            with queues.stream(lane.over):
                # Bytes go over as bytes; the network casts them where it is.
                given = (host.pin_memory() if self._on_gpu else host).to(self._device, non_blocking=True)
                is_over = queues.Event()
                is_over.record(lane.over)
            with queues.stream(lane.computing):
                lane.computing.wait_event(is_over)
                found = self._module(given).float()
                is_computed = queues.Event()
                is_computed.record(lane.computing)
            with queues.stream(lane.back):
                lane.back.wait_event(is_computed)
                answer = torch.empty(found.shape, dtype=torch.float32, pin_memory=self._on_gpu)
                answer.copy_(found, non_blocking=True)
                landed = queues.Event()
                landed.record(lane.back)
        return _Flight(landed, answer, (given, found))


def _landed(flight: _Flight) -> NDArray[np.float32]:
    flight.landed.synchronize()
    return flight.answer.numpy()


def torch_network(module: torch.nn.Module, *, backend: Backend, threads: int, device: str = "cpu") -> TorchNetwork:
    """A module of one input (bytes) and one output. threads: of all of torch in this process. Raises RuntimeError when the device cannot
    hold it."""
    torch.set_num_threads(threads)
    return TorchNetwork(module, backend=backend, device=device)


def gpu_memory_bytes() -> int:
    """What this process may still take of its only GPU: all that is free, within the bound that it was given."""
    free, total = torch.cuda.mem_get_info(0)
    return min(free, int(total * torch.cuda.get_per_process_memory_fraction(0)))
