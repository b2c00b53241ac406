"""The real child process, with engines that need no models: a start takes a fraction of a second."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import psutil
import pytest
import structlog

from doctray.domain.document import Page
from doctray.domain.errors import DoctrayError, EngineFailure, EngineOutOfMemory, InvalidOption, TimedOut
from doctray.ocr.batcher import Batcher, BatchLimits
from doctray.ocr.engine_process import EngineProcess
from doctray.ocr.engines import make_engine
from doctray.ocr.null_engine import NullEngine
from doctray.ports import OcrEngine
from tests.engines.broken import BrokenEngine
from tests.engines.crash import CrashEngine
from tests.engines.garbage_text import GARBAGE, GarbageTextEngine
from tests.engines.growing import GrowingEngine
from tests.engines.images import an_image
from tests.engines.lost_gpu import LostGpuEngine
from tests.engines.making import making
from tests.engines.out_of_memory import OutOfMemoryEngine
from tests.engines.slow import SlowEngine
from tests.settling import until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def running(*engines: OcrEngine, max_rss_bytes: int | None = None, max_pages: int | None = None) -> AsyncIterator[EngineProcess]:
    process = EngineProcess(making(*engines), engine=engines[0].name, device="cpu", max_rss_bytes=max_rss_bytes, max_pages=max_pages)
    try:
        await process.start()
        yield process
    finally:
        await process.close()


async def test_pages_come_back_in_order_from_another_process() -> None:
    async with running(NullEngine()) as process:
        assert process.ready
        assert process.pid not in (None, os.getpid())
        assert process.rss_bytes() > 1_000_000
        pages = await process.read([an_image(5), an_image(4, width=2000, height=3000)], timeout_s=60)
    assert [(page.number, page.width, page.height) for page in pages] == [(5, 60, 20), (4, 2000, 3000)]
    assert process.pages_read == 2
    assert not process.ready
    assert process.rss_bytes() == 0


async def test_two_reads_at_once_do_not_mix() -> None:
    async with running(NullEngine()) as process:
        answers = await asyncio.gather(*(process.read([an_image(number)], timeout_s=60) for number in range(2, 12)))
    assert [pages[0].number for pages in answers] == list(range(2, 12))


async def test_the_shipped_engines_start_by_name() -> None:
    process = EngineProcess(partial(make_engine, device="cpu", models_dir=None, threads=1), engine="null", device="cpu")
    await process.start()
    try:
        assert [page.engine for page in await process.read([an_image()], timeout_s=60)] == ["null"]
        with pytest.raises(InvalidOption, match="tesseract"):
            await process.read([an_image()], "tesseract", timeout_s=60)
        assert process.engine_version == "1"
    finally:
        await process.close()


async def test_another_engine_is_loaded_when_it_is_named() -> None:
    async with running(NullEngine(), GarbageTextEngine()) as process:
        (page,) = await process.read([an_image()], "garbage_text", timeout_s=60)
    assert tuple(word.text for word in page.words) == GARBAGE


async def test_an_engine_that_cannot_be_loaded_says_so() -> None:
    process = EngineProcess(making(NullEngine()), engine="missing", device="cpu")
    with pytest.raises(InvalidOption, match="missing"):
        await process.start()
    await process.close()


async def test_kill_9_in_the_middle_of_a_page_fails_it_and_the_next_read_works() -> None:
    async with running(SlowEngine(2)) as process:
        reading = asyncio.create_task(process.read([an_image(2)], timeout_s=60))
        pid = process.pid
        assert pid is not None
        await until(lambda: psutil.Process(pid).num_threads() >= 2)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(EngineFailure):
            await reading
        assert [page.number for page in await process.read([an_image(3)], timeout_s=60)] == [3]
        assert process.pid != pid


async def test_an_engine_whose_gpu_is_lost_ends_and_the_next_page_finds_another() -> None:
    async with running(LostGpuEngine(6)) as process:
        first = process.pid
        with pytest.raises(EngineFailure):
            await process.read([an_image(6)], timeout_s=60)
        (page,) = await process.read([an_image(3)], timeout_s=60)
        assert page.number == 3
        assert process.pid != first
        assert process.starts == 2


async def test_a_child_that_died_idle_costs_no_page() -> None:
    async with running(NullEngine()) as process:
        pid = process.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await until(lambda: not process.ready)
        assert len(await process.read([an_image()], timeout_s=60)) == 1


async def test_kill_makes_room_for_a_new_child() -> None:
    async with running(NullEngine()) as process:
        process.kill()
        assert not process.ready
        assert len(await process.read([an_image()], timeout_s=60)) == 1
        assert process.starts == 2


async def test_a_page_that_hangs_is_timed_out_and_the_next_child_is_warm_before_it_is_asked() -> None:
    async with running(SlowEngine(2)) as process:
        pid = process.pid
        with pytest.raises(TimedOut):
            await process.read([an_image(2)], timeout_s=0.2)
        await until(lambda: process.ready)
        assert process.pid != pid
        assert not psutil.pid_exists(pid or 0)
        assert len(await process.read([an_image(3)], timeout_s=60)) == 1


async def test_cancelling_a_read_ends_the_child_so_that_answers_cannot_be_mistaken() -> None:
    async with running(SlowEngine(2, seconds=0.5)) as process:
        reading = asyncio.create_task(process.read([an_image(2)], timeout_s=60))
        await until(lambda: process._lock.locked())
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert [page.number for page in await process.read([an_image(3)], timeout_s=60)] == [3]


async def test_out_of_memory_leaves_the_child_alive() -> None:
    async with running(OutOfMemoryEngine(most_pages=1)) as process:
        pid = process.pid
        with pytest.raises(EngineOutOfMemory):
            await process.read([an_image(2), an_image(3)], timeout_s=60)
        assert len(await process.read([an_image(2)], timeout_s=60)) == 1
        assert process.pid == pid


async def test_an_error_of_a_library_is_logged_by_its_place_and_never_quoted() -> None:
    async with running(BrokenEngine()) as process:
        with structlog.testing.capture_logs() as logs, pytest.raises(EngineFailure) as failure:
            await process.read([an_image()], timeout_s=60)
    assert "12-345" not in failure.value.detail
    assert [(entry["event"], entry["cause"]) for entry in logs] == [("engine.read_failed", "LookupError at broken.py:17")]


async def test_after_so_many_pages_a_new_child_goes_on_without_losing_one() -> None:
    async with running(NullEngine(), max_pages=3) as process:
        for number in range(2, 12):
            (page,) = await process.read([an_image(number)], timeout_s=60)
            assert page.number == number
        assert process.starts >= 4
        assert process.pages_read == 10


async def test_a_child_that_has_grown_is_replaced() -> None:
    async with running(GrowingEngine(grow_bytes=200_000_000), max_rss_bytes=150_000_000) as process:
        pid = process.pid
        await process.read([an_image()], timeout_s=60)
        await until(lambda: process.ready)
        assert process.pid != pid
        assert process.rss_bytes() < 150_000_000


async def test_the_child_gets_its_device_and_none_of_the_workers_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_PASSWORD", "hunter2")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,5")
    async with running(NullEngine()) as process:
        environment = psutil.Process(process.pid).environ()
    assert "POSTGRES_PASSWORD" not in environment
    assert environment["CUDA_VISIBLE_DEVICES"] == ""


async def test_a_closed_process_reads_no_more() -> None:
    async with running(NullEngine()) as process:
        pid = process.pid
    with pytest.raises(EngineFailure):
        await process.read([an_image()], timeout_s=60)
    await process.close()
    assert not psutil.pid_exists(pid or 0)


async def test_closing_during_a_read_fails_the_read() -> None:
    async with running(SlowEngine(2)) as process:
        reading = asyncio.create_task(process.read([an_image(2)], timeout_s=60))
        await until(lambda: process._lock.locked())
        await asyncio.wait_for(process.close(), 60)
        with pytest.raises(EngineFailure):
            await reading


async def test_the_loop_goes_on_while_a_page_is_handed_over_and_read() -> None:
    async with running(NullEngine()) as process:
        child = psutil.Process(process.pid or 0)
        child.suspend()
        reading = asyncio.create_task(process.read([an_image(2, width=2480, height=3508)], timeout_s=60))
        for _ in range(20):
            await asyncio.sleep(0.005)
        assert not reading.done()
        child.resume()
        await reading


async def test_the_child_ends_in_the_middle_of_a_page_when_the_workers_end_closes() -> None:
    async with running(SlowEngine(2)) as process:
        reading = asyncio.create_task(process.read([an_image(2)], timeout_s=60))
        await until(lambda: process._lock.locked())
        pid, child = process.pid or 0, process._child
        assert child is not None
        child.writer.transport.abort()
        await until(lambda: not psutil.pid_exists(pid))
        with pytest.raises(EngineFailure):
            await reading


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
async def test_signals_to_the_process_group_leave_the_child_to_its_worker(sent: signal.Signals) -> None:
    async with running(NullEngine()) as process:
        os.kill(process.pid or 0, sent)
        assert len(await process.read([an_image()], timeout_s=60)) == 1
        assert process.starts == 1


async def test_closing_during_a_start_does_not_wait_for_it() -> None:
    process = EngineProcess(making(SlowEngine(1)), engine="slow", device="cpu")
    starting = asyncio.create_task(process.start())
    await until(lambda: process._starting is not None)
    await asyncio.wait_for(process.close(), 60)
    with pytest.raises(EngineFailure):
        await starting


async def test_an_engine_that_somebody_kills_while_it_starts_is_started_again() -> None:
    process = EngineProcess(making(NullEngine()), engine="null", device="cpu")
    starting = asyncio.create_task(process.start())
    await until(lambda: process._starting is not None)
    assert process._starting is not None
    os.kill(process._starting.process.pid, signal.SIGKILL)
    await asyncio.wait_for(starting, 120)
    assert process.ready
    assert process.starts == 1
    await process.close()


def _kills_itself(_name: str) -> OcrEngine:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("killed")


async def test_an_engine_that_is_killed_at_each_start_is_told_of() -> None:
    process = EngineProcess(_kills_itself, engine="null", device="cpu")
    with pytest.raises(EngineFailure, match="killed while it was starting"):
        await process.start()
    assert process.pid is None
    await process.close()


async def test_an_engine_that_never_gets_ready_is_timed_out() -> None:
    process = EngineProcess(making(SlowEngine(1)), engine="slow", device="cpu", start_timeout_s=0.5)
    with pytest.raises(TimedOut):
        await process.start()
    assert process.pid is None
    await process.close()


PARENT = """
import asyncio, sys
from doctray.ocr.engine_process import EngineProcess
from tests.engines.making import making
from tests.engines.images import an_image
from tests.engines.slow import SlowEngine

async def main():
    process = EngineProcess(making(SlowEngine(2)), engine="slow", device="cpu")
    await process.start()
    reading = asyncio.create_task(process.read([an_image(2)], timeout_s=600))
    await asyncio.sleep(0)
    print("child", process.pid, flush=True)
    await reading

asyncio.run(main())
"""


def test_the_child_is_gone_when_its_worker_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        pid = next(line.split()[1] for line in parent.stdout if line.startswith("child "))
        child = psutil.Process(int(pid))
        assert child.is_running()
    finally:
        parent.kill()
        parent.communicate(timeout=60)
    _, alive = psutil.wait_procs([child], timeout=60)
    assert not alive


async def test_of_pages_batched_with_one_that_crashes_the_engine_only_that_one_fails() -> None:
    limits = BatchLimits(max_pages=4, wait_s=1.0)
    async with running(CrashEngine(3)) as process, Batcher(process, limits=limits, page_timeout_s=30) as batcher:
        answers = await asyncio.gather(*(batcher.read(an_image(number)) for number in (2, 3, 4, 5)), return_exceptions=True)
    assert [answer.number for answer in answers if isinstance(answer, Page)] == [2, 4, 5]
    assert [type(answer) for answer in answers if isinstance(answer, DoctrayError)] == [EngineFailure]
