"""What a worker says of its memory, on real processes."""

import asyncio
import os
import sys

import psutil
from prometheus_client import REGISTRY

from doctray.worker.memory import PARTS, memory_by_part
from doctray.worker.observe import watch_memory


async def test_each_process_counts_to_its_part_and_what_is_shared_counts_once() -> None:
    # stands in for a nursery: its module is on the command line, and it holds 64 MB that its own child shares
    code = "import os,sys,time; held = bytearray(os.urandom(1)) * 64_000_000; pid = os.fork(); print(pid, flush=True); time.sleep(60)"
    nursery = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, "doctray.pages.nursery", stdout=asyncio.subprocess.PIPE, env=dict(os.environ)
    )
    assert nursery.stdout is not None
    await nursery.stdout.readline()
    try:
        found = memory_by_part()
        assert set(found) == set(PARTS)
        assert found["worker"] > 20_000_000
        assert 60_000_000 < found["pages"] < 110_000_000
        assert found["engine"] == 0
    finally:
        for child in psutil.Process(nursery.pid).children():
            child.kill()
        nursery.kill()
        await nursery.wait()


def test_memory_usage_percent_is_the_sum_over_the_limit() -> None:
    limit_bytes = 10 * 2**30
    watch_memory(limit_bytes=limit_bytes)
    percent = REGISTRY.get_sample_value("memory_usage_percent")
    parts = [REGISTRY.get_sample_value("doctray_memory_bytes", {"part": part}) for part in PARTS]
    assert percent is not None
    assert None not in parts
    assert abs(percent - 100 * sum(part or 0.0 for part in parts) / limit_bytes) < 0.01
    assert 0 < percent < 100
