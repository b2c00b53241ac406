"""A worker's engine process: started warm, fed over a socket, killed when it hangs, started anew when it dies or has grown."""

import asyncio
import contextlib
import os
from collections.abc import Callable, Sequence

import psutil
import structlog

from doctray.cancellation import to_the_end
from doctray.domain.document import Page, PageImage
from doctray.domain.errors import DoctrayError, EngineFailure, TimedOut
from doctray.ocr.devices import visible_device
from doctray.ocr.wire import Failed, MakeEngine, ReadReply, Ready, Setup, read_request
from doctray.socket_child import SocketChild, frame, launch, unframe

log = structlog.get_logger()

# What a chunk of pixels is cut to, so that the loop turns between writes: 0.1 ms each.
_CHUNK_BYTES = 256 * 1024
# The first start on a machine also finds out what it computes best with: 14 s of processor time on two cores, 84 s beside twenty others.
_START_TIMEOUT_S = 300.0
# How an engine that asks another machine gets there.
_WAYS_OUT = (
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)
# Of the worker's environment: its secrets are no business of the engine.
_ENVIRONMENT = ("PATH", "HOME", "TMPDIR", "LANG", "TZ", "VIRTUAL_ENV", *_WAYS_OUT)
_ENVIRONMENT_PREFIXES = (
    "LC_",
    "LD_",
    "PYTHON",
    "MALLOC_",
    "CUDA_",
    "NVIDIA_",
    "OMP_",
    "MKL_",
    "OPENBLAS_",
    "ONEDNN_",
    "TORCH_",
    "PYTORCH_",
)


MAX_STARTS = 3
"""As often as a job is tried that kills its reader: an engine that dies each time is told of, not started for ever."""


class _KilledAtStart(Exception):
    """By a signal that this process did not send."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class EngineProcess:
    """One engine process on one device. All methods are for one event loop, which must run in the main thread: the kernel ends
    the child with the thread that started it.

    make: builds an engine by its name in the child; must be picklable, e.g. `partial(make_engine, device=…, models_dir=…,
    threads=…)`. engine: the default engine, loaded before `start` returns; others are loaded when first asked for.
    max_rss_bytes, max_pages: above these the child is replaced between two reads; None: never. gpu_memory_bytes, niceness: see `Setup`.
    on_lost: told why a child was replaced: died, died_idle, timed_out, cancelled or recycled; it must not block or raise.
    """

    def __init__(
        self,
        make: MakeEngine,
        *,
        engine: str,
        device: str,
        max_rss_bytes: int | None = None,
        max_pages: int | None = None,
        gpu_memory_bytes: int | None = None,
        niceness: int = 0,
        start_timeout_s: float = _START_TIMEOUT_S,
        on_lost: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._setup = Setup(make=make, engine=engine, gpu_memory_bytes=gpu_memory_bytes, niceness=niceness)
        self._device = device
        self._max_rss_bytes = max_rss_bytes
        self._max_pages = max_pages
        self._start_timeout_s = start_timeout_s
        self._on_lost = on_lost
        self._lock = asyncio.Lock()
        self._child: SocketChild | None = None
        self._starting: SocketChild | None = None
        self._restart: asyncio.Task[None] | None = None
        self._condemned = False
        # kill() was meant for the child that is starting
        self._given_up = False
        self._closed = False
        self._pages_by_child = 0
        self.engine_version: str | None = None
        self.backend = ""
        self.pages_read = 0
        self.starts = 0

    @property
    def ready(self) -> bool:
        """Loaded, warm and alive."""
        return self._child is not None and not self._condemned and self._child.process.returncode is None

    @property
    def pid(self) -> int | None:
        return self._child.process.pid if self._child is not None and self.ready else None

    def rss_bytes(self) -> int:
        """Resident memory of the child; 0 while there is none."""
        try:
            return int(psutil.Process(self.pid).memory_info().rss) if self.pid is not None else 0
        except psutil.NoSuchProcess:
            return 0

    async def start(self) -> None:
        """Return once the child is warm. Raises what its engine raised while loading: EngineFailure or InvalidOption; or TimedOut."""
        async with self._lock:
            await self._ensure()

    async def read(self, images: Sequence[PageImage], engine: str | None = None, *, timeout_s: float) -> list[Page]:
        """Have the images read by the named engine, or the default one; one read at a time, the others wait.

        timeout_s: from when the child begins; waiting and starting do not count. A child that died or was killed is replaced at
        once in the background. Cancelling a read ends the child, since nothing else stops it.
        Raises EngineFailure (the engine failed, or the child died), EngineOutOfMemory, InvalidOption or TimedOut.
        """
        async with self._lock:
            child = await self._ensure()
            try:
                async with asyncio.timeout(timeout_s):
                    reply = await _exchange(child, images, engine)
            except TimeoutError as error:
                await self._lose("timed_out")
                raise TimedOut(f"{len(images)} page(s) were not read within {timeout_s:g} s") from error
            except (EOFError, OSError) as error:
                await self._lose("died")
                raise EngineFailure("the engine process ended while it was reading") from error
            except asyncio.CancelledError:
                await self._lose("cancelled")
                raise
            self._count(len(images))
            await self._recycle_if_grown()
        if isinstance(reply, Failed):
            log.warning("engine.read_failed", code=reply.error.code, cause=reply.cause, pages=len(images))
            raise reply.as_error()
        return list(reply.pages)

    def kill(self) -> None:
        """End the child at once, whatever it does; a read in flight raises EngineFailure, and the next one finds a new child."""
        if self._child is not None:
            self._condemned = True
            self._child.kill()
        if self._starting is not None:
            self._given_up = True
            self._starting.kill()

    async def close(self) -> None:
        """End the child for good, also when cancelled. A read in flight raises EngineFailure. Idempotent."""
        self._closed = True
        self.kill()
        await to_the_end(self._close())

    async def _close(self) -> None:
        if self._restart is not None:
            self._restart.cancel()
            await asyncio.gather(self._restart, return_exceptions=True)
        async with self._lock:
            await self._discard()

    async def _ensure(self) -> SocketChild:
        if self._closed:
            raise EngineFailure("the engine process is closed")
        if self._child is not None and not self.ready:
            status = await self._discard()
            log.warning("engine.lost", device=self._device, reason="died_idle", exit_status=status, pages=self._pages_by_child)
            self._on_lost("died_idle")
        if self._child is None:
            self._child = await self._started()
        return self._child

    async def _started(self) -> SocketChild:
        """A child that somebody else kills while it loads (the kernel for memory, an operator) is no engine that cannot load: once more."""
        self._given_up = False
        for _ in range(MAX_STARTS):
            try:
                return await self._spawn()
            except _KilledAtStart as killed:
                log.warning("engine.killed_at_start", device=self._device, engine=self._setup.engine, exit_status=killed.status)
                if self._given_up or self._closed:
                    break
        raise EngineFailure("the engine process was killed while it was starting")

    async def _spawn(self) -> SocketChild:
        started = asyncio.get_running_loop().time()
        child = self._starting = await launch("doctray.ocr.engine_child", environment=_environment(self._device))
        try:
            async with asyncio.timeout(self._start_timeout_s):
                child.writer.write(frame(self._setup))
                await child.writer.drain()
                reply = unframe(await child.receive())
        except TimeoutError as error:
            await _end(child)
            raise TimedOut(f"the engine was not ready within {self._start_timeout_s:g} s") from error
        except (EOFError, OSError) as error:
            status = await _end(child)
            if status is not None and status < 0:
                raise _KilledAtStart(status) from error
            raise EngineFailure(f"the engine process ended while it was starting (exit status {status})") from error
        except asyncio.CancelledError:
            await _end(child)
            raise
        finally:
            self._starting = None
        if isinstance(reply, Failed):
            await _end(child)
            log.error("engine.start_failed", device=self._device, engine=self._setup.engine, code=reply.error.code, cause=reply.cause)
            raise reply.as_error()
        assert isinstance(reply, Ready)
        self.engine_version, self.backend = reply.version, reply.backend
        self.starts += 1
        self._pages_by_child = 0
        seconds = asyncio.get_running_loop().time() - started
        log.info(
            "engine.started",
            device=self._device,
            engine=reply.name,
            version=reply.version,
            backend=reply.backend,
            pid=child.process.pid,
            seconds=round(seconds, 2),
        )
        return child

    def _count(self, pages: int) -> None:
        self.pages_read += pages
        self._pages_by_child += pages

    async def _recycle_if_grown(self) -> None:
        rss = self.rss_bytes()
        too_big = self._max_rss_bytes is not None and rss > self._max_rss_bytes
        worn = self._max_pages is not None and self._pages_by_child >= self._max_pages
        if too_big or worn:
            log.info("engine.recycled", device=self._device, rss_bytes=rss, pages=self._pages_by_child)
            self._on_lost("recycled")
            await self._discard()
            self._restart_soon()

    async def _lose(self, reason: str) -> None:
        """Rid of a child that is of no more use, and have another one started."""
        status = await self._discard()
        log.warning("engine.lost", device=self._device, reason=reason, exit_status=status, pages=self._pages_by_child)
        self._on_lost(reason)
        self._restart_soon()

    async def _discard(self) -> int | None:
        child, self._child = self._child, None
        self._condemned = False
        return await _end(child) if child is not None else None

    def _restart_soon(self) -> None:
        if not self._closed and (self._restart is None or self._restart.done()):
            self._restart = asyncio.create_task(self._restart_quietly(), name="engine-restart")

    async def _restart_quietly(self) -> None:
        # The next read tries again and raises what is wrong.
        with contextlib.suppress(DoctrayError):
            await self.start()


def _environment(device: str) -> dict[str, str]:
    """The child's environment: the device is chosen before anything there can import torch."""
    kept = {name: value for name, value in os.environ.items() if name in _ENVIRONMENT or name.startswith(_ENVIRONMENT_PREFIXES)}
    return kept | {"CUDA_VISIBLE_DEVICES": visible_device(device)}


async def _exchange(child: SocketChild, images: Sequence[PageImage], engine: str | None) -> ReadReply | Failed:
    child.writer.write(frame(read_request(images, engine)))
    for image in images:
        pixels = memoryview(image.rgb)
        for start in range(0, len(pixels), _CHUNK_BYTES):
            child.writer.write(pixels[start : start + _CHUNK_BYTES])
            await child.writer.drain()
    reply = unframe(await child.receive())
    assert isinstance(reply, ReadReply | Failed)
    return reply


async def _end(child: SocketChild) -> int | None:
    status = await child.end()
    if status is None:
        log.warning("engine.not_ended", pid=child.process.pid)
    return status
